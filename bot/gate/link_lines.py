"""The lines of untrusted text that may name a plan: what a reader sees, and git's trailers."""

import re
from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt

from bot.plan.prose import mask_comments, mask_inline

MAX_TEXT = 65_536  # GitHub's own limit for a description

_blocks = MarkdownIt("commonmark").disable("inline")

_SHOWING = frozenset({"details", "summary"})
_QUOTING = frozenset({"blockquote", "pre", "code"})
_TAG = re.compile(r"<(?P<closing>/?)(?P<name>[a-z][a-z0-9-]*)", re.IGNORECASE)
_TRAILER = re.compile(r"(?P<key>[A-Za-z0-9-]+)[ \t]*:[ \t]*(?P<value>.*)")


@lru_cache(maxsize=64)  # one evaluation asks for a description's lines several times
def visible_lines(text: str) -> tuple[str, ...]:
    """The lines of Markdown *text* that a reader sees as prose: no code, quote or HTML comment.

    Blocks alone are parsed; code and comments inside a line are blanked out. Of HTML the lines
    between `<details>` and its end are prose, and only those.
    """
    return tuple(_read_visible(text))


def _read_visible(text: str) -> Iterator[str]:
    quoted = quoted_by_html = 0
    for token in _blocks.parse(text[:MAX_TEXT].replace("\r\n", "\n")):
        match token.type:
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "html_block":
                if token.content.rfind("<!--") > token.content.rfind("-->"):
                    return  # for a browser the comment goes on behind the block
                shown = mask_comments(token.content)
                tags = [(tag["name"].lower(), tag["closing"]) for tag in _TAG.finditer(shown)]
                steps = [-1 if closing else 1 for name, closing in tags if name in _QUOTING]
                quoted_by_html = max(0, quoted_by_html + sum(steps))
                if not (quoted or quoted_by_html) and {name for name, _ in tags} <= _SHOWING:
                    yield from _stripped(shown)
            case "inline" if not (quoted or quoted_by_html):
                yield from _stripped(mask_inline(token.content))
            case _:
                pass


def _stripped(text: str) -> Iterator[str]:
    return (line.strip() for line in text.split("\n"))


def read_trailers(message: str) -> Iterator[tuple[str, str]]:
    """The trailers of a commit message, in its last paragraph: `Key: value`, values unfolded.

    As in git, the first paragraph is the subject, and a paragraph with other lines is prose
    (https://git-scm.com/docs/git-interpret-trailers).
    """
    lines = message[-MAX_TEXT:].replace("\r\n", "\n").strip().split("\n")
    start = max((n for n, line in enumerate(lines, 1) if not line.strip()), default=len(lines))
    trailers: list[tuple[str, str]] = []
    for line in lines[start:]:
        if found := _TRAILER.fullmatch(line):
            trailers.append((found["key"], found["value"].strip()))
        elif line[0] in " \t" and trailers:
            key, value = trailers[-1]
            trailers[-1] = key, f"{value} {line.strip()}"
        elif not line.startswith("(cherry picked from commit "):
            return
    yield from trailers
