"""What is written on GitHub: all of it, once, and nothing that is there already."""

import asyncio
import re
from collections.abc import Sequence
from urllib.parse import quote

import pytest
from markdown_it import MarkdownIt

from bot.plan.rules import MANUAL_URL
from bot.report.comment import MARKER
from bot.sandbox.exchange import Exchange
from tests.plan_text import plan_text
from tests.system.world import World


def writes(requests: Sequence[Exchange]) -> list[tuple[str, str]]:
    return [(r.method, r.path) for r in requests if r.method != "GET"]


def broken_plan(rows: int) -> str:
    """A plan with one error a row."""
    lines = "".join(f"| {n} | task number {n} | shop | 9999 |\n" for n in range(3, rows + 3))
    text = plan_text()
    place = text.index("\n---\n\n## Testing Strategy")
    return text[:place] + lines + text[place:]


@pytest.mark.parametrize("count", [49, 50, 51, 120])
async def test_every_finding_is_annotated_in_batches(world: World, count: int) -> None:
    pull = await world.pull({"plans/FEAT-12.md": broken_plan(count)})
    run = await world.check(pull)
    errors = [a for a in run.annotations if a.annotation_level == "failure"]
    assert len(errors) == count
    assert len({a.start_line for a in errors}) == count
    made = [w for w in writes(world.sandbox.requests) if "check-runs" in w[1]]
    assert len(made) == -(-len(run.annotations) // 50)


async def test_a_check_carries_the_pull_request_and_is_for_its_head(world: World) -> None:
    pull = await world.code_pull()
    run = await world.check(pull)
    assert run.external_id == f"pull acme/shop#{pull.number}"
    assert run.name == "Plan gate"
    assert run.head_sha == pull.head_sha


async def test_the_same_verdict_writes_nothing(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    seen = len(world.sandbox.requests)
    await pull.edit(title="Another title")
    await pull.add_label("urgent")
    await world.settle()
    assert writes(world.sandbox.requests[seen:]) == []


async def test_a_warm_evaluation_costs_little_of_the_rate_limit(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    await world.settle()
    seen = len(world.sandbox.requests)
    await pull.edit(body="Plan: FEAT-404")
    assert (await world.check(pull)).conclusion == "failure"
    counted = [r for r in world.sandbox.requests[seen:] if r.counted]
    # the pull requests at its head, the check run and the comment: see `test_costs`
    assert len(counted) == 3, [(r.method, r.path) for r in counted]


async def test_the_comment_comes_when_blocked_and_shrinks_when_free(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    (comment,) = pull.comments
    assert comment.author.login == "plan-gate[bot]"
    assert comment.body.startswith(MARKER)
    assert "FEAT-12 is Draft: merging is blocked" in comment.body
    assert "**Next step:**" in comment.body
    await world.plan_on_main(status="Approved")
    await world.settle()
    (comment,) = pull.comments
    assert comment.body == f"{MARKER}\n✅ **Plan Gate:** FEAT-12 is Approved."
    await world.plan_on_main(status="Draft")
    await world.settle()
    assert len(pull.comments) == 1
    assert "Draft" in pull.comments[0].body


async def test_no_comment_where_nothing_is_blocked(world: World) -> None:
    pull = await world.pull({"docs/a.txt": "1\n"})
    await world.settle()
    assert pull.comments == []


@pytest.mark.parametrize(("word", "count"), [("never", 0), ("always", 1)])
async def test_comments_as_configured(world: World, word: str, count: int) -> None:
    await world.shop.commit("main", {".github/plan-gate.yml": f"comments: {word}\n"})
    pull = await world.pull({"docs/a.txt": "1\n"}, branch="docs")
    blocked = await world.code_pull()
    await world.settle()
    assert len(pull.comments) == count
    assert len(blocked.comments) == count


async def test_a_forged_marker_is_only_text(world: World) -> None:
    await world.plan_on_main()
    pull = await world.pull({"docs/a.txt": "1\n"})
    forged = await pull.comment(f"{MARKER}\n✅ **Plan Gate:** all is well.", author="mallory")
    await world.shop.commit("patch-1", {"src/a.py": "1\n"})
    await world.settle()
    assert forged.body.endswith("all is well.")
    assert [comment.author.login for comment in pull.comments] == ["mallory", "plan-gate[bot]"]


async def test_a_page_that_was_full_is_not_taken_for_the_last(world: World) -> None:
    """With 100 comments there, ours begins a second page; a 304 for the first may not say so."""
    await world.plan_on_main()
    pull = await world.pull({"docs/a.txt": "1\n"}, body="Plan: FEAT-12")
    for number in range(100):
        await pull.comment(f"Comment {number}", author="bob")
    await world.shop.commit("patch-1", {"src/a.py": "1\n"})
    await world.settle()
    await world.plan_on_main(status="Approved")
    await world.settle()
    await world.plan_on_main(status="Draft")
    await world.settle()
    ours = [c for c in pull.comments if c.author.login == "plan-gate[bot]"]
    assert len(ours) == 1
    assert "Draft" in ours[0].body


async def test_a_check_run_of_another_app_does_not_count_as_ours(world: World) -> None:
    permissions = {"checks": "write", "metadata": "read"}
    other = world.sandbox.register_app("forger", permissions=permissions, events=[])
    pull = await world.code_pull(body=None)
    ours = await world.check(pull)
    await world.shop.create_check_run(
        other,
        pull.head_sha,
        "Plan gate",
        "success",
        title=ours.title or "",
        summary=ours.summary or "",
    )
    assert pull.merge_state().state == "blocked"
    await pull.edit(title="Again")
    await world.settle()
    assert [run.conclusion for run in pull.check_runs("Plan gate")] == ["success", "failure"]
    await world.sandbox.rerequest_check_run(ours)
    await world.settle()
    assert pull.merge_state().state == "blocked"


async def test_an_older_green_is_superseded_on_the_same_head(world: World) -> None:
    await world.plan_on_main(status="Approved")
    pull = await world.code_pull()
    assert (await world.check(pull)).conclusion == "success"
    await world.plan_on_main(status="Draft")
    assert (await world.check(pull)).conclusion == "failure"
    assert pull.merge_state().state == "blocked"


async def test_a_head_that_moves_meanwhile_gets_the_newer_verdict_only(world: World) -> None:
    """The push comes between the bot's reading and its writing."""
    await world.plan_on_main(status="Approved")
    await world.settle()
    pushes: list[asyncio.Task[str]] = []

    def push_in_between(seen: object) -> None:
        looked = isinstance(seen, Exchange) and "/compare/" in seen.path
        if looked and not pushes:
            pushes.append(asyncio.create_task(world.shop.commit("patch-1", {"src/b.py": "1\n"})))

    world.sandbox.observers.append(push_in_between)
    pull = await world.code_pull()
    old = pull.head_sha
    assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")
    assert pull.head_sha == await pushes[0]
    assert world.shop.check_runs(old, "Plan gate") == []


async def test_a_branch_that_moves_meanwhile_is_read_again(world: World) -> None:
    """The approval is withdrawn between the bot's reading and its writing."""
    await world.plan_on_main(status="Approved")
    await world.settle()
    pushes: list[asyncio.Task[str]] = []

    def withdraw_in_between(seen: object) -> None:
        looked = isinstance(seen, Exchange) and "/compare/" in seen.path
        if looked and not pushes:
            pushes.append(asyncio.create_task(world.plan_on_main(status="Draft")))

    world.sandbox.observers.append(withdraw_in_between)
    pull = await world.code_pull()
    await world.settle()
    runs = world.shop.check_runs(pull.head_sha, "Plan gate")
    assert [run.conclusion for run in runs] == ["failure"]


async def test_a_comment_that_github_refuses_does_not_keep_the_check_away(world: World) -> None:
    world.sandbox.faults.fail("POST", "/issues/1/comments", status=403, times=100)
    pull = await world.code_pull()
    assert (await world.check(pull)).conclusion == "failure"
    assert pull.comments == []


async def test_hostile_names_stay_text(world: World) -> None:
    path = "plans/<img src=x>@everyone|`x`[a](http:evil).md"
    await world.shop.commit("main", {path: plan_text(status="Draft")})
    body = f"Plan: {path}"
    pull = await world.code_pull(body, title="<script>alert(1)</script>")
    run = await world.check(pull)
    assert run.conclusion == "failure"
    for text in [run.summary or "", pull.comments[0].body]:
        page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
        shown = re.sub(r"<code>.*?</code>", "", page)
        assert "<img" not in shown
        assert "@everyone" not in shown
        assert set(re.findall(r'href="([^"]*)"', shown)) <= {
            f"{MANUAL_URL}policy.md#no-plan-linked",
            f"{world.sandbox.url}/acme/shop/blob/main/{quote(path)}",
            f"{world.sandbox.url}/acme/shop/pull/{pull.number}",
        }


def blobs_read(requests: Sequence[Exchange]) -> int:
    return sum("/git/blobs/" in request.path for request in requests)


async def test_of_many_plans_only_the_mentioned_is_read(github: World) -> None:
    world = github
    plans: dict[str, str | None] = {
        f"plans/FEAT-{n}.md": plan_text(f"FEAT-{n}", "Approved") for n in range(100, 140)
    }
    await world.shop.commit("main", plans)
    async with world.bot():  # so that the push to main is none of its business
        pull = await world.code_pull("Plan: FEAT-107")
        assert await world.verdict(pull) == ("success", "FEAT-107 is Approved")
        assert blobs_read(world.sandbox.requests) == 1


async def test_a_plan_whose_file_does_not_carry_its_id_is_found(world: World) -> None:
    await world.shop.commit(
        "main",
        {"plans/checkout.md": plan_text(status="Approved"), "plans/FEAT-1.md": plan_text("FEAT-1")},
    )
    by_body = await world.code_pull(branch="one")
    by_title = await world.code_pull(body=None, branch="two", title="FEAT-12: x")
    for pull in (by_body, by_title):
        assert await world.verdict(pull) == ("success", "FEAT-12 is Approved")


async def test_plans_are_not_read_where_no_code_changes(world: World) -> None:
    await world.plan_on_main(status="Approved")
    await world.settle()
    since = len(world.sandbox.requests)
    pull = await world.pull({"docs/a.txt": "1\n"}, body="Plan: FEAT-12")
    assert (await world.check(pull)).conclusion == "success"
    assert blobs_read(world.sandbox.requests[since:]) == 0
