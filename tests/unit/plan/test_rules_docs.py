"""Every rule's docstring tells the truth: its Bad example fires, its Good one does not."""

import datetime
import itertools
import re

import pytest

from bot.plan.across import lint_tree
from bot.plan.lint import LintOptions
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.plan.reference import explain
from bot.plan.rules import RULES, Rule

TODAY = datetime.date(2026, 1, 1)
ALL = [pytest.param(rule, id=rule.code) for rule in RULES.values()]


def findings(rule: Rule, example: str) -> list[str]:
    """What a rule finds in an example, of several files where comments name them.

    A comment names a file without content as well, or the tasks that are open.
    """
    source = example.replace("\\ufeff", "\ufeff").replace("\\0", "\0")
    _, *files = re.split(r"^<!-- (\S+\.md) -->\n", source, flags=re.MULTILINE)
    named = (
        dict(zip(files[::2], files[1::2], strict=True)) if files else {"plans/FEAT-1.md": source}
    )
    status = Status.APPROVED if rule.approved else Status.DRAFT
    plans = {path: parse_plan(text) for path, text in named.items()}
    open_tasks = {
        path: [int(number) for number in re.findall(r"^<!-- open tasks: (\d+) -->", text, re.M)]
        for path, text in named.items()
    }
    known = [*named, *re.findall(r"^<!-- (\S+\.sql) -->", source, re.MULTILINE)]
    found = lint_tree(plans, LintOptions(status, TODAY), files=known, open_tasks=open_tasks)
    return [each.message for each in itertools.chain(*found.values()) if each.code == rule.code]


@pytest.mark.parametrize("rule", ALL)
def test_bad_example_fires(rule: Rule) -> None:
    assert findings(rule, explain(rule).bad)


@pytest.mark.parametrize("rule", ALL)
def test_good_example_is_silent(rule: Rule) -> None:
    assert explain(rule).good
    assert findings(rule, explain(rule).good) == []


@pytest.mark.parametrize("rule", ALL)
def test_docstring_is_complete(rule: Rule) -> None:
    said = explain(rule)
    assert re.fullmatch(r"[A-Z].*\.", said.summary)
    assert rule.draft or rule.approved


@pytest.mark.parametrize("rule", ALL)
def test_messages_say_what_to_do(rule: Rule) -> None:
    """A message is no mere verdict: it names what stands there, then what to write."""
    for message in findings(rule, explain(rule).bad):
        assert re.search(r": [a-zA-Z`]|[.;] [A-Za-z]|, or |^Fill in", message), message


def test_the_catalogue_is_complete() -> None:
    expected = {
        *(f"D{n:03}" for n in range(1, 13)),
        *(f"H{n:03}" for n in range(1, 13)),
        *(f"S{n:03}" for n in range(1, 8)),
        *(f"T{n:03}" for n in range(1, 12)),
        *(f"O{n:03}" for n in range(1, 6)),
        *(f"{group}{n:03}" for group in "XCFN" for n in range(1, 4)),
        *(f"P{n:03}" for n in range(1, 7)),
        "E005",
    }
    assert expected <= set(RULES)


def test_names_are_kebab_case_and_unique() -> None:
    names = [rule.name for rule in RULES.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)
