"""Webhook payloads to subjects: an event only says what may have changed, never what is so.

Of a payload only the needed fields are decoded; older and newer payloads with other fields pass.
"""

import dataclasses
import re
from dataclasses import dataclass
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot.subject import (
    CommentSubject,
    GroupSubject,
    HeadSubject,
    PullSubject,
    PushSubject,
    RepositorySubject,
    Subject,
    parse_subject,
)

NO_COMMIT = "0" * 40
_GROUP_REF = re.compile(r"/pr-([0-9]{1,18})-[^/]*$")

PULL_ACTIONS = frozenset(
    {
        "opened",
        "reopened",
        "synchronize",
        "edited",
        "ready_for_review",
        "converted_to_draft",
        "labeled",
        "unlabeled",
        "closed",
    }
)
REVIEW_ACTIONS = frozenset({"submitted", "edited", "dismissed"})
SUITE_ACTIONS = frozenset({"requested", "rerequested"})
COMMENT_ACTIONS = frozenset({"created", "edited"})
REPOSITORY_ACTIONS = frozenset({"renamed", "transferred", "edited", "unarchived"})
COMMAND = "/plan-"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The event names what may have changed."""

    action: str | None
    installation: int
    subject: Subject


@dataclass(frozen=True, slots=True)
class Ignored:
    """The event is none of those that matter to a verdict."""

    action: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The payload lacks what its event must have; *reason* says what and where."""

    reason: str


Intake = Accepted | Ignored | Rejected


class NotJSON(ValueError):
    """The body is no JSON object at all."""


class _Installation(Struct):
    id: Annotated[int, Meta(ge=1, le=2**63 - 1)]  # what a database can hold


class _Repository(Struct):
    full_name: str


class _Pull(Struct):
    number: int


class _Head(Struct):
    head_sha: str
    external_id: str | None = None


class _Group(Struct):
    head_sha: str
    head_ref: str
    base_sha: str


class _Event(Struct):
    installation: _Installation
    repository: _Repository
    action: str | None = None


class _PullEvent(_Event, kw_only=True):
    pull_request: _Pull


class _CheckRunEvent(_Event, kw_only=True):
    check_run: _Head


class _CheckSuiteEvent(_Event, kw_only=True):
    check_suite: _Head


class _GroupEvent(_Event, kw_only=True):
    merge_group: _Group


class _Account(Struct):
    type: str = "User"


class _Comment(Struct):
    id: int
    body: str | None = None
    user: _Account | None = None


class _CommentEvent(_Event, kw_only=True):
    issue: _Pull
    comment: _Comment


class _From(Struct):
    from_: str | None = msgspec.field(default=None, name="from")


class _NameChange(Struct):
    name: _From | None = None


class _Owner(Struct):
    login: str


class _OwnerFrom(Struct):
    user: _Owner | None = None
    organization: _Owner | None = None


class _OwnerChange(Struct):
    from_: _OwnerFrom = msgspec.field(default_factory=_OwnerFrom, name="from")


class _Changes(Struct):
    repository: _NameChange | None = None
    owner: _OwnerChange | None = None


class _RepositoryEvent(_Event, kw_only=True):
    changes: _Changes = msgspec.field(default_factory=_Changes)


class _PushEvent(_Event, kw_only=True):
    ref: str
    before: str
    after: str


class _Any(Struct):
    action: object = None


def parse_event(event: str, body: bytes) -> Intake:
    """Read one delivery's body; raises `NotJSON` where it is no JSON object."""
    try:
        peek = msgspec.json.decode(body, type=_Any)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJSON from None
    action = peek.action if isinstance(peek.action, str) else None
    try:
        return _parse_known(event, action, body)
    except msgspec.ValidationError as fault:
        return Rejected(f"{event}: {fault}")


def _parse_known(event: str, action: str | None, body: bytes) -> Intake:
    match event, action:
        case ("pull_request", action) if action in PULL_ACTIONS:
            return _pull(msgspec.json.decode(body, type=_PullEvent))
        case ("pull_request_review", action) if action in REVIEW_ACTIONS:
            return _pull(msgspec.json.decode(body, type=_PullEvent))
        case ("push", _):
            return _push(msgspec.json.decode(body, type=_PushEvent))
        case ("check_run", "rerequested"):
            run = msgspec.json.decode(body, type=_CheckRunEvent)
            return _head(run, run.check_run)
        case ("check_suite", action) if action in SUITE_ACTIONS:
            suite = msgspec.json.decode(body, type=_CheckSuiteEvent)
            return _head(suite, suite.check_suite)
        case ("merge_group", "checks_requested"):
            return _group(msgspec.json.decode(body, type=_GroupEvent))
        case ("issue_comment", action) if action in COMMENT_ACTIONS:
            return _comment(msgspec.json.decode(body, type=_CommentEvent))
        case ("repository", action) if action in REPOSITORY_ACTIONS:
            return _repository(msgspec.json.decode(body, type=_RepositoryEvent))
        case ("ping", _):
            return Ignored(action, "ping: the webhook reaches us")
        case _:
            name = event if action is None else f"{event}.{action}"
            return Ignored(action, f"{name} changes no verdict")


def _accepted(event: _Event, subject: Subject) -> Accepted | Rejected:
    if parse_subject(subject.key) != subject:
        return Rejected(f"no repository, branch or commit has such a name: {subject.key!r}")
    return Accepted(event.action, event.installation.id, subject)


def _pull(event: _PullEvent) -> Intake:
    return _accepted(event, PullSubject(event.repository.full_name, event.pull_request.number))


def _comment(event: _CommentEvent) -> Intake:
    """Only a comment that may hold a command; what it holds is read when its turn comes."""
    comment = event.comment
    if COMMAND not in (comment.body or "").casefold():
        return Ignored(event.action, "issue_comment: no command in it")
    if comment.user is None or comment.user.type == "Bot":
        return Ignored(event.action, "issue_comment: Bots give no commands")
    place = (event.repository.full_name, event.issue.number)
    return _accepted(event, CommentSubject(*place, comment.id))


def _repository(event: _RepositoryEvent) -> Intake:
    """Another name, owner or default branch: every open pull request may be judged otherwise."""
    repository = event.repository.full_name
    owner, _, name = repository.partition("/")
    if (renamed := event.changes.repository) and renamed.name and renamed.name.from_:
        name = renamed.name.from_
    if moved := event.changes.owner:
        former = moved.from_.user or moved.from_.organization
        owner = former.login if former else owner
    formerly = f"{owner}/{name}"
    subject = RepositorySubject(repository, "" if formerly == repository else formerly)
    return _accepted(event, subject)


def _push(event: _PushEvent) -> Intake:
    branch = event.ref.removeprefix("refs/heads/")
    if branch == event.ref:
        return Ignored(None, "push: a tag changes no verdict")
    if event.after == NO_COMMIT:
        return Ignored(None, "push: a deleted branch decides nothing")
    return _accepted(
        event, PushSubject(event.repository.full_name, branch, event.before, event.after)
    )


def _head(event: _Event, head: _Head) -> Intake:
    """Its pull requests by head SHA; a group's check is known by what we wrote on it."""
    subject: Subject = HeadSubject(event.repository.full_name, head.head_sha)
    written = parse_subject(head.external_id or "")
    if isinstance(written, GroupSubject) and written.head_sha == head.head_sha:
        subject = dataclasses.replace(written, repository=event.repository.full_name)
    return _accepted(event, subject)


def _group(event: _GroupEvent) -> Intake:
    group = event.merge_group
    last = _GROUP_REF.search(group.head_ref)
    if last is None:
        return Rejected(f"merge_group: no pull request in head_ref {group.head_ref!r}")
    return _accepted(
        event,
        GroupSubject(event.repository.full_name, int(last[1]), group.head_sha, group.base_sha),
    )
