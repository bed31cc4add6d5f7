"""What `lint` prints, one module a format. They are pure: linted files in, text out."""

import unicodedata
from dataclasses import dataclass

from bot.plan.diagnostics import Diagnostic
from bot.plan.text import Text

FORMATS = ("github", "json", "sarif", "text")


@dataclass(frozen=True, slots=True)
class Linted:
    """A linted file: its path as people name it, its text and what was found in it."""

    path: str
    text: Text
    diagnostics: tuple[Diagnostic, ...]


def printable(text: str) -> str:
    """Replace what could steer a terminal: control characters and bidirectional marks.

    >>> printable("a\\x1b[0mb")
    'a�[0mb'
    """
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cf", "Cs") else c for c in text)


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "error"), count(0, "error")
    ('1 error', '0 errors')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"
