"""Check lists: which boxes there are, where they stand, and what is the same item."""

import pytest

from bot.plan.checklist import find_missing, is_settled
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Item, Status
from bot.plan.parse import parse_plan
from bot.plan.rules import done, security
from bot.plan.text import Span, Value

HEAD = "# Plan: FEAT-1 — Search\n\n## Security & Compliance\n\n"
DONE = "\n\n## Definition of Done\n\n"


def items(body: str) -> tuple[Item, ...]:
    return parse_plan(HEAD + body).security_items


@pytest.mark.parametrize(
    ("line", "ticked", "formed"),
    [
        ("- [ ] a", False, True),
        ("- [x] a", True, True),
        ("* [X]\ta", True, True),
        ("12) [x] a", True, True),
        ("- - [x] a", True, True),
        ("- [x ] a", True, False),
        ("- [] a", False, False),
        ("- [  ] a", False, False),
        ("- [\t] a", False, False),
        ("- [x]a", True, False),
        ("- [x]", True, False),
        ("- [✓] a", True, False),
        ("- [-] a", False, False),
        ("-[x] a", True, False),
        ("[x] a", True, False),
    ],
)
def test_a_box(line: str, ticked: bool, formed: bool) -> None:
    [item] = items(line)
    assert item.box
    assert (item.ticked, item.formed) == (ticked, formed)
    assert line[item.box.span.column - 1 : item.box.span.end_column - 1] == item.box.text


@pytest.mark.parametrize(
    "line", ["- a", "- [x](b)", "- [x][b]", "- `[x]` a", "- \\[x] a", "- [PAY-1] a", "- [xx] a"]
)
def test_no_box(line: str) -> None:
    [item] = items(line)
    assert item.box is None


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a",
        "> - [x] a",
        "```\n- [x] a\n```",
        "    - [x] a",
        "<!--\n- [x] a\n-->",
        "a `\n[x] a\n`",
    ],
)
def test_no_item(body: str) -> None:
    assert items(body) == ()


def test_an_item_goes_on_over_lines_up_to_the_next() -> None:
    first, second, third = items("- [ ] a\n  b\n[x] c\n- d\n  e")
    assert [item.source for item in (first, second, third)] == ["a   b", "c", "d   e"]
    assert first.words == Value("a", Span(5, 7, 5, 8))
    assert (second.formed, third.box) == (False, None)


@pytest.mark.parametrize("said", ["N/A", "a — N/A: b", "a (not applicable)", "~~a~~ b", "— b"])
def test_settled(said: str) -> None:
    [item] = items(f"- [ ] {said}")
    assert is_settled(item)


@pytest.mark.parametrize("said", ["a", "an/a", "n/ab", "none of them may"])
def test_not_settled(said: str) -> None:
    [item] = items(f"- [ ] {said}")
    assert not is_settled(item)


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("NO PII IN LOGS", True),
        ("no `PII` in the logs, never", True),
        ("**No PII** in _logs_.", True),
        ("No secrets in logs", False),
        ("No PII", False),
    ],
)
def test_the_same_item(said: str, same: bool) -> None:
    missing = list(find_missing(["No PII in logs"], items(f"- [ ] {said}")))
    assert missing == ([] if same else ["No PII in logs"])


def test_figures_make_no_other_item() -> None:
    wanted = "Tests passing, coverage ≥80%"
    assert list(find_missing([wanted], items("- [ ] Tests passing, coverage ≥ 95 %"))) == []


def test_the_items_asked_for_are_those_of_the_template() -> None:
    plan = parse_plan("\n".join([HEAD, *map("- [ ] {}".format, security.ITEMS), DONE]))
    assert list(find_missing(security.ITEMS, plan.security_items)) == []
    assert len(set(security.ITEMS)) == 5
    assert len(set(done.ITEMS)) == 6


BAIT = {
    "dashes": "-" * 100_000,
    "numbers": "1." * 100_000,
    "boxes in a row": "- " + "[ ]" * 60_000,
    "open boxes": "- [" + " " * 100_000 + "]",
    "a list": "- [ ] a b c\n" * 9_000,
    "a paragraph": "[ ] a\n" * 9_000,
    "code": "[x] a `\n" * 9_000,
    "tildes": "- [ ] " + "~" * 200_000,
    "slashes": "- [ ] " + "n/" * 100_000,
    "coverage": "- [ ] " + "coverage " * 40_000,
    "figures": "- [ ] coverage " + "100 " * 90_000,
    "percents": "- [ ] " + "1% a " * 90_000,
}


@pytest.mark.parametrize("body", BAIT.values(), ids=BAIT)
def test_bait_is_read_to_its_end(body: str) -> None:
    for source in (HEAD + body, HEAD + "a" + DONE + body):
        plan = parse_plan(source)
        assert plan.refusal is None
        assert lint(plan, LintOptions(Status.APPROVED))
