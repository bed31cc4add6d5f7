"""Group W, *Why & What*: a problem, a success that can be measured, and where the work ends."""

from collections.abc import Iterator

from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Kind
from bot.plan.model import Plan, Scope, Section
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.why import is_measurable
from bot.plan.words import is_placeholder, quoted


@rule("W001", "problem-missing", draft=W, approved=E)
def check_problem_missing(plan: Plan) -> Iterator[Finding]:
    """No prose in *Why & What* states the problem.

    A reviewer cannot judge a solution without it. The scopes, code and quotes are no problem.

    Bad:
        ## Why & What

        **In scope**: search by number
        **Out of scope**: search in the text
    Good:
        ## Why & What

        Customers cannot find invoices older than a year.

        **In scope**: search by number
        **Out of scope**: search in the text
    """
    purpose = plan.purpose
    if purpose and not purpose.problem:
        yield Finding(
            purpose.section.span,
            f"“{purpose.section.name}” states no problem: say what is wrong, and for whom",
        )


@rule("W002", "success-unmeasured", draft=OFF, approved=I)
def check_success_unmeasured(plan: Plan) -> Iterator[Finding]:
    """Nothing in *Why & What* can be measured.

    A number, a share, a time or a comparison tells later whether the plan has succeeded. This looks
    for words only, and is easily content.

    Bad:
        ## Why & What

        Customers cannot find old invoices. Search should be good.

        **In scope**: search by number
        **Out of scope**: search in the text
    Good:
        ## Why & What

        Customers cannot find old invoices. After this, 95 % of searches answer in 300 ms.

        **In scope**: search by number
        **Out of scope**: search in the text
    """
    purpose = plan.purpose
    if (
        purpose
        and purpose.problem
        and not is_placeholder(purpose.problem)
        and not is_measurable(purpose.problem)
    ):
        yield Finding(
            purpose.section.span,
            "No sentence here can be measured: say what success is in a number, a share or a time",
        )


@rule("W003", "in-scope-missing", draft=W, approved=E)
def check_in_scope_missing(plan: Plan) -> Iterator[Finding]:
    """Nothing is said to be in scope.

    A field, a sub-heading, a list or a sentence all do.

    Bad:
        ## Why & What

        Customers cannot find invoices older than a year.

        **Out of scope**: search in the text
    Good:
        ## Why & What

        Customers cannot find invoices older than a year.

        **In scope**:

        - search by number
        - search by date

        **Out of scope**: search in the text
    """
    if plan.purpose:
        yield from _check_scope(plan, plan.purpose.in_scope, "In scope")


@rule("W004", "out-of-scope-missing", draft=I, approved=E)
def check_out_of_scope_missing(plan: Plan) -> Iterator[Finding]:
    """Nothing is said to be out of scope.

    What a plan leaves out is what people wrongly expect of it. `None` is an answer.

    Bad:
        ## Why & What

        Customers cannot find invoices older than a year.

        **In scope**: search by number
    Good:
        ## Why & What

        Customers cannot find invoices older than a year.

        ### In scope

        Search by number.

        ### Out of scope

        None
    """
    if plan.purpose:
        yield from _check_scope(plan, plan.purpose.out_of_scope, "Out of scope")


def _check_scope(plan: Plan, scope: Scope | None, name: str) -> Iterator[Finding]:
    if scope is None and plan.purpose:
        section = plan.purpose.section
        yield Finding(
            section.span,
            f"“{section.name}” does not say what is {name.lower()}: add `**{name}**: …`",
            fix=_add_scope(plan, section, name),
        )
    elif scope and not scope.said:
        yield Finding(
            scope.label.span, f"Nothing follows {quoted(scope.label.text)}: say it, or write None"
        )


def _add_scope(plan: Plan, section: Section, name: str) -> Fix | None:
    """Add the template's line below what stands in the section, unless that would swallow it."""
    block = section.content[-1]
    if block.kind is Kind.HTML or (block.kind is Kind.FENCE and not plan.document.is_closed(block)):
        return None
    end = len(plan.text.line(block.last)) + 1
    edit = Edit.insert(block.last, end, f"\n\n**{name}**: {{list}}")
    return Fix(f"Add `**{name}**: {{list}}`", (edit,))
