"""Which subject an event names. Payloads here hold only what must be there."""

import json

import pytest

from bot.github.events import Accepted, Ignored, NotJSON, Rejected, parse_event
from bot.subject import (
    Button,
    ButtonSubject,
    GroupSubject,
    HeadSubject,
    PullSubject,
    PushSubject,
    Subject,
    SweepSubject,
)

A, B, NONE = "a" * 40, "b" * 40, "0" * 40
BASE = {"installation": {"id": 7}, "repository": {"full_name": "acme/shop"}}
PULL = PullSubject("acme/shop", 12)
GROUP = GroupSubject("acme/shop", 104, A, B)


def body(**more: object) -> bytes:
    return json.dumps({**BASE, **more}).encode()


@pytest.mark.parametrize(
    "action",
    [
        "opened",
        "reopened",
        "synchronize",
        "edited",
        "ready_for_review",
        "converted_to_draft",
        "labeled",
        "unlabeled",
        "closed",
    ],
)
def test_a_pull_request_that_changed_is_dirty(action: str) -> None:
    payload = body(action=action, pull_request={"number": 12})
    assert parse_event("pull_request", payload) == Accepted(action, 7, PULL)


@pytest.mark.parametrize("action", ["submitted", "edited", "dismissed"])
def test_a_review_makes_its_pull_request_dirty(action: str) -> None:
    payload = body(action=action, pull_request={"number": 12})
    assert parse_event("pull_request_review", payload) == Accepted(action, 7, PULL)


REF = "refs/heads/gh-readonly-queue/main/pr-104-" + B


@pytest.mark.parametrize(
    ("event", "payload", "subject"),
    [
        (
            "push",
            {"ref": "refs/heads/release/1", "before": A, "after": B},
            PushSubject("acme/shop", "release/1", A, B),
        ),
        (
            "check_run",
            {"action": "rerequested", "check_run": {"head_sha": A, "external_id": PULL.key}},
            HeadSubject("acme/shop", A, again=True),
        ),
        (
            "check_run",
            {"action": "rerequested", "check_run": {"head_sha": A, "external_id": GROUP.key}},
            GROUP,
        ),
        (
            "check_suite",
            {"action": "rerequested", "check_suite": {"head_sha": A}},
            HeadSubject("acme/shop", A, again=True),
        ),
        (
            "check_suite",
            {"action": "requested", "check_suite": {"head_sha": A}},
            HeadSubject("acme/shop", A),
        ),
        (
            "merge_group",
            {
                "action": "checks_requested",
                "merge_group": {"head_sha": A, "head_ref": REF, "base_sha": B},
            },
            GROUP,
        ),
        *[
            ("installation", {"action": action}, SweepSubject(7))
            for action in ("created", "unsuspend", "new_permissions_accepted")
        ],
        ("installation_repositories", {"action": "added"}, SweepSubject(7)),
        ("installation_repositories", {"action": "removed"}, SweepSubject(7)),
    ],
)
def test_other_events_name_their_subject(
    event: str, payload: dict[str, object], subject: Subject
) -> None:
    accepted = parse_event(event, body(**payload))
    assert isinstance(accepted, Accepted)
    assert accepted.subject == subject


def pressed(identifier: str, login: str = "bob", kind: str = "User") -> dict[str, object]:
    """A press of a button beside our check run."""
    return {
        "action": "requested_action",
        "check_run": {"head_sha": A},
        "requested_action": {"identifier": identifier},
        "sender": {"login": login, "type": kind},
    }


@pytest.mark.parametrize("button", Button)
def test_a_press_of_a_button_names_who_pressed_it(button: Button) -> None:
    accepted = parse_event("check_run", body(**pressed(button, "bob_acme")))
    assert isinstance(accepted, Accepted)
    assert accepted.subject == ButtonSubject("acme/shop", A, button, "bob_acme")


def test_a_groups_mark_on_another_commit_is_not_believed() -> None:
    run = {"head_sha": "c" * 40, "external_id": GROUP.key}
    accepted = parse_event("check_run", body(action="rerequested", check_run=run))
    assert isinstance(accepted, Accepted)
    assert accepted.subject == HeadSubject("acme/shop", "c" * 40, again=True)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("pull_request", {"action": "assigned", "pull_request": {"number": 12}}),
        ("check_run", {"action": "completed", "check_run": {"head_sha": A}}),
        ("check_run", pressed("re-check", "renovate[bot]", "Bot")),
        ("merge_group", {"action": "destroyed"}),
        ("pull_request", {"action": "assigned", "pull_request": "of another shape"}),
        ("pull_request", {"action": 7, "pull_request": {"number": 12}}),
        ("push", {"ref": "refs/tags/v1", "before": A, "after": B}),
        ("push", {"ref": "refs/heads/old", "before": A, "after": NONE}),
        ("ping", {"zen": "Keep it logically awesome."}),
        ("installation", {"action": "deleted"}),
        ("installation", {"action": "suspend"}),
        ("star", {"action": "created"}),
        ("fork", {}),
    ],
)
def test_what_changes_no_verdict_is_ignored(event: str, payload: dict[str, object]) -> None:
    assert isinstance(parse_event(event, body(**payload)), Ignored)


@pytest.mark.parametrize(
    ("event", "payload", "missing"),
    [
        ("pull_request", {"action": "opened"}, "pull_request"),
        ("pull_request", {"action": "opened", "pull_request": {}}, "number"),
        ("pull_request", {"action": "opened", "pull_request": {"number": "12"}}, "$.pull_request"),
        ("pull_request", {"action": "opened", "pull_request": {"number": -3}}, "#-3"),
        ("push", {"ref": "refs/heads/main"}, "before"),
        ("push", {"ref": "refs/heads/a b", "before": A, "after": B}, "a b"),
        ("push", {"ref": "refs/heads/a\0b", "before": A, "after": B}, r"a\x00b"),
        ("push", {"action": "a\0b", "ref": "refs/heads/main", "before": A, "after": B}, "action"),
        ("star", {"action": "Created by me"}, "Created by me"),
        ("check_run", {"action": "rerequested", "check_run": {"head_sha": "x"}}, "x"),
        ("check_run", pressed("merge"), "no button 'merge'"),
        ("check_run", pressed("explain", "bob smith"), "bob smith"),
        ("check_run", {"action": "requested_action", "check_run": {"head_sha": A}}, "who pressed"),
        (
            "merge_group",
            {
                "action": "checks_requested",
                "merge_group": {"head_sha": A, "head_ref": "refs/heads/x", "base_sha": B},
            },
            "refs/heads/x",
        ),
    ],
)
def test_a_payload_with_missing_fields_is_rejected_with_the_reason(
    event: str, payload: dict[str, object], missing: str
) -> None:
    rejected = parse_event(event, body(**payload))
    assert isinstance(rejected, Rejected)
    assert missing in rejected.reason


def test_an_event_without_an_installation_is_rejected() -> None:
    payload = {
        "action": "opened",
        "pull_request": {"number": 1},
        "repository": {"full_name": "a/b"},
    }
    rejected = parse_event("pull_request", json.dumps(payload).encode())
    assert isinstance(rejected, Rejected)
    assert "installation" in rejected.reason


@pytest.mark.parametrize("number", [2**63, 0, -1, 2**400])
def test_an_installation_that_no_database_can_hold_is_rejected(number: int) -> None:
    payload = {
        **BASE,
        "installation": {"id": number},
        "action": "opened",
        "pull_request": {"number": 1},
    }
    assert isinstance(parse_event("pull_request", json.dumps(payload).encode()), Rejected)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"1", b"\xff", b"[" * 100_000, b'{"a":' * 9999])
def test_a_body_that_is_no_json_object_is_refused(text: bytes) -> None:
    with pytest.raises(NotJSON):
        parse_event("pull_request", text)
