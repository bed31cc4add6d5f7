"""Group O, the open questions: an unanswered one blocks approval."""

from collections.abc import Iterator

from bot.plan.diagnostics import Note
from bot.plan.model import OpenQuestion, Plan, QuestionRow
from bot.plan.questions import read_due
from bot.plan.rules.registry import E, Finding, I, W, rule
from bot.plan.text import Value
from bot.plan.words import is_blank, is_placeholder, not_applicable, plain, quoted


@rule("O001", "question-unanswered", draft=I, approved=E)
def check_question_unanswered(plan: Plan) -> Iterator[Finding]:
    """An open question has no answer.

    Empty, `—`, `-`, `?`, TBD and the template's placeholder are no answer. An unanswered question
    blocks approval.

    Bad:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-03-01 | TBD |
    Good:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-03-01 | Yes, for ten years |
        |   |          |       |     |        |
    """
    for row in _asked(plan):
        if not row.question.answered:
            yield Finding(
                row.answer.span if row.answer.text else row.question.span,
                f"{_named(row.question)} has no answer: answer it, or keep the plan a Draft",
            )


@rule("O002", "question-overdue", draft=W, approved=E, needs="today")
def check_question_overdue(plan: Plan) -> Iterator[Finding]:
    """An unanswered question is past its due date.

    The day to judge by is given to the check (`--today`); without one this rule is silent.

    Bad:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2000-01-01 | — |
    Good:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2000-01-01 | Yes |
        | 2 | And receipts?      | Ann | 2999-12-31 | —   |
    """
    for row in _asked(plan):
        due = read_due(row.due.text) if not row.question.answered else None
        if due and plan.today and due < plan.today:
            late = (plan.today - due).days
            yield Finding(
                row.due.span,
                f"{_named(row.question)} was due {late} day{'' if late == 1 else 's'} ago: "
                "answer it, or agree on a new date",
            )


@rule("O003", "due-unreadable", draft=I, approved=W)
def check_due_unreadable(plan: Plan) -> Iterator[Finding]:
    """A due date is missing or can be read in two ways.

    Bad:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 03/04/26 | Yes |
    Good:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-04-03 | Yes |
        | 2 | And receipts?      | Ann | N/A        | Yes |
    """
    for row in _tabled(plan):
        due = row.due
        if read_due(due.text) is None and not _is_settled(due):
            seen = "No due date" if is_blank(due.text) else f"{quoted(plain(due.text))} is no date"
            yield Finding(due.span, f"{seen}: write it as YYYY-MM-DD")


@rule("O004", "question-unowned", draft=I, approved=W)
def check_question_unowned(plan: Plan) -> Iterator[Finding]:
    """A question has no owner.

    Bad:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? |  | 2026-03-01 | Yes |
    Good:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-03-01 | Yes |
    """
    for row in _tabled(plan):
        if is_blank(row.owner.text):
            yield Finding(
                row.question.span, f"{_named(row.question)} has no owner: name who answers it"
            )


@rule("O005", "question-repeated", draft=W, approved=W)
def check_question_repeated(plan: Plan) -> Iterator[Finding]:
    """Two questions have the same number.

    Bad:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-03-01 | Yes |
        | 1 | And receipts?      | Ann | 2026-03-01 | Yes |
    Good:
        ## Open Questions

        | # | Question | Owner | Due | Answer |
        |---|----------|-------|-----|--------|
        | 1 | Keep old invoices? | Ann | 2026-03-01 | Yes |
        | 2 | And receipts?      | Ann | 2026-03-01 | Yes |
    """
    firsts: dict[str, QuestionRow] = {}
    for row in plan.question_rows:
        number = row.question.number
        first = firsts.setdefault(number, row)
        if number and first is not row:
            line = first.question.span.line
            yield Finding(
                row.number.span,
                f"{_named(row.question)} stands twice, first on line {line}: renumber this one",
                (Note(first.question.span, "the first is here"),),
            )


def _asked(plan: Plan) -> Iterator[QuestionRow]:
    """Yield the questions but for the template's own row, which D011 reports."""
    for row in plan.question_rows:
        if not is_placeholder(row.text.text):
            yield row


def _tabled(plan: Plan) -> Iterator[QuestionRow]:
    """Yield the questions of a table; those asked in prose have no owner and no date to fill in."""
    return (row for row in _asked(plan) if row.tabled)


def _named(question: OpenQuestion) -> str:
    return f"Question {question.number[:20]}" if question.number else "This question"


def _is_settled(value: Value) -> bool:
    """Tell whether a value says N/A, or is a placeholder that D011 reports."""
    return not_applicable(value.text) is not None or is_placeholder(value.text)
