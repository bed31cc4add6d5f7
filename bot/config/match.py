"""Path globs as GitHub's rulesets and `.gitignore` read them: `*` within a folder, `**` across."""

import re
from collections.abc import Sequence
from functools import lru_cache

from wcmatch import glob

_FLAGS = glob.GLOBSTAR | glob.DOTGLOB | glob.FORCEUNIX | glob.NOUNIQUE


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether *path*, relative to the repository's root, matches any of the *patterns*.

    >>> matches("plans/a/b.md", ["plans/**/*.md"])
    True
    >>> matches("lib/x.md", ["*.md"])
    False
    """
    return bool(patterns) and _compile(tuple(patterns)).fullmatch(path) is not None


@lru_cache(maxsize=1_000)
def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Expand patterns once: it takes many times what a path takes, and a tree has 100,000."""
    positive, _ = glob.translate(patterns, flags=_FLAGS)  # with these flags no pattern negates
    return re.compile("|".join(positive))
