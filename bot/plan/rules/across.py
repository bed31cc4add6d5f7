"""Groups P and E, across plans: what the other plans of the tree and the file's name say."""

from collections.abc import Iterator

from bot.plan.model import NOWHERE, Plan, Surroundings
from bot.plan.references import fold_id
from bot.plan.rules.registry import OFF, E, Finding, I, W, rule
from bot.plan.text import Span
from bot.plan.words import listed, quoted

_ALONE = Surroundings()
_NAMED = 3


@rule("P001", "plan-id-taken", draft=E, approved=E, needs="around")
def check_plan_id_taken(plan: Plan) -> Iterator[Finding]:
    """Another file has this plan's ID.

    Pull requests link a plan by its ID, and then nobody knows which is meant.

    Bad:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        <!-- plans/FEAT-1-old.md -->
        # Plan: FEAT-1 — Search, first try
    Good:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Search in notes
    """
    others = (plan.around or _ALONE).namesakes
    if others:
        more = [f"{len(others) - _NAMED} more"] if len(others) > _NAMED else []
        yield Finding(
            _id_span(plan),
            f"{plan.id} is also the ID of {listed([*others[:_NAMED], *more])}: "
            "give all but one of them another ID",
        )


@rule("P002", "plan-unknown", draft=W, approved=W, needs="around")
def check_plan_unknown(plan: Plan) -> Iterator[Finding]:
    """A plan that this one depends on does not exist.

    Other plans are named in the column *Depends on* of the tasks, or in a header field
    `Depends on`. Tickets that are links, or begin as the plan's own ticket does, are none.

    Bad:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-3

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive
    Good:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-2, [OPS-7](https://tickets.example/OPS-7)

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive

        **Status**: Approved
    """
    for dependency in (plan.around or _ALONE).depends_on:
        if dependency.path is None:
            yield Finding(
                dependency.id.span,
                f"No plan has the ID {quoted(dependency.id.text)}: correct it, or take it out",
            )


@rule("P003", "file-name-without-id", draft=I, approved=W, needs="around")
def check_file_name_without_id(plan: Plan) -> Iterator[Finding]:
    """The name of the file does not carry the plan's ID.

    Who has the ID finds the file by it. The folder may carry it instead.

    Bad:
        <!-- plans/search.md -->
        # Plan: FEAT-1 — Search
    Good:
        <!-- plans/feat-1-search.md -->
        # Plan: FEAT-1 — Search

        <!-- plans/FEAT-2/plan.md -->
        # Plan: FEAT-2 — Archive
    """
    if plan.id and plan.around and plan.around.carried is None:
        yield Finding(
            _id_span(plan),
            f"The file's name does not carry {plan.id}: name it {plan.id}.md or {plan.id}-….md",
        )


@rule("P004", "depends-on-draft", draft=I, approved=E, needs="around")
def check_depends_on_draft(plan: Plan) -> Iterator[Finding]:
    """A plan that this one depends on is not Approved.

    What it builds on may still change.

    Bad:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-2

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive

        **Status**: Draft
    Good:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-2

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive

        **Status**: Approved
    """
    for dependency in (plan.around or _ALONE).depends_on:
        if dependency.path is not None and not dependency.approved:
            yield Finding(
                dependency.id.span,
                f"{dependency.id.text} ({dependency.path}) is not Approved: "
                "approve it first, or take the dependency out",
            )


@rule("P005", "plan-cycle", draft=E, approved=E, needs="around")
def check_plan_cycle(plan: Plan) -> Iterator[Finding]:
    """Plans depend on each other in a circle.

    None of them can be carried out first.

    Bad:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-2

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive

        **Depends on**: FEAT-1
    Good:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        **Depends on**: FEAT-2

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Archive
    """
    around = plan.around or _ALONE
    for dependency in around.depends_on if around.circle else ():
        if fold_id(dependency.id.text) == fold_id(around.circle[1]):
            yield Finding(
                dependency.id.span,
                f"Plans wait for each other in a circle: {' → '.join(around.circle)}. "
                "Take one of these dependencies out",
            )


@rule("P006", "file-name-other-id", draft=W, approved=E, needs="around")
def check_file_name_other_id(plan: Plan) -> Iterator[Finding]:
    """The name of the file carries another ID than the title.

    One of the two is wrong, mostly after a copy.

    Bad:
        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-1 — Search
    Good:
        <!-- plans/FEAT-1-after-FEAT-2.md -->
        # Plan: FEAT-1 — Search
    """
    carried = plan.around.carried if plan.around else None
    if plan.id and carried and fold_id(carried) != fold_id(plan.id):
        yield Finding(
            _id_span(plan),
            f"The title says {plan.id} and the file's name {carried}: correct one of them",
        )


@rule("E005", "consumed-by-nobody-emitted", draft=OFF, approved=I, needs="around")
def check_consumed_by_nobody_emitted(plan: Plan) -> Iterator[Finding]:
    """No plan emits a topic that this one consumes.

    It may be older than the plans. Else nobody has planned to send it.

    Bad:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | consumes | billing |
    Good:
        <!-- plans/FEAT-1.md -->
        # Plan: FEAT-1 — Search

        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | consumes | billing |

        <!-- plans/FEAT-2.md -->
        # Plan: FEAT-2 — Invoices

        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search |
    """
    for event in plan.events if plan.around else ():
        topic = event.topic.text
        if event.consumes and plan.around and topic not in plan.around.emitted:
            yield Finding(
                event.topic.span,
                f"No plan emits {quoted(topic)}: check its name and its version",
            )


def _id_span(plan: Plan) -> Span:
    title = plan.header.title
    return title.id.span if title and title.id else NOWHERE
