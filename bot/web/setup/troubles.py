"""What may go wrong when GitHub sends the browser back, each with its status and its words."""

from html import escape
from typing import Final

from bot.github.errors import (
    GitHubError,
    GitHubUnavailable,
    NotFound,
    RateLimited,
)
from bot.setup.conversion import Incomplete
from bot.web.setup.pages import trouble_page

_AGAIN: Final = (
    '<a href="../setup">Begin again</a>: it takes a minute, and the old App does no harm.'
)
_BY_HAND: Final = (
    "The App exists at GitHub, without anybody who has its key. Delete it on its settings page "
    "(<i>Advanced</i>) and begin again, or keep it: there, generate a private key and set a "
    "webhook secret, give both with the App’s ID as <code>PRIVATE_KEY_PATH</code>, "
    "<code>WEBHOOK_SECRET</code> and <code>APP_ID</code>, and start "
    "<code>plan-gate serve</code> again."
)


def stray() -> tuple[int, str]:
    """No `code`, or a `state` that this server did not give, or gave to something else."""
    return 403, trouble_page(
        "This is not your App’s answer",
        "GitHub’s answer does not belong to a step that was begun here. Somebody else may have "
        "sent you this address; or this server was started anew since, or the step is over.",
        "Nothing was changed. If you did not just press <i>Create</i> at GitHub, close this page.",
        _AGAIN,
        f"If you did: {_BY_HAND}",
    )


def failed(fault: GitHubError) -> tuple[int, str]:
    """Return status and page of a code that could not be exchanged."""
    said = escape(str(fault).rstrip("."))
    if fault.request_id:
        said += f" (GitHub’s request id {escape(fault.request_id)})"
    match fault:
        case GitHubUnavailable() | RateLimited():
            return 503, trouble_page(
                "GitHub does not answer",
                f"The App is created, but its credentials could not be fetched yet: {said}.",
                "Reload this page in a moment. GitHub holds them ready for an hour.",
                f"If that does not help: {_BY_HAND}",
            )
        case NotFound():
            return 410, trouble_page(
                "GitHub does not know this code",
                "GitHub hands an App’s credentials out once, and within an hour. This code is too "
                f"old, was used before, or is none: {said}.",
                _AGAIN,
                _BY_HAND,
            )
        case Incomplete():
            page = f'<a href="{escape(fault.page)}">Its page</a> is at GitHub.'
            return 502, trouble_page("The App cannot be used", f"{said}. {page}", _BY_HAND, _AGAIN)
        case _:
            return 502, trouble_page(
                "GitHub’s answer is of no use",
                f"The App’s credentials could not be fetched: {said}.",
                _AGAIN,
                _BY_HAND,
            )


def may_be_tried_again(fault: GitHubError) -> bool:
    """Whether the same code may still be good."""
    return isinstance(fault, GitHubUnavailable | RateLimited)
