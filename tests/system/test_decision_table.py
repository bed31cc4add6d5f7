"""The decision table, row by row: a signed webhook in, a check run out."""

import pytest

from tests.plan_text import plan_text
from tests.system.world import World


async def test_only_exempt_files_need_no_plan(world: World) -> None:
    pull = await world.pull({"docs/guide.txt": "hello\n", "NOTES.md": "hi\n"})
    assert await world.verdict(pull) == ("success", "No plan needed: only exempt files change")
    assert pull.merge_state().state == "clean"


async def test_an_exempt_author_needs_no_plan(world: World) -> None:
    world.sandbox.add_user("dependabot[bot]", "Bot")
    pull = await world.code_pull(body=None, author="dependabot[bot]")
    assert await world.verdict(pull) == ("success", "Exempt: dependabot[bot]")


async def test_a_user_who_only_looks_exempt_is_not(world: World) -> None:
    world.sandbox.add_user("renovate[bot]", "User")
    pull = await world.code_pull(body=None, author="renovate[bot]")
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_a_valid_plan_passes(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": plan_text()})
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")


async def test_a_plan_with_warnings_passes_annotated(world: World) -> None:
    text = plan_text().replace("M — one service and one endpoint", "huge")
    pull = await world.pull({"plans/FEAT-12.md": text})
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("success", "FEAT-12 is valid (1 warning)")
    warning = next(a for a in run.annotations if a.annotation_level == "warning")
    assert (warning.path, warning.start_line) == ("plans/FEAT-12.md", 4)


async def test_a_plan_with_errors_fails_annotated(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": plan_text(depends="2, 9")})
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("failure", "FEAT-12: 2 errors")
    codes = [(a.path, a.annotation_level, a.title) for a in run.annotations]
    assert ("plans/FEAT-12.md", "failure", "T004 dependency-unknown") in codes
    assert ("plans/FEAT-12.md", "failure", "T006 depends-on-itself") in codes


async def test_a_removed_plan_passes(world: World) -> None:
    path = await world.plan_on_main()
    pull = await world.pull({path: None})
    assert await world.verdict(pull) == ("success", "1 plan file removed")


async def test_code_without_a_plan_fails(world: World) -> None:
    pull = await world.code_pull(body="No plan here")
    assert await world.verdict(pull) == ("failure", "No plan linked")
    assert pull.merge_state().state == "blocked"


async def test_code_whose_plan_is_nowhere_fails(world: World) -> None:
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")


@pytest.mark.parametrize(
    ("status", "title"),
    [
        ("Draft", "FEAT-12 is Draft: merging is blocked"),
        ("Draft | Approved", "FEAT-12 has no clear Status: merging is blocked"),
    ],
)
async def test_code_whose_plan_is_not_approved_fails(world: World, status: str, title: str) -> None:
    await world.plan_on_main(status=status)
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", title)


async def test_code_whose_plan_has_an_open_question_fails(world: World) -> None:
    await world.plan_on_main(text=plan_text(status="Approved", answer="TBD"))
    pull = await world.code_pull()
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12 is Approved but has 1 unanswered question",
    )


async def test_code_whose_plan_has_errors_fails(world: World) -> None:
    await world.plan_on_main(text=plan_text(status="Approved", depends="9"))
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is Approved but has 1 error")


async def test_code_whose_plan_is_approved_passes(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")
    assert pull.merge_state().state == "clean"


async def test_every_linked_plan_must_be_approved(world: World) -> None:
    await world.plan_on_main("FEAT-12", "Approved")
    await world.plan_on_main("FEAT-13", "Draft")
    pull = await world.code_pull("Plan: FEAT-12, FEAT-13")
    assert await world.verdict(pull) == ("failure", "FEAT-13 is Draft: merging is blocked")
    await world.plan_on_main("FEAT-13", "Approved")
    assert await world.verdict(pull) == ("success", "FEAT-12 and FEAT-13 are Approved")


@pytest.mark.parametrize("status", ["Draft", "Approved"])
async def test_plan_and_code_together_are_judged_by_main(world: World, status: str) -> None:
    files = {"plans/FEAT-12.md": plan_text(status=status), "src/a.py": "1\n"}
    pull = await world.pull(files, body="Plan: FEAT-12")
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12 must be approved on main before its code",
    )


async def test_an_approval_in_the_same_pull_request_does_not_count(world: World) -> None:
    path = await world.plan_on_main()
    pull = await world.pull({path: plan_text(status="Approved"), "src/a.py": "1\n"})
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12 must be approved on main before its code",
    )


async def test_plan_errors_fail_even_where_the_code_may_pass(world: World) -> None:
    await world.plan_on_main(status="Approved")
    files = {"plans/FEAT-13.md": plan_text("FEAT-13", depends="9"), "src/a.py": "1\n"}
    pull = await world.pull(files, body="Plan: FEAT-12")
    assert await world.verdict(pull) == ("failure", "FEAT-13: 1 error")


async def test_two_files_with_the_linked_id_fail(world: World) -> None:
    await world.plan_on_main(status="Approved")
    await world.shop.commit("main", {"plans/FEAT-12-copy.md": plan_text(status="Approved")})
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is claimed by 2 files")


async def test_a_broken_configuration_on_main_fails_everything(world: World) -> None:
    await world.shop.commit("main", {".github/plan-gate.yml": "modee: enforce\n"})
    pull = await world.pull({"docs/guide.txt": "hello\n"})
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("failure", "Configuration error")
    assert r"line 1, column 1: Unknown key \`modee\`: did you mean \`mode\`?" in (run.summary or "")


async def test_a_configuration_broken_here_fails_annotated(world: World) -> None:
    pull = await world.pull({".github/plan-gate.yml": "plans:\n  pathz: []\n"})
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert run.title == "Configuration error in this pull request (and 1 more)"
    assert [(a.path, a.start_line) for a in run.annotations] == [(".github/plan-gate.yml", 2)]


async def test_the_pull_requests_own_configuration_does_not_decide(world: World) -> None:
    config = "gate:\n  exempt_paths: ['**']\n"
    pull = await world.pull({".github/plan-gate.yml": config, "src/a.py": "1\n"})
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_the_configuration_on_main_decides(world: World) -> None:
    config = "plans:\n  paths: ['rfc/*.md']\n  id_pattern: 'RFC-[0-9]{4}'\n"
    plan = plan_text("RFC-0007", status="Approved")
    await world.shop.commit("main", {".github/plan-gate.yml": config, "rfc/0007.md": plan})
    pull = await world.code_pull("Plan: RFC-0007")
    assert await world.verdict(pull) == ("success", "RFC-0007 is Approved")


async def test_the_house_style_on_main_is_what_plans_are_judged_by(world: World) -> None:
    config = "sections:\n  extra: [Costs]\n  aliases: {Offene Fragen: Open Questions}\n"
    await world.shop.commit("main", {".github/plan-gate.yml": config})
    text = plan_text(status="Approved").replace("## Open Questions", "## Offene Fragen")
    await world.plan_on_main(text=text)
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is Approved but has 1 error")
    await world.plan_on_main(text=f"{text}\n## Costs\n\nNone to speak of: one page.\n")
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_in_shadow_mode_the_same_verdict_blocks_nothing(world: World) -> None:
    await world.shop.commit("main", {".github/plan-gate.yml": "mode: shadow\n"})
    pull = await world.code_pull(body=None)
    assert await world.verdict(pull) == ("neutral", "Would block: No plan linked")
    assert pull.merge_state().state == "clean"
