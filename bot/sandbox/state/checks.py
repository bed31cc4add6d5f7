"""Check suites, check runs and annotations, as GitHub keeps them."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.state.accounts import App

Status = Literal["queued", "in_progress", "completed"]
Conclusion = Literal[
    "action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"
]
Level = Literal["notice", "warning", "failure"]


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark on lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: Level
    message: str
    start_column: int | None = None
    end_column: int | None = None
    title: str | None = None
    raw_details: str | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a check run."""

    label: str
    description: str
    identifier: str


@dataclass(slots=True, eq=False)
class CheckSuite:
    """What one App has to say about one commit."""

    id: int
    app: App
    head_sha: str
    head_branch: str | None
    before: str | None
    created_at: float


@dataclass(slots=True, eq=False)
class CheckRun:
    """One check on one commit."""

    id: int
    suite: CheckSuite
    name: str
    started_at: float
    status: Status = "queued"
    conclusion: Conclusion | None = None
    completed_at: float | None = None
    details_url: str | None = None
    external_id: str | None = None
    title: str | None = None
    summary: str | None = None
    text: str | None = None
    annotations: list[Annotation] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)

    @property
    def app(self) -> App:
        """The App that made the run."""
        return self.suite.app

    @property
    def app_id(self) -> int:
        """The id that a ruleset pins a required check to."""
        return self.suite.app.id

    @property
    def head_sha(self) -> str:
        """The commit that the run speaks of."""
        return self.suite.head_sha
