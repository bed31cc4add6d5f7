"""Repositories under another name or owner, and branches under another name."""

import pytest

from bot.sandbox import PullRequest
from tests.sandbox.stage import Stage

SHOP = "/repos/acme/shop"


async def pull_request(stage: Stage, branch: str = "feat") -> PullRequest:
    await stage.shop.commit(branch, {"src/b.py": "b\n"}, from_="main")
    return await stage.shop.open_pull_request(branch, title="Add b")


async def heard(stage: Stage) -> list[str]:
    """What has arrived since the last time."""
    await stage.sandbox.settled()
    names = stage.inbox.names
    stage.inbox.arrivals.clear()
    return names


async def test_the_old_name_leads_to_the_new_one(stage: Stage) -> None:
    await pull_request(stage)
    await stage.shop.rename("store")
    moved = await stage.client.get(f"{SHOP}/pulls?state=all&per_page=1", redirects=False)
    place = f"{stage.sandbox.api_url}/repositories/{stage.shop.id}"
    assert (moved.status, moved.body["message"]) == (301, "Moved Permanently")
    assert moved.headers["Location"] == f"{place}/pulls?state=all&per_page=1"
    assert moved.body["url"] == moved.headers["Location"]
    followed = await stage.client.get(f"{SHOP}/pulls?state=all")
    assert followed.body[0]["base"]["repo"]["full_name"] == "acme/store"
    assert (await stage.client.get(SHOP)).body["full_name"] == "acme/store"
    by_id = await stage.client.get(f"/repositories/{stage.shop.id}/branches/main")
    assert by_id.body["name"] == "main"
    assert (await stage.client.get("/repositories/1/branches/main")).status == 404


async def test_a_write_to_the_old_name_keeps_its_method(stage: Stage) -> None:
    await pull_request(stage)
    await stage.shop.rename("store")
    path = f"{SHOP}/issues/1/comments"
    moved = await stage.client.post(path, {"body": "Hello"}, redirects=False)
    assert (moved.status, moved.body["message"]) == (307, "Temporary Redirect")
    assert stage.shop.pulls[0].comments == []
    followed = await stage.client.post(path, {"body": "Hello"})
    assert (followed.status, len(stage.shop.pulls[0].comments)) == (201, 1)


async def test_a_name_that_is_taken_again_leads_nowhere_else(stage: Stage) -> None:
    await stage.shop.rename("store")
    new = stage.sandbox.create_repository("acme/shop")
    assert (await stage.client.get(SHOP)).body["id"] == new.id
    with pytest.raises(ValueError, match="acme/store exists already"):
        await new.rename("store")
    await new.delete()
    assert (await stage.client.get(SHOP)).status == 404


async def test_graphql_follows_a_rename_unless_told_not_to(stage: Stage) -> None:
    await stage.shop.rename("store")
    query = """
    { repository(owner: "acme", name: "shop") { nameWithOwner }
      strict: repository(owner: "acme", name: "shop", followRenames: false) { id } }
    """
    reply = await stage.graphql(query)
    assert reply.body["data"] == {"repository": {"nameWithOwner": "acme/store"}, "strict": None}
    assert [error["path"] for error in reply.body["errors"]] == [["strict"]]


async def test_a_transfer_takes_it_out_of_reach(stage: Stage) -> None:
    others = stage.sandbox.install(stage.app, "umbrella")
    await heard(stage)
    await stage.shop.transfer("nowhere")
    assert await heard(stage) == []
    for path in (SHOP, "/repos/nowhere/shop", f"/repositories/{stage.shop.id}"):
        assert (await stage.client.get(path)).status == 404
    await stage.shop.transfer("umbrella", by="bob")
    await stage.sandbox.settled()
    transferred = stage.inbox.last("repository.transferred")
    assert transferred["installation"]["id"] == others.id
    assert transferred["repository"]["full_name"] == "umbrella/shop"
    assert transferred["changes"]["owner"]["from"]["organization"]["login"] == "nowhere"
    client = await stage.token(others)
    assert (await client.get(SHOP)).body["full_name"] == "umbrella/shop"
    assert (await stage.client.get(SHOP)).status == 404


async def test_a_transfer_ends_its_being_chosen(stage: Stage) -> None:
    chosen = stage.sandbox.install(stage.app, "carol", [stage.shop])
    await stage.shop.transfer("carol")
    await heard(stage)
    stage.sandbox.add_user("acme", type="User")
    await stage.shop.transfer("acme")
    assert chosen.repository_ids == set()
    await stage.sandbox.settled()
    removed = stage.inbox.last("installation_repositories.removed")
    assert [each["full_name"] for each in removed["repositories_removed"]] == ["acme/shop"]
    transferred = stage.inbox.last("repository.transferred")
    assert transferred["changes"]["owner"]["from"]["organization"]["login"] == "carol"


async def test_another_default_branch_is_told(stage: Stage) -> None:
    await stage.shop.create_branch("next")
    await heard(stage)
    await stage.shop.set_default_branch("next", by="bob")
    await stage.sandbox.settled()
    edited = stage.inbox.last("repository.edited")
    assert edited["changes"] == {"default_branch": {"from": "main"}}
    assert edited["repository"]["default_branch"] == "next"
    assert await heard(stage) == ["repository.edited"]
    assert (await stage.client.get(SHOP)).body["default_branch"] == "next"
    with pytest.raises(LookupError, match="no branch none"):
        await stage.shop.set_default_branch("none")


async def test_the_pull_requests_of_a_renamed_branch_follow(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.create_branch("old", from_="main")
    from_main = await stage.shop.open_pull_request("main", "old", title="Back")
    tip = stage.shop.head("main")
    await heard(stage)
    await stage.shop.rename_branch("main", "trunk")
    await stage.sandbox.settled()
    edited = stage.inbox.last("pull_request.edited")
    assert edited["changes"]["base"] == {"ref": {"from": "main"}, "sha": {"from": tip}}
    assert edited["pull_request"]["base"]["ref"] == "trunk"
    assert stage.inbox.last("repository.edited")["changes"]["default_branch"]["from"] == "main"
    assert await heard(stage) == [
        "push",
        "pull_request.edited",
        "repository.edited",
        "push",
        "pull_request.closed",
    ]
    assert (pull.state, from_main.state, stage.shop.default_branch) == ("open", "closed", "trunk")
    moved = await stage.client.get(f"{SHOP}/branches/main", redirects=False)
    assert moved.status == 301
    assert (await stage.client.get(f"{SHOP}/branches/main")).body["name"] == "trunk"
    assert (await stage.client.get(f"{SHOP}/git/ref/heads/main")).status == 404
