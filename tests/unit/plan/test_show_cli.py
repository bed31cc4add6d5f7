"""`plan-gate show`: one plan as data."""

import json
from pathlib import Path

import pytest

from bot.cli import show
from bot.errors import UsageError

from .conftest import run_command

pytestmark = pytest.mark.usefixtures("repository")


def show_json(capsys: pytest.CaptureFixture[str], path: str) -> dict[str, object]:
    assert run_command(show, path, "--format", "json") == 0
    shown: dict[str, object] = json.loads(capsys.readouterr().out)
    return shown


def test_json_is_the_whole_plan(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_json(capsys, "plans/FEAT-123.md") == {
        "id": "FEAT-123",
        "title": "Search in the invoice archive",
        "status": "approved",
        "complexity": "M",
        "team": "payments",
        "ticket": "PAY-1207",
        "services": ["billing", "search"],
        "tasks": [
            {
                "number": 1,
                "title": "Create the table and its rollback script",
                "service": "billing",
                "depends_on": [],
            },
            {
                "number": 2,
                "title": "Fill the table from billing.invoice.issued.v1",
                "service": "billing",
                "depends_on": [1],
            },
            {
                "number": 3,
                "title": "Index the archive (old | new)",
                "service": "search",
                "depends_on": [1],
            },
            {
                "number": 4,
                "title": "Add the endpoint and its integration tests",
                "service": "billing, search",
                "depends_on": [2, 3],
            },
        ],
        "open_questions": [
            {
                "number": 1,
                "question": "Do we search credit notes too?",
                "owner": "Ann",
                "due": "2026-05-18",
                "answer": "Yes, as invoices with a negative amount",
                "answered": True,
            }
        ],
        "approvable": True,
        "blockers": [],
    }


def test_blockers_are_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    shown = show_json(capsys, "plans/FEAT-124.md")
    assert shown["approvable"] is False
    assert isinstance(shown["blockers"], list)
    [blocker] = shown["blockers"]
    assert (blocker["path"], blocker["code"]) == ("plans/FEAT-124.md", "T004")


def test_a_clean_draft_is_approvable(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = repository / "plans/FEAT-123.md"
    plan.write_text(plan.read_text("utf-8").replace("✅ Approved", "Draft"), encoding="utf-8")
    shown = show_json(capsys, "plans/FEAT-123.md")
    assert (shown["status"], shown["approvable"], shown["blockers"]) == ("draft", True, [])


def test_an_unset_status_is_not_approvable(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = repository / "plans/FEAT-123.md"
    unset = plan.read_text("utf-8").replace("✅ Approved (Ann, 2026-05-20)", "Draft | Approved")
    plan.write_text(unset, encoding="utf-8")
    shown = show_json(capsys, "plans/FEAT-123.md")
    assert (shown["status"], shown["approvable"]) == ("unset", False)
    assert isinstance(shown["blockers"], list)
    assert [blocker["code"] for blocker in shown["blockers"]] == ["H006"]


def test_an_empty_file_is_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "empty.md").write_bytes(b"")
    shown = show_json(capsys, "empty.md")
    assert shown["id"] is None
    assert shown["title"] is None
    assert shown["complexity"] is None
    assert shown["team"] is None
    assert shown["ticket"] is None


def test_text_is_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(show, "plans/FEAT-123.md") == 0
    out = capsys.readouterr().out
    assert out.startswith("FEAT-123 — Search in the invoice archive\nStatus:      approved\n")
    assert "    4  Add the endpoint and its integration tests (billing, search) after 2, 3\n" in out
    assert out.endswith("Approvable:  yes\n")


def test_text_says_what_blocks(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(show, "plans/FEAT-124.md") == 0
    assert "Approvable:  no, 1 error\n  line 74: T004 Task 4" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("plans", "plans: is a directory"),
        ("nothing.md", "nothing.md: no such file or directory"),
    ],
)
def test_wrong_use_is_one_line(path: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_command(show, path)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("written", "number"), [("1", 1), ("Q2", 2), ("#3", 3), ("**4**", 4), ("5.", 5), ("a", None)]
)
def test_a_questions_number_is_a_number(
    repository: Path, capsys: pytest.CaptureFixture[str], written: str, number: int | None
) -> None:
    plan = repository / "plans/FEAT-123.md"
    head = "| # | Question | Owner | Due | Answer |\n|---|---|---|---|---|\n"
    row = f"| {written} | Which? | Ann | 2026-12-01 | This |\n"
    plan.write_text(f"# Plan: FEAT-123 — x\n\n## Open Questions\n\n{head}{row}", encoding="utf-8")
    run_command(show, str(plan), "--format", "json")
    (question,) = json.loads(capsys.readouterr().out)["open_questions"]
    assert question["number"] == number
