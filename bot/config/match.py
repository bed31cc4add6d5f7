"""Path globs as GitHub's rulesets and `.gitignore` read them: `*` within a folder, `**` across."""

from collections.abc import Sequence

from wcmatch import glob

_FLAGS = glob.GLOBSTAR | glob.DOTGLOB | glob.FORCEUNIX | glob.NOUNIQUE


def matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether *path*, relative to the repository's root, matches any of the *patterns*.

    >>> matches("plans/a/b.md", ["plans/**/*.md"])
    True
    >>> matches("lib/x.md", ["*.md"])
    False
    """
    return bool(glob.globmatch(path, list(patterns), flags=_FLAGS)) if patterns else False
