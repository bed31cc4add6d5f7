"""What GitHub may answer and the sandbox never does: hidden nodes, imported names, forks."""

from typing import Any

import pytest
from aiohttp import web

from bot.gate.facts import Actor, Branch, LabelAdded, PlanFile, Role
from bot.github.errors import Unexpected
from bot.github.history import History
from bot.github.objects import ObjectCache
from bot.github.people import People
from tests.unit.github.conftest import Memory
from tests.unit.test_client import Line, Told, server

__all__ = ["server"]  # the fixture

MAIN = Branch("main", "tip", "tree")
PLAN = PlanFile("plans/FEAT-12.md", "blob", status_line=3)
LAST = {"hasNextPage": False, "endCursor": None}
ANN, BOB = {"__typename": "User", "login": "ann"}, {"__typename": "User", "login": "bob"}


def repository(**fields: object) -> web.Response:
    return web.json_response({"data": {"repository": {"id": "R_1", **fields}}})


def touched() -> web.Response:
    return web.json_response([{"sha": "c0ffee", "commit": {"tree": {"sha": "7ree"}}}])


def blame(user: str | None = "ann") -> web.Response:
    author = {"user": {"login": user} if user else None}
    commit = {"oid": "c0ffee", "committedDate": "2026-01-01T00:00:00Z", "author": author}
    lines = {"startingLine": 1, "endingLine": 9, "commit": commit}
    return repository(object={"blame": {"ranges": [lines]}})


def pull(number: int, **fields: object) -> dict[str, Any]:
    usual = {
        "number": number,
        "mergedAt": f"2026-01-{number:02}T00:00:00Z",
        "baseRefName": "main",
        "repository": {"id": "R_1"},
        "author": ANN,
    }
    return usual | fields


def pulls(*nodes: dict[str, Any] | None, page_info: object = LAST) -> web.Response:
    found = {"pageInfo": page_info, "nodes": nodes}
    return repository(object={"associatedPullRequests": found})


def review(author: dict[str, str] | None, at: str, state: str = "APPROVED") -> dict[str, Any]:
    return {
        "author": author,
        "state": state,
        "submittedAt": at,
        "commit": {"oid": "head"},
        "authorCanPushToRepository": True,
    }


def reviews(*nodes: dict[str, Any] | None, page_info: object = LAST) -> web.Response:
    found = {"pageInfo": page_info, "nodes": nodes}
    return repository(pullRequest={"headRefOid": "head", "reviews": found})


def history(told: Told) -> History:
    memory = Memory()
    client = Line(told[2], told[1]).client
    return History(client, "acme/shop", memory, ObjectCache(memory))


def people(told: Told) -> People:
    return People(Line(told[2], told[1]).client, "acme/shop")


# ── provenance ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("found", "number"),
    [
        ([pull(7), pull(5), pull(6)], 5),
        ([pull(5, mergedAt=None), pull(6)], 6),
        ([pull(5, baseRefName="side"), pull(6)], 6),
        # A fork has the same commits, and reviewers of its owner's choice.
        ([pull(5, repository={"id": "R_2"}), pull(6)], 6),
        ([pull(5, repository={"id": "R_2"})], 0),
        ([None, pull(6)], 6),
        ([None], 0),
        ([], 0),
    ],
)
async def test_the_earliest_merge_into_the_trusted_branch_counts(
    server: Told, found: list[dict[str, Any] | None], number: int
) -> None:
    server[0].answers = [touched(), blame(), pulls(*found), reviews()]
    assert (await history(server).read_provenance(MAIN, PLAN)).pull == number


async def test_pull_requests_are_looked_for_on_every_page(server: Told) -> None:
    more = {"hasNextPage": True, "endCursor": "100"}
    server[0].answers = [
        touched(),
        blame(),
        pulls(pull(7), page_info=more),
        pulls(pull(5)),
        reviews(),
    ]
    assert (await history(server).read_provenance(MAIN, PLAN)).pull == 5


@pytest.mark.parametrize("cursor", [None, "again"])
async def test_a_list_that_goes_on_nowhere_is_doubt(server: Told, cursor: str | None) -> None:
    more = {"hasNextPage": True, "endCursor": cursor}
    server[0].answers = [touched(), blame(), pulls(page_info=more), pulls(page_info=more)]
    with pytest.raises(Unexpected, match="goes on"):
        await history(server).read_provenance(MAIN, PLAN)


async def test_who_is_no_user_neither_approves_nor_authors(server: Told) -> None:
    mannequin = {"__typename": "Mannequin", "login": "old-bob"}
    server[0].answers = [
        touched(),
        blame(None),
        pulls(pull(5, author={"__typename": "Organization", "login": "acme"})),
        reviews(review(None, "1"), review(mannequin, "2"), None, review(BOB, "3")),
    ]
    found = await history(server).read_provenance(MAIN, PLAN)
    assert (found.by, found.author) == (None, None)
    assert [one.by for one in found.reviews] == [Actor("bob")]


async def test_the_order_of_reviews_is_that_of_time(server: Told) -> None:
    """Whatever order GitHub lists them in; a state that we do not know ends an approval."""
    server[0].answers = [
        touched(),
        blame(),
        pulls(pull(5)),
        reviews(
            review(BOB, "2026-01-02T00:00:00Z", "CHANGES_REQUESTED"),
            review(BOB, "2026-01-01T00:00:00Z"),
            review(ANN, "2026-01-02T00:00:00Z", "SOMETHING_NEW"),
            review(ANN, "2026-01-01T00:00:00Z"),
        ),
    ]
    found = await history(server).read_provenance(MAIN, PLAN)
    assert [one.state for one in found.reviews] == ["SOMETHING_NEW", "CHANGES_REQUESTED"]


async def test_a_review_whose_commit_is_gone_is_of_no_head(server: Told) -> None:
    server[0].answers = [
        touched(),
        blame(),
        pulls(pull(5)),
        reviews({**review(BOB, "1"), "commit": None}),
    ]
    assert (await history(server).read_provenance(MAIN, PLAN)).reviews == ()


async def test_a_file_that_no_commit_touched_is_doubt(server: Told) -> None:
    server[0].answers = [web.json_response([])]
    with pytest.raises(Unexpected, match="no commit that touches plans"):
        await history(server).read_provenance(MAIN, PLAN)


# ── reviews ──────────────────────────────────────────────────────────────────
async def test_a_reviewer_who_is_gone_is_dropped(server: Told) -> None:
    said = {"state": "APPROVED", "commit_id": "head", "submitted_at": "2026-01-01T00:00:00Z"}
    server[0].answers = [
        web.json_response(
            [
                {**said, "user": None},
                {**said, "user": {"login": "old-bob", "type": "Mannequin"}},
                {"state": "PENDING", "user": {"login": "cid", "type": "User"}},
                {**said, "user": {"login": "ann", "type": "User"}, "commit_id": None},
            ]
        ),
        web.json_response({"permission": "write", "role_name": "write"}),
    ]
    (found,) = await people(server).read_reviews(1, ())
    assert (found.by, found.commit, found.role) == (Actor("ann"), "", Role.WRITE)


# ── roles ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("permission", "role_name", "expected"),
    [
        ("write", "maintain", Role.MAINTAIN),
        ("read", "triage", Role.TRIAGE),
        # a role of the organisation's own counts as what it is made from
        ("write", "release-captain", Role.WRITE),
        ("read", "reader-plus", Role.READ),
        ("admin", "super", Role.ADMIN),
        ("none", "", Role.NONE),
        # and not as what it is called
        ("read", "maintain", Role.READ),
        ("write", "admin", Role.WRITE),
        ("none", "write", Role.NONE),
    ],
)
async def test_a_role_is_no_more_than_its_permission(
    server: Told, permission: str, role_name: str, expected: Role
) -> None:
    server[0].answers = [web.json_response({"permission": permission, "role_name": role_name})]
    assert await people(server).read_role("ann") == expected


async def test_an_older_server_names_no_role(server: Told) -> None:
    server[0].answers = [web.json_response({"permission": "write"})]
    assert await people(server).read_role("ann") == Role.WRITE


async def test_an_unknown_permission_is_doubt(server: Told) -> None:
    server[0].answers = [web.json_response({"permission": "owner", "role_name": "owner"})]
    with pytest.raises(Unexpected):
        await people(server).read_role("ann")


async def test_an_invitation_is_no_membership(server: Told) -> None:
    said = {"state": "APPROVED", "commit_id": "head", "submitted_at": "2026-01-01T00:00:00Z"}
    server[0].answers = [
        web.json_response([{**said, "user": {"login": "ann", "type": "User"}}]),
        web.json_response({"permission": "write", "role_name": "write"}),
        web.json_response({"state": "pending", "role": "member"}),
    ]
    (found,) = await people(server).read_reviews(1, ["@acme/leads"])
    assert not found.approver


# ── labels ───────────────────────────────────────────────────────────────────
def events(*nodes: object, page_info: object = None) -> web.Response:
    last = {"hasPreviousPage": False, "startCursor": None}
    found = {"pageInfo": page_info or last, "nodes": nodes}
    return repository(pullRequest={"timelineItems": found})


def labelled(
    actor: dict[str, str] | None,
    changed: str | None = "2026-01-01T11:59:59Z",
    at: str = "2026-01-01T12:00:00Z",
) -> dict[str, Any]:
    label = {"name": "no-plan", "updatedAt": changed}
    return {"__typename": "LabeledEvent", "createdAt": at, "actor": actor, "label": label}


async def test_a_label_that_nobody_known_put_on_counts_for_nobody(server: Told) -> None:
    """Nor does the one who put it on before."""
    server[0].answers = [events(labelled(ANN), labelled(None))]
    found = await people(server).read_label_adders(1, ["no-plan"])
    assert found == (LabelAdded("no-plan", None, Role.NONE),)


@pytest.mark.parametrize(
    ("changed", "known"),
    [
        ("2026-01-01T11:59:59Z", True),
        ("2026-01-01T12:59:59+01:00", True),
        ("2026-01-01T12:00:00Z", False),
        ("2026-01-01T12:00:00.5Z", False),
        ("2026-01-01T12:00:01Z", False),
        (None, False),
    ],
)
async def test_a_label_that_was_changed_since_was_put_on_by_nobody(
    server: Told, changed: str | None, known: bool
) -> None:
    """Nor one of which GitHub does not tell when it was changed."""
    server[0].answers = [
        events(labelled(ANN, changed)),
        web.json_response({"permission": "admin", "role_name": "admin"}),
    ]
    (found,) = await people(server).read_label_adders(1, ["no-plan"])
    assert (found.by is not None) is known


async def test_a_moment_without_a_time_zone_is_doubt(server: Told) -> None:
    server[0].answers = [events(labelled(ANN, "2026-01-01T11:59:59"))]
    with pytest.raises(Unexpected):
        await people(server).read_label_adders(1, ["no-plan"])


async def test_a_hidden_event_is_doubt(server: Told) -> None:
    server[0].answers = [events(labelled(ANN), None)]
    with pytest.raises(Unexpected):
        await people(server).read_label_adders(1, ["no-plan"])


@pytest.mark.parametrize("cursor", [None, "again"])
async def test_events_that_go_on_nowhere_end(server: Told, cursor: str | None) -> None:
    more = {"hasPreviousPage": True, "startCursor": cursor}
    server[0].answers = [events(page_info=more), events(page_info=more)]
    found = await people(server).read_label_adders(1, ["no-plan"])
    assert found == (LabelAdded("no-plan", None, Role.NONE),)
