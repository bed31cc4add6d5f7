"""Diagnostics for a terminal: each with its source line, a caret, and what would fix it."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from bot.cli.formats import Linted, count, printable
from bot.plan.diagnostics import Diagnostic, Severity
from bot.plan.fix import Fix
from bot.plan.text import Span

_EXCERPT = 100
_BOLD, _FAINT = "1", "2"
_COLOURS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}

Paint = Callable[[str, str], str]


def render(files: Sequence[Linted], *, colour: bool = False) -> str:
    """Render the diagnostics in order, and their sum."""
    paint = _paint if colour else _leave
    lines = [
        line
        for file in files
        for diagnostic in file.diagnostics
        for line in _explain(file, diagnostic, paint)
    ]
    return "\n".join([*lines, _sum_up(files)])


def _sum_up(files: Sequence[Linted]) -> str:
    severities = [each.severity for file in files for each in file.diagnostics]
    counts = [
        count(severities.count(severity), word)
        for severity, word in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
    ]
    if Severity.INFO in severities:
        counts.append(count(severities.count(Severity.INFO), "hint"))
    return f"{count(len(files), 'plan')}: {', '.join(counts)}"


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"


def _leave(text: str, _: str) -> str:
    return text


def _explain(file: Linted, diagnostic: Diagnostic, paint: Paint) -> Iterator[str]:
    span = diagnostic.span
    colour = _COLOURS[diagnostic.severity]
    place = f"{printable(file.path)}:{span.line}:{span.column}:"
    title = f"{diagnostic.code} {diagnostic.name} {diagnostic.severity}:"
    yield f"{paint(place, _BOLD)} {paint(title, colour)} {printable(diagnostic.message)}"
    line = file.text.line(span.line)
    if line.strip():
        source, indent, carets = _point(line, span)
        margin = f"{span.line:>5} | "
        yield paint(margin, _FAINT) + source
        yield paint(f"{'| ':>{len(margin)}}", _FAINT) + indent + paint(carets, colour)
    for note in diagnostic.notes:
        yield f"      note: line {note.span.line}: {printable(note.message)}"
    if diagnostic.fix:
        yield paint(f"      fix: {_offer(diagnostic.fix)}", _FAINT)


def _offer(fix: Fix) -> str:
    how = "--fix" if fix.safe else "--unsafe-fixes"
    return f"{printable(fix.message)} ({how})"


def _point(line: str, span: Span) -> tuple[str, str, str]:
    """Return an excerpt of a line, and what stands below it: spaces, then carets."""
    start = 0 if span.column <= _EXCERPT * 3 // 4 else span.column - 1 - _EXCERPT // 2
    excerpt = line[start : start + _EXCERPT]
    before = excerpt[: span.column - 1 - start]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    marked = excerpt[len(before) : max(end - start, 0)]
    shown = printable(excerpt.replace("\t", " "))
    return shown, " " * _width(before), "^" * max(1, _width(marked))


def _width(text: str) -> int:
    """Return how many cells of a terminal a text takes.

    >>> _width("a漢e\u0301")
    4
    """
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return 0  # it joins the character before it: an accent, or the rest of a Hangul syllable
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
