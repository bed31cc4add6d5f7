"""The plans of one repository gate the code of others: approved there, free everywhere."""

import asyncio

import pytest

from bot.sandbox.exchange import Exchange
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.repository import Repository
from bot.sandbox.state.deliveries import Delivery
from tests.plan_text import plan_text
from tests.system.world import World

CENTRAL = "plans: {repository: acme/plans}\n"
BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")
UNREADABLE = ("failure", "The plans in acme/plans cannot be read")
APPROVED = {"plans/FEAT-12.md": plan_text(status="Approved")}


async def central(world: World, status: str | None = "Draft") -> Repository:
    """The shop's plans live in acme/plans."""
    plans = world.repository("acme/plans", private=True)
    await world.configure(CENTRAL)
    if status:
        await world.plan_on_main(status=status, repo=plans)
    return plans


async def approve(world: World, plans: Repository) -> PullRequest:
    """Bob sets the plan Approved, Carol approves that, and it is merged."""
    approval = await world.pull(APPROVED, plans, branch="approve", author="bob")
    await approval.review("carol")
    assert await world.verdict(approval) == ("success", "FEAT-12 is valid")
    await approval.merge(by="alice")
    return approval


# ── approved there, free here ────────────────────────────────────────────────
async def test_an_approval_at_the_centre_frees_the_code_of_every_repository(world: World) -> None:
    plans = await central(world)
    depot = world.repository("acme/depot")
    await world.configure(CENTRAL, depot)
    here, there = await world.code_pull(), await world.code_in(depot)
    assert [await world.verdict(pull) for pull in (here, there)] == [BLOCKED, BLOCKED]
    assert "on `main` of `acme/plans`" in await world.summary(here)
    approval = await approve(world, plans)
    assert [await world.verdict(pull) for pull in (here, there)] == [FREE, FREE]
    said = await world.summary(there)
    assert f"({world.sandbox.url}/acme/plans/blob/main/plans/FEAT-12.md)" in said
    assert f"({world.sandbox.url}/acme/plans/pull/{approval.number})" in said
    await world.plan_on_main(status="Draft", repo=plans)
    assert [await world.verdict(pull) for pull in (here, there)] == [BLOCKED, BLOCKED]


async def test_another_plan_at_the_centre_wakes_nobody(world: World) -> None:
    plans = await central(world)
    pull = await world.code_pull()
    await world.settle()
    seen = len(world.sandbox.requests)
    await world.plan_on_main("FEAT-13", "Approved", repo=plans)
    await world.settle()
    asked = [request.path for request in world.sandbox.requests[seen:]]
    assert f"/repos/acme/shop/pulls/{pull.number}" not in asked


@pytest.mark.parametrize(
    "words",
    [
        {"body": "", "title": "FEAT-12: add the page"},
        {"body": "", "branch": "feature/feat-12/page"},
    ],
)
async def test_a_plan_that_comes_later_is_noticed(world: World, words: dict[str, str]) -> None:
    """In a title or a branch the ID counts only once there is such a plan."""
    plans = await central(world, None)
    pull = await world.code_pull(**words)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    await world.plan_on_main(status="Approved", repo=plans)
    assert await world.verdict(pull) == FREE


async def test_very_many_are_freed_page_by_page(github: World) -> None:
    plans = await central(github)
    pulls = [
        await github.pull({f"src/{n}.py": "1\n"}, branch=f"patch-{n}", body="Plan: FEAT-12")
        for n in range(50)
    ]
    async with github.bot():
        task = await github.code_pull("Plan: FEAT-12#1", branch="task")  # has all the others read
        assert await github.verdict(task) == BLOCKED
        began = github.clock.now
        await github.plan_on_main(status="Approved", repo=plans)
        assert await github.verdict(task) == FREE
        assert {pull.merge_state().state for pull in pulls} == {"clean"}
        assert github.clock.now - began >= 10  # the second page came after the first


# ── which plans count ────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "words",
    [
        "Plan: acme/plans#FEAT-12",
        "Plan: plans/FEAT-12.md",
        "Plan: acme/plans#plans/FEAT-12.md",
        "Plan: https://github.example/acme/plans/blob/main/plans/FEAT-12.md",
    ],
)
async def test_every_way_to_name_a_central_plan(world: World, words: str) -> None:
    plans = await central(world)
    pull = await world.code_pull(words)
    assert await world.verdict(pull) == BLOCKED
    await world.plan_on_main(status="Approved", repo=plans)
    assert await world.verdict(pull) == FREE


async def test_the_codes_own_plan_does_not_count(world: World) -> None:
    plans = await central(world, None)
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")
    await pull.edit(body="Plan: acme/shop#FEAT-12")
    elsewhere = ("failure", "FEAT-12 in acme/shop does not count here")
    assert await world.verdict(pull) == elsewhere
    await pull.edit(body="Plan: https://github.example/acme/shop/blob/main/plans/FEAT-12.md")
    assert (await world.check(pull)).conclusion == "failure"
    assert "only plans in `acme/plans` count here" in await world.summary(pull)
    await pull.edit(body="Plan: FEAT-12")
    await world.plan_on_main(status="Approved", repo=plans)
    assert await world.verdict(pull) == FREE


async def test_another_branch_of_the_centre_does_not_count(world: World) -> None:
    plans = await central(world)
    await world.configure("gate: {base_branches: ['**']}\n", plans)
    await plans.commit("mine", APPROVED, from_="main")
    pull = await world.code_pull("Plan: https://x.example/acme/plans/blob/mine/plans/FEAT-12.md")
    assert await world.verdict(pull) == BLOCKED


async def test_the_centre_says_what_its_plans_are_and_how_they_are_judged(world: World) -> None:
    plans = await central(world, None)
    await world.configure("plans: {paths: ['rfc/*.md']}\nsections: {extra: [Costs]}\n", plans)
    text = plan_text(status="Approved")
    await plans.commit("main", {"plans/FEAT-12.md": text})
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")
    await plans.commit("main", {"plans/FEAT-12.md": None, "rfc/12.md": text})
    assert await world.verdict(pull) == ("failure", "FEAT-12 is Approved but has 1 error")
    await plans.commit("main", {"rfc/12.md": f"{text}\n## Costs\n\nNone: it is one page.\n"})
    assert await world.verdict(pull) == FREE


async def test_tasks_of_a_central_plan_wait_for_each_other_across_repositories(
    world: World,
) -> None:
    await central(world, "Approved")
    depot = world.repository("acme/depot")
    for repo in (world.shop, depot):
        await world.configure(f"{CENTRAL}tasks: {{order: error, link: error}}\n", repo)
    first = await world.code_pull("Plan: FEAT-12#1")
    rival = await world.code_pull("Plan: FEAT-12#1", branch="rival")
    second = await world.code_in(depot, "Plan: FEAT-12#2")
    assert await world.verdict(first) == ("failure", f"#{rival.number}: FEAT-12#1 belongs to #1")
    assert await world.verdict(second) == ("failure", "FEAT-12#2 waits for task 1")
    await rival.close()
    assert await world.verdict(first) == FREE
    await first.merge(by="bob")
    assert await world.verdict(second) == FREE


# ── the centre cannot be read ────────────────────────────────────────────────
async def test_without_the_app_there_nothing_passes(world: World) -> None:
    plans = await central(world, "Approved")
    world.sandbox.select(world.installation, [world.shop])
    pull = await world.code_pull()
    assert await world.verdict(pull) == UNREADABLE
    assert "install the App on `acme/plans`" in await world.summary(pull)
    world.sandbox.select(world.installation, [world.shop, plans])
    world.clock.now += 3_600  # a token reaches what it reached when it was made
    await world.plan_on_main("FEAT-13", repo=plans)
    await pull.edit(title="Once more")
    assert await world.verdict(pull) == FREE


async def test_another_owners_plans_decide_nothing(world: World) -> None:
    plans = world.repository("umbrella/plans")
    world.sandbox.install(world.app, "umbrella")
    await world.configure("plans: {repository: umbrella/plans}\n")
    await world.plan_on_main(status="Approved", repo=plans)
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "The plans in umbrella/plans cannot be read")


async def test_an_outage_at_the_centre_is_waited_out(world: World) -> None:
    await central(world, "Approved")
    await world.settle()
    world.sandbox.faults.fail("GET", "/repos/acme/plans", status=502, times=20)
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    world.sandbox.faults.fail("GET", "/repos/acme/plans", status=502, times=10_000)
    await world.shop.commit("patch-1", {"src/more.py": "1\n"})
    assert await world.verdict(pull) == ("failure", "Could not evaluate")


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ({"body": "Plan: FEAT-12"}, FREE),
        ({"body": "", "title": "FEAT-12: add the page"}, FREE),
        ({"body": "", "author": "dependabot[bot]"}, ("success", "Exempt: dependabot[bot]")),
    ],
)
async def test_a_broken_configuration_at_the_centre_blocks_until_it_is_mended(
    world: World, words: dict[str, str], then: tuple[str, str]
) -> None:
    plans = await central(world, "Approved")
    world.sandbox.add_user("dependabot[bot]", "Bot")
    await world.configure("mode: enforce\nplanz: {}\n", plans)
    pull = await world.code_pull(**words)
    assert await world.verdict(pull) == ("failure", "Configuration error")
    said = await world.summary(pull)
    assert "`.github/plan-gate.yml` in `acme/plans`, line 2, column 1" in said
    await world.configure("mode: enforce\n", plans)
    assert await world.verdict(pull) == then


async def test_in_shadow_mode_a_broken_configuration_at_the_centre_blocks_nothing(
    world: World,
) -> None:
    plans = await central(world, "Approved")
    await world.configure(f"{CENTRAL}mode: shadow\n")
    await world.configure("planz: {}\n", plans)
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("neutral", "Would block: Configuration error")


# ── the merge queue ──────────────────────────────────────────────────────────
async def test_a_central_plan_lets_the_group_merge(world: World) -> None:
    await central(world, "Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == FREE
    group = await world.shop.enqueue(pull)
    await world.settle()
    assert pull.merged
    (run,) = world.shop.check_runs(group.head_sha, "Plan gate")
    assert (run.conclusion, run.title) == FREE


async def test_a_central_plan_set_back_to_draft_stops_the_group_that_waits(world: World) -> None:
    """The group has our word already, and waits for another check."""
    plans = await central(world, "Approved")
    world.shop.require_check("main", "Slow tests")
    pull = await world.code_pull()
    await world.settle()
    group = await world.shop.enqueue(pull, admin=True)
    await world.settle()
    (run,) = world.shop.check_runs(group.head_sha, "Plan gate")
    assert (run.conclusion, group.state) == ("success", "checks_requested")
    await world.plan_on_main(status="Draft", repo=plans)
    await world.settle()
    newest = world.shop.check_runs(group.head_sha, "Plan gate")[0]
    assert (newest.conclusion, newest.title) == BLOCKED
    assert group.state == "failed"
    assert not pull.merged


async def test_a_draft_that_comes_while_the_group_is_judged_counts(world: World) -> None:
    """Nobody tells us of it, so only a look right before the writing can see it."""
    plans = await central(world, "Approved")
    pull = await world.code_pull()
    await world.settle()
    going: list[asyncio.Task[None]] = []

    async def withdraw() -> None:
        world.sandbox.faults.webhooks.drop(2)  # the push, and its check suite
        await world.plan_on_main(status="Draft", repo=plans)

    def watch(seen: Exchange | Delivery) -> None:
        if isinstance(seen, Exchange) and seen.path == "/repos/acme/plans/branches/main":
            going.extend([asyncio.create_task(withdraw())] if not going else ())

    world.sandbox.observers.append(watch)
    group = await world.shop.enqueue(pull)
    await world.settle()
    (run,) = world.shop.check_runs(group.head_sha, "Plan gate")
    assert (run.conclusion, run.title) == BLOCKED
    assert not pull.merged


async def test_a_group_that_is_over_is_not_judged_again(world: World) -> None:
    plans = await central(world, "Approved")
    pull = await world.code_pull()
    await world.settle()
    group = await world.shop.enqueue(pull)
    await world.settle()
    assert pull.merged
    await world.plan_on_main(status="Draft", repo=plans)
    await world.settle()
    assert len(world.shop.check_runs(group.head_sha, "Plan gate")) == 1
