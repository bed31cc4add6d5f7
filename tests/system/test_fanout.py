"""What an event concerns is marked page by page, by runs that go on from one another."""

from collections.abc import AsyncIterator

import pytest

from bot.app import Opened, opened
from bot.config.schema import CONFIG_PATH
from bot.fanout import PAGE, SPACING
from bot.ledger.branches import Branches
from bot.subject import IndexSubject, PullSubject, PushSubject, RepositorySubject, Subject
from bot.work.ending import Done, Ending, Proceed
from bot.work.model import Claim, Row
from tests.in_process import InProcess
from tests.plan_text import plan_text
from tests.system.world import World

PLAN = "plans/FEAT-12.md"


@pytest.fixture
async def base(github: World) -> AsyncIterator[Opened]:
    """What a worker works with, and no worker: runs are started by hand."""
    async with opened(
        github.settings, clock=github.clock, sleep=github.clock.sleep, offloading=InProcess
    ) as base:
        yield base


async def run(
    github: World, base: Opened, subject: Subject, progress: str = "", *, backfill: bool = False
) -> Ending:
    """One run of *subject*, from where an earlier one came to."""

    async def owned() -> None: ...

    claim = Claim(subject.key, github.installation.id, 1, 0, backfill, progress)
    return await base.runner.run(subject, claim, owned)


async def marked(base: Opened) -> dict[str, Row]:
    """What waits in the queue, by key."""
    return {row.key: row for row in await base.store.rows()}


async def pulls(github: World, number: int, base: str = "main") -> list[str]:
    """Open pull requests that link the plan; their keys, the oldest first."""
    found = []
    for _ in range(number):
        branch = f"work-{len(github.shop.pulls)}"
        await github.shop.commit(branch, {"src/a.py": f"{branch}\n"}, from_=base)
        pull = await github.shop.open_pull_request(branch, base, title="x", body="Plan: FEAT-12")
        found.append(PullSubject("acme/shop", pull.number).key)
    return found


async def push(
    github: World, files: dict[str, str | None], branch: str = "main", default: str = "main"
) -> PushSubject:
    """Somebody pushes; what is heard of it."""
    before = github.shop.head(branch)
    after = await github.shop.commit(branch, files)
    return PushSubject("acme/shop", branch, before, after, default)


# ── pages ────────────────────────────────────────────────────────────────────
async def test_the_first_page_is_live_and_the_rest_comes_later(github: World, base: Opened) -> None:
    await github.plan_on_main()
    keys = await pulls(github, PAGE + 2)
    approval = await push(github, {PLAN: plan_text(status="Approved")})

    first = await run(github, base, approval)
    assert isinstance(first, Proceed)
    assert (first.words, first.delay) == ("50 marked", SPACING)
    assert (await marked(base)).keys() == set(keys[2:])  # the newest
    assert not any(row.backfill for row in (await marked(base)).values())
    assert await handled(base) != approval.after

    assert await run(github, base, approval, first.progress) == Done("2 marked")
    rows = await marked(base)
    assert rows.keys() == set(keys)
    assert [rows[key].backfill for key in keys[:3]] == [True, True, False]
    assert await handled(base) == approval.after


async def handled(base: Opened, branch: str = "main") -> str | None:
    return await Branches(base.ledger).handled("acme/shop", branch)


async def test_pull_requests_may_come_and_go_between_two_pages(github: World, base: Opened) -> None:
    await github.plan_on_main()
    keys = await pulls(github, PAGE + 2)
    approval = await push(github, {PLAN: plan_text(status="Approved")})
    first = await run(github, base, approval)
    assert isinstance(first, Proceed)
    await github.shop.pulls[1].close()  # the next one that would have been marked
    await github.shop.pulls[-1].close()
    await pulls(github, 1)  # its own event marks it
    assert await run(github, base, approval, first.progress) == Done("1 marked")
    assert (await marked(base)).keys() == {keys[0], *keys[2:]}


async def test_what_nobody_waits_for_spreads_as_what_nobody_waits_for(
    github: World, base: Opened
) -> None:
    (key,) = await pulls(github, 1)
    await run(github, base, RepositorySubject("acme/shop"), backfill=True)
    assert (await marked(base))[key].backfill


async def test_a_place_of_another_version_begins_anew(github: World, base: Opened) -> None:
    (key,) = await pulls(github, 1)
    ended = await run(github, base, RepositorySubject("acme/shop"), "elsewhere 12")
    assert ended == Done("1 marked")
    assert (await marked(base)).keys() == {key}


async def test_repositories_under_one_roof_are_marked_page_by_page_as_backfill(
    github: World, base: Opened
) -> None:
    """Each is many pull requests of which nobody knows yet whether anybody waits for them."""
    names = [f"acme/code-{n:02}" for n in range(PAGE)]
    for name in names:
        github.sandbox.create_repository(name, {"README.md": "# Code\n"})
    house = github.sandbox.create_repository("acme/.github", {"README.md": "# House\n"})
    before = house.head("main")
    after = await house.commit("main", {CONFIG_PATH: "mode: shadow\n"})
    policy = PushSubject("acme/.github", "main", before, after, "main")
    first = await run(github, base, policy)
    assert isinstance(first, Proceed)
    second = await run(github, base, policy, first.progress)
    assert [first.words, second.words] == ["50 marked", "1 marked"]
    rows = await marked(base)
    assert rows.keys() == {f"repository {name}" for name in [*names, "acme/shop"]}
    assert all(row.backfill for row in rows.values())


# ── what most pushes cost ────────────────────────────────────────────────────
async def asked(github: World, base: Opened, subject: Subject) -> list[str]:
    """What GitHub is asked for at a price by a run, and by one more for the same."""
    since = len(github.sandbox.requests)
    assert await run(github, base, subject) == Done("0 marked")
    counted = [one.path for one in github.sandbox.requests[since:] if one.counted]
    return [path for path in counted if "/access_tokens" not in path and path != "/app"]


async def test_a_push_to_a_branch_that_nobody_targets_costs_one_request_at_most(
    github: World, base: Opened
) -> None:
    await github.shop.create_branch("feature")
    for expected in (["/repos/acme/shop/pulls"], []):
        pushed = await push(github, {"src/a.py": f"{len(expected)}\n"}, "feature")
        assert await asked(github, base, pushed) == expected
        assert await handled(base, "feature") is None


async def test_a_push_that_changes_no_plan_looks_for_no_pull_requests(
    github: World, base: Opened
) -> None:
    await pulls(github, 1)
    await asked(github, base, await push(github, {"src/a.py": "1\n"}))
    after = await push(github, {"src/a.py": "2\n"})
    paths = await asked(github, base, after)
    assert [path.partition("/shop/")[2].partition("/")[0] for path in paths] == ["branches", "git"]
    assert await handled(base) == after.after


async def test_who_did_not_tell_the_default_branch_has_it_read(github: World, base: Opened) -> None:
    paths = await asked(github, base, await push(github, {"src/a.py": "1\n"}, default=""))
    assert paths[0] == "/repos/acme/shop"


async def test_a_branch_that_is_targeted_but_not_trusted_decides_nothing(
    github: World, base: Opened
) -> None:
    await github.plan_on_main()
    await github.shop.create_branch("theirs")
    await pulls(github, 1, "theirs")
    pushed = await push(github, {PLAN: plan_text(status="Approved")}, "theirs")
    assert await run(github, base, pushed) == Done("0 marked")
    assert await handled(base, "theirs") == pushed.after  # so that no sweep comes back to it


async def test_a_branch_that_is_trusted_decides_about_those_who_target_it(
    github: World, base: Opened
) -> None:
    await github.configure("gate: {base_branches: ['release/*']}\n")
    await github.shop.create_branch("release/1")
    await pulls(github, 1)
    (key,) = await pulls(github, 1, "release/1")
    pushed = await push(github, {PLAN: plan_text(status="Approved")}, "release/1")
    assert await run(github, base, pushed) == Done("1 marked")
    assert (await marked(base)).keys() == {key}


# ── the index of tasks ───────────────────────────────────────────────────────
async def test_the_index_is_rebuilt_page_by_page(github: World, base: Opened) -> None:
    await github.plan_on_main(status="Approved")
    await pulls(github, PAGE)
    await github.shop.pulls[0].close()
    first = await run(github, base, IndexSubject("acme/shop"))
    assert first == Proceed("50 pull requests indexed", "2")
    assert await base.ledger.indexed("acme/shop") is None
    assert await run(github, base, IndexSubject("acme/shop"), "2") == Done(
        "0 pull requests indexed"
    )
    assert await base.ledger.indexed("acme/shop") is not None
    assert len(await base.ledger.open_subjects("acme/shop")) == PAGE - 1
