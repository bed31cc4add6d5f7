"""`plan-gate status`: where the plans of a checkout stand."""

import contextlib
import io
import json
from pathlib import Path

import pytest

from bot.cli import status
from bot.errors import UsageError

from .conftest import run_command


def test_one_plan_is_told_in_full(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(status, "feat-123") == 0
    assert capsys.readouterr().out == (
        "FEAT-123 — Search in the invoice archive\n"
        "Status:     Approved\n"
        "Questions:  [####################] 1 of 1 answered\n"
        "Tasks:      4 tasks\n"
        "Next step:  Open a pull request for a task; ask /plan-status on GitHub which ones are "
        "merged.\n"
        "\n"
        "TASK  TITLE                                          SERVICE          AFTER\n"
        "1     Create the table and its rollback script       billing          —\n"
        "2     Fill the table from billing.invoice.issued.v1  billing          1\n"
        "3     Index the archive (old | new)                  search           1\n"
        "4     Add the endpoint and its integration tests     billing, search  2, 3\n"
    )


def test_several_plans_are_a_table(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(status) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split() == ["PLAN", "STATUS", "ANSWERED", "TASKS", "NEXT", "STEP"]
    assert first.startswith("FEAT-123  Approved  1 of 1    4 tasks  Open a pull request")
    assert second.startswith("FEAT-124  Approved  1 of 1    4 tasks  Mend line ")


def test_json_is_a_list_of_plans(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = repository / "plans/FEAT-123.md"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("Yes, as invoices with a negative amount", ""), encoding="utf-8")
    path = "plans/FEAT-123.md"
    assert run_command(status, path, "--format", "json", "--today", "2026-05-19") == 0
    [shown] = json.loads(capsys.readouterr().out)
    assert shown["progress"] == {"tasks": 4, "merged": None, "questions": 1, "answered": 0}
    assert shown["open_questions"] == [
        {
            "question": "Do we search credit notes too?",
            "owner": "Ann",
            "due": "2026-05-18",
            "overdue": True,
        }
    ]
    assert shown["tasks"][3] == {
        "number": 4,
        "title": "Add the endpoint and its integration tests",
        "service": "billing, search",
        "state": "unknown",
        "depends_on": [2, 3],
    }
    assert {found["code"] for found in shown["blockers"]} == {"O001", "O002"}
    assert shown["next_step"].startswith("Mend line ")
    assert [shown[key] for key in ("id", "path", "status")] == ["FEAT-123", path, "approved"]


def test_a_question_is_due_until_its_day_has_passed(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = repository / "plans/FEAT-123.md"
    text = plan.read_text(encoding="utf-8")
    plan.write_text(text.replace("Yes, as invoices with a negative amount", ""), encoding="utf-8")
    for day, said in [("2026-05-18", "2026-05-18\n"), ("2026-05-19", "2026-05-18 (overdue)\n")]:
        assert run_command(status, "FEAT-123", "--today", day) == 0
        assert f"Do we search credit notes too?  Ann    {said}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("feat-1233", "did you mean FEAT-123?"),
        ("plan/FEAT-123.md", "did you mean plans/FEAT-123.md?"),
        ("zebra\x1b[2J", "plan-gate status lists them"),
    ],
)
def test_a_plan_that_is_not_there_is_said_in_one_line(
    repository: Path, capsys: pytest.CaptureFixture[str], name: str, advice: str
) -> None:
    assert run_command(status, name, "FEAT-123") == 1
    out, err = capsys.readouterr()
    assert out.startswith("FEAT-123")
    assert err.endswith(f"no plan has that ID or path here; {advice}\n")
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_json_without_the_plan_is_an_empty_list(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(status, "FEAT-9", "--format", "json") == 1
    assert json.loads(capsys.readouterr().out) == []


def test_a_day_that_is_none_is_a_fault_of_use(repository: Path) -> None:
    with pytest.raises(UsageError, match="no such day"):
        run_command(status, "--today", "yesterday")


def test_a_plan_does_not_steer_the_terminal(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = repository / "plans/FEAT-123.md"
    text = plan.read_text(encoding="utf-8")
    text = text.replace("Search in the", "Search\x1b[2J \u202ein the")
    text = text.replace("Index the archive", "Index\x1b]0;owned\x07 the archive")
    plan.write_text(text, encoding="utf-8")
    assert run_command(status, "plans/FEAT-123.md") == 0
    out = capsys.readouterr().out
    assert "owned" in out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_on_a_terminal_only(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with contextlib.redirect_stdout(Terminal()) as terminal:
        assert run_command(status, "FEAT-123") == 0
    assert "Status:     \x1b[32mApproved\x1b[0m\n" in terminal.getvalue()
    assert run_command(status, "FEAT-123") == 0
    assert "Status:     Approved\n" in capsys.readouterr().out


def test_a_plan_without_tasks_and_questions_is_told(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "plans/FEAT-125.md").write_text("# Plan: FEAT-125 — Soon\n", encoding="utf-8")
    assert run_command(status, "FEAT-125") == 0
    out = capsys.readouterr().out
    assert out.startswith("FEAT-125 — Soon\nStatus:     unset\nQuestions:  none\n")
    assert "\nTasks:      no tasks\n" in out
    assert "TASK  TITLE" not in out


def test_a_missing_plan_among_missing_ones_prints_nothing_else(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(status, "FEAT-900", "zebra") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 2
