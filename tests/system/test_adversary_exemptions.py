"""Who wants code exempt from its plan needs a right to that: labels, authors, names on commits."""

from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox.pull_request import PullRequest
from tests.plan_text import plan_text
from tests.system.world import World

EVIL: dict[str, str | None] = {"src/evil.py": "steal()\n"}
LABEL = "gate: {exempt_labels: [hotfix]}\n"
UNLINKED = ("failure", "No plan linked")

Act = Callable[[World, PullRequest], Awaitable[object]]


# ── labels ───────────────────────────────────────────────────────────────────
async def by_the_author(_: World, pull: PullRequest) -> None:
    await pull.add_label("hotfix")


async def by_a_colleague(_: World, pull: PullRequest) -> None:
    await pull.add_label("hotfix", by="bob")


async def by_a_bot(world: World, pull: PullRequest) -> None:
    world.shop.grant("helper[bot]", "admin")
    await pull.add_label("hotfix", by="helper[bot]")


async def by_one_whose_account_is_gone(world: World, pull: PullRequest) -> None:
    world.shop.grant("max", "maintain")
    await pull.add_label("hotfix", by="max")
    world.sandbox.delete_user("max")


async def by_one_who_no_longer_maintains(world: World, pull: PullRequest) -> None:
    world.shop.grant("max", "maintain")
    await pull.add_label("hotfix", by="max")
    world.shop.grant("max", "write")


async def put_on_again_by_the_author(_: World, pull: PullRequest) -> None:
    await pull.add_label("hotfix", by="maya")
    await pull.remove_label("hotfix")
    await pull.add_label("hotfix")


IN_VAIN: dict[str, tuple[Act, str]] = {
    "the author": (by_the_author, "`alice`, the author of the pull request"),
    "a colleague": (by_a_colleague, "`bob`, without the role maintain"),
    "a Bot": (by_a_bot, "`helper[bot]`, a Bot"),
    "nobody": (by_one_whose_account_is_gone, "nobody that GitHub remembers"),
    "no longer": (by_one_who_no_longer_maintains, "`max`, without the role maintain"),
    "again": (put_on_again_by_the_author, "`alice`, the author of the pull request"),
}


@pytest.mark.parametrize("who", IN_VAIN)
async def test_a_label_that_exempts_nobody(world: World, who: str) -> None:
    act, said = IN_VAIN[who]
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await act(world, pull)
    assert await world.verdict(pull) == UNLINKED
    assert f"The label `hotfix` exempts nobody: it was put on by {said}" in (
        await world.summary(pull)
    )
    assert pull.merge_state().state == "blocked"


async def test_a_maintainers_own_label_exempts_their_own_code_not(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None, author="maya")
    await pull.add_label("hotfix")
    assert await world.verdict(pull) == UNLINKED


async def test_a_label_that_the_policy_does_not_know(world: World) -> None:
    pull = await world.pull({**EVIL, ".github/plan-gate.yml": LABEL})
    await pull.add_label("hotfix", by="maya")
    await pull.add_label("exempt", by="maya")
    assert await world.verdict(pull) == UNLINKED


async def test_a_maintainers_label_exempts_until_it_is_taken_off(world: World) -> None:
    await world.configure(LABEL)
    pull = await world.code_pull(body=None)
    await pull.add_label("hotfix", by="maya")
    assert await world.verdict(pull) == ("success", "Exempt: label hotfix, put on by maya")
    assert "The label `hotfix`, put on by `maya`, exempts code" in await world.summary(pull)
    await pull.remove_label("hotfix")
    assert await world.verdict(pull) == UNLINKED


async def test_a_label_exempts_no_plan_from_its_approval(world: World) -> None:
    await world.configure(LABEL)
    await world.plan_on_main()
    files = {"plans/FEAT-12.md": plan_text(status="Approved"), **EVIL}
    pull = await world.pull(files)
    await pull.add_label("hotfix", by="maya")
    assert await world.verdict(pull) == (
        "failure",
        "FEAT-12: approval needs a review by someone other than the author",
    )


# ── authors ──────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("opened_by", "authors"),
    [
        ("mallory", ["dependabot[bot]"]),  # a Bot's commit in a person's pull request
        ("dependabot[bot]", ["dependabot[bot]", "mallory"]),
        ("dependabot[bot]", ["dependabot[bot] <49699333+dependabot@nowhere.example>"]),
        ("dependabot[bot]", ["dependabot[bot]", "renovate[bot] <bot@renovateapp.example>"]),
        ("evil-dependabot[bot]", ["evil-dependabot[bot]"]),
        ("dependabot", ["dependabot"]),
        ("helper[bot]", ["dependabot[bot]"]),
    ],
)
async def test_a_name_alone_exempts_nobody(
    world: World, opened_by: str, authors: list[str]
) -> None:
    for number, author in enumerate(authors):
        files: dict[str, str | None] = {f"src/evil_{number}.py": "steal()\n"}
        await world.shop.commit("bump", files, from_="main", author=author)
    pull = await world.shop.open_pull_request("bump", title="Bump x", author=opened_by)
    assert await world.verdict(pull) == UNLINKED


async def test_a_forged_commit_beside_a_bots_own(world: World) -> None:
    pull = await world.pull({"src/a.py": "1\n"}, author="dependabot[bot]")
    assert await world.verdict(pull) == ("success", "Exempt: dependabot[bot]")
    await world.shop.commit("patch-1", EVIL, author="dependabot[bot]", forged_by="mallory")
    assert await world.verdict(pull) == UNLINKED


async def test_a_bots_pull_request_may_not_bring_a_plan_that_is_wrong(world: World) -> None:
    pull = await world.pull({"plans/FEAT-12.md": "# no plan\n", **EVIL}, author="dependabot[bot]")
    assert (await world.check(pull)).conclusion == "failure"


# ── paths ────────────────────────────────────────────────────────────────────
LOOK_EXEMPT = [
    "src/README.md/evil.py",
    "docs.py",
    "DOCS/evil.py",
    "src/LICENSE.py",
    "plans/evil.py",
    "src/evil.md.py",
    ".github/workflows/evil.yml",
]


async def test_a_path_that_only_looks_exempt(world: World) -> None:
    pulls = [
        await world.pull({path: "1\n", "docs/a.txt": "1\n"}, branch=f"patch-{number}")
        for number, path in enumerate(LOOK_EXEMPT)
    ]
    found = dict(zip(LOOK_EXEMPT, [await world.verdict(pull) for pull in pulls], strict=True))
    assert found == dict.fromkeys(LOOK_EXEMPT, UNLINKED)


async def test_code_that_is_moved_among_the_documents_was_code(world: World) -> None:
    await world.shop.commit("main", {"src/guard.py": "check()\n"})
    pull = await world.pull({"src/guard.py": None, "docs/guard.py": "check()\n"})
    assert await world.verdict(pull) == UNLINKED
    assert "This pull request changes code (`src/guard.py`)" in await world.summary(pull)
