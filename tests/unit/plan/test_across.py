"""Plans of one tree: what they say of each other, and what of the tree one plan needs to see."""

import itertools
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.plan.across import lint_tree, survey, words_of
from bot.plan.header import DEFAULT_ID_PATTERN
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Plan, Status
from bot.plan.parse import parse_plan
from bot.plan.references import find_references, is_plan

OPTIONS = LintOptions(Status.APPROVED)


def plan(id: str, depends: str = "", events: str = "", ticket: str = "PAY-12") -> Plan:  # noqa: A002 - as the field is called
    return parse_plan(
        f"# Plan: {id} — Search\n\n**Status**: Draft\n**Team / Ticket**: payments / {ticket}\n"
        f"**Depends on**: {depends}\n\n## Events\n\n| Topic | Direction |\n|---|---|\n{events}\n"
    )


def references(
    depends: str, pattern: str = DEFAULT_ID_PATTERN, ticket: str = "PAY-12"
) -> list[str]:
    it = plan("FEAT-1", depends, ticket=ticket)
    return [each.text for each in find_references(it, pattern) if is_plan(it, each.text, pattern)]


@pytest.mark.parametrize(
    ("depends", "expected"),
    [
        ("FEAT-2", ["FEAT-2"]),
        ("FEAT-2, `FEAT-3`, **OPS-4#1** and FEAT-2", ["FEAT-2", "FEAT-3", "OPS-4"]),
        ("[FEAT-2](FEAT-2.md#tasks)", ["FEAT-2"]),
        ("[FEAT-2](https://tickets.example/FEAT-2)", []),
        ("(FEAT-2)", []),
        ("feat-2", []),
        ("FEAT-1#3", []),
        ("PAY-3", []),
        ("acme/plans#FEAT-2, plans/FEAT-2.md, FEAT-2-old, XFEAT-2_b", []),
        ("T1-3, T-2, TASK-4", []),
        ("N/A", []),
        ("— <!-- FEAT-2 -->", []),
        ("", []),
    ],
)
def test_references(depends: str, expected: list[str]) -> None:
    assert references(depends) == expected


def test_references_by_another_pattern_and_a_ticket_of_the_same_series() -> None:
    assert references("RFC7, FEAT-2", "RFC[0-9]+") == ["RFC7"]
    assert references("FEAT-2", ticket="FEAT-1") == ["FEAT-2"]


def test_a_reference_stands_where_it_is_written() -> None:
    source = (
        "# Plan: FEAT-1 — a\n\n## Tasks\n\n## Task Decomposition\n\n"
        "| # | Task | Depends on |\n|---|---|---|\n| 1 | 漢 \\| b | 1 \\| 2, FEAT-2 |\n"
    )
    it = parse_plan(source)
    [value] = find_references(it, DEFAULT_ID_PATTERN)
    at = value.span
    assert it.text.line(at.line)[at.column - 1 : at.end_column - 1] == "FEAT-2"


def test_without_a_tree_its_rules_are_silent() -> None:
    assert {each.code[0] for each in lint(plan("FEAT-1", "FEAT-2"), OPTIONS)}.isdisjoint("P")


def test_each_plan_has_its_own_diagnostics_too() -> None:
    tree = {"plans/FEAT-1.md": plan("FEAT-1", "FEAT-2"), "plans/b.md": plan("FEAT-1")}
    found = lint_tree(tree, OPTIONS)
    assert list(found) == list(tree)
    for path, it in tree.items():
        own = [each for each in found[path] if each.code[0] != "P"]
        assert own == list(lint(it, OPTIONS))


def test_a_rule_over_the_tree_can_be_ignored_and_configured() -> None:
    source = "<!-- plan-gate: ignore P003 — an old name, linked to -->\n# Plan: FEAT-1 — a\n"
    [found] = lint_tree({"plans/search.md": parse_plan(source)}, OPTIONS).values()
    assert not {"P003", "N001"} & {each.code for each in found}
    [found] = lint_tree({"plans/FEAT-1.md": parse_plan(source)}, OPTIONS).values()
    assert "N001" in {each.code for each in found}
    options = LintOptions(Status.APPROVED, severities={"P003": "error"})
    [found] = lint_tree({"search.md": parse_plan("# Plan: FEAT-1 — a\n")}, options).values()
    assert {each.code for each in found if each.blocks} >= {"P003"}


def test_a_file_that_was_not_read_has_nothing_to_say() -> None:
    found = lint_tree({"a.md": parse_plan(b"\xff"), "b.md": parse_plan("")}, OPTIONS)
    assert [each.code for each in found["a.md"]] == ["D002"]


IDS = st.sampled_from([f"FEAT-{n}" for n in range(1, 6)])
TOPICS = st.sampled_from([f"a.b.{letter}.v1" for letter in string.ascii_lowercase[:3]])
PLANS = st.builds(
    lambda own, named, rows: plan(
        own,
        ", ".join(named),
        "\n".join(f"| `{topic}` | {way} |" for topic, way in rows),
    ),
    IDS,
    st.lists(IDS, max_size=3),
    st.lists(st.tuples(TOPICS, st.sampled_from(["emits", "consumes"])), max_size=3),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PLANS, min_size=1, max_size=6))
def test_what_holds_none_of_its_words_does_not_matter_to_a_plan(plans: list[Plan]) -> None:
    """What a plan is told of a tree is what the plans tell that can be found by their words."""
    tree = {f"plans/{n}.md": each for n, each in enumerate(plans)}
    whole = lint_tree(tree, OPTIONS)
    for path, first in tree.items():
        near, wanted = {path: first}, words_of(first, DEFAULT_ID_PATTERN)
        while hits := {
            other: each
            for other, each in tree.items()
            if other not in near
            and any(word in "\n".join(each.text.lines).lower() for word in wanted)
        }:
            near |= hits
            wanted = wanted.union(*(words_of(each, DEFAULT_ID_PATTERN) for each in hits.values()))
        ordered = {other: near[other] for other in tree if other in near}
        assert lint_tree(ordered, OPTIONS)[path] == whole[path]


def test_a_long_chain_and_a_large_circle() -> None:
    count = 2_000
    chain = {f"{n}.md": plan(f"FEAT-{n}", f"FEAT-{n + 1}") for n in range(1, count)}
    assert not any(each.circle for each in survey(chain, DEFAULT_ID_PATTERN).values())
    ring = dict(itertools.islice(chain.items(), 200))
    ring["200.md"] = plan("FEAT-200", "FEAT-1")
    circles = [each.circle for each in survey(ring, DEFAULT_ID_PATTERN).values()]
    assert {len(circle) for circle in circles} == {201}


@pytest.mark.parametrize("depends", ["FEAT-1" * 50_000, "[" * 100_000, "FEAT-2, " * 40_000,
                                     "(" * 100_000, "<!--" * 50_000, "[a](" * 50_000])  # fmt: skip
def test_bait_is_read_to_its_end(depends: str) -> None:
    assert lint_tree({"plans/FEAT-1.md": plan("FEAT-1", depends)}, OPTIONS)
