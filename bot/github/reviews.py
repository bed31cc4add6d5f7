"""What reviewers last said, counted as GitHub counts it, from either of its APIs."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from bot.gate.facts import Actor

APPROVED: Final = "APPROVED"
_NO_OPINION: Final = {"COMMENTED", "PENDING"}


class Said(NamedTuple):
    """One review: *commit* was the head, *at* is ISO 8601. *may_push*, where GitHub told so."""

    by: Actor
    state: str
    commit: str
    at: str
    may_push: bool = False


def latest_opinions(reviews: Iterable[Said]) -> list[Said]:
    """Each reviewer's last review that is more than a comment, by login.

    A later comment leaves an approval standing, and a dismissed review does not bring back the one
    before it. A state that we do not know counts, so that it ends an approval.
    """
    last = {
        review.by.login: review
        for review in sorted(reviews, key=lambda review: review.at)
        if review.state not in _NO_OPINION
    }
    return [last[login] for login in sorted(last)]
