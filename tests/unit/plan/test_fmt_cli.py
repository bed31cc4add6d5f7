"""`plan-gate fmt` and `lint --fix`: what they write, what they show, what they leave alone."""

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli import fmt, lint
from bot.errors import UsageError

from .conftest import run_command

pytestmark = pytest.mark.usefixtures("repository")

PLAN = "plans/FEAT-123.md"


@pytest.fixture
def glued(repository: Path) -> Path:
    """A plan with one safe fix, and one that is not: a heading glued, another misspelt."""
    plan = repository / PLAN
    text = plan.read_text("utf-8")
    assert "\n## Events\n" in text
    assert "\n## Rollback Plan\n" in text
    text = text.replace("\n## Events\n", "\n##Events\n").replace(
        "\n## Rollback Plan", "\n## Rolback Plan"
    )
    plan.write_text(text, encoding="utf-8")
    return plan


def test_fmt_makes_safe_fixes_in_place(glued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(fmt) == 0
    assert capsys.readouterr().out == f"fixed {PLAN}\n1 plan fixed, 1 left as they are\n"
    text = glued.read_text("utf-8")
    assert "\n## Events\n" in text
    assert "\n## Rolback Plan\n" in text
    assert run_command(fmt, PLAN) == 0
    assert capsys.readouterr().out == "0 plans fixed, 1 left as they are\n"
    assert glued.read_text("utf-8") == text


def test_unsafe_fixes_are_made_when_asked_for(glued: Path) -> None:
    assert run_command(fmt, "--unsafe-fixes", PLAN) == 0
    assert "\n## Rollback Plan\n" in glued.read_text("utf-8")


def test_check_changes_nothing(glued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = glued.read_bytes()
    assert run_command(fmt, "--check") == 1
    assert capsys.readouterr().out == f"would fix {PLAN}\n1 plan to fix, 1 left as they are\n"
    assert glued.read_bytes() == before
    assert run_command(fmt, "--check", "plans/FEAT-124.md") == 0


@pytest.mark.parametrize("command", [fmt, lint])
def test_diff_shows_a_patch_and_changes_nothing(
    command: object, glued: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = glued.read_bytes()
    assert run_command(command, "--diff", PLAN) == 1  # type: ignore[arg-type]
    patch = capsys.readouterr().out
    assert patch.startswith(f"--- a/{PLAN}\n+++ b/{PLAN}\n@@ ")
    assert [line for line in patch.split("\n")[2:] if line[:1] in "+-" and line] == [
        "-##Events",
        "+## Events",
    ]
    assert glued.read_bytes() == before
    run_command(fmt, PLAN)
    capsys.readouterr()
    assert run_command(command, "--diff", PLAN) == 0  # type: ignore[arg-type]
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_diff_can_be_applied(
    end: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = repository / PLAN
    plan.write_bytes(
        f"# Plan: FEAT-123 — Search\r\n\r\n\f**Status**: Draft\r\n##Events{end}".encode()
    )
    run_command(fmt, "--diff", PLAN)
    patch = capsys.readouterr().out.encode()
    subprocess.run(["git", "apply", "-"], input=patch, check=True, cwd=repository)
    applied = plan.read_bytes()
    assert applied.endswith(f"\r\n## Events{end}".encode())
    assert run_command(fmt, "--check", PLAN) == 0


def test_lint_fix_reports_what_is_left(glued: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lint, PLAN, "--fix") == 1
    out = capsys.readouterr().out
    assert "S001 section-missing error: The section “Rollback Plan”" in out
    assert "D009" not in out
    assert "fix: Rename it to “Rollback Plan” (--unsafe-fixes)" in out
    assert run_command(lint, PLAN, "--unsafe-fixes") == 0
    assert "\n## Rollback Plan\n" in glued.read_text("utf-8")


def test_standard_input_goes_to_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = b"\xef\xbb\xbf# Plan: FEAT-1 \xe2\x80\x94 a\r\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(source)))
    assert run_command(fmt, "-") == 0
    assert capsys.readouterr().out == "# Plan: FEAT-1 — a\r\n"
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(source)))
    with pytest.raises(UsageError, match="use `plan-gate fmt -`"):
        run_command(lint, "-", "--fix")


@pytest.mark.parametrize("content", [b"##Events \xff", b"##Events\n" + b"x" * 600_000, b"\0"])
def test_what_was_not_read_is_not_written(repository: Path, content: bytes) -> None:
    plan = repository / PLAN
    plan.write_bytes(content)
    assert run_command(fmt, "--unsafe-fixes", PLAN) == 0
    assert plan.read_bytes() == content


def test_a_rule_that_is_off_fixes_nothing(repository: Path, glued: Path) -> None:
    (repository / "c.yml").write_text("rules: {D009: off}\n", encoding="utf-8")
    before = glued.read_bytes()
    assert run_command(fmt, "--config", "c.yml", PLAN) == 0
    assert glued.read_bytes() == before


def test_a_file_that_cannot_be_written_is_one_line(glued: Path) -> None:
    command = [sys.executable, "-m", "bot", "fmt", "plans/nothing.md"]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert finished.stderr == "plan-gate: error: plans/nothing.md: no such file or directory\n"
