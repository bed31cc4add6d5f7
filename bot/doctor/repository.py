"""Judges one repository: whether the check is required where it decides, and its configuration."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.config.match import matches
from bot.config.schema import CONFIG_PATH, Config
from bot.doctor.model import Check, Level, Topic
from bot.doctor.pages import Pages
from bot.gate.facts import InvalidConfig
from bot.github.answers import Rule
from bot.report.check_run import NAME
from bot.report.phrases import list_of


@dataclass(frozen=True, slots=True)
class Place:
    """A repository as one looks at it: by whom, and where it is mended."""

    repository: str
    app_id: int
    hears_merge_groups: bool
    pages: Pages

    def check(
        self, topic: Topic, level: Level, message: str, advice: str = "", url: str = ""
    ) -> Check:
        """A finding about it."""
        return Check(topic, self.repository, level, message, advice, url)


def judge_config(place: Place, config: Config | InvalidConfig, branch: str) -> Check:
    """Say whether the configuration can be read, and whether it blocks anything."""
    if isinstance(config, InvalidConfig):
        where = config.repository or place.repository
        on = f"on {branch}" if not config.repository else f"of {config.repository}"
        message = f"{config.path} {on}, line {config.line}: {config.message}"
        page = place.pages.line(
            where, "" if config.repository else branch, config.path, config.line
        )
        advice = "Mend it: until then nothing passes"
        return place.check(Topic.CONFIGURATION, Level.ERROR, message, advice, page)
    if config.mode == "shadow":
        message = "mode: shadow – what would be blocked is shown, and nothing is blocked"
        advice = f"Set `mode: enforce` in {CONFIG_PATH} when the time has come"
        return place.check(Topic.CONFIGURATION, Level.INFO, message, advice)
    return place.check(Topic.CONFIGURATION, Level.OK, "Its configuration can be read")


def judge_rules(
    place: Place, branch: str, rules: Sequence[Rule], *, shadow: bool = False
) -> list[Check]:
    """Say whether a branch requires the check, and of whom; and whether its queue works.

    In *shadow* mode nobody has to require it yet.
    """
    checks = [_judge_requirement(place, branch, rules, shadow=shadow)]
    if any(rule.type == "merge_queue" for rule in rules):
        checks.append(_judge_queue(place, branch))
    return checks


def example_of(glob: str) -> str | None:
    """A branch that *glob* matches, since rules can be asked of any name; `None` for odd ones.

    >>> example_of("release/*"), example_of("v[0-9].x"), example_of("[!a]")
    ('release/1', 'v0.x', None)
    """
    name = re.sub(r"\[([^!^\]])[^\]]*\]", r"\1", glob)
    name = re.sub(r"\*+|\?", "1", name)
    return name if "[" not in name and matches(name, [glob]) else None


def _judge_requirement(place: Place, branch: str, rules: Sequence[Rule], *, shadow: bool) -> Check:
    page = place.pages.rules(place.repository)
    required = [check for rule in rules for check in rule.required_checks]
    ours = [check.integration_id for check in required if check.context == NAME]
    alike = [check.context for check in required if check.context.casefold() == NAME.casefold()]
    others = [one for one in ours if one not in {None, place.app_id}]
    if others:
        message = f"`{NAME}` is required on {branch}, but from App {list_of([*map(str, others)])}"
        advice = f"Choose this App ({place.app_id}) as its source: the other's never comes"
        return place.check(Topic.REQUIRED_CHECK, Level.ERROR, message, advice, page)
    if not ours and alike:
        message = f"`{alike[0]}` is required on {branch}, and no check is called so"
        advice = f"Write it `{NAME}`: as it stands nothing can be merged"
        return place.check(Topic.REQUIRED_CHECK, Level.ERROR, message, advice, page)
    if place.app_id in ours:
        message = f"`{NAME}` is required on {branch}, from this App alone"
        return place.check(Topic.REQUIRED_CHECK, Level.OK, message)
    if ours:
        message = f"`{NAME}` is required on {branch}, but from any source: others can report it"
        advice = f"Choose this App ({place.app_id}) as the check's source"
        return place.check(Topic.REQUIRED_CHECK, Level.WARNING, message, advice, page)
    message = (
        f"No rule requires `{NAME}` on {branch}: either nothing does, or it is classic branch "
        "protection, which the App cannot see"
    )
    advice = f"Require it in a ruleset, with this App ({place.app_id}) as its source"
    level = Level.INFO if shadow else Level.WARNING
    return place.check(Topic.REQUIRED_CHECK, level, message, advice, page)


def _judge_queue(place: Place, branch: str) -> Check:
    if place.hears_merge_groups:
        message = f"The merge queue of {branch} is heard of"
        return place.check(Topic.MERGE_QUEUE, Level.OK, message)
    message = f"{branch} has a merge queue, and the App does not hear of its groups: they time out"
    advice = "Give the App the permission merge_queues: read and the event merge_group"
    return place.check(Topic.MERGE_QUEUE, Level.ERROR, message, advice)
