"""Group E, the events: versioned topics, with a direction and somebody at the other end."""

from collections.abc import Iterator

from bot.plan.diagnostics import Note
from bot.plan.events import is_topic, suggest_topic
from bot.plan.fix import Edit, Fix
from bot.plan.model import Event, Plan
from bot.plan.questions import is_answer
from bot.plan.rules.registry import E, Finding, I, W, rule
from bot.plan.words import (
    MAX_HINTS,
    closest,
    is_blank,
    is_placeholder,
    not_applicable,
    plain,
    quoted,
)

_DIRECTIONS = ("emits", "consumes")


@rule("E001", "topic-malformed", draft=W, approved=E)
def check_topic_malformed(plan: Plan) -> Iterator[Finding]:
    """A topic is not of the form `domain.aggregate.event.v<n>`.

    Consumers subscribe by it, and a new version must be able to stand beside the old one.

    Bad:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued` | emits | search |
    Good:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search |
        | billing.credit-note.issued.v2 | consumes | billing |
    """
    for event in plan.events:
        topic = event.topic.text
        if not is_topic(topic):
            meant = suggest_topic(topic)
            hint = f"; did you mean {meant}?" if meant else ": rename it"
            yield Finding(
                event.topic.span,
                f"{quoted(topic)} is not of the form `domain.aggregate.event.v<n>`{hint}",
            )


@rule("E002", "direction-invalid", draft=W, approved=E)
def check_direction_invalid(plan: Plan) -> Iterator[Finding]:
    """An event is neither emitted nor consumed.

    Also understood are produces, publishes, subscribes, and both in one cell.

    Bad:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emmits | search |
    Good:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search |
        | `billing.invoice.paid.v1` | subscribes | ledger |
        | `billing.invoice.due.v1` | emits / consumes | billing |
    """
    hints = 0
    for event in _lines(plan):
        way = event.direction
        if event.emits or event.consumes or (way and _is_settled(way.text)):
            continue
        if way is None or is_blank(way.text):
            topic = quoted(event.topic.text)
            yield Finding(
                event.topic.span, f"{topic} has no direction: say whether it emits or consumes"
            )
            continue
        hints += 1
        close = closest(way.text, _DIRECTIONS) if hints <= MAX_HINTS else None
        hint = f"; did you mean {close}?" if close else ": write emits or consumes"
        yield Finding(
            way.span,
            f"{quoted(plain(way.text))} is no direction{hint}",
            fix=Fix(f"Write {close}", (Edit(way.span, close),)) if close else None,
        )


@rule("E003", "event-repeated", draft=W, approved=W)
def check_event_repeated(plan: Plan) -> Iterator[Finding]:
    """A topic stands twice in the same direction.

    Bad:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search |
        | `billing.invoice.issued.v1` | emits | ledger |
    Good:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search, ledger |
        | `billing.invoice.issued.v1` | consumes | billing |
    """
    firsts: dict[tuple[str, str], Event] = {}
    for event in plan.events:
        ways = [
            way
            for way, goes in zip(_DIRECTIONS, (event.emits, event.consumes), strict=True)
            if goes
        ]
        seen = [firsts.setdefault((event.topic.text, way), event) for way in ways]
        other = next((first for first in seen if first is not event), None)
        if other:
            place = other.topic.span
            yield Finding(
                event.topic.span,
                f"{quoted(event.topic.text)} stands twice in this direction, "
                f"first on line {place.line}: merge the two",
                (Note(place, "the first is here"),),
            )


@rule("E004", "counterpart-missing", draft=I, approved=W)
def check_counterpart_missing(plan: Plan) -> Iterator[Finding]:
    """An event names no consumers, or no producers.

    They are who must be asked before the event changes. None is an answer.

    Bad:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits |  |
    Good:
        ## Events

        | Topic | Direction | Consumers / Producers |
        |-------|-----------|-----------------------|
        | `billing.invoice.issued.v1` | emits | search |
        | `billing.invoice.paid.v1` | emits | none — for partners to come |
    """
    for event in _lines(plan):
        there = event.counterpart
        if not event.tabled or (there and (_is_settled(there.text) or is_answer(there.text))):
            continue
        wanted = "producers" if event.consumes and not event.emits else "consumers"
        yield Finding(
            event.topic.span,
            f"{quoted(event.topic.text)} names no {wanted}: add them, or `N/A — reason`",
        )


def _lines(plan: Plan) -> Iterator[Event]:
    """Yield one event of each line: topics in one cell share their direction and other end."""
    line = 0
    for event in plan.events:
        if event.topic.span.line != line:
            line = event.topic.span.line
            yield event


def _is_settled(text: str) -> bool:
    """Tell whether a cell says N/A, or is a placeholder that D011 reports."""
    return not_applicable(text) is not None or is_placeholder(text)
