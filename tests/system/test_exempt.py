"""Somebody writes `/plan-exempt`, and the check says who exempted the pull request and why."""

import pytest

from bot.ledger.port import AuditKind
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.state.records import Comment
from bot.work.model import State
from tests.system.world import World

BLOCKED = ("failure", "FEAT-12 is Draft: merging is blocked")
EXEMPT = ("success", "Exempt: maya says “The shop is down”")
COMMAND = "/plan-exempt The shop is down"
GIVEN, ENDED = AuditKind.EXEMPTED, AuditKind.EXEMPTION_ENDED


async def blocked_pull(world: World) -> PullRequest:
    """A pull request that its plan blocks; a minute later, when people have seen that."""
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == BLOCKED
    world.clock.now += 60
    return pull


async def say(world: World, pull: PullRequest, text: str, author: str = "maya") -> Comment:
    """Somebody comments, and the bot has done what it does about it; a minute later."""
    comment = await pull.comment(text, author=author)
    await world.settle()
    world.clock.now += 60
    return comment


def reactions(comment: Comment) -> list[str]:
    assert {reaction.user.login for reaction in comment.reactions} <= {"plan-gate[bot]"}
    seen, *ended = [reaction.content for reaction in comment.reactions] or ["eyes"]
    assert seen == "eyes"
    return ended


def answers(pull: PullRequest) -> list[str]:
    """What the bot answered to comments: without its mark, in one line."""
    return [
        " ".join(comment.body.partition("-->")[2].split())
        for comment in pull.comments
        if comment.author.login == "plan-gate[bot]" and "plan-gate:answer" in comment.body
    ]


async def told(world: World) -> list[tuple[AuditKind, str, str, str]]:
    """What the audit log says of exemptions: kind, who, why, of which head."""
    return [
        (one.kind, one.actor, one.text, one.head_sha)
        for one in await world.parts.ledger.audit()
        if one.kind is not AuditKind.VERDICT
    ]


# ── exempting ────────────────────────────────────────────────────────────────
async def test_a_maintainer_exempts_the_head_and_a_push_ends_that(world: World) -> None:
    pull = await blocked_pull(world)
    first = pull.head_sha
    comment = await say(world, pull, f"It is urgent.\r\n\r\n{COMMAND}\r\n")
    assert await world.verdict(pull) == EXEMPT
    assert pull.merge_state().state == "clean"
    assert reactions(comment) == ["rocket"]
    assert answers(pull) == []
    run = await world.check(pull)
    assert f"`maya` exempts this head (`{first[:12]}`)" in (run.summary or "")
    assert await told(world) == [(GIVEN, "maya", "The shop is down", first)]

    await world.shop.commit("patch-1", {"src/more.py": "1\n"})
    assert await world.verdict(pull) == BLOCKED
    ended = (await world.check(pull)).summary or ""
    assert f"`maya` exempted `{first[:12]}`; a newer commit ends that." in ended


@pytest.mark.parametrize("role", ["maintain", "admin"])
async def test_who_maintains_may(world: World, role: str) -> None:
    world.shop.grant("dora", role)  # type: ignore[arg-type]
    pull = await blocked_pull(world)
    await say(world, pull, COMMAND, author="dora")
    assert await world.verdict(pull) == ("success", "Exempt: dora says “The shop is down”")


@pytest.mark.parametrize("author", ["bob", "reader", "triager", "stranger"])
async def test_who_does_not_maintain_is_told_who_may(world: World, author: str) -> None:
    world.shop.grant("reader", "read")
    world.shop.grant("triager", "triage")
    pull = await blocked_pull(world)
    comment = await say(world, pull, COMMAND, author=author)
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["confused"]
    (answer,) = answers(pull)
    assert answer == (
        f"**`/plan-exempt` was not carried out** ([asked here](#issuecomment-{comment.id})). "
        "That takes the role *maintain* or *admin* in this repository. Ask somebody who has it."
    )
    assert await told(world) == []


async def test_the_author_may_not_whatever_their_role(world: World) -> None:
    world.shop.grant("alice", "admin")
    pull = await blocked_pull(world)
    comment = await say(world, pull, COMMAND, author="alice")
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["confused"]
    (answer,) = answers(pull)
    assert "Whoever opened a pull request cannot exempt it. Ask somebody else" in answer


async def test_an_exemption_needs_its_reason(world: World) -> None:
    pull = await blocked_pull(world)
    await say(world, pull, "/plan-exempt <!-- REASON -->")
    await say(world, pull, "/plan-exempt " + "very " * 100 + "long")
    assert await world.verdict(pull) == BLOCKED
    usage, shorter = answers(pull)
    assert "Write `/plan-exempt REASON`, or `/plan-exempt off` to end one." in usage
    assert "The reason is longer than 500 characters." in shorter


async def test_a_reason_is_shown_and_does_nothing_else(world: World) -> None:
    pull = await blocked_pull(world)
    reason = "@carol </details> **now** | [x](javascript:a) <img src=x> #1 \u202e`tick` <!-- c -->"
    await say(world, pull, f"/plan-exempt {reason}")
    run = await world.check(pull)
    assert (run.conclusion, run.summary is not None) == ("success", True)
    shown = (
        "@\u200bcarol \\</details\\> \\*\\*now\\*\\* \\| \\[x\\](javascript:a) \\<img src=x\\> "
        "#\u200b1 \\`tick\\`"
    )
    assert shown in (run.summary or "")
    assert "\u202e" not in f"{run.title}{run.summary}"
    assert "@carol" not in (run.summary or "")
    bodies = [one.body for one in pull.comments if one.author.login == "plan-gate[bot]"]
    assert not [body for body in bodies if "@carol" in body]


async def test_in_an_issue_or_a_closed_pull_request_there_is_nothing_to_exempt(
    world: World,
) -> None:
    pull = await blocked_pull(world)
    await pull.close()
    await say(world, pull, COMMAND)
    (answer,) = answers(pull)
    assert "This pull request is closed." in answer
    issue = await world.shop.open_issue("The shop is down", author="carol")
    comment = await world.shop.comment(issue, COMMAND, author="maya")
    await world.settle()
    assert reactions(comment) == ["confused"]
    assert "This is an issue" in issue.comments[-1].body
    assert await told(world) == []


# ── what is no command ───────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "text",
    [
        f"> {COMMAND}",
        f"```\n{COMMAND}\n```",
        f"    {COMMAND}",
        f"- {COMMAND}",
        f"<details>\n\n{COMMAND}\n\n</details>",
        f"<!-- {COMMAND} -->",
        f"You might say {COMMAND}",
        "/plan-exempt\u200b The shop is down",
        "/plan-excuse The shop is down",
    ],
)
async def test_what_is_quoted_hidden_or_unknown_does_nothing(world: World, text: str) -> None:
    pull = await blocked_pull(world)
    comment = await say(world, pull, text)
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == []
    assert answers(pull) == []


async def test_a_bot_gives_no_commands(world: World) -> None:
    world.shop.grant("helper[bot]", "admin")
    pull = await blocked_pull(world)
    comment = await say(world, pull, COMMAND, author="helper[bot]")
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == []


async def test_a_comment_that_somebody_else_edited_counts_for_nobody(world: World) -> None:
    pull = await blocked_pull(world)
    comment = await say(world, pull, "I looked at it.")
    await pull.edit_comment(comment, COMMAND, by="alice")
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["confused"]
    (answer,) = answers(pull)
    assert "Somebody other than its author edited that comment" in answer
    assert await told(world) == []


async def test_a_comment_that_is_gone_when_its_turn_comes_does_nothing(world: World) -> None:
    pull = await blocked_pull(world)
    world.sandbox.faults.webhooks.hold()
    comment = await pull.comment(COMMAND, author="maya")
    await pull.delete_comment(comment)
    world.sandbox.faults.webhooks.release()
    assert await world.verdict(pull) == BLOCKED
    rows = await world.parts.store.rows()
    assert {row.state for row in rows if row.tenant} == {State.IDLE}


# ── once ─────────────────────────────────────────────────────────────────────
async def test_a_comment_that_is_told_of_again_is_carried_out_once(world: World) -> None:
    pull = await blocked_pull(world)
    world.sandbox.faults.webhooks.double()
    comment = await say(world, pull, COMMAND)
    world.sandbox.faults.webhooks.double()
    refused = await say(world, pull, COMMAND, author="bob")
    assert reactions(comment) == ["rocket"]
    assert reactions(refused) == ["confused"]
    assert len(answers(pull)) == 1
    assert len(await told(world)) == 1


async def test_an_edit_carries_out_what_it_adds_and_nothing_twice(world: World) -> None:
    pull = await blocked_pull(world)
    comment = await say(world, pull, COMMAND)
    assert await world.verdict(pull) == EXEMPT
    await pull.edit_comment(comment, f"{COMMAND}\n/plan-exempt off")
    assert await world.verdict(pull) == BLOCKED
    await pull.edit_comment(comment, f"{COMMAND}\n/plan-exempt off\nSorry!")
    assert await world.verdict(pull) == BLOCKED
    assert [kind for kind, *_ in await told(world)] == [GIVEN, ENDED]


async def test_several_commands_run_in_their_order(world: World) -> None:
    pull = await blocked_pull(world)
    comment = await say(world, pull, f"/plan-exempt\n/plan-exempt x\n/plan-exempt off\n{COMMAND}")
    assert await world.verdict(pull) == EXEMPT
    assert reactions(comment) == ["rocket", "confused"]
    assert [(kind, text) for kind, _, text, _ in await told(world)] == [
        (GIVEN, "x"),
        (ENDED, "x"),
        (GIVEN, "The shop is down"),
    ]
    assert len(answers(pull)) == 1


async def test_a_locked_conversation_is_no_obstacle(world: World) -> None:
    pull = await blocked_pull(world)
    world.sandbox.faults.fail("POST", "/reactions", status=403, times=2)
    world.sandbox.faults.fail("POST", "/issues/1/comments", status=403)
    await say(world, pull, COMMAND, author="bob")
    assert answers(pull) == []
    await say(world, pull, COMMAND)
    assert await world.verdict(pull) == EXEMPT
    rows = await world.parts.store.rows()
    assert {row.state for row in rows if row.tenant} == {State.IDLE}


# ── off ──────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("author", ["maya", "alice", "dora"])
async def test_who_gave_it_who_opened_it_and_who_maintains_can_end_it(
    world: World, author: str
) -> None:
    world.shop.grant("dora", "maintain")
    pull = await blocked_pull(world)
    await say(world, pull, COMMAND)
    comment = await say(world, pull, "/plan-exempt OFF", author=author)
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["rocket"]
    assert (await told(world))[-1] == (ENDED, author, "The shop is down", pull.head_sha)


async def test_somebody_else_cannot_end_it(world: World) -> None:
    pull = await blocked_pull(world)
    await say(world, pull, COMMAND)
    comment = await say(world, pull, "/plan-exempt off", author="bob")
    assert await world.verdict(pull) == EXEMPT
    assert reactions(comment) == ["confused"]
    (answer,) = answers(pull)
    assert "can end it. Ask one of them." in answer


async def test_who_gave_it_can_end_it_without_the_role(world: World) -> None:
    pull = await blocked_pull(world)
    await say(world, pull, COMMAND)
    world.shop.grant("maya", "read")
    await say(world, pull, "/plan-exempt off")
    assert await world.verdict(pull) == BLOCKED


# ── which head ───────────────────────────────────────────────────────────────
UNSEEN = "Look at its check, then comment again."


async def test_a_push_that_races_the_comment_is_not_exempt(world: World) -> None:
    pull = await blocked_pull(world)
    world.sandbox.faults.webhooks.hold()
    comment = await pull.comment(COMMAND, author="maya")
    await world.shop.commit("patch-1", {"src/evil.py": "1\n"})
    world.sandbox.faults.webhooks.release()
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["confused"]
    (answer,) = answers(pull)
    assert UNSEEN in answer
    world.clock.now += 60
    await say(world, pull, COMMAND)
    assert await world.verdict(pull) == EXEMPT


async def test_a_verdict_of_the_same_second_was_not_read(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    run = await world.check(pull)
    world.clock.now = run.completed_at or 0.0  # the comment came a second after the check run
    await say(world, pull, COMMAND)
    assert await world.verdict(pull) == BLOCKED
    (answer,) = answers(pull)
    assert UNSEEN in answer


async def test_a_head_that_comes_back_after_the_comment_is_not_exempt(world: World) -> None:
    """The evil commit had its verdict long before; what the maintainer saw was another head."""
    pull = await blocked_pull(world)
    harmless = pull.head_sha
    evil = await world.shop.commit("patch-1", {"src/evil.py": "1\n"})
    assert await world.verdict(pull) == BLOCKED
    world.clock.now += 60
    await world.shop.push("patch-1", harmless)
    assert await world.verdict(pull) == BLOCKED
    world.clock.now += 60
    world.sandbox.faults.webhooks.hold()
    comment = await pull.comment(COMMAND, author="maya")
    await world.shop.push("patch-1", evil)
    world.sandbox.faults.webhooks.release(newest_first=True)
    assert await world.verdict(pull) == BLOCKED
    assert reactions(comment) == ["confused"]
    world.clock.now += 60
    await say(world, pull, COMMAND)
    assert await world.verdict(pull) == EXEMPT


async def test_another_pull_requests_verdict_on_the_commit_is_not_this_ones(world: World) -> None:
    """A commit that was judged elsewhere is pushed here after the comment."""
    pull = await blocked_pull(world)
    await world.shop.create_branch("decoy", from_="patch-1")
    evil = await world.shop.commit("decoy", {"src/evil.py": "1\n"})
    decoy = await world.shop.open_pull_request("decoy", title="Decoy", body="Plan: FEAT-12")
    assert await world.verdict(decoy) == BLOCKED
    world.clock.now += 60
    world.sandbox.faults.webhooks.hold()
    comment = await pull.comment(COMMAND, author="maya")
    await world.shop.push("patch-1", evil)
    world.sandbox.faults.webhooks.release()
    await world.settle()
    assert reactions(comment) == ["confused"]
    assert (await world.check(pull)).conclusion == "failure"
    assert await told(world) == []


async def test_the_exemption_goes_along_with_a_renamed_repository(world: World) -> None:
    pull = await blocked_pull(world)
    world.sandbox.faults.webhooks.hold()
    comment = await pull.comment(COMMAND, author="maya")
    await world.shop.rename("store")
    world.sandbox.faults.webhooks.release()
    await world.settle()
    assert reactions(comment) == ["confused"]  # no evaluation under the new name was before it
    world.clock.now += 60
    await say(world, pull, COMMAND)
    assert await world.verdict(pull) == EXEMPT
