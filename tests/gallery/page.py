"""The messages as one page, rendered as GitHub shows them; it asks nothing of other hosts."""

from collections.abc import Iterable, Iterator
from html import escape

from bot.sandbox.page.markdown import render
from tests.gallery.messages import Message

_STYLE = """
:root { color-scheme: light dark; --line: #d1d9e0; --faint: #59636e; --back: #f6f8fa }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --faint: #9198a1; --back: #151b23 } }
body { margin: 0 auto; max-width: 56rem; padding: 1rem; font: 14px/1.5 system-ui, sans-serif }
article { border: 1px solid var(--line); border-radius: 6px; margin: 1rem 0; overflow: hidden }
article > h3 { margin: 0; padding: .4rem .8rem; background: var(--back); font-size: 12px;
  color: var(--faint); border-bottom: 1px solid var(--line) }
.markdown { padding: .2rem .8rem; overflow-wrap: break-word }
.markdown h1 { font-size: 1.1rem } .markdown h3 { font-size: 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto; max-width: 100% }
td, th { border: 1px solid var(--line); padding: .3rem .7rem; text-align: left }
code { background: var(--back); padding: .1em .3em; border-radius: 4px; font-size: 85% }
pre { background: var(--back); padding: .8rem; overflow-x: auto; border-radius: 6px }
pre code { padding: 0 }
nav a { margin-right: 1rem }
"""


def render_page(messages: Iterable[Message], script: str = "") -> str:
    """The page; *script* is a stretch of HTML at its end, for whoever wants graphs drawn."""
    kinds: dict[str, list[Message]] = {}
    for one in messages:
        kinds.setdefault(one.kind, []).append(one)
    body = "".join(part for kind, found in kinds.items() for part in _section(kind, found))
    links = "".join(f'<a href="#{kind}">{kind}</a>' for kind in kinds)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Messages of Plan Gate</title><style>{_STYLE}</style></head>"
        f"<body><h1>Messages</h1><nav>{links}</nav>{body}{script}</body></html>"
    )


def _section(kind: str, found: Iterable[Message]) -> Iterator[str]:
    yield f'<h2 id="{kind}">{kind}</h2>'
    for one in found:
        name = escape(one.name)
        yield f'<article id="{kind}-{name}"><h3>{name}</h3>{render(one.text)}</article>'
