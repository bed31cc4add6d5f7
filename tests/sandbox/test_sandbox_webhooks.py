"""Webhooks: what the App hears, signed and in order, the log, and what goes wrong on the way."""

import hashlib
import hmac
import random
import re

import pytest

from bot.sandbox import Action, Disorder, PullRequest, Sandbox
from bot.sandbox.webhooks import sign
from tests.sandbox.stage import SECRET, Stage


async def pull_request(stage: Stage) -> PullRequest:
    await stage.shop.commit("feat", {"src/b.py": "b\n"}, from_="main")
    return await stage.shop.open_pull_request("feat", title="Add b", body="Why")


async def heard(stage: Stage) -> list[str]:
    """What has arrived since the last time."""
    await stage.sandbox.settled()
    names = stage.inbox.names
    stage.inbox.arrivals.clear()
    return names


def test_the_signature_is_that_of_github_s_own_example() -> None:
    digest = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert sign(SECRET, b"Hello, World!", "sha256") == f"sha256={digest}"


async def test_a_webhook_is_signed_and_says_what_it_is(stage: Stage) -> None:
    await pull_request(stage)
    await stage.sandbox.settled()
    arrival = stage.inbox.arrivals[-1]
    digest = hmac.new(SECRET.encode(), arrival.raw, hashlib.sha256).hexdigest()
    assert arrival.headers["X-Hub-Signature-256"] == f"sha256={digest}"
    assert arrival.headers["X-Hub-Signature"].startswith("sha1=")
    assert arrival.headers["X-GitHub-Event"] == "pull_request"
    assert arrival.headers["Content-Type"] == "application/json"
    assert arrival.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert arrival.headers["X-GitHub-Hook-Installation-Target-ID"] == str(stage.app.id)
    assert re.fullmatch(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", arrival.headers["X-GitHub-Delivery"]
    )
    assert arrival.payload["installation"]["id"] == stage.installation.id
    assert arrival.payload["organization"]["login"] == "acme"


async def test_the_life_of_a_pull_request_is_heard(stage: Stage) -> None:
    pull = await pull_request(stage)
    assert await heard(stage) == ["push", "check_suite.requested", "pull_request.opened"]
    await stage.shop.commit("feat", {"src/b.py": "c\n"})
    assert await heard(stage) == ["push", "check_suite.requested", "pull_request.synchronize"]
    await pull.edit(title="Add b!", body="Because")
    await stage.sandbox.settled()
    changes = stage.inbox.last("pull_request.edited")["changes"]
    assert changes == {"title": {"from": "Add b"}, "body": {"from": "Why"}}
    assert await heard(stage) == ["pull_request.edited"]
    await pull.edit(title="Add b!")
    assert await heard(stage) == []
    await pull.convert_to_draft()
    await pull.ready()
    await pull.add_label("bug", by="bob")
    await pull.remove_label("bug")
    comment = await pull.comment("Hello")
    await pull.edit_comment(comment, "Hello!")
    await pull.delete_comment(comment, by="bob")
    review = await pull.review(by="bob", state="CHANGES_REQUESTED")
    await pull.dismiss_review(review)
    await pull.close()
    await pull.reopen()
    await pull.merge(by="bob")
    assert await heard(stage) == [
        "pull_request.converted_to_draft",
        "pull_request.ready_for_review",
        "pull_request.labeled",
        "pull_request.unlabeled",
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "pull_request_review.submitted",
        "pull_request_review.dismissed",
        "pull_request.closed",
        "pull_request.reopened",
        "pull_request.closed",
        "push",
        "check_suite.requested",
    ]
    with pytest.raises(ValueError, match="not merged"):
        await pull.reopen()


async def test_a_push_says_what_it_moved(stage: Stage) -> None:
    before = stage.shop.head("main")
    files = {"README.md": "# New\n", "src/a.py": None, "docs/x.md": "x"}
    after = await stage.shop.commit("main", files, message="Move")
    await stage.sandbox.settled()
    push = stage.inbox.last("push")
    assert (push["ref"], push["before"], push["after"]) == ("refs/heads/main", before, after)
    assert (push["forced"], push["created"], push["deleted"]) == (False, False, False)
    commit = push["commits"][0]
    assert [commit[kind] for kind in ("added", "removed", "modified")] == [
        ["docs/x.md"],
        ["src/a.py"],
        ["README.md"],
    ]


async def test_branches_are_made_forced_and_deleted(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.create_branch("empty")
    await stage.shop.push("empty", stage.shop.head("main"))
    side = await stage.shop.commit("side", {"x": "y"}, from_="main")
    await stage.shop.push("feat", side)
    await stage.sandbox.settled()
    assert [each.payload["forced"] for each in stage.inbox.arrivals if each.name == "push"] == [
        False,
        False,
        False,
        True,
    ]
    assert pull.head_sha == side
    stage.inbox.arrivals.clear()
    await stage.shop.delete_branch("feat")
    assert await heard(stage) == ["push", "pull_request.closed"]
    assert pull.head_sha == side
    await stage.shop.create_branch("base")
    stacked = await stage.shop.open_pull_request("side", "base", title="Stacked")
    await stage.shop.delete_branch("base")
    assert stacked.state == "closed"


async def test_a_retarget_names_the_base_that_it_had(stage: Stage) -> None:
    pull = await pull_request(stage)
    await stage.shop.create_branch("next")
    await pull.edit(base="next", by="bob")
    await stage.sandbox.settled()
    edited = stage.inbox.last("pull_request.edited")
    assert edited["changes"]["base"]["ref"] == {"from": "main"}
    assert (edited["pull_request"]["base"]["ref"], edited["sender"]["login"]) == ("next", "bob")
    with pytest.raises(LookupError, match="no branch none"):
        await pull.edit(base="none")
    with pytest.raises(LookupError, match="no branch none"):
        await stage.shop.open_pull_request("none", title="None")
    with pytest.raises(LookupError, match="no fork"):
        await stage.shop.open_pull_request("nobody:none", title="None")


async def test_checks_are_asked_for_again(stage: Stage) -> None:
    pull = await pull_request(stage)
    again = Action("Re-check", "Look again", "recheck")
    run = await stage.shop.create_check_run(
        stage.app, pull.head_sha, "Plan gate", "failure", actions=[again]
    )
    await heard(stage)
    await stage.sandbox.rerequest_check_run(run, by="bob")
    await stage.sandbox.request_action(run, "recheck", by="bob")
    await stage.sandbox.rerequest_check_suite(stage.shop, pull.head_sha, by="bob")
    await stage.sandbox.settled()
    action = stage.inbox.last("check_run.requested_action")
    assert action["requested_action"] == {"identifier": "recheck"}
    assert action["sender"]["login"] == "bob"
    assert await heard(stage) == [
        "check_run.rerequested",
        "check_run.requested_action",
        "check_suite.rerequested",
    ]
    with pytest.raises(LookupError, match="no action"):
        await stage.sandbox.request_action(run, "unknown")


async def test_an_app_hears_what_it_subscribed_to_and_may_read(stage: Stage) -> None:
    stage.installation.events = ["issue_comment", "merge_group", "pull_request"]
    stage.installation.permissions = {"checks": "write", "pull_requests": "read"}
    pull = await pull_request(stage)
    run = await stage.shop.create_check_run(stage.app, pull.head_sha, "Plan gate", "failure")
    await pull.comment("Not for you")
    await stage.sandbox.rerequest_check_run(run)
    await stage.shop.enqueue(pull)
    assert await heard(stage) == [
        "check_suite.requested",
        "pull_request.opened",
        "check_run.rerequested",
        "pull_request.enqueued",
        "check_suite.requested",
        "pull_request.closed",
        "check_suite.requested",
    ]


async def test_another_app_s_checks_are_asked_of_that_app(stage: Stage) -> None:
    other = stage.sandbox.register_app("other", permissions={"checks": "write"}, events=[])
    stage.sandbox.install(other, "acme")
    pull = await pull_request(stage)
    run = await stage.shop.create_check_run(other, pull.head_sha, "Lint", "failure")
    await heard(stage)
    await stage.sandbox.rerequest_check_run(run)
    assert await heard(stage) == []


async def test_a_push_to_a_fork_reaches_the_parent_as_a_synchronize(stage: Stage) -> None:
    fork = stage.shop.fork("mallory")
    await fork.commit("evil", {"x": "y"}, author="mallory", from_="main")
    pull = await stage.shop.open_pull_request("mallory:evil", title="Hi", author="mallory")
    sha = await fork.commit("evil", {"x": "z"}, author="mallory")
    assert await heard(stage) == ["pull_request.opened", "pull_request.synchronize"]
    assert pull.head_sha == sha


async def test_installations_come_and_go(stage: Stage) -> None:
    blog = stage.sandbox.create_repository("bob/blog")
    other = stage.sandbox.install(stage.app, "bob")
    stage.sandbox.select(other, [])
    stage.sandbox.select(other, [blog])
    stage.sandbox.suspend(other)
    await blog.commit("main", {"x": "y"}, author="bob")
    stage.sandbox.unsuspend(other)
    stage.sandbox.uninstall(other)
    stage.sandbox.ping(stage.app)
    await stage.sandbox.settled()
    created = stage.inbox.last("installation.created")
    assert [each["full_name"] for each in created["repositories"]] == ["bob/blog"]
    assert await heard(stage) == [
        "installation.created",
        "installation_repositories.removed",
        "installation_repositories.added",
        "installation.suspend",
        "installation.unsuspend",
        "installation.deleted",
        "ping",
    ]


async def test_a_repository_is_renamed_archived_and_deleted(stage: Stage) -> None:
    await stage.shop.rename("store")
    assert stage.shop.full_name == "acme/store"
    await stage.shop.archive()
    await stage.shop.delete()
    await stage.sandbox.settled()
    changes = stage.inbox.last("repository.renamed")["changes"]
    assert changes == {"repository": {"name": {"from": "shop"}}}
    assert await heard(stage) == ["repository.renamed", "repository.archived", "repository.deleted"]
    assert (await stage.client.get("/repos/acme/store")).status == 404


async def test_without_a_url_nothing_is_sent(stage: Stage) -> None:
    stage.app.webhook_url = None
    await pull_request(stage)
    await stage.sandbox.settled()
    assert stage.sandbox.deliveries == []


async def test_the_log_tells_what_failed_and_sends_it_again(stage: Stage) -> None:
    app = stage.speak(stage.jwt())
    stage.inbox.status = 503
    pull = await pull_request(stage)
    await stage.sandbox.settled()
    stage.inbox.status = 200
    await pull.add_label("ok")
    await stage.sandbox.settled()
    failed = (await app.get("/app/hook/deliveries?status=failure")).body
    assert [(each["event"], each["status_code"]) for each in failed] == [
        ("pull_request", 503),
        ("check_suite", 503),
        ("push", 503),
    ]
    fine = (await app.get("/app/hook/deliveries?status=success")).body
    assert [(each["action"], each["status"]) for each in fine] == [("labeled", "OK")]
    path = f"/app/hook/deliveries/{failed[0]['id']}"
    assert (await app.post(f"{path}/attempts")).status == 202
    await stage.sandbox.settled()
    newest = (await app.get("/app/hook/deliveries?per_page=1")).body[0]
    assert (newest["guid"], newest["redelivery"]) == (failed[0]["guid"], True)
    assert stage.inbox.arrivals[-1].headers["X-GitHub-Delivery"] == failed[0]["guid"]
    shown = (await app.get(path)).body
    assert shown["request"]["payload"]["action"] == "opened"
    assert shown["status"] == "Invalid HTTP Response: 503"
    assert (await app.get("/app/hook/deliveries/1")).status == 404


async def test_the_log_goes_on_at_a_cursor(stage: Stage) -> None:
    app = stage.speak(stage.jwt())
    await pull_request(stage)
    await stage.sandbox.settled()
    first = await app.get("/app/hook/deliveries?per_page=2")
    link = re.fullmatch(r'<(.+)>; rel="next"', first.headers["Link"])
    assert link is not None
    rest = await app.get(link[1].removeprefix(stage.sandbox.api_url))
    assert [each["event"] for each in first.body + rest.body] == [
        "pull_request",
        "check_suite",
        "push",
    ]
    assert "Link" not in rest.headers
    assert (await app.get("/app/hook/deliveries?cursor=x")).status == 400


async def test_the_log_forgets_after_three_days(stage: Stage) -> None:
    await pull_request(stage)
    await stage.sandbox.settled()
    path = f"/app/hook/deliveries/{stage.sandbox.deliveries[0].id}"
    stage.clock.now += 3 * 24 * 3_600
    app = stage.speak(stage.jwt())
    assert len((await app.get("/app/hook/deliveries")).body) == 3
    stage.clock.now += 1
    app = stage.speak(stage.jwt())
    assert (await app.get("/app/hook/deliveries")).body == []
    assert (await app.get(path)).status == 404
    assert (await app.post(f"{path}/attempts")).status == 404


async def test_each_attempt_has_an_id_of_its_own(stage: Stage) -> None:
    stage.sandbox.faults.webhooks.double(3)
    await pull_request(stage)
    await stage.sandbox.settled()
    made = stage.sandbox.deliveries
    assert (len({each.id for each in made}), len({each.guid for each in made})) == (6, 3)


async def test_nobody_at_home_is_a_failure_and_a_time_out_is_none(stage: Stage) -> None:
    stage.app.webhook_url = "http://127.0.0.1:9/webhook"
    stage.sandbox.ping(stage.app)
    await stage.sandbox.settled()
    assert stage.sandbox.deliveries[-1].status == "failed to connect to host"
    assert not stage.sandbox.deliveries[-1].succeeded
    stage.sandbox.limits.webhook_timeout = 0.05
    stage.sandbox.faults.slow("/slow", 0.2)
    stage.app.webhook_url = f"{stage.sandbox.api_url}/slow"
    stage.sandbox.ping(stage.app)
    await stage.sandbox.settled()
    assert stage.sandbox.deliveries[-1].status == "timed out"
    app = stage.speak(stage.jwt())
    failed = (await app.get("/app/hook/deliveries?status=failure")).body
    assert [each["status_code"] for each in failed] == [502]
    stage.contract.take("request")


async def test_what_is_too_big_is_never_sent(stage: Stage) -> None:
    pull = await pull_request(stage)
    await heard(stage)
    stage.sandbox.limits.webhook_bytes = 50_000
    await pull.comment("x" * 50_000)
    await pull.close()
    assert await heard(stage) == ["pull_request.closed"]


async def test_what_happened_before_the_start_is_told_then(private_key: str) -> None:
    sandbox = Sandbox()
    app = sandbox.register_app(
        "early",
        webhook_url="http://127.0.0.1:9/webhook",
        permissions={},
        events=[],
        private_key_pem=private_key,
    )
    sandbox.ping(app)
    await sandbox.start()
    await sandbox.settled()
    await sandbox.stop()
    assert [each.event for each in sandbox.deliveries] == ["ping"]


async def test_an_observer_that_breaks_is_not_passed_over(private_key: str) -> None:
    def break_down(_: object) -> None:
        raise AssertionError("seen")

    sandbox = Sandbox()
    sandbox.observers.append(break_down)
    await sandbox.start()
    app = sandbox.register_app(
        "watched",
        webhook_url="http://127.0.0.1:9/webhook",
        permissions={},
        events=[],
        private_key_pem=private_key,
    )
    sandbox.ping(app)
    await sandbox.settled()
    with pytest.raises(AssertionError, match="seen"):
        await sandbox.stop()


async def test_the_webhook_can_be_set_over_rest(stage: Stage) -> None:
    app = stage.speak(stage.jwt())
    url = stage.app.webhook_url
    assert (await app.get("/app/hook/config")).body["url"] == url
    await app.patch("/app/hook/config", {"url": f"{url}2", "secret": "new"})
    assert (stage.app.webhook_url, stage.app.webhook_secret) == (f"{url}2", "new")
    reply = await app.patch("/app/hook/config", {"content_type": "form", "insecure_ssl": "1"})
    shown = {"content_type": "form", "insecure_ssl": "1", "secret": "********", "url": f"{url}2"}
    assert reply.body == shown
    stage.app.webhook_url, stage.app.webhook_secret = None, ""
    reply = await app.get("/app/hook/config")
    assert reply.body == {"content_type": "form", "insecure_ssl": "1"}


async def test_webhooks_are_lost_doubled_held_and_turned_round(stage: Stage) -> None:
    faults = stage.sandbox.faults.webhooks
    faults.drop(2)
    pull = await pull_request(stage)
    assert await heard(stage) == ["pull_request.opened"]
    faults.double()
    await pull.add_label("a")
    await stage.sandbox.settled()
    guids = {each.headers["X-GitHub-Delivery"] for each in stage.inbox.arrivals}
    assert (len(guids), await heard(stage)) == (1, ["pull_request.labeled"] * 2)
    faults.hold()
    await pull.remove_label("a")
    await pull.close()
    assert await heard(stage) == []
    faults.release(newest_first=True)
    assert await heard(stage) == ["pull_request.closed", "pull_request.unlabeled"]
    faults.reorder(2)
    await pull.reopen()
    await pull.comment("x")
    await pull.close()
    assert await heard(stage) == [
        "issue_comment.created",
        "pull_request.reopened",
        "pull_request.closed",
    ]


async def test_the_same_seed_makes_the_same_disorder(stage: Stage) -> None:
    first, second = [await _disordered(stage, Disorder(random.Random(7))) for _ in range(2)]
    assert first == second
    assert set(first) < set(range(40)), "some are lost"
    assert len(first) > len(set(first)), "some come twice"
    assert first != sorted(first), "some come late"


async def test_calm_sends_what_was_late_and_nothing_twice(stage: Stage) -> None:
    heard_of = await _disordered(stage, Disorder(random.Random(1), lost=0.0, doubled=0.0))
    assert sorted(heard_of) == [*range(40)]
    assert heard_of != [*range(40)]


async def _disordered(stage: Stage, disorder: Disorder) -> list[int]:
    """Make forty comments in disorder, and return in which order they are heard of."""
    pull = await pull_request(stage)
    await heard(stage)
    stage.sandbox.faults.webhooks.disturb(disorder)
    for number in range(40):
        await pull.comment(str(number))
    stage.sandbox.faults.webhooks.calm()
    await stage.sandbox.settled()
    bodies = [each.payload["comment"]["body"] for each in stage.inbox.arrivals]
    stage.inbox.arrivals.clear()
    await pull.close()
    await heard(stage)
    return [*map(int, bodies)]
