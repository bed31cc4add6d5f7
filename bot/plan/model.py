"""The plan as typed values, each with its place in the text."""

from dataclasses import dataclass
from enum import StrEnum

from bot.plan.text import Span


class Status(StrEnum):
    """What the Status line says. Everything in doubt is `UNSET`: only `APPROVED` opens the gate."""

    DRAFT = "draft"
    APPROVED = "approved"
    UNSET = "unset"


@dataclass(frozen=True, slots=True)
class Task:
    """A row of the task table: one task is one pull request."""

    number: int
    title: str
    service: str
    depends_on: tuple[int, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A row of the questions table; unanswered ones block approval."""

    number: str
    question: str
    owner: str
    due: str
    answer: str
    answered: bool
    span: Span
