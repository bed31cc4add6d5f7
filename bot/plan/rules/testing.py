"""Group X, the testing strategy: what each type of test covers."""

from collections.abc import Iterator

from bot.plan.fix import Edit, Fix
from bot.plan.model import Plan, SectionName, TestType
from bot.plan.questions import is_answer
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.tables import Table
from bot.plan.text import Text
from bot.plan.words import is_placeholder, not_applicable, quoted

# What the template says of each type: the words to begin with.
_TEMPLATE = {
    TestType.UNIT: "{use cases, domain logic}",
    TestType.INTEGRATION: "{endpoints, DB, event handlers}",
    TestType.E2E: "{critical user flows if applicable}",
}


@rule("X001", "test-type-missing", draft=W, approved=W)
def check_test_type_missing(plan: Plan) -> Iterator[Finding]:
    """The testing strategy says nothing of Unit, Integration or E2E tests.

    A type that is not needed stays and says so: `N/A — reason`. Types of your own are welcome.

    Bad:
        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit | amounts, ranges |
    Good:
        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit tests | amounts, ranges |
        | Integration | the endpoint |
        | End-to-end | N/A — no user interface |
        | Load | 300 searches a second |
    """
    section = plan.section(SectionName.TESTING)
    if section and section.content and section.na is None:
        named = {strategy.type for strategy in plan.strategies}
        table = next(iter(section.tables), None)
        for missing in TestType:
            if missing not in named:
                yield Finding(
                    plan.text.span(table.head.line) if table else section.span,
                    f"No row “{missing}” in the testing strategy: say what these tests cover, or "
                    "`N/A — reason`",
                    fix=_add_row(plan.text, table, missing) if table else None,
                )


@rule("X002", "test-type-empty", draft=I, approved=E)
def check_test_type_empty(plan: Plan) -> Iterator[Finding]:
    """A type of test says nothing about what it covers.

    Bad:
        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit | amounts, ranges |
        | Integration |  |
        | E2E | TBD |
    Good:
        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit | amounts, ranges |
        | Integration | the endpoint |
        | E2E | N/A — no user interface |
    """
    for strategy in plan.strategies:
        said = strategy.covered
        if (
            not is_answer(said.text)
            and not_applicable(said.text) is None
            and not is_placeholder(said.text)
        ):
            yield Finding(
                said.span if said.text else strategy.span,
                f"Nothing says what the {strategy.type} tests cover: say it, or `N/A — reason`",
            )


@rule("X003", "api-without-integration", draft=OFF, approved=W)
def check_api_without_integration(plan: Plan) -> Iterator[Finding]:
    """The plan changes the API, and Integration is N/A.

    Only an integration test sees an endpoint as its callers do.

    Bad:
        ## API Changes

        `GET /v1/invoices/{id}`

        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit | amounts, ranges |
        | Integration | N/A — small change |
        | E2E | N/A — no user interface |
    Good:
        ## API Changes

        `GET /v1/invoices/{id}`

        ## Testing Strategy

        | Type | What's covered |
        |------|----------------|
        | Unit | amounts, ranges |
        | Integration | the endpoint |
        | E2E | N/A — no user interface |
    """
    for strategy in plan.strategies if plan.endpoints else ():
        said = strategy.covered
        if strategy.type is TestType.INTEGRATION and not_applicable(said.text) is not None:
            yield Finding(
                said.span,
                f"The plan changes the API, but Integration says {quoted(said.text)}: "
                "say which tests call the endpoints",
            )


def _add_row(text: Text, table: Table, missing: TestType) -> Fix | None:
    """Return the fix that adds the template's row to a table of the template's columns."""
    if len(table.head.cells) != len(("Type", "What's covered")):
        return None
    last = table.rows[-1].line if table.rows else table.head.line + 1
    row = f"| {missing} | {_TEMPLATE[missing]} |"
    return Fix(f"Add the row {row}", (Edit.insert(last, len(text.line(last)) + 1, f"\n{row}"),))
