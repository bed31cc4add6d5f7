"""What a plan file says, as values."""

import pytest

from bot.plan.fields import names_ticket, read_complexity, read_team_and_ticket, shown
from bot.plan.graph import find_cycles
from bot.plan.model import SectionName
from bot.plan.parse import parse_plan
from bot.plan.prose import mask_comments, mask_inline
from bot.plan.questions import is_answer
from bot.plan.rules.tasks import _ranges
from bot.plan.tables import split_cells
from bot.plan.tasks import read_dependencies, read_number
from bot.plan.text import Span, Text
from bot.plan.words import did_you_mean, fold, listed, not_applicable, plain, quoted, strip_comments

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n"


@pytest.mark.parametrize(
    ("title", "plan_id", "name"),
    [
        ("# Plan: FEAT-123 — Search", "FEAT-123", "Search"),
        ("# Plan: FEAT-123 – Search", "FEAT-123", "Search"),
        ("# Plan: FEAT-123 - Search", "FEAT-123", "Search"),
        ("# Plan: FEAT-123: Search", "FEAT-123", "Search"),
        ("# Plan: FEAT-123 Search", "FEAT-123", "Search"),
        ("# Plan: FEAT-123—Search", "FEAT-123", "Search"),
        ("# plan : A1B-7 — Search - and more: all", "A1B-7", "Search - and more: all"),
        ("#\tPlan: FEAT-1 — Search ##", "FEAT-1", "Search"),
        ("   # **Plan:** FEAT-1 — *Search* `x`", "FEAT-1", "Search x"),
        ("# Plan\uff1aFEAT-1\u00a0—\u00a0Search", "FEAT-1", "Search"),
        ("Plan: FEAT-1 — Search\n===", "FEAT-1", "Search"),
        ("# Plan: feat-1 — Search", None, "Search"),
        ("# Plan: FEAT-1b — Search", None, "Search"),
        ("# Plan: FEAT-\u0661 — Search", None, "Search"),
        ("# Plan: {FEAT-ID} — {Feature Name}", None, "{Feature Name}"),
        ("# Plan: Search", None, None),
        ("# Plan:", None, None),
        ("# Planning: FEAT-1 — Search", None, None),
        ("## Plan: FEAT-1 — Search", None, None),
    ],
)
def test_title(title: str, plan_id: str | None, name: str | None) -> None:
    plan = parse_plan(f"{title}\n\n**Status**: Draft\n")
    assert (plan.id, plan.title) == (plan_id, name)


def test_the_id_pattern_is_configurable() -> None:
    source = "# Plan: rfc.12 — Search\n"
    assert parse_plan(source).id is None
    assert parse_plan(source, id_pattern=r"rfc\.[0-9]+").id == "rfc.12"
    assert parse_plan(source, id_pattern=r"x*").id is None


@pytest.mark.parametrize(
    ("written", "size", "reason"),
    [
        ("M — one table", "M", "one table"),
        ("xl - three services", "XL", "three services"),
        ("**S**: one line", "S", "one line"),
        ("L (three teams)", "L", "three teams)"),
        ("S", "S", ""),
        ("Small", None, None),
        ("S | M | L | XL — {one sentence justification}", None, None),
        ("S/M", None, None),
        ("", None, None),
    ],
)
def test_complexity(written: str, size: str | None, reason: str | None) -> None:
    header = parse_plan(f"{HEAD}**Complexity**: {written}\n").header
    read, justification = read_complexity(header)
    assert (read, justification and justification.text) == (size, reason)


@pytest.mark.parametrize(
    ("lines", "team", "ticket"),
    [
        ("**Team / Ticket**: payments / PAY-12", "payments", "PAY-12"),
        ("**Team/Ticket**: payments/PAY-12", "payments", "PAY-12"),
        ("**Team / Ticket**: payments, [PAY-12](https://x.example/a/b)", "payments", "PAY-12"),
        ("**Team / Ticket**: payments — <https://x.example/a>", "payments", "https://x.example/a"),
        (
            "**Team / Ticket**: payments / <https://x.example/a>",
            "payments",
            "https://x.example/a",
        ),
        ("**Team & Ticket**: payments, acme/web#12", "payments", "acme/web#12"),
        ("**Team / Ticket**: payments", "payments", None),
        ("**Team / Ticket**: / PAY-12", None, "PAY-12"),
        ("**Team / Ticket**: N/A / —", None, None),
        ("**Team / Ticket**: {team} / {link}", None, None),
        ("**Team**: payments\n**Ticket**: #12", "payments", "#12"),
        ("**Owner**: payments", None, None),
    ],
)
def test_team_and_ticket(lines: str, team: str | None, ticket: str | None) -> None:
    plan = parse_plan(f"{HEAD}{lines}\n")
    assert (plan.team, plan.ticket) == (team, ticket)
    assert tuple(map(shown, read_team_and_ticket(plan.header))) == (team, ticket)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PAY-12", True),
        ("#1", True),
        ("a/b#1", True),
        ("https://x", True),
        ("None", True),
        ("the board", False),
        ("", False),
        ("PAY", False),
        ("a/b", False),
    ],
)
def test_ticket(text: str, expected: bool) -> None:
    assert names_ticket(text) is expected


@pytest.mark.parametrize(
    ("written", "numbers", "unreadable"),
    [
        ("", (), ""),
        ("—", (), ""),
        ("None", (), ""),
        ("N/A — first", (), ""),
        ("1", (1,), ""),
        ("3, 1", (3, 1), ""),
        ("1, 1", (1,), ""),
        ("2–4", (2, 3, 4), ""),
        ("T1..T3", (1, 2, 3), ""),
        ("#1 & #2", (1, 2), ""),
        ("[1](#t1), [Task 2](#t2)", (1, 2), ""),
        ("after tasks 1 and 2", (1, 2), ""),
        ("1 (soft), 2", (1, 2), ""),
        ("FEAT-9, FEAT-9#2, 1", (1,), ""),
        ("1, Bob", (1,), "Bob"),
        ("1a", (), "1a"),
        ("1.5", (), "1.5"),
        ("4–2", (), "4–2"),
        ("1–51", (), "1–51"),
        ("1–30, 40–70", tuple(range(1, 31)), "40–70"),
        ("1234567", (), "1234567"),
    ],
)
def test_dependencies(written: str, numbers: tuple[int, ...], unreadable: str) -> None:
    assert read_dependencies(written) == (numbers, unreadable)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1", 1),
        ("T2", 2),
        ("#3", 3),
        ("**4**", 4),
        ("5.", 5),
        ("[6](#x)", 6),
        ("Task 7", 7),
        ("", None),
        ("1a", None),
        ("one", None),
        ("1.2", None),
        ("\u0661", None),
        ("9" * 5000, None),
    ],
)
def test_task_number(written: str, number: int | None) -> None:
    assert read_number(written) == number


def test_tasks_without_a_readable_number_count_on() -> None:
    table = "| # | Task |\n|---|---|\n| 4 | a |\n|  | b |\n| x | c |\n"
    plan = parse_plan(f"{HEAD}\n## Task Decomposition\n\n{table}")
    assert [task.number for task in plan.tasks] == [4, 5, 6]


def test_task_table_without_numbers_or_services() -> None:
    table = "| Task | Depends on |\n|---|---|\n| a | — |\n| b | 1 |\n"
    plan = parse_plan(f"{HEAD}\n## Task Decomposition\n\n{table}")
    assert [(task.number, task.title, task.depends_on) for task in plan.tasks] == [
        (1, "a", ()),
        (2, "b", (1,)),
    ]


def test_services_are_names_of_one_s_own() -> None:
    rows = "| `a` | x |\n| {name} | y |\n| N/A | z |\n|  | z |\nswallowed\n"
    table = f"| Service | Owner |\n|---|---|\n{rows}"
    plan = parse_plan(f"{HEAD}\n## Services / Modules Affected\n\n{table}")
    assert plan.services == ("a",)


def test_sections_are_kept_whether_known_or_not() -> None:
    plan = parse_plan(f"{HEAD}\n## Events\n\nx\n\n### More\n\ny\n\n## Our own\n# Rest\n")
    assert [(each.name, each.heading, each.first, each.last) for each in plan.sections] == [
        (SectionName.EVENTS, "Events", 6, 12),
        (None, "Our own", 14, 13),
        (None, "Rest", 15, 15),
    ]
    assert plan.sections[0].span == Span(5, 1, 5, 10)
    assert len(plan.sections[0].content) == 3


def test_a_plan_without_a_title_has_fields_and_sections() -> None:
    plan = parse_plan("**Complexity**: M — x\n\n## Events\n\nNone\n")
    assert plan.complexity == "M"
    assert [each.na for each in plan.sections] == [""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("N/A", ""),
        ("n/a.", ""),
        ("N / A — no tables", "no tables"),
        ("N/A: no tables", "no tables"),
        ("N/A because nothing changes", "because nothing changes"),
        ("**N/A** (no tables)", "no tables"),
        ("Not applicable", ""),
        ("None", ""),
        ("none needed", ""),
        ("None. Nothing changes.", "Nothing changes"),
        ("—", ""),
        ("-", ""),
        ("---", ""),
        ("– nothing changes", "nothing changes"),
        ("None of the services", None),
        ("Nathan", None),
        ("- nothing", None),
        ("N/Agreed", None),
        ("yes", None),
        ("", None),
    ],
)
def test_not_applicable(text: str, reason: str | None) -> None:
    assert not_applicable(text) == reason


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Why & What", "why and what"),
        ("WHY and WHAT:", "why and what"),
        ("1.2 Why &amp; What", "why and what"),
        ("🧭 **Why** & _What_ #", "why and what"),
        ("[Why & What](#a)", "why and what"),
        ("Why\u00a0&\u00a0What", "why and what"),
        ("Services/Modules", "services modules"),
        ("E2E", "e2e"),
        ("2026", "2026"),
        ("#", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes", True),
        ("0", True),
        ("N/A", True),
        ("None", True),
        ("漢", True),
        ("TBD", False),
        ("", False),
        ("?!", False),
        ("✅", False),
        ("**—**", False),
        ("<br>", False),
        ("~~Yes~~", False),
        ("~~Yes~~ No", True),
        ("{?} yes", False),
        ("to be decided by Ann", False),
        ("Open", False),
        ("Open source only", True),
        ("tbd.", False),
        ("`TBD`", False),
    ],
)
def test_answer(text: str, answer: bool) -> None:
    assert is_answer(text) is answer


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("a *b* __c__ `d` ~~e~~", "a b c d e"),
        ("snake_case and 2 * 3", "snake_case and 2  3"),
        ("[a](b (c) d) ![e](f) [g][h] [i]", "a e g i"),
        ("a<!-- b -->c<br>d", "ac d"),
        ("a <https://x.example>", "a https://x.example"),
        ("a &lt; b &#65;", "a < b A"),
        (r"a \| b \\", r"a | b \ ".rstrip()),
        ("a <!-- b", "a <!-- b"),
    ],
)
def test_plain(text: str, shown_as: str) -> None:
    assert plain(text) == shown_as


def test_words() -> None:
    assert strip_comments("a<!--b--><!--c") == "a<!--c"
    assert quoted("x" * 100) == f"“{'x' * 60}…”"
    assert quoted("a\u202eb\ud800") == "“a[U+202E]b[U+D800]”"
    assert did_you_mean("zzz", ["Approved"]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert _ranges([1, 2, 4]) == "1–2, 4"
    assert _ranges(range(0, 40, 2)).endswith("16, 18, …")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("a `b` c", "a     c"),
        ("``a ` b`` c", "          c"),
        ("`a", "`a"),
        ("\\`a` b`", "\\`a    "),
        ("`` a ` b", "`` a ` b"),
        ("a <!-- b --> c", "a            c"),
        ("`<!--` a `-->`", "       a      "),
        ("<!-- ` --> `a`", "              "),
        ("<!-- a", "<!-- a"),
        ("--> <!-- a", "--> <!-- a"),
        ("`a\nb` c", "  \n   c"),
    ],
)
def test_mask_inline(text: str, masked: str) -> None:
    assert mask_inline(text) == masked


def test_mask_comments() -> None:
    assert mask_comments("<b>`<!--a\nb-->`</b><!--c") == "<b>`     \n    `</b>     "


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| a | b |", [" a ", " b "]),
        ("a | b", ["a ", " b"]),
        ("  || b", ["", " b"]),
        ("| a \\| b |", [" a \\| b "]),
        ("- | a | b |", [" a ", " b "]),
        ("|", []),
        ("", []),
    ],
)
def test_split_cells(line: str, cells: list[str]) -> None:
    assert [line[start:end] for start, end in split_cells(line)] == cells


@pytest.mark.parametrize(
    ("edges", "cycles"),
    [
        ({}, []),
        ({1: [2], 2: [3], 3: []}, []),
        ({1: [2, 3], 2: [4], 3: [4], 4: []}, []),
        ({1: [2], 2: [1]}, [(1, 2, 1)]),
        ({3: [5], 5: [4], 4: [3]}, [(3, 5, 4, 3)]),
        ({1: [2], 2: [3], 3: [2], 4: [1]}, [(2, 3, 2)]),
        ({1: [2], 2: [1, 3], 3: [4], 4: [3]}, [(1, 2, 1), (3, 4, 3)]),
        ({1: [9]}, []),
        ({n: [n + 1] for n in range(5000)} | {5000: [0]}, [(*range(5001), 0)]),
    ],
)
def test_cycles(edges: dict[int, list[int]], cycles: list[tuple[int, ...]]) -> None:
    assert list(find_cycles(edges)) == cycles


def test_lines_end_at_line_feeds_only() -> None:
    text = Text.of("a\r\nb\x0cc\u2028d\re\n")
    assert text.lines == ("a", "b\x0cc\u2028d\re", "")
    assert text.value(2, 0, 3).text == "b\x0cc"
    assert text.span(3) == Span(3, 1, 3, 1)
