"""The organisation's configuration below, the repository's above, and what locks keep apart."""

import random
import re
import typing
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.config.layers import Layer, Merged, Overridden, merge, parse_layer
from bot.config.load import ConfigError, parse_config
from bot.config.locks import covers, lockable_keys
from bot.config.schema import CONFIG_PATH, Complexity, Config, SectionTitle

RULES = ("H006", "O001", "T007")


def organisation(text: str) -> Layer:
    return parse_layer(text, rules=RULES, organisation=True)


def repository(text: str) -> Layer:
    return parse_layer(text, rules=RULES, organisation=False)


def merged(above: str, below: str) -> Merged:
    return merge(organisation(below), repository(above))


# ── by example ───────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("below", "above", "together"),
    [
        ("", "", ""),
        ("mode: shadow", "", "mode: shadow"),
        ("", "mode: shadow", "mode: shadow"),
        ("mode: shadow", "mode: enforce", ""),
        (
            "approval: {reviews: 2, provenance: enforce}",
            "approval: {reviews: 0}",
            "approval: {reviews: 0, provenance: enforce}",
        ),
        ("plans: {repository: acme/plans}", "plans: {repository: null}", ""),
        ("plans: {paths: [a, b]}", "plans: {paths: [c]}", "plans: {paths: [c]}"),
        ("plans: {exclude: [a]}", "plans: {exclude: []}", "plans: {exclude: []}"),
        (
            "rules: {H006: off, T007: error}",
            "rules: {T007: off, O001: warning}",
            "rules: {H006: off, T007: off, O001: warning}",
        ),
        (
            "sections: {aliases: {Risks: Rollback Plan}, extra: [Cost]}",
            "sections: {aliases: {Ereignisse: Events}}",
            "sections: {aliases: {Risks: Rollback Plan, Ereignisse: Events}, extra: [Cost]}",
        ),
        (
            "sections: {required: {S: [Events], M: [Events]}}",
            "sections: {required: {S: []}}",
            "sections: {required: {S: [], M: [Events]}}",
        ),
    ],
)
def test_the_repository_lies_over_the_organisation(below: str, above: str, together: str) -> None:
    assert merged(above, below) == Merged(parse_config(together))


def test_of_headings_that_read_alike_the_repository_s_comes_last() -> None:
    """The plan language compares headings by their words, and takes the last."""
    below = "sections: {aliases: {Risks: Rollback Plan, RISKS: Events}}"
    above = "sections: {aliases: {Risks: Testing Strategy}}"
    assert list(merged(above, below).config.sections.aliases) == ["RISKS", "Risks"]


@pytest.mark.parametrize(
    ("below", "above", "together", "in_vain"),
    [
        ("locked: [mode]", "mode: shadow", "", [("mode", 1, 1)]),
        ("mode: shadow\nlocked: [mode]", "mode: enforce", "mode: shadow", [("mode", 1, 1)]),
        ("locked: [mode]", "mode: enforce", "", [("mode", 1, 1)]),
        ("locked: [mode]", "comments: never", "comments: never", []),
        (
            "approval: {reviews: 2}\nlocked: [approval.reviews]",
            "approval:\n  approvers: [octocat]\n  reviews: 0",
            "approval: {reviews: 2, approvers: [octocat]}",
            [("approval.reviews", 3, 3)],
        ),
        (
            "gate: {exempt_authors: []}\nlocked: [gate]",
            "gate:\n  exempt_paths: ['**']\n  exempt_authors: [me]\nmode: shadow",
            "gate: {exempt_authors: []}\nmode: shadow",
            [("gate", 1, 1)],
        ),
        (
            "rules: {O001: error}\nlocked: [rules.O001, rules.T007]",
            "rules:\n  T007: off\n  H006: off\n  O001: off",
            "rules: {O001: error, H006: off}",
            [("rules.T007", 2, 3), ("rules.O001", 4, 3)],
        ),
        ("locked: [rules]", "rules: {O001: off}", "", [("rules", 1, 1)]),
        (
            "locked: [sections.required.S]",
            "sections: {required: {S: [], M: []}}",
            "sections: {required: {M: []}}",
            [("sections.required.S", 1, 23)],
        ),
        (
            "locked: [sections.aliases]",
            "sections: {aliases: {'rules.O001': Events}, extra: [Cost]}",
            "sections: {extra: [Cost]}",
            [("sections.aliases", 1, 12)],
        ),
        ("locked: [gate, gate.exempt_paths]", "gate: {}", "", [("gate", 1, 1)]),
    ],
)
def test_a_locked_key_is_ignored_and_reported(
    below: str, above: str, together: str, in_vain: list[tuple[str, int, int]]
) -> None:
    expected = tuple(Overridden(key, CONFIG_PATH, line, column) for key, line, column in in_vain)
    assert merged(above, below) == Merged(parse_config(together), expected)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("locked: gate", 1, "`locked`: expected a list, got text"),
        ("locked: [1]", 10, "`locked[0]`: expected text"),
        ("lockd: []", 1, "Unknown key `lockd`: did you mean `locked`?"),
        (
            "locked: [mode, approval.review]",
            16,
            "no such key as `approval.review`: did you mean `app",
        ),
        ("locked: ['?']", 10, "no such key as `?`: docs/configuration.md lists them"),
        ("locked: [rules.O01]", 10, "No such rule as `O01`: did you mean O001?"),
        ("locked: [rules.G005]", 10, "`G005` cannot be configured: the rules of group G"),
        ("locked: [locked]", 10, "`locked` cannot be locked, and need not be"),
        ("locked: [sections.aliases.Risks]", 10, "by itself: lock `sections.aliases`"),
        ("locked: ['plans.paths[0]']", 10, "did you mean `plans.paths`?"),
        ("approval: {approvers: [a b]}", 24, "`approval.approvers[0]`: expected a person's login"),
    ],
)
def test_a_fault_in_the_organisation_s_file(text: str, column: int, words: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(words)) as caught:
        organisation(text)
    assert (caught.value.line, caught.value.column) == (1, column)


def test_a_repository_cannot_lock() -> None:
    with pytest.raises(
        ConfigError, match=r"organisation's `\.github` repository may lock"
    ) as caught:
        repository("mode: shadow\nlocked: []")
    assert (caught.value.line, caught.value.column) == (2, 1)
    with pytest.raises(ConfigError, match="Unknown key `lockd`; known are approval") as caught:
        repository("lockd: []")
    assert "locked" not in str(caught.value)


def test_without_a_catalogue_any_rule_can_be_locked_but_the_gate_s() -> None:
    assert parse_layer("locked: [rules.X999]", organisation=True).locked == ("rules.X999",)
    with pytest.raises(ConfigError, match="the rules of group G are the gate"):
        parse_layer("locked: [rules.G001]", organisation=True)


def test_a_file_alone_may_be_the_organisation_s() -> None:
    """In a clone of the `.github` repository `plan-gate lint` finds the organisation's file."""
    assert parse_config("mode: shadow\nlocked: [mode]") == Config(mode="shadow")


# ── by property ──────────────────────────────────────────────────────────────
def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


def few(*values: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True)


SECTIONS = st.sampled_from(typing.get_args(SectionTitle))
LEVELS = st.sampled_from(["off", "warn", "error"])
KEYS = some(
    mode=st.sampled_from(["enforce", "shadow"]),
    plans=some(
        paths=few("plans/**", "rfc/*.md"),
        exclude=few("**/README.md"),
        id_pattern=st.sampled_from(["[A-Z]+-[0-9]+", "RFC-[0-9]{4}"]),
        repository=st.sampled_from([None, "acme/plans", "acme/rfcs"]),
    ),
    sections=some(
        aliases=st.dictionaries(st.sampled_from(["Risks", "a.b", "Ereignisse"]), SECTIONS),
        required=st.dictionaries(
            st.sampled_from(typing.get_args(Complexity)), st.lists(SECTIONS, max_size=2)
        ),
        extra=few("Cost", "Observability"),
    ),
    gate=some(
        exempt_paths=few("**", "docs/**"),
        exempt_authors=few("octocat", "dependabot[bot]"),
        exempt_labels=few("hotfix", "off"),
        base_branches=few("release/*", "main"),
    ),
    approval=some(
        reviews=st.integers(0, 10),
        approvers=few("octocat", "@acme/leads"),
        allow_bots=st.booleans(),
        provenance=st.sampled_from(["record", "enforce"]),
    ),
    tasks=some(order=LEVELS, link=LEVELS),
    comments=st.sampled_from(["blocked", "always", "never"]),
    rules=st.dictionaries(
        st.sampled_from(RULES), st.sampled_from(["off", "info", "warning", "error"])
    ),
)
LOCKS = st.lists(st.sampled_from(lockable_keys(RULES)), max_size=4)


def written(keys: dict[str, Any]) -> str:
    return yaml.safe_dump(keys, sort_keys=False, allow_unicode=True)


def value_at(config: Config, key: str) -> object:
    value: Any = msgspec.to_builtins(config)
    for name in key.split("."):
        value = value.get(name)
    return value


def entries(keys: dict[str, Any], group: str = "") -> dict[str, Any]:
    """Every single value by its dotted key; a heading of `aliases` may have dots itself."""
    found: dict[str, Any] = {}
    for name, value in keys.items():
        key = f"{group}{name}"
        found |= entries(value, f"{key}.") if isinstance(value, dict) else {key: value}
    return found


def shuffled(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, dict):
        return value
    names = chance.sample(sorted(value), len(value))
    return {name: shuffled(value[name], chance) for name in names}


@given(below=KEYS, locked=LOCKS, above=KEYS)
def test_a_key_has_the_repository_s_value_unless_it_is_locked(
    below: dict[str, Any], locked: list[str], above: dict[str, Any]
) -> None:
    """So merging never fails, and each value comes from the one file that has the say."""
    result = merge(organisation(written(below | {"locked": locked})), repository(written(above)))
    free = {key: value for key, value in entries(above).items() if not covers(locked, key)}
    effective = entries(msgspec.to_builtins(Config())) | entries(below) | free
    assert entries(msgspec.to_builtins(result.config)) == {
        key: tuple(value) if isinstance(value, list) else value for key, value in effective.items()
    }


@given(below=KEYS, locked=LOCKS, above=KEYS)
def test_a_locked_key_keeps_the_organisation_s_value(
    below: dict[str, Any], locked: list[str], above: dict[str, Any]
) -> None:
    house = organisation(written(below | {"locked": locked}))
    result = merge(house, repository(written(above)))
    for key in locked:
        assert value_at(result.config, key) == value_at(house.config, key)


@given(below=KEYS, locked=LOCKS, above=KEYS)
def test_what_is_set_in_vain_is_reported_where_it_stands(
    below: dict[str, Any], locked: list[str], above: dict[str, Any]
) -> None:
    text = written(above)
    result = merge(organisation(written(below | {"locked": locked})), repository(text))
    reported = [found.key for found in result.overridden]
    for key in entries(above):
        assert covers(reported, key) == covers(locked, key)
    for found in result.overridden:
        line = text.split("\n")[found.line - 1]
        assert line[found.column - 1 :].startswith(found.key.rpartition(".")[2])


@given(below=KEYS, locked=LOCKS, above=KEYS, chance=st.randoms(use_true_random=False))
def test_the_order_of_keys_plays_no_part(
    below: dict[str, Any], locked: list[str], above: dict[str, Any], chance: random.Random
) -> None:
    one = merge(organisation(written(below | {"locked": locked})), repository(written(above)))
    other = merge(
        organisation(written(shuffled(below | {"locked": locked[::-1]}, chance))),
        repository(written(shuffled(above, chance))),
    )
    assert one.config == other.config
    assert {found.key for found in one.overridden} == {found.key for found in other.overridden}


@given(keys=KEYS, locked=LOCKS)
def test_a_layer_alone_is_that_file(keys: dict[str, Any], locked: list[str]) -> None:
    text = written(keys)
    assert merge(None, repository(text)) == Merged(parse_config(text))
    house = organisation(written(keys | {"locked": locked}))
    assert merge(house, None) == Merged(house.config) == Merged(parse_config(text))
    assert merge(None, None) == Merged(Config())


@given(below=KEYS, locked=LOCKS, above=KEYS)
def test_what_is_merged_is_valid_as_one_file(
    below: dict[str, Any], locked: list[str], above: dict[str, Any]
) -> None:
    result = merge(organisation(written(below | {"locked": locked})), repository(written(above)))
    text = msgspec.json.encode(result.config).decode()
    assert parse_config(text, rules=RULES) == result.config
