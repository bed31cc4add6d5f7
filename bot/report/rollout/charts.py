"""Bar charts as inline SVG. Lengths are in per cent, so they fit any screen and letters stay."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

from bot.report.markdown import visible

_ROW: Final = 34  # pixels: a line of words, and the bar below
_HEIGHT: Final = 140
_LABEL: Final = 44  # characters that fit beside a number on a telephone


class Bar(NamedTuple):
    """What a bar stands for; *first* and *second* are drawn one after the other."""

    label: str
    first: int
    second: int = 0

    @property
    def sum(self) -> int:
        """How long it is."""
        return self.first + self.second


def bars(title: str, rows: Sequence[Bar]) -> str:
    """Horizontal bars, each with its words above and its number at the end."""
    most = max((row.sum for row in rows), default=0) or 1
    parts = [part for index, row in enumerate(rows) for part in _bar(index, row, most)]
    return _svg(title, len(rows) * _ROW, parts)


def columns(title: str, days: Sequence[tuple[str, int]]) -> str:
    """Upright bars over time, with the first and the last day below."""
    most = max((count for _, count in days), default=0)
    width = 100 / max(len(days), 1)
    parts = [
        f'<line class="axis" x1="0" x2="100%" y1="{_HEIGHT}" y2="{_HEIGHT}"/>',
        f'<text class="faint" x="0" y="12">{most:,}</text>',
    ]
    for index, (day, count) in enumerate(days):
        if count:
            height = max(2.0, (_HEIGHT - 20) * count / most)
            parts.append(
                f'<rect class="first" x="{index * width + width * 0.1:.3f}%" '
                f'y="{_HEIGHT - height:.1f}" width="{width * 0.8:.3f}%" height="{height:.1f}">'
                f"<title>{escape(day)}: {count:,}</title></rect>"
            )
    if days:
        first, last = escape(days[0][0]), escape(days[-1][0])
        parts.append(f'<text class="faint" x="0" y="{_HEIGHT + 16}">{first}</text>')
        parts.append(f'<text class="faint end" x="100%" y="{_HEIGHT + 16}">{last}</text>')
    return _svg(title, _HEIGHT + 22, parts)


def _bar(index: int, row: Bar, most: int) -> Iterator[str]:
    y = index * _ROW
    label = visible(row.label)
    cut = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
    yield (
        f'<text x="0" y="{y + 13}">{escape(cut)}<title>{escape(label)}</title></text>'
        f'<text class="end" x="100%" y="{y + 13}">{row.sum:,}</text>'
    )
    start = 0.0
    for part, kind in ((row.first, "first"), (row.second, "second")):
        length = 100 * part / most
        if part:
            yield (
                f'<rect class="{kind}" x="{start:.2f}%" y="{y + 19}" '
                f'width="{max(length, 0.5):.2f}%" height="8"/>'
            )
        start += length


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    drawn = "".join(parts)
    return (
        f'<svg role="img" aria-label="{escape(title)}" width="100%" height="{height}">{drawn}</svg>'
    )
