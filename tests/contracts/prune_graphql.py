"""Prune GitHub's public GraphQL schema to what the sandbox serves.

`python -m tests.contracts.prune_graphql SCHEMA > bot/sandbox/api/github.graphql`, where SCHEMA is
`schema.graphql` of npm's `@octokit/graphql-schema`. What stays, stays as it is: types, arguments,
nullability, deprecations. Only prose goes, and with a type its memberships in what was left out.
"""

import re
import sys
from pathlib import Path
from typing import Final

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    NamedTypeNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

# The fields of each type that stay; enums and inputs stay whole where an argument or field is one.
KEPT: Final = {
    "Query": "id node rateLimit repository",
    "RateLimit": "cost limit nodeCount remaining resetAt used",
    "Node": "id",
    "Actor": "login",
    "User": "id login databaseId",
    "Bot": "id login databaseId",
    "Organization": "id login databaseId",
    "Repository": "id databaseId nameWithOwner object pullRequest",
    "GitObject": "id oid",
    "Commit": "id oid message committedDate authoredDate author committer authors blame "
    "associatedPullRequests",
    "Tree": "id oid",
    "Blob": "id oid byteSize isBinary isTruncated text",
    "GitActor": "name email date user",
    "GitActorConnection": "nodes edges pageInfo totalCount",
    "GitActorEdge": "cursor node",
    "Blame": "ranges",
    "BlameRange": "startingLine endingLine age commit",
    "PullRequest": "id fullDatabaseId number title body state merged mergedAt mergedBy mergeCommit "
    "repository author baseRefName headRefName headRefOid reviews timelineItems labels",
    "PullRequestConnection": "nodes edges pageInfo totalCount",
    "PullRequestEdge": "cursor node",
    "PullRequestReview": "id fullDatabaseId author state commit submittedAt "
    "authorCanPushToRepository",
    "PullRequestReviewConnection": "nodes edges pageInfo totalCount",
    "PullRequestReviewEdge": "cursor node",
    "PullRequestTimelineItems": "LabeledEvent UnlabeledEvent",
    "PullRequestTimelineItemsConnection": "nodes edges pageInfo totalCount",
    "PullRequestTimelineItemsEdge": "cursor node",
    "LabeledEvent": "id actor label createdAt",
    "UnlabeledEvent": "id actor label createdAt",
    "Label": "id name updatedAt",
    "LabelConnection": "nodes edges pageInfo totalCount",
    "LabelEdge": "cursor node",
    "IssueComment": "id databaseId fullDatabaseId body author editor createdAt lastEditedAt",
    "PageInfo": "hasNextPage hasPreviousPage startCursor endCursor",
}
_BUILT_IN: Final = {"Boolean", "Float", "ID", "Int", "String"}


def prune(text: str) -> str:
    """Return the schema of KEPT alone; raises LookupError where GitHub no longer has one of it."""
    document = parse(re.sub(r'"""(?s:.*?)"""', "", text), no_location=True)
    every = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, TypeDefinitionNode)
    }
    kept: dict[str, str] = {}
    waiting = list(KEPT)
    while waiting:
        name = waiting.pop()
        if name not in kept and name not in _BUILT_IN:
            narrow = _Narrow(every[name])
            kept[name] = print_ast(visit(every[name], narrow))
            waiting += narrow.named
            if missing := set(KEPT.get(name, "").split()) - narrow.seen:
                raise LookupError(f"GitHub's {name} has no {', '.join(sorted(missing))}")
    return "\n\n".join(kept[name] for name in sorted(kept)) + "\n"


class _Narrow(Visitor):
    """Takes out of a definition what does not stay, and notes the types that the rest speaks of."""

    def __init__(self, definition: TypeDefinitionNode) -> None:
        super().__init__()
        self.wanted = KEPT.get(definition.name.value, "").split()
        union = isinstance(definition, UnionTypeDefinitionNode)
        self.related = set(self.wanted) if union else KEPT.keys()
        self.named: list[str] = []
        self.seen: set[str] = set()

    def enter_field_definition(self, node: FieldDefinitionNode, *_: object) -> object:
        self.seen.add(node.name.value)
        return None if node.name.value in self.wanted else REMOVE

    def enter_named_type(
        self, node: NamedTypeNode, _: object, parent: object, *__: object
    ) -> object:
        name = node.name.value
        if isinstance(parent, tuple | list):  # a member of a union, or what a type implements
            self.seen.add(name)
            return None if name in self.related else REMOVE
        self.named.append(name)
        return None


if __name__ == "__main__":
    sys.stdout.write(prune(Path(sys.argv[1]).read_text()))
