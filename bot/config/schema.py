"""The configuration's keys, types and defaults. No file is needed: every key has a default."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# The template's sections, as `bot.plan` names them.
SectionTitle = Literal[
    "Why & What",
    "Services / Modules Affected",
    "Data Model Changes",
    "API Changes",
    "Events",
    "Task Decomposition",
    "Testing Strategy",
    "Security & Compliance",
    "Rollback Plan",
    "Open Questions",
    "Definition of Done",
]
Complexity = Literal["S", "M", "L", "XL"]


# Texts of a fixed form. A description completes *expected …* and is what editors show.
_END = r"(?![\s\S])"  # the very end in Python's and in JavaScript's patterns; `$` lets a \n pass
_LOGIN = "[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
Repository = Annotated[
    str,
    Meta(
        pattern=rf"^{_LOGIN}/(?!\.\.?{_END})[A-Za-z0-9._-]{{1,100}}{_END}",
        description="a repository's full name, such as `acme/plans`",
    ),
]
Approver = Annotated[
    str,
    Meta(
        pattern=rf"^({_LOGIN}|@{_LOGIN}/{_LOGIN}){_END}",
        description="a person's login such as `octocat`, or a team such as `@acme/leads`, no Bot",
    ),
]
Author = Annotated[
    str,
    Meta(
        pattern=rf"^{_LOGIN}(\[bot\])?{_END}",
        description="a login, such as `octocat` or `dependabot[bot]`",
    ),
]
Label = Annotated[
    str,
    Meta(
        pattern=rf"^\S([^\r\n]*\S)?{_END}",
        description="a label's name, without space around it",
    ),
]
_MANY = Meta(max_length=100)  # each may cost requests, and all are compared one by one

DEFAULT_ID_PATTERN = "[A-Z][A-Z0-9]*-[0-9]+"

CONFIG_PATH = ".github/plan-gate.yml"


class Plans(Struct, frozen=True, forbid_unknown_fields=True):
    """`plans:` – where plans live and how they are named."""

    paths: tuple[str, ...] = ("plans/**/*.md", "docs/plans/**/*.md")
    exclude: tuple[str, ...] = ("**/README.md", "**/TEMPLATE.md")
    id_pattern: str = DEFAULT_ID_PATTERN
    repository: Repository | None = None


class Sections(Struct, frozen=True, forbid_unknown_fields=True):
    """`sections:` – what sections are called here, and which a plan must have."""

    aliases: dict[str, SectionTitle] = {}
    required: dict[Complexity, tuple[SectionTitle, ...]] = {}
    extra: tuple[str, ...] = ()


class Gate(Struct, frozen=True, forbid_unknown_fields=True):
    """`gate:` – what needs no plan, and which branches decide."""

    exempt_paths: tuple[str, ...] = ("**/*.md", "docs/**", "LICENSE*", ".github/ISSUE_TEMPLATE/**")
    exempt_authors: Annotated[tuple[Author, ...], _MANY] = ("dependabot[bot]", "renovate[bot]")
    exempt_labels: Annotated[tuple[Label, ...], _MANY] = ()
    base_branches: tuple[str, ...] = ()


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """`approval:` – what a pull request that sets a plan Approved must have."""

    reviews: Annotated[int, Meta(ge=0, le=10)] = 1
    approvers: Annotated[tuple[Approver, ...], _MANY] = ()
    allow_bots: bool = False
    provenance: Literal["record", "enforce"] = "record"


class Tasks(Struct, frozen=True, forbid_unknown_fields=True):
    """`tasks:` – what is made of tasks out of order, and of tasks that are claimed twice."""

    order: Literal["off", "warn", "error"] = "warn"
    link: Literal["off", "warn", "error"] = "warn"


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """`.github/plan-gate.yml` as a value."""

    mode: Literal["enforce", "shadow"] = "enforce"
    plans: Plans = Plans()
    sections: Sections = Sections()
    gate: Gate = Gate()
    approval: Approval = Approval()
    tasks: Tasks = Tasks()
    comments: Literal["blocked", "always", "never"] = "blocked"
    rules: dict[str, Literal["off", "info", "warning", "error"]] = {}


class OrganisationConfig(Config, frozen=True, forbid_unknown_fields=True):
    """The file in the organisation's `.github` repository: the same keys, and `locked`."""

    locked: Annotated[
        tuple[str, ...],
        Meta(description="In the organisation's file alone: keys that no repository may set."),
    ] = ()
