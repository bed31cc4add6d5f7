"""Diagnostics as JSON: the stable interface for programs."""

import json
from collections.abc import Iterable

from bot.cli.formats import Linted
from bot.plan.diagnostics import Diagnostic
from bot.plan.fix import Fix
from bot.plan.rules import rule_url
from bot.plan.text import Span


def render(files: Iterable[Linted]) -> str:
    """Render a list of all diagnostics."""
    found = [as_json(file.path, each) for file in files for each in file.diagnostics]
    return json.dumps(found, ensure_ascii=False, indent=2)


def as_json(path: str, diagnostic: Diagnostic) -> dict[str, object]:
    """Return a diagnostic; lines and columns count from 1, `end_column` is exclusive."""
    return {
        "path": path,
        **_place(diagnostic.span),
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "url": rule_url(diagnostic.code),
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "message": fix.message,
        "safe": fix.safe,
        "edits": [{**_place(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _place(span: Span) -> dict[str, object]:
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
