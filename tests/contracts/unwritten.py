"""What GitHub's documentation demands beside the description of its API: limits and pairs."""

from collections.abc import Iterator
from typing import Any, Final

TEXT_BYTES: Final = 65_535
MESSAGE_BYTES: Final = 65_536
LINE: Final = 255
COMMENT: Final = 65_536


def request_problems(method: str, template: str, body: Any) -> Iterator[str]:
    """Say what is wrong with a request's body, where the description is silent."""
    if not isinstance(body, dict):
        return
    if "/check-runs" in template and method in ("POST", "PATCH"):
        yield from _run_problems(body)
    comments = template.endswith("/comments") or "/issues/comments/" in template
    if comments and len(str(body.get("body", ""))) > COMMENT:
        yield f"body: more than {COMMENT} characters"


def header_problems(template: str, headers: dict[str, str]) -> Iterator[str]:
    """Say which headers a request lacks that every request of ours should carry."""
    names = {name.lower() for name in headers}
    # Whoever converts a manifest has no credentials yet: the code is all there is.
    known = "authorization" if template.startswith("/app-manifests/") else ""
    for needed in ("User-Agent", "Authorization", "X-GitHub-Api-Version"):
        if needed.lower() not in names | {known}:
            yield f"header {needed} is missing"


def check_run_problems(run: dict[str, Any]) -> Iterator[str]:
    """Say what does not go together in a check run as GitHub shows it."""
    completed = run.get("status") == "completed"
    if completed != (run.get("conclusion") is not None):
        yield "status and conclusion: what is completed has a conclusion, and nothing else has"
    if completed != (run.get("completed_at") is not None):
        yield "status and completed_at: what is completed says when, and nothing else does"


def _run_problems(body: dict[str, Any]) -> Iterator[str]:
    if body.get("status") == "completed" and "conclusion" not in body:
        yield "conclusion: missing from what is completed"
    if body.get("conclusion") == "stale":
        yield "conclusion: only GitHub sets stale"
    for name in ("name", "external_id"):
        if len(str(body.get(name, ""))) > LINE:
            yield f"{name}: more than {LINE} characters"
    output = body.get("output")
    if not isinstance(output, dict):
        return
    if len(str(output.get("title", ""))) > LINE:
        yield f"output.title: more than {LINE} characters"
    for name in ("summary", "text"):
        if len(str(output.get(name, "")).encode()) > TEXT_BYTES:
            yield f"output.{name}: more than {TEXT_BYTES} bytes"
    for number, annotation in enumerate(output.get("annotations", [])):
        if isinstance(annotation, dict):
            for problem in _annotation_problems(annotation):
                yield f"output.annotations[{number}].{problem}"


def _annotation_problems(annotation: dict[str, Any]) -> Iterator[str]:
    start, end = annotation.get("start_line", 1), annotation.get("end_line", 1)
    if isinstance(start, int) and isinstance(end, int) and not 1 <= start <= end:
        yield "end_line: before start_line, or a line before the first"
    if start != end and annotation.keys() & {"start_column", "end_column"}:
        yield "start_column: columns need one line"
    if len(str(annotation.get("title", ""))) > LINE:
        yield f"title: more than {LINE} characters"
    for name in ("message", "raw_details"):
        if len(str(annotation.get(name, "")).encode()) > MESSAGE_BYTES:
            yield f"{name}: more than 64 KB"
    if not annotation.get("path", "x"):
        yield "path: empty"
