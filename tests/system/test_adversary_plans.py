"""Mallory, who may write, wants her code under a plan that nobody has approved for it."""

import pytest

from bot.sandbox.git.objects import Symlink
from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

PATH = "plans/FEAT-12.md"
CONFIG = ".github/plan-gate.yml"
DRAFT, APPROVED = plan_text(), plan_text(status="Approved")

Files = dict[str, str | Symlink | None]
Verdict = tuple[str | None, str | None]

IS_DRAFT = "FEAT-12 is Draft: merging is blocked"
NOT_HERE = "FEAT-12 must be approved on main before its code"


async def evil_pull(
    world: World,
    *,
    files: Files | None = None,
    branch: str = "evil",
    body: str | None = "Plan: FEAT-12",
    title: str = "Improve",
    message: str = "Change files",
    base: str = "main",
) -> PullRequest:
    """Mallory's pull request: her code, and whatever she brings along."""
    changes: Files = {"src/evil.py": f"steal({branch!r})\n", **(files or {})}
    await world.shop.commit(branch, changes, message, author="mallory", from_=base)
    return await world.shop.open_pull_request(
        branch, base, title=title, body=body, author="mallory"
    )


async def verdicts(world: World, pulls: dict[str, PullRequest]) -> dict[str, Verdict]:
    """Conclusion and title of each; none of them can be merged."""
    found = {name: await world.verdict(pull) for name, pull in pulls.items()}
    assert {pull.merge_state().state for pull in pulls.values()} == {"blocked"}
    return found


def all_fail(titles: dict[str, str]) -> dict[str, Verdict]:
    return {name: ("failure", title) for name, title in titles.items()}


# ── the configuration in the head ────────────────────────────────────────────
HEAD_CONFIGS = [
    "mode: shadow",
    "gate: {exempt_paths: ['**']}",
    "gate: {exempt_authors: [mallory]}",
    "gate: {exempt_labels: [fine]}",
    "gate: {base_branches: ['**']}",
    "plans: {paths: ['src/**']}",
    "plans: {exclude: ['**']}",
    "plans: {id_pattern: 'EVIL-[0-9]+'}",
    "plans: {repository: evil/plans}",
    "approval: {reviews: 0, allow_bots: true}",
    "rules: {O001: off, H008: off}",
    "tasks: {order: off, link: off}",
    "comments: never",
]


async def test_no_configuration_in_the_head_decides(world: World) -> None:
    await world.plan_on_main()
    pulls = {
        config: await evil_pull(world, files={CONFIG: f"{config}\n"}, branch=f"evil-{number}")
        for number, config in enumerate(HEAD_CONFIGS)
    }
    await pulls["gate: {exempt_labels: [fine]}"].add_label("fine", by="maya")
    assert await verdicts(world, pulls) == all_fail(dict.fromkeys(HEAD_CONFIGS, IS_DRAFT))
    assert all(len(pull.comments) == 1 for pull in pulls.values())  # `comments: never` neither


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({CONFIG: "locked: [gate]\n"}, "Only the file in the organisation's"),
        ({CONFIG: "rules: {G004: off}\n"}, "cannot be configured"),
        ({CONFIG: Symlink("../evil.yml")}, "not a link"),
        ({CONFIG: "mode: shadow\nmode: enforce\n"}, ""),
        ({CONFIG: None}, ""),
    ],
)
async def test_a_configuration_that_would_break_the_policy(
    world: World, files: Files, said: str
) -> None:
    await world.configure("gate: {exempt_paths: ['docs/**']}\n")
    await world.plan_on_main()
    pull = await evil_pull(world, files=files)
    assert (await world.check(pull)).conclusion == "failure"
    summary = await world.summary(pull)
    assert "`FEAT-12` is Draft on" in summary
    assert said in summary


async def test_the_organisations_lock_outlives_the_repositorys_own_file(world: World) -> None:
    house = world.repository("acme/.github")
    await world.configure("gate: {exempt_paths: ['docs/**']}\nlocked: [gate, mode]\n", house)
    await world.configure("gate: {exempt_paths: ['**']}\nmode: shadow\n")
    pull = await evil_pull(world, body=None)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    assert "the organisation has locked that key" in await world.summary(pull)


# ── a branch of one's own ────────────────────────────────────────────────────
async def test_a_permissive_branch_decides_nothing(world: World) -> None:
    """Its configuration, its approved plan and its name count for nothing, before and after."""
    await world.plan_on_main()
    own: Files = {CONFIG: "mode: shadow\ngate: {exempt_paths: ['**']}\n", PATH: APPROVED}
    await world.shop.commit("release/evil", own, from_="main", author="mallory")
    pull = await evil_pull(world, base="release/evil")
    assert await world.verdict(pull) == ("failure", NOT_HERE)
    await pull.edit(base="main")
    assert await world.verdict(pull) == ("failure", NOT_HERE)
    assert pull.merge_state().state == "blocked"


async def test_a_branch_that_only_looks_trusted(world: World) -> None:
    await world.configure("gate: {base_branches: ['release/*']}\n")
    await world.plan_on_main()
    pulls = {}
    for number, name in enumerate(["releases/1", "release/1/x", "Release/1", "x/release/1"]):
        await world.shop.commit(name, {PATH: APPROVED}, from_="main", author="mallory")
        pulls[name] = await evil_pull(world, base=name, branch=f"evil-{number}")
    titles = dict.fromkeys(pulls, NOT_HERE)
    assert {name: await world.verdict(pull) for name, pull in pulls.items()} == all_fail(titles)


async def test_a_fork_brings_neither_policy_nor_plan(world: World) -> None:
    await world.plan_on_main()
    fork = world.shop.fork("mallory")
    await fork.commit("main", {PATH: APPROVED, CONFIG: "mode: shadow\n"}, author="mallory")
    await fork.commit("evil", {"src/evil.py": "steal()\n"}, author="mallory", from_="main")
    pull = await world.shop.open_pull_request(
        "mallory:evil", title="x", body="Plan: FEAT-12", author="mallory"
    )
    assert await world.verdict(pull) == ("failure", NOT_HERE)


# ── the plan itself ──────────────────────────────────────────────────────────
WIDER = APPROVED.replace("**Out of scope**: refunds", "**Out of scope**: nothing")

ON_A_DRAFT: dict[str, tuple[Files, str]] = {
    "approved here": ({PATH: APPROVED}, NOT_HERE),
    "approved and renamed": ({PATH: None, "plans/12.md": APPROVED}, NOT_HERE),
    "a second file, approved": (
        {"plans/FEAT-12-b.md": APPROVED},
        "FEAT-12: 1 error (and 2 more)",
    ),
    "deleted": ({PATH: None}, IS_DRAFT),
    "moved out of the folder": ({PATH: None, "docs/FEAT-12.md": APPROVED}, IS_DRAFT),
    "moved to what is excluded": ({PATH: None, "plans/README.md": APPROVED}, IS_DRAFT),
    "a link to an approved one": (
        {PATH: Symlink("../other.md"), "other.md": APPROVED},
        f"Not everything could be checked: {PATH} is a link or a submodule, no plan file",
    ),
    "no text": ({PATH: APPROVED + "\0"}, f"{PATH}: 1 error (and 1 more)"),
}
ON_AN_APPROVED: dict[str, tuple[Files, str]] = {
    "deleted": ({PATH: None}, "FEAT-12 is removed by this pull request"),
    "moved out of the folder": (
        {PATH: None, "docs/FEAT-12.md": APPROVED},
        "FEAT-12 is removed by this pull request",
    ),
    "set back": ({PATH: DRAFT}, "FEAT-12 is set back to Draft by this pull request"),
    "widened": ({PATH: WIDER}, "FEAT-12 changes after its approval: that needs a review"),
    "renamed and widened": (
        {PATH: None, "plans/12.md": WIDER},
        "FEAT-12 changes after its approval: that needs a review",
    ),
    "given another ID": (
        {PATH: WIDER.replace("FEAT-12", "FEAT-13")},
        "FEAT-13: 1 error (and 2 more)",
    ),
}


@pytest.mark.parametrize(("status", "table"), [("Draft", ON_A_DRAFT), ("Approved", ON_AN_APPROVED)])
async def test_what_the_pull_request_does_to_its_own_plan(
    world: World, status: str, table: dict[str, tuple[Files, str]]
) -> None:
    await world.plan_on_main(status=status)
    pulls = {
        case: await evil_pull(world, files=files, branch=f"evil-{number}")
        for number, (case, (files, _)) in enumerate(table.items())
    }
    found = await verdicts(world, pulls)
    assert {case: title for case, (_, title) in found.items()} == {
        case: title for case, (_, title) in table.items()
    }
    assert {conclusion for conclusion, _ in found.values()} == {"failure"}


async def test_a_second_file_on_main_does_not_lend_its_approval(world: World) -> None:
    await world.plan_on_main()
    await world.shop.commit("main", {"plans/another.md": APPROVED}, author="mallory")
    by_id = await evil_pull(world, branch="by-id")
    by_path = await evil_pull(world, branch="by-path", body=f"Plan: {PATH}")
    found = await verdicts(world, {"id": by_id, "path": by_path})
    assert found == all_fail(dict.fromkeys(found, IS_DRAFT))
    await world.shop.commit("main", {"plans/FEAT-12-b.md": APPROVED}, author="mallory")
    assert await world.verdict(by_id) == ("failure", "FEAT-12 is claimed by 2 files")


async def test_a_plan_as_a_link_on_main_is_none(world: World) -> None:
    await world.shop.commit("main", {"x.md": APPROVED, PATH: Symlink("../x.md")})
    pull = await evil_pull(world)
    assert await world.verdict(pull) == ("failure", "FEAT-12 is not on main yet")


# ── look-alikes ──────────────────────────────────────────────────────────────
LOOK_ALIKES = {
    "Cyrillic": "F\u0415AT-99",
    "full-width letters": "\uff26\uff25\uff21\uff34-99",
    "full-width digits": "FEAT-\uff19\uff19",
    "Arabic digits": "FEAT-\u0669\u0669",
    "zero width": "FEAT\u200b-99",
    "soft hyphen": "FEAT\u00ad-99",
    "another hyphen": "FEAT\u201199",
    "bidi": "\u202e99-TAEF\u202c",
    "combining": "FEAT-9\u03059",
    "small letters": "feat-99",
}


async def test_an_id_that_only_looks_alike_links_nothing(world: World) -> None:
    """FEAT-99 is Approved; what looks like it in any place is not it."""
    await world.plan_on_main("FEAT-99", "Approved")
    pulls: dict[str, PullRequest] = {}
    for number, (kind, name) in enumerate(LOOK_ALIKES.items()):
        pulls[kind] = await evil_pull(world, branch=f"evil-{number}", body=f"Plan: {name}")
    for kind in ("Cyrillic", "full-width letters", "zero width"):
        name = LOOK_ALIKES[kind]
        words = f"{name}: work", f"Work\n\nPlan: {name}"  # and in the branch
        pulls[f"{kind} everywhere else"] = await evil_pull(
            world, branch=f"{name}-work", body=None, title=words[0], message=words[1]
        )
    found = await verdicts(world, pulls)
    assert found == all_fail(dict.fromkeys(pulls, "No plan linked"))


@pytest.mark.parametrize("kind", ["Cyrillic", "full-width letters", "zero width", "bidi"])
async def test_a_plan_whose_title_only_looks_alike_is_another(world: World, kind: str) -> None:
    """FEAT-99 is Draft; an Approved plan wears an ID that looks like it."""
    await world.plan_on_main("FEAT-99")
    wearing = APPROVED.replace("FEAT-12", LOOK_ALIKES[kind])
    await world.shop.commit("main", {"plans/zz.md": wearing}, author="mallory")
    pull = await evil_pull(world, body="Plan: FEAT-99")
    assert await world.verdict(pull) == ("failure", "FEAT-99 is Draft: merging is blocked")


# ── links that do not count ──────────────────────────────────────────────────
ELSEWHERE = "FEAT-99 in acme/other does not count here"
LINKS = {
    "Plan: acme/other#FEAT-99": ELSEWHERE,
    "Plan: acme/other#FEAT-99#1": ELSEWHERE,
    "Plan: [FEAT-99](https://github.example/acme/other/blob/main/plans/FEAT-99.md)": (
        "FEAT-99 is not on main yet"
    ),
    "Plan: https://github.example/acme/other/blob/main/plans/FEAT-99.md": (
        "plans/FEAT-99.md in acme/other does not count here"
    ),
    "Plan: https://github.example/acme/shop/blob/evil/plans/FEAT-12.md": IS_DRAFT,
    "Plan: FEAT-12, FEAT-77": IS_DRAFT,
    "Plan: ../other/plans/FEAT-99.md": "../other/plans/FEAT-99.md is not on main yet",
    "Plan: plans/../plans/FEAT-77.md": "plans/../plans/FEAT-77.md is not on main yet",
    "> Plan: FEAT-77": "No plan linked",
    "<!-- Plan: FEAT-77 -->": "No plan linked",
    "`Plan: FEAT-77`": "No plan linked",
    "```\nPlan: FEAT-77\n```": "No plan linked",
    "~~Plan: FEAT-77~~": "No plan linked",
    "Plan: not FEAT-77": "No plan linked",
    "FEAT-77": "No plan linked",
    f"{'x ' * 40_000}\n\nPlan: FEAT-77": "No plan linked",
    "Plan: " + ", ".join(f"FEAT-{n}" for n in range(77, 100)): (
        "Not everything could be checked: more than 20 plans are linked (and 19 more)"
    ),
}


async def test_links_to_what_does_not_count(world: World) -> None:
    """FEAT-12 is Draft, FEAT-77 Approved, and so is FEAT-99 in a repository that has no say."""
    other = world.repository("acme/other")
    await world.plan_on_main("FEAT-99", "Approved", repo=other)
    await world.plan_on_main()
    await world.plan_on_main("FEAT-77", "Approved")
    pulls = {
        body: await evil_pull(world, body=body, branch=f"evil-{number}")
        for number, body in enumerate(LINKS)
    }
    found = await verdicts(world, pulls)
    assert {body[:60]: title for body, (_, title) in found.items()} == {
        body[:60]: title for body, title in LINKS.items()
    }
    assert {conclusion for conclusion, _ in found.values()} == {"failure"}


# ── the honest way ───────────────────────────────────────────────────────────
async def test_the_same_code_under_an_approved_plan_is_free(world: World) -> None:
    await world.plan_on_main(status="Approved")
    ticked = APPROVED.replace("- [ ] All task", "- [x] All task")
    pulls = [
        await evil_pull(world, branch="as-it-is"),
        await evil_pull(world, branch="ticked", files={PATH: ticked}),
        await evil_pull(world, branch="renamed", files={PATH: None, "plans/12.md": ticked}),
        await evil_pull(world, branch="feat-12-evil", body=None),
        await evil_pull(world, branch="trailer", body=None, message="Work\n\nPlan: FEAT-12"),
        await evil_pull(world, branch="title", body=None, title="feat(FEAT-12): work"),
    ]
    assert [await world.verdict(pull) for pull in pulls] == [
        ("success", "FEAT-12 is Approved")
    ] * len(pulls)
