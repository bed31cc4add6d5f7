"""Endpoints of issues: comments, reactions and labels, which pull requests share, and search."""

from typing import Final, Literal

import msgspec

from bot.sandbox.actions import comments as actions
from bot.sandbox.actions import pulls as pull_actions
from bot.sandbox.api.answers import Answer, Refused, not_found, validation_failed
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.shapes import issues
from bot.sandbox.state.records import Comment, Issue

routes = Routes()

_COMMENT: Final = 65_536
_READ: Final = "issues:read pull_requests:read"
_WRITE: Final = "issues:write pull_requests:write"


class Text(msgspec.Struct):
    """The body of a comment's request."""

    body: str


class Emoji(msgspec.Struct):
    """The body of a reaction's request."""

    content: Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]


class Labels(msgspec.Struct):
    """The body of a request that adds labels."""

    labels: list[str]


@routes("GET", "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs=_READ)
def get_comment(call: Call) -> Answer:
    """Answer a comment."""
    return Answer(issues.comment(call.world, call.repo, *_comment(call)))


@routes("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs=_WRITE)
def edit_comment(call: Call) -> Answer:
    """Change a comment; an App changes only its own."""
    issue, comment = _own_comment(call)
    text = _text(call)
    actions.edit_comment(call.world, call.repo, issue, comment, text, call.actor)
    return Answer(issues.comment(call.world, call.repo, issue, comment))


@routes("DELETE", "/repos/{owner}/{repo}/issues/comments/{comment_id}", needs=_WRITE)
def delete_comment(call: Call) -> Answer:
    """Delete a comment; an App deletes only its own."""
    actions.delete_comment(call.world, call.repo, *_own_comment(call), call.actor)
    return Answer(None, 204)


@routes("GET", "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", needs=_READ)
def list_reactions(call: Call) -> Answer:
    """List the reactions under a comment."""
    _, comment = _comment(call)
    wanted = call.query.get("content")
    found = [each for each in comment.reactions if wanted in (None, each.content)]
    return call.page(found, lambda each: issues.reaction(call.world, each))


@routes("POST", "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", needs=_WRITE)
def react(call: Call) -> Answer:
    """React to a comment: 201, or 200 where the same reaction stands there already."""
    _, comment = _comment(call)
    reaction, new = actions.react(call.world, comment, call.decode(Emoji).content, call.actor)
    return Answer(issues.reaction(call.world, reaction), 201 if new else 200)


@routes("GET", "/repos/{owner}/{repo}/issues/{number}", needs=_READ)
def get(call: Call) -> Answer:
    """Answer an issue, or the issue that a pull request is."""
    return Answer(issues.issue(call.world, call.repo, call.issue()))


@routes("GET", "/repos/{owner}/{repo}/issues/{number}/comments", needs=_READ)
def list_comments(call: Call) -> Answer:
    """List the comments, oldest first."""
    issue, since = call.issue(), call.query.get("since", "")
    found = [each for each in issue.comments if call.world.time(each.updated_at) >= since]
    return call.page(found, lambda each: issues.comment(call.world, call.repo, issue, each))


@routes("POST", "/repos/{owner}/{repo}/issues/{number}/comments", needs=_WRITE)
def add_comment(call: Call) -> Answer:
    """Write a comment."""
    issue, text = call.issue(), _text(call)
    comment = actions.add_comment(call.world, call.repo, issue, text, call.actor, call.app)
    return Answer(issues.comment(call.world, call.repo, issue, comment), 201)


@routes("POST", "/repos/{owner}/{repo}/issues/{number}/labels", needs=_WRITE)
def add_labels(call: Call) -> Answer:
    """Put labels on and answer all that are on."""
    issue = call.issue()
    for name in call.decode(Labels).labels:
        pull_actions.add_label(call.world, call.repo, issue, name, call.actor)
    return _labels(call, issue)


@routes("DELETE", "/repos/{owner}/{repo}/issues/{number}/labels/{name}", needs=_WRITE)
def remove_label(call: Call) -> Answer:
    """Take a label off and answer those that stay."""
    issue = call.issue()
    try:
        pull_actions.remove_label(call.world, call.repo, issue, call.path["name"], call.actor)
    except LookupError as error:
        raise Refused(404, "Label does not exist") from error
    return _labels(call, issue)


def _labels(call: Call, issue: Issue) -> Answer:
    return Answer([issues.label(call.world, call.repo, label) for label in issue.labels])


def _comment(call: Call) -> tuple[Issue, Comment]:
    found = actions.find_comment(call.repo, call.number("comment_id"))
    if found is None:
        raise not_found()
    return found


def _own_comment(call: Call) -> tuple[Issue, Comment]:
    issue, comment = _comment(call)
    if comment.author is not call.actor and call.world.role(call.repo, call.actor) != "admin":
        raise Refused(403, "Resource not accessible by integration")
    return issue, comment


def _text(call: Call) -> str:
    body = call.decode(Text).body
    if not body.strip():
        raise validation_failed("IssueComment", "body", "missing_field")
    if len(body) > _COMMENT:
        message = f"body is too long (maximum is {_COMMENT} characters)"
        raise validation_failed("IssueComment", "body", "unprocessable", message)
    return body
