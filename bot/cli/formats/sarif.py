"""Diagnostics as a SARIF 2.1.0 log, as code scanning takes it.

https://docs.github.com/code-security/reference/code-scanning/sarif-support-for-code-scanning
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from bot import __version__
from bot.cli.formats import Linted
from bot.plan.diagnostics import Note, Severity
from bot.plan.fix import Edit, Fix
from bot.plan.reference import explain
from bot.plan.rules import RULES, RULES_URL, Rule, rule_url
from bot.plan.text import Span

Json = dict[str, object]

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    None: "none",
}
_INDEX = {code: index for index, code in enumerate(RULES)}


def render(files: Sequence[Linted]) -> str:
    """Render the log of one run: every rule there is, and every result."""
    driver = {
        "name": "plan-gate",
        "version": __version__,
        "informationUri": RULES_URL,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    results = [result for file in files for result in _results(file)]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(rule: Rule) -> Json:
    said = explain(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": said.summary},
        "fullDescription": {"text": f"{said.summary} {said.reasons}".strip()},
        "help": {"text": f"This is fine:\n\n{said.good}"},
        "helpUri": rule_url(rule.code),
        "defaultConfiguration": {"level": _LEVELS[rule.approved or rule.draft]},
    }


def _results(file: Linted) -> Iterator[Json]:
    seen: Counter[str] = Counter()
    for found in file.diagnostics:
        mark = _digest(found.code, file.text.line(found.span.line))
        seen[mark] += 1
        result: Json = {
            "ruleId": found.code,
            "ruleIndex": _INDEX[found.code],
            "level": _LEVELS[found.severity],
            "message": {"text": found.message},
            "locations": [{"physicalLocation": _place(file.path, found.span)}],
            "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{seen[mark]}"},
        }
        if found.notes:
            result["relatedLocations"] = [_related(file.path, note) for note in found.notes]
        if found.fix:
            result["fixes"] = [_fix(file.path, found.fix)]
        yield result


def _digest(code: str, line: str) -> str:
    """Return what stays the same while a finding moves with its line."""
    return hashlib.sha256(f"{code} {' '.join(line.split())}".encode()).hexdigest()[:16]


def _related(path: str, note: Note) -> Json:
    return {"physicalLocation": _place(path, note.span), "message": {"text": note.message}}


def _fix(path: str, fix: Fix) -> Json:
    change = {"artifactLocation": _artifact(path), "replacements": list(map(_edit, fix.edits))}
    return {"description": {"text": fix.message}, "artifactChanges": [change]}


def _edit(edit: Edit) -> Json:
    return {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}


def _place(path: str, span: Span) -> Json:
    return {"artifactLocation": _artifact(path), "region": _region(span)}


def _artifact(path: str) -> Json:
    return {"uri": quote(path.encode(errors="surrogateescape"))}


def _region(span: Span) -> Json:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
