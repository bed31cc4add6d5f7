"""People: whose judgement counts, who edited what, and those whom GitHub no longer knows."""

from typing import Any

import pytest

from bot.sandbox import PullRequest
from tests.sandbox.stage import Stage


async def pull_request(stage: Stage) -> PullRequest:
    await stage.shop.commit("feat", {"src/b.py": "b\n"}, from_="main")
    return await stage.shop.open_pull_request("feat", title="Add b")


async def test_nobody_judges_their_own_pull_request(stage: Stage) -> None:
    pull = await pull_request(stage)
    with pytest.raises(ValueError, match="Can not approve your own pull request"):
        await pull.review(by="alice", state="APPROVED")
    with pytest.raises(ValueError, match="Can not request changes on your own pull request"):
        await pull.review(by="alice", state="CHANGES_REQUESTED")
    await pull.review(by="alice", state="COMMENTED")
    assert (await stage.client.get("/repos/acme/shop/pulls/1/reviews")).body[0]["state"] == (
        "COMMENTED"
    )


async def test_a_review_is_of_the_head_of_its_moment(stage: Stage) -> None:
    pull = await pull_request(stage)
    seen = pull.head_sha
    review = await pull.review(by="bob")
    await stage.shop.commit("feat", {"src/b.py": "c\n"})
    assert (review.commit_id, pull.head_sha != seen) == (seen, True)


async def test_a_review_is_edited_and_dismissed(stage: Stage) -> None:
    pull = await pull_request(stage)
    review = await pull.review(by="bob", body="Fine")
    await pull.edit_review(review, "Fine!")
    await pull.edit_review(review, "Fine?", by="carol")
    await stage.sandbox.settled()
    edited = stage.inbox.last("pull_request_review.edited")
    assert edited["changes"] == {"body": {"from": "Fine!"}}
    assert (edited["review"]["state"], edited["sender"]["login"]) == ("approved", "carol")
    await pull.dismiss_review(review)
    assert review.state == "DISMISSED"
    remark = await pull.review(by="bob", state="COMMENTED")
    with pytest.raises(ValueError, match="Can not dismiss a commented"):
        await pull.dismiss_review(remark)


async def test_a_comment_edited_by_another_says_so(stage: Stage) -> None:
    pull = await pull_request(stage)
    comment = await pull.comment("/plan-exempt", author="bob")
    await pull.edit_comment(comment, "/plan-exempt now", by="mallory")
    await stage.sandbox.settled()
    edited = stage.inbox.last("issue_comment.edited")
    assert (edited["sender"]["login"], edited["comment"]["user"]["login"]) == ("mallory", "bob")
    assert comment.editor is not None
    assert comment.editor.login == "mallory"


async def test_a_commit_of_a_stranger_has_no_account(stage: Stage) -> None:
    sha = await stage.shop.commit("main", {"a": "b"}, author="Jane Doe <jane@example.org>")
    commit = (await stage.client.get(f"/repos/acme/shop/commits/{sha}")).body
    assert (commit["author"], commit["commit"]["author"]["name"]) == (None, "Jane Doe")
    await stage.sandbox.settled()
    push = stage.inbox.last("push")
    assert "username" not in push["commits"][0]["author"]
    assert push["pusher"]["name"] == "alice"


async def test_a_deleted_account_leaves_a_ghost(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.add_label("hotfix", by="bob")
    await pull.review(by="bob")
    stage.sandbox.delete_user("bob")
    reviews = (await stage.client.get("/repos/acme/shop/pulls/1/reviews")).body
    assert reviews[0]["user"]["login"] == "ghost"
    reply = await stage.graphql(
        """
        { repository(owner: "acme", name: "shop") { pullRequest(number: 1) {
            reviews(first: 1) { nodes { author { login } } }
            timelineItems(first: 1) { nodes { ... on LabeledEvent { actor { login } } } }
        } } }
        """
    )
    pull_shape: Any = reply.body["data"]["repository"]["pullRequest"]
    assert pull_shape["reviews"]["nodes"] == [{"author": None}]
    assert pull_shape["timelineItems"]["nodes"] == [{"actor": None}]
    assert (await stage.client.get("/users/bob")).status == 404


async def test_check_runs_tell_the_time_of_the_sandbox(stage: Stage) -> None:
    sha = stage.shop.head("main")
    made = await stage.client.post(
        "/repos/acme/shop/check-runs", {"name": "x", "head_sha": sha, "status": "in_progress"}
    )
    assert (made.body["started_at"], made.body["completed_at"]) == ("2026-02-02T02:40:00Z", None)
    stage.clock.now += 60
    path = f"/repos/acme/shop/check-runs/{made.body['id']}"
    done = await stage.client.patch(path, {"conclusion": "success"})
    assert done.body["completed_at"] == "2026-02-02T02:41:00Z"


async def test_merged_pull_requests_are_listed_as_such(stage: Stage) -> None:
    pull = await pull_request(stage)
    stage.clock.now += 60
    await pull.merge(by="bob")
    (listed,) = (await stage.client.get("/repos/acme/shop/pulls?state=all")).body
    assert (listed["state"], listed["merged_at"]) == ("closed", "2026-02-02T02:41:00Z")
    full = (await stage.client.get("/repos/acme/shop/pulls/1")).body
    assert (full["merged"], full["merged_by"]["login"]) == (True, "bob")
