"""The documents name everything that there is, and nothing that there is not."""

import re
from pathlib import Path

import msgspec
import pytest

from bot.cli import COMMANDS
from bot.config.load import parse_config
from bot.config.schema import Config
from bot.plan.rules import RULES
from bot.settings import read_settings

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()
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


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert re.search(rf"(plan-gate|make) {command}\b", README)


@pytest.mark.parametrize("code", RULES)
def test_every_rule_has_its_page(code: str) -> None:
    assert (ROOT / "docs/rules" / f"{code}.md").is_file()


@pytest.mark.parametrize(
    "path", [p for p in ROOT.rglob("*.md") if not {".venv", "tests", "bot"} & set(p.parts)], ids=str
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target and not target.startswith("plans/"):
            assert (path.parent / target).exists(), f"{path.name} links {target}"
