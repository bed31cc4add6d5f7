"""What a configuration's types cannot say: patterns that are safe, rules and headings that exist.

Each check looks at one key alone. So files that are valid by themselves stay so when merged.
"""

import difflib
import re
from collections.abc import Collection, Mapping

from bot.config.schema import Config
from bot.config.source import ConfigError, Places, placed

MAX_ID_PATTERN = 100
MAX_GLOBS = 100
MAX_GLOB = 200

_OF_THE_GATE = re.compile(r"[Gg][0-9]+")


def check(config: Config, rules: Collection[str] | None, places: Places) -> None:
    """Raise `ConfigError` for the first fault; without *rules* any code is one."""
    _check_id_pattern(config.plans.id_pattern, places)
    _check_globs(config, places)
    _check_headings(config, places)
    _check_rules(config.rules, rules, places)


def complain_about_code(code: str, rules: Collection[str] | None) -> str:
    """Say why `rules:` cannot name *code*; nothing where it can."""
    if _OF_THE_GATE.fullmatch(code):
        return (
            f"`{code}` cannot be configured: the rules of group G are the gate itself; "
            "`gate`, `approval` and `tasks` say what they ask for"
        )
    if rules is None or code in rules:
        return ""
    near = difflib.get_close_matches(code, rules, n=1)
    tail = f": did you mean {near[0]}?" if near else ": see docs/rules/"
    return f"No such rule as `{code}`{tail}"


def _check_id_pattern(pattern: str, places: Places) -> None:
    """Refuse a pattern that is broken, or one whose matching could take long.

    Without groups and with at most three repetitions it is at worst cubic in a name's length.
    """
    place = places.get("$.plans.id_pattern", (1, 1))
    if len(pattern) > MAX_ID_PATTERN or len(re.findall(r"[*+?]|\{\d*,\d*\}", pattern)) > 3:
        raise ConfigError(*place, "`plans.id_pattern` is too long: at most three repetitions")
    if re.search(r"[()\\]", pattern):
        raise ConfigError(
            *place, "`plans.id_pattern` may hold letters, [classes] and repetitions, no ( ) or \\"
        )
    try:
        empty = re.compile(pattern).fullmatch("")
    except (re.error, OverflowError) as fault:
        raise ConfigError(*place, f"`plans.id_pattern` is no pattern: {fault}") from None
    if empty:
        raise ConfigError(*place, "`plans.id_pattern` matches nothing at all: ask for a character")


def _check_globs(config: Config, places: Places) -> None:
    """Refuse globs that are many, long or wild: they meet paths that anybody may choose."""
    for name, globs in {
        "plans.paths": config.plans.paths,
        "plans.exclude": config.plans.exclude,
        "gate.exempt_paths": config.gate.exempt_paths,
        "gate.base_branches": config.gate.base_branches,
    }.items():
        if len(globs) > MAX_GLOBS:
            raise placed(f"$.{name}", places, f"`{name}` has more than {MAX_GLOBS} globs")
        for index, glob in enumerate(globs):
            if len(glob) > MAX_GLOB or glob.count("**") > 2 or glob.count("*") > 6:
                raise placed(
                    f"$.{name}[{index}]",
                    places,
                    f"`{name}`: a glob may have {MAX_GLOB} characters, two `**` and six `*`",
                )


def _check_headings(config: Config, places: Places) -> None:
    """Refuse headings that say nothing: no section could have them."""
    aliases = {heading: f"$.sections.aliases.{heading}" for heading in config.sections.aliases}
    extra = {
        heading: f"$.sections.extra[{index}]" for index, heading in enumerate(config.sections.extra)
    }
    for heading, path in [*aliases.items(), *extra.items()]:
        if not any(character.isalnum() for character in heading) or "\n" in heading:
            raise placed(path, places, f"{heading!r} is no heading: write the words of one line")


def _check_rules(chosen: Mapping[str, str], known: Collection[str] | None, places: Places) -> None:
    for code in chosen:
        if complaint := complain_about_code(code, known):
            raise placed(f"$.rules.{code}", places, complaint)
