"""What may have changed, as a value with a readable key: the unit of work. It holds no state."""

import re
from dataclasses import dataclass

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


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
    """A head commit whose pull requests have still to be found."""

    repository: str
    sha: str

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"head {self.repository} {self.sha}"


@dataclass(frozen=True, slots=True)
class PushSubject:
    """A push to a branch: the pull requests that it may free or block have still to be found."""

    repository: str
    branch: str
    before: str
    after: str

    @property
    def key(self) -> str:
        """The row's key in the work queue."""
        return f"push {self.repository} {self.branch} {self.before} {self.after}"


Subject = PullSubject | GroupSubject | HeadSubject | PushSubject


def parse_subject(key: str) -> Subject | None:
    """Read a key back; `None` where it is none of ours."""
    match key.split(" "):
        case ["pull", place] if pull := _numbered(place):
            return PullSubject(*pull)
        case ["group", place, head, base] if (pull := _numbered(place)) and _shas(head, base):
            return GroupSubject(*pull, head, base)
        case ["head", repository, sha] if _REPOSITORY.fullmatch(repository) and _shas(sha):
            return HeadSubject(repository, sha)
        case ["push", repository, branch, before, after] if (
            _REPOSITORY.fullmatch(repository) and branch and _shas(before, after)
        ):
            return PushSubject(repository, branch, before, after)
        case _:
            return None


def _numbered(place: str) -> tuple[str, int] | None:
    repository, _, number = place.partition("#")
    if _REPOSITORY.fullmatch(repository) and re.fullmatch(r"[1-9][0-9]{0,17}", number):
        return repository, int(number)
    return None


def _shas(*values: str) -> bool:
    return all(_SHA.fullmatch(value) for value in values)
