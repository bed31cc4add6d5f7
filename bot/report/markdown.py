"""Untrusted text into Markdown that shows it and does nothing else: no markup, mention or break."""

import html
import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote

# Control, format and separator characters reorder, hide or break what stands around them.
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}

# What GitHub makes a mention, a reference or a link of. It links `https://` before anything that is
# no space and no punctuation, so the break comes behind the colon.
_BY_ITSELF = re.compile(r"(@|#(?=\d)|\bGH-(?=\d)|:(?=//)|www(?=\.))", re.IGNORECASE)

_FOLD_END = "\n\n</details>"


def visible(text: str, limit: int = 200) -> str:
    """*text* on one line, without invisible characters, cut to *limit* characters."""
    shown = "".join(
        " " if char in "\r\n\t" else char
        for char in text[: limit * 10]  # what follows could not be shown anyhow
        if char in "\r\n\t" or unicodedata.category(char) not in _INVISIBLE
    )
    shown = " ".join(shown.split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def code(text: str, limit: int = 200) -> str:
    """*text* as inline code: no markup, mention or reference inside takes effect.

    A bar would end a table's cell, even inside code.
    """
    shown = visible(text, limit).replace("|", "¦") or " "
    ticks = _ticks(shown)
    space = " " if len(ticks) > 1 else ""
    return f"{ticks}{space}{shown}{space}{ticks}"


def fence(text: str, language: str = "text") -> str:
    """*text* as a block of code that nothing in it can end."""
    ticks = _ticks(text).rjust(3, "`")
    return f"{ticks}{language}\n{text}\n{ticks}"


def _ticks(text: str) -> str:
    """One backtick more than stand together anywhere in *text*."""
    return "`" * (max(map(len, re.findall(r"`+", text)), default=0) + 1)


def escape(text: str, limit: int = 300) -> str:
    """*text* as plain words: no markup, no link by itself, nobody mentioned."""
    shown = re.sub(r"([\\`*_\[\]<>|~&])", r"\\\1", visible(text, limit))
    return _BY_ITSELF.sub("\\1\u200b", shown)


def escape_html(text: str, limit: int = 180) -> str:
    """*text* as plain words for a line of HTML, where Markdown's escapes mean nothing."""
    return _BY_ITSELF.sub("\\1\u200b", html.escape(visible(text, limit)))


def link(text: str, url: str) -> str:
    """A link with *text* as inline code."""
    return f"[{code(text).replace('[', '(').replace(']', ')')}]({url})"


def folded(summary: str, parts: Iterable[str]) -> str:
    """Parts that are shown when somebody opens them, by their *summary*: plain words."""
    return "\n\n".join([f"<details><summary>{summary}</summary>", *parts]) + _FOLD_END


def path_url(*parts: str) -> str:
    """The parts as a URL's path; slashes within a part stay."""
    return "/".join(quote(part, safe="/") for part in parts)


def fit(text: str, limit: int, notice: str = "\n\n… cut: too long to show.") -> str:
    """*text* in at most *limit* bytes of UTF-8, ending in *notice* where it was cut.

    It is cut at a line's end, if it has any: half of a line may mean what the whole does not.
    """
    raw = text.encode()
    if len(raw) <= limit:
        return text
    kept = raw[: limit - len(notice.encode()) - len(_FOLD_END)]
    kept = kept[: kept.rfind(b"\n")] if b"\n" in kept else kept
    shown = kept.decode(errors="ignore")
    opened = shown.count("<details>") > shown.count(_FOLD_END)
    return f"{shown}{_FOLD_END if opened else ''}{notice}"
