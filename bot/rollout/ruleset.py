"""A ruleset that requires our check: what it says now, and what it should say. Pure.

It may hold more than our rule, made by hand. All of that stays, in GitHub's own words.
https://docs.github.com/en/rest/orgs/rules
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from bot.errors import UsageError
from bot.gate.verdict import CHECK

NAME: Final = "Plan Gate"
ALL: Final = "~ALL"
DEFAULT_BRANCH: Final = "~DEFAULT_BRANCH"

_RULE: Final = "required_status_checks"  # the type of the rule, and of its list
_STRICT: Final = "strict_required_status_checks_policy"
_ON_CREATE: Final = "do_not_enforce_on_create"
_OTHERWISE: Final = ("repository_id", "repository_property")

Words = Mapping[str, Any]
"""A part of a ruleset in GitHub's own words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Whose ruleset it is: an organisation's, or with a *name* one repository's."""

    owner: str
    name: str = ""

    @property
    def is_organisation(self) -> bool:
        """Whether it holds for all repositories that it selects."""
        return not self.name

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}" if self.name else self.owner


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. Without *repositories* or *branches*, what is selected already stays."""

    app_id: int
    repositories: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    enforcement: str = "active"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """What a ruleset says. Who may bypass it is None where GitHub does not show that."""

    enforcement: str
    conditions: Words
    rules: tuple[Words, ...]
    bypass_actors: tuple[Words, ...] | None = None
    target: str = "branch"
    id: int = 0

    @property
    def body(self) -> dict[str, object]:
        """What is sent to have it so. GitHub replaces each of these as a whole."""
        sent: dict[str, object] = {
            "name": NAME,
            "target": self.target,
            "enforcement": self.enforcement,
            "conditions": self.conditions,
            "rules": self.rules,
        }
        return sent if self.bypass_actors is None else {**sent, "bypass_actors": self.bypass_actors}

    def covers(self, repository: str) -> bool:
        """Whether it may select a repository of that name; by ids or properties, any may be."""
        names = self.conditions.get("repository_name")
        if names is None:
            return True
        return _matches(names.get("include", ()), repository) and not _matches(
            names.get("exclude", ()), repository
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a ruleset says, before and after; None where it does not say it."""

    what: str
    before: str | None
    after: str | None

    @property
    def changes(self) -> bool:
        """Whether it is not the same afterwards."""
        return self.before != self.after


# ── what it should say ───────────────────────────────────────────────────────
def required(found: Ruleset | None, wanted: Wanted, place: Place) -> Ruleset:
    """Return the ruleset with our rule in it; raises `UsageError` where it is about other things.

    Of what is found only our rule, its enforcement and what is asked for is changed.
    """
    if found is None:
        return Ruleset(wanted.enforcement, _conditions({}, wanted, place), (_rule(wanted),))
    if found.target != "branch":
        raise UsageError(
            f"the ruleset “{NAME}” of {place} is not about branches (but: {found.target}): "
            "rename it on GitHub, and come again"
        )
    return replace(
        found,
        enforcement=wanted.enforcement,
        conditions=_conditions(found.conditions, wanted, place),
        rules=_with_check(found.rules, wanted),
    )


def released(found: Ruleset) -> Ruleset | None:
    """Return the ruleset without our rule; None where nothing is left in it."""
    rules = tuple(_without_check(found.rules))
    return replace(found, rules=rules) if rules else None


def _check(wanted: Wanted) -> Words:
    return {"context": CHECK, "integration_id": wanted.app_id}


def _rule(wanted: Wanted) -> Words:
    # A first push to a new repository's main has no check yet, and must not be refused.
    parameters = {_RULE: [_check(wanted)], _STRICT: False, _ON_CREATE: True}
    return {"type": _RULE, "parameters": parameters}


def _with_check(rules: tuple[Words, ...], wanted: Wanted) -> tuple[Words, ...]:
    ours = [check for rule in rules for check in _checks(rule) if check["context"] == CHECK]
    if ours == [_check(wanted)]:
        return rules
    rest = list(_without_check(rules))
    for index, rule in enumerate(rest):
        if rule["type"] == _RULE:
            checks = [*_checks(rule), _check(wanted)]
            rest[index] = {**rule, "parameters": {**rule["parameters"], _RULE: checks}}
            return tuple(rest)
    return (*rest, _rule(wanted))


def _without_check(rules: Sequence[Words]) -> Iterator[Words]:
    """Yield the rules without our check. One that requires no other check does nothing more."""
    for rule in rules:
        others = [check for check in _checks(rule) if check["context"] != CHECK]
        if len(others) == len(_checks(rule)):
            yield rule
        elif others:
            yield {**rule, "parameters": {**rule["parameters"], _RULE: others}}


def _checks(rule: Words) -> Sequence[Words]:
    if rule["type"] != _RULE:
        return ()
    found: Sequence[Words] = (rule.get("parameters") or {}).get(_RULE, ())
    return found


def _conditions(found: Words, wanted: Wanted, place: Place) -> Words:
    """What it selects: excluded is what was, and included what is asked for."""
    branches = [DEFAULT_BRANCH, *map(_ref, wanted.branches)] if wanted.branches else []
    conditions = {
        **found,
        "ref_name": _including(found.get("ref_name"), branches, DEFAULT_BRANCH),
    }
    if not place.is_organisation:
        return conditions
    otherwise = [way for way in _OTHERWISE if way in found]
    if not otherwise:
        names = found.get("repository_name")
        return {**conditions, "repository_name": _including(names, wanted.repositories, ALL)}
    if wanted.repositories:
        raise UsageError(
            f"the ruleset “{NAME}” of {place} selects repositories by {otherwise[0][11:]}: leave "
            "--repo out, which keeps that, or change it on GitHub first"
        )
    return conditions


def _including(found: Words | None, asked: Sequence[str], usual: str) -> Words:
    selected = (found or {}).get("include")
    if found and selected and (not asked or list(asked) == selected):
        return found
    return {"exclude": [], **(found or {}), "include": list(asked) or [usual]}


def _ref(branch: str) -> str:
    return branch if branch.startswith(("refs/", "~")) else f"refs/heads/{branch}"


def _matches(patterns: Sequence[str], name: str) -> bool:
    return any(
        pattern == ALL or fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns
    )


# ── the difference ───────────────────────────────────────────────────────────
def compare(before: Ruleset | None, after: Ruleset | None) -> list[Line]:
    """Return what each of the two says, thing by thing."""
    old, new = (dict(_told(each)) if each else {} for each in (before, after))
    return [Line(what, old.get(what), new.get(what)) for what in {**old, **new}]


def _told(ruleset: Ruleset) -> Iterator[tuple[str, str]]:
    yield "enforcement", ruleset.enforcement
    yield "target", ruleset.target
    for name, selected in (("ref_name", "branches"), ("repository_name", "repositories")):
        condition = ruleset.conditions.get(name) or {}
        for word, what in (("include", selected), ("exclude", f"{selected} left out")):
            if condition.get(word):
                yield what, ", ".join(map(_branch, condition[word]))
        if condition.get("protected"):
            yield f"{selected} may be renamed", "no"
    for way in _OTHERWISE:
        if way in ruleset.conditions:
            yield f"repositories by {way[11:]}", _short(ruleset.conditions[way])
    yield from _told_rules(ruleset.rules)
    for actor in ruleset.bypass_actors or ():
        number = actor.get("actor_id")
        who = f"bypass by {actor['actor_type']}{'' if number is None else f' {number}'}"
        yield who, str(actor.get("bypass_mode", "always"))


def _told_rules(rules: Sequence[Words]) -> Iterator[tuple[str, str]]:
    sources: dict[str, list[str]] = {}
    for rule in rules:
        parameters = rule.get("parameters") or {}
        if rule["type"] != _RULE:
            yield f"rule {rule['type']}", _short(parameters) if parameters else "yes"
            continue
        for check in _checks(rule):
            source = check.get("integration_id")
            told = "from any App" if source is None else f"from App {source}"
            sources.setdefault(f"required check “{check['context']}”", []).append(told)
        yield "branch must be up to date", "yes" if parameters.get(_STRICT) else "no"
        yield "required of new branches", "no" if parameters.get(_ON_CREATE) else "yes"
    yield from ((what, ", ".join(told)) for what, told in sources.items())


def _branch(pattern: str) -> str:
    return pattern.removeprefix("refs/heads/")


def _short(words: object) -> str:
    return json.dumps(words, ensure_ascii=False, sort_keys=True)
