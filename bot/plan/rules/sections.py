"""Group S, the sections: all of the template's, once, in order, with something in them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from bot.plan.diagnostics import Note
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind
from bot.plan.model import NOWHERE, Plan, Section, SectionName
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.text import Span
from bot.plan.words import MAX_HINTS, closest, fold, plain, quoted

ORDER = tuple(SectionName)

_HASHES = re.compile(r"\s*(#+)\s*")


@rule("S001", "section-missing", draft=W, approved=E)
def check_section_missing(plan: Plan) -> Iterator[Finding]:
    """A section of the template is absent.

    One that does not apply stays, and says so: `N/A — reason`. The configuration may require fewer
    sections of small plans, call them otherwise, and add sections of its own (`sections`).

    Bad:
        # Plan: FEAT-1 — Search

        ## Why & What

        People cannot find old invoices.
    Good:
        # Plan: FEAT-1 — Search

        ## Why & What
        ## Services / Modules Affected
        ## Data Model Changes
        ## API Changes
        ## Events
        ## Task Decomposition
        ## Testing Strategy
        ## Security & Compliance
        ## Rollback Plan
        ## Open Questions
        ## Definition of Done
    """
    if plan.refusal:
        return
    place = plan.header.title.span if plan.header.title else NOWHERE
    after = "the header"
    line = plan.sections[0].span.line if plan.sections else None
    misspelt = {name for _, name in _misspelt(plan)}
    for name in ORDER:
        section = plan.section(name)
        if section:
            place, after = section.span, f"“{name}”"
            line = section.last + 1
        elif name in plan.required:
            yield Finding(
                place,
                f"The section “{name}” is missing: add `## {name}` after {after}",
                fix=_add_section(plan, name, line) if name not in misspelt else None,
            )
            after = f"“{name}”"
    headings = {fold(section.heading) for section in plan.sections}
    for heading in plan.house_sections:
        if fold(heading) not in headings:
            yield Finding(
                place,
                f"The section {quoted(heading)} is missing, which plans have here: "
                f"add `## {heading}`",
                fix=_add_section(plan, heading, None),
            )


def _add_section(plan: Plan, name: str, line: int | None) -> Fix | None:
    """Add a heading before a line, which begins a section or is none: then at the file's end."""
    lines, blocks = plan.text.lines, plan.document.blocks
    if line is not None and line <= len(lines):
        edit = Edit.insert(line, 1, f"## {name}\n\n")
    elif blocks and (
        blocks[-1].kind is Kind.HTML
        or (blocks[-1].kind is Kind.FENCE and not plan.document.is_closed(blocks[-1]))
    ):
        return None  # it would be a part of what stands there
    else:
        heading = f"\n\n## {name}" if lines[-1].strip() else f"\n## {name}\n"
        edit = Edit.insert(len(lines), len(lines[-1]) + 1, heading)
    return Fix(f"Add the heading `## {name}`", (edit,))


@rule("S002", "section-misspelt", draft=I, approved=W)
def check_section_misspelt(plan: Plan) -> Iterator[Finding]:
    """A heading is close to that of a missing section.

    Sections of your own are welcome; this one looks like a slip.

    Bad:
        # Plan: FEAT-1 — Search

        ## Task Decompositon
    Good:
        # Plan: FEAT-1 — Search

        ## Task Decomposition
        ## Tasks left for later
    """
    fixed: set[str] = set()
    for section, name in _misspelt(plan):
        hashes = _HASHES.match(plan.text.line(section.span.line))
        edit = Edit(section.span, f"## {name}")
        yield Finding(
            section.span,
            f"{quoted(section.heading)} is no section of the template; did you mean {name}?",
            fix=Fix(f"Rename it to “{name}”", (edit,)) if hashes and name not in fixed else None,
        )
        fixed.add(name)


def _misspelt(plan: Plan) -> list[tuple[Section, str]]:
    """Return the sections of one's own that are close to a missing one, with its name."""
    missing = [name for name in ORDER if not plan.section(name)]
    own = (section for section in plan.sections if section.name is None and section.level == 2)
    close = ((section, closest(section.heading, missing)) for section in islice(own, MAX_HINTS))
    return [(section, name) for section, name in close if name]


@rule("S003", "section-order", draft=OFF, approved=I)
def check_section_order(plan: Plan) -> Iterator[Finding]:
    """A section stands out of the template's order.

    Who reads many plans finds things by their place.

    Bad:
        # Plan: FEAT-1 — Search

        ## Events
        ## API Changes
    Good:
        # Plan: FEAT-1 — Search

        ## API Changes
        ## A section of our own
        ## Events
    """
    firsts = _first_of_each(plan.sections)
    ranks = [ORDER.index(name) for name in firsts]
    in_order = _longest_ascent(ranks)
    for name, rank in zip(firsts, ranks, strict=True):
        if rank not in in_order:
            before = [ORDER[other] for other in in_order if other < rank]
            where = f"after “{before[-1]}”" if before else "before the others"
            yield Finding(firsts[name].span, f"“{name}” belongs {where}: move it there")


@rule("S004", "section-repeated", draft=W, approved=E)
def check_section_repeated(plan: Plan) -> Iterator[Finding]:
    """A section stands twice.

    Readers, and this check, take the first for the whole.

    Bad:
        # Plan: FEAT-1 — Search

        ## Events
        ## Events
    Good:
        # Plan: FEAT-1 — Search

        ## Events
    """
    firsts = _first_of_each(plan.sections)
    for section in plan.sections:
        if section.name and section is not firsts[section.name]:
            first = firsts[section.name].span
            yield Finding(
                section.span,
                f"“{section.name}” stands twice, first on line {first.line}: merge the two",
                (Note(first, "the first is here"),),
            )


@rule("S005", "section-empty", draft=I, approved=E)
def check_section_empty(plan: Plan) -> Iterator[Finding]:
    """A section has nothing in it.

    Nobody can tell whether it was forgotten or does not apply: say so.

    Bad:
        # Plan: FEAT-1 — Search

        ## Events

        <!-- nothing yet -->
    Good:
        # Plan: FEAT-1 — Search

        ## Events

        N/A — search emits nothing
    """
    house = set(map(fold, plan.house_sections))
    for section in plan.sections:
        asked = section.name or fold(section.heading) in house
        if asked and not section.content:
            shown = section.name or plain(section.heading)
            yield Finding(section.span, f"“{shown}” is empty: fill it in, or write `N/A — reason`")


@rule("S006", "na-without-reason", draft=OFF, approved=I)
def check_na_without_reason(plan: Plan) -> Iterator[Finding]:
    """A section says N/A and not why.

    The reason is what a reviewer can check. Open questions need none: there are none.

    Bad:
        # Plan: FEAT-1 — Search

        ## Events

        N/A
    Good:
        # Plan: FEAT-1 — Search

        ## Events

        N/A — search emits nothing

        ## Open Questions

        None
    """
    for section in plan.sections:
        asked = section.name and section.name is not SectionName.QUESTIONS
        if asked and section.na == "" and len(section.content) == 1:
            yield Finding(
                plan.text.span(section.content[0].first),
                f"Say why “{section.name}” does not apply: `N/A — reason`",
            )


@rule("S007", "section-level", draft=W, approved=W)
def check_section_level(plan: Plan) -> Iterator[Finding]:
    """A section of the template stands at another heading level.

    Sections are headings of level 2; what is below is read as a part of the section above.

    Bad:
        # Plan: FEAT-1 — Search

        ### Events
    Good:
        # Plan: FEAT-1 — Search

        ## Events
        ## Testing Strategy
        ### Events
    """
    for section in plan.sections:
        if section.name and section.level != 2:
            yield Finding(
                section.span,
                f"“{section.name}” is a heading of level {section.level}: "
                f"write `## {plain(section.heading)}`",
                fix=Fix("Make it level 2", (_level(plan, section),), safe=True),
            )


def _level(plan: Plan, section: Section) -> Edit:
    """Make a heading one of level 2: by its hashes, or by its underline."""
    line = section.span.line
    hashes = _HASHES.match(plan.text.line(line))
    if hashes:
        return Edit(Span(line, hashes.start(1) + 1, line, hashes.end(1) + 1), "##")
    underline = plan.text.span(section.first - 1)
    return Edit(underline, "-" * (underline.end_column - underline.column))


def _first_of_each(sections: Sequence[Section]) -> dict[SectionName, Section]:
    firsts: dict[SectionName, Section] = {}
    for section in sections:
        if section.name:
            firsts.setdefault(section.name, section)
    return firsts


def _longest_ascent(ranks: Sequence[int]) -> list[int]:
    """Return a longest ascending part of distinct ranks: those that need not move."""
    best: list[list[int]] = []  # best[n]: the part of length n + 1 with the lowest end
    for rank in ranks:
        length = bisect_left([part[-1] for part in best], rank)
        best[length : length + 1] = [[*(best[length - 1] if length else []), rank]]
    return best[-1] if best else []
