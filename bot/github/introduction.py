"""What GitHub says when the App introduces itself: whether it knows it, and what time it is.

https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app
"""

from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import msgspec

from bot.github import answers
from bot.github.errors import GitHubUnavailable, Unexpected
from bot.github.request import Answer

_SHOWN = 200  # characters of GitHub's words


@dataclass(frozen=True, slots=True)
class Introduction:
    """GitHub's answer: its *status* and words, and the *app* where it knows us.

    *ahead* is by how many seconds our clock is ahead of GitHub's, if that told the time.
    """

    status: int
    words: str = ""
    ahead: float | None = None
    app: answers.Registration | None = None


class _Refusal(msgspec.Struct):
    message: str = ""


def read_introduction(answer: Answer, now: float) -> Introduction:
    """Read the answer to `GET /app`, which came at *now*.

    Raises `GitHubUnavailable` where GitHub had a fault, and `Unexpected` where it answered
    something else.
    """
    if answer.status >= 500:
        raise GitHubUnavailable(f"GitHub answered {answer.status}; see GitHub's status page")
    ahead = _ahead(answer.headers.get("date"), now)
    try:
        if answer.status == 200:
            app = msgspec.json.decode(answer.body, type=answers.Registration)
            return Introduction(200, ahead=ahead, app=app)
        words = msgspec.json.decode(answer.body, type=_Refusal).message[:_SHOWN]
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unexpected(
            f"what answered {answer.status} is no GitHub API ({fault}); see GITHUB_API_URL"
        ) from fault
    return Introduction(answer.status, words, ahead)


def _ahead(date: str | None, now: float) -> float | None:
    try:
        then = parsedate_to_datetime(date or "").timestamp()
    except ValueError:  # no such header, or no date in it
        return None
    return now - (then + 0.5)  # it tells no fractions
