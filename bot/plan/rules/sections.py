"""Group S, the sections: all of the template's, once, in order, with something in them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from bot.plan.diagnostics import Note
from bot.plan.model import NOWHERE, Plan, Section, SectionName
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.words import MAX_HINTS, did_you_mean, quoted

ORDER = tuple(SectionName)


@rule("S001", "section-missing", draft=W, approved=E)
def check_section_missing(plan: Plan) -> Iterator[Finding]:
    """A section of the template is absent.

    One that does not apply stays, and says so: `N/A — reason`.

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
    for name in ORDER:
        section = plan.section(name)
        if section:
            place, after = section.span, f"“{name}”"
        else:
            yield Finding(place, f"The section “{name}” is missing: add `## {name}` after {after}")
            after = f"“{name}”"


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
    missing = [name for name in ORDER if not plan.section(name)]
    own = (section for section in plan.sections if section.name is None and section.level == 2)
    for section in islice(own, MAX_HINTS):
        hint = did_you_mean(section.heading, missing)
        if hint:
            yield Finding(
                section.span,
                f"{quoted(section.heading)} is no section of the template{hint}",
            )


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
    for section in plan.sections:
        if section.name and not section.content:
            yield Finding(
                section.span, f"“{section.name}” is empty: fill it in, or write `N/A — reason`"
            )


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
                f"write `## {section.name}`",
            )


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
