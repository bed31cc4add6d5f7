"""*Why & What*: the prose that states the problem, and what is said to be in and out of scope.

The scopes may be fields, sub-headings, list items, columns of a table or a sentence. Whatever is
neither of them, nor code, nor a quote, states the problem.
"""

import re
from collections.abc import Iterator

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Purpose, Scope, Section
from bot.plan.prose import mask_comments
from bot.plan.text import Text, Value
from bot.plan.words import FIELD

# A name is a label at a line's start, or before a colon; else a sentence that mentions it.
_NAME = re.compile(
    r"""
    (?P<start> ^[ \t>*_+#.)\d-]* )? (?<![^\W_])
    (?: (?P<out> (?:out|not|outside) (?:[\s-](?:of|in|the)){0,2} [\s-]scope
                 | non[\s-]?goals? | not\ included | excluded )
      | (?P<in> in[\s-]scope | included )
      | (?P<short> in | out | scope ) ) (?!\w)
    (?: [*_]{0,3} (?:\s\([^()\n]{0,60}\))? [*_]{0,3} [ \t]{0,3}
        (?: (?P<colon>:) [*_]{0,3} | (?P<break>[—–]|-\s|$) ) )?
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_HINTS = (":", "scope", "goal")  # one of them stands in whatever has a name

_FIGURE = re.compile(r"[%‰€$£¥<>≤≥]|\d(?<![\w-]\d)")
_COMPARISON = re.compile(
    r"""\b(?:
        zero|two|three|four|five|six|seven|eight|nine|ten|dozens?|hundreds?|thousands?|millions?
      | per\ ?cent|half|halv\w*|thirds?|quarters?|twice|doubl\w*|tripl\w*
      | (?:milli)?seconds?|minutes?|hours?|days?|weeks?|months?|years?|daily|weekly|monthly
      | fewer|less|more|faster|slower|shorter|longer|lower|higher|under|below|above|within
      | at\ (?:least|most)|never|always|every|all|reduc\w*|increas\w*|decreas\w* )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LATER = re.compile(r"\W*(?:tb[acd]|todo|to be (?:decided|defined|done|written))\b", re.IGNORECASE)


def read_purpose(document: Document, section: Section | None) -> Purpose | None:
    """Read the section; None where it is absent, empty, or says that it does not apply."""
    if section is None or section.na is not None or not section.content:
        return None
    reader = _Reader(document.text)
    for block in section.content:
        if not block.quotes:
            reader.read(block)
    problem = "\n".join(filter(_states_something, reader.problem))
    return Purpose(section, problem, reader.scopes.get("in"), reader.scopes.get("out"))


def is_measurable(text: str) -> bool:
    """Tell whether a text names a number, a share, a time or a comparison.

    >>> is_measurable("Half of them find it"), is_measurable("Search should be good")
    (True, False)
    """
    return bool(_FIGURE.search(text) or _COMPARISON.search(text))


class _Reader:
    """Walks through the blocks; `_open` is the scope that what comes next belongs to."""

    def __init__(self, text: Text) -> None:
        self.scopes: dict[str, Scope] = {}
        self.problem: list[str] = []
        self._text = text
        self._open = ""
        self._headed = False  # a scope that a heading opens lasts until the next heading

    def read(self, block: Block) -> None:
        match block.kind:
            case Kind.FENCE | Kind.CODE:
                self._fill()
            case Kind.TABLE:
                self._read_table(block)
            case _:
                heading = block.kind is Kind.HEADING
                if heading or (block.top and not self._headed and self._is_said()):
                    self._open = ""
                self._headed = heading or self._headed
                self._read_prose(block)

    def _read_prose(self, block: Block) -> None:
        source = _visible(self._text, block)
        position = 0
        for match in _find_names(source):
            if match["colon"] or _stands_alone(match):
                self._take(source[position : match.start()], block)
                position = match.end()
                self._label(block, match, source)
            elif not match["short"]:
                self._mention(block, match, source)
        self._take(source[position:], block)

    def _read_table(self, block: Block) -> None:
        source = _visible(self._text, block)
        names = [match for match in _find_names(source) if not match["short"]]
        for match in names:
            self._mention(block, match, source)
        if not names:
            self._take(source, block)

    def _label(self, block: Block, match: re.Match[str], source: str) -> None:
        self._open = _scope_of(match)
        self._headed = block.kind is Kind.HEADING
        if self._open not in self.scopes:
            self.scopes[self._open] = Scope(self._place(block, match, source), said=False)

    def _mention(self, block: Block, match: re.Match[str], source: str) -> None:
        name = _scope_of(match)
        known = self.scopes.get(name)
        if known is None or not known.said:
            self.scopes[name] = Scope(self._place(block, match, source), said=True)

    def _take(self, text: str, block: Block) -> None:
        if not text.strip(" \t\n\xa0*_"):
            return
        if self._open:
            self._fill()
        elif block.kind is not Kind.HEADING:
            self.problem.append(text)

    def _fill(self) -> None:
        if self._open and not self._is_said():
            self.scopes[self._open] = Scope(self.scopes[self._open].label, said=True)

    def _is_said(self) -> bool:
        return bool(self._open) and self.scopes[self._open].said

    def _place(self, block: Block, match: re.Match[str], source: str) -> Value:
        name = next(name for name in ("out", "in", "short") if match[name])
        start, end = match.span(name)
        line = block.first + source.count("\n", 0, start)
        begin = source.rfind("\n", 0, start) + 1
        wrapped = source.find("\n", start, end)
        return self._text.value(line, start - begin, (end if wrapped < 0 else wrapped) - begin)


def _scope_of(match: re.Match[str]) -> str:
    return "out" if match["out"] or (match["short"] or "").lower() == "out" else "in"


def _stands_alone(match: re.Match[str]) -> bool:
    """Tell whether a name without a colon is a label: at a line's start, and not wrapped there."""
    if match["break"] is None or match["start"] is None:
        return False
    return match.start() == 0 or bool(match["start"].strip())


def _find_names(source: str) -> Iterator[re.Match[str]]:
    folded = source.lower()
    return _NAME.finditer(source) if any(hint in folded for hint in _HINTS) else iter(())


def _visible(text: Text, block: Block) -> str:
    """Return the lines of a block with its comments blanked out, every character in its place."""
    source = "\n".join(text.lines[block.first - 1 : block.last])
    return mask_comments(source) if "<!--" in source else source


def _states_something(text: str) -> bool:
    """Tell whether a piece of prose says more than a label, `TBD` or a question mark."""
    field = FIELD.match(text)
    said = field["value"] if field else text
    return any(map(str.isalpha, said)) and not (_LATER.match(text) or _LATER.match(said))
