"""What is found, as people and programs read it."""

from pathlib import Path

import pytest

from bot.cli.findings import GROUPS, as_text, status_of
from bot.doctor.model import Check, Level, Topic


def test_every_topic_has_its_group() -> None:
    assert sorted(topic for topics in GROUPS.values() for topic in topics) == sorted(Topic)


@pytest.mark.parametrize("topic", Topic)
def test_every_topic_is_documented(topic: Topic) -> None:
    page = (Path(__file__).parents[3] / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert any(f"`{topic}`" in row.split("|")[1] for row in rows)


@pytest.mark.parametrize(
    ("levels", "status"),
    [
        ([], 0),
        ([Level.OK, Level.INFO, Level.WARNING], 0),
        ([Level.OK, Level.ERROR], 1),
    ],
)
def test_only_an_error_is_wrong(levels: list[Level], status: int) -> None:
    assert status_of([Check(Topic.CLOCK, "", level, "x") for level in levels]) == status


def test_colours_are_for_terminals_and_what_steers_them_is_taken_out() -> None:
    check = Check(Topic.INSTALLATION, "a\x1b[2Jb", Level.ERROR, "Odd\x07", "Do", "https://x\x1b")
    plain = as_text([check], 80)
    assert plain == (
        "Where it is installed\n"
        "  ✗ error: a�[2Jb: odd�\n"
        "    → Do\n"
        "      https://x�\n"
        "\n"
        "1 check: 1 error, 0 warnings"
    )
    coloured = as_text([check], 80, colour=True)
    assert "  \x1b[1;31m✗ error:\x1b[0m a�[2Jb" in coloured


def test_what_is_said_of_many_is_said_once() -> None:
    checks = [
        Check(Topic.REQUIRED_CHECK, f"acme/{number}", level, "No rule", "Make one", f"u/{number}")
        for level in (Level.OK, Level.WARNING)
        for number in range(20)
    ]
    assert as_text(checks, 200).splitlines()[1:4] == [
        "  ✓ acme/0, acme/1, acme/2 and 17 more: no rule",
        "    → Make one",
        "      u/0",
    ]
    named = ", ".join(f"acme/{number}" for number in range(10))
    assert f"! warning: {named} and 10 more: no rule" in as_text(checks, 200)


def test_lines_are_folded_and_addresses_are_not() -> None:
    url = f"https://github.test/{'x' * 100}"
    check = Check(Topic.KEY, "", Level.WARNING, "word " * 30, "word " * 30, url)
    lines = as_text([check], 40).splitlines()
    assert max(len(line) for line in lines if url not in line) <= 40
    assert f"      {url}" in lines


def test_all_is_well() -> None:
    assert as_text([Check(Topic.CLOCK, "", Level.OK, "It goes")], 80).endswith(
        "1 check: all is well"
    )
