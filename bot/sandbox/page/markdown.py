"""Markdown as GitHub shows it: comments unseen, a few harmless tags, everything else as text."""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

_COMMENT: Final = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_HARMLESS: Final = re.compile(
    r"&lt;(/?(?:details|summary|sub|sup|kbd|b|i|em|strong|br)(?: open)? ?/?)&gt;"
)
_TASK: Final = re.compile(r"<li>(\s*<p>)?\[([ xX])\] ")


def _render_html(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """Render HTML within Markdown as GitHub's sanitizer leaves it."""
    shown = _COMMENT.sub("", tokens[index].content)
    return _HARMLESS.sub(r"<\1>", escape(shown, quote=False))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for kind in ("html_block", "html_inline"):
        parser.add_render_rule(kind, _render_html)
    return parser


_PARSER: Final = _parser()


def render(text: str) -> str:
    """Return the HTML of a comment, a description or a summary."""
    html: str = _PARSER.render(text)
    return f'<div class="markdown">{_TASK.sub(_checkbox, html)}</div>'


def _checkbox(item: re.Match[str]) -> str:
    ticked = "" if item[2] == " " else " checked"
    return f'<li class="task">{item[1] or ""}<input type="checkbox" disabled{ticked}> '
