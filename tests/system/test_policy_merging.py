"""What git makes of two changes of one plan is approved by nobody: merging brings no approval."""

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

PATH = "plans/FEAT-12.md"
DRAFT, APPROVED = plan_text(), plan_text(status="Approved")
STATUS = "**Status**: Draft\n"
SET = "**Status**: Approved\n"
COVERED = f"{STATUS}\n<!-- 1\n\n{STATUS}\n1 -->\n\n<!-- 2\n\n```\n{SET}```\n\n2 -->\n"


def widened(text: str) -> str:
    return text.replace("**Out of scope**: refunds", "**Out of scope**: nothing")


async def plan_pull(world: World, text: str, branch: str, base: str = "main") -> PullRequest:
    """A pull request from the *base* as it was when this was called."""
    await world.shop.commit(branch, {PATH: text}, from_=base, author="mallory")
    return await world.shop.open_pull_request(branch, title=branch, author="mallory")


async def mixed(world: World, left: str, base: str, head: str) -> PullRequest:
    """Main has *base* and the pull request *head*; both come from *left*."""
    await world.plan_on_main(text=left)
    await world.shop.commit("patch", {PATH: head}, from_="main", author="mallory")
    await world.plan_on_main(text=base)
    return await world.shop.open_pull_request("patch", title="x", author="mallory")


async def test_two_drafts_that_uncover_an_approval_between_them(world: World) -> None:
    """Each takes away one cover of a hidden Approved, and one of the Drafts."""
    left = DRAFT.replace(STATUS, COVERED)
    one = left.replace(f"{STATUS}\n<!-- 1\n\n{STATUS}\n1 -->", f"\n\n{STATUS}\n\n")
    one = one.replace("<!-- 2\n", "\n").replace("2 -->\n", "\n")
    two = left.replace(f"<!-- 1\n\n{STATUS}\n1 -->", "<!-- 1\n\n\n1 -->")
    two = two.replace(f"```\n{SET}```\n", f"\n{SET}\n")
    await world.plan_on_main(text=left)
    first = await plan_pull(world, one, "one")
    second = await plan_pull(world, two, "two")
    assert [(await world.check(pull)).conclusion for pull in (first, second)] == ["success"] * 2
    await first.merge(by="mallory")
    run = await world.check(second)
    assert run.conclusion == "failure"
    assert run.title == "FEAT-12: approval must be set by a person (and 1 more)"
    assert second.merge_state().state == "blocked"


async def test_the_approval_of_what_somebody_has_changed_meanwhile(world: World) -> None:
    """Bob's approval was reviewed; before it is merged Mallory widens the Draft on main."""
    await world.plan_on_main()
    pull = await world.pull({PATH: APPROVED}, author="bob")
    await pull.review("carol")
    assert (await world.check(pull)).conclusion == "success"
    await world.plan_on_main(text=widened(DRAFT))
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12 has changed on main: update this branch before its approval",
    )
    summary = await world.summary(pull)
    assert "since this branch left `main`, that has changed `Why & What`" in summary
    assert "Update this branch from `main`, then have it reviewed" in summary
    await world.shop.push("patch-1", world.shop.head("main"))
    await world.shop.commit("patch-1", {PATH: widened(APPROVED)}, author="bob")
    assert (await world.check(pull)).title == (
        "FEAT-12: approval needs a review by someone other than the author"
    )
    await pull.review("carol")
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")


MIXED = {
    "the head widens a Draft that main has approved": (
        (DRAFT, APPROVED, widened(DRAFT)),
        "FEAT-12 changes after its approval: that needs a review",
    ),
    "the head has no Status, and main an Approved one": (
        (DRAFT, APPROVED, widened(DRAFT).replace(STATUS, "")),
        "FEAT-12: 1 error (and 1 more)",
    ),
    "main has moved its Approved, and the head widens a Draft": (
        (
            APPROVED,
            APPROVED.replace(SET, "").replace("\n> Get", f"{SET}\n---\n\n> Get"),
            widened(DRAFT),
        ),
        "FEAT-12 changes after its approval: that needs a review",
    ),
    "two Status lines, of which each side takes another": (
        (
            DRAFT.replace(STATUS, f"{STATUS}\n{SET}\n{STATUS}"),
            DRAFT.replace(STATUS, f"{SET}\n{STATUS}"),
            DRAFT.replace(STATUS, f"{STATUS}\n{SET}"),
        ),
        "FEAT-12: 1 error (and 2 more)",
    ),
}


@pytest.mark.parametrize("case", MIXED)
async def test_what_merging_would_approve(world: World, case: str) -> None:
    texts, title = MIXED[case]
    pull = await mixed(world, *texts)
    assert await world.verdict(pull) == ("failure", title)


async def test_what_main_and_the_head_may_both_change(world: World) -> None:
    ticked = APPROVED.replace("- [ ] All task", "- [x] All task")
    pull = await mixed(world, APPROVED, ticked, widened(DRAFT))
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")


MOVED: dict[str, tuple[dict[str, str | None], ...]] = {
    "the head renames the plan that main approves": (
        {PATH: DRAFT},
        {PATH: APPROVED},
        {PATH: None, "plans/FEAT-99.md": widened(DRAFT).replace("FEAT-12", "FEAT-99")},
    ),
    "main has moved the approved plan that the head widens": (
        {PATH: DRAFT},
        {PATH: None, "plans/12.md": APPROVED},
        {PATH: widened(DRAFT)},
    ),
    "main has made a plan of the notes that the head widens": (
        {"docs/draft.md": DRAFT},
        {"docs/draft.md": None, PATH: APPROVED},
        {"docs/draft.md": widened(DRAFT)},
    ),
}


@pytest.mark.parametrize("case", MOVED)
async def test_a_move_under_which_git_carries_a_change(world: World, case: str) -> None:
    left, base, head = MOVED[case]
    await world.shop.commit("main", left)
    await world.shop.commit("patch", head, from_="main", author="mallory")
    await world.shop.commit("main", base)
    pull = await world.shop.open_pull_request("patch", title="x", author="mallory")
    why = f"{min(left)} changed on one side and was moved or removed on the other: rebase it"
    assert await world.verdict(pull) == ("failure", f"Not everything could be checked: {why}")


async def test_a_move_of_a_plan_that_nobody_else_changes(world: World) -> None:
    await world.plan_on_main()
    pull = await world.pull({PATH: None, "plans/checkout.md": DRAFT})
    await world.plan_on_main("FEAT-13")
    assert await world.verdict(pull) == ("success", "FEAT-12 is valid")


async def test_a_group_that_widens_what_it_approves(world: World) -> None:
    await world.plan_on_main()
    approval = await world.pull({PATH: APPROVED}, branch="ok", author="bob")
    await approval.review("carol")
    beside = await plan_pull(world, widened(DRAFT), "wide")
    assert [(await world.check(p)).conclusion for p in (approval, beside)] == ["success"] * 2
    group = await world.shop.enqueue(approval, beside)
    await world.settle()
    run = world.shop.check_runs(group.head_sha, "Plan gate")[0]
    assert (run.conclusion, run.title) == (
        "failure",
        f"#{approval.number}: FEAT-12 has changed on main: update this branch before its approval",
    )
    assert not approval.merged


@pytest.mark.parametrize("rule", ["H008: off", "H008: info"])
async def test_no_configuration_lets_two_status_lines_in(world: World, rule: str) -> None:
    await world.configure(f"rules: {{{rule}, H004: off, H005: off, H006: off}}\n")
    text = DRAFT.replace(STATUS, f"{STATUS}\n{SET}")
    pull = await plan_pull(world, text, "two")
    assert await world.verdict(pull) == ("failure", "FEAT-12: 1 error")
    assert (await world.check(pull)).annotations[0].title == "H008 status-repeated"
    await world.plan_on_main(text=text)
    code = await world.code_pull()
    assert await world.verdict(code) == (
        "failure",
        "FEAT-12 has no clear Status: merging is blocked",
    )
