"""What GitHub may answer with, sorted by who must act."""

from bot.errors import PlanGateError


class GitHubError(PlanGateError):
    """A request to GitHub did not give what was asked for; *request_id* helps GitHub's support.

    *status* is the answer's, 0 where there is none or it says nothing; *said* are GitHub's words.
    """

    def __init__(self, text: str, *, request_id: str = "", status: int = 0, said: str = "") -> None:
        super().__init__(text)
        self.request_id = request_id
        self.status = status
        self.said = said


class GitHubUnavailable(GitHubError):
    """GitHub is down, slow or unreachable: nobody acts, a retry mends it."""


class Postponed(GitHubError):
    """It is too early to ask: *delay* seconds must pass."""

    def __init__(self, text: str, *, delay: float, request_id: str = "") -> None:
        super().__init__(text, request_id=request_id)
        self.delay = delay


class RateLimited(Postponed):
    """GitHub asks us to wait, or soon would; the whole installation pauses."""


class OverBudget(Postponed):
    """A backfill would eat into what live runs need: it alone waits. Nothing was sent."""


class Suspended(GitHubError):
    """The App may do nothing for the installation, until an owner lets it.

    No check run can say so: the whole installation rests. It is no `Refused`, and no `NotFound`:
    neither an answer about what was asked for.
    """


class Uninstalled(Suspended):
    """The installation is gone; who installs the App again makes a new one, with a new number."""


class NotFound(GitHubError):
    """404 or 410: it does not exist, or this installation may not see it. An answer, no fault."""


class Refused(GitHubError):
    """GitHub refuses the request for good (401, 403, 422 …): the operator or we must act."""


class Unexpected(GitHubError):
    """GitHub answered something that its description does not allow: doubt, so the gate closes."""


class Incomplete(GitHubError):
    """A list reached GitHub's limit: what was not listed was not checked."""
