"""The documents name everything that there is, and nothing that there is not."""

import re
from pathlib import Path

import pytest
import yaml

from bot.cli import COMMANDS
from bot.config.match import matches
from bot.config.schema import Config
from bot.plan.rules import RULES
from tests.environment import known_variables

ROOT = Path(__file__).parents[2]
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()
README = (ROOT / "README.md").read_text()


def test_every_environment_variable_is_documented() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)` \|", CONFIGURATION, re.MULTILINE))
    assert documented == known_variables()


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
    [
        p
        for p in ROOT.rglob("*.md")
        if not {".venv", ".venv-site", "node_modules", "tests", "bot"} & set(p.parts)
    ],
    ids=str,
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
        if "://" not in target and not target.startswith("plans/"):
            assert (path.parent / target).exists(), f"{path.name} links {target}"
