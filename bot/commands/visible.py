"""The lines of a comment that its reader sees as plain prose. It knows no command.

What it cannot be sure of counts as hidden: then nothing happens, and its author asks again.
"""

from collections.abc import Callable, Iterator, MutableMapping
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, escape, newline

MAX_TEXT = 65_536  # GitHub's own limit for a comment

_InlineRule = Callable[[StateInline, bool], bool]


def visible_lines(text: str) -> Iterator[str]:
    """The top-level lines of Markdown *text*, each as written from where it begins.

    No line of code, a quote, a list, a table, a heading with `#`, a link or HTML; none that is
    folded away in `<details>`, and none that begins within something of the line before.
    """
    # A lone surrogate is no text: no database takes it.
    source = text[:MAX_TEXT].encode(errors="replace").decode()
    env: MutableMapping[str, Any] = {}
    html = _Html()
    opener = ""
    for token in _parser.parse(source, env):
        if token.type == "html_block":
            html.feed(token.content)
        elif token.type == "inline":
            hidden, opened = html.hides, html.opened
            starts = _line_starts(token.content, env, html)
            in_prose = token.level == 1 and opener in {"paragraph", "=", "-"}
            if in_prose and not hidden and html.opened == opened:
                yield from (token.content[start:].partition("\n")[0] for start in starts)
        if html.rawdata:
            return  # a tag or comment that is still open swallows what follows
        opener = "paragraph" if token.type == "paragraph_open" else token.markup


def _line_starts(content: str, env: MutableMapping[str, Any], html: "_Html") -> list[int]:
    """Where the lines of a paragraph begin that the parser itself has broken there."""
    env["content"], env["starts"] = content, [0]
    tokens = _parser.inline.parse(content, _parser, env, [])
    for token in tokens:
        if token.type == "html_inline":
            html.feed(token.content)
    starts: list[int] = env["starts"]
    return starts


def _noting(rule: _InlineRule) -> _InlineRule:
    """*rule*, which also notes the lines that begin by it: not within a link or an image."""

    def note(state: StateInline, silent: bool) -> bool:
        before = state.pos
        taken = rule(state, silent)
        if taken and not silent and not state.linkLevel and state.src == state.env["content"]:
            broken = state.src.find("\n", before, state.pos)
            if broken >= 0:
                state.env["starts"].append(broken + 1)
        return taken

    return note


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    parser.inline.ruler.at("newline", _noting(newline))
    parser.inline.ruler.at("escape", _noting(escape))  # a backslash before a line's end breaks it
    return parser


_parser = _make_parser()


class _Html(HTMLParser):
    """Reads the HTML between the Markdown, only to know what is folded away."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.opened = 0
        self._closed = 0

    @property
    def hides(self) -> bool:
        """Whether what follows is folded away."""
        return self.opened > self._closed

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - its signature
        self.opened += tag == "details"

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)  # a slash closes no such tag

    def handle_endtag(self, tag: str) -> None:
        self._closed += tag == "details" and self.hides

    def set_cdata_mode(self, elem: str, **_: object) -> None:
        """GitHub shows `<script>` and its kind as text, so tags count behind them as well."""
