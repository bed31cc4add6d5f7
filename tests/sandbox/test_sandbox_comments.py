"""Comments, reactions and labels over REST."""

from urllib.parse import quote

from bot.sandbox import PullRequest
from tests.sandbox.stage import Stage

ISSUES = "/repos/acme/shop/issues"


async def pull_request(stage: Stage) -> PullRequest:
    await stage.shop.commit("feat", {"src/b.py": "b\n"}, from_="main")
    return await stage.shop.open_pull_request("feat", title="Add b")


async def test_a_comment_is_written_changed_and_deleted(stage: Stage) -> None:
    pull = await pull_request(stage)
    made = (await stage.client.post(f"{ISSUES}/1/comments", {"body": "Blocked"})).body
    assert made["user"]["login"] == "plan-gate[bot]"
    assert made["performed_via_github_app"]["slug"] == "plan-gate"
    path = f"{ISSUES}/comments/{made['id']}"
    stage.clock.now += 60
    assert (await stage.client.patch(path, {"body": "Free"})).body["body"] == "Free"
    assert (await stage.client.get(path)).body["body"] == "Free"
    assert pull.comments[0].body == "Free"
    since = await stage.client.get(f"{ISSUES}/1/comments?since=2026-02-02T02:41:00Z")
    assert len(since.body) == 1
    assert (await stage.client("DELETE", path)).status == 204
    assert (await stage.client.get(path)).status == 404
    assert pull.comments == []


async def test_an_app_does_not_change_what_others_wrote(stage: Stage) -> None:
    pull = await pull_request(stage)
    comment = await pull.comment("Mine", author="bob")
    path = f"{ISSUES}/comments/{comment.id}"
    assert (await stage.client.patch(path, {"body": "Yours"})).status == 403
    assert (await stage.client("DELETE", path)).status == 403
    forged = await pull.comment("<!-- marker -->", author="plan-gate[bot]")
    assert forged.app is None


async def test_a_comment_has_a_length(stage: Stage) -> None:
    await pull_request(stage)
    path = f"{ISSUES}/1/comments"
    assert (await stage.client.post(path, {"body": "é" * 65_536})).status == 201
    assert (await stage.client.post(path, {"body": "x" * 65_537})).status == 422
    assert (await stage.client.post(path, {})).status == 422
    assert len(stage.contract.take("request")) == 2
    assert (await stage.client.post(path, {"body": " "})).status == 422
    assert (await stage.client.post(f"{ISSUES}/2/comments", {"body": "x"})).status == 404


async def test_a_reaction_stands_once(stage: Stage) -> None:
    pull = await pull_request(stage)
    comment = await pull.comment("/plan-status", author="bob")
    path = f"{ISSUES}/comments/{comment.id}/reactions"
    assert (await stage.client.post(path, {"content": "eyes"})).status == 201
    assert (await stage.client.post(path, {"content": "eyes"})).status == 200
    assert (await stage.client.post(path, {"content": "wow"})).status == 422
    assert stage.contract.take("request")
    assert [each.content for each in comment.reactions] == ["eyes"]
    assert len((await stage.client.get(path)).body) == 1
    assert (await stage.client.get(f"{path}?content=heart")).body == []
    rollup = (await stage.client.get(f"{ISSUES}/comments/{comment.id}")).body["reactions"]
    assert (rollup["eyes"], rollup["total_count"]) == (1, 1)


async def test_labels_are_put_on_and_taken_off(stage: Stage) -> None:
    pull = await pull_request(stage)
    path = f"{ISSUES}/1/labels"
    assert (await stage.client.post(path, {"labels": ["a", "b"]})).status == 200
    assert pull.labels == ["a", "b"]
    assert [each["name"] for each in (await stage.client("DELETE", f"{path}/a")).body] == ["b"]
    assert (await stage.client("DELETE", f"{path}/a")).status == 404


async def test_a_pull_request_is_an_issue_too(stage: Stage) -> None:
    await pull_request(stage)
    issue = await stage.shop.open_issue("Broken", author="bob")
    assert "pull_request" in (await stage.client.get(f"{ISSUES}/1")).body
    plain = (await stage.client.get(f"{ISSUES}/{issue.number}")).body
    assert "pull_request" not in plain
    await stage.shop.comment(issue, "Me too", author="carol")
    assert len((await stage.client.get(f"{ISSUES}/2/comments")).body) == 1
    assert (await stage.client.get(f"/repos/acme/shop/pulls/{issue.number}")).status == 404


async def test_issues_and_pull_requests_are_searched(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.add_label("plan")
    stage.clock.now += 60
    await stage.shop.open_issue("Plan the rest", "Of it all", author="bob")
    hidden = stage.sandbox.create_repository("other/shop")
    await hidden.open_issue("Plan nothing")

    async def numbers(query: str, more: str = "") -> list[int]:
        reply = await stage.client.get(f"/search/issues?q={quote(query)}{more}")
        assert reply.body["total_count"] == len(reply.body["items"])
        return [each["number"] for each in reply.body["items"]]

    assert await numbers("repo:acme/shop") == [2, 1]
    assert await numbers("repo:acme/shop", "&order=asc") == [1, 2]
    assert await numbers("org:acme is:pr is:open draft") == []
    assert await numbers("is:pr label:plan head:feat base:main") == [1]
    assert await numbers("is:issue author:bob") == [2]
    assert await numbers('"plan the" in:title') == [2]
    assert await numbers('"plan the') == []
    stage.clock.now += 60
    await pull.merge(by="bob")
    assert await numbers("is:merged") == [1]
    assert await numbers("user:acme", "&sort=updated") == [1, 2]
    assert (await stage.client.get("/search/issues?q=")).status == 422


async def test_reviews_can_be_read(stage: Stage) -> None:
    pull = await pull_request(stage)
    review = await pull.review(by="bob", state="APPROVED", body="Good")
    path = "/repos/acme/shop/pulls/1/reviews"
    listed = (await stage.client.get(path)).body
    assert [(each["user"]["login"], each["state"]) for each in listed] == [("bob", "APPROVED")]
    assert listed[0]["commit_id"] == pull.head_sha
    await pull.dismiss_review(review, by="carol")
    assert (await stage.client.get(f"{path}/{review.id}")).body["state"] == "DISMISSED"
    assert (await stage.client.get(f"{path}/1")).status == 404
