"""A pull request with its verdict: all that its check run and its comment are made of."""

from dataclasses import dataclass

from bot.gate.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """A pull request with its verdict.

    *decision* is the id under which it can be explained. *head_ref* is the branch that its plans
    can be mended on; empty where that is in a fork, or not known.
    """

    number: int
    title: str
    verdict: Verdict
    decision: str = ""
    head_ref: str = ""
