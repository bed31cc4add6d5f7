"""What is asked of GitHub's GraphQL API: only what REST cannot tell.

Every document is named, reads, and asks for no field that nobody uses. The tests hold each of them
against GitHub's schema. https://docs.github.com/en/graphql
"""

# Who wrote which lines of a file, as of a commit. REST has no blame.
# https://docs.github.com/en/graphql/reference/objects#blame
READ_BLAME = """
query ReadBlame($owner: String!, $name: String!, $commit: GitObjectID!, $path: String!) {
  repository(owner: $owner, name: $name) {
    object(oid: $commit) {
      ... on Commit {
        blame(path: $path) {
          ranges {
            startingLine
            endingLine
            commit { oid committedDate author { user { login } } }
          }
        }
      }
    }
  }
}
"""

# The pull requests that brought a commit. The repository's ID tells those of a fork apart, since
# a name may change. https://docs.github.com/en/graphql/reference/objects#commit
READ_PULLS_OF_COMMIT = """
query ReadPullsOfCommit(
  $owner: String!, $name: String!, $commit: GitObjectID!, $after: String
) {
  repository(owner: $owner, name: $name) {
    id
    object(oid: $commit) {
      ... on Commit {
        associatedPullRequests(first: 100, after: $after) {
          pageInfo { hasNextPage endCursor }
          nodes {
            number
            mergedAt
            baseRefName
            repository { id }
            author { __typename login }
          }
        }
      }
    }
  }
}
"""

# What was said in a pull request's reviews, with who may push.
# https://docs.github.com/en/graphql/reference/objects#pullrequestreview
READ_REVIEWS = """
query ReadReviews($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      headRefOid
      reviews(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          author { __typename login }
          state
          submittedAt
          commit { oid }
          authorCanPushToRepository
        }
      }
    }
  }
}
"""

# Which labels were put on a pull request and taken off, newest page first.
# https://docs.github.com/en/graphql/reference/objects#labeledevent
READ_LABEL_EVENTS = """
query ReadLabelEvents($owner: String!, $name: String!, $number: Int!, $before: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      timelineItems(last: 100, before: $before, itemTypes: [LABELED_EVENT, UNLABELED_EVENT]) {
        pageInfo { hasPreviousPage startCursor }
        nodes {
          __typename
          ... on LabeledEvent { createdAt actor { __typename login } label { name updatedAt } }
          ... on UnlabeledEvent { createdAt actor { __typename login } label { name updatedAt } }
        }
      }
    }
  }
}
"""

# A comment with who edited it last, which REST does not tell.
# https://docs.github.com/en/graphql/reference/objects#issuecomment
READ_COMMENT = """
query ReadComment($id: ID!) {
  node(id: $id) {
    ... on IssueComment {
      body
      createdAt
      lastEditedAt
      author { __typename login }
      editor { __typename login }
    }
  }
}
"""
