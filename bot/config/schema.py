"""The configuration's keys, types and defaults. No file is needed: every key has a default."""

from typing import Literal

from msgspec import Struct

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

DEFAULT_ID_PATTERN = "[A-Z][A-Z0-9]*-[0-9]+"

CONFIG_PATH = ".github/plan-gate.yml"


class Plans(Struct, frozen=True, forbid_unknown_fields=True):
    """`plans:` – where plans live and how they are named."""

    paths: tuple[str, ...] = ("plans/**/*.md", "docs/plans/**/*.md")
    exclude: tuple[str, ...] = ("**/README.md", "**/TEMPLATE.md")
    id_pattern: str = DEFAULT_ID_PATTERN


class Sections(Struct, frozen=True, forbid_unknown_fields=True):
    """`sections:` – what sections are called here, and which a plan must have."""

    aliases: dict[str, SectionTitle] = {}
    required: dict[Complexity, tuple[SectionTitle, ...]] = {}
    extra: tuple[str, ...] = ()


class Gate(Struct, frozen=True, forbid_unknown_fields=True):
    """`gate:` – what needs no plan, and which branches decide."""

    exempt_paths: tuple[str, ...] = ("**/*.md", "docs/**", "LICENSE*", ".github/ISSUE_TEMPLATE/**")
    exempt_authors: tuple[str, ...] = ("dependabot[bot]", "renovate[bot]")
    base_branches: tuple[str, ...] = ()


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """`.github/plan-gate.yml` as a value."""

    mode: Literal["enforce", "shadow"] = "enforce"
    plans: Plans = Plans()
    sections: Sections = Sections()
    gate: Gate = Gate()
    comments: Literal["blocked", "always", "never"] = "blocked"
    rules: dict[str, Literal["off", "info", "warning", "error"]] = {}
