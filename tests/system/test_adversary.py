"""Somebody with write access wants to merge code that no plan allows."""

import asyncio

import pytest

from bot.sandbox.exchange import Exchange
from tests.plan_text import plan_text
from tests.system.world import World

EVIL: dict[str, str | None] = {"src/evil.py": "steal()\n"}


async def test_code_brought_to_a_branch_of_ones_own_first_is_still_code(world: World) -> None:
    """A stacked pull request changes documents only; its head carries the code."""
    await world.shop.commit("stage", EVIL, from_="main", author="mallory")
    await world.shop.commit("top", {"docs/x.txt": "1\n"}, from_="stage", author="mallory")
    decoy = await world.shop.open_pull_request("top", "stage", title="Docs", author="mallory")
    assert await world.verdict(decoy) == ("failure", "No plan linked")
    real = await world.shop.open_pull_request("top", "main", title="Docs", author="mallory")
    assert real.head_sha == decoy.head_sha
    assert real.merge_state().state == "blocked"


async def test_many_pull_requests_on_one_head_pass_nowhere(github: World) -> None:
    """All but the last are there before the bot is, so that it looks at them once."""
    await github.plan_on_main(status="Approved")
    await github.shop.commit("top", {"docs/x.txt": "1\n"}, from_="main", author="mallory")
    for number in range(20):
        await github.shop.create_branch(f"base-{number}")
        await github.shop.open_pull_request("top", f"base-{number}", title="x", author="mallory")
    async with github.bot():
        last = await github.shop.open_pull_request("top", title="x", author="mallory")
        run = await github.check(last)
    assert run.conclusion == "failure"
    assert "more than 20 pull requests share this head commit" in (run.title or "")


async def test_files_swapped_while_they_are_read_do_not_deceive(world: World) -> None:
    """Forced pushes show harmless files exactly while the bot looks."""
    evil = await world.shop.commit("top", EVIL, from_="main", author="mallory")
    await world.shop.commit("harmless", {"docs/x.txt": "1\n"}, from_="main", author="mallory")
    good = world.shop.head("harmless")
    swaps: list[asyncio.Task[None]] = []

    def swap(seen: object) -> None:
        if isinstance(seen, Exchange) and len(swaps) < 6 and "/pulls/" in seen.path:
            sha = good if len(swaps) % 2 == 0 else evil
            swaps.append(asyncio.create_task(world.shop.push("top", sha, by="mallory")))

    world.sandbox.observers.append(swap)
    pull = await world.shop.open_pull_request("top", title="x", author="mallory")
    await world.settle()
    assert len(swaps) == 6
    assert [run.conclusion for run in world.shop.check_runs(evil, "Plan gate")] in ([], ["failure"])
    assert pull.head_sha == evil
    assert pull.merge_state().state == "blocked"


async def test_a_commit_on_a_bots_branch_ends_its_exemption(world: World) -> None:
    pull = await world.code_pull(body=None, author="dependabot[bot]")
    assert await world.verdict(pull) == ("success", "Exempt: dependabot[bot]")
    await world.shop.commit("patch-1", EVIL, author="mallory")
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_a_commit_forged_in_a_bots_name_ends_its_exemption(world: World) -> None:
    pull = await world.code_pull(body=None, author="dependabot[bot]")
    assert await world.verdict(pull) == ("success", "Exempt: dependabot[bot]")
    await world.shop.commit("patch-1", EVIL, author="dependabot[bot]", forged_by="mallory")
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_comments_that_fail_do_not_keep_an_old_green(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert (await world.check(pull)).conclusion == "success"
    world.sandbox.faults.fail("POST", "/comments", times=3)
    began = world.clock.now
    await world.plan_on_main(status="Draft")
    await world.sandbox.settled()
    for _ in range(2_000):
        if pull.check_runs("Plan gate")[0].conclusion == "failure":
            break
        await asyncio.sleep(0.01)
    assert pull.check_runs("Plan gate")[0].conclusion == "failure"
    assert world.clock.now == began
    await world.settle()
    assert len(pull.comments) == 1


async def test_a_link_in_place_of_the_configuration_is_none(world: World) -> None:
    from bot.sandbox.git.objects import Symlink

    await world.shop.commit("main", {".github/plan-gate.yml": Symlink("../elsewhere.yml")})
    pull = await world.pull({"docs/a.txt": "1\n"})
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("failure", "Configuration error")
    assert "not a link" in (run.summary or "")


async def test_a_link_in_place_of_a_plan_is_none(world: World) -> None:
    from bot.sandbox.git.objects import Symlink

    await world.shop.commit("main", {"approved.txt": plan_text(status="Approved")})
    await world.shop.commit("main", {"plans/FEAT-12.md": Symlink("../approved.txt")})
    code = await world.code_pull(branch="code")
    assert (await world.check(code)).conclusion == "failure"
    link = await world.pull({"plans/FEAT-13.md": Symlink("../approved.txt")}, branch="link")
    run = await world.check(link)
    assert run.conclusion == "failure"
    assert "a link or a submodule" in (run.title or "")


async def test_a_pull_request_at_a_groups_head_does_not_speak_for_the_queue(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Approved")
    await world.plan_on_main("FEAT-2", "Approved")
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    await world.settle()
    await world.plan_on_main("FEAT-1", "Draft")
    group = await world.shop.enqueue(pull, admin=True)
    await world.settle()
    assert world.shop.check_runs(group.head_sha, "Plan gate")[0].conclusion == "failure"
    await world.shop.create_branch("spoof", by="mallory")
    await world.shop.push("spoof", group.head_sha, by="mallory")
    await world.shop.open_pull_request("spoof", title="x", body="Plan: FEAT-2", author="mallory")
    await world.settle()
    runs = world.shop.check_runs(group.head_sha, "Plan gate")
    assert [run.conclusion for run in runs] == ["failure"]


async def test_rerun_all_on_a_groups_head_judges_the_group_again(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Approved")
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    await world.settle()
    await world.plan_on_main("FEAT-1", "Draft")
    group = await world.shop.enqueue(pull, admin=True)
    await world.settle()
    seen = len(world.sandbox.requests)
    await world.sandbox.rerequest_check_suite(world.shop, group.head_sha)
    await world.settle()
    asked = [request.path for request in world.sandbox.requests[seen:]]
    assert f"/repos/acme/shop/pulls/{pull.number}" in asked


async def test_a_group_that_cannot_be_seen_yet_is_looked_for_again(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Approved")
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    await world.settle()
    world.sandbox.faults.fail("GET", "/git/commits/", status=404)
    await world.shop.enqueue(pull)
    await world.settle()
    assert pull.merged


async def test_two_runs_on_one_head_end_with_the_stricter(world: World) -> None:
    """The first pull request's write hangs while a second one opens on the same head."""
    await world.plan_on_main(status="Approved")
    await world.settle()
    world.sandbox.faults.slow("/check-runs$", seconds=0.3, times=1)
    first = await world.code_pull()
    await asyncio.sleep(0.15)
    await world.shop.create_branch("other")
    await world.shop.open_pull_request("patch-1", "other", title="x", author="mallory")
    run = await world.check(first)
    assert run.conclusion == "failure"
    assert run.title == "#2: No plan linked"


@pytest.mark.parametrize("delay", ["0", "99999999999"])
async def test_an_absurd_rate_limit_neither_spins_nor_lasts_for_ever(
    world: World, delay: str
) -> None:
    began = world.clock.now
    world.sandbox.faults.rate_limit("secondary", times=9, retry_after=int(delay))
    pull = await world.code_pull(body=None)
    assert await world.verdict(pull) == ("failure", "No plan linked")
    assert 10 <= world.clock.now - began <= 10 * 3_600


async def test_a_configuration_that_is_no_text_fails(world: World) -> None:
    await world.shop.commit("main", {".github/plan-gate.yml": b"mode: \xff\n"})
    pull = await world.pull({"docs/a.txt": "1\n"})
    run = await world.check(pull)
    assert (run.conclusion, run.title) == ("failure", "Configuration error")
    assert "not UTF-8" in (run.summary or "")


async def test_more_plans_than_can_be_checked_fail(world: World) -> None:
    files: dict[str, str | None] = {f"plans/F-{n}.md": f"# Plan: F-{n} — x\n" for n in range(101)}
    pull = await world.pull(files)
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert "more than 100 plan files change" in (run.title or "")


async def test_a_comment_that_says_it_already_is_not_written_again(world: World) -> None:
    pull = await world.code_pull(body=None)
    await world.settle()
    before = len(world.sandbox.requests)
    await pull.edit(title="Another")
    await world.settle()
    writes = [r for r in world.sandbox.requests[before:] if r.method != "GET"]
    assert writes == []


async def test_code_hidden_between_two_merge_bases_is_not_passed(world: World) -> None:
    """A criss-cross merge: the difference to one merge base lacks what merging would bring."""
    store = world.shop.record.store
    files = {"src/evil.py": "steal()\n", "docs/a.txt": "1\n"}
    with_evil = await world.shop.commit("side", files, from_="main", author="mallory")
    without = await world.shop.commit(
        "other", {"docs/b.txt": "1\n"}, from_="main", author="mallory"
    )

    def merged(files: dict[str, str], parents: tuple[str, ...]) -> str:
        blobs = {path: store.write_content(text) for path, text in files.items()}
        tree = store.edit_tree(store.empty_tree, dict(blobs))
        who = world.shop.world.signature(world.shop.world.account("mallory"))
        return store.write_commit(
            tree=tree, parents=parents, author=who, committer=who, message="Merge"
        ).sha

    clean = {"README.md": "# Shop\n", "docs/a.txt": "1\n", "docs/b.txt": "1\n"}
    await world.shop.push("main", merged(clean, (with_evil, without)), by="mallory")
    head = merged({**clean, "src/evil.py": "steal()\n", "docs/c.txt": "1\n"}, (with_evil, without))
    await world.shop.push("top", head, by="mallory")
    pull = await world.shop.open_pull_request("top", title="Docs", author="mallory")
    run = await world.check(pull)
    assert run.conclusion == "failure"
    assert "several merge bases" in (run.title or "")


async def test_an_unrelated_history_is_all_change(world: World) -> None:
    store = world.shop.record.store
    tree = store.edit_tree(store.empty_tree, {"src/a.py": store.write_content("1\n")})
    who = world.shop.world.signature(world.shop.world.account("alice"))
    root = store.write_commit(tree=tree, parents=(), author=who, committer=who, message="Root").sha
    await world.shop.push("orphan", root)
    pull = await world.shop.open_pull_request("orphan", title="Nothing in common")
    assert await world.verdict(pull) == ("failure", "No plan linked")


async def test_merging_main_into_a_branch_is_usual(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert (await world.check(pull)).conclusion == "success"
    tip = await world.shop.commit("main", {"docs/new.txt": "1\n"})
    store = world.shop.record.store
    ours = store.commits[pull.head_sha]
    tree = store.edit_tree(ours.tree, {"docs/new.txt": store.write_content("1\n")})
    update = store.write_commit(
        tree=tree, parents=(ours.sha, tip), author=ours.author, committer=ours.author, message="Up"
    ).sha
    await world.shop.push("patch-1", update)
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_a_groups_green_does_not_speak_for_a_later_pull_request(world: World) -> None:
    await world.plan_on_main("FEAT-1", "Approved")
    pull = await world.code_pull("Plan: FEAT-1", branch="code")
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    group = await world.shop.enqueue(pull)
    world.sandbox.faults.webhooks.release()
    await world.settle()
    assert world.shop.check_runs(group.head_sha, "Plan gate")[0].conclusion == "success"
    await world.plan_on_main("FEAT-1", "Draft")
    await world.shop.commit("later", {"src/later.py": "1\n"}, from_="main", author="mallory")
    again = await world.shop.open_pull_request("later", title="x", author="mallory")
    assert (await world.check(again)).conclusion == "failure"


async def test_an_address_with_a_branch_in_it_is_woken_too(world: World) -> None:
    await world.plan_on_main(status="Approved")
    url = f"{world.sandbox.url}/acme/shop/blob/feature/x/plans/FEAT-12.md"
    pull = await world.code_pull(f"Plan: {url}")
    assert (await world.check(pull)).conclusion == "success"
    await world.plan_on_main(status="Draft")
    assert (await world.check(pull)).conclusion == "failure"


async def test_a_push_that_github_refuses_to_explain_is_not_given_up(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert (await world.check(pull)).conclusion == "success"
    world.sandbox.faults.fail("GET", "/pulls$", status=403, times=12)
    await world.plan_on_main(status="Draft")
    assert (await world.check(pull)).conclusion == "failure"


@pytest.mark.parametrize(
    "trick",
    [
        ("Approved", "Aproved <!-- plan-gate: ignore H004, H005, H006, H007, H008 — fine -->"),
        ("| Stripe |", "| — <!-- plan-gate: ignore O001 — we will see --> |"),
    ],
)
async def test_what_decides_about_approval_cannot_be_ignored(
    world: World, trick: tuple[str, str]
) -> None:
    text = plan_text(status="Approved").replace(*trick, 1)
    pull = await world.pull({"plans/FEAT-12.md": text}, branch="plan")
    assert (await world.check(pull)).conclusion == "failure"
    await world.plan_on_main(text=text)
    code = await world.code_pull(branch="code")
    assert (await world.check(code)).conclusion == "failure"
