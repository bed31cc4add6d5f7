"""Group D, the document: what keeps a file from being read as its author sees it."""

import re
from collections.abc import Iterator, Sequence

from bot.plan.diagnostics import Note
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Block, Document, Kind, is_delimiter_row
from bot.plan.model import NOWHERE, Plan
from bot.plan.rules.registry import E, Finding, I, W, rule
from bot.plan.sections import BY_FOLD
from bot.plan.statements import is_template_sql
from bot.plan.tables import Row, split_cells
from bot.plan.text import Span
from bot.plan.words import find_placeholders, fold, listed, plain, quoted

_NAMED = 4
_SECTION_HEADING = re.compile(r" {0,3}##[ \t]+(.*)")
_GLUED_HEADING = re.compile(r" {0,3}(#{2,6}|#(?=plan\b))[^\W\d_]", re.IGNORECASE)


@rule("D001", "byte-order-mark", draft=I, approved=W)
def check_byte_order_mark(plan: Plan) -> Iterator[Finding]:
    """The file begins with a byte-order mark.

    UTF-8 needs none. Some tools take the invisible mark for a part of the first line, which then
    is no heading for them.

    Bad:
        \\ufeff# Plan: FEAT-1 — Search
    Good:
        # Plan: FEAT-1 — Search
    """
    if plan.bom:
        yield Finding(
            NOWHERE,
            "The file begins with a byte-order mark: save it as UTF-8 without BOM",
            fix=Fix("Remove the byte-order mark", (Edit(NOWHERE, ""),), safe=True),
        )


@rule("D002", "invalid-utf8", draft=E, approved=E)
def check_invalid_utf8(plan: Plan) -> Iterator[Finding]:
    """The file is not UTF-8 text.

    A file that cannot be read cannot be approved. Nothing else is checked until it can be read.

    Bad:
        # Plan: FEAT-1 — Search \\0
    Good:
        # Plan: FEAT-1 — Sëarch
    """
    if plan.refusal and plan.refusal.code == "D002":
        yield Finding(NOWHERE, f"Not UTF-8 text: {plan.refusal.reason}. Save the file as UTF-8")


@rule("D003", "unclosed-fence", draft=E, approved=E)
def check_unclosed_fence(plan: Plan) -> Iterator[Finding]:
    """A code fence never closes.

    Everything below it is code then, sections included. Close it with as many backticks or tildes
    as it was opened with.

    Bad:
        ```sql
        SELECT 1;

        ## Events
    Good:
        ## Events

        ```sql
        SELECT 1;
        ```
    """
    document = plan.document
    fences = [block for block in document.of(Kind.FENCE) if block.top]
    for fence in fences:
        if not document.is_closed(fence):
            hidden = _count_sections(document, fence)
            suspect = _find_suspect(document, fences, fence)
            yield Finding(
                document.text.span(fence.first),
                f"This code fence never closes and hides {hidden} below it: "
                f"end it with a line {fence.markup}",
                (suspect[1],) if suspect else (),
                _close_fence(document, suspect[0] if suspect else fence),
            )


def _count_sections(document: Document, block: Block) -> str:
    lines = document.text.lines[block.first - 1 : block.last]
    count = sum(1 for line in lines if _SECTION_HEADING.fullmatch(line))
    return f"{count} section{'' if count == 1 else 's'}" if count else "everything"


def _find_suspect(
    document: Document, fences: list[Block], last: Block
) -> tuple[Block, Note] | None:
    """Return the first fence before that took in a section heading: it may lack its end."""
    for fence in fences[: fences.index(last)]:
        if number := _first_heading(document, fence):
            message = f"this fence holds the heading of line {number}: its end may be missing"
            return fence, Note(document.text.span(fence.first), message)
    return None


def _first_heading(document: Document, fence: Block) -> int | None:
    """Return the line of the first section heading that a fence took in."""
    for number, line in document.text.numbered(fence.first + 1, fence.last):
        heading = _SECTION_HEADING.fullmatch(line)
        if heading and fold(heading[1]) in BY_FOLD:
            return number
    return None


def _close_fence(document: Document, fence: Block) -> Fix:
    """Close a fence before the section that it took in, else at the end of the file."""
    number = _first_heading(document, fence)
    if number:
        edit = Edit.insert(number, 1, f"{fence.markup}\n\n")
    else:
        last = document.text.lines[-1]
        end = f"{fence.markup}\n" if not last else f"\n{fence.markup}"
        edit = Edit.insert(len(document.text.lines), len(last) + 1, end)
    return Fix(f"Close the fence with {fence.markup}", (edit,))


@rule("D004", "unclosed-comment", draft=E, approved=E)
def check_unclosed_comment(plan: Plan) -> Iterator[Finding]:
    """An HTML comment never closes.

    Everything below it is hidden, sections included.

    Bad:
        <!-- to be discussed

        ## Events
    Good:
        <!-- to be discussed -->

        ## Events
    """
    for block in plan.document.of(Kind.HTML):
        if block.text.lstrip().startswith("<!--"):
            start = block.text.index("<!--") + 4
            if "-->" not in block.text[start - 2 :]:
                hidden = _count_sections(plan.document, block)
                yield Finding(
                    plan.text.span(block.first),
                    f"This comment never closes and hides {hidden} below it: end it with `-->`",
                )


@rule("D005", "accidental-setext", draft=E, approved=E)
def check_accidental_setext(plan: Plan) -> Iterator[Finding]:
    """Dashes right under the header fields turn them into a heading.

    In Markdown a line of dashes under text makes that text a heading. A blank line between them
    makes the dashes a thematic break, which is what was meant.

    Bad:
        # Plan: FEAT-1 — Search

        **Status**: Draft
        ---
    Good:
        # Plan: FEAT-1 — Search

        **Status**: Draft

        ---
    """
    if plan.header.underline:
        yield Finding(
            plan.header.underline,
            "This line turns the header fields above it into a heading, and no status is read: "
            "put a blank line before it",
            fix=_divide(plan, plan.header.underline.line),
        )


def _divide(plan: Plan, number: int) -> Fix:
    """Make an underline the thematic break that was meant, which takes three dashes."""
    line = plan.text.line(number)
    if line.strip().startswith("---"):
        return Fix("Put a blank line before it", (Edit.insert(number, 1, "\n"),), safe=True)
    edit = Edit(Span(number, 1, number, len(line) + 1), "\n---")
    return Fix("Make it a thematic break: a blank line, then `---`", (edit,), safe=True)


@rule("D006", "broken-table", draft=E, approved=E)
def check_broken_table(plan: Plan) -> Iterator[Finding]:
    """The head and the delimiter row of a table differ in cells.

    Such a table is shown as text, and none of its rows is read.

    Bad:
        | Service | Change | Owner |
        |---------|--------|
        | billing | new    | pay   |
    Good:
        | Service | Change | Owner |
        |---------|--------|-------|
        | billing | new    | pay   |
    """
    for block in plan.document.of(Kind.PARAGRAPH):
        if block.last > block.first:
            for number, line in plan.text.numbered(block.first + 1, block.last):
                head = plan.text.line(number - 1)
                if "|" in head and is_delimiter_row(line) and not is_delimiter_row(head):
                    wanted, got = len(split_cells(head)), len(split_cells(line))
                    if wanted != got:
                        yield Finding(
                            plan.text.span(number),
                            f"The head has {wanted} cells and this row has {got}, so no table is "
                            f"shown: give it {wanted}",
                            fix=Fix(f"Give it {wanted} cells", (_fit(number, line, wanted),)),
                        )


def _fit(number: int, delimiter: str, width: int) -> Edit:
    """Cut a delimiter row to a number of cells, or make it as long."""
    cells = split_cells(delimiter)
    end = len(delimiter.rstrip())
    if len(cells) > width:
        return Edit(Span(number, cells[width][0] + 1, number, end + 1), "")
    start = "" if delimiter.rstrip().endswith("|") else "|"
    return Edit.insert(number, end + 1, start + "---|" * (width - len(cells)))


@rule("D007", "row-too-short", draft=W, approved=E)
def check_row_too_short(plan: Plan) -> Iterator[Finding]:
    """A table row has fewer cells than the head.

    What is missing is read as empty, and often the cells before it stand in the wrong column.

    Bad:
        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing |
    Good:
        | # | Task | Service | Depends on |
        |---|------|---------|------------|
        | 1 | Add table | billing | — |
    """
    for head, row in _rows(plan):
        missing = len(head.cells) - len(row.cells)
        if missing > 0 and not row.swallowed:
            names = [quoted(plain(cell.text)) for cell in head.cells[-missing:][:_NAMED]]
            more = [f"{missing - _NAMED} more"] if missing > _NAMED else []
            yield Finding(
                plan.text.span(row.line),
                f"This row has {len(row.cells)} of {len(head.cells)} cells: "
                f"add {listed(names + more)}",
                fix=Fix("Add empty cells", (_lengthen(plan, row, missing),)),
            )


def _lengthen(plan: Plan, row: Row, missing: int) -> Edit:
    line = plan.text.line(row.line).rstrip()
    start = "" if line.endswith("|") and not line.endswith("\\|") else " |"
    return Edit.insert(row.line, len(line) + 1, start + "  |" * missing)


@rule("D008", "row-too-long", draft=W, approved=E)
def check_row_too_long(plan: Plan) -> Iterator[Finding]:
    """A table row has more cells than the head.

    GitHub does not show what is too much. Mostly a `|` within a cell is the cause: write `\\\\|`.

    Bad:
        | # | Question | Answer |
        |---|----------|--------|
        | 1 | a | b?   | a      |
    Good:
        | # | Question | Answer |
        |---|----------|--------|
        | 1 | a \\| b?  | a      |
    """
    for head, row in _rows(plan):
        width = len(head.cells)
        if len(row.cells) > width:
            first, last = row.cells[width].span, row.cells[-1].span
            yield Finding(
                plan.text.span(row.line, first.column - 1, last.end_column - 1),
                f"This row has {len(row.cells)} cells and the head has {width}: what is too much "
                "is not shown. Write a pipe within a cell as `\\|`",
                fix=_escape_pipes(plan, row, len(row.cells) - width),
            )


def _escape_pipes(plan: Plan, row: Row, excess: int) -> Fix:
    """Escape as many pipes as there are cells too many: those within code, else the last ones."""
    line = plan.text.line(row.line)
    pipes = [end for _, end in split_cells(line)][:-1]
    prose = plan.document.prose.line(row.line)
    in_code = [place for place in pipes if prose[place] != "|"]
    chosen = in_code[:excess] if len(in_code) >= excess else pipes[-excess:]
    edits = tuple(Edit.insert(row.line, place + 1, "\\") for place in chosen)
    return Fix("Escape the pipe", edits)


@rule("D009", "heading-without-space", draft=W, approved=E)
def check_heading_without_space(plan: Plan) -> Iterator[Finding]:
    """A heading lacks the space after its `#`.

    GitHub shows the line as text, and the section it was to begin is missing.

    Bad:
        ##Events
    Good:
        ## Events

        See #12 and the #payments channel.
    """
    for block in plan.document.of(Kind.PARAGRAPH):
        if block.top:
            for number, line in plan.document.prose.numbered(block.first, block.last):
                if match := _GLUED_HEADING.match(line):
                    marks = match[1]
                    yield Finding(
                        plan.text.span(number),
                        f"No heading without a space: write `{marks} ` before the words",
                        fix=Fix(
                            "Put a space after it",
                            (Edit.insert(number, match.end(1) + 1, " "),),
                            safe=True,
                        ),
                    )


@rule("D010", "row-swallowed-text", draft=W, approved=W)
def check_row_swallowed_text(plan: Plan) -> Iterator[Finding]:
    """A line of text right after a table became a row of it.

    A table ends at a blank line only.

    Bad:
        | # | Question | Answer |
        |---|----------|--------|
        | 1 | Why?     | So     |
        *Unresolved questions block approval.*
    Good:
        | # | Question | Answer |
        |---|----------|--------|
        | 1 | Why?     | So     |

        *Unresolved questions block approval.*
    """
    for block in plan.document.of(Kind.TABLE):
        rows = block.table.rows if block.table else ()
        fixable = _first_swallowed(rows)
        for row in rows:
            if row.swallowed:
                edit = Edit.insert(row.line, 1, "\n")
                yield Finding(
                    plan.text.span(row.line),
                    "This line became a row of the table above: put a blank line before it",
                    fix=Fix("Put a blank line before it", (edit,), safe=True)
                    if row is fixable
                    else None,
                )


def _first_swallowed(rows: Sequence[Row]) -> Row | None:
    """Return the row before which a table may end: the first of text, when no other follows it."""
    swallowed = [row.swallowed for row in rows]
    first = swallowed.index(True) if any(swallowed) else len(rows)
    return rows[first] if first < len(rows) and all(swallowed[first:]) else None


@rule("D011", "placeholder-left", draft=I, approved=E)
def check_placeholder_left(plan: Plan) -> Iterator[Finding]:
    """A placeholder of the template still stands.

    Only the template's own placeholders count; braces in code, JSON or paths are the plan's words.
    The template's SQL block is one too, as long as nothing was written into it.

    Bad:
        **In scope**: {list}
    Good:
        **In scope**: search by name, `{list}` and `GET /v1/{name}`
    """
    for fence in plan.document.of(Kind.FENCE):
        if is_template_sql(plan.text.lines[fence.first : fence.last - 1]):
            message = "Write the migration and its rollback here, or `N/A — reason` instead"
            yield Finding(plan.text.span(fence.first), message)
    for block in plan.document.blocks:
        text = "\n".join(plan.document.prose.lines[block.first - 1 : block.last])
        if "{" not in text or block.quotes:
            continue
        line, begin, counted = block.first, 0, 0  # where the line begins, and counting went on
        for match in find_placeholders(text):
            line += text.count("\n", counted, match.start())
            begin = max(begin, text.rfind("\n", counted, match.start()) + 1)
            counted = match.start()
            start = match.start() - begin
            end = len(plan.text.line(line)) if "\n" in match[0] else start + len(match[0])
            yield Finding(
                plan.text.span(line, start, end),
                f"Fill in {' '.join(match[0].split())}, or delete it",
            )


@rule("D012", "file-too-large", draft=E, approved=E)
def check_file_too_large(plan: Plan) -> Iterator[Finding]:
    """The file is over a limit and was not read.

    A plan is read by people. The limits (512 KiB, 10,000 lines, 20,000 table cells, 50 levels of
    nesting) are far above what they can, and keep the check fast whatever a file holds.

    Bad:
        >>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>> why
    Good:
        > why
    """
    if plan.refusal and plan.refusal.code == "D012":
        yield Finding(
            NOWHERE, f"Not read: {plan.refusal.reason}. Move what is no plan to another file"
        )


def _rows(plan: Plan) -> Iterator[tuple[Row, Row]]:
    """Yield each table row with the head of its table."""
    for block in plan.document.of(Kind.TABLE):
        if block.table:
            for row in block.table.rows:
                yield block.table.head, row
