"""What people read in answer to `/plan-status`: the plans, or why there are none to tell of."""

from collections.abc import Sequence
from difflib import get_close_matches
from hashlib import blake2b

from bot.gate.facts import InvalidConfig
from bot.gate.overview import PlanOverview
from bot.report.markdown import code, escape
from bot.report.overview import render_overviews
from bot.report.phrases import count_of
from bot.report.site import Site

_SHOWN_NAME = 100


def status_marker(comment: int, argument: str) -> str:
    """What our answer to one request of a comment is known by: a comment may hold several."""
    request = blake2b(argument.encode(errors="replace"), digest_size=4).hexdigest()
    return f"<!-- plan-gate:status {comment} {request} -->"


def render_status(
    overviews: Sequence[PlanOverview],
    site: Site,
    *,
    every: bool = False,
    left: int = 0,
    indexing: bool = False,
) -> str:
    """The answer with the plans that were asked for; *left* more are not in it.

    *every*: they are all that are not done, for want of one that names the issue. *indexing*: it
    is not known of all pull requests yet which task they do.
    """
    parts = []
    if every:
        parts.append("No plan names this issue as its ticket. These plans are not done:")
    parts.append(render_overviews(overviews, site))
    if left:
        parts.append(f"{count_of(left, 'more plan')} left out: ask by `/plan-status ID`.")
    if indexing:
        parts.append(
            f"The pull requests of {code(site.repository)} are being read for the first time: "
            "tasks may be further than this says. Ask again in a few minutes."
        )
    return "\n\n".join(parts)


def render_none(name: str, known: Sequence[str]) -> str:
    """The answer where no plan was found: by *name*, or for the conversation as a whole."""
    if not name:
        return (
            "No plan belongs to this conversation. Link one by a line `Plan: ID` in the "
            "description of a pull request, or ask for one by `/plan-status ID`."
        )
    written = {word.casefold(): word for word in known}
    near = get_close_matches(name.casefold(), written, n=1)
    advice = (
        f"Did you mean {code(written[near[0]], _SHOWN_NAME)}?"
        if near
        else "Ask by the ID or the path of a plan on the branch that decides."
    )
    return f"No plan is called {code(name, _SHOWN_NAME)}. {advice}"


def render_untold(problem: str) -> str:
    """The answer where plans cannot be told of, or not to whoever asked."""
    return f"Plan Gate cannot tell where the plans stand: {escape(problem)}."


def tell_closed(repository: str) -> str:
    """Why somebody is told nothing of a repository's plans; not escaped, as those below."""
    return f"the plans are in {repository}, and only who can read that is told of them"


def tell_private(repository: str) -> str:
    """Why nobody is told of private plans where everybody reads the answer."""
    return f"the plans are in {repository}, which is private, and everybody can read this here"


def tell_unreadable(repository: str) -> str:
    """Why nobody is: the App does not reach them."""
    return f"the plans are in {repository}, which Plan Gate cannot read: install it there"


def tell_config(problem: InvalidConfig) -> str:
    """Why nobody is: it is not known where the plans are."""
    where = f"{problem.path} of {problem.repository}" if problem.repository else problem.path
    return f"line {problem.line} of {where} is to be mended: {problem.message}"


def render_pointer(comment: int) -> str:
    """What becomes of an answer when somebody asks again."""
    asked = f"[asked here](#issuecomment-{comment})"
    return f"Somebody has asked again ({asked}): the newer answer is below that comment."
