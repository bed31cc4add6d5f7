"""The events: topics, directions, and who is at the other end."""

import pytest

from bot.plan.diagnostics import Diagnostic
from bot.plan.events import MAX_TOPICS, is_topic, read_direction
from bot.plan.lint import lint
from bot.plan.mend import mend
from bot.plan.model import Event, Plan
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n## Events\n\n"
TABLE = "| Topic | Direction | Consumers / Producers |\n|---|---|---|\n"


def read(body: str) -> Plan:
    return parse_plan(HEAD + body)


def topics(cell: str) -> list[str]:
    """Return the topics of a cell; each stands where it says."""
    plan = read(f"{TABLE}| {cell} | emits | search |\n")
    for event in plan.events:
        at = event.topic.span
        assert plan.text.line(at.line)[at.column - 1 : at.end_column - 1] == event.topic.text
    return [event.topic.text for event in plan.events]


def ways(events: tuple[Event, ...]) -> list[tuple[bool, bool]]:
    return [(event.emits, event.consumes) for event in events]


@pytest.mark.parametrize("text", ["a.b.c.v1", "a-b.c_d.e2.v12", "2go.3d.4x.v0"])
def test_topics(text: str) -> None:
    assert is_topic(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.v1",
        "a.b.c",
        "a.b.c.d.v1",
        "A.b.c.v1",
        "a.b.c.v",
        "a.b.c.1",
        "a..c.v1",
        "a.b.c.v1 ",
        "a b.c.d.v1",
        "-a.b.c.v1",
        "a.b.c.v1.",
        "a/b.c.d.v1",
        "ä.b.c.v1",
        "a.b.c.v१",
    ],
)
def test_no_topics(text: str) -> None:
    assert not is_topic(text)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("a.b.c.v1", ["a.b.c.v1"]),
        ("`a.b.c.v1`", ["a.b.c.v1"]),
        ("**a.b.c.v1**", ["a.b.c.v1"]),
        ("new: `a.b.c.v1` (see e.g. x.y)", ["a.b.c.v1"]),
        ("a.b.c.v1, a.b.d.v1; a.b.e.v1", ["a.b.c.v1", "a.b.d.v1", "a.b.e.v1"]),
        ("`a.b.c.v1`<br>`a.b.d.v1`", ["a.b.c.v1", "a.b.d.v1"]),
        ("a.b.c.v1<br/>a.b.d.v1", ["a.b.c.v1", "a.b.d.v1"]),
        ("[a.b.c.v1](https://x.example/a.b)", ["a.b.c.v1"]),
        ("a.b.c.v1 (was a.b.c)", ["a.b.c.v1"]),
        ("a.b.c.v1 <!-- was a.b.c -->", ["a.b.c.v1"]),
        ("x \\| a.b.c.v1", ["a.b.c.v1"]),
        ("👩‍💻 a.b.c.v1.", ["a.b.c.v1"]),
        ("invoice issued", ["invoice issued"]),
        ("`issued`", ["issued"]),
        ("`issued`, `paid`", ["`issued`, `paid`"]),
        ("—", []),
        ("N/A — none is emitted", []),
        ("{name}", []),
        ("", []),
        ("<!-- a.b.c -->", []),
    ],
)
def test_topics_of_a_cell(cell: str, expected: list[str]) -> None:
    assert topics(cell) == expected


def test_a_cell_holds_not_too_many() -> None:
    assert len(topics("a.b " * 1000)) == MAX_TOPICS


@pytest.mark.parametrize(
    ("words", "emits", "consumes"),
    [
        ("emits", True, False),
        ("Emitted", True, False),
        ("**produces**", True, False),
        ("publishes to", True, False),
        ("out", True, False),
        ("📤 outbound", True, False),
        ("consumes", False, True),
        ("subscribes", False, True),
        ("Consumer", False, True),
        ("in", False, True),
        ("listens to", False, True),
        ("reads", False, True),
        ("emits / consumes", True, True),
        ("produces & consumes", True, True),
        ("both", True, True),
        ("", False, False),
        ("ready", False, False),
        ("internal", False, False),
        ("→", False, False),
    ],
)
def test_direction(words: str, emits: bool, consumes: bool) -> None:
    assert read_direction(words) == (emits, consumes)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("### Consumes\n\n| Topic |\n|---|\n| a.b.c.v1 |\n", (False, True)),
        ("We emit:\n\n| Topic |\n|---|\n| a.b.c.v1 |\n", (True, False)),
        ("| Event | Consumers |\n|---|---|\n| a.b.c.v1 | x |\n", (True, False)),
        ("| Event | Producer |\n|---|---|\n| a.b.c.v1 | x |\n", (False, True)),
        ("| Event |\n|---|\n| a.b.c.v1 |\n", (False, False)),
        ("- emits `a.b.c.v1`\n", (True, False)),
        ("- `a.published.c.v1`, consumed\n", (False, True)),
        ("Subscribed:\n\n* `a.b.c.v1` by x\n", (False, True)),
    ],
)
def test_where_the_direction_is_found(body: str, expected: tuple[bool, bool]) -> None:
    assert ways(read(body).events) == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "- see `notes.md` and `a.b`\n",
        "| Field | Type |\n|---|---|\n| a.b.c | uuid |\n",
        "> - emits `a.b.c.v1`\n",
        "N/A\n\n- emits `a.b.c.v1`\n",
        "We emit `a.b.c.v1`.\n",
        "```\na.b.c.v1\n```\n",
    ],
)
def test_no_events(body: str) -> None:
    assert read(body).events == ()


def test_a_list_beside_a_table_only_explains_it() -> None:
    body = f"{TABLE}| a.b.c.v1 | emits | x |\n\n- `a.b.c.v1` is emitted once\n"
    assert len(read(body).events) == 1


def test_one_finding_for_a_cell_that_several_topics_share() -> None:
    plan = read(f"{TABLE}| `a.b.c.v1`, `a.b.d.v1` | sync |  |\n")
    assert [finding.message for finding in RULES["E002"].check(plan)] == [
        "“sync” is no direction: write emits or consumes"
    ]
    assert len(list(RULES["E004"].check(plan))) == 1


@pytest.mark.parametrize(
    "bait",
    [
        TABLE + "| " + "a.b " * 60_000 + "| em |" + " _" * 60_000 + "|\n",
        TABLE + "| " + "`a.b`" * 60_000,
        TABLE + "| " + "`" * 300_000,
        TABLE + "| a (" + " (" * 150_000,
        TABLE + "| " + "](" * 150_000,
        TABLE + "| " + "<!--" * 80_000,
        TABLE + "| " + "<br " * 80_000,
        "- `a.b.c`\n" * 9_000,
        "- " + "`a.b.c" * 50_000,
        TABLE + "| a.b.c | emmits | x |\n" * 3_900,
    ],
)
def test_bait_is_read_to_its_end(bait: str) -> None:
    plan = read(bait)
    assert plan.refusal is None
    assert all(list(RULES[code].check(plan)) is not None for code in RULES if code[0] == "E")


def test_a_slip_in_the_direction_is_mended() -> None:
    def find(plan: Plan) -> tuple[Diagnostic, ...]:
        return tuple(each for each in lint(plan) if each.code == "E002")

    rows = "| a.b.c.v1 | {} | x |\n| a.b.d.v1 | sync | x |\n"
    source = HEAD + TABLE + rows.format("emmits")
    assert mend(source, parse_plan, find, unsafe=True) == HEAD + TABLE + rows.format("emits")
