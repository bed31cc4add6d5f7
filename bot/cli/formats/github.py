"""Diagnostics as workflow commands, which GitHub Actions shows as annotations.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterable

from bot.cli.formats import Linted
from bot.plan.diagnostics import Diagnostic, Severity

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(files: Iterable[Linted]) -> str:
    """Render a command a diagnostic; columns only where it stands on one line."""
    return "\n".join(_command(file.path, each) for file in files for each in file.diagnostics)


def _command(path: str, found: Diagnostic) -> str:
    span = found.span
    place = {"file": path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:
        place |= {"col": span.column, "endColumn": span.end_column}
    properties = {**place, "title": f"{found.code} {found.name}"}
    named = ",".join(f"{name}={_escape(str(value))}" for name, value in properties.items())
    return f"::{_COMMANDS[found.severity]} {named}::{_escape_message(found.message)}"


def _escape_message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape(text: str) -> str:
    return _escape_message(text).replace(":", "%3A").replace(",", "%2C")
