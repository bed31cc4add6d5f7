"""What may have changed, as a value with a readable key: the unit of work. It holds no state."""

import re
from dataclasses import dataclass
from enum import StrEnum

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_ID = re.compile(r"[1-9][0-9]{0,17}")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class PullSubject:
    """One pull request: read it, decide, publish."""

    repository: str
    number: int

    @property
    def key(self) -> str:
        """The row's key in the work queue, and the check run's `external_id`."""
        return f"pull {self.repository}#{self.number}"


@dataclass(frozen=True, slots=True)
class GroupSubject:
    """A merge group; GitHub names its last pull request and its two ends."""

    repository: str
    number: int
    head_sha: str
    base_sha: str

    @property
    def key(self) -> str:
        """The row's key in the work queue, and the check run's `external_id`."""
        return f"group {self.repository}#{self.number} {self.head_sha} {self.base_sha}"


@dataclass(frozen=True, slots=True)
class HeadSubject:
    """A head commit whose pull requests have still to be found.

    *again*: somebody has asked for a new check of it.
    """

    repository: str
    sha: str
    again: bool = False

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"head {self.repository} {self.sha}{' again' if self.again else ''}"


@dataclass(frozen=True, slots=True)
class PushSubject:
    """A push to a branch: the pull requests that it may free or block have still to be found.

    *default* is the repository's default branch, if whoever heard of the push was told it.
    """

    repository: str
    branch: str
    before: str
    after: str
    default: str = ""

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        words = ("push", self.repository, self.branch, self.before, self.after, self.default)
        return " ".join(words).removesuffix(" ")


@dataclass(frozen=True, slots=True)
class RepositorySubject:
    """A repository all of whose open pull requests may be judged otherwise now.

    *formerly* is the name that it had until now, if that is what changed.
    """

    repository: str
    formerly: str = ""

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"repository {self.repository} {self.formerly}".rstrip()


@dataclass(frozen=True, slots=True)
class IndexSubject:
    """A repository whose pull requests, merged ones too, are to be read for the tasks they name."""

    repository: str

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"index {self.repository}"


@dataclass(frozen=True, slots=True)
class CommentSubject:
    """A comment in which somebody may ask for something."""

    repository: str
    number: int
    comment: int

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"comment {self.repository}#{self.number} {self.comment}"


class Button(StrEnum):
    """What can be pressed beside our check run; GitHub calls it an action's identifier."""

    RECHECK = "re-check"
    EXPLAIN = "explain"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class ButtonSubject:
    """A button that somebody has pressed beside the check run of a commit."""

    repository: str
    head_sha: str
    button: Button
    by: str

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"button {self.repository} {self.head_sha} {self.button} {self.by}"


@dataclass(frozen=True, slots=True)
class DeliveriesSubject:
    """GitHub's log of deliveries: what could not be handed over is asked for again."""

    @property
    def key(self) -> str:
        """The row's key in the work queue: there is one."""
        return "deliveries"


@dataclass(frozen=True, slots=True)
class InstallationsSubject:
    """Where the App is installed: each installation is to be swept."""

    @property
    def key(self) -> str:
        """The row's key in the work queue: there is one."""
        return "installations"


@dataclass(frozen=True, slots=True)
class SweepSubject:
    """An installation whose repositories are compared with what we know of them."""

    installation: int

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"sweep {self.installation}"


Judgeable = PullSubject | GroupSubject
"""What a verdict is about."""

Spread = HeadSubject | PushSubject | RepositorySubject
"""What names no pull request, but may concern some."""

Look = DeliveriesSubject | InstallationsSubject | SweepSubject
"""What no event tells of: the clock does, every hour and at start."""

Subject = Judgeable | Spread | IndexSubject | CommentSubject | ButtonSubject | Look

APP = 0
"""The tenant of what concerns the App itself, and no installation."""


def is_repository(name: str) -> bool:
    """Whether it has the form `owner/name`."""
    return _REPOSITORY.fullmatch(name) is not None


def parse_subject(key: str) -> Subject | None:
    """Read a key back; `None` where it is none of ours."""
    match key.split(" "):
        case ["pull", place] if pull := _numbered(place):
            return PullSubject(*pull)
        case ["group", place, head, base] if (pull := _numbered(place)) and _shas(head, base):
            return GroupSubject(*pull, head, base)
        case ["head", repository, sha, *again] if (
            _REPOSITORY.fullmatch(repository) and _shas(sha) and again in ([], ["again"])
        ):
            return HeadSubject(repository, sha, again=bool(again))
        case ["push", repository, branch, before, after, *default] if (
            _REPOSITORY.fullmatch(repository)
            and branch
            and _shas(before, after)
            and len(default) < 2
            and all(default)
        ):
            return PushSubject(repository, branch, before, after, *default)
        case ["repository", *names] if len(names) in {1, 2} and all(
            map(_REPOSITORY.fullmatch, names)
        ):
            return RepositorySubject(*names)
        case ["index", repository] if _REPOSITORY.fullmatch(repository):
            return IndexSubject(repository)
        case ["comment", place, comment] if (pull := _numbered(place)) and _ID.fullmatch(comment):
            return CommentSubject(*pull, int(comment))
        case ["button", repository, sha, button, by] if (
            _REPOSITORY.fullmatch(repository)
            and _shas(sha)
            and button in list(Button)
            and _LOGIN.fullmatch(by)
        ):
            return ButtonSubject(repository, sha, Button(button), by)
        case ["deliveries"]:
            return DeliveriesSubject()
        case ["installations"]:
            return InstallationsSubject()
        case ["sweep", installation] if _ID.fullmatch(installation):
            return SweepSubject(int(installation))
        case _:
            return None


def _numbered(place: str) -> tuple[str, int] | None:
    repository, _, number = place.partition("#")
    if _REPOSITORY.fullmatch(repository) and _ID.fullmatch(number):
        return repository, int(number)
    return None


def _shas(*values: str) -> bool:
    return all(_SHA.fullmatch(value) for value in values)
