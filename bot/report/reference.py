"""The words of every verdict in `docs/policy.md`: page in, page out. Its prose is written by hand.

`python -m bot.report.reference docs/policy.md` brings the marked blocks up to date; a test fails
when they are stale.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.gate.verdict import Reason, is_aside
from bot.plan.rules import RULES
from bot.report.examples import EXAMPLES, SITE
from bot.report.manual import anchor
from bot.report.steps import next_step
from bot.report.titles import title
from bot.report.why import why

GATE_RULES: Mapping[str, str] = {
    "G001": "approved-by-bot",
    "G002": "approval-unreviewed",
    "G003": "changed-after-approval",
    "G004": "no-plan-linked",
    "G005": "plan-not-approved",
    "G006": "approved-only-here",
    "G007": "plan-invalid",
    "G008": "linked-plan-unknown",
    "G009": "task-unknown",
    "G010": "task-order",
    "G011": "task-claimed-twice",
}
_BLOCK = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made -->)", re.DOTALL)


def refresh(page: str) -> str:
    """Return *page* with each marked block written anew: `index`, `rules`, or a reason's name."""
    told = [(name, examples_of(name)) for name in names_of(page)]
    parts = {name: "\n\n".join(_section(name, examples)) for name, examples in told if examples}
    parts["index"] = "\n".join(_index(told))
    parts["rules"] = "\n".join(_rules(told))
    return _BLOCK.sub(lambda block: f"{block[1]}{parts[block[2]]}\n{block[3]}", page)


def names_of(page: str) -> list[str]:
    """The names of the page's blocks, in its order."""
    return [block[2] for block in _BLOCK.finditer(page)]


def examples_of(name: str) -> list[Reason]:
    """The examples of the reason of that name."""
    return [reason for reason in EXAMPLES if type(reason).__name__ == name]


def quote(reason: Reason, before: Reason | None = None) -> str:
    """What a check run says of the reason below its title, as a quotation.

    A next step that was quoted *before* is not said again.
    """
    said, step = why(reason, SITE), next_step(reason, SITE)
    parts = [f"> **{said}**" if reason.blocks else f"> {said}"]
    if step and not (before and step == next_step(before, SITE)):
        parts.append(f"> **Next step:** {step}")
    return "\n>\n".join(parts)


def code_of(reason: Reason) -> str:
    """The code of the rule that fires; empty where none does."""
    return getattr(reason, "code", "")


def _section(name: str, examples: Sequence[Reason]) -> Iterator[str]:
    """A reason's heading is its title, so that people find what they have read."""
    first, *others = examples
    yield f'<a id="{anchor(name)[1:]}"></a>'
    yield f"### {title(first)}"
    if code := code_of(first):
        yield f"Rule {_named(code)}"
    yield quote(first)
    for other in others:
        rule = f" (rule {_named(code_of(other))})" if code_of(other) != code_of(first) else ""
        yield f"Or **{title(other)}**{rule}" if title(other) != title(first) else "Or"
        yield quote(other, before=first)


def _index(told: Iterable[tuple[str, Sequence[Reason]]]) -> Iterator[str]:
    yield "| | the check says | rule |"
    yield "|---|---|---|"
    for name, examples in told:
        rows = {title(reason): reason for reason in examples}
        for said, reason in rows.items():
            mark = "✗" if reason.blocks else "·" if is_aside(reason) else "✓"
            yield f"| {mark} | [{said}]({anchor(name)}) | {code_of(reason)} |"


def _rules(told: Iterable[tuple[str, Sequence[Reason]]]) -> Iterator[str]:
    """Which verdicts each rule of the gate speaks by."""
    said: dict[str, dict[str, None]] = {code: {} for code in GATE_RULES}
    for name, examples in told:
        for reason in examples:
            if (code := code_of(reason)) in said:
                said[code][f"[{title(reason)}]({anchor(name)})"] = None
    yield "| rule | name | the check says |"
    yield "|---|---|---|"
    for code, links in said.items():
        place = f'<a id="{code.lower()}"></a>{code}'
        yield f"| {place} | `{GATE_RULES[code]}` | {'<br>'.join(links)} |"


def _named(code: str) -> str:
    if code in GATE_RULES:
        return f"[{code}](#{code.lower()}) `{GATE_RULES[code]}`"
    return f"[{code}](rules/{code}.md) `{RULES[code].name}`"


def main(arguments: Sequence[str]) -> None:
    """Bring the page that is named up to date."""
    path = Path(arguments[0])
    page = refresh(path.read_text(encoding="utf-8"))
    path.write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
