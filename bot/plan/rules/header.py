"""Group H, the header: title, Status, Complexity, Team / Ticket."""

import re
from collections.abc import Iterator

from bot.plan.diagnostics import Note
from bot.plan.fields import names_ticket, read_complexity, read_team_and_ticket
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind
from bot.plan.model import NOWHERE, Plan, StatusFault, StatusLine
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.text import Span
from bot.plan.words import is_blank, is_placeholder, quoted

_CLAIM = re.compile(r"plan\b[\s:：—–-]*", re.IGNORECASE)
_ID = re.compile(r"[A-Z][A-Z0-9]*-[0-9]+\b|\{FEAT-ID\}")


@rule("H001", "title-missing", draft=E, approved=E)
def check_title_missing(plan: Plan) -> Iterator[Finding]:
    """The title `# Plan: ID — Name` is missing.

    Pull requests name the plan by the ID in it, and the header block begins below it.

    Bad:
        # Search in the archive

        **Status**: Draft
    Good:
        # Plan: FEAT-1 — Search in the archive

        **Status**: Draft
    """
    title = plan.header.title
    if plan.refusal:
        return
    if title is None:
        blocks = plan.document.blocks
        edit = Edit.insert(blocks[0].first if blocks else 1, 1, f"{_write_title('')}\n\n")
        yield Finding(
            NOWHERE,
            "No title: begin the plan with `# Plan: ID — Name`",
            fix=Fix("Begin with a title", (edit,)),
        )
    elif not title.is_plan:
        yield Finding(
            title.span,
            "This is no plan's title: write `# Plan: ID — Name`",
            fix=_retitle(plan.text.line(title.span.line), title.span),
        )
    elif title.name is None:
        written = title.id.text if title.id and title.id_matches else "ID"
        yield Finding(title.span, f"The title lacks a name: write `# Plan: {written} — Name`")


def _retitle(line: str, span: Span) -> Fix | None:
    """Make a `#` heading the title, with what it says as the name."""
    written = line.strip()
    if not written.startswith("#"):
        return None
    return Fix("Make it the title", (Edit(span, _write_title(written.strip("# \t"))),))


def _write_title(words: str) -> str:
    """Return the title that is meant by the words of a heading.

    >>> _write_title("Plan FEAT-1: Search"), _write_title("Search")
    ('# Plan: FEAT-1: Search', '# Plan: {FEAT-ID} — Search')
    """
    claim = _CLAIM.match(words)
    words = words[claim.end() :] if claim else words
    named = words if _ID.match(words) else f"{{FEAT-ID}} — {words or '{Feature Name}'}"
    return f"# Plan: {named}"


@rule("H002", "id-malformed", draft=E, approved=E)
def check_id_malformed(plan: Plan) -> Iterator[Finding]:
    """The ID in the title does not match the configured pattern.

    By default an ID is capital letters and digits, a dash and a number. Pull requests can only
    link to an ID that is one.

    Bad:
        # Plan: feat_1 — Search
    Good:
        # Plan: FEAT-1 — Search
    """
    title = plan.header.title
    if title is None or title.id is None or title.name is None or title.id_matches:
        return
    if not is_placeholder(title.id.text):
        yield Finding(
            title.id.span,
            f"{quoted(title.id.text)} is no plan ID: write capital letters or digits, a dash and a "
            "number, such as FEAT-123, or what the configuration's `id_pattern` asks for",
        )


@rule("H003", "second-title", draft=W, approved=W)
def check_second_title(plan: Plan) -> Iterator[Finding]:
    """A second level-1 heading stands in the file.

    One file is one plan. Sections are headings of level 2.

    Bad:
        # Plan: FEAT-1 — Search

        # Appendix
    Good:
        # Plan: FEAT-1 — Search

        ## Appendix
    """
    title = plan.header.title
    named = {section.span for section in plan.sections if section.name}
    for block in plan.document.of(Kind.HEADING):
        if block.level == 1 and block.top:
            span = plan.text.span(block.first)
            if title and span != title.span and span not in named:
                yield Finding(
                    span,
                    "A second title: make it a section (`##`), or a plan file of its own",
                    (Note(title.span, "the title is here"),),
                )


@rule("H004", "status-missing", draft=E, approved=E)
def check_status_missing(plan: Plan) -> Iterator[Finding]:
    """The header block has no Status line.

    It stands between the title and the first heading or thematic break. A Status anywhere else,
    or in a quote, code, a table or a comment, is not read.

    Bad:
        # Plan: FEAT-1 — Search

        **Complexity**: S — one query
    Good:
        # Plan: FEAT-1 — Search

        **Status**: Draft
    """
    title = plan.header.title
    if title and title.is_plan and not plan.header.statuses and not plan.header.underline:
        yield Finding(title.span, "No Status below the title: add a line `**Status**: Draft`")


@rule("H005", "status-unknown", draft=E, approved=E)
def check_status_unknown(plan: Plan) -> Iterator[Finding]:
    """The Status is neither Draft nor Approved.

    Only these two words are read; everything else is read as not approved.

    Bad:
        # Plan: FEAT-1 — Search

        **Status**: Aproved
    Good:
        # Plan: FEAT-1 — Search

        **Status**: Approved
    """
    for line in _faulty(plan, StatusFault.UNKNOWN):
        seen = (
            f"{quoted(line.value.text)} is no status" if line.value.text else "The Status is empty"
        )
        yield Finding(line.value.span, f"{seen}: write Draft or Approved{line.reason}")


@rule("H006", "status-unset", draft=W, approved=OFF)
def check_status_unset(plan: Plan) -> Iterator[Finding]:
    """The Status still names both words, as the template does.

    It is read as not approved.

    Bad:
        # Plan: FEAT-1 — Search

        **Status**: Draft | Approved
    Good:
        # Plan: FEAT-1 — Search

        **Status**: Draft
    """
    for line in _faulty(plan, StatusFault.TEMPLATE):
        yield Finding(line.value.span, "The Status is not set: keep one of Draft and Approved")


@rule("H007", "status-ambiguous", draft=E, approved=E)
def check_status_ambiguous(plan: Plan) -> Iterator[Finding]:
    """The Status can be read in more than one way.

    Approved opens the gate, so only the plain word counts, in plain sight. A note may follow in
    parentheses, or after `—`, `-` or `←`.

    Bad:
        # Plan: FEAT-1 — Search

        **Status**: ~~Draft~~ Approved
    Good:
        # Plan: FEAT-1 — Search

        **Status**: ✅ Approved (by Ann, 2026-01-02)
    """
    for line in _faulty(plan, StatusFault.UNCLEAR):
        yield Finding(
            line.value.span,
            f"{quoted(line.value.text)} is read as not approved: {line.reason}. "
            "Write `**Status**: Draft` or `**Status**: Approved`; a note may follow in parentheses "
            "or after a dash",
        )


@rule("H008", "status-repeated", draft=E, approved=E)
def check_status_repeated(plan: Plan) -> Iterator[Finding]:
    """The header block has more than one Status line.

    Then none of them is read, not even when they agree.

    Bad:
        # Plan: FEAT-1 — Search

        **Status**: Draft
        **Status**: Approved
    Good:
        # Plan: FEAT-1 — Search

        **Status**: Approved
    """
    statuses = plan.header.statuses
    for other in statuses[1:]:
        first = statuses[0].value.span
        yield Finding(
            other.value.span,
            f"A second Status; the first is on line {first.line}. Keep one",
            (Note(first, "the first Status is here"),),
        )


@rule("H009", "complexity-invalid", draft=W, approved=E)
def check_complexity_invalid(plan: Plan) -> Iterator[Finding]:
    """The Complexity is missing, or not one of S, M, L and XL.

    Bad:
        # Plan: FEAT-1 — Search

        **Complexity**: Medium
    Good:
        # Plan: FEAT-1 — Search

        **Complexity**: M — one endpoint, one table
    """
    field = plan.header.field("complexity")
    if field is None:
        if plan.header.title:
            yield Finding(
                plan.header.title.span,
                "No Complexity in the header: add a line `**Complexity**: S — why`, or M, L, XL",
            )
    elif plan.complexity is None and not is_placeholder(field.text):  # D011 speaks of those
        yield Finding(field.span, "Complexity is one of S, M, L and XL: write one, then why")


@rule("H010", "complexity-unjustified", draft=I, approved=E)
def check_complexity_unjustified(plan: Plan) -> Iterator[Finding]:
    """Nothing says why the plan has its Complexity.

    One sentence lets a reviewer judge the size without reading the tasks.

    Bad:
        # Plan: FEAT-1 — Search

        **Complexity**: M
    Good:
        # Plan: FEAT-1 — Search

        **Complexity**: M — one endpoint, one table
    """
    size, reason = read_complexity(plan.header)
    field = plan.header.field("complexity")
    if size and reason and field and is_blank(reason.text):
        yield Finding(field.span, f"Say why it is {size}: `**Complexity**: {size} — one sentence`")


@rule("H011", "team-missing", draft=W, approved=E)
def check_team_missing(plan: Plan) -> Iterator[Finding]:
    """The header names no team.

    Bad:
        # Plan: FEAT-1 — Search

        **Team / Ticket**: / PAY-12
    Good:
        # Plan: FEAT-1 — Search

        **Team / Ticket**: payments / PAY-12
    """
    team, ticket = read_team_and_ticket(plan.header)
    if team is None or is_blank(team.text):
        place = team or ticket
        if span := place.span if place else _title_span(plan):
            yield Finding(span, "No team named: write `**Team / Ticket**: team / ticket`")


@rule("H012", "ticket-unlinked", draft=I, approved=W)
def check_ticket_unlinked(plan: Plan) -> Iterator[Finding]:
    """The header holds neither a link to a ticket nor a ticket key.

    Bad:
        # Plan: FEAT-1 — Search

        **Team / Ticket**: payments / the usual board
    Good:
        # Plan: FEAT-1 — Search

        **Team / Ticket**: payments / [PAY-12](https://tickets.example/PAY-12)
    """
    team, ticket = read_team_and_ticket(plan.header)
    if ticket is None or not (names_ticket(ticket.text) or is_placeholder(ticket.text)):
        place = ticket or team
        if span := place.span if place else _title_span(plan):
            yield Finding(
                span, "No ticket: add its link or its key, such as PAY-12, after the team"
            )


def _faulty(plan: Plan, fault: StatusFault) -> Iterator[StatusLine]:
    return (line for line in plan.header.statuses if line.fault is fault)


def _title_span(plan: Plan) -> Span | None:
    return plan.header.title.span if plan.header.title else None
