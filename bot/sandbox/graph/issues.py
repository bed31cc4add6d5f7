"""Comments, labels and the timeline in GitHub's GraphQL."""

from typing import Final

from bot.sandbox.graph.people import actor
from bot.sandbox.graph.view import View
from bot.sandbox.state.records import Comment, Issue, JsonObject, Label, LabelEvent

_TYPES: Final = {"LabeledEvent": "LABELED_EVENT", "UnlabeledEvent": "UNLABELED_EVENT"}


def comment(view: View, record: Comment) -> JsonObject:
    """Return an `IssueComment`."""
    world, edited = view.world, record.edited_at
    return {
        "__typename": "IssueComment",
        "id": f"IC_{record.id}",
        "databaseId": record.id,
        "fullDatabaseId": str(record.id),
        "body": record.body,
        "author": actor(record.author),
        "editor": actor(record.editor),
        "createdAt": world.time(record.created_at),
        "lastEditedAt": None if edited is None else world.time(edited),
    }


def label(view: View, record: Label) -> JsonObject:
    """Return a `Label`."""
    return {
        "__typename": "Label",
        "id": f"LA_{record.id}",
        "name": record.name,
        "updatedAt": view.world.time(record.updated_at),
    }


def labels_of(issue: Issue, order_by: JsonObject | None = None) -> list[Label]:
    """Return the labels that are on, in the order that an argument `orderBy` asks for."""
    order = order_by or {"field": "CREATED_AT", "direction": "ASC"}
    by_name = order["field"] == "NAME"
    return sorted(
        issue.labels,
        key=lambda each: (each.name.lower() if by_name else "", each.id),
        reverse=order["direction"] == "DESC",
    )


def timeline_of(
    view: View,
    issue: Issue,
    item_types: list[str] | None = None,
    since: str | None = None,
    skip: int | None = None,
) -> list[LabelEvent]:
    """Return what the timeline holds of the types asked for; the sandbox keeps labels alone."""
    found = [
        each
        for each in issue.label_events
        if (item_types is None or _TYPES[_kind(each)] in item_types)
        and (since is None or view.world.time(each.created_at) >= since)
    ]
    return found[skip or 0 :]


def label_event(view: View, record: LabelEvent) -> JsonObject:
    """Return a `LabeledEvent` or an `UnlabeledEvent`."""
    return {
        "__typename": _kind(record),
        "id": f"LE_{record.id}",
        "actor": actor(record.actor),
        "label": label(view, record.label),
        "createdAt": view.world.time(record.created_at),
    }


def _kind(event: LabelEvent) -> str:
    return "LabeledEvent" if event.added else "UnlabeledEvent"
