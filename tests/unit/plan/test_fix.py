"""Fixes: the edits are made in the source as it is, and nothing else in it changes."""

import pytest

from bot.plan.fix import Edit, Fix, apply, preview
from bot.plan.text import Span, Text


def insert(line: int, column: int, text: str) -> Edit:
    return Edit(Span(line, column, line, column), text)


def replace(line: int, column: int, end: int, text: str) -> Edit:
    return Edit(Span(line, column, line, end), text)


@pytest.mark.parametrize(
    ("source", "edits", "expected"),
    [
        ("abc", [], "abc"),
        ("abc", [replace(1, 1, 2, "x")], "xbc"),
        ("abc\ndef", [insert(2, 4, "!")], "abc\ndef!"),
        ("abc\ndef\n", [insert(3, 1, "ghi\n")], "abc\ndef\nghi\n"),
        ("a\r\nb\r\n", [insert(2, 1, "\n")], "a\r\n\r\nb\r\n"),
        ("a\r\nb", [insert(1, 2, "!")], "a!\r\nb"),
        ("漢👩b", [replace(1, 3, 4, "c")], "漢👩c"),
        ("abc\ndef", [Edit(Span(1, 2, 2, 2), "")], "aef"),
        ("\ufeffab", [insert(1, 1, "")], "ab"),
        ("\ufeffab", [replace(1, 2, 3, "c")], "\ufeffac"),
        ("ab", [insert(1, 2, "1"), insert(1, 2, "2")], "a12b"),
        ("ab", [insert(1, 2, "1"), insert(1, 2, "1")], "a1b"),
        ("abc", [replace(1, 1, 3, "x"), replace(1, 2, 4, "y")], "xc"),
        ("abc", [replace(1, 2, 4, "y"), replace(1, 1, 3, "x")], "xc"),
        ("abc", [replace(1, 1, 3, "x"), insert(1, 2, "y")], "xc"),
        ("abc", [insert(1, 2, "y"), replace(1, 1, 3, "x")], "xc"),
        ("abc", [replace(1, 1, 2, "x"), replace(1, 2, 3, "y")], "xyc"),
        ("abc", [replace(1, 1, 2, "x"), replace(1, 1, 2, "y")], "xbc"),
        ("abc", [replace(1, 2, 3, "x"), insert(1, 2, "<"), insert(1, 3, ">")], "a<x>c"),
    ],
)
def test_each_fix_is_made(source: str, edits: list[Edit], expected: str) -> None:
    assert apply(source, [Fix("Do it", (edit,)) for edit in edits]) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([replace(2, 1, 4, "##")], "## b"),
        ([insert(2, 1, "\n")], "\n### b"),
        ([insert(2, 6, " x"), insert(3, 2, " y")], "### b x\nc y"),
        ([Edit(Span(1, 1, 2, 5), "d")], "db"),
    ],
)
def test_the_preview_is_the_touched_lines_after_the_fix(edits: list[Edit], expected: str) -> None:
    assert preview(Text(("a", "### b", "c")), Fix("Do it", tuple(edits))) == expected


def test_of_a_fix_all_edits_are_made_or_none() -> None:
    first = Fix("First", (replace(1, 1, 3, "x"),))
    second = Fix("Second", (replace(1, 2, 3, "y"), replace(2, 1, 2, "y")))
    assert apply("abc\ndef", [second, first]) == "xc\ndef"
    assert apply("abc\ndef", [second]) == "ayc\nyef"
