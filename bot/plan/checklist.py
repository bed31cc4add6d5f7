"""The check lists of a plan: items and their boxes, as written. It judges none of them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.plan.fix import Edit, Fix
from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Item, Section
from bot.plan.text import Text
from bot.plan.words import fold, not_applicable

# List markers, one in the other, or none; what is meant for a box; the words.
_ITEM = re.compile(
    r"""[ \t]* (?P<bullet>(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|(?=\[)))*)
        (?P<box>\[[ \t]{0,3}(?P<mark>[-xXvV✓✔☑✅✗✘❌~–—*+])?[ \t]{0,3}\](?![(\[:]))?
        (?P<gap>[ \t]*)""",
    re.VERBOSE,
)
_BOXES = frozenset({"[ ]", "[x]", "[X]"})
_TICKS = frozenset("xXvV✓✔☑✅")
_NOT_APPLICABLE = re.compile(r"(?<!\w)n/a(?!\w)|\bnot applicable\b", re.IGNORECASE)

# So much of an item's words must stand in another for the two to be the same.
_ALIKE = 0.8


def read_items(document: Document, section: Section | None) -> Iterator[Item]:
    """Yield the items of the section's lists, and what was meant for one: `[x] …` without a dash.

    GitHub's boxes are `[ ]` and `[x]`, first in a list item, with white space and words behind
    (https://github.github.com/gfm/#task-list-items-extension-).
    """
    for block in section.content if section else ():
        if block.kind is Kind.PARAGRAPH and not block.quotes:
            yield from _read_block(document, block)


def find_missing(wanted: Iterable[str], items: Iterable[Item]) -> Iterator[str]:
    """Yield the wanted words that no item says: it takes most of them, in any order."""
    said = [_words(item.source) for item in items]
    for text in wanted:
        needed = _words(text)
        if not any(len(needed & words) >= _ALIKE * len(needed) for words in said):
            yield text


def add_item(text: Text, section: Section, words: str) -> Fix | None:
    """Return the fix that adds an item below the last one; None where there is no list."""
    last = max((block.last for block in section.content if block.lists), default=0)
    if not last:
        return None
    edit = Edit.insert(last, len(text.line(last)) + 1, f"\n- [ ] {words}")
    return Fix(f"Add the item `- [ ] {words}`", (edit,))


def is_settled(item: Item) -> bool:
    """Tell whether an item says that it does not apply: N/A, or struck out."""
    if "~~" in item.source or _NOT_APPLICABLE.search(item.source):
        return True
    return not_applicable(item.source) is not None


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    """Return the folded words of a text without its numbers: 90 % is as good as 80 %."""
    return frozenset(word for word in fold(text).split() if not word.isdecimal())


def _read_block(document: Document, block: Block) -> Iterator[Item]:
    starts = [
        (number, match)
        for number, line in document.prose.numbered(block.first, block.last)
        if (match := _ITEM.match(line))
        and (match["box"] or (block.lists and number == block.first))
    ]
    ends = [*(number for number, _ in starts[1:]), block.last + 1]
    for (number, match), end in zip(starts, ends, strict=False):  # without a start, no item
        yield _read_item(document.text, match, number, end, leads=number == block.first)


def _read_item(text: Text, match: re.Match[str], number: int, end: int, *, leads: bool) -> Item:
    """Read the item on the lines before `end`; `leads` where it is the first of its block."""
    words = text.value(number, match.end())
    rest = [line for _, line in text.numbered(number + 1, end - 1)]
    if match["box"] is None:
        return Item(" ".join([words.text, *rest]), words)
    marked = leads and match["bullet"][-1:].isspace()
    return Item(
        " ".join([words.text, *rest]),
        words,
        box=text.value(number, *match.span("box")),
        ticked=match["mark"] in _TICKS if match["mark"] else False,
        formed=bool(marked and match["box"] in _BOXES and match["gap"] and words.text),
    )
