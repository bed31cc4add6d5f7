"""One policy for all repositories of an organisation, which none of them can weaken."""

import pytest

from bot.sandbox.repository import Repository
from tests.system.world import World

NO_PLAN = ("failure", "No plan linked")
EXEMPT = ("success", "No plan needed: only exempt files change")
BROKEN = ("failure", "Configuration error")
FREE = ("success", "FEAT-12 is Approved")
OPEN_SOURCE = "gate: {exempt_paths: ['src/**']}\n"
HOUSE = "/repos/acme/.github"


async def house(world: World, config: str | None = None) -> Repository:
    """The organisation's own repository."""
    repo = world.repository("acme/.github", private=True)
    if config is not None:
        await world.configure(config, repo)
    return repo


# ── one over the other ───────────────────────────────────────────────────────
async def test_the_organisations_configuration_holds_in_every_repository(world: World) -> None:
    await house(world, OPEN_SOURCE)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == EXEMPT


async def test_a_repository_says_what_it_wants_otherwise(world: World) -> None:
    await house(world, f"{OPEN_SOURCE}mode: shadow\n")
    await world.configure("gate: {exempt_paths: []}\n")
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == ("neutral", "Would block: No plan linked")


async def test_a_locked_key_holds_and_the_repository_is_told(world: World) -> None:
    await house(world, "gate: {exempt_paths: ['docs/**']}\nlocked: [gate, mode]\n")
    await world.configure(f"comments: never\n{OPEN_SOURCE}mode: shadow\n")
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == NO_PLAN
    said = await world.summary(pull)
    assert "`.github/plan-gate.yml` sets `gate` on line 2, but the organisation has locked" in said
    assert "sets `mode` on line 3" in said
    assert pull.comments == []  # what is not locked counts
    await world.plan_on_main(status="Approved")
    await pull.edit(body="Plan: FEAT-12")
    assert await world.verdict(pull) == FREE
    assert "`gate` on line 2" in await world.summary(pull)


async def test_a_repository_cannot_unlock(world: World) -> None:
    await house(world, "locked: [gate]\n")
    await world.configure(f"{OPEN_SOURCE}locked: []\n")
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == BROKEN
    assert "line 2, column 1" in await world.summary(pull)


async def test_an_invalid_one_blocks_and_says_where(world: World) -> None:
    repo = await house(world, "mode: enforce\ngate:\n  exempt_pathz: []\n")
    pull = await world.pull({"docs/guide.txt": "hello\n"})
    assert await world.verdict(pull) == BROKEN
    said = await world.summary(pull)
    assert "`.github/plan-gate.yml` in `acme/.github`, line 3, column 3" in said
    assert r"did you mean \`exempt\_paths\`?" in said
    assert "**Next step:**" in said
    await world.configure("mode: enforce\n", repo)
    assert await world.verdict(pull) == EXEMPT


async def test_a_repository_of_that_name_without_the_file_says_nothing(world: World) -> None:
    await house(world)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == NO_PLAN


async def test_another_branch_of_it_says_nothing(world: World) -> None:
    repo = await house(world)
    await repo.commit("mine", {".github/plan-gate.yml": OPEN_SOURCE}, from_="main")
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == NO_PLAN
    await repo.set_default_branch("mine", by="maya")
    assert await world.verdict(pull) == EXEMPT


async def test_another_owners_says_nothing(world: World) -> None:
    repo = world.repository("umbrella/.github")
    await world.configure(OPEN_SOURCE, repo)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == NO_PLAN


async def test_under_another_name_it_says_nothing_any_more(world: World) -> None:
    repo = await house(world, OPEN_SOURCE)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == EXEMPT
    await repo.rename("attic", by="maya")
    assert await world.verdict(pull) == NO_PLAN


# ── a push to it ─────────────────────────────────────────────────────────────
async def test_a_push_to_it_is_felt_in_every_repository(world: World) -> None:
    repo = await house(world, "mode: enforce\n")
    depot = world.repository("acme/depot")
    here, there = await world.code_pull(body=""), await world.code_in(depot, body="")
    assert [await world.verdict(pull) for pull in (here, there)] == [NO_PLAN, NO_PLAN]
    await world.configure(OPEN_SOURCE, repo)
    assert [await world.verdict(pull) for pull in (here, there)] == [EXEMPT, EXEMPT]
    await repo.commit("main", {".github/plan-gate.yml": None})
    assert [await world.verdict(pull) for pull in (here, there)] == [NO_PLAN, NO_PLAN]


async def test_any_other_push_to_it_is_felt_nowhere(world: World) -> None:
    repo = await house(world, "mode: enforce\n")
    pull = await world.code_pull(body="")
    await world.settle()
    seen = len(world.sandbox.requests)
    await repo.commit("main", {"profile/README.md": "# Acme\n"})
    await world.settle()
    asked = [request.path for request in world.sandbox.requests[seen:]]
    assert f"/repos/acme/shop/pulls/{pull.number}" not in asked


async def test_its_own_pull_requests_are_validated(world: World) -> None:
    repo = await house(world, "mode: enforce\n")
    broken = {".github/plan-gate.yml": "mode: enforce\nlocked: [gates]\n"}
    pull = await world.pull(broken, repo)
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert (run.title or "").startswith("Configuration error in this pull request")
    assert [(a.path, a.start_line) for a in run.annotations] == [(".github/plan-gate.yml", 2)]


# ── GitHub does not answer ───────────────────────────────────────────────────
@pytest.mark.parametrize("path", [f"{HOUSE}$", f"{HOUSE}/branches", f"{HOUSE}/git/trees"])
async def test_while_github_is_down_the_last_good_one_stands(world: World, path: str) -> None:
    repo = await house(world, OPEN_SOURCE)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == EXEMPT
    world.sandbox.faults.webhooks.drop(2)  # a push is looked into for as long as it takes
    await repo.commit("main", {"README.md": "another tree, which was not read yet\n"})
    world.sandbox.faults.fail("GET", path, status=503, times=10_000)
    await world.shop.commit("patch-1", {"src/more.py": "1\n"})
    assert await world.verdict(pull) == EXEMPT
    assert any(request.injected for request in world.sandbox.requests)


async def test_the_last_good_one_is_known_after_a_restart(github: World) -> None:
    async with github.bot():
        await house(github, OPEN_SOURCE)
        pull = await github.code_pull(body="")
        assert await github.verdict(pull) == EXEMPT
    github.sandbox.faults.fail("GET", HOUSE, status=503, times=10_000)
    async with github.bot():
        await github.configure(f"# Said in other words.\n{OPEN_SOURCE}")
        await github.shop.commit("patch-1", {"src/more.py": "1\n"})
        assert await github.verdict(pull) == EXEMPT
        assert any(request.injected for request in github.sandbox.requests)


async def test_where_it_was_never_read_nothing_passes(github: World) -> None:
    github.sandbox.faults.fail("GET", HOUSE, status=500, times=10_000)
    await github.plan_on_main(status="Approved")
    async with github.bot():
        pull = await github.code_pull()
        assert await github.verdict(pull) == ("failure", "Could not evaluate")
        assert "GitHub answered 500" in await github.summary(pull)
        github.sandbox.faults.clear()
        await github.sandbox.rerequest_check_run(await github.check(pull))
        assert await github.verdict(pull) == FREE


async def test_a_short_outage_is_only_a_delay(world: World) -> None:
    await house(world, OPEN_SOURCE)
    await world.settle()
    world.sandbox.faults.fail("GET", HOUSE, status=502, times=9)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == EXEMPT
    assert not any(row.error for row in await world.parts.store.rows())


async def test_an_organisation_without_it_is_no_outage(world: World) -> None:
    """404 is an answer, and it replaces what was known."""
    repo = await house(world, OPEN_SOURCE)
    pull = await world.code_pull(body="")
    assert await world.verdict(pull) == EXEMPT
    await repo.delete(by="maya")
    await pull.edit(title="Once more")
    assert await world.verdict(pull) == NO_PLAN


# ── a repository's own configuration ─────────────────────────────────────────
async def test_the_last_good_one_of_the_repository_stands_too(github: World) -> None:
    async with github.bot():
        await github.configure(OPEN_SOURCE)
        pull = await github.code_pull(body="")
        assert await github.verdict(pull) == EXEMPT
    github.sandbox.faults.fail("GET", "/repos/acme/shop/git/blobs/", status=503, times=10_000)
    async with github.bot():
        await github.configure(f"# Said in other words.\n{OPEN_SOURCE}")
        await github.shop.commit("patch-1", {"src/more.py": "1\n"})
        assert await github.verdict(pull) == EXEMPT
        assert any(request.injected for request in github.sandbox.requests)


async def test_a_change_of_it_is_validated_at_the_head_and_decided_by_the_base(
    world: World,
) -> None:
    await world.configure(OPEN_SOURCE)
    stricter = {".github/plan-gate.yml": "gate: {exempt_paths: []}\n", "src/a.py": "1\n"}
    pull = await world.pull(stricter)
    run = await world.check(pull)
    assert (run.conclusion, run.title) == NO_PLAN  # the file itself is code by main's policy
    broken = {".github/plan-gate.yml": "gate:\n  exempt_paths: src\n"}
    await world.shop.commit("patch-1", broken)
    run = await world.check(pull)
    assert (run.title or "").startswith("Configuration error in this pull request")
    assert [(a.path, a.start_line) for a in run.annotations] == [(".github/plan-gate.yml", 2)]


@pytest.mark.parametrize(
    ("pattern", "base", "trusted"),
    [
        ("release/*", "release/1", True),
        ("release/*", "release/1/hotfix", False),
        ("release/**", "release/1/hotfix", True),
        ("release/*", "Release/1", False),
        ("v?.x", "v1.x", True),
        ("*", "mine", True),
        ("release", "release-mine", False),
    ],
)
async def test_globs_say_which_branches_are_trusted(
    world: World, pattern: str, base: str, trusted: bool
) -> None:
    await world.configure(f"gate: {{base_branches: ['{pattern}']}}\n")
    await world.shop.commit(base, {".github/plan-gate.yml": OPEN_SOURCE}, from_="main")
    pull = await world.code_pull(body="", base=base)
    assert await world.verdict(pull) == (EXEMPT if trusted else NO_PLAN)
