"""`docs/configuration.md` and the JSON Schema say what the code does, key by key."""

import json
import re
import subprocess
import sys
import typing
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.config.jsonschema import render
from bot.config.layers import parse_layer
from bot.config.load import ConfigError, parse_config
from bot.config.locks import covers, lockable_keys
from bot.config.schema import Config, OrganisationConfig, SectionTitle
from bot.config.source import read_yaml
from bot.plan.rules import RULES

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(render())
PAGE = (ROOT / "docs/configuration.md").read_text("utf-8").partition("## Of the server")[0]
GROUPS = re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]  # a heading, its table, its example


class Row(NamedTuple):
    """A row of the page's tables, as it is written."""

    key: str
    type: str
    default: str
    lock: str
    effect: str


def rows(text: str) -> list[Row]:
    cells = re.findall(r"^\| `([a-z_.]+)` \| (.*) \|$", text, re.MULTILINE)
    return [Row(key, *rest.split(" | ")) for key, rest in cells]


def examples(text: str) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


def leaves(definition: str = "OrganisationConfig", group: str = "") -> dict[str, Any]:
    """Every key that holds a value, dotted, with its part of the JSON Schema."""
    found: dict[str, Any] = {}
    for name, part in SCHEMA["$defs"][definition]["properties"].items():
        if "$ref" in part:
            found |= leaves(part["$ref"].removeprefix("#/$defs/"), f"{group}{name}.")
        else:
            found[f"{group}{name}"] = part
    return found


def type_words(part: Mapping[str, Any]) -> str:
    """A key's type in the words of the page."""
    match part:
        case {"enum": names} if set(names) == set(typing.get_args(SectionTitle)):
            return "section"
        case {"enum": [*others, last]}:
            return f"{', '.join(f'`{name}`' for name in others)} or `{last}`"
        case {"anyOf": [{"type": "string"}, {"type": "null"}]}:
            return "text or `null`"
        case {"type": "integer", "minimum": least, "maximum": most}:
            return f"whole number, {least} to {most}"
        case {"type": "boolean"}:
            return "`true` or `false`"
        case {"type": "array", "items": {"anyOf": _}}:
            return "list of keys"
        case {"type": "array", "items": items}:
            return f"list of {type_words(items)}s"
        case {"type": "object", "additionalProperties": entry}:
            words = type_words(entry)
            return f"mapping to a {words}" if words[0] in "ls" else f"mapping to {words}"
        case _:
            return {"string": "text"}[part["type"]]


def default_at(key: str) -> object:
    value: Any = OrganisationConfig()
    for name in key.split("."):
        value = getattr(value, name)
    return value


def as_written(value: object) -> list[str]:
    if isinstance(value, tuple | dict):
        return [str(one) for one in value]
    return [value if isinstance(value, str) else json.dumps(value)]


def test_every_key_has_one_row() -> None:
    assert sorted(row.key for row in rows(PAGE)) == sorted(leaves())


@pytest.mark.parametrize("row", rows(PAGE), ids=lambda row: row.key)
def test_a_row_says_type_default_and_bounds(row: Row) -> None:
    part = leaves()[row.key]
    assert row.type == type_words(part)
    assert re.findall(r"`([^`]+)`", row.default) == as_written(default_at(row.key))
    assert "maxItems" not in part or f"at most {part['maxItems']}" in row.effect


@pytest.mark.parametrize("row", rows(PAGE), ids=lambda row: row.key)
def test_a_row_says_every_lock_that_holds_for_its_key(row: Row) -> None:
    named = re.findall(r"`([^`]+)`", row.lock) + [row.key] * row.lock.startswith("the key")
    holding = [
        lock
        for lock in lockable_keys(["T007"])
        if covers([lock], row.key) or covers([row.key], lock)
    ]
    assert sorted(named) == sorted(holding)
    for lock in named:
        assert parse_layer(f"locked: [{lock}]", rules=RULES, organisation=True).locked == (lock,)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.partition("\n")[0])
def test_a_group_has_an_example_of_each_of_its_keys(group: str) -> None:
    (example,) = examples(group)
    _, places = read_yaml(example)
    for row in rows(group):
        assert f"$.{row.key}" in places


@pytest.mark.parametrize("example", examples(PAGE))
def test_the_examples_are_configurations(example: str) -> None:
    assert parse_layer(example, rules=RULES, organisation="locked" in example).config != Config()
    assert Draft202012Validator(SCHEMA).is_valid(read_yaml(example)[0])


def test_the_json_schema_is_up_to_date() -> None:
    """Run `make docs` when this fails."""
    assert (ROOT / "docs/plan-gate.schema.json").read_text("utf-8") == render()


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("", True),
        ("mode: shadow\nrules: {T007: error}", True),
        ("sections: {required: {S: [Events]}, aliases: {Ereignisse: Events}}", True),
        ("sections: {required: {s: [Events]}}", False),
        ("sections: {aliases: {Ereignisse: Evnts}}", False),
        ("pathz: []", False),
        ("plans: {paths: a}", False),
        ("plans: {repository: acme/plans}", True),
        ("plans: {repository: null}", True),
        ("plans: {repository: plans}", False),
        ("plans: {repository: acme/..}", False),
        ("plans: {repository: acme/..plans}", True),
        ('plans: {repository: "acme/plans\\n"}', False),
        ("approval: {reviews: 0, approvers: [octocat, '@acme/leads']}", True),
        ("approval: {reviews: 11}", False),
        ("approval: {reviews: -1}", False),
        ("approval: {approvers: ['@octocat']}", False),
        ("approval: {approvers: ['dependabot[bot]']}", False),
        ("gate: {exempt_authors: ['dependabot[bot]', octocat]}", True),
        ("gate: {exempt_authors: ['a b']}", False),
        ("gate: {exempt_labels: ['size: 🐘', x]}", True),
        ("gate: {exempt_labels: ['']}", False),
        ("gate: {exempt_labels: [' x']}", False),
        ('gate: {exempt_labels: ["x\\n"]}', False),
        ("tasks: {order: warning}", False),
        ("rules: {G005: warning}", False),
        ("locked: [gate, approval.reviews, sections.required.XL, rules.T007]", True),
        ("locked: [gates]", False),
        ("locked: [locked]", False),
        ("locked: [rules.G005]", False),
        ("locked: [sections.aliases.Risks]", False),
    ],
)
def test_the_json_schema_agrees_with_the_parser(text: str, valid: bool) -> None:
    value = yaml.safe_load(text) or {}
    assert Draft202012Validator(SCHEMA).is_valid(value) is valid
    with nullcontext() if valid else pytest.raises(ConfigError):
        parse_config(text, rules=RULES)


def test_the_json_schema_is_written_by_its_module(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    subprocess.run([sys.executable, "-m", "bot.config.jsonschema", str(file)], check=True)
    assert file.read_text("utf-8") == render()
