"""What a Status line says. It decides what opens the gate, so every doubt ends in *unset*.

Two readings must agree. The *words* of the line must be exactly a status. And the line must *stand*
in plain sight: not in a construct that hides, strikes or reorders it, on GitHub or in an editor.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator

from bot.plan.markdown import Block, Document, inline_tokens, is_delimiter_row
from bot.plan.model import Status, StatusFault, StatusLine
from bot.plan.text import Value
from bot.plan.words import FIELD, did_you_mean

MAX_HEADER = 20_000

# ASCII on purpose: look-alike letters are no status.
_VALUE = re.compile(
    r"""
    (?P<mark>\*{1,3}|_{1,3}|) (?P<word>approved|draft) (?P=mark)
    (?P<note>
      (?: \s* \( (?:[^()]|\([^()]*\))* \) )?
      (?: (?: \s*[—–←] | \s+-{1,2} | \s*<- ) (?:\s.*)? )?
    )
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
_LABEL = re.compile(
    r"""
    (?:[-*+][ \t]+|\d{1,9}[.)][ \t]+)?
    (?: (?P<mark>[*_]{0,3}) status \s{0,9}
        (?: (?P=mark) \s{0,9} : | : \s{0,9} (?P=mark) ) (?P<value>.*)
      | (?P<all>\*\*|__) status \s{0,9} : (?P<bold>(?:(?!(?P=all)).)*) (?P=all) )
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE | re.DOTALL,
)
_TEMPLATE = re.compile(
    r"[*_]*(?:draft[*_]*\s*[|/]\s*[*_]*approved|approved[*_]*\s*[|/]\s*[*_]*draft)\b.*",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
# A note that takes the word back: `Approved (pending legal)`, `Approved — not yet`.
_RETRACTION = re.compile(
    r"\?|~~|\b(?:not|n't|never|no longer|pending|draft|tbd|todo|wip|revoked|withdrawn|rejected"
    r"|declined|conditional|conditionally|provisional|provisionally|unless|if|except|waiting"
    r"|awaiting|proposed|almost|partially|subject to)\b",
    re.IGNORECASE,
)
_EMOJI = re.compile(
    r"(?::(?:white_check_mark|heavy_check_mark|ballot_box_with_check|green_circle|memo|pencil2?):"
    r"|[\u231a-\u23ff\u2600-\u2793\u2b00-\u2bff\U0001f000-\U0001faff\ufe0e\ufe0f\s])*"
)
_REFUSING_EMOJI = re.compile("[❌✖✗✘🚫⛔🛑👎❓❔⚠⏳⌛🔴❎⭕🙅🚧🟡🟠]")
_LOOK_ALIKES = str.maketrans(
    "аеорѕстуԁѵіαορτυνεᴀᴘʀᴏᴠᴇᴅꜱᴛᴜ",
    "aeopsctydviaoptuveaprovedstu",
)
# A line whose only markup is its bold label and plain links: nothing of it can reach into another.
_SELF_CONTAINED = re.compile(
    r"(?:\*\*[A-Za-z /]+:?\*\*(?=[:\s]|$))?"
    r"(?:[^\\`*_\[\]<>!&~$]++|\[[A-Za-z0-9 ./-]+\]\(https?://[A-Za-z0-9./?=#%+:-]+\))*+"
)
_NOT_A_LETTER = re.compile(r"[^a-z:]+")
# Controls that break lines somewhere, and those that reorder what is shown (Trojan Source).
_DISORDER = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_TAG = re.compile(r"</?([a-z][a-z0-9-]*)(?:\s[^<>]*)?>|<", re.IGNORECASE)
_AUTOLINK = re.compile(r"<(?:https?://|mailto:)[^\s<>]*>|<[\w.+-]+@[\w.-]+>|<(?![A-Za-z/!?])")
_VOID = frozenset(["br", "img", "wbr", "input"])
_DIVIDING = frozenset(["hr", "h1", "h2", "h3", "h4", "h5", "h6"])
# ASCII patterns know no other white space than ASCII's; these are as good, and as long.
_SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u202f", " "))


def read_status_lines(document: Document, header: Iterable[Block]) -> list[StatusLine]:
    """Read the Status lines in the paragraphs of the header; of several lines none is a status."""
    found = [(block, *line) for block in header for line in _find_status_lines(document, block)]
    if len(found) > 1:
        return [StatusLine(value, Status.UNSET) for _, _, value, _ in found]
    return [
        _read_status(document, block, number, value)
        if plain
        else _unclear(value, "the label is not a plain `**Status**:`")
        for block, number, value, plain in found
    ]


def approves_alone(line: str) -> bool:
    """Whether a line says Approved once nothing around it hides, strikes or contradicts it."""
    label = _LABEL.fullmatch(line.translate(_SPACES).strip().removesuffix("\\"))
    value = (label["value"] or label["bold"] or "").strip() if label else ""
    return _read_words(value)[0] is Status.APPROVED


def _find_status_lines(document: Document, block: Block) -> Iterator[tuple[int, Value, bool]]:
    """Yield the lines that a reader takes for a Status line: number, value, whether it is plain.

    Where the label is dressed up (struck through, of look-alike letters, behind a task box, in the
    middle of a line), the value is the whole line.
    """
    for number, line in document.text.numbered(block.first, block.last):
        stripped = line.translate(_SPACES).strip()
        if label := _LABEL.fullmatch(stripped):
            group = "value" if label["value"] is not None else "bold"
            offset = len(line) - len(line.lstrip())
            start, end = label.span(group)
            if group == "value" and number < block.last and stripped.endswith("\\"):
                end -= 1  # a backslash at the end of a line is a line break
            yield number, document.text.value(number, offset + start, offset + end), True
        elif _looks_like_status(document.prose.line(number)):
            yield number, document.text.value(number), False


def _read_status(document: Document, block: Block, number: int, value: Value) -> StatusLine:
    """Read the only Status line: what it says, or why it is read as unset."""
    status, fault, reason = _read_words(value.text)
    if fault is None:
        reason = _find_doubt(document, block, number)
        if reason:
            return _unclear(value, reason)
    return StatusLine(value, status, fault, reason)


def _unclear(value: Value, reason: str) -> StatusLine:
    return StatusLine(value, Status.UNSET, StatusFault.UNCLEAR, reason)


def _looks_like_status(line: str) -> bool:
    """Tell whether a reader would take a line for a Status line, whatever it is made of."""
    lower = line.lower()
    if "**status" in lower or "__status" in lower:
        return True
    return ":" in line and _skeleton(line[:400].replace("[x]", "")).startswith("status:")


def _skeleton(text: str) -> str:
    """Return the Latin letters and colons that a text looks like."""
    shown = unicodedata.normalize("NFKD", html.unescape(text)).casefold()
    return _NOT_A_LETTER.sub("", shown.translate(_LOOK_ALIKES))


def _read_words(text: str) -> tuple[Status, StatusFault | None, str]:
    """Read the value: the status it is, or the fault and the reason."""
    text = text.translate(_SPACES)
    if _TEMPLATE.fullmatch(text):
        return Status.UNSET, StatusFault.TEMPLATE, ""
    emoji = _EMOJI.match(text)
    match = _VALUE.fullmatch(text, emoji.end() if emoji else 0)
    if match is None:
        letters = _skeleton(text)
        if "approve" in letters or "draft" in letters:
            return Status.UNSET, StatusFault.UNCLEAR, _describe_disguise(text)
        return Status.UNSET, StatusFault.UNKNOWN, did_you_mean(text, ["Approved", "Draft"])
    status = Status(match["word"].lower())
    if status is Status.APPROVED:
        before = text[: match.start()]
        if refusal := _REFUSING_EMOJI.search(before) or _RETRACTION.search(match["note"]):
            return Status.UNSET, StatusFault.UNCLEAR, f"“{refusal[0]}” takes it back"
    return status, None, ""


def _describe_disguise(text: str) -> str:
    for character in text:
        if character.isalpha() and not character.isascii():
            return f"its “{character}” is U+{ord(character):04X} and no Latin letter"
    return "it is not one plain word"


def _find_doubt(document: Document, block: Block, number: int) -> str:
    """Say what may hide the line from a reader, '' where it stands in plain sight."""
    above = document.text.lines[:number]
    if block.lists > 1:
        return "it stands in a list within a list"
    if sum(map(len, document.text.lines[: block.last])) > MAX_HEADER:
        return f"the header holds more than {MAX_HEADER:,} characters"
    for place, line in enumerate(above, 1):
        if hidden := _DISORDER.search(line):
            return f"an invisible character U+{ord(hidden[0]):04X} stands on line {place}"
        if line.lstrip().startswith("[^") or "$$" in line:
            return f"a footnote or formula on line {place} may take it in"
    if any(unicodedata.category(c) == "Cf" for c in above[-1]):
        return "an invisible character stands in it"
    if tag := _find_open_tag("\n".join(document.prose.lines[:number]), last=above[-1]):
        return tag
    if number < block.last:
        below = document.text.line(number + 1)
        if is_delimiter_row(below):
            return "the line below it turns it into a table"
        if not FIELD.fullmatch(below) and not above[-1].endswith(("  ", "\\")):
            return "the line below it goes on with it"
    return _find_inline_doubt(document, block, number)


def _find_open_tag(prose: str, *, last: str) -> str:
    """Say which HTML element above is still open, or whether the line itself holds HTML."""
    if re.search(r"<[A-Za-z/!?]", _AUTOLINK.sub("", last)):
        return "it holds HTML"
    opened: list[str] = []
    for tag in _TAG.finditer(_AUTOLINK.sub("", prose)):
        name = (tag[1] or "").lower()
        if not name:
            return "HTML above it is not complete"
        if tag[0].startswith("</"):
            if not opened or opened.pop() != name:
                return f"the HTML element <{name}> above it is not paired"
        elif name in _DIVIDING:
            return f"the HTML element <{name}> above it ends the header"
        elif name not in _VOID:
            opened.append(name)
    return f"the HTML element <{opened[-1]}> above it is still open" if opened else ""


def _find_inline_doubt(document: Document, block: Block, number: int) -> str:
    """Say which inline construct of the paragraph spans over the line.

    Line breaks at depth 0 divide the paragraph's tokens into its lines. Where the numbers differ,
    a code span, link or the like swallowed a line break. Between single tildes and dollar signs
    GitHub strikes through and sets formulas, which the parser does not know.
    """
    lines = [line.strip() for line in document.text.lines[block.first - 1 : block.last]]
    at = number - block.first
    for mark in "~$":
        if mark in "".join(lines[:at]) and mark in "".join(lines[at + 1 :]):
            return f"a line above it and one below it hold “{mark}”, which may take it in"
    lines[0] = re.sub(r"^(?:[-*+]|\d{1,9}[.)])[ \t]+", "", lines[0])
    if all(map(_SELF_CONTAINED.fullmatch, lines)):
        return ""
    depth = 0
    line = 0
    spanned: set[int] = set()
    for token in inline_tokens("\n".join(lines)):
        depth += token.nesting
        if token.type in ("softbreak", "hardbreak"):
            if depth > 0:
                spanned |= {line, line + 1}
            line += 1
    if line + 1 != len(lines) or at in spanned:
        return "a code span, a link or other markup reaches over its line end"
    return ""
