"""`plan-gate lint`: which files it takes, what it prints, how it exits."""

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.cli import lint
from bot.cli.files import LintSettings
from bot.cli.formats import printable
from bot.cli.progress import progress
from bot.config.load import parse_config
from bot.errors import UsageError

from .conftest import run_command

GOOD, BAD = "plans/FEAT-123.md", "plans/FEAT-124.md"
FINDING = {
    "path": BAD,
    "line": 74,
    "column": 70,
    "end_line": 74,
    "end_column": 71,
    "code": "T004",
    "name": "dependency-unknown",
    "severity": "error",
    "message": "Task 4 depends on task 9, which is not in the table; tasks are 1–4",
    "fix": None,
    "url": "https://github.com/plan-gate/plan-gate/blob/main/docs/rules/T004.md",
}

pytestmark = pytest.mark.usefixtures("repository")


def lint_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    run_command(lint, *arguments, "--format", "json")
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_without_a_path_the_plans_of_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lint, "--format", "json") == 1
    assert json.loads(capsys.readouterr().out) == [FINDING]


def test_from_within_the_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(repository / "plans")
    assert [found["path"] for found in lint_json(capsys)] == ["FEAT-124.md"]
    monkeypatch.chdir(repository / "docs")
    assert [found["path"] for found in lint_json(capsys)] == [str(repository / BAD)]


@pytest.mark.parametrize(("path", "status"), [(GOOD, 0), (BAD, 1), ("plans", 1), (".", 1)])
def test_a_file_or_a_directory(path: str, status: int) -> None:
    assert run_command(lint, path) == status


def test_text_shows_the_line_and_a_caret(capsys: pytest.CaptureFixture[str]) -> None:
    run_command(lint, BAD)
    head, source, caret, total = capsys.readouterr().out.rstrip("\n").split("\n")
    assert head == f"{BAD}:74:70: T004 dependency-unknown error: {FINDING['message']}"
    assert (
        source == "   74 | | 4 | Add the endpoint and its integration tests | billing, search | 9 |"
    )
    assert caret.index("^") == source.rindex("9 |")
    assert total == "1 plan: 1 error, 0 warnings"


def test_text_without_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lint, GOOD) == 0
    assert capsys.readouterr().out == "1 plan: 0 errors, 0 warnings\n"


def test_warnings_and_hints_are_clean(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = repository / "plans/FEAT-125.md"
    plan.write_text("# Plan: FEAT-125 — {Feature Name}\n\n**Status**: Draft\n", encoding="utf-8")
    assert run_command(lint, str(plan)) == 0
    assert capsys.readouterr().out.endswith("1 plan: 0 errors, 13 warnings, 2 hints\n")


def test_notes_are_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n**Status**: Draft\n"
    (repository / "plans/FEAT-1.md").write_text(twice, encoding="utf-8")
    run_command(lint, "plans/FEAT-1.md")
    assert "      note: line 3: the first Status is here\n" in capsys.readouterr().out


def test_wide_characters_and_tabs_keep_the_caret_in_place(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"# Plan: FEAT-1 — Search\n\n{'x' * 80}\n\n漢字\te\u0301 {{team}} 漢\x1b[31m\n"
    (repository / "plans/FEAT-1.md").write_text(text, encoding="utf-8")
    run_command(lint, "plans/FEAT-1.md")
    lines = capsys.readouterr().out.split("\n")
    at = next(number for number, line in enumerate(lines) if "placeholder-left" in line)
    assert lines[at + 1 : at + 3] == [
        "    5 | 漢字 e\u0301 {team} 漢�[31m",
        "      |        ^^^^^^",
    ]


def test_a_long_line_is_cut_around_the_place(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"# Plan: FEAT-1 — Search\n\n{'x ' * 500}{{team}}{' y' * 500}\n"
    (repository / "plans/FEAT-1.md").write_text(text, encoding="utf-8")
    run_command(lint, "plans/FEAT-1.md")
    lines = capsys.readouterr().out.split("\n")
    at = next(number for number, line in enumerate(lines) if "placeholder-left" in line)
    assert len(lines[at + 1]) < 120
    assert lines[at + 2].index("^") == lines[at + 1].index("{team}")


def test_github_format_is_workflow_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lint, "--format", "github") == 1
    assert capsys.readouterr().out == (
        f"::error file={BAD},line=74,endLine=74,col=70,endColumn=71,"
        f"title=T004 dependency-unknown::{FINDING['message']}\n"
    )
    assert run_command(lint, GOOD, "--format", "github") == 0
    assert capsys.readouterr().out == ""


def test_github_format_escapes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/a,b:%.md").write_text("# 100%\n", encoding="utf-8")
    run_command(lint, "plans/a,b:%.md", "--format", "github")
    assert "file=plans/a%2Cb%3A%25.md," in capsys.readouterr().out


def test_sarif(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(lint, "--format", "sarif") == 1
    log = json.loads(capsys.readouterr().out)
    [run] = log["runs"]
    assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
    [result] = run["results"]
    assert (result["ruleId"], result["level"]) == ("T004", "error")
    [location] = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": BAD},
        "region": {"startLine": 74, "startColumn": 70, "endLine": 74, "endColumn": 71},
    }
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert rules["T004"]["helpUri"] == FINDING["url"]


def test_sarif_relates_second_places(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "# Plan: FEAT-1 — Search\n\n# Other\n"
    (repository / "plans/my plan.md").write_text(text, encoding="utf-8")
    run_command(lint, "plans/my plan.md", "--format", "sarif")
    [run] = json.loads(capsys.readouterr().out)["runs"]
    [result] = [each for each in run["results"] if each["ruleId"] == "H003"]
    [related] = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "plans/my%20plan.md"
    assert related["physicalLocation"]["region"]["startLine"] == 1


def test_as_approved_and_as_draft(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "# Plan: FEAT-1 — Search\n\n**Status**: Draft\n"
    (repository / "plans/FEAT-1.md").write_text(text, encoding="utf-8")
    severities = [
        {found["severity"] for found in lint_json(capsys, "plans/FEAT-1.md", *more)}
        for more in ([], ["--as", "draft"], ["--as", "approved"])
    ]
    assert severities == [{"warning", "info"}, {"warning", "info"}, {"error", "warning"}]


def test_today_decides_what_is_overdue(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (repository / GOOD).read_text("utf-8").replace("FEAT-123", "FEAT-1")
    open_again = good.replace("Yes, as invoices with a negative amount", "TBD")
    (repository / "plans/FEAT-1.md").write_text(open_again, encoding="utf-8")
    for today, codes in {"2026-05-18": ["O001"], "2026-05-19": ["O002", "O001"]}.items():
        found = lint_json(capsys, "plans/FEAT-1.md", "--today", today)
        assert [each["code"] for each in found] == codes


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"# Nothing\n")))
    assert run_command(lint, "-") == 1
    assert capsys.readouterr().out.startswith("-:1:1: H001 title-missing error: ")


def test_outside_a_repository_plans_are_found_by_their_folder(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".git").rmdir()
    assert lint_json(capsys) == [FINDING]
    assert lint_json(capsys, "plans") == [FINDING]


def test_a_place_on_a_blank_line_has_no_excerpt(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "plans/mark.md").write_text("\ufeff\n# Plan: FEAT-1 — a\n", encoding="utf-8")
    run_command(lint, "plans/mark.md")
    first, fix, second = capsys.readouterr().out.split("\n")[:3]
    assert "byte-order-mark" in first
    assert fix == "      fix: Remove the byte-order mark (--fix)"
    assert second.startswith("plans/mark.md:2:1: ")


def test_a_large_file_is_refused(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "plans/big.md").write_bytes(b"word " * 2_000_000)
    assert [found["code"] for found in lint_json(capsys, "plans/big.md")] == ["D012"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.md"], "nothing.md: no such file or directory"),
        (["docs"], "docs: no plans there (plans/**/*.md, docs/plans/**/*.md)"),
        ([GOOD, "--today", "tomorrow"], "--today tomorrow: no such day; write YYYY-MM-DD"),
        ([GOOD, "--config", "nothing.yml"], "nothing.yml: no such file or directory"),
        ([GOOD, "--config", "docs"], "docs: is a directory"),
        (["plans/FEAT-123.md/x"], "plans/FEAT-123.md/x: not a directory"),
        (["x" * 5000], f"{'x' * 5000}: file name too long"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_command(lint, *arguments)
    assert str(caught.value) == message


def test_the_repository_configuration_is_used(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / ".github").mkdir()
    config = repository / ".github/plan-gate.yml"
    config.write_text("rules: {T004: 'off'}\n", encoding="utf-8")
    assert lint_json(capsys) == []
    assert lint_json(capsys, BAD) == []
    (repository / "plans/.git").mkdir()
    assert lint_json(capsys, BAD) == [FINDING]
    (repository / "plans/.git").rmdir()
    config.write_text("plans: {paths: ['docs/*.md']}\n", encoding="utf-8")
    assert {found["path"] for found in lint_json(capsys)} == {"docs/guide.md"}
    config.write_text("plans: {id_pattern: 'RFC[0-9]+'}\n", encoding="utf-8")
    assert [found["code"] for found in lint_json(capsys, GOOD)] == ["H002"]


def test_the_configuration_can_be_given(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "c.yml").write_text("rules: {T004: info}\n", encoding="utf-8")
    [found] = lint_json(capsys, "--config", "c.yml")
    assert found["severity"] == "info"


@pytest.mark.parametrize("text", [b"plans:\n  path: []\n", b"rules: {T004: maybe}\n", b"\xff"])
def test_a_wrong_configuration_is_one_line_with_its_place(repository: Path, text: bytes) -> None:
    (repository / "c.yml").write_bytes(text)
    with pytest.raises(UsageError, match=r"^c\.yml:(\d+:\d+:)? .*\Z"):
        run_command(lint, "--config", "c.yml")


def test_the_defaults_are_those_of_the_configuration() -> None:
    plans = parse_config("").plans
    assert LintSettings() == LintSettings(plans.paths, plans.exclude, plans.id_pattern)


def test_as_a_command() -> None:
    command = [sys.executable, "-m", "bot", "lint", GOOD]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout == "1 plan: 0 errors, 0 warnings\n"


def test_a_plain_lint_loads_nothing_heavy() -> None:
    code = (
        "import sys; from bot.cli import run; run(['lint', 'plans/FEAT-123.md']);"
        "print(sorted({'yaml', 'msgspec', 'wcmatch', 'aiohttp', 'asyncio'} & set(sys.modules)))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert finished.stdout.endswith("[]\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert lint.wants_colour(Terminal())
    assert not lint.wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not lint.wants_colour(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    assert lint.wants_colour(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not lint.wants_colour(Terminal())


def test_progress_of_many_files_on_a_terminal() -> None:
    shown = Terminal()
    assert list(progress(range(200), shown, "Linting")) == list(range(200))
    assert "Linting ███" in shown.getvalue()
    assert " 198/200" in shown.getvalue()
    assert shown.getvalue().endswith("\r\x1b[K")
    for items, stream in ((range(200), io.StringIO()), (range(10), Terminal())):
        assert list(progress(items, stream, "Linting")) == list(items)
        assert stream.getvalue() == ""


def test_a_mistyped_rule_in_the_configuration_is_an_error(repository: Path) -> None:
    (repository / "c.yml").write_text("rules:\n  T04: off\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^c\.yml:2:3: No such rule as `T04`: did you mean T004"):
        run_command(lint, "--config", "c.yml")


HOUSE = """
sections:
  aliases: {Offene Fragen: Open Questions}
  required: {M: [Why & What, Open Questions]}
  extra: [Observability]
"""


def test_the_house_names_and_chooses_its_sections(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "c.yml").write_text(HOUSE, encoding="utf-8")
    text = (repository / GOOD).read_text("utf-8")
    text = text.replace("## Open Questions", "## Offene Fragen")
    before, _, after = text.partition("## Testing Strategy")
    text = before + "## Security" + after.partition("## Security")[2]
    (repository / "plans/FEAT-1.md").write_text(text, encoding="utf-8")
    missing = [
        found["message"]
        for found in lint_json(capsys, "plans/FEAT-1.md", "--config", "c.yml")
        if found["code"] == "S001"
    ]
    assert missing == [
        "The section “Observability” is missing, which plans have here: add `## Observability`"
    ]
    large = text.replace("**Complexity**: M", "**Complexity**: L") + "\n## Observability\n"
    (repository / "plans/FEAT-1.md").write_text(large, encoding="utf-8")
    found = lint_json(capsys, "plans/FEAT-1.md", "--config", "c.yml")
    assert {each["message"] for each in found if str(each["code"]) in ("S001", "S005")} == {
        (
            "The section “Testing Strategy” is missing: "
            "add `## Testing Strategy` after “Task Decomposition”"
        ),
        "“Observability” is empty: fill it in, or write `N/A — reason`",
    }


def test_what_steers_a_terminal_is_replaced() -> None:
    assert printable("a\x1b[0m\u202eb") == "a�[0m�b"
