"""Reading over REST: refs, files, pull requests, pages, caches and limits."""

import base64

import pytest

from bot.sandbox import PullRequest, Symlink
from tests.sandbox.stage import Stage

SHOP = "/repos/acme/shop"


async def open_pull(stage: Stage, branch: str = "feat/one") -> PullRequest:
    await stage.shop.commit(branch, {"src/b.py": "b\n"}, message="Add b", from_="main")
    return await stage.shop.open_pull_request(branch, title="Add b", body="Why")


async def test_a_branch_may_hold_slashes(stage: Stage) -> None:
    sha = await stage.shop.commit("feat/one", {"a": "b"}, from_="main")
    for path in ("/branches/feat/one", "/branches/feat%2Fone"):
        reply = await stage.client.get(SHOP + path)
        assert reply.body["commit"]["sha"] == sha
        assert reply.body["protected"] is False
    assert (await stage.client.get(f"{SHOP}/git/ref/heads/feat/one")).body["object"]["sha"] == sha
    assert (await stage.client.get(f"{SHOP}/commits/feat/one")).body["sha"] == sha
    assert (await stage.client.get(f"{SHOP}/branches/none")).status == 404
    assert (await stage.client.get(f"{SHOP}/git/ref/heads/feat")).status == 404
    assert (await stage.client.get(f"{SHOP}/commits/none")).status == 422


async def test_a_commit_object_is_what_git_has(stage: Stage) -> None:
    sha = stage.shop.head("main")
    commit = (await stage.client.get(f"{SHOP}/git/commits/{sha}")).body
    assert (commit["sha"], commit["message"]) == (sha, "Initial commit")
    assert (await stage.client.get(f"{SHOP}/git/commits/{'0' * 40}")).status == 404
    full = (await stage.client.get(f"{SHOP}/commits/{sha}")).body
    assert full["author"]["login"] == "alice"
    assert [each["filename"] for each in full["files"]] == ["README.md", "src/a.py"]


async def test_a_tree_lists_one_level_or_all(stage: Stage) -> None:
    flat = (await stage.client.get(f"{SHOP}/git/trees/main")).body
    assert [each["path"] for each in flat["tree"]] == ["README.md", "src"]
    deep = (await stage.client.get(f"{SHOP}/git/trees/{flat['sha']}?recursive=1")).body
    assert [each["path"] for each in deep["tree"]] == ["README.md", "src", "src/a.py"]
    assert deep["truncated"] is False
    stage.sandbox.limits.tree_entries = 2
    cut = (await stage.client.get(f"{SHOP}/git/trees/main?recursive=1")).body
    assert (len(cut["tree"]), cut["truncated"]) == (2, True)
    assert (await stage.client.get(f"{SHOP}/git/trees/none")).status == 404


async def test_a_blob_comes_in_base64_or_raw(stage: Stage) -> None:
    tree = (await stage.client.get(f"{SHOP}/git/trees/main")).body["tree"]
    path = f"{SHOP}/git/blobs/{tree[0]['sha']}"
    blob = (await stage.client.get(path)).body
    assert base64.b64decode(blob["content"]) == b"# Shop\n"
    for accept in ("application/vnd.github.raw", "application/vnd.github.raw+json"):
        assert (await stage.client.get(path, Accept=accept)).body == b"# Shop\n"
    assert (await stage.client.get(f"{SHOP}/git/blobs/{'0' * 40}")).status == 404


async def test_contents_are_files_folders_and_links(stage: Stage) -> None:
    await stage.shop.commit("main", {"link": Symlink("src/a.py")})
    file = (await stage.client.get(f"{SHOP}/contents/src/a.py?ref=main")).body
    assert (file["type"], base64.b64decode(file["content"])) == ("file", b"1\n2\n3\n")
    folder = (await stage.client.get(f"{SHOP}/contents/src")).body
    assert [(each["type"], each["path"]) for each in folder] == [("file", "src/a.py")]
    assert (await stage.client.get(f"{SHOP}/contents/link")).body["target"] == "src/a.py"
    raw = await stage.client.get(f"{SHOP}/contents/src/a.py", Accept="application/vnd.github.raw")
    assert raw.body == b"1\n2\n3\n"
    assert (await stage.client.get(f"{SHOP}/contents/none")).status == 404
    assert (await stage.client.get(f"{SHOP}/contents/src?ref=none")).status == 404


async def test_a_file_over_the_limit_has_no_content(stage: Stage) -> None:
    stage.sandbox.limits.contents_bytes = 5
    file = (await stage.client.get(f"{SHOP}/contents/src/a.py")).body
    assert (file["encoding"], file["content"], file["size"]) == ("none", "", 6)


async def test_commits_are_listed_by_ref_path_and_author(stage: Stage) -> None:
    await stage.shop.commit("main", {"src/a.py": "new\n"}, message="Touch", author="bob")
    await stage.shop.commit("main", {"other": "new\n"}, message="Elsewhere")

    async def messages(query: str) -> list[str]:
        reply = await stage.client.get(f"{SHOP}/commits{query}")
        return [each["commit"]["message"] for each in reply.body]

    assert await messages("") == ["Elsewhere", "Touch", "Initial commit"]
    assert await messages("?path=src/a.py") == ["Touch", "Initial commit"]
    assert await messages("?author=bob") == ["Touch"]
    assert (await stage.client.get(f"{SHOP}/commits?sha=none")).status == 404


async def test_a_comparison_goes_from_the_merge_base(stage: Stage) -> None:
    await stage.shop.commit("feat", {"src/b.py": "b\n"}, from_="main")
    await stage.shop.commit("main", {"src/c.py": "c\n"})
    found = (await stage.client.get(f"{SHOP}/compare/main...feat")).body
    assert (found["status"], found["ahead_by"], found["behind_by"]) == ("diverged", 1, 1)
    assert [each["filename"] for each in found["files"]] == ["src/b.py"]
    same = (await stage.client.get(f"{SHOP}/compare/main...main")).body
    assert same["status"] == "identical"
    fork = stage.shop.fork("mallory")
    await fork.commit("evil", {"x": "y"}, author="mallory", from_="main")
    assert (await stage.client.get(f"{SHOP}/compare/main...mallory:evil")).body["ahead_by"] == 1
    assert (await stage.client.get(f"{SHOP}/compare/main...none")).status == 404
    assert (await stage.client.get(f"{SHOP}/compare/main..feat")).status == 404


async def test_a_pull_request_and_its_files(stage: Stage) -> None:
    pull = await open_pull(stage)
    await stage.shop.commit("feat/one", {"src/a.py": None, "lib/a.py": "1\n2\n3\n"})
    await stage.shop.commit("main", {"README.md": "# New\n"})
    body = (await stage.client.get(f"{SHOP}/pulls/1")).body
    assert (body["changed_files"], body["commits"], body["mergeable_state"]) == (2, 2, "clean")
    assert body["head"]["sha"] == pull.head_sha
    files = (await stage.client.get(f"{SHOP}/pulls/1/files")).body
    assert [(f["status"], f["filename"], f.get("previous_filename")) for f in files] == [
        ("renamed", "lib/a.py", "src/a.py"),
        ("added", "src/b.py", None),
    ]
    commits = (await stage.client.get(f"{SHOP}/pulls/1/commits")).body
    assert [each["commit"]["message"] for each in commits] == ["Add b", "Change files"]
    found = (await stage.client.get(f"{SHOP}/commits/{pull.head_sha}/pulls")).body
    assert [each["number"] for each in found] == [1]
    assert (await stage.client.get(f"{SHOP}/pulls/2")).status == 404
    await pull.merge(by="bob")
    found = (await stage.client.get(f"{SHOP}/commits/{pull.head_sha}/pulls")).body
    assert [each["state"] for each in found] == ["closed"]
    assert (await stage.client.get(f"{SHOP}/commits/{'0' * 40}/pulls")).status == 422


async def test_the_lists_of_a_pull_request_end_without_a_word(stage: Stage) -> None:
    await open_pull(stage)
    await stage.shop.commit("feat/one", {f"f{n}": str(n) for n in range(5)})
    stage.sandbox.limits.pull_files, stage.sandbox.limits.pull_commits = 3, 1
    assert len((await stage.client.get(f"{SHOP}/pulls/1/files")).body) == 3
    assert len((await stage.client.get(f"{SHOP}/pulls/1/commits")).body) == 1
    assert (await stage.client.get(f"{SHOP}/pulls/1")).body["changed_files"] == 6


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [3, 1]),
        ("?state=closed", [2]),
        ("?state=all&direction=asc", [1, 2, 3]),
        ("?state=all&sort=updated&direction=desc", [2, 3, 1]),
        ("?head=acme:b1", [1]),
        ("?head=b1", [3, 1]),
        ("?base=b1", []),
    ],
)
async def test_pull_requests_are_filtered_and_sorted(
    stage: Stage, query: str, numbers: list[int]
) -> None:
    for number in (1, 2, 3):
        stage.clock.now += 60
        await open_pull(stage, f"b{number}")
    stage.clock.now += 60
    await stage.shop.pulls[1].close()
    listed = (await stage.client.get(f"{SHOP}/pulls{query}")).body
    assert [each["number"] for each in listed] == numbers


async def test_a_list_comes_in_pages(stage: Stage) -> None:
    pull = await open_pull(stage)
    for number in range(5):
        await pull.comment(str(number))
    path = f"{SHOP}/issues/1/comments?per_page=2"
    first = await stage.client.get(path)
    url = f"{stage.sandbox.api_url}{SHOP}/issues/1/comments"
    assert [each["body"] for each in first.body] == ["0", "1"]
    assert first.headers["Link"] == (
        f'<{url}?per_page=2&page=2>; rel="next", <{url}?per_page=2&page=3>; rel="last"'
    )
    last = await stage.client.get(f"{path}&page=3")
    assert [each["body"] for each in last.body] == ["4"]
    assert 'rel="next"' not in last.headers["Link"]
    assert (await stage.client.get(f"{path}&page=4")).body == []
    await stage.client.get(f"{SHOP}/issues/1/comments?per_page=101")
    assert stage.contract.take("request") == ["query per_page: 1 to 100"]


async def test_what_has_not_changed_is_free(stage: Stage) -> None:
    first = await stage.client.get(SHOP)
    used = int(first.headers["x-ratelimit-used"])
    again = await stage.client.get(SHOP, If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert int(again.headers["x-ratelimit-used"]) == used
    await stage.shop.commit("main", {"a": "b"})
    stage.clock.now += 60
    await stage.shop.commit("main", {"a": "c"})
    changed = await stage.client.get(SHOP, If_None_Match=first.headers["ETag"])
    assert changed.status == 200
    assert int(changed.headers["x-ratelimit-used"]) == used + 1
    assert [each.from_cache for each in stage.sandbox.requests[-3:]] == [False, True, False]
    assert [each.counted for each in stage.sandbox.requests[-3:]] == [True, False, True]


async def test_the_rate_limit_ends_with_its_hour(stage: Stage) -> None:
    stage.sandbox.limits.rate = 2
    assert (await stage.client.get("/rate_limit")).body["rate"]["remaining"] == 2
    statuses = [(await stage.client.get(SHOP)).status for _ in range(3)]
    assert statuses == [200, 200, 403]
    stage.clock.now += 3600
    client = await stage.token()
    assert (await client.get(SHOP)).status == 200


async def test_a_server_may_have_no_rate_limit(stage: Stage) -> None:
    stage.sandbox.limits.rate = 0
    stage.sandbox.limits.rated = False
    assert (await stage.client.get("/rate_limit")).status == 404
    answer = await stage.client.get(SHOP)
    assert answer.status == 200
    assert not [name for name in answer.headers if name.lower().startswith("x-ratelimit")]


async def test_permissions_hide_the_true_role_in_role_name(stage: Stage) -> None:
    stage.shop.grant("bob", "maintain")
    stage.shop.grant("carol", "triage")
    stage.sandbox.add_user("dave")

    async def roles(login: str) -> tuple[str, str]:
        body = (await stage.client.get(f"{SHOP}/collaborators/{login}/permission")).body
        return body["permission"], body["role_name"]

    assert await roles("bob") == ("write", "maintain")
    assert await roles("carol") == ("read", "triage")
    assert await roles("dave") == ("read", "read")
    assert await roles("acme") == ("admin", "admin")
    assert (await stage.client.get(f"{SHOP}/collaborators/nobody/permission")).status == 404
    secret = stage.sandbox.create_repository("acme/secret", private=True)
    body = await stage.client.get(f"/repos/{secret.full_name}/collaborators/dave/permission")
    assert body.body["role_name"] == "none"


async def test_users_and_teams(stage: Stage) -> None:
    stage.sandbox.add_user("dependabot[bot]", type="Bot")
    stage.sandbox.add_team("acme", "leads", ["bob", "carol"])
    assert (await stage.client.get("/users/dependabot[bot]")).body["type"] == "Bot"
    assert (await stage.client.get("/users/none")).status == 404
    members = (await stage.client.get("/orgs/acme/teams/leads/members")).body
    assert [each["login"] for each in members] == ["bob", "carol"]
    team = "/orgs/acme/teams/leads/memberships"
    assert (await stage.client.get(f"{team}/bob")).body["state"] == "active"
    assert (await stage.client.get(f"{team}/alice")).status == 404
    assert (await stage.client.get("/orgs/acme/teams/none/members")).status == 404


async def test_an_unknown_path_is_not_found(stage: Stage) -> None:
    assert (await stage.client.get("/nothing/here")).body["message"] == "Not Found"
    assert (await stage.client.get(f"{SHOP}/pulls/one")).status == 404
    assert len(stage.contract.take("request")) == 2


async def test_what_a_list_cannot_be_filtered_by_is_refused(stage: Stage) -> None:
    assert (await stage.client.get(f"{SHOP}/pulls?state=merged")).status == 422
    assert len(stage.contract.take("request")) == 1


async def test_a_fork_knows_its_parent(stage: Stage) -> None:
    fork = stage.shop.fork("acme-labs")
    client = await stage.token(stage.sandbox.install(stage.app, "acme-labs"))
    body = (await client.get(f"/repos/{fork.full_name}")).body
    assert (body["fork"], body["parent"]["full_name"]) == (True, "acme/shop")
