"""GitHub's OpenAPI descriptions, loaded once: operations by path, validators by place."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER: Final = Path(__file__).parent
FORMATS: Final = FormatChecker(formats=())


@FORMATS.checks("date-time")
def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


def _with_nulls(node: Any) -> Any:
    """Rewrite OpenAPI 3.0's `nullable`, which JSON Schema does not know."""
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    nullable = node.get("nullable")
    # A property may be called so too; then it is no flag but a schema.
    flag = isinstance(nullable, bool)
    inner = {k: _with_nulls(v) for k, v in node.items() if not (flag and k == "nullable")}
    return {"anyOf": [{"type": "null"}, inner]} if nullable is True else inner


def _rest() -> Any:
    """Load the description of the API.

    Its list of installations wants an account to be a user and an enterprise at once (`allOf`);
    the single installation has it right (`anyOf`).
    """
    document = _with_nulls(json.loads((FOLDER / "rest.json").read_text()))
    listed = document["paths"]["/app/installations"]["get"]["responses"]["200"]
    items = {"$ref": "#/components/schemas/installation"}
    listed["content"]["application/json"]["schema"]["items"] = items
    return document


def _webhooks() -> Any:
    """Load the description of the webhooks.

    Its events that an App in a rerequested suite may listen to are older than `merge_group`.
    """
    document = json.loads((FOLDER / "webhooks.json").read_text())
    suite = document["components"]["schemas"]["webhook-check-suite-rerequested"]["properties"]
    app = suite["check_suite"]["properties"]["app"]
    app["properties"]["events"]["items"]["enum"].append("merge_group")
    return document


DOCUMENTS: Final[dict[str, Any]] = {"urn:rest": _rest(), "urn:webhooks": _webhooks()}
_FAST_REGISTRY: Final = jsonschema_rs.Registry([*DOCUMENTS.items()])
_REGISTRY: Final[Registry[Any]] = Registry().with_resources(
    (uri, DRAFT202012.create_resource(contents)) for uri, contents in DOCUMENTS.items()
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint: its parameters resolved, its schemas named by their place."""

    method: str
    template: str
    pattern: re.Pattern[str]
    parameters: dict[tuple[str, str], dict[str, Any]]
    responses: dict[str, str | None]
    request: str | None


@cache
def validator(place: str) -> Draft202012Validator:
    """Return the validator of the schema at a place like `urn:rest#/components/schemas/blob`."""
    return Draft202012Validator({"$ref": place}, registry=_REGISTRY, format_checker=FORMATS)


@cache
def fast_validator(place: str) -> jsonschema_rs.Draft202012Validator:
    """Return one that says much sooner whether all is well, but not in words that help."""
    return jsonschema_rs.Draft202012Validator(
        {"$ref": quote(place, safe="#/~:")},
        registry=_FAST_REGISTRY,
        validate_formats=True,
        formats={name: check for name, (check, _) in FORMATS.checkers.items()},
    )


@cache
def schema_validator(schema: str) -> Draft202012Validator:
    """Return the validator of a small schema, given as JSON."""
    return Draft202012Validator(json.loads(schema), registry=_REGISTRY, format_checker=FORMATS)


def lookup(place: str) -> Any:
    """Return what stands at a place."""
    uri, _, pointer = place.partition("#")
    node = DOCUMENTS[uri]
    for step in filter(None, pointer.split("/")):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation; those whose parameters span segments come last."""
    found = [
        _operation(template, method)
        for template, methods in DOCUMENTS["urn:rest"]["paths"].items()
        for method in methods
    ]
    return tuple(
        sorted(found, key=lambda each: (".+" in each.pattern.pattern, -len(each.template)))
    )


def find_operation(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """Return the operation of a percent-encoded path, with its path parameters."""
    for operation in operations():
        match = operation.pattern.fullmatch(path)
        if match and operation.method == method:
            return operation, match.groupdict()
    return None


def webhook_place(event: str, action: str | None) -> str | None:
    """Return the place of a webhook's schema, or None where it is not described."""
    name = "-".join(filter(None, [event.replace("_", "-"), (action or "").replace("_", "-")]))
    if name not in DOCUMENTS["urn:webhooks"]["webhooks"]:
        return None
    return f"urn:webhooks#/webhooks/{name}/post/requestBody/content/application~1json/schema"


def _operation(template: str, method: str) -> Operation:
    place = f"urn:rest#/paths/{template.replace('/', '~1')}/{method}"
    described = lookup(place)
    parameters = {}
    for parameter in described.get("parameters", []):
        resolved = lookup(f"urn:rest{parameter['$ref']}") if "$ref" in parameter else parameter
        parameters[resolved["in"], resolved["name"]] = resolved
    return Operation(
        method=method.upper(),
        template=template,
        pattern=_pattern(template, parameters),
        parameters=parameters,
        responses=dict(_responses(place, described["responses"])),
        request=_json_schema(f"{place}/requestBody", described.get("requestBody", {})),
    )


def _pattern(template: str, parameters: dict[tuple[str, str], dict[str, Any]]) -> re.Pattern[str]:
    def group(name: re.Match[str]) -> str:
        spans = parameters[("path", name[1])].get("x-multi-segment")
        return f"(?P<{name[1]}>{'.+' if spans else '[^/]+'})"

    return re.compile(re.sub(r"\\\{(\w+)\\\}", group, re.escape(template)))


def _responses(place: str, responses: dict[str, Any]) -> Iterator[tuple[str, str | None]]:
    for status, response in responses.items():
        here = f"{place}/responses/{status}"
        if "$ref" in response:
            here = f"urn:rest{response['$ref']}"
        yield status, _json_schema(here, lookup(here))


def _json_schema(place: str, holder: dict[str, Any]) -> str | None:
    if "application/json" not in holder.get("content", {}):
        return None
    return f"{place}/content/application~1json/schema"
