"""The documents name everything that there is, and nothing that there is not."""

import json
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.cli import COMMANDS
from bot.config.jsonschema import render as render_schema
from bot.config.load import ConfigError, parse_config
from bot.config.match import matches
from bot.config.schema import Config
from bot.plan.rules import RULES
from bot.settings import read_settings

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()
SCHEMA = ROOT / "docs/plan-gate.schema.json"
README = (ROOT / "README.md").read_text()


def keys(config: msgspec.Struct, prefix: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name in config.__struct_fields__:
        value = getattr(config, name)
        if isinstance(value, msgspec.Struct):
            found += keys(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found


def row(name: str) -> str:
    lines = [line for line in CONFIGURATION.splitlines() if line.startswith(f"| `{name}` |")]
    assert len(lines) == 1, f"{name} has {len(lines)} rows in docs/configuration.md"
    return lines[0]


@pytest.mark.parametrize(("key", "default"), keys(Config()))
def test_every_key_is_documented_with_its_default(key: str, default: object) -> None:
    shown = row(key).split(" | ")[1]
    values = default if isinstance(default, tuple) else [default] if default else []
    assert [str(value) for value in values] == re.findall(r"`([^`]+)`", shown)


def test_no_other_key_is_documented() -> None:
    section = CONFIGURATION.partition("## Of the server")[0]
    documented = re.findall(r"^\| `([a-z._]+)` \|", section, re.MULTILINE)
    assert documented == [key for key, _ in keys(Config())]


def test_the_json_schema_is_up_to_date() -> None:
    """Run `python -m bot.config.jsonschema docs/plan-gate.schema.json` when this fails."""
    assert SCHEMA.read_text("utf-8") == render_schema()


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
    ],
)
def test_the_json_schema_agrees_with_the_parser(text: str, valid: bool) -> None:
    value = yaml.safe_load(text) or {}
    assert Draft202012Validator(json.loads(render_schema())).is_valid(value) is valid
    with nullcontext() if valid else pytest.raises(ConfigError):
        parse_config(text)


def test_the_json_schema_is_written_by_its_module(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    subprocess.run([sys.executable, "-m", "bot.config.jsonschema", str(file)], check=True)
    assert file.read_text("utf-8") == render_schema()


def test_the_example_is_a_configuration() -> None:
    for example in re.findall(r"```yaml\n(.*?)```", CONFIGURATION, re.DOTALL):
        assert parse_config(example, rules=RULES) != Config()


def test_every_environment_variable_is_documented() -> None:
    asked: set[str] = set()

    class Recorder(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            asked.add(name)
            return super().get(name, default)

    from tests.unit.test_settings import GOOD

    read_settings(Recorder(GOOD))
    read_settings(Recorder({**GOOD, "PORT": "1"}))
    asked.add("PRIVATE_KEY_PATH")
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", CONFIGURATION, re.MULTILINE))
    assert documented == asked


@pytest.mark.parametrize("hook", yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text()))
def test_a_hook_runs_a_command_on_plans(hook: dict[str, str]) -> None:
    program, command = hook["entry"].split()
    assert (program, command in COMMANDS) == ("plan-gate", True)
    for path, taken in [
        ("plans/FEAT-1.md", True),
        ("docs/plans/a/FEAT-1.md", True),
        ("src/plans/FEAT-1.md", False),
        ("plans/README.md", False),
        ("plans/TEMPLATE.md", False),
    ]:
        matched = re.search(hook["files"], path) and not re.search(hook["exclude"], path)
        assert bool(matched) is taken
        assert is_plan(path) is taken


def is_plan(path: str) -> bool:
    plans = Config().plans
    return matches(path, plans.paths) and not matches(path, plans.exclude)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"(plan-gate|make) {command}\b", README)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_its_page(code: str) -> None:
    assert (ROOT / "docs/rules" / f"{code}.md").is_file()


@pytest.mark.parametrize(
    "path",
    [p for p in ROOT.rglob("*.md") if not {".venv", "node_modules", "tests", "bot"} & set(p.parts)],
    ids=str,
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target and not target.startswith("plans/"):
            assert (path.parent / target).exists(), f"{path.name} links {target}"
