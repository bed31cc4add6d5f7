"""The sections of a plan: known and unknown headings, and what stands under each."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.plan.markdown import Block, Document, Kind
from bot.plan.model import Section, SectionName
from bot.plan.words import fold, not_applicable

# What says something by being there.
_SAYING = frozenset({Kind.HEADING, Kind.PARAGRAPH, Kind.TABLE})
BY_FOLD = MappingProxyType({fold(name): name for name in SectionName})


def section_names(aliases: Mapping[str, str] = MappingProxyType({})) -> Mapping[str, SectionName]:
    """Return the sections by their folded headings: the template's, then those a house uses."""
    if not aliases:
        return BY_FOLD
    return {fold(heading): SectionName(name) for heading, name in aliases.items()} | BY_FOLD


def read_sections(
    document: Document, title_line: int, known_names: Mapping[str, SectionName] = BY_FOLD
) -> tuple[Section, ...]:
    """Divide what follows the title into sections.

    A heading begins a section when it is of level 1 or 2, or when it has a known name and no
    heading of level 2 has that name (`### Events` under *Testing Strategy* is a sub-heading).
    """
    headings = [block for block in document.of(Kind.HEADING) if block.top]
    names = [known_names.get(fold(block.text)) for block in headings]
    right = {name for name, block in zip(names, headings, strict=True) if block.level == 2}
    starts: list[tuple[Block, SectionName | None]] = []
    for name, block in zip(names, headings, strict=True):
        known = name if block.level == 2 or name not in right else None
        if block.first > title_line and (block.level <= 2 or known):
            starts.append((block, known))
    lines = [block.first for block in document.blocks]
    sections = []
    for index, (heading, name) in enumerate(starts, 1):
        end = starts[index][0].first - 1 if index < len(starts) else len(document.text.lines)
        body = document.blocks[bisect_right(lines, heading.first) : bisect_right(lines, end)]
        sections.append(_read_section(document, heading, name, body, end))
    return tuple(sections)


def _read_section(
    document: Document,
    heading: Block,
    name: SectionName | None,
    body: Sequence[Block],
    last: int,
) -> Section:
    content = tuple(
        block for block in body if block.kind in _SAYING or _says_something(document, block)
    )
    return Section(
        name=name,
        heading=heading.text,
        level=heading.level,
        span=document.text.span(heading.first),
        first=heading.last + 1,
        last=last,
        content=content,
        na=_read_na(document, content),
    )


def _says_something(document: Document, block: Block) -> bool:
    if block.kind is Kind.HTML:
        lines = document.prose.lines[block.first - 1 : block.last]
        return any(line.strip() for line in lines)
    return bool(block.text.strip())  # code, or a thematic break, which has none


def _read_na(document: Document, content: Sequence[Block]) -> str | None:
    if not content or content[0].kind is not Kind.PARAGRAPH:
        return None
    lines = document.text.lines[content[0].first - 1 : content[0].last]
    text = " ".join(line.strip() for line in lines)
    if content[0].lists:
        text = text.lstrip("-*+ ") or text
    return not_applicable(text)
