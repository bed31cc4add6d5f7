"""GraphQL over HTTP: history and people as GitHub tells them, errors, permissions, limits."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.sandbox import PullRequest
from tests.contracts.graphql import validate
from tests.sandbox.stage import NOON, Reply, Stage

BLAME = """
query ($oid: GitObjectID!, $path: String!) {
  repository(owner: "acme", name: "shop") {
    object(oid: $oid) {
      ... on Commit {
        blame(path: $path) {
          ranges {
            startingLine endingLine age
            commit {
              oid committedDate message
              author { name email date user { login } }
              associatedPullRequests(first: 5) {
                nodes {
                  number state merged mergedAt baseRefName headRefOid
                  author { __typename login }
                  mergedBy { __typename login }
                  mergeCommit { oid }
                  reviews(first: 10) {
                    nodes {
                      author { __typename login } state commit { oid } submittedAt
                      authorCanPushToRepository
                    }
                    pageInfo { hasNextPage endCursor }
                  }
                }
                pageInfo { hasNextPage }
              }
            }
          }
        }
      }
    }
  }
}
"""


async def send(stage: Stage, query: str, **variables: Any) -> Reply:
    """POST a query where a GitHub Enterprise Server has its GraphQL."""
    return await stage.graphql(query, variables)


async def ask(stage: Stage, query: str, **variables: Any) -> Any:
    """Return the data of a query that has no errors."""
    reply = await send(stage, query, **variables)
    assert (reply.status, reply.body.get("errors")) == (200, None)
    return reply.body["data"]


async def shop(stage: Stage, fields: str) -> Any:
    """Return fields of the shop."""
    query = f'{{ repository(owner: "acme", name: "shop") {{ {fields} }} }}'
    return (await ask(stage, query))["repository"]


async def pull_request(stage: Stage, author: str = "alice") -> PullRequest:
    await stage.shop.commit("feat", {"plan.md": "a\nb\n"}, from_="main", author=author)
    return await stage.shop.open_pull_request("feat", title="Add a plan", author=author)


async def blame(stage: Stage, path: str = "plan.md", branch: str = "main") -> list[Any]:
    """Return the ranges of a file."""
    data = await ask(stage, BLAME, oid=stage.shop.head(branch), path=path)
    ranges: list[Any] = data["repository"]["object"]["blame"]["ranges"]
    return ranges


async def test_a_line_is_traced_to_its_pull_request_and_reviewers(stage: Stage) -> None:
    stage.shop.grant("bob", "write")
    pull = await pull_request(stage)
    reviewed = pull.head_sha
    stage.clock.now += 60
    await pull.review(by="bob")
    await pull.review(by="dependabot[bot]", state="COMMENTED")
    stage.clock.now += 60
    tip = await pull.merge(by="bob", method="squash")
    (only,) = await blame(stage)
    assert (only["startingLine"], only["endingLine"], only["age"]) == (1, 2, 1)
    assert only["commit"]["oid"] == tip
    assert only["commit"]["author"]["user"] == {"login": "alice"}
    (found,) = only["commit"]["associatedPullRequests"]["nodes"]
    assert found["reviews"].pop("pageInfo") == {"hasNextPage": False, "endCursor": "Y3Vyc29yOjE="}
    assert found == {
        "number": 1,
        "state": "MERGED",
        "merged": True,
        "mergedAt": "2026-02-02T02:42:00Z",
        "baseRefName": "main",
        "headRefOid": reviewed,
        "author": {"__typename": "User", "login": "alice"},
        "mergedBy": {"__typename": "User", "login": "bob"},
        "mergeCommit": {"oid": tip},
        "reviews": {
            "nodes": [
                {
                    "author": {"__typename": "User", "login": "bob"},
                    "state": "APPROVED",
                    "commit": {"oid": reviewed},
                    "submittedAt": "2026-02-02T02:41:00Z",
                    "authorCanPushToRepository": True,
                },
                {
                    "author": {"__typename": "Bot", "login": "dependabot"},
                    "state": "COMMENTED",
                    "commit": {"oid": reviewed},
                    "submittedAt": "2026-02-02T02:41:00Z",
                    "authorCanPushToRepository": False,
                },
            ]
        },
    }


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_each_way_of_merging_leads_back_to_the_pull_request(
    stage: Stage, method: Any
) -> None:
    pull = await pull_request(stage)
    await stage.shop.commit("feat", {"plan.md": "a\nb\nc\n"})
    await stage.shop.commit("main", {"other": "x"})
    await pull.merge(by="bob", method=method)
    numbers = [
        [each["number"] for each in part["commit"]["associatedPullRequests"]["nodes"]]
        for part in await blame(stage)
    ]
    assert numbers == [[1]] if method == "squash" else [[1], [1]]


async def test_the_merge_queue_leads_back_to_each_of_its_pull_requests(stage: Stage) -> None:
    one = await pull_request(stage)
    await stage.shop.commit("next", {"next.md": "x\n"}, from_="main")
    two = await stage.shop.open_pull_request("next", title="Another")
    await stage.shop.enqueue(one, two, method="squash")
    for path, pull in (("plan.md", one), ("next.md", two)):
        (part,) = await blame(stage, path)
        (found,) = part["commit"]["associatedPullRequests"]["nodes"]
        assert (found["number"], found["mergeCommit"]["oid"]) == (
            pull.number,
            part["commit"]["oid"],
        )
        assert found["mergedBy"] == {"__typename": "Bot", "login": "github-merge-queue"}


async def test_a_push_to_the_branch_has_no_pull_request(stage: Stage) -> None:
    await stage.shop.commit("main", {"plan.md": "a\n"}, author="bob")
    (part,) = await blame(stage)
    assert part["commit"]["associatedPullRequests"]["nodes"] == []


async def test_the_ranges_of_a_file_say_how_old_they_are(stage: Stage) -> None:
    await stage.shop.commit("main", {"plan.md": "1\n2\n3\n4\n"}, "First", author="alice")
    stage.clock.now += 1800
    await stage.shop.commit("main", {"plan.md": "1\ntwo\n3\n4\n"}, "Second", author="bob")
    assert [
        (part["startingLine"], part["endingLine"], part["age"], part["commit"]["message"])
        for part in await blame(stage)
    ] == [(1, 1, 10, "First"), (2, 2, 1, "Second"), (3, 4, 10, "First")]


@pytest.mark.parametrize(
    ("author", "user"),
    [
        ("bob", {"login": "bob"}),
        ("renovate[bot]", None),
        ("Jane Doe <jane@example.org>", None),
    ],
)
async def test_a_git_actor_is_a_user_or_nobody(stage: Stage, author: str, user: Any) -> None:
    await stage.shop.commit("main", {"plan.md": "a\n"}, author=author)
    (part,) = await blame(stage)
    assert part["commit"]["author"]["user"] == user
    assert author.startswith(part["commit"]["author"]["name"])


async def test_co_authors_are_authors(stage: Stage) -> None:
    bob = stage.sandbox.add_user("bob")
    message = f"Plan\n\nCo-authored-by: Bob <{bob.email}>\nCo-Authored-By: X <x@example.org>"
    await stage.shop.commit("main", {"plan.md": "a\n"}, message)
    found = await shop(
        stage,
        'object(expression: "main") { ... on Commit { authors(first: 5) { totalCount nodes { name '
        "user { login } } } } }",
    )
    assert found["object"]["authors"] == {
        "totalCount": 3,
        "nodes": [
            {"name": "alice", "user": {"login": "alice"}},
            {"name": "Bob", "user": {"login": "bob"}},
            {"name": "X", "user": None},
        ],
    }


async def test_objects_are_found_by_id_and_by_expression(stage: Stage) -> None:
    stage.sandbox.limits.blob_text_bytes = 4
    found = await shop(
        stage,
        """
        branch: object(expression: "main") { __typename oid }
        file: object(expression: "main:README.md") {
          ... on Blob { oid text byteSize isTruncated isBinary }
        }
        folder: object(expression: "main:src") { __typename }
        none: object(expression: "main:none") { oid }
        unknown: object(oid: "0000000000000000000000000000000000000000") { oid }
        """,
    )
    assert found["branch"] == {"__typename": "Commit", "oid": stage.shop.head("main")}
    blob = found["file"]
    assert (blob["text"], blob["byteSize"], blob["isTruncated"]) == ("# Sh", 7, True)
    assert found["folder"] == {"__typename": "Tree"}
    assert (found["none"], found["unknown"]) == (None, None)
    by_id = await shop(stage, f'object(oid: "{blob["oid"]}") {{ __typename }}')
    assert by_id["object"] == {"__typename": "Blob"}


async def test_the_timeline_tells_who_added_which_label(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.add_label("hotfix", by="bob")
    await pull.remove_label("hotfix", by="alice")
    stage.clock.now += 60
    await pull.add_label("hotfix", by="triage[bot]")
    await pull.add_label("bug", by="bob")
    found = await shop(
        stage,
        """
        pullRequest(number: 1) {
          labels(first: 10, orderBy: {field: NAME, direction: ASC}) { nodes { name } }
          timelineItems(last: 2, itemTypes: [LABELED_EVENT]) {
            totalCount
            pageInfo { hasPreviousPage }
            nodes { ... on LabeledEvent { label { name } actor { __typename login } createdAt } }
          }
          all: timelineItems(first: 10) { nodes { __typename } }
          late: timelineItems(first: 10, since: "2026-02-02T02:41:00Z", skip: 1) { totalCount }
        }
        """,
    )
    pull_shape = found["pullRequest"]
    assert [each["name"] for each in pull_shape["labels"]["nodes"]] == ["bug", "hotfix"]
    items = pull_shape["timelineItems"]
    assert (items["totalCount"], items["pageInfo"]["hasPreviousPage"]) == (3, True)
    assert items["nodes"] == [
        {
            "label": {"name": "hotfix"},
            "actor": {"__typename": "Bot", "login": "triage"},
            "createdAt": "2026-02-02T02:41:00Z",
        },
        {
            "label": {"name": "bug"},
            "actor": {"__typename": "User", "login": "bob"},
            "createdAt": "2026-02-02T02:41:00Z",
        },
    ]
    kinds = [each["__typename"] for each in pull_shape["all"]["nodes"]]
    assert kinds == ["LabeledEvent", "UnlabeledEvent", "LabeledEvent", "LabeledEvent"]
    assert pull_shape["late"]["totalCount"] == 1


async def test_reviews_are_chosen_by_state_and_author(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.review(by="bob", state="APPROVED")
    await pull.review(by="bob", state="COMMENTED")
    await pull.review(by="carol", state="APPROVED")
    found = await shop(
        stage,
        """
        pullRequest(number: 1) {
          approved: reviews(first: 9, states: [APPROVED]) { nodes { author { login } } }
          bob: reviews(first: 9, author: "bob") { nodes { state } }
        }
        """,
    )
    pull_shape = found["pullRequest"]
    logins = [each["author"]["login"] for each in pull_shape["approved"]["nodes"]]
    assert logins == ["bob", "carol"]
    assert [each["state"] for each in pull_shape["bob"]["nodes"]] == ["APPROVED", "COMMENTED"]


COMMENT = """
query ($id: ID!) {
  node(id: $id) {
    ... on IssueComment {
      databaseId body author { login } editor { __typename login } createdAt lastEditedAt
    }
  }
}
"""


async def test_a_comment_tells_who_edited_it(stage: Stage) -> None:
    pull = await pull_request(stage)
    comment = await pull.comment("/plan-exempt now", author="carol")
    node = f"IC_{comment.id}"
    fresh = (await ask(stage, COMMENT, id=node))["node"]
    assert (fresh["editor"], fresh["lastEditedAt"]) == (None, None)
    stage.clock.now += 60
    await pull.edit_comment(comment, "/plan-exempt", by="mallory")
    edited = (await ask(stage, COMMENT, id=node))["node"]
    assert edited == {
        "databaseId": comment.id,
        "body": "/plan-exempt",
        "author": {"login": "carol"},
        "editor": {"__typename": "User", "login": "mallory"},
        "createdAt": "2026-02-02T02:40:00Z",
        "lastEditedAt": "2026-02-02T02:41:00Z",
    }


async def test_nodes_are_found_by_the_ids_that_rest_gives(stage: Stage) -> None:
    await pull_request(stage)
    repository = (await stage.client.get("/repos/acme/shop")).body["node_id"]
    pull = (await stage.client.get("/repos/acme/shop/pulls/1")).body["node_id"]
    query = "query ($id: ID!) { node(id: $id) { __typename id } }"
    for node, kind in ((repository, "Repository"), (pull, "PullRequest")):
        found = await ask(stage, query, id=node)
        assert found == {"node": {"__typename": kind, "id": node}}


async def test_a_list_comes_in_pages(stage: Stage) -> None:
    pull = await pull_request(stage)
    for number in range(5):
        await pull.review(by=f"reviewer-{number}", state="COMMENTED")
    page = "nodes { author { login } } edges { cursor } pageInfo { endCursor startCursor }"

    async def logins(bounds: str) -> tuple[list[str], Any]:
        found = await shop(stage, f"pullRequest(number: 1) {{ reviews({bounds}) {{ {page} }} }}")
        reviews = found["pullRequest"]["reviews"]
        names = [each["author"]["login"][-1] for each in reviews["nodes"]]
        return names, reviews["pageInfo"]

    names, info = await logins("first: 2")
    assert names == ["0", "1"]
    names, _ = await logins(f'first: 2, after: "{info["endCursor"]}"')
    assert names == ["2", "3"]
    names, info = await logins("last: 2")
    assert names == ["3", "4"]
    names, _ = await logins(f'last: 2, before: "{info["startCursor"]}"')
    assert names == ["1", "2"]


# ── what is refused ───────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Problem:
    """A query, and the error that stands beside its data."""

    fields: str
    type: str
    path: list[str]
    data: Any
    message: str
    breaks_contract: bool = False


PROBLEMS = {
    "no pull request": Problem(
        "pullRequest(number: 9) { title }",
        "NOT_FOUND",
        ["repository", "pullRequest"],
        {"pullRequest": None},
        "Could not resolve to a PullRequest with the number of 9.",
    ),
    "no file": Problem(
        'object(expression: "main") { ... on Commit { blame(path: "x") { ranges { age } } } }',
        "NOT_FOUND",
        ["repository", "object", "blame"],
        {"object": None},
        "Could not resolve file for path 'x'.",
    ),
    "no bounds": Problem(
        "pullRequest(number: 1) { number reviews { totalCount } }",
        "MISSING_PAGINATION_BOUNDARIES",
        ["repository", "pullRequest", "reviews"],
        {"pullRequest": {"number": 1, "reviews": None}},
        "You must provide a `first` or `last` value to properly paginate the `reviews` connection.",
        breaks_contract=True,
    ),
    "too many": Problem(
        "pullRequest(number: 1) { reviews(last: 101) { totalCount } }",
        "EXCESSIVE_PAGINATION",
        ["repository", "pullRequest", "reviews"],
        {"pullRequest": {"reviews": None}},
        "Requesting 101 records on the `reviews` connection exceeds the `last` limit of 100 "
        "records.",
        breaks_contract=True,
    ),
    "none at all": Problem(
        "pullRequest(number: 1) { reviews(first: 0) { totalCount } }",
        "INVALID_PAGINATION_BOUNDARIES",
        ["repository", "pullRequest", "reviews"],
        {"pullRequest": {"reviews": None}},
        "`first` on the `reviews` connection cannot be less than 1.",
        breaks_contract=True,
    ),
    "both ends": Problem(
        "pullRequest(number: 1) { reviews(first: 1, last: 1) { totalCount } }",
        "INVALID_PAGINATION_BOUNDARIES",
        ["repository", "pullRequest", "reviews"],
        {"pullRequest": {"reviews": None}},
        "Passing both `first` and `last` to paginate the `reviews` connection is not supported.",
        breaks_contract=True,
    ),
    "no cursor": Problem(
        'pullRequest(number: 1) { reviews(first: 1, after: "x") { totalCount } }',
        "INVALID_CURSOR_ARGUMENTS",
        ["repository", "pullRequest", "reviews"],
        {"pullRequest": {"reviews": None}},
        "`x` does not appear to be a valid cursor.",
    ),
}


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS.keys())
async def test_what_fails_is_null_and_told(stage: Stage, problem: Problem) -> None:
    await pull_request(stage)
    query = f'{{ repository(owner: "acme", name: "shop") {{ {problem.fields} }} }}'
    reply = await send(stage, query)
    assert reply.status == 200
    assert reply.body["data"] == {"repository": problem.data}
    (error,) = reply.body["errors"]
    assert (error["type"], error["path"]) == (problem.type, problem.path)
    assert error["message"] == problem.message
    assert bool(stage.contract.take("request")) == problem.breaks_contract


@pytest.mark.parametrize(
    ("permissions", "fields", "path"),
    [
        ({"pull_requests": "read"}, 'object(expression: "main") { oid }', ["object"]),
        ({"contents": "read"}, "pullRequest(number: 1) { title }", ["pullRequest"]),
        (
            {"contents": "read"},
            """object(expression: "feat") {
                ... on Commit { associatedPullRequests(first: 1) { totalCount } }
            }""",
            ["object", "associatedPullRequests"],
        ),
    ],
)
async def test_a_token_needs_the_permission(
    stage: Stage, permissions: dict[str, str], fields: str, path: list[str]
) -> None:
    await pull_request(stage)
    stage.client = await stage.token(permissions=permissions)
    reply = await send(stage, f'{{ repository(owner: "acme", name: "shop") {{ {fields} }} }}')
    (error,) = reply.body["errors"]
    assert (error["type"], error["path"]) == ("FORBIDDEN", ["repository", *path])
    assert error["message"] == "Resource not accessible by integration"


async def test_what_is_out_of_reach_is_not_there(stage: Stage) -> None:
    hidden = stage.sandbox.create_repository("other/shop")
    issue = await hidden.open_issue("Secret")
    comment = await hidden.comment(issue, "Psst")
    reply = await send(stage, '{ repository(owner: "other", name: "shop") { id } }')
    assert reply.body["data"] == {"repository": None}
    assert reply.body["errors"][0]["message"] == (
        "Could not resolve to a Repository with the name 'other/shop'."
    )
    reply = await send(stage, COMMENT, id=f"IC_{comment.id}")
    assert (reply.body["data"], reply.body["errors"][0]["type"]) == ({"node": None}, "NOT_FOUND")


async def test_a_person_asks_with_a_token_of_their_own(stage: Stage) -> None:
    await pull_request(stage)
    stage.client = stage.speak(stage.sandbox.user_token("bob"))
    assert await shop(stage, "pullRequest(number: 1) { number }") == {"pullRequest": {"number": 1}}


async def test_who_is_not_known_is_turned_away(stage: Stage) -> None:
    for credentials, status in (("ghs_unknown", 401), (stage.jwt(), 403)):
        stage.client = stage.speak(credentials)
        reply = await send(stage, "{ rateLimit { cost } }")
        assert reply.status == status
        assert "data" not in reply.body


async def test_a_query_that_is_none_is_refused_whole(stage: Stage) -> None:
    for query in ("{ repository }", "{ nothing }", "{", "mutation { x }"):
        reply = await send(stage, query)
        assert reply.status == 200
        assert "data" not in reply.body
        assert all(error["message"] for error in reply.body["errors"])
        assert stage.contract.take("request")
    assert (await stage.graphql(None)).status == 422
    assert (await stage.client.post("/graphql", {"query": "{ id }"})).status == 404
    assert len(stage.contract.take("request")) == 2


# ── limits and faults ─────────────────────────────────────────────────────────
async def test_the_rate_limit_counts_points_of_its_own(stage: Stage) -> None:
    stage.sandbox.limits.graphql_points = 3
    wide = (
        'repository(owner: "acme", name: "shop") { object(expression: "main") { ... on Commit { '
        "associatedPullRequests(first: 100) { nodes { reviews(first: 100) { totalCount } "
        "labels(first: 1) { totalCount } } } } } }"
    )
    reply = await send(stage, f"{{ rateLimit {{ limit cost used remaining nodeCount }} {wide} }}")
    # One list, then two lists for each of a hundred pull requests: 201 requests, 2 points.
    assert reply.body["data"]["rateLimit"] == {
        "limit": 3,
        "cost": 2,
        "used": 2,
        "remaining": 1,
        "nodeCount": 10_200,
    }
    assert reply.headers["x-ratelimit-resource"] == "graphql"
    assert reply.headers["x-ratelimit-remaining"] == "1"
    await ask(stage, "{ rateLimit { resetAt } }")
    exceeded = await send(stage, "{ rateLimit { cost } }")
    assert exceeded.status == 200
    assert exceeded.headers["x-ratelimit-remaining"] == "0"
    assert exceeded.body == {
        "errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for installation."}]
    }
    assert (await stage.client.get("/repos/acme/shop")).status == 200


async def test_a_query_may_not_ask_for_too_many_nodes(stage: Stage) -> None:
    stage.sandbox.limits.graphql_nodes = 100
    query = """
    query ($size: Int!) { repository(owner: "acme", name: "shop") { ...pull } }
    fragment pull on Repository { pullRequest(number: 1) { reviews(first: $size) { totalCount } } }
    """
    await pull_request(stage)
    await ask(stage, query, size=100)
    stage.sandbox.limits.graphql_nodes = 99
    reply = await send(stage, query, size=100)
    (error,) = reply.body["errors"]
    assert error["type"] == "MAX_NODE_LIMIT_EXCEEDED"
    assert "up to 100 possible nodes" in error["message"]


async def test_an_ordered_rate_limit_says_so_with_http_200(stage: Stage) -> None:
    stage.sandbox.faults.rate_limit("primary", retry_after=90)
    reply = await send(stage, "{ rateLimit { cost } }")
    assert reply.status == 200
    assert reply.body["errors"][0]["type"] == "RATE_LIMITED"
    assert reply.headers["x-ratelimit-reset"] == str(int(NOON) + 90)
    stage.sandbox.faults.rate_limit("secondary", path="graphql$")
    reply = await send(stage, "{ rateLimit { cost } }")
    assert (reply.status, reply.headers["Retry-After"]) == (403, "60")


async def test_an_answer_may_be_partial(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.merge(by="bob")
    reviews = "repository.object.blame.ranges.commit.associatedPullRequests.nodes.reviews"
    stage.sandbox.faults.break_field(reviews)
    reply = await send(stage, BLAME, oid=stage.shop.head("main"), path="plan.md")
    (part,) = reply.body["data"]["repository"]["object"]["blame"]["ranges"]
    (found,) = part["commit"]["associatedPullRequests"]["nodes"]
    assert (found["number"], found["reviews"]) == (1, None)
    (error,) = reply.body["errors"]
    assert "type" not in error
    assert error["path"][-3:] == ["nodes", 0, "reviews"]
    assert stage.sandbox.requests[-1].injected
    assert (await blame(stage))[0]["commit"]["associatedPullRequests"]["nodes"][0]["reviews"]
    stage.sandbox.faults.break_field("repository.object.blame", "Timeout", type="INTERNAL")
    reply = await send(stage, BLAME, oid=stage.shop.head("main"), path="plan.md")
    assert reply.body["data"] == {"repository": {"object": None}}
    assert (reply.body["errors"][0]["type"]) == "INTERNAL"


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{ rateLimit { cost } }", None),
        ("{ rateLimit { price } }", "Cannot query field"),
        ("{ rateLimit", "Syntax Error"),
        ("{ node(id: 1) { ... on PullRequest { reviews { totalCount } } } }", "needs one of"),
        ("{ node(id: 1) { ... on PullRequest { reviews(first: 101) { totalCount } } } }", "1 to"),
    ],
)
def test_a_document_is_held_against_the_schema(document: str, problem: str | None) -> None:
    found = validate(document)
    assert [problem in each for each in found] == [True] if problem else found == []
