"""Diagnostics as text, JSON, SARIF and GitHub workflow commands. Pure: values in, text out."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.plan.diagnostics import Diagnostic, Severity
from bot.plan.rules import RULES, RULES_URL, rule_url
from bot.plan.text import Span, Text

_EXCERPT = 100
_SARIF_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


@dataclass(frozen=True, slots=True)
class Linted:
    """A linted file: its path as people name it, its text and what was found in it."""

    path: str
    text: Text
    diagnostics: tuple[Diagnostic, ...]


def as_json(path: str, diagnostic: Diagnostic) -> dict[str, object]:
    """Return a diagnostic in the stable JSON form; `end_column` is exclusive."""
    return {
        "path": path,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "end_line": diagnostic.span.end_line,
        "end_column": diagnostic.span.end_column,
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "fix": None,
        "url": rule_url(diagnostic.code),
    }


def render_json(files: Iterable[Linted]) -> str:
    """Render a JSON list of all diagnostics."""
    found = [as_json(file.path, each) for file in files for each in file.diagnostics]
    return json.dumps(found, ensure_ascii=False, indent=2)


def render_text(files: Sequence[Linted]) -> str:
    """Render diagnostics for a terminal, each with its source line and a caret, and the sum."""
    lines = [
        line
        for file in files
        for diagnostic in file.diagnostics
        for line in _explain(file, diagnostic)
    ]
    severities = [each.severity for file in files for each in file.diagnostics]
    counts = [
        count(severities.count(severity), word)
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
    ]
    if Severity.INFO in severities:
        counts.append(count(severities.count(Severity.INFO), "hint"))
    return "\n".join([*lines, f"{count(len(files), 'plan')}: {', '.join(counts)}"])


def render_github(files: Iterable[Linted]) -> str:
    """Render workflow commands, which GitHub Actions shows as annotations.

    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    return "\n".join(
        f"::{_GITHUB_COMMANDS[each.severity]} file={_escape(file.path)},line={each.span.line},"
        f"endLine={each.span.end_line},col={each.span.column},endColumn={each.span.end_column},"
        f"title={each.code} {each.name}::{_escape_message(each.message)}"
        for file in files
        for each in file.diagnostics
    )


def render_sarif(files: Sequence[Linted]) -> str:
    """Render a SARIF 2.1.0 log, as code scanning takes it."""
    driver = {
        "name": "plan-gate",
        "informationUri": RULES_URL,
        "rules": [
            {
                "id": rule.code,
                "name": rule.name,
                "shortDescription": {"text": rule.doc.split("\n", 1)[0]},
                "helpUri": rule_url(rule.code),
            }
            for rule in RULES.values()
        ],
    }
    results = [_sarif_result(file.path, each) for file in files for each in file.diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def printable(text: str) -> str:
    """Replace what could steer a terminal: control characters and bidirectional marks."""
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cf") else c for c in text)


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "error"), count(0, "error")
    ('1 error', '0 errors')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _explain(file: Linted, diagnostic: Diagnostic) -> Iterator[str]:
    span = diagnostic.span
    yield (
        f"{printable(file.path)}:{span.line}:{span.column}: {diagnostic.code} {diagnostic.name} "
        f"{diagnostic.severity}: {printable(diagnostic.message)}"
    )
    line = file.text.line(span.line)
    if line.strip():
        start = 0 if span.column <= _EXCERPT * 3 // 4 else span.column - 1 - _EXCERPT // 2
        excerpt = line[start : start + _EXCERPT]
        before = excerpt[: span.column - 1 - start]
        marked = excerpt[len(before) : span.end_column - 1 - start]
        margin = f"{span.line:>5} | "
        yield margin + printable(excerpt.replace("\t", " "))
        yield f"{'| ':>{len(margin)}}{' ' * _width(before)}{'^' * max(1, _width(marked))}"
    for note in diagnostic.notes:
        yield f"      note: line {note.span.line}: {printable(note.message)}"


def _width(text: str) -> int:
    """Return how many terminal cells a text takes."""
    return sum(
        0
        if unicodedata.combining(character) or character in "\ufe0e\ufe0f"
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _escape_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")


def _sarif_result(path: str, diagnostic: Diagnostic) -> dict[str, object]:
    return {
        "ruleId": diagnostic.code,
        "level": _SARIF_LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message},
        "locations": [{"physicalLocation": _sarif_place(path, diagnostic.span)}],
        "relatedLocations": [
            {
                "physicalLocation": _sarif_place(path, note.span),
                "message": {"text": note.message},
            }
            for note in diagnostic.notes
        ],
    }


def _sarif_place(path: str, span: Span) -> dict[str, object]:
    return {
        "artifactLocation": {"uri": quote(path)},
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    }
