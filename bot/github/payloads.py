"""What is needed of webhook payloads, as types: fields that are not named here may be anything."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

NAME = r"\A[a-z_]{1,64}\Z"
"""The form of an action, such as `ready_for_review`."""


class _Installation(Struct):
    id: Annotated[int, Meta(ge=1, le=2**63 - 1)]  # what a database can hold


class _Repository(Struct):
    full_name: str


class _Pull(Struct):
    number: int


class Head(Struct):
    """A commit for which checks were asked, and what we wrote on its check run."""

    head_sha: str
    external_id: str | None = None


class _Group(Struct):
    head_sha: str
    head_ref: str
    base_sha: str


class InstallationEvent(Struct):
    """What each event has: whose it is. `installation` and `installation_repositories`."""

    installation: _Installation
    action: Annotated[str, Meta(pattern=NAME)] | None = None


class Event(InstallationEvent, kw_only=True):
    """What each event of a repository has."""

    repository: _Repository


class PullEvent(Event, kw_only=True):
    """`pull_request` and `pull_request_review`."""

    pull_request: _Pull


class _Requested(Struct):
    identifier: str


class _Sender(Struct):
    login: str
    type: str = "User"


class CheckRunEvent(Event, kw_only=True):
    """`check_run`; *requested_action* is the button that *sender* has pressed."""

    check_run: Head
    sender: _Sender | None = None
    requested_action: _Requested | None = None


class CheckSuiteEvent(Event, kw_only=True):
    """`check_suite`."""

    check_suite: Head


class GroupEvent(Event, kw_only=True):
    """`merge_group`."""

    merge_group: _Group


class _Account(Struct):
    type: str = "User"


class _Comment(Struct):
    id: int
    body: str | None = None
    user: _Account | None = None


class CommentEvent(Event, kw_only=True):
    """`issue_comment`, on pull requests too."""

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


class RepositoryEvent(Event, kw_only=True):
    """`repository`, with what changed of it."""

    changes: _Changes = msgspec.field(default_factory=_Changes)


class _PushedTo(_Repository):
    default_branch: str = ""


class PushEvent(Event, kw_only=True):
    """`push`."""

    repository: _PushedTo
    ref: str
    before: str
    after: str


class AnyEvent(Struct):
    """Any event at all."""

    action: object = None
