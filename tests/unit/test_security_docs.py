"""docs/security.md names tests that there are, and every permission and event that is asked for."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
MANIFEST = yaml.safe_load((ROOT / "app.yml").read_text())
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions(path)


def test_every_threat_names_a_test() -> None:
    threats = PAGE.split("\n## Who could want what\n")[1].split("\n## ")[0].split("\n### ")[1:]
    assert len(threats) == 10
    for threat in threats:
        assert "`tests/" in threat, threat.splitlines()[0]


def test_every_permission_is_explained_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (read|write) \| .{15,} \|$", PAGE, re.MULTILINE)
    assert dict(rows) == MANIFEST["default_permissions"]


def test_every_event_is_explained_and_no_other() -> None:
    table = PAGE.split("| event | why |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \| .+ \|$", table, re.MULTILINE) == MANIFEST["default_events"]
