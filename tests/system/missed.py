"""What may happen while the bot is away: each a conversation that is interrupted once.

It yields a pull request and its verdict twice: before the bot goes, and once it has come back.
"""

from collections.abc import AsyncIterator, Callable

from bot.sandbox import PullRequest
from tests.plan_text import plan_text
from tests.system.test_central_plans import central
from tests.system.test_organisation import house
from tests.system.test_policy_approval import UNREVIEWED, flip
from tests.system.test_tasks import EARLY, start, task_pull
from tests.system.world import CODE, World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")
EXEMPT = ("success", "No plan needed: only exempt files change")
NO_PLAN = ("failure", "No plan linked")
UNAPPROVED = ("failure", UNREVIEWED)
VALID = ("success", "FEAT-12 is valid")

ALL_EXEMPT = "gate: {exempt_paths: ['**']}\n"

Seen = tuple[PullRequest, tuple[str, str]]
Story = Callable[[World], AsyncIterator[Seen]]


# ── to a branch that decides ─────────────────────────────────────────────────
async def a_plan_is_approved(world: World) -> AsyncIterator[Seen]:
    await world.plan_on_main()
    pull = await world.code_pull()
    yield pull, BLOCKED
    await world.plan_on_main(status="Approved")
    yield pull, FREE


async def a_plan_is_approved_at_the_centre(world: World) -> AsyncIterator[Seen]:
    plans = await central(world)
    pull = await world.code_pull()
    yield pull, BLOCKED
    await world.plan_on_main(status="Approved", repo=plans)
    yield pull, FREE


async def the_configuration_changes(world: World) -> AsyncIterator[Seen]:
    pull = await world.code_pull(body=None)
    yield pull, NO_PLAN
    await world.configure(ALL_EXEMPT)
    yield pull, EXEMPT


async def the_configuration_of_all_changes(world: World) -> AsyncIterator[Seen]:
    common = await house(world)
    pull = await world.code_pull(body=None)
    yield pull, NO_PLAN
    await world.configure(ALL_EXEMPT, common)
    yield pull, EXEMPT


async def before_a_release(world: World) -> PullRequest:
    """A Draft on main, Approved on a branch that is trusted as well."""
    await world.configure("gate: {base_branches: ['release/*']}\n")
    await world.plan_on_main()
    approved = {"plans/FEAT-12.md": plan_text(status="Approved")}
    await world.shop.commit("release/1", approved, from_="main", author="bob")
    return await world.code_pull()


async def another_branch_is_the_default(world: World) -> AsyncIterator[Seen]:
    pull = await before_a_release(world)
    yield pull, BLOCKED
    await world.shop.set_default_branch("release/1")
    yield pull, FREE


# ── to a pull request ────────────────────────────────────────────────────────
async def it_is_opened(world: World) -> AsyncIterator[Seen]:
    yield await world.pull({"docs/a.txt": "1\n"}), EXEMPT
    yield await world.pull(CODE, branch="patch-2"), NO_PLAN


async def its_head_is_pushed(world: World) -> AsyncIterator[Seen]:
    pull = await world.pull({"docs/a.txt": "1\n"})
    yield pull, EXEMPT
    await world.shop.commit("patch-1", CODE)
    yield pull, NO_PLAN


async def its_title_changes(world: World) -> AsyncIterator[Seen]:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull(body=None)
    yield pull, NO_PLAN
    await pull.edit(title="FEAT-12: add the page")
    yield pull, FREE


async def its_description_changes(world: World) -> AsyncIterator[Seen]:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    yield pull, FREE
    await pull.edit(body="Nothing.")
    yield pull, NO_PLAN


async def its_base_changes(world: World) -> AsyncIterator[Seen]:
    pull = await before_a_release(world)
    yield pull, BLOCKED
    await pull.edit(base="release/1")
    yield pull, FREE


async def it_is_labelled(world: World) -> AsyncIterator[Seen]:
    await world.configure("gate: {exempt_labels: [hotfix]}\n")
    pull = await world.code_pull(body=None)
    yield pull, NO_PLAN
    await pull.add_label("hotfix", by="maya")
    yield pull, ("success", "Exempt: label hotfix, put on by maya")


async def it_is_reviewed(world: World) -> AsyncIterator[Seen]:
    pull = await flip(world)
    yield pull, UNAPPROVED
    await pull.review("bob")
    yield pull, VALID


async def its_review_is_dismissed(world: World) -> AsyncIterator[Seen]:
    pull = await flip(world)
    review = await pull.review("bob")
    yield pull, VALID
    await pull.dismiss_review(review, by="carol")
    yield pull, UNAPPROVED


async def it_is_reopened(world: World) -> AsyncIterator[Seen]:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    await pull.close()
    await world.settle()
    await world.plan_on_main(status="Approved")
    yield pull, BLOCKED
    await pull.reopen()
    yield pull, FREE


async def the_task_before_it_is_merged(world: World) -> AsyncIterator[Seen]:
    await start(world)
    first, second = await task_pull(world, 1), await task_pull(world, 2)
    yield second, EARLY
    await first.merge(by="bob")
    yield second, FREE


async def another_one_lets_its_task_go(world: World) -> AsyncIterator[Seen]:
    await start(world)
    first, again = await task_pull(world, 1), await task_pull(world, 1)
    yield again, ("failure", f"FEAT-12#1 belongs to #{first.number}")
    await first.close()
    yield again, FREE


# ── asked of us ──────────────────────────────────────────────────────────────
async def somebody_exempts_it(world: World) -> AsyncIterator[Seen]:
    pull = await world.code_pull(body=None)
    yield pull, NO_PLAN
    await pull.comment("/plan-exempt The shop is down", author="maya")
    yield pull, ("success", "Exempt: maya says “The shop is down”")


FOUND: dict[str, Story] = {
    story.__name__.replace("_", " "): story
    for story in (
        a_plan_is_approved,
        a_plan_is_approved_at_the_centre,
        the_configuration_changes,
        the_configuration_of_all_changes,
        another_branch_is_the_default,
        it_is_opened,
        its_head_is_pushed,
        its_title_changes,
        its_description_changes,
        its_base_changes,
        it_is_labelled,
        it_is_reviewed,
        its_review_is_dismissed,
        it_is_reopened,
        the_task_before_it_is_merged,
        another_one_lets_its_task_go,
    )
}
"""What shows in the end, so that comparing finds it."""

ASKED: dict[str, Story] = {"somebody exempts it": somebody_exempts_it}
"""What nothing but its own delivery tells of."""
