"""Everything that a verdict may depend on, as values that were read beforehand."""

from dataclasses import dataclass

from bot.config.load import ConfigError
from bot.config.schema import Config
from bot.plan.diagnostics import Diagnostic
from bot.plan.model import Plan


@dataclass(frozen=True, slots=True)
class Actor:
    """An account by its exact login; *bot* is GitHub's account type, not read off the name."""

    login: str
    bot: bool


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A path that the pull request adds, changes or removes; a rename is one of each."""

    path: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan file at one commit, parsed and linted by its own status."""

    path: str
    blob: str
    plan: Plan
    diagnostics: tuple[Diagnostic, ...]

    @property
    def label(self) -> str:
        """What people call it: its ID, or its path while it has none."""
        return self.plan.id or self.path

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that block."""
        return tuple(found for found in self.diagnostics if found.blocks)


@dataclass(frozen=True, slots=True)
class Pull:
    """The pull request's own words and ends. All of it is untrusted text."""

    repository: str
    number: int
    title: str
    body: str
    author: Actor
    head_ref: str
    head_sha: str
    base_ref: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a commit, as GitHub attributes it; *verified* where it vouches for the signature."""

    login: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """The trusted branch that decides, at the commit that was read."""

    name: str
    sha: str
    tree: str


@dataclass(frozen=True, slots=True)
class InvalidConfig:
    """A configuration file that cannot be read, with the place of the fault."""

    path: str
    line: int
    column: int
    message: str

    @classmethod
    def at(cls, path: str, error: ConfigError) -> "InvalidConfig":
        """The parser's complaint about the file at *path*."""
        return cls(path, error.line, error.column, str(error))


@dataclass(frozen=True, slots=True)
class Facts:
    """One pull request, seen together with the trusted branch.

    *config* and *base_plans* come from the trusted branch alone; *proposed_config* and
    *head_plans* are what the pull request itself would make of them. *files* are what it changes
    against the trusted branch, whatever its own base is. *commit_authors* are read only where an
    exemption asks for them. *unread* names a limit that kept something from being read: then
    nothing was fully checked.
    """

    pull: Pull
    branch: Branch
    config: Config | InvalidConfig
    files: tuple[ChangedFile, ...] = ()
    base_plans: tuple[PlanFile, ...] = ()
    head_plans: tuple[PlanFile, ...] = ()
    proposed_config: InvalidConfig | None = None
    commit_authors: tuple[Author, ...] = ()
    unread: str | None = None
