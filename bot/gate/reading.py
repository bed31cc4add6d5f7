"""Plan files from their contents: parsed, linted, summarised. Pure, and so done in any process."""

from typing import NamedTuple

from bot.config.schema import Config, Sections
from bot.gate.facts import PlanFile
from bot.gate.plan_file import summarise
from bot.plan.across import find_others, lint_tree, words_of
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Plan
from bot.plan.parse import parse_plan


class Reading(NamedTuple):
    """All of a configuration that makes a difference to what is read in a plan."""

    id_pattern: str
    sections: Sections
    rules: dict[str, str]

    @classmethod
    def by(cls, config: Config) -> "Reading":
        """How *config* has plans read."""
        return cls(config.plans.id_pattern, config.sections, dict(config.rules))


class Source(NamedTuple):
    """A plan file before it is read."""

    path: str
    blob: str
    content: bytes


class Around(NamedTuple):
    """What a tree says of the plans in it, as far as rules ask.

    *others* are contents of its other plans, *files* the paths that a rule may look for, and
    *open_tasks* by a plan's path those that no merged pull request names.
    """

    others: dict[str, bytes]
    files: list[str]
    open_tasks: dict[str, list[int]]


def read_plans(sources: list[Source], reading: Reading) -> list[PlanFile]:
    """Each plan by itself, linted by its own status."""
    return [
        summarise(path, blob, plan, lint(plan, options_of(reading)))
        for path, blob, content in sources
        for plan in [parse(content, reading)]
    ]


def read_in_tree(sources: list[Source], around: Around, reading: Reading) -> list[PlanFile]:
    """Plans as all of their tree makes them look."""
    plans = {source.path: parse(source.content, reading) for source in sources}
    found = lint_tree(
        plans,
        options_of(reading),
        find_others(
            plans, around.others, lambda content: parse(content, reading), reading.id_pattern
        ),
        files=around.files,
        open_tasks=around.open_tasks,
    )
    return [summarise(path, blob, plans[path], found[path]) for path, blob, _ in sources]


def read_words(sources: list[Source], reading: Reading) -> set[str]:
    """The folded words of which another plan must hold one to matter to any of these."""
    plans = (parse(source.content, reading) for source in sources)
    return {word for plan in plans for word in words_of(plan, reading.id_pattern)}


def parse(content: bytes, reading: Reading) -> Plan:
    """A plan file as *reading* has it parsed."""
    return parse_plan(content, id_pattern=reading.id_pattern, aliases=reading.sections.aliases)


def options_of(reading: Reading) -> LintOptions:
    """How *reading* has plans linted."""
    return LintOptions(
        severities=reading.rules,
        required=dict(reading.sections.required.items()),
        house_sections=reading.sections.extra,
        id_pattern=reading.id_pattern,
    )
