"""What each situation costs of GitHub's rate limit: every request but the answers "not modified".

The table says all that is asked, so that a request more, or one less, is seen here first.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.sandbox.exchange import Exchange
from bot.sandbox.pull_request import PullRequest
from bot.work.model import Mark
from tests.plan_text import plan_text
from tests.system.world import World

_NAMES = [
    (r"POST .*/check-runs", "write check"),
    (r"(POST|PATCH) .*/comments(/\d+)?", "write comment"),
    (r"GET .*/commits/\w+/check-runs", "checks"),
    (r"GET .*/commits/\w+/pulls", "pulls at head"),
    (r"GET .*/issues/\d+/comments", "comments"),
    (r"GET .*/pulls/\d+/reviews", "reviews"),
    (r"GET .*/pulls/\d+", "pull"),
    (r"GET .*/pulls", "open pulls"),
    (r"GET .*/compare/.*", "comparison"),
    (r"GET .*/git/trees/\w+", "tree"),
    (r"GET .*/git/blobs/\w+", "blob"),
    (r"GET .*/git/commits/\w+", "commit"),
    (r"GET .*/branches/.*", "branch"),
    (r"GET .*/commits", "last commit"),
    (r"GET .*/collaborators/.*", "role"),
    (r"GET /repos/\w+/\.github", "house"),
    (r"GET /repos/\w+/\w+", "repository"),
    (r"GET /app", "app"),
    (r"POST /app/installations/\d+/access_tokens", "token"),
    (r"POST .*/graphql", "graphql"),
]


def named(request: Exchange) -> str:
    """What is asked for, in a word or two."""
    asked = f"{request.method} {request.path}"
    name = next((name for pattern, name in _NAMES if re.fullmatch(pattern, asked)), asked)
    if name != "graphql":
        return name
    return str(re.findall(r"query Read(\w+)", request.request_body["query"])[0])


def costs(world: World, since: int) -> list[str]:
    """What was asked since then at a price, in alphabetical order."""
    return sorted(named(one) for one in world.sandbox.requests[since:] if one.counted)


Act = Callable[[World, PullRequest], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """Something that happens around a pull request whose code has its plan Approved.

    *before* has happened then, and was judged. *asked* is what the evaluation costs, *spread* what
    it costs to find out whom an event concerns, once for all that it does.
    """

    act: Act
    asked: str = ""
    spread: str = ""
    config: str = "{}"
    before: Act | None = None


# ── what happens ─────────────────────────────────────────────────────────────
async def name_another_plan(_: World, pull: PullRequest) -> None:
    await pull.edit(body="Plan: FEAT-404")


async def name_the_plan(_: World, pull: PullRequest) -> None:
    await pull.edit(body="Plan: FEAT-12")


async def retitle(_: World, pull: PullRequest) -> None:
    await pull.edit(title="Another title")


async def label(_: World, pull: PullRequest) -> None:
    await pull.add_label("urgent")


async def deliver_again(world: World, pull: PullRequest) -> None:
    mark = Mark(f"pull acme/shop#{pull.number}", world.installation.id)
    await world.parts.store.enqueue([mark])


async def exempt_by_label(_: World, pull: PullRequest) -> None:
    await pull.add_label("no-plan", by="maya")


async def withdraw_the_plan(world: World, _: PullRequest) -> None:
    await world.plan_on_main()


async def push_to_main(world: World, _: PullRequest) -> None:
    await world.shop.commit("main", {"docs/x.txt": "1\n"})


async def push_to_a_branch(world: World, _: PullRequest) -> None:
    await world.shop.commit("elsewhere", {"docs/x.txt": "1\n"}, from_="main")


async def push_to_the_head(world: World, _: PullRequest) -> None:
    await world.shop.commit("patch-1", {"src/more.py": "1\n"})


async def close(_: World, pull: PullRequest) -> None:
    await pull.close()


async def open_another(world: World, _: PullRequest) -> None:
    await world.shop.open_pull_request("elsewhere", title="x", body="Plan: FEAT-12")


async def open_one_that_is_blocked(world: World, _: PullRequest) -> None:
    await world.shop.open_pull_request("elsewhere", title="x", body="Plan: FEAT-404")


async def push_code(world: World, _: PullRequest) -> None:
    await world.shop.commit("elsewhere", {"src/other.py": "1\n"}, from_="main")


async def push_a_plan(world: World, _: PullRequest) -> None:
    files = {"plans/FEAT-13.md": plan_text("FEAT-13")}
    await world.shop.commit("elsewhere", files, from_="main")


async def push_an_approval(world: World, _: PullRequest) -> None:
    await world.plan_on_main("FEAT-13")
    files = {"plans/FEAT-13.md": plan_text("FEAT-13", "Approved")}
    await world.shop.commit("elsewhere", files, from_="main")


async def propose_an_approval(world: World, pull: PullRequest) -> None:
    await push_an_approval(world, pull)
    await open_another(world, pull)


async def review_it(world: World, _: PullRequest) -> None:
    await world.shop.pulls[-1].review("bob")


NEW = "pull, pulls at head, comparison"
ANEW = "pulls at head"  # its own object tells when its repository was pushed to
MOVED = "pulls at head, branch, tree"  # its first is that of the commit on main
EXEMPT = "gate: {exempt_labels: [no-plan]}\n"

# Judged before: at most three, the check run and the comment included.
KNOWN = [
    Row(name_another_plan, "pulls at head, write check, write comment"),
    Row(name_the_plan, "pulls at head, write check, write comment", before=name_another_plan),
    Row(retitle, "pulls at head"),
    Row(label, "pulls at head"),
    Row(deliver_again),
    # A comment of ours has touched the pull request: that much GitHub wants to tell.
    Row(deliver_again, "pulls at head", before=name_another_plan),
    Row(
        withdraw_the_plan,
        f"{ANEW}, write check, write comment",
        f"{MOVED}, comparison, blob, open pulls",  # how main went on is asked once for all
    ),
    Row(push_to_main, spread=MOVED),
    Row(push_to_a_branch, spread="open pulls, pulls at head"),
]

# People decide: who put a label on is always asked, and once what a person may do.
PEOPLE = [
    Row(
        exempt_by_label,
        "pulls at head, LabelEvents, role, write check, write comment",
        config=EXEMPT,
        before=name_another_plan,
    ),
    Row(
        review_it,
        "pulls at head, reviews, role, write check, write comment",
        before=propose_an_approval,
    ),
]

# It is new, or its head is: at most nine.
UNKNOWN = [
    Row(open_another, f"{NEW}, tree, write check", before=push_code),
    Row(open_one_that_is_blocked, f"{NEW}, tree, write check, write comment", before=push_code),
    Row(open_another, f"{NEW}, tree, blob, write check", before=push_a_plan),
    Row(
        open_another,
        f"{NEW}, tree, blob, Blame, reviews, write check, write comment",
        before=push_an_approval,
    ),
    Row(push_to_the_head, f"{NEW}, {ANEW}, tree, write check"),
    Row(close, "pulls at head, pull"),
]


@pytest.mark.parametrize(
    ("row", "most"),
    [
        *((row, 3) for row in KNOWN),
        *((row, 5) for row in PEOPLE),
        *((row, 9) for row in UNKNOWN),
    ],
    ids=lambda value: value.act.__name__ if isinstance(value, Row) else f"at most {value}",
)
async def test_what_it_costs(world: World, row: Row, most: int) -> None:
    await world.configure(row.config)
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    await world.settle()
    if row.before is not None:
        await row.before(world, pull)
        await world.settle()
    world.clock.now += 60
    since = len(world.sandbox.requests)
    await row.act(world, pull)
    await world.settle()
    expected = [name for part in (row.asked, row.spread) for name in part.split(", ") if name]
    assert costs(world, since) == sorted(expected)
    assert len(row.asked.split(", ")) <= most


async def test_what_a_new_repository_costs(github: World) -> None:
    """Its first pull request, which is blocked. The house is its owner's, and asked for by all."""
    await github.plan_on_main()
    async with github.bot():
        await github.settle()
        since = len(github.sandbox.requests)
        github.sandbox.faults.webhooks.drop(2)  # the push to its branch, and its check suite
        await github.code_pull()
        await github.settle()
        found = costs(github, since)
    asked = f"{NEW}, branch, tree, tree, blob, house, app, write check, write comment"
    assert found == sorted(asked.split(", "))


async def test_what_a_restart_costs(github: World) -> None:
    """Objects and what was written are remembered; what can change is asked for once."""
    async with github.bot():
        await github.plan_on_main(status="Approved")
        pull = await github.code_pull()
        await github.settle()
    async with github.bot():
        await github.settle()
        since = len(github.sandbox.requests)
        await pull.edit(body="Plan: FEAT-404")
        await github.settle()
        found = costs(github, since)
    assert found == ["app", "comparison", "house", "pulls at head", "write check", "write comment"]
