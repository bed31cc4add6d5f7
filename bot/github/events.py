"""Webhook payloads to subjects: an event only says what may have changed, never what is so.

Of a payload only the needed fields are decoded; older and newer payloads with other fields pass.
"""

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from bot.github.payloads import (
    NAME,
    AnyEvent,
    CheckRunEvent,
    CheckSuiteEvent,
    CommentEvent,
    Event,
    GroupEvent,
    Head,
    InstallationEvent,
    PullEvent,
    PushEvent,
    RepositoryEvent,
)
from bot.subject import (
    Button,
    ButtonSubject,
    CommentSubject,
    GroupSubject,
    HeadSubject,
    PullSubject,
    PushSubject,
    RepositorySubject,
    Subject,
    SweepSubject,
    parse_subject,
)

NO_COMMIT = "0" * 40
_ACTION = re.compile(r"[a-z_]{1,64}")
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
CHECK_ACTIONS = frozenset({"rerequested", "requested_action"})
SUITE_ACTIONS = frozenset({"requested", "rerequested"})
COMMENT_ACTIONS = frozenset({"created", "edited"})
REPOSITORY_ACTIONS = frozenset({"renamed", "transferred", "edited", "unarchived"})
INSTALLATION_ACTIONS = frozenset({"created", "unsuspend", "new_permissions_accepted"})
REACH_ACTIONS = frozenset({"added", "removed"})
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


E = TypeVar("E", bound=InstallationEvent)


class _Reader(Generic[E]):
    """How the payload of an event is read, and which of its actions matter; None: whichever."""

    def __init__(
        self,
        payload: type[E],
        intake: Callable[[E], Intake],
        actions: frozenset[str] | None = None,
    ) -> None:
        self._decoder = msgspec.json.Decoder(payload)
        self._intake = intake
        self._actions = actions

    def read(self, event: str, body: bytes) -> Intake:
        """Decode a body once, unless something is wrong with it."""
        try:
            payload = self._decoder.decode(body)
        except msgspec.ValidationError as fault:
            action = _action(body)
            return Rejected(f"{event}: {fault}") if self._wants(action) else _other(event, action)
        return (
            self._intake(payload) if self._wants(payload.action) else _other(event, payload.action)
        )

    def _wants(self, action: str | None) -> bool:
        return self._actions is None or action in self._actions


_any = msgspec.json.Decoder(AnyEvent)


def parse_event(event: str, body: bytes) -> Intake:
    """Read one delivery's body; raises `NotJSON` where it is no JSON object."""
    reader = _READERS.get(event)
    try:
        return reader.read(event, body) if reader else _other(event, _action(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJSON from None


def may_matter(event: str, action: str | None) -> bool:
    """Whether an event may change anything, as far as its name tells."""
    named = parse_event(event, msgspec.json.encode({"action": action}))
    return not isinstance(named, Ignored)


def _action(body: bytes) -> str | None:
    action = _any.decode(body).action
    return action if isinstance(action, str) else None


def _other(event: str, action: str | None) -> Ignored | Rejected:
    if action is not None and not re.fullmatch(NAME, action):
        return Rejected(f"{event}: no action has such a name: {action[:64]!r}")
    if event == "ping":
        return Ignored(action, "ping: the webhook reaches us")
    name = event if action is None else f"{event}.{action}"
    return Ignored(action, f"{name} changes no verdict")


def _accepted(event: InstallationEvent, subject: Subject) -> Accepted | Rejected:
    if parse_subject(subject.key) != subject or "\0" in subject.key:
        return Rejected(f"no repository, branch or commit has such a name: {subject.key!r}")
    return Accepted(event.action, event.installation.id, subject)


def _installation(event: InstallationEvent) -> Intake:
    """The App is new somewhere, or back: what waits there is to be judged."""
    return _accepted(event, SweepSubject(event.installation.id))


def _pull(event: PullEvent) -> Intake:
    return _accepted(event, PullSubject(event.repository.full_name, event.pull_request.number))


def _comment(event: CommentEvent) -> Intake:
    """Only a comment that may hold a command; what it holds is read when its turn comes."""
    comment = event.comment
    if COMMAND not in (comment.body or "").casefold():
        return Ignored(event.action, "issue_comment: no command in it")
    if comment.user is None or comment.user.type == "Bot":
        return Ignored(event.action, "issue_comment: Bots give no commands")
    place = (event.repository.full_name, event.issue.number)
    return _accepted(event, CommentSubject(*place, comment.id))


def _repository(event: RepositoryEvent) -> Intake:
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


def _push(event: PushEvent) -> Intake:
    branch = event.ref.removeprefix("refs/heads/")
    if branch == event.ref:
        return Ignored(None, "push: a tag changes no verdict")
    if event.after == NO_COMMIT:
        return Ignored(None, "push: a deleted branch decides nothing")
    repository = event.repository
    subject = PushSubject(
        repository.full_name, branch, event.before, event.after, repository.default_branch
    )
    return _accepted(event, subject)


def _check_run(event: CheckRunEvent) -> Intake:
    """Somebody has pressed *Re-run*, or one of our own buttons: GitHub tells only us of those."""
    if event.action != "requested_action":
        return _head(event, event.check_run)
    sender, requested = event.sender, event.requested_action
    if sender is None or requested is None:
        return Rejected("check_run: nobody knows who pressed which button")
    if sender.type == "Bot":
        return Ignored(event.action, "check_run: Bots press no buttons")
    if requested.identifier not in list(Button):
        return Rejected(f"check_run: there is no button {requested.identifier[:64]!r}")
    place = (event.repository.full_name, event.check_run.head_sha)
    return _accepted(event, ButtonSubject(*place, Button(requested.identifier), sender.login))


def _check_suite(event: CheckSuiteEvent) -> Intake:
    return _head(event, event.check_suite)


def _head(event: Event, head: Head) -> Intake:
    """Its pull requests by head SHA; a group's check is known by what we wrote on it."""
    again = event.action == "rerequested"
    subject: Subject = HeadSubject(event.repository.full_name, head.head_sha, again)
    written = parse_subject(head.external_id or "")
    if isinstance(written, GroupSubject) and written.head_sha == head.head_sha:
        subject = dataclasses.replace(written, repository=event.repository.full_name)
    return _accepted(event, subject)


def _group(event: GroupEvent) -> Intake:
    group = event.merge_group
    last = _GROUP_REF.search(group.head_ref)
    if last is None:
        return Rejected(f"merge_group: no pull request in head_ref {group.head_ref!r}")
    return _accepted(
        event,
        GroupSubject(event.repository.full_name, int(last[1]), group.head_sha, group.base_sha),
    )


_READERS: dict[str, _Reader[Any]] = {
    "pull_request": _Reader(PullEvent, _pull, PULL_ACTIONS),
    "pull_request_review": _Reader(PullEvent, _pull, REVIEW_ACTIONS),
    "push": _Reader(PushEvent, _push),
    "check_run": _Reader(CheckRunEvent, _check_run, CHECK_ACTIONS),
    "check_suite": _Reader(CheckSuiteEvent, _check_suite, SUITE_ACTIONS),
    "merge_group": _Reader(GroupEvent, _group, frozenset({"checks_requested"})),
    "issue_comment": _Reader(CommentEvent, _comment, COMMENT_ACTIONS),
    "installation": _Reader(InstallationEvent, _installation, INSTALLATION_ACTIONS),
    "installation_repositories": _Reader(InstallationEvent, _installation, REACH_ACTIONS),
    "repository": _Reader(RepositoryEvent, _repository, REPOSITORY_ACTIONS),
}
