"""A parsed plan as the plain values that verdicts depend on. It compares and judges nothing."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence

from bot.gate.facts import Finding, Part, PlanFile, PlanTask
from bot.plan.diagnostics import Diagnostic
from bot.plan.fields import read_team_and_ticket
from bot.plan.fix import preview
from bot.plan.markdown import Kind, is_delimiter_row
from bot.plan.model import Header, Plan, QuestionRow, Section
from bot.plan.status import approves_alone
from bot.plan.tables import split_cells
from bot.plan.words import plain

_MAX_NAME = 60
_TEAM_AND_TICKET = frozenset(["team ticket", "team and ticket", "team", "teams"])
_TICKET = frozenset(["ticket", "tickets"])
_TICKED = re.compile(r"((?:[-*+]|\d{1,9}[.)]) )\[[xX]\](?= )")


def summarise(path: str, blob: str, plan: Plan, found: Sequence[Diagnostic]) -> PlanFile:
    """Return what of the *plan* at *path* verdicts depend on; *found* is what lint says of it."""
    parts = _read_parts(plan) if plan.refusal is None else [Part("The file", _digest([blob]))]
    return PlanFile(
        path=path,
        blob=blob,
        id=plan.id,
        title=plan.title,
        status=plan.status,
        status_line=plan.status_span.line if plan.status_span else None,
        tasks=tuple(PlanTask(task.number, task.title, task.depends_on) for task in plan.tasks),
        parts=tuple(_tell_apart(parts)),
        findings=tuple(_show(plan, diagnostic) for diagnostic in found),
        approving=_find_approving(plan) if plan.refusal is None else blob,
    )


def _show(plan: Plan, diagnostic: Diagnostic) -> Finding:
    more = [f"Line {note.span.line}: {note.message}" for note in diagnostic.notes]
    if fix := diagnostic.fix:
        more.append(f"Suggestion: {fix.message}\n{preview(plan.text, fix)}")
    return Finding(
        diagnostic.code,
        diagnostic.name,
        diagnostic.severity,
        *diagnostic.span,
        message=diagnostic.message,
        more=tuple(more),
    )


# ── what approval covers ─────────────────────────────────────────────────────
def _read_parts(plan: Plan) -> Iterator[Part]:
    """Yield the parts of a plan: every line is in one of them, but for what approval leaves open.

    That is the Status, the ticket, and of an open question its number, owner, due date and answer.
    """
    lines = _Lines(plan)
    if (title := plan.header.title) and title.is_plan:
        yield Part("Title", _digest(value.text for value in (title.id, title.name) if value))
    yield from _read_fields(plan.header)
    own_lines = {row.question.span.line: row for row in plan.question_rows}
    end = plan.sections[0].span.line if plan.sections else len(plan.text.lines) + 1
    elsewhere = set(_header_lines(plan.header)) | own_lines.keys()
    if before := list(lines.between(1, end - 1, elsewhere)):
        yield Part("Introduction", _digest(before))
    for section in plan.sections:
        body = lines.between(section.first, section.last, own_lines)
        yield Part(_name(section), _digest([_collapse(section.heading), *body]))
    for row in plan.question_rows:
        answer = _collapse(row.answer.text) if row.question.answered else ""
        asked = row.question.question or row.question.number
        yield Part(f"Open question: {_cut(asked)}", _digest(lines.asked(row)), answer)


def _read_fields(header: Header) -> Iterator[Part]:
    """Yield the header's fields by their labels; of team and ticket the team alone."""
    for field in header.fields:
        label, value = field
        if label in _TEAM_AND_TICKET:
            team, _ = read_team_and_ticket(Header(fields=(field,)))
            yield Part("Team", _digest([team.text if team else ""]))
        elif label not in _TICKET and label != "status":
            yield Part(label.capitalize(), _digest([value.text]))


def _header_lines(header: Header) -> Iterator[int]:
    """Yield the lines that are read as title, Status and fields."""
    if header.title and header.title.is_plan:
        yield header.title.span.line
    for status in header.statuses:
        yield status.value.span.line
    for _, value in header.fields:
        yield value.span.line


def _find_approving(plan: Plan) -> str:
    """Digest the text down to the last line that alone would say Approved; '' without one."""
    found = [n for n, line in plan.text.numbered(1, len(plan.text.lines)) if approves_alone(line)]
    return _digest(plan.text.lines[: found[-1]]) if found else ""


def _name(section: Section) -> str:
    return section.name.value if section.name else _cut(plain(section.heading)) or "Section"


def _cut(text: str) -> str:
    text = _collapse(text)
    return text if len(text) <= _MAX_NAME else f"{text[:_MAX_NAME].rstrip()}…"


def _tell_apart(parts: Iterable[Part]) -> Iterator[Part]:
    """Number the parts that have the name of an earlier one."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for part in parts:
        name = part.name
        while name in taken:
            counts[part.name] = counts.get(part.name, 1) + 1
            name = f"{part.name} ({counts[part.name]})"
        taken.add(name)
        yield Part(name, part.digest, part.answers)


# ── content, without what does not change what it says ───────────────────────
class _Lines:
    """A plan's lines in a form that white space, table layout and ticked boxes do not change."""

    def __init__(self, plan: Plan) -> None:
        self._text = plan.text
        self._kinds = {
            line: block.kind
            for block in plan.document.blocks
            for line in range(block.first, block.last + 1)
        }

    def between(self, first: int, last: int, without: Iterable[int]) -> Iterator[str]:
        """Yield the lines that say something; a thematic break does not."""
        left_out = frozenset(without)
        for number, line in self._text.numbered(first, last):
            if number in left_out or self._kinds.get(number) is Kind.BREAK:
                continue
            if kept := self._normal(number, line):
                yield kept

    def asked(self, row: QuestionRow) -> Iterator[str]:
        """Yield the cells of a question's row that are not its number, owner, due date, answer."""
        number = row.question.span.line
        line = self._text.line(number)
        open_to_change = {v.span for v in (row.number, row.owner, row.due, row.answer) if v.text}
        for span in sorted(open_to_change, reverse=True):
            line = line[: span.column - 1] + line[span.end_column - 1 :]
        cells = _cells(line) if row.tabled else [_collapse(line)]
        return filter(None, cells)

    def _normal(self, number: int, line: str) -> str:
        match self._kinds.get(number):
            case Kind.TABLE:
                cells = ["-" for _ in _cells(line)] if is_delimiter_row(line) else _cells(line)
                return " | ".join(cells)
            case Kind.PARAGRAPH:
                return _TICKED.sub(r"\1[ ]", _collapse(line), count=1)
            case _:
                return _collapse(line)


def _cells(line: str) -> list[str]:
    return [_collapse(line[start:end]) for start, end in split_cells(line)]


def _collapse(text: str) -> str:
    return " ".join(text.split())


def _digest(pieces: Iterable[str]) -> str:
    content = "\n".join(_collapse(piece) for piece in pieces)
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]
