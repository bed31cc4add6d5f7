"""The rule reference in `docs/rules`, written from the rules' docstrings: text in, pages out.

`python -m bot.plan.reference docs/rules` writes it; a test fails when it is stale.
"""

import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bot.plan.diagnostics import Severity
from bot.plan.rules import GROUPS, RULES, Rule

_INTRODUCTION = """\
# Rules

What Plan Gate checks in a plan file. The code of a rule never changes. Each rule has a severity for
a Draft and one for an Approved plan; only an error blocks.

Where a finding stands is told by lines and columns, which count from 1. A column is a Unicode
character, and the end column is exclusive.
"""
_CONFIGURE = """\
## To change its severity

In `.github/plan-gate.yml`, with `off`, `info`, `warning` or `error`:

```yaml
rules:
  {code}: warning
```

<!-- Written by `make docs` from the rule's docstring. -->
"""


class Explanation(NamedTuple):
    """A rule's docstring in parts; the rule fires on `bad` and is silent on `good`."""

    summary: str
    reasons: str
    bad: str
    good: str


def explain(rule: Rule) -> Explanation:
    """Take a rule's docstring apart."""
    summary, _, rest = rule.doc.partition("\n")
    body, _, examples = textwrap.dedent(rest).partition("Bad:\n")
    bad, _, good = examples.partition("Good:\n")
    return Explanation(
        summary, body.strip(), textwrap.dedent(bad).strip(), textwrap.dedent(good).strip()
    )


def render(rules: Mapping[str, Rule] = RULES) -> dict[str, str]:
    """Return the pages by file name: one for each rule, and the index."""
    pages = {f"{rule.code}.md": _render_rule(rule) for rule in rules.values()}
    return {"README.md": _render_index(rules), **pages}


def _render_rule(rule: Rule) -> str:
    said = explain(rule)
    parts = [
        f"# {rule.code} {rule.name}",
        said.summary,
        said.reasons,
        f"Draft: **{_effect(rule.draft)}**. Approved: **{_effect(rule.approved)}**.",
        f"## This is reported\n\n{_fenced(said.bad)}",
        f"## This is fine\n\n{_fenced(said.good)}",
        _CONFIGURE.format(code=rule.code),
    ]
    return "\n\n".join(part for part in parts if part)


def _effect(severity: Severity | None) -> str:
    return severity.value if severity else "off"


def _fenced(example: str) -> str:
    """Fence an example with more backticks than stand in it."""
    fence = "````" if "```" in example else "```"
    return f"{fence}markdown\n{example}\n{fence}"


def _render_index(rules: Mapping[str, Rule]) -> str:
    lines = [_INTRODUCTION.rstrip()]
    for group in GROUPS:
        title = (group.__doc__ or "").split("\n", 1)[0].rstrip(".")
        lines += ["", f"## {title}", ""]
        lines += ["| code | name | Draft | Approved | fires when |", "|---|---|---|---|---|"]
        lines += [
            f"| [{rule.code}]({rule.code}.md) | {rule.name} | {_effect(rule.draft)} "
            f"| {_effect(rule.approved)} | {explain(rule).summary} |"
            for rule in rules.values()
            if rule.check.__module__ == group.__name__
        ]
    return "\n".join([*lines, "", "<!-- Written by `make docs` from the docstrings. -->", ""])


def main(arguments: Sequence[str]) -> None:
    """Write the pages into the directory that is named."""
    directory = Path(arguments[0])
    directory.mkdir(parents=True, exist_ok=True)
    for name, page in render().items():
        (directory / name).write_text(page, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
