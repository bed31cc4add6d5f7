"""Conversations from their beginning to their end, each kept as people read it."""

from collections.abc import Callable

import pytest

from bot.subject import Button
from tests.gallery.snapshots import FOLDER, Snapshots
from tests.plan_text import plan_text
from tests.system.conversation import Conversation
from tests.system.world import CODE, World


@pytest.fixture
def keep(snapshots: Snapshots, request: pytest.FixtureRequest) -> Callable[[Conversation], None]:
    """Compares a conversation with what was kept of it."""
    name = request.node.name.removeprefix("test_").replace("_", "-")
    return lambda talk: snapshots.check("conversation", name, talk.transcript)


Keep = Callable[[Conversation], None]


async def test_code_waits_for_its_plan(world: World, keep: Keep) -> None:
    await world.plan_on_main(text=plan_text(answer="—"))
    pull = await world.code_pull(None)
    talk = Conversation(world, pull)
    await talk.happens("alice opens a pull request that changes code")
    await pull.edit(body="Plan: FEAT-12#1")
    await talk.happens("alice links FEAT-12#1 in its description")
    await talk.says("alice", "/plan-status")
    await world.plan_on_main(status="Approved")
    await talk.happens("bob answers the question and sets the plan Approved on main")
    await talk.says("bob", "/plan-status FEAT-12")
    await pull.merge(by="alice")
    await talk.happens("alice merges")
    await talk.says("carol", "/plan-status")
    keep(talk)


async def test_a_plan_is_written_and_approved(world: World, keep: Keep) -> None:
    broken = plan_text(answer="TBD").replace("**Complexity**", "**Complexty**")
    pull = await world.pull({"plans/FEAT-12.md": broken}, title="FEAT-12: Checkout")
    talk = Conversation(world, pull)
    await talk.happens("alice opens a pull request with a Draft that has faults")
    await world.shop.commit(
        "patch-1", {"plans/FEAT-12.md": plan_text(status="Approved")}, author="alice"
    )
    await talk.happens("alice mends it, and sets it Approved")
    await talk.says("bob", "/plan-status")
    await pull.review("bob")
    await talk.happens("bob approves the pull request")
    keep(talk)


async def test_somebody_exempts_a_hotfix(world: World, keep: Keep) -> None:
    pull = await world.code_pull(None, title="Stop the bleeding")
    talk = Conversation(world, pull)
    await talk.happens("alice opens a pull request that changes code")
    await talk.presses("alice", Button.EXEMPT)
    await talk.says("alice", "/plan-exempt The shop is down")
    await talk.says("bob", "/plan-exempt The shop is down")
    await talk.says("maya", "/plan-exempt")
    await talk.says("maya", "/plan-exempt The shop is down, see INC-7")
    await world.shop.commit("patch-1", {"src/more.py": "1\n"}, author="alice")
    await talk.happens("alice pushes another commit")
    await talk.says("maya", "/plan-exempt And this\n/plan-exempt off")
    await talk.presses("bob", Button.EXPLAIN)
    keep(talk)


async def test_somebody_asks_in_an_issue(world: World, keep: Keep) -> None:
    issue = await world.shop.open_issue("Pay by card")
    talk = Conversation(world, issue)
    await talk.says("bob", "/plan-status")
    ticket = plan_text().replace("**Team / Ticket**: ", f"**Team / Ticket**: #{issue.number} ", 1)
    await world.plan_on_main(text=ticket)
    await world.plan_on_main("FEAT-13")
    await talk.says("bob", "/plan-status")
    await talk.says("bob", "/plan-status FEAT-1")
    await talk.says("bob", "/plan-stats")
    await talk.says("bob", "/plan-chek")
    await talk.says("mallory", "/plan-help")
    await talk.says("bob", "/plan-check")
    await talk.says("bob", "Not for you: `/plan-status`")
    keep(talk)


async def test_a_roll_out_in_shadow_mode(world: World, keep: Keep) -> None:
    await world.configure("mode: shadow\n")
    pull = await world.code_pull(None)
    talk = Conversation(world, pull)
    await talk.happens("alice opens a pull request that changes code")
    await world.configure("mode: enforce\ncomments: never\n")
    await talk.happens("maya enforces the gate, and wants no comments")
    await pull.edit(title="docs: nothing", body="Plan: FEAT-404")
    await talk.happens("alice links a plan that is not there")
    await world.configure("mode: enfroce\n")
    await talk.happens("maya mistypes the configuration")
    keep(talk)


async def test_plans_live_in_a_private_repository(world: World, keep: Keep) -> None:
    plans = world.repository("acme/plans", private=True)
    await world.configure("plans: {repository: acme/plans}\n")
    await world.plan_on_main(repo=plans)
    pull = await world.pull(CODE, body="Plan: FEAT-12")
    talk = Conversation(world, pull)
    await talk.happens("alice opens a pull request in a public repository")
    await talk.says("alice", "/plan-status")
    await talk.presses("bob", Button.EXPLAIN)
    await talk.presses("bob", Button.RECHECK)
    keep(talk)


def test_no_snapshot_is_of_a_conversation_that_is_gone() -> None:
    names = {name[5:].replace("_", "-") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in (FOLDER / "conversation").glob("*.md")} <= names
