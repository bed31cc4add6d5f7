"""Somebody forges what GitHub shows or says, or moves things while the bot looks at them."""

import asyncio

import pytest

from bot.sandbox.actions import announce
from bot.sandbox.actions.push import write_commit
from bot.sandbox.exchange import Exchange
from bot.sandbox.repository import Repository
from tests.plan_text import plan_text
from tests.system.world import World

EVIL: dict[str, str | None] = {"src/evil.py": "steal()\n"}
UNLINKED = ("failure", "No plan linked")
IS_DRAFT = ("failure", "FEAT-12 is Draft: merging is blocked")
FREE = ("success", "FEAT-12 is Approved")


# ── checks and comments of somebody else ─────────────────────────────────────
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_check_of_our_name_by_another_app(world: World, when: str) -> None:
    """It copies a verdict of ours to the letter, that of a pull request that may merge."""
    await world.plan_on_main("FEAT-77", "Approved")
    await world.plan_on_main()
    honest = await world.check(await world.code_pull("Plan: FEAT-77", branch="honest"))
    rival = world.sandbox.register_app("rival", permissions={"checks": "write"}, events=[])
    world.sandbox.install(rival, "acme")
    await world.shop.commit("evil", EVIL, from_="main", author="mallory")

    async def forge() -> None:
        forged = await world.shop.create_check_run(
            rival,
            world.shop.head("evil"),
            "Plan gate",
            "success",
            honest.title or "",
            honest.summary or "",
        )
        forged.external_id = honest.external_id

    if when == "before":
        await forge()
    pull = await world.shop.open_pull_request(
        "evil", title="x", body="Plan: FEAT-12", author="mallory"
    )
    await world.settle()
    if when == "after":
        await forge()
        await pull.edit(title="Look again")
    await world.settle()
    ours = [run for run in pull.check_runs("Plan gate") if run.app is world.app]
    assert [(run.conclusion, run.title) for run in ours] == [IS_DRAFT]
    assert pull.merge_state().state == "blocked"


async def test_a_comment_in_our_words(world: World) -> None:
    """It is somebody's text: it stays as it is, and ours comes beside it."""
    await world.plan_on_main(status="Approved")
    free = await world.code_pull(branch="free")
    await world.settle()
    await world.plan_on_main()
    await world.settle()
    words = free.comments[0].body
    pull = await world.pull(EVIL, branch="evil", author="mallory")
    forged = [
        await pull.comment(words.replace("⛔", "✅"), author=author)
        for author in ("mallory", "plan-gate", "plan-gate-2[bot]")
    ]
    await world.settle()
    await pull.edit(title="Look again")
    await world.settle()
    ours = [comment for comment in pull.comments if comment.author.login == "plan-gate[bot]"]
    assert len(ours) == 1
    assert "No plan linked" in ours[0].body
    assert [comment.editor for comment in forged] == [None] * 3


# ── buttons ──────────────────────────────────────────────────────────────────
async def test_buttons_on_anothers_check_change_nothing(world: World) -> None:
    await world.plan_on_main("FEAT-77", "Approved")
    free = await world.code_pull("Plan: FEAT-77", branch="free")
    evil = await world.pull(EVIL, branch="evil", author="mallory")
    green, red = await world.check(free), await world.check(evil)
    green.external_id, red.external_id = red.external_id, green.external_id
    for run in (green, red):
        await world.sandbox.rerequest_check_run(run, by="mallory")
        await world.sandbox.rerequest_check_suite(world.shop, run.head_sha, by="mallory")
    assert await world.verdict(free) == ("success", "FEAT-77 is Approved")
    assert await world.verdict(evil) == UNLINKED
    assert evil.merge_state().state == "blocked"


# ── merge groups ─────────────────────────────────────────────────────────────
async def test_a_branch_that_is_named_like_the_queues(world: World) -> None:
    await world.plan_on_main(status="Approved")
    honest = await world.code_pull()
    assert await world.verdict(honest) == FREE
    name = f"gh-readonly-queue/main/pr-{honest.number}-{honest.head_sha}"
    message = f"Merge pull request #{honest.number} from acme/patch-1"
    sha = await world.shop.commit(name, EVIL, message, "mallory", from_="main")
    await world.sandbox.rerequest_check_suite(world.shop, sha, by="mallory")
    await world.settle()
    assert world.shop.check_runs(sha, "Plan gate") == []
    pull = await world.shop.open_pull_request(name, title="x", author="mallory")
    assert await world.verdict(pull) == UNLINKED


async def test_a_group_with_a_file_that_nobody_answers_for(world: World) -> None:
    """A pull request has joined it whose commit names an honest one, which leaves that file."""
    await world.plan_on_main(status="Approved")
    honest = await world.code_pull()
    assert await world.verdict(honest) == FREE
    world.sandbox.faults.webhooks.hold()
    group = await world.shop.enqueue(honest)
    message = f"Merge pull request #{honest.number} from acme/patch-1"
    queued = group.head_ref.removeprefix("refs/heads/")
    stray = await world.shop.commit("stray", EVIL, message, "mallory", from_=queued)
    group.head_sha = stray
    repo, queue = world.shop.record, world.shop.world.account("github-merge-queue[bot]")
    announce.merge_group(world.shop.world, repo, group, "checks_requested", queue)
    world.sandbox.faults.webhooks.release()
    await world.settle()
    runs = [(run.conclusion, run.title) for run in world.shop.check_runs(stray, "Plan gate")]
    title = f"#{honest.number}: Merge group holds changes of no known pull request"
    assert runs == [("failure", title)]
    assert not honest.merged


# ── races ────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("seen", ["/git/trees/", "/compare/", "/branches/main", "/pulls/1"])
async def test_a_push_between_the_read_and_the_write(world: World, seen: str) -> None:
    """As soon as the bot has read something harmless, the head is another."""
    await world.shop.commit("top", {"docs/x.txt": "1\n"}, from_="main", author="mallory")
    evil = await world.shop.commit("evil", EVIL, from_="main", author="mallory")
    pushes: list[asyncio.Task[None]] = []

    def push(exchange: object) -> None:
        if isinstance(exchange, Exchange) and seen in exchange.path and not pushes:
            pushes.append(asyncio.create_task(world.shop.push("top", evil, by="mallory")))

    await world.settle()
    world.sandbox.observers.append(push)
    pull = await world.shop.open_pull_request("top", title="x", author="mallory")
    await world.settle()
    assert pushes
    assert pull.head_sha == evil
    assert await world.verdict(pull) == UNLINKED
    assert pull.merge_state().state == "blocked"


async def test_an_approval_that_is_withdrawn_while_the_bot_looks(world: World) -> None:
    await world.plan_on_main(status="Approved")
    await world.settle()
    withdrawn: list[asyncio.Task[str]] = []

    def withdraw(exchange: object) -> None:
        if isinstance(exchange, Exchange) and "/compare/" in exchange.path and not withdrawn:
            withdrawn.append(asyncio.create_task(world.plan_on_main()))

    world.sandbox.observers.append(withdraw)
    pull = await world.code_pull()
    await world.settle()
    assert withdrawn
    assert await world.verdict(pull) == IS_DRAFT


async def test_a_forced_push_between_the_event_and_the_look(world: World) -> None:
    await world.shop.commit("top", {"docs/x.txt": "1\n"}, from_="main", author="mallory")
    evil = await world.shop.commit("evil", EVIL, from_="main", author="mallory")
    await world.settle()
    world.sandbox.faults.webhooks.hold()
    pull = await world.shop.open_pull_request("top", title="x", author="mallory")
    await world.shop.push("top", evil, by="mallory")
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(pull) == UNLINKED


async def test_words_that_change_after_the_green(world: World) -> None:
    await world.plan_on_main("FEAT-77", "Approved")
    await world.plan_on_main()
    pull = await world.code_pull("Plan: FEAT-77")
    assert await world.verdict(pull) == ("success", "FEAT-77 is Approved")
    for body, verdict in [("Plan: FEAT-12", IS_DRAFT), ("Nothing", UNLINKED)]:
        await pull.edit(body=body)
        assert await world.verdict(pull) == verdict


async def test_the_strictest_of_those_on_one_head(world: World) -> None:
    """Both change the same; the one links an approved plan, the other does not."""
    await world.plan_on_main(status="Approved")
    await world.shop.commit("top", EVIL, from_="main", author="mallory")
    await world.shop.create_branch("side")
    first = await world.shop.open_pull_request("top", title="x", author="mallory")
    second = await world.shop.open_pull_request(
        "top", "side", title="x", body="Plan: FEAT-12", author="mallory"
    )
    found = [await world.verdict(pull) for pull in (first, second)]
    assert found == [("failure", f"#{first.number}: No plan linked")] * 2
    await first.edit(body="Plan: FEAT-12")
    assert await world.verdict(second) == FREE


# ── sizes ────────────────────────────────────────────────────────────────────
async def test_one_file_of_code_behind_three_thousand_others(world: World) -> None:
    files: dict[str, str | None] = {f"docs/{number:04}.txt": "x\n" for number in range(3_000)}
    pull = await world.pull({**files, "src/zz.py": "steal()\n"}, author="mallory")
    assert await world.verdict(pull) == UNLINKED
    assert "changes code (`src/zz.py`)" in await world.summary(pull)


async def pushed(shop: Repository, branch: str, count: int) -> None:
    """A push of so many commits, the first of which has the code."""
    who = shop.world.signature(shop.world.account("mallory"))
    sha = write_commit(shop.record, shop.head("main"), EVIL, "Steal", who)
    for number in range(count - 1):
        sha = write_commit(shop.record, sha, {"docs/n.txt": f"{number}\n"}, "More", who)
    await shop.push(branch, sha, by="mallory")


@pytest.mark.parametrize(
    ("count", "title"),
    [
        (251, "No plan linked"),
        (1_001, "Not everything could be checked: it brings more than 1,000 commits"),
    ],
)
async def test_code_below_many_commits(world: World, count: int, title: str) -> None:
    await pushed(world.shop, "many", count)
    pull = await world.shop.open_pull_request("many", title="x", author="mallory")
    assert await world.verdict(pull) == ("failure", title)


async def test_a_plan_that_is_too_large_is_not_approved(world: World) -> None:
    path, text = "plans/FEAT-12.md", plan_text(status="Approved") + "x\n" * 300_000
    await world.plan_on_main(text=text)
    code = await world.code_pull(f"Plan: {path}", branch="code")
    plan = await world.pull({path: f"{text}y\n"}, branch="plan")
    unclear = f"{path} has no clear Status: merging is blocked"
    assert await world.verdict(code) == ("failure", unclear)
    assert await world.verdict(plan) == ("failure", f"{path}: 1 error")
