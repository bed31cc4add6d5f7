"""Group F, the definition of done: the template's items, none of them ticked too early."""

import re
from collections.abc import Iterator

from bot.plan.checklist import add_item, find_missing, is_settled
from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind
from bot.plan.model import Plan, SectionName
from bot.plan.rules.registry import OFF, Finding, I, W, rule
from bot.plan.words import quoted

ITEMS = (
    "All task decomposition PRs merged",
    "Tests passing, coverage ≥80%",
    "Reviewer verdict: APPROVED",
    "Staged and smoke-tested",
    "Runbook updated if new ops procedures needed",
    "Compound Agent has run (patterns + ADRs extracted)",
)

MIN_COVERAGE = 80

# The figure behind the word, of `60% → 85%` the second; or the one right before it.
_FIGURE = r"(\d{1,3}(?:[.,]\d{1,3})?\s{0,3}(?:%|percent\b))"
_COVERAGE = re.compile(
    rf"\bcoverage\b[^\d.;]{{0,40}}(?:\d{{1,3}}\s{{0,3}}%?\s{{0,3}}(?:to|→|->|–)\s{{0,3}})?{_FIGURE}"
    rf"|(?<![\d.,]){_FIGURE}\s(?:\w{{1,12}}\s){{0,2}}coverage\b",
    re.IGNORECASE,
)


@rule("F001", "done-item-removed", draft=I, approved=W)
def check_done_item_removed(plan: Plan) -> Iterator[Finding]:
    """An item of the template's definition of done is gone.

    Case, punctuation and figures do not matter, and items of your own are welcome.

    Bad:
        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [ ] Tests passing, coverage ≥80%
        - [ ] Staged and smoke-tested
        - [ ] Runbook updated if new ops procedures needed
        - [ ] Compound Agent has run (patterns + ADRs extracted)
    Good:
        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [ ] Tests passing, coverage ≥ 90 %
        - [ ] Reviewer verdict: **approved**
        - [ ] Staged & smoke tested
        - [ ] Runbook updated if new ops procedures needed: N/A
        - [ ] Compound Agent has run (patterns + ADRs extracted)
        - [ ] The old page is gone
    """
    section = plan.section(SectionName.DONE)
    if section and section.content and section.na is None:
        for item in find_missing(ITEMS, plan.done_items):
            yield Finding(
                section.span,
                f"The item “{item}” is gone: put it back, with `N/A — reason` if it does not apply",
                fix=add_item(plan.text, section, item),
            )


@rule("F002", "done-too-early", draft=W, approved=OFF)
def check_done_too_early(plan: Plan) -> Iterator[Finding]:
    """A box of the definition of done is ticked while the plan is a Draft.

    Nothing is done before the plan is approved.

    Bad:
        ## Definition of Done

        - [x] All task decomposition PRs merged
        - [ ] Tests passing, coverage ≥80%
        - [ ] Reviewer verdict: APPROVED
        - [ ] Staged and smoke-tested
        - [ ] Runbook updated if new ops procedures needed
        - [ ] Compound Agent has run (patterns + ADRs extracted)
    Good:
        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [ ] Tests passing, coverage ≥80%
        - [ ] Reviewer verdict: APPROVED
        - [ ] Staged and smoke-tested
        - [x] Runbook updated if new ops procedures needed: N/A, none are
        - [ ] Compound Agent has run (patterns + ADRs extracted)
    """
    for item in plan.done_items:
        if item.box and item.ticked and not is_settled(item):
            yield Finding(
                item.box.span,
                f"{quoted(item.words.text)} is ticked in a Draft: untick it until the plan is "
                "Approved and this is done",
                fix=Fix("Untick it", (Edit(item.box.span, "[ ]"),)),
            )


@rule("F003", "coverage-below", draft=W, approved=W)
def check_coverage_below(plan: Plan) -> Iterator[Finding]:
    """The definition of done asks for a test coverage under 80 %.

    Bad:
        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [ ] Tests passing, coverage ≥70%
        - [ ] Reviewer verdict: APPROVED
        - [ ] Staged and smoke-tested
        - [ ] Runbook updated if new ops procedures needed
        - [ ] Compound Agent has run (patterns + ADRs extracted)
    Good:
        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [ ] Tests passing, coverage from 60 % to 85 %
        - [ ] Reviewer verdict: APPROVED
        - [ ] Staged and smoke-tested with 10% of the traffic
        - [ ] Runbook updated if new ops procedures needed
        - [ ] Compound Agent has run (patterns + ADRs extracted)
    """
    section = plan.section(SectionName.DONE)
    for block in section.content if section and section.na is None else ():
        if block.kind in (Kind.PARAGRAPH, Kind.TABLE) and not block.quotes:
            for number, line in plan.document.prose.numbered(block.first, block.last):
                for match in _COVERAGE.finditer(line) if "coverage" in line.lower() else ():
                    group = 1 if match[1] else 2
                    if float(_number(match[group])) < MIN_COVERAGE:
                        yield Finding(
                            plan.text.span(number, *match.span(group)),
                            f"{quoted(match[group])} is under {MIN_COVERAGE} %: "
                            f"ask for a coverage of at least {MIN_COVERAGE} %",
                        )


@rule("F004", "done-but-tasks-open", draft=OFF, approved=W, needs="open_tasks")
def check_done_but_tasks_open(plan: Plan) -> Iterator[Finding]:
    """Everything is ticked as done, and a task has no merged pull request.

    Only where pull requests name their tasks, as in `Plan: FEAT-12#3`, is that known.

    Bad:
        <!-- plans/FEAT-12.md -->
        # Plan: FEAT-12 — One-page checkout

        ## Definition of Done

        - [x] All task decomposition PRs merged
        - [x] Staged and smoke-tested
        <!-- open tasks: 2 -->
    Good:
        <!-- plans/FEAT-12.md -->
        # Plan: FEAT-12 — One-page checkout

        ## Definition of Done

        - [ ] All task decomposition PRs merged
        - [x] Staged and smoke-tested
        <!-- open tasks: 2 -->
    """
    items = [item for item in plan.done_items if item.box and not is_settled(item)]
    if plan.open_tasks and items and all(item.ticked for item in items):
        open_tasks = [str(number) for number in sorted(plan.open_tasks)]
        noun, verb = ("task", "has") if len(open_tasks) == 1 else ("tasks", "have")
        item = items[0]
        yield Finding(
            item.words.span,
            f"{quoted(item.words.text)} and all else is ticked, but {noun} "
            f"{', '.join(open_tasks)} {verb} no merged pull request: untick what is not done",
        )


def _number(figure: str) -> str:
    return figure.rstrip("% \tpercntPERCNT").replace(",", ".")
