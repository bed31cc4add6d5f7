"""docs/commands.md says what the commands are, and every command is in it."""

from pathlib import Path

import pytest

from bot.report.commands import COMMANDS, nearest
from bot.report.commands_reference import refresh

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_as_it_is_generated() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert refresh(text) == text, "run `make docs`"
    for command in COMMANDS:
        assert f"| `{command.usage}` |" in text


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("stats", "status"),
        ("statu", "status"),
        ("chek", "check"),
        ("recheck", "check"),
        ("excempt", "exempt"),
        ("hlp", "help"),
        ("feature", None),
        ("approve", None),
        ("b", None),
        ("gate", None),
        ("text", None),
    ],
)
def test_only_a_slip_is_taken_for_a_command(name: str, meant: str | None) -> None:
    assert nearest(name) == meant
