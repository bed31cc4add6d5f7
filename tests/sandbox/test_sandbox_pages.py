"""The pages: what is on them, and what must not be."""

from bot.sandbox import Action, Annotation, PullRequest
from bot.sandbox.page.markdown import render
from tests.sandbox.stage import Stage


async def read(stage: Stage, path: str, status: int = 200) -> str:
    async with stage.session.get(stage.sandbox.url + path) as answer:
        assert answer.status == status
        return await answer.text()


async def pull_request(stage: Stage) -> PullRequest:
    files = {"src/b.py": "b = 1\n", "src/a.py": "1\ntwo\n3"}
    await stage.shop.commit("feat/b", files, from_="main")
    return await stage.shop.open_pull_request("feat/b", title="Add <b>", body="Plan: FEAT-1")


async def test_a_blocked_pull_request_says_why(stage: Stage) -> None:
    stage.shop.require_check("main", "Plan gate", stage.app)
    pull = await pull_request(stage)
    remark = Annotation("src/b.py", 1, 1, "warning", "Name it <better>", title="Short name")
    await stage.shop.create_check_run(
        stage.app,
        pull.head_sha,
        "Plan gate",
        "failure",
        "FEAT-1 is Draft",
        "**Next step:** approve it <!-- unseen -->",
        annotations=[remark],
        actions=[Action("Re-check", "Look again", "re")],
    )
    text = await read(stage, "/acme/shop/pull/1")
    for shown in (
        "Add &lt;b&gt;",
        "Merging is blocked",
        "Required check “Plan gate” ended in failure",
        "FEAT-1 is Draft",
        "<strong>Next step:</strong> approve it",
        'href="/acme/shop/blob/' + pull.head_sha + '/src/b.py#L1"',
        "src/b.py:1",
        "Name it &lt;better&gt;",
        "Short name",
        "b = 1",
        "Re-check",
        "+two",
    ):
        assert shown in text
    assert "unseen" not in text


async def test_details_are_linked_and_ranges_named(stage: Stage) -> None:
    pull = await pull_request(stage)
    body = {
        "name": "Plan gate",
        "head_sha": pull.head_sha,
        "details_url": "https://example.org/decision",
        "output": {
            "title": "T",
            "summary": "S",
            "text": "*More*",
            "annotations": [
                {
                    "path": "src/a.py",
                    "start_line": 1,
                    "end_line": 9,
                    "annotation_level": "notice",
                    "message": "M",
                }
            ],
        },
    }
    assert (await stage.client.post("/repos/acme/shop/check-runs", body)).status == 201
    text = await read(stage, "/acme/shop/pull/1")
    for shown in ('href="https://example.org/decision"', "<em>More</em>", "src/a.py:1–9"):
        assert shown in text


async def test_a_conversation_is_shown(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.comment("<!-- marker -->\n⛔ *Blocked*", author="plan-gate[bot]")
    await pull.review(by="bob", state="APPROVED", body="Fine")
    await pull.review(by="carol", state="COMMENTED")
    await pull.add_label("bug")
    text = await read(stage, "/acme/shop/pull/1")
    assert "⛔ <em>Blocked</em>" in text
    assert "approved these changes" in text
    assert "Ready to merge" in text
    assert ">bug<" in text
    assert "marker" not in text


async def test_the_states_of_a_pull_request(stage: Stage) -> None:
    pull = await pull_request(stage)
    await pull.convert_to_draft()
    assert "is a draft" in await read(stage, "/acme/shop/pull/1")
    await pull.close()
    assert "Closed without merging" in await read(stage, "/acme/shop/pull/1")
    await pull.reopen()
    await pull.ready()
    await pull.merge(by="bob")
    assert "Pull request merged" in await read(stage, "/acme/shop/pull/1")


async def test_a_fork_s_branch_is_named_with_its_owner(stage: Stage) -> None:
    fork = stage.shop.fork("mallory")
    await fork.commit("evil", {"README.md": None, "LIESMICH.md": "# Shop\n"}, from_="main")
    await stage.shop.open_pull_request("mallory:evil", title="Rename", author="mallory")
    text = await read(stage, "/acme/shop/pull/1")
    assert "mallory:evil" in text
    assert "README.md → LIESMICH.md" in text


async def test_the_checks_stand_in_order_of_urgency(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.create_check_run(stage.app, pull.head_sha, "Bad", "failure")
    await stage.shop.create_check_run(stage.app, pull.head_sha, "Fine", "success")
    await stage.shop.create_check_run(stage.app, pull.head_sha, "Waiting")
    await stage.shop.create_check_run(stage.app, pull.head_sha, "Skipped", "skipped")
    text = await read(stage, "/acme/shop/pull/1")
    places = [text.index(name) for name in ("Bad ", "Waiting ", "Skipped ", "Fine ")]
    assert places == sorted(places)


async def test_a_file_has_lines_to_point_at(stage: Stage) -> None:
    await stage.shop.commit("feat/b", {"plans/FEAT-1.md": "# Plan\n<script>\n"}, from_="main")
    text = await read(stage, "/acme/shop/blob/feat/b/plans/FEAT-1.md")
    assert 'id="L2"' in text
    assert "&lt;script&gt;" in text
    await read(stage, "/acme/shop/blob/main/plans/FEAT-1.md", 404)
    await read(stage, "/acme/shop/blob/none/README.md", 404)
    await read(stage, "/acme/none/blob/main/README.md", 404)
    await read(stage, "/acme/shop/pull/1", 404)


async def test_the_first_page_lists_everything(stage: Stage) -> None:
    assert "No pull requests yet" in await read(stage, "/")
    pull = await pull_request(stage)
    await stage.shop.create_check_run(stage.app, pull.head_sha, "Plan gate", "failure", "Blocked")
    text = await read(stage, "/")
    assert "/acme/shop/pull/1" in text
    assert "Blocked" in text
    await pull.merge(by="bob")
    assert "#1 merged" in await read(stage, "/")


def test_markdown_shows_no_comment_and_runs_no_html() -> None:
    html = render(
        "a <!-- x --> b\n\n<!-- y\nz -->\n\n<script>alert(1)</script>\n\n<img src=x onerror=y>\n\n"
        "<details><summary>More</summary>\n\n- [x] done\n- [ ] open\n\n</details>\n\n"
        "`<!-- code -->` [l](javascript:x)\n\n| a |\n|---|\n| b |\n"
    )
    for hidden in ("<!-- x", "<!-- y", "z --", "<script", "<img", 'href="javascript'):
        assert hidden not in html
    for shown in (
        "&lt;script&gt;",
        "<details><summary>More</summary>",
        'type="checkbox" disabled checked',
        "&lt;!-- code --&gt;",
        "<th>a</th>",
    ):
        assert shown in html
