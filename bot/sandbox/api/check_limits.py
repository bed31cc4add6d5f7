"""What GitHub refuses in a check run: too much, too long, or what does not go together.

https://docs.github.com/en/rest/checks/runs; the limits on texts are in bytes.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import UNSET

from bot.sandbox.actions.checks import OutputFields, RunFields
from bot.sandbox.api.answers import invalid_request
from bot.sandbox.state.checks import Action, Annotation

_ANNOTATIONS: Final = 50
_TEXT_BYTES: Final = 65_535
_MESSAGE_BYTES: Final = 65_536
_LINE: Final = 255
_ACTIONS: Final = 3
_LABEL: Final = 20
_DESCRIPTION: Final = 40


def refuse_bad_fields(fields: RunFields, *, created: bool) -> None:
    """Raise Refused with everything that is wrong with the fields of a new or an updated run."""
    problems = [*_of_run(fields)]
    if fields.output is not UNSET:
        problems += _of_output(fields.output, created=created)
    if fields.actions is not UNSET:
        problems += _of_actions(fields.actions)
    if problems:
        raise invalid_request(*problems)


def _of_run(fields: RunFields) -> Iterator[str]:
    if fields.name is not UNSET and not 0 < len(fields.name) <= _LINE:
        yield f"name must have 1 to {_LINE} characters."
    if fields.external_id is not UNSET and len(fields.external_id) > _LINE:
        yield f"external_id is longer than {_LINE} characters."
    if fields.status == "completed" and fields.conclusion is UNSET:
        yield "conclusion wasn't supplied, and a completed check run needs one."
    if fields.conclusion == "stale":
        yield "conclusion stale can only be set by GitHub."


def _of_output(output: OutputFields, *, created: bool) -> Iterator[str]:
    if output.summary is UNSET:
        yield "output.summary wasn't supplied."
    if output.title is UNSET and created:
        yield "output.title wasn't supplied."
    if output.title is not UNSET and not 0 < len(output.title) <= _LINE:
        yield f"output.title must have 1 to {_LINE} characters."
    for name, value in (("summary", output.summary), ("text", output.text)):
        if value is not UNSET and len(value.encode()) > _TEXT_BYTES:
            yield f"output.{name} is longer than {_TEXT_BYTES} bytes."
    if len(output.annotations) > _ANNOTATIONS:
        yield f"output.annotations has more than {_ANNOTATIONS} items."
    for number, annotation in enumerate(output.annotations):
        for problem in _of_annotation(annotation):
            yield f"output.annotations[{number}].{problem}"


def _of_annotation(annotation: Annotation) -> Iterator[str]:
    if not annotation.path:
        yield "path is empty."
    if not 0 < annotation.start_line <= annotation.end_line:
        yield "end_line must not be before start_line, which begins at 1."
    columns = (annotation.start_column, annotation.end_column)
    if columns != (None, None) and annotation.start_line != annotation.end_line:
        yield "start_column and end_column need start_line and end_line to be the same."
    if not annotation.message or len(annotation.message.encode()) > _MESSAGE_BYTES:
        yield "message must have 1 byte to 64 KB."
    if annotation.title is not None and len(annotation.title) > _LINE:
        yield f"title is longer than {_LINE} characters."
    if annotation.raw_details is not None and len(annotation.raw_details.encode()) > _MESSAGE_BYTES:
        yield "raw_details is longer than 64 KB."


def _of_actions(actions: list[Action]) -> Iterator[str]:
    if len(actions) > _ACTIONS:
        yield f"actions has more than {_ACTIONS} items."
    for number, action in enumerate(actions):
        for name, value, limit in (
            ("label", action.label, _LABEL),
            ("description", action.description, _DESCRIPTION),
            ("identifier", action.identifier, _LABEL),
        ):
            if len(value) > limit:
                yield f"actions[{number}].{name} is longer than {limit} characters."
