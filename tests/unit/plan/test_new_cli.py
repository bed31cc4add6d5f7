"""`plan-gate new`: the plan that it writes, where, and what it asks."""

import argparse
import datetime
import io
import re
import sys
from pathlib import Path

import pytest

from bot.cli import new
from bot.errors import UsageError
from bot.plan.diagnostics import Severity
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan

from .conftest import PLANS, run_command

pytestmark = pytest.mark.usefixtures("repository")

TODAY = datetime.date(2026, 6, 1)
NEW = "plans/FEAT-200.md"
FILLED = {
    "{Problem being solved. What success looks like in one measurable sentence.}": (
        "Old invoices are not found. Nine of ten searches end in under 2 s."
    ),
    "{one sentence justification}": "one table and one endpoint",
    "{link}": "PAY-1",
    "{list}": "invoices",
    "{name}": "Ann",
    "{new endpoint / DB change / event}": "new endpoint",
    "{service}": "billing",
    "{team}": "payments",
    "{behavior}": "the old page",
    "{on-call / any engineer}": "any engineer",
    "{5 min / 30 min}": "5 min",
    "{?}": "Keep credit notes?",
    "{date}": "2026-12-01",
    "{n}": "1",
    "{resource}": "invoices",
    "{CODE: description}": "404: no such invoice",
    "domain.agg.event.v1": "billing.invoice.issued.v1",
    "emits / consumes": "emits",
    "{ ... }": '{ "query": "a" }',
    "-- migration (must use CONCURRENTLY for indexes)": "CREATE TABLE a (id bigint);",
    "-- rollback:": "-- rollback:\nDROP TABLE a;",
}


def fill(text: str) -> str:
    for placeholder, words in FILLED.items():
        text = text.replace(placeholder, words)
    return re.sub(r"\{([a-z][^{}:]*)\}", lambda found: found[1], text)


def codes(text: str, status: Status, severity: Severity) -> list[str]:
    found = lint(parse_plan(text), LintOptions(status, TODAY))
    return [f"{each.code} {each.message}" for each in found if each.severity is severity]


def test_the_template_is_the_plan_format() -> None:
    assert new.read_template() == (PLANS / "template/as-is/plan.md").read_text("utf-8")
    for choice in (new.STATUS_CHOICE, new.SIZE_CHOICE, new.SERVICE_ROW):
        assert new.read_template().count(choice) == 1


def test_a_plan_is_written_where_plans_are(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(new, "FEAT-200", "Search in the archive") == 0
    assert capsys.readouterr().out == (
        f"wrote {NEW}: fill in its placeholders, and check it with `plan-gate lint {NEW}`\n"
    )
    plan = parse_plan((repository / NEW).read_bytes())
    assert (plan.id, plan.title, plan.status) == (
        "FEAT-200",
        "Search in the archive",
        Status.DRAFT,
    )


@pytest.mark.parametrize("more", [[], ["--services", "billing"], ["--complexity", "M"]])
def test_filled_in_it_has_no_error(repository: Path, more: list[str]) -> None:
    run_command(new, "FEAT-200", "Search in the archive", *more)
    text = (repository / NEW).read_text("utf-8")
    assert codes(text, Status.DRAFT, Severity.ERROR) == []
    assert codes(fill(text), Status.DRAFT, Severity.ERROR) == []
    assert not [code for code in codes(fill(text), Status.DRAFT, Severity.INFO) if "D011" in code]


def test_options_fill_the_header_and_the_services(repository: Path) -> None:
    run_command(
        new, "FEAT-200", "Search & find: café", "--team", "payments", "--ticket", "PAY-1",
        "--complexity", "m — one table", "--services", "billing,search", "ledger | old",
    )  # fmt: skip
    text = (repository / NEW).read_text("utf-8")
    plan = parse_plan(text)
    assert (plan.team, plan.ticket, plan.complexity) == ("payments", "PAY-1", "M")
    assert "**Complexity**: M — one table\n" in text
    assert plan.services == ("billing", "search", "ledger | old")
    assert "| search | {new endpoint / DB change / event} | payments |\n" in text
    assert "`FEATURE_SEARCH_FIND_CAFE=false`" in text
    assert "`scripts/rollback/FEAT-200.sql`" in text
    assert "{service}" in text


def test_one_service_is_every_tasks_service(repository: Path) -> None:
    run_command(new, "FEAT-200", "Search", "--services", "billing")
    tasks = parse_plan((repository / NEW).read_bytes()).tasks
    assert {task.service for task in tasks} == {"billing"}


def test_another_place(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(new, "FEAT-200", "Search", "--output", "new/folder/plan.md")
    assert (repository / "new/folder/plan.md").is_file()
    capsys.readouterr()
    run_command(new, "FEAT-200", "Search", "--output", "-")
    assert capsys.readouterr().out.startswith("# Plan: FEAT-200 — Search\n\n**Status**: Draft\n")


def test_the_configuration_says_where_and_how(repository: Path) -> None:
    (repository / "c.yml").write_text(
        "plans: {paths: ['docs/rfc/**/*.md'], id_pattern: 'RFC-[0-9]+'}\n", encoding="utf-8"
    )
    run_command(new, "RFC-1", "Search", "--config", "c.yml")
    assert (repository / "docs/rfc/RFC-1.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], 'a plan has an ID and a name: `plan-gate new FEAT-123 "Name"`'),
        (["FEAT-200"], 'a plan has an ID and a name: `plan-gate new FEAT-123 "Name"`'),
        (["feat_1", "a"], "feat_1 is no plan ID: it has to match [A-Z][A-Z0-9]*-[0-9]+"),
        (["FEAT-123", "a"], "plans/FEAT-123.md exists already: name another file with --output"),
        (
            ["FEAT-2", "a", "--complexity", "Medium"],
            "Medium is no complexity: write S, M, L or XL, and why",
        ),
        (
            ["FEAT-2", "a", "--output", "plans/FEAT-123.md/x"],
            "plans/FEAT-123.md exists already: name another file with --output",
        ),
    ],
)
def test_wrong_use_is_one_line_and_writes_nothing(
    repository: Path, arguments: list[str], message: str
) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*.md")}
    with pytest.raises(UsageError) as caught:
        run_command(new, *arguments)
    assert str(caught.value) == message
    assert {path: path.read_bytes() for path in repository.rglob("*.md")} == before


def test_what_is_missing_is_asked_for() -> None:
    parser = argparse.ArgumentParser()
    new.configure(parser)
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return {"Name,": "Search", "Compl": "S, one query", "Servi": "a, b"}.get(question[:5], "")

    answers = new.read_answers(parser.parse_args(["FEAT-1", "--team", "pay"]), "FEAT-1", ask)
    assert asked == [
        "Name, in a few words: ",
        "Complexity (S, M, L, XL), and why: ",
        "Ticket, its key or its link: ",
        "Services, comma-separated: ",
    ]
    assert answers == new.Answers("FEAT-1", "Search", "S", "one query", "pay", "", ("a", "b"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_asks_on_a_terminal_only(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("FEAT-200\nSearch\nM\n"))
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert run_command(new) == 0
    plan = parse_plan((repository / NEW).read_bytes())
    assert (plan.id, plan.complexity, plan.team) == ("FEAT-200", "M", None)
