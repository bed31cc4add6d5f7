"""A plan as plain values: what stays of it, and which part of it each edit touches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate.facts import PlanTask
from bot.plan.model import Status
from tests.plan_text import plan_text
from tests.unit.gate.reading import differing, read

PLAN = plan_text(status="Approved").replace("Card data never", "Card data<!-- PAN --> never")
QUESTION = "| 1 | Which provider takes cards? | Ann | 2026-12-01 | Stripe |"


def edit(old: str, new: str) -> set[str]:
    """The parts that differ once *old* has become *new*."""
    assert PLAN.count(old) >= 1
    return differing(read(PLAN), read(PLAN.replace(old, new, 1)))


def test_what_a_verdict_needs_of_a_plan() -> None:
    plan = read(plan_text(status="Approved"))
    assert (plan.path, plan.id, plan.title) == ("plans/FEAT-12.md", "FEAT-12", "One-page checkout")
    assert (plan.status, plan.status_line) == (Status.APPROVED, 3)
    assert plan.tasks == (
        PlanTask(1, "add the domain entity with its unit tests"),
        PlanTask(2, "add the handler with its integration tests", (1,)),
    )
    assert not plan.findings


def test_the_parts_have_names_that_people_know() -> None:
    assert [part.name for part in read(PLAN).parts] == [
        "Title",
        "Complexity",
        "Team",
        "Introduction",
        "Why & What",
        "Services / Modules Affected",
        "Data Model Changes",
        "API Changes",
        "Events",
        "Task Decomposition",
        "Testing Strategy",
        "Security & Compliance",
        "Rollback Plan",
        "Open Questions",
        "Definition of Done",
        "Open question: Which provider takes cards?",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("**Status**: Approved", "**Status**: Draft"),
        ("**Status**: Approved", "**Status**: Approved (by Bob, after the review)"),
        ("payments / PAY-1", "payments / https://tracker.example/PAY-2"),
        ("- [ ] Staged and smoke-tested", "- [x] Staged and smoke-tested"),
        ("- [ ] Staged and smoke-tested", "- [X]  Staged and smoke-tested"),
        ("- [x] No PII in logs", "- [ ] No PII in logs"),
        ("One-page checkout\n", "One-page   checkout\t\n"),
        ("With one page fewer", "With  one page fewer"),
        ("refunds\n", "refunds\n\n\n"),
        ("\n", "\r\n"),
        ("| shop | new endpoint | payments |", "|shop|new endpoint  |payments|"),
        ("| shop | new endpoint | payments |", "shop | new endpoint | payments"),
        ("|---------|--------|-------|\n", "|:--|:-:|--:|\n"),
        ("---\n\n## Events", "\n## Events"),
        (QUESTION, "| 7 | Which provider takes cards? | Bob | 2027-01-01 | Stripe |"),
    ],
)
def test_what_approval_leaves_open_is_in_no_part(old: str, new: str) -> None:
    assert edit(old, new) == set()


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("One-page checkout", "Two-page checkout", "Title"),
        ("# Plan: FEAT-12", "# Plan: FEAT-13", "Title"),
        ("M — one service", "L — one service", "Complexity"),
        ("M — one service and", "M — one large service and", "Complexity"),
        ("payments / PAY-1", "billing / PAY-1", "Team"),
        ("before writing any code", "after writing the code", "Introduction"),
        ("# Plan:", "Read this first.\n\n# Plan:", "Introduction"),
        ("**In scope**: the", "**In scope**: refunds, the", "Why & What"),
        ("the checkout page\n", "the checkout page\n    drop everything\n", "Why & What"),
        ("| new endpoint |", "| new table |", "Services / Modules Affected"),
        (
            "| new endpoint | payments |",
            "| payments | new endpoint |",
            "Services / Modules Affected",
        ),
        (
            "N/A — no schema",
            "```sql\nDROP TABLE carts;\n```\nN/A — no schema",
            "Data Model Changes",
        ),
        ("N/A — an", "<!-- plan-gate: ignore A001 -->\nN/A — an", "API Changes"),
        ("N/A — nothing is", "`cart.paid.event.v1` is", "Events"),
        ("## Events", "## Events and more", "Events"),
        ("| 2 | add", "| 3 | add", "Task Decomposition"),
        ("| shop | 1 |", "| shop | — |", "Task Decomposition"),
        ("| Unit | the entity |", "| Unit | nothing |", "Testing Strategy"),
        ("- [x] No PII in logs\n", "", "Security & Compliance"),
        ("<!-- PAN -->", "<!-- all of it -->", "Security & Compliance"),
        ("`FEATURE_CHECKOUT=false`", "`FEATURE_CHECKOUT=true`", "Rollback Plan"),
        ("any engineer", "nobody", "Rollback Plan"),
        ("coverage ≥80%", "coverage ≥8%", "Definition of Done"),
        (QUESTION, f"{QUESTION}\n\nAsk Bob.", "Open Questions"),
        ("| Stripe |", "| Paypal |", "Open question: Which provider takes cards?"),
        ("| Stripe |", "| [Stripe](x) |", "Open question: Which provider takes cards?"),
        ("| Stripe |", "| — |", "Open question: Which provider takes cards?"),
        ("| Stripe |", "| Stripe | x |", "Open question: Which provider takes cards?"),
    ],
)
def test_everything_else_is_in_one(old: str, new: str, part: str) -> None:
    assert part in edit(old, new)


def test_a_field_of_ones_own_is_a_part() -> None:
    field = "**Depends on**: FEAT-3\n**Complexity**"
    assert edit("**Complexity**", field) == {"Depends on"}


def test_a_field_that_is_given_twice_is_read_once_and_covered_twice() -> None:
    assert edit("**Complexity**", "**Complexity**: S\n**Complexity**") == {
        "Complexity",
        "Introduction",
    }


def test_a_new_section_is_a_part_by_its_heading() -> None:
    assert edit("## Events", "## Our *own* part\n\nMore.\n\n## Events") == {"Our own part"}


def test_parts_of_one_name_are_told_apart() -> None:
    plan = read(PLAN + "\n## Events\n\nMore.\n\n## Events (2)\n\n## Events\n")
    names = [part.name for part in plan.parts]
    assert len(set(names)) == len(names)
    assert [name for name in names if name.startswith("Events")] == [
        "Events",
        "Events (2)",
        "Events (2) (2)",
        "Events (3)",
    ]


def test_a_question_holds_its_answer_and_nothing_while_it_has_none() -> None:
    asked = {
        text: read(PLAN.replace("| Stripe |", f"| {text} |")).parts[-1]
        for text in ("Stripe", " *Stripe*  or so ", "", "—", "TBD", "?")
    }
    assert [part.answers for part in asked.values()] == ["Stripe", "*Stripe* or so", *[""] * 4]
    assert len({part.digest for part in asked.values()}) == 1


def test_a_long_question_is_cut_in_its_name_and_whole_in_its_digest() -> None:
    long = "Which " + "very " * 20
    one, other = (
        read(PLAN.replace("Which provider", long + end)).parts[-1] for end in ("bank", "shop")
    )
    assert one.name == other.name == f"Open question: {long[:60].rstrip()}…"
    assert one.digest != other.digest


def test_a_question_in_prose_is_one_without_an_answer() -> None:
    part = read(PLAN[: PLAN.index("| # | Question")] + "Who pays?\n").parts[-1]
    assert (part.name, part.answers) == ("Open question: Who pays?", "")


@pytest.mark.parametrize("content", [b"\xff", b"a\0b", b"x" * 200])
def test_a_plan_that_is_not_read_is_one_part(content: bytes) -> None:
    def refused(text: bytes) -> tuple[str, ...]:
        (part,) = read(text, max_bytes=100).parts
        return part.name, part.digest

    assert refused(content)[0] == "The file"
    assert refused(content) == refused(content) != refused(content + b"\0")


def test_findings_say_where_else_to_look_and_what_would_mend_it() -> None:
    def more(code: str, old: str, new: str) -> tuple[str, ...]:
        plan = read(PLAN.replace(old, new))
        return next(found.more for found in plan.errors if found.code == code)

    assert more("T003", "| 2 | add", "| 1 | add") == ("Line 50: the first is here",)
    assert more("D009", "## Events", "##Events") == ("Suggestion: Put a space after it\n## Events",)


@given(st.text(alphabet=st.sampled_from("# Plan:FEAT-12*Status|-\n\t`<!>[x]?")))
def test_reading_never_raises_and_names_are_unique(text: str) -> None:
    parts = read(text).parts
    assert len({part.name for part in parts}) == len(parts)


@given(st.integers(0, PLAN.count("\n")), st.text("abcXYZ", min_size=1))
def test_no_line_escapes(number: int, words: str) -> None:
    """A line of new words, wherever it is put, is seen in some part, or breaks the Status."""
    lines = PLAN.split("\n")
    lines.insert(number, f"{words} qq")
    new = read("\n".join(lines))
    assert differing(read(PLAN), new) or new.status is not Status.APPROVED
