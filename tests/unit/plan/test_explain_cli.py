"""`plan-gate explain`: a rule's documentation, found by its code or its name."""

import json

import pytest

from bot.cli import explain
from bot.errors import UsageError
from bot.plan.rules import RULES

from .conftest import run_command


@pytest.mark.parametrize("rule", ["D010", "d010", "row-swallowed-text", "Row-Swallowed-Text"])
def test_a_rule_is_found_by_code_and_name(rule: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(explain, rule) == 0
    out = capsys.readouterr().out
    assert out.startswith("D010 row-swallowed-text\n\nA line of text right after a table ")
    assert "\n\nDraft: warning. Approved: warning.\n\n`plan-gate fmt` fixes it.\n\n" in out
    assert "\n\nThis is reported:\n\n    | # |" in out
    assert out.endswith("/docs/rules/D010.md\n")


def test_json_of_one_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(explain, "H006", "--format", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["code"] == "H006"
    assert said["name"] == "status-unset"
    assert (said["draft"], said["approved"], said["fix"]) == ("warning", "off", None)
    assert said["summary"] == "The Status still names both words, as the template does."
    assert said["bad"].endswith("**Status**: Draft | Approved")
    assert said["good"].endswith("**Status**: Draft")
    assert said["url"].endswith("/docs/rules/H006.md")


def test_all_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(explain, "--all", "--format", "json") == 0
    assert [rule["code"] for rule in json.loads(capsys.readouterr().out)] == list(RULES)
    assert run_command(explain, "--all") == 0
    text = capsys.readouterr().out
    assert all(f"{rule.code} {rule.name}\n\n" in text for rule in RULES.values())


def test_the_fixes_are_those_of_the_catalogue() -> None:
    """But for H004, H005 and H006: no fix writes a Status."""
    fixes = {code: explain.find_fix(rule) for code, rule in RULES.items() if code[0] in "DHSTO"}
    assert {code for code, fix in fixes.items() if fix == "safe"} == {
        *("D001", "D005", "D009", "D010"),
        "S007",
    }
    assert {code for code, fix in fixes.items() if fix == "unsafe"} == {
        *("D003", "D006", "D007", "D008"),
        *("H001", "S001", "S002", "T001", "T008"),
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["T04"], "no rule is called T04; did you mean T004, dependency-unknown?"),
        (["titel-missing"], "no rule is called titel-missing; did you mean H001, title-missing?"),
        (["xyzzy"], "no rule is called xyzzy; `plan-gate explain --all` shows every rule"),
        ([], "name one rule, such as `plan-gate explain T004`, or ask for --all"),
        (["T004", "--all"], "name one rule, such as `plan-gate explain T004`, or ask for --all"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_command(explain, *arguments)
    assert str(caught.value) == message
