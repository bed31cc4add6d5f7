"""The vocabulary of plans: names compared loosely, N/A, placeholders. It knows no structure."""

import difflib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice

# Every `{…}` of the template that stands in prose. A closed set on purpose: `{ … }` of JSON,
# `/v1/{id}` and `Hello {customer}` are a plan's own words.
_PLACEHOLDERS = (
    "FEAT-ID",
    "Feature Name",
    "one sentence justification",
    "team",
    "link",
    "Problem being solved. What success looks like in one measurable sentence.",
    "list",
    "name",
    "new endpoint / DB change / event",
    "service",
    "create DB migration + rollback script",
    "add domain entity + unit tests",
    "add use case + unit tests",
    "add HTTP handler + integration tests",
    "emit / consume event + idempotency",
    "use cases, domain logic",
    "endpoints, DB, event handlers",
    "critical user flows if applicable",
    "compliance-specific check",
    "behavior",
    "behaviour",
    "on-call / any engineer",
    "5 min / 30 min",
    "?",
    "date",
)

# A header line: `**Label**: value`, with or without emphasis, in a list or not. White space is
# bounded, or a long run of it would cost quadratic time.
FIELD = re.compile(
    r"""
    \s* (?:[-*+]\s+|\d{1,9}[.)]\s+)? (?P<mark>[*_]{0,3})
    (?P<label>[^\W\d_][^:*_`<>\[\]{}|]{0,40}?) \s{0,9}
    (?: (?P=mark) \s{0,9} : | : \s{0,9} (?P=mark) )
    (?P<value>.*)
    """,
    re.VERBOSE | re.DOTALL,
)

# Comparing words is slow: beyond so many, nobody is helped by a guess.
MAX_HINTS = 50

_QUOTED = 60
_SPECIAL = re.compile(r"[*`~_\\<\[&]")  # without one of these nothing is markup
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^\[\]]*\])?")
_MARKUP = re.compile(r"[*`]+|~~|(?<!\w)_+|(?<!_)_+(?!\w)|\\(?=[^\w\s])")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]*)>")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?/?>")
_WORD = re.compile(r"[^\W_]+")
_NOT_APPLICABLE = re.compile(
    r"""(?:
        (?:n\s*/\s*a|not\ applicable)\b [.:]? (?P<reason>.*)
      | (?:none|na)\b (?:\ needed|\ required)? \s* (?:[.—–:;,(-]+ (?P<because>.*))?
      | [—–-]+
      | [—–]+ \s+ (?P<remark>.*)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def strip_comments(text: str) -> str:
    """Remove HTML comments. By `find`, not by pattern: unclosed ones must not cost quadratic time.

    >>> strip_comments("a<!-- b -->c")
    'ac'
    """
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + 3
    kept.append(text[position:])
    return "".join(kept)


def plain(text: str) -> str:
    """Return what a reader sees of inline Markdown: no emphasis, code marks, links or comments.

    >>> plain("**Why** & [`what`](https://example.org)")
    'Why & what'
    """
    if not _SPECIAL.search(text):
        return text.strip()
    if "<" in text:
        text = _TAG.sub(" ", _AUTOLINK.sub(r"\1", strip_comments(text)))
    if "[" in text:
        text = _LINK.sub(r"\1", text)
    return html.unescape(_MARKUP.sub("", text)).strip()


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the form in which headings, labels and column names are compared.

    Case, emphasis, punctuation, emoji and the numbering before the words play no part; `&` is
    *and*.

    >>> fold("2. 🧭 **Why & What**")
    'why and what'
    """
    joined = unicodedata.normalize("NFKC", plain(text)).replace("&", " and ").casefold()
    words = _WORD.findall(joined)
    while len(words) > 1 and words[0].isdecimal():
        del words[0]
    return " ".join(words)


def not_applicable(text: str) -> str | None:
    """Return the reason behind an N/A answer, '' where it gives none, None where it is no N/A.

    >>> not_applicable("N/A — no new tables"), not_applicable("None"), not_applicable("yes")
    ('no new tables', '', None)
    """
    match = _NOT_APPLICABLE.fullmatch(plain(text))
    if match is None:
        return None
    return " ".join(filter(None, match.groups())).strip(" \t\xa0.—–:;,()-")


def is_placeholder(text: str) -> bool:
    """Tell whether a value still holds a placeholder of the template."""
    return "{" in text and _placeholder().search(text) is not None


def find_placeholders(text: str) -> Iterator[re.Match[str]]:
    """Yield the template's placeholders in a text."""
    return _placeholder().finditer(text) if "{" in text else iter(())


@cache
def _placeholder() -> re.Pattern[str]:
    """What a placeholder is; made when there is a brace, for making it takes 2 ms."""
    words = "|".join(r"\s+".join(map(re.escape, each.split())) for each in _PLACEHOLDERS)
    return re.compile(
        rf"(?<![\w${{])(?<![\w.-]/)(?<!\s/)\{{\s*(?:{words})\s*\}}(?!\}})", re.IGNORECASE
    )


def is_blank(text: str) -> bool:
    """Tell whether a value says nothing: empty, an HTML comment, only white space."""
    return not plain(text)


def quoted(text: str) -> str:
    """Quote what somebody wrote: not too much of it, and with what is invisible made visible.

    >>> quoted("Approved\u200b")
    '“Approved[U+200B]”'
    """
    shown = text if len(text) <= _QUOTED else f"{text[:_QUOTED].rstrip()}…"
    return f"“{''.join(map(_visible, shown))}”"


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    return f"[U+{ord(character):04X}]" if hidden else character


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the one of (not too many) known words that a word is close to."""
    by_fold = {fold(candidate): candidate for candidate in islice(known, MAX_HINTS)}
    close = difflib.get_close_matches(fold(word[:80]), by_fold, n=1, cutoff=0.7)
    return by_fold[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` for the closest of (not too many) known words, or nothing.

    >>> did_you_mean("aproved", ["Approved", "Draft"])
    '; did you mean Approved?'
    """
    close = closest(word, known)
    return f"; did you mean {close}?" if close else ""


def listed(words: Iterable[str]) -> str:
    """Join words as a sentence does.

    >>> listed(["S", "M", "L"])
    'S, M and L'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
