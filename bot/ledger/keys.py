"""Texts of any length as keys: PostgreSQL refuses a row of which an index would hold 2.7 KB."""

import hashlib

LONGEST = 250  # characters, of up to four bytes each; an index has two such texts at most


def as_key(text: str) -> str:
    """Return *text* itself, or its digest where it is long: no key is ever read as a text again.

    Raises `ValueError` for what is no text, a lone surrogate, as a database would.
    """
    if len(text) <= LONGEST:
        return text
    return f"sha256 {hashlib.sha256(text.encode()).hexdigest()}"
