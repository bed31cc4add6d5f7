"""What a pull request's plans must hold to beside the other plans and files of its own tree."""

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World


def depending(plan_id: str, *others: str, status: str = "Draft") -> str:
    """A plan that depends on others."""
    text = plan_text(plan_id, status)
    return text.replace("**Complexity**", f"**Depends on**: {', '.join(others)}\n**Complexity**", 1)


def consuming(topic: str, direction: str, plan_id: str = "FEAT-12", status: str = "Draft") -> str:
    """A plan with one event."""
    table = (
        "| Topic | Direction | Consumers / Producers |\n"
        "|-------|-----------|-----------------------|\n"
        f"| `{topic}` | {direction} | billing |"
    )
    return plan_text(plan_id, status).replace("N/A — nothing is emitted", table)


async def found(world: World, pull: PullRequest, code: str) -> list[tuple[str, str, int]]:
    """Where a rule has put annotations: path, level and line."""
    return [
        (a.path, a.annotation_level, a.start_line)
        for a in (await world.check(pull)).annotations
        if (a.title or "").startswith(f"{code} ")
    ]


# ── P001: one ID, one file ───────────────────────────────────────────────────
async def test_an_id_that_another_file_has_fails_on_its_line(world: World) -> None:
    await world.plan_on_main()
    pull = await world.pull({"plans/FEAT-12-again.md": plan_text()})
    assert await world.verdict(pull) == ("failure", "FEAT-12: 1 error")
    assert await found(world, pull, "P001") == [("plans/FEAT-12-again.md", "failure", 1)]
    (annotation,) = [a for a in (await world.check(pull)).annotations if "P001" in (a.title or "")]
    assert "FEAT-12 is also the ID of plans/FEAT-12.md" in annotation.message
    assert (annotation.start_column, annotation.end_column) == (9, 15)
    assert pull.merge_state().state == "blocked"


async def test_two_new_files_with_one_id_fail_both(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": plan_text(), "plans/FEAT-12-b.md": plan_text()})
    assert await found(world, pull, "P001") == [
        ("plans/FEAT-12-b.md", "failure", 1),
        ("plans/FEAT-12.md", "failure", 1),
    ]


async def test_a_plan_that_moves_keeps_its_id(world: World) -> None:
    await world.plan_on_main()
    pull = await world.pull({"plans/FEAT-12.md": None, "plans/2026/FEAT-12.md": plan_text()})
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")


async def test_an_id_that_main_gave_away_meanwhile_is_seen_at_the_merge_alone(
    world: World,
) -> None:
    """The tree is the head's own; on main two files with one ID open nothing."""
    pull = await world.pull({"plans/FEAT-12-mine.md": plan_text(status="Draft")})
    await world.plan_on_main(status="Approved")
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")
    await pull.merge(by="bob")
    code = await world.code_pull(branch="code")
    assert await world.verdict(code) == ("failure", "FEAT-12 is claimed by 2 files")


# ── P002, P004, P005: what it depends on ─────────────────────────────────────
async def test_a_plan_that_does_not_exist_is_a_warning(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": depending("FEAT-12", "FEAT-99")})
    assert (await world.check(pull)).conclusion == "success"
    assert await found(world, pull, "P002") == [("plans/FEAT-12.md", "warning", 4)]
    await world.shop.commit("patch-1", {"plans/FEAT-99.md": plan_text("FEAT-99")})
    assert await found(world, pull, "P002") == []


async def test_approved_upon_a_draft_is_an_error(world: World) -> None:
    await world.plan_on_main("FEAT-1")
    pull = await world.pull({"plans/FEAT-12.md": depending("FEAT-12", "FEAT-1")})
    assert await found(world, pull, "P004") == [("plans/FEAT-12.md", "notice", 4)]
    assert (await world.check(pull)).conclusion == "success"
    approved = depending("FEAT-12", "FEAT-1", status="Approved")
    await world.shop.commit("patch-1", {"plans/FEAT-12.md": approved})
    assert (await world.check(pull)).conclusion == "failure"
    assert await found(world, pull, "P004") == [("plans/FEAT-12.md", "failure", 4)]
    both = {"plans/FEAT-1.md": plan_text("FEAT-1", "Approved")}
    await world.shop.commit("patch-1", both)
    assert await found(world, pull, "P004") == []


async def test_a_circle_is_an_error_for_whoever_closes_it(world: World) -> None:
    await world.plan_on_main("FEAT-1", text=depending("FEAT-1", "FEAT-2"))
    await world.plan_on_main("FEAT-2", text=depending("FEAT-2", "FEAT-12"))
    pull = await world.pull({"plans/FEAT-12.md": depending("FEAT-12", "FEAT-1")})
    assert await world.verdict(pull) == ("failure", "FEAT-12: 1 error")
    assert await found(world, pull, "P005") == [("plans/FEAT-12.md", "failure", 4)]
    (annotation,) = [a for a in (await world.check(pull)).annotations if "P005" in (a.title or "")]
    assert "FEAT-12 → FEAT-1 → FEAT-2 → FEAT-12" in annotation.message


# ── P006: the file's name ────────────────────────────────────────────────────
@pytest.mark.parametrize(("status", "level"), [("Draft", "warning"), ("Approved", "failure")])
async def test_a_file_named_after_another_plan(world: World, status: str, level: str) -> None:
    pull = await world.pull({"plans/FEAT-13.md": plan_text("FEAT-12", status)})
    assert await found(world, pull, "P006") == [("plans/FEAT-13.md", level, 1)]


# ── E005: events ─────────────────────────────────────────────────────────────
async def test_a_topic_that_nobody_emits_is_worth_a_notice(world: World) -> None:
    topic = "billing.invoice.issued.v1"
    pull = await world.pull({"plans/FEAT-12.md": consuming(topic, "consumes", status="Approved")})
    (notice,) = await found(world, pull, "E005")
    assert notice[:2] == ("plans/FEAT-12.md", "notice")
    emitting = consuming(topic, "emits", "FEAT-13")
    await world.shop.commit("patch-1", {"plans/FEAT-13.md": emitting})
    assert await found(world, pull, "E005") == []


# ── how it is judged ─────────────────────────────────────────────────────────
async def test_the_configuration_on_main_weighs_these_rules(world: World) -> None:
    await world.configure("rules: {P006: off, P002: error}\n")
    pull = await world.pull({"plans/FEAT-13.md": depending("FEAT-12", "FEAT-99")})
    assert await world.verdict(pull) == ("failure", "FEAT-12: 1 error")
    assert await found(world, pull, "P006") == []
    assert await found(world, pull, "P002") == [("plans/FEAT-13.md", "failure", 4)]


async def test_only_touched_plans_are_annotated(world: World) -> None:
    await world.plan_on_main("FEAT-1", text=depending("FEAT-1", "FEAT-99"))
    pull = await world.pull({"plans/FEAT-12.md": depending("FEAT-12", "FEAT-1")})
    paths = {a.path for a in (await world.check(pull)).annotations}
    assert paths == {"plans/FEAT-12.md"}
