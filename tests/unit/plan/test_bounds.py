"""What could cost without bound is refused, or read in full all the same. Time is not asserted."""

import pytest

from bot.plan.lint import approvable, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Approved\n\n"
TASKS = "## Task Decomposition\n\n| # | Task | Service | Depends on |\n|---|---|---|---|\n"

REFUSED = {
    "ten megabytes": (HEAD + "word " * 2_000_000, "D012"),
    "bytes": (HEAD + "漢" * 200_000, "D012"),
    "binary": (bytes(range(256)) * 100, "D002"),
    "utf-16": (HEAD.encode("utf-16"), "D002"),
    "cut in a character": (HEAD.encode() + "漢".encode()[:2], "D002"),
    "surrogate": (HEAD + "\ud800", "D002"),
    "lines": (HEAD + "a\n" * 100_000, "D012"),
    "table rows": (HEAD + TASKS + "| 1 | a | b | — |\n" * 20_000, "D012"),
    "lacking cells": (HEAD + "|a" * 999 + "\n" + "|-" * 999 + "\n" + "a\n" * 999, "D012"),
    "columns": (HEAD + "|a" * 30_000 + "\n" + "|-" * 30_000, "D012"),
    "quotes": (HEAD + ">" * 50_000 + " a", "D012"),
    "lists": (HEAD + "- " * 50_000 + "a", "D012"),
    "numbered lists": (HEAD + "1. " * 50_000 + "a", "D012"),
}  # fmt: skip

READ = {
    "quoted lines": "> a\n" * 9_000,
    "list items": "- a\n" * 9_000,
    "headings": "## a\n" * 9_000,
    "known headings": "## Events\n" * 9_000,
    "deeper lists": "\n".join("  " * depth + "- a" for depth in range(400)),
    "references": "[a]: b\n" * 9_000,
    "open brackets": "[" * 200_000,
    "links": "[a](" * 50_000,
    "open comments": "a <!--\n" * 9_000,
    "code runs": " ".join("`" * length for length in range(1, 800)),
    "emphasis": "*a **b " * 30_000,
    "tags": "<a " * 60_000,
    "braces": "{" * 200_000,
    "placeholders": "{team}" * 80_000,
    "spaces": " " * 300_000 + "a",
    "tabs": "\t" * 300_000 + "a",
    "entities": "&amp;" * 50_000,
    "pipes": "|" * 9_000,
    "fences": "```\n" * 9_001,
    "dashes": "- - -\n" * 9_000,
    "a circle": TASKS + "".join(f"| {n} | a | b | {n % 3000 + 1} |\n" for n in range(1, 3001)),
    "dependencies": TASKS + "".join(f"| {n} | a | b | 1–50 |\n" for n in range(1, 3001)),
    "underscores": f"## a{'_' * 100_000}b\n",
    "spaces in a service": TASKS + f"| 1 | a | b{' ' * 100_000}c | {' ' * 100_000}x |\n",
    "a long delimiter row": "a | b\n|-" + " " * 200_000 + "x",
    "hashes": "<!-- \n## " + "#" * 200_000 + "x\n",
    "a long column name": f"| a | {'b' * 10_000} |\n|---|---|\n" + "| a |\n" * 4_000,
    "unknown services": "## Services / Modules Affected\n\n| Service |\n|---|\n"
    + "".join(f"| service {n} |\n" for n in range(1500)) + "\n" + TASKS
    + "".join(f"| {n} | a | servics {n} | — |\n" for n in range(1500)),
    "unknown sections": "".join(f"## Event {n}\n" for n in range(9_000)),
    "huge numbers": TASKS + f"| {'9' * 9000} | a | b | {'9' * 9000}, 1–999999 |\n",
}  # fmt: skip


@pytest.mark.parametrize(("source", "code"), REFUSED.values(), ids=REFUSED)
def test_too_much_is_refused_and_said(source: bytes | str, code: str) -> None:
    plan = parse_plan(source)
    assert [found.code for found in lint(plan)] == [code]
    assert plan.status is Status.UNSET
    assert not approvable(plan)
    assert plan.text.lines == ("",)


@pytest.mark.parametrize("body", READ.values(), ids=READ)
def test_bait_is_read_to_its_end(body: str) -> None:
    plan = parse_plan(HEAD + body)
    assert plan.status is Status.APPROVED
    assert plan.refusal is None
    assert lint(plan)


@pytest.mark.parametrize(
    "header",
    ["**Status**: Approved\n" * 9_000, "a: b\n**Status**: Approved\n" * 4_500,
     "**Status**: Approved\n" + "`a\n" * 9_000, "**Status**: Approved\n" + "a: b" * 100_000,
     "**Status**: " + "✅ " * 50_000, "**Status**: Approved (" + "(" * 100_000, "*" * 100_000,
     "**Status**: Approved — " + "`a " * 50_000, "**Status**" + " " * 100_000 + "x",
     "Status" + " " * 100_000 + "x", "**Team / Ticket**: a" + " " * 100_000 + "b",
     "# Plan: " + "A" * 100_000, "# Plan: FEAT-1" + " " * 100_000 + "x",
     "**Complexity**: M" + "—" * 100_000, "<!" * 100_000,
     "**Team / Ticket**: " + "[a](" * 50_000, "**Team / Ticket**: " + "A-" * 50_000],
)  # fmt: skip
def test_bait_in_the_header_is_not_approved(header: str) -> None:
    plan = parse_plan(f"# Plan: FEAT-1 — Search\n\n{header}\n")
    assert plan.status is Status.UNSET
    assert lint(plan)


def test_the_size_limit_can_be_set() -> None:
    assert parse_plan("# Plan: FEAT-1 — Search\n", max_bytes=10).refusal
    assert parse_plan("# Plan: FEAT-1 — Search\n", max_bytes=100).refusal is None
