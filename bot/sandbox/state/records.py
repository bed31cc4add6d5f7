"""A repository and what hangs on it: issues, pull requests, comments, reviews, rulesets, groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.git.objects import Commit, ObjectStore
from bot.sandbox.state.accounts import Account, App
from bot.sandbox.state.checks import CheckRun, CheckSuite

JsonObject = dict[str, Any]
Role = Literal["read", "triage", "write", "maintain", "admin"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]
MergeMethod = Literal["merge", "squash", "rebase"]
GroupState = Literal["checks_requested", "merged", "failed", "invalidated", "dequeued"]


@dataclass(slots=True, eq=False)
class Label:
    """A label of a repository, which somebody made or changed last at `updated_at`."""

    id: int
    name: str
    updated_at: float


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji under a comment."""

    id: int
    user: Account
    content: str
    created_at: float


@dataclass(slots=True, eq=False)
class Comment:
    """A comment on an issue or a pull request; `app` where an App wrote it over the API.

    `editor` changed it last, at `edited_at`; both are None while nobody has.
    """

    id: int
    author: Account
    body: str
    created_at: float
    updated_at: float
    app: App | None = None
    reactions: list[Reaction] = field(default_factory=list)
    editor: Account | None = None
    edited_at: float | None = None


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """An entry of the timeline: somebody put a label on, or took it off."""

    id: int
    added: bool
    actor: Account
    label: Label
    created_at: float


@dataclass(slots=True, eq=False)
class Review:
    """A review of one head commit."""

    id: int
    author: Account
    state: ReviewState
    body: str
    commit_id: str
    submitted_at: float


@dataclass(slots=True, eq=False, kw_only=True)
class Issue:
    """An issue, or the half of a pull request that is one."""

    id: int
    number: int
    author: Account
    title: str
    body: str | None
    created_at: float
    updated_at: float
    closed_at: float | None = None
    labels: list[Label] = field(default_factory=list)
    label_events: list[LabelEvent] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def state(self) -> Literal["open", "closed"]:
        """Open until it was closed."""
        return "open" if self.closed_at is None else "closed"


@dataclass(slots=True, eq=False, kw_only=True)
class Pull(Issue):
    """A pull request; its head SHA is kept, for the head's branch may be gone.

    `landed` are the commits that merging it has brought to its base.
    """

    head_repo: "Repo"
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    reviews: list[Review] = field(default_factory=list)
    merged_at: float | None = None
    merged_by: Account | None = None
    merge_commit_sha: str | None = None
    landed: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Ruleset:
    """A ruleset of a repository or an organisation; what it says stays in GitHub's own words."""

    id: int
    name: str
    enforcement: str
    rules: list[JsonObject]
    conditions: JsonObject
    created_at: float
    target: str = "branch"
    bypass_actors: list[JsonObject] = field(default_factory=list)
    updated_at: float | None = None


@dataclass(slots=True, eq=False)
class MergeGroup:
    """Pull requests that wait in the merge queue to be merged together.

    `heads` are their heads when the group was built, `merges` the commits that merge each of them.
    """

    pulls: list[Pull]
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    method: MergeMethod
    state: GroupState = "checks_requested"
    heads: list[str] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)

    @property
    def stale(self) -> bool:
        """One of the pull requests was pushed to or closed since the group was built."""
        return self.heads != [pull.head_sha for pull in self.pulls if pull.state == "open"]


@dataclass(slots=True, eq=False)
class Repo:
    """A repository; forks share one object store, as on GitHub."""

    id: int
    owner: Account
    name: str
    default_branch: str
    store: ObjectStore
    created_at: float
    pushed_at: float
    private: bool = False
    archived: bool = False
    parent: "Repo | None" = None
    refs: dict[str, str] = field(default_factory=dict)
    renamed_branches: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    suites: list[CheckSuite] = field(default_factory=list)
    runs: list[CheckRun] = field(default_factory=list)
    rulesets: list[Ruleset] = field(default_factory=list)
    groups: list[MergeGroup] = field(default_factory=list)

    @property
    def full_name(self) -> str:
        """The name with its owner."""
        return f"{self.owner.login}/{self.name}"

    def branch(self, name: str) -> str | None:
        """Return the commit that a branch points at, or None."""
        return self.refs.get(f"refs/heads/{name}")

    def resolve(self, ref: str) -> str | None:
        """Return the commit that a SHA, a branch, a tag or a longer ref name stands for."""
        if ref in self.store.commits:
            return ref
        for prefix in ("refs/heads/", "refs/tags/", "refs/", ""):
            if prefix + ref in self.refs:
                return self.refs[prefix + ref]
        return None

    def commit(self, ref: str) -> Commit | None:
        """Return the commit that a ref stands for, or None."""
        sha = self.resolve(ref)
        return None if sha is None else self.store.commits[sha]

    def runs_on(self, sha: str, name: str | None = None) -> list[CheckRun]:
        """Return every check run on a commit, or those of a name, latest first."""
        return [
            run for run in reversed(self.runs) if run.head_sha == sha and name in (None, run.name)
        ]

    def pulls(self) -> Iterator[Pull]:
        """Yield the pull requests, oldest first."""
        return (issue for issue in self.issues.values() if isinstance(issue, Pull))

    def pull(self, number: int) -> Pull | None:
        """Return a pull request by its number, or None where that is none."""
        issue = self.issues.get(number)
        return issue if isinstance(issue, Pull) else None
