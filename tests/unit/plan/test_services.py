"""The services table, and which of its services the tasks touch."""

import pytest

from bot.plan.model import Plan, ServiceRow
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES

HEAD = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n\n## Services / Modules Affected\n\n"
TABLE = "| Service | Change | Owner |\n|---|---|---|\n"
TASKS = (
    "\n## Task Decomposition\n\n| # | Task | Service | Depends on |\n|---|---|---|---|\n"
    "| 1 | Add | {service} | — |\n"
)


def rows(body: str) -> list[ServiceRow]:
    return list(parse_plan(HEAD + body).service_rows)


def messages(code: str, plan: Plan) -> list[str]:
    return [finding.message for finding in RULES[code].check(plan)]


def test_cells_are_read_by_column_name() -> None:
    body = "| Owned by | Module | Impact |\n|---|---|---|\n| payments | **billing** | new |\n"
    [row] = rows(body)
    assert row.name == "billing"
    assert row.service.text == "**billing**"
    assert row.change
    assert row.owner
    assert (row.change.text, row.owner.text) == ("new", "payments")


def test_a_missing_column_is_none_and_a_missing_cell_empty() -> None:
    [row] = rows("| Service | Owner |\n|---|---|\n| billing |\n")
    assert row.change is None
    assert row.owner
    assert row.owner.text == ""


@pytest.mark.parametrize(
    "row", ["| {name} | a | b |", "| N/A | a | b |", "| — | | |", "|  | a | b |", "no row at all"]
)
def test_what_is_no_service(row: str) -> None:
    assert rows(TABLE + row + "\n") == []


def test_a_table_of_something_else_is_left_alone() -> None:
    body = "| Risk | Owner |\n|---|---|\n| low | Ann |\n\n" + TABLE + "| billing | a | b |\n"
    assert [row.name for row in rows(body)] == ["billing"]


@pytest.mark.parametrize(
    "written",
    [
        "billing-api",
        "`Billing-API`",
        "search, billing-api",
        "search/billing-api",
        "search & billing-api",
        "billing-api (reads)",
        "search → billing-api",
        "search - billing-api",
        "all",
        "every service",
    ],
)
def test_a_task_touches_the_service(written: str) -> None:
    plan = parse_plan(HEAD + TABLE + "| billing-api | a | b |\n" + TASKS.format(service=written))
    assert messages("V004", plan) == []


@pytest.mark.parametrize("written", ["billing", "api", "search", "—", "billing-apis"])
def test_no_task_touches_the_service(written: str) -> None:
    plan = parse_plan(HEAD + TABLE + "| billing-api | a | b |\n" + TASKS.format(service=written))
    assert messages("V004", plan) == [
        "No task touches “billing-api”: add one, or take the service out"
    ]


@pytest.mark.parametrize("owner", ["TBD", "?", "??", "todo", "**tbd**", "…"])
def test_nobody_yet_is_no_owner(owner: str) -> None:
    plan = parse_plan(HEAD + TABLE + f"| billing | a | {owner} |\n")
    assert len(messages("V002", plan)) == 1


@pytest.mark.parametrize("owner", ["Ann", "@ann", "—", "n/a", "[a](b)", "{team}", "团队"])
def test_owners(owner: str) -> None:
    plan = parse_plan(HEAD + TABLE + f"| billing | a | {owner} |\n")
    assert messages("V002", plan) == []
