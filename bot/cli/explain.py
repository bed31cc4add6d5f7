"""`plan-gate explain`: a rule's documentation, for people and for programs."""

import argparse
import difflib
import json
import textwrap
from collections.abc import Sequence

from bot.errors import UsageError
from bot.plan.diagnostics import Severity
from bot.plan.parse import parse_plan
from bot.plan.reference import explain
from bot.plan.rules import RULES, Rule, rule_url

_FIXES = {
    "safe": "`plan-gate fmt` fixes it.",
    "unsafe": "`plan-gate fmt --unsafe-fixes` fixes it as suggested.",
    None: "",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "rule", metavar="RULE", nargs="?", help="its code or its name: T004, dependency-unknown"
    )
    parser.add_argument("--all", action="store_true", help="explain every rule")
    parser.add_argument("--format", choices=["json", "text"], default="text")


def run(args: argparse.Namespace) -> int:
    """Print one rule, or all of them; as JSON, one is an object and all are a list."""
    if args.all == (args.rule is not None):
        raise UsageError("name one rule, such as `plan-gate explain T004`, or ask for --all")
    rules = list(RULES.values()) if args.all else [find_rule(args.rule)]
    if args.format == "json":
        shown = [_as_json(rule) for rule in rules]
        print(json.dumps(shown if args.all else shown[0], ensure_ascii=False, indent=2))
    else:
        print(_as_text(rules))
    return 0


def find_rule(written: str) -> Rule:
    """Return the rule of a code or a name, in any case."""
    by_word = {word.lower(): rule for rule in RULES.values() for word in (rule.code, rule.name)}
    rule = by_word.get(written.lower())
    if rule is None:
        near = difflib.get_close_matches(written.lower(), by_word, n=1)
        meant = by_word[near[0]] if near else None
        hint = (
            f"did you mean {meant.code}, {meant.name}?"
            if meant
            else "`plan-gate explain --all` shows every rule"
        )
        raise UsageError(f"no rule is called {written}; {hint}")
    return rule


def find_fix(rule: Rule) -> str | None:
    """Return `safe` or `unsafe`, None where a rule has no fix: its own example shows it."""
    bad = explain(rule).bad.replace("\\ufeff", "\ufeff")
    fixes = [found.fix for found in rule.check(parse_plan(bad)) if found.fix]
    return ("safe" if all(fix.safe for fix in fixes) else "unsafe") if fixes else None


def _as_json(rule: Rule) -> dict[str, object]:
    said = explain(rule)
    return {
        "code": rule.code,
        "name": rule.name,
        "draft": _effect(rule.draft),
        "approved": _effect(rule.approved),
        "fix": find_fix(rule),
        "summary": said.summary,
        "reasons": said.reasons,
        "bad": said.bad,
        "good": said.good,
        "url": rule_url(rule.code),
    }


def _as_text(rules: Sequence[Rule]) -> str:
    return "\n\n\n".join(map(_page, rules))


def _page(rule: Rule) -> str:
    said = explain(rule)
    parts = [
        f"{rule.code} {rule.name}",
        said.summary,
        said.reasons,
        f"Draft: {_effect(rule.draft)}. Approved: {_effect(rule.approved)}.",
        _FIXES[find_fix(rule)],
        f"This is reported:\n\n{textwrap.indent(said.bad, '    ')}",
        f"This is fine:\n\n{textwrap.indent(said.good, '    ')}",
        rule_url(rule.code),
    ]
    return "\n\n".join(part for part in parts if part)


def _effect(severity: Severity | None) -> str:
    return severity.value if severity else "off"
