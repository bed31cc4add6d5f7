"""`docs/policy.md` explains every verdict, in the very words that people see."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from markdown_it import MarkdownIt

from bot.config.schema import Config
from bot.gate.facts import Role
from bot.gate.links import MAX_LINKS
from bot.gate.verdict import Reason, Verdict, is_aside
from bot.github.comparisons import MAX_COMMITS
from bot.github.plans import MAX_PLANS, MAX_TOUCHED_PLANS
from bot.plan.rules import RULES
from bot.reconcile import MAX_SHARING
from bot.report.check_run import render_check_run
from bot.report.examples import EXAMPLES, SITE
from bot.report.judged import Judged
from bot.report.manual import about, anchor
from bot.report.reference import (
    GATE_RULES,
    code_of,
    examples_of,
    names_of,
    quote,
    refresh,
)
from bot.report.titles import title

ROOT = Path(__file__).parents[2]
PATH = ROOT / "docs/policy.md"
PAGE = PATH.read_text("utf-8")
REASONS = {reason.__name__ for reason in get_args(Reason)}
_markdown = MarkdownIt("commonmark").enable("table")


def section(name: str) -> str:
    """A reason's block, with the prose below it up to the next one."""
    block = PAGE.partition(f"<!-- made: {name} -->")[2]
    return re.split(r"<!-- made: |^## ", block, flags=re.MULTILINE)[0]


def headings(page: str) -> Iterator[str]:
    """The page's headings as a reader sees them."""
    tokens = _markdown.parse(page)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            yield "".join(child.content for child in inline.children or [])


def test_the_page_is_up_to_date() -> None:
    """Run `make docs` when this fails."""
    assert refresh(PAGE) == PAGE


def test_every_reason_has_one_section() -> None:
    assert sorted(names_of(PAGE)) == sorted([*REASONS, "index", "rules"])


def test_what_blocks_comes_first() -> None:
    ranks = {
        name: 0 if one.blocks else 1 + is_aside(one) for one in EXAMPLES for name in [kind(one)]
    }
    order = [ranks[name] for name in names_of(PAGE) if name in REASONS]
    assert order == sorted(order)


def kind(reason: Reason) -> str:
    return type(reason).__name__


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_section_says_when_and_what_to_do(name: str) -> None:
    prose = section(name).partition("<!-- /made -->")[2]
    (example, *_) = examples_of(name)
    assert "**When.** " in prose
    assert ("**What to do.** " in prose) is (example.blocks or is_aside(example))


@pytest.mark.parametrize("reason", EXAMPLES, ids=kind)
def test_people_see_the_words_of_the_page(reason: Reason) -> None:
    run = render_check_run([Judged(0, "Change", Verdict((reason,)))], SITE, "pull acme/shop#7")
    said = quote(reason).replace("\n> ", "\n").replace("\n>", "\n").removeprefix("> ")
    assert said.removesuffix("\n") in run.summary
    first, *_ = examples_of(kind(reason))
    assert quote(reason, before=first) in section(kind(reason))
    assert title(reason) in section(kind(reason))
    if not is_aside(reason):
        assert title(reason) == run.title


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_heading_is_the_title_that_people_read(name: str) -> None:
    assert list(headings(section(name))) == [title(examples_of(name)[0])]


def test_every_gate_rule_has_its_row_and_its_verdicts() -> None:
    assert list(GATE_RULES) == [f"G{number:03}" for number in range(1, 12)]
    assert {code for one in EXAMPLES if (code := code_of(one))} == {*GATE_RULES, "P001"}
    rows = dict(re.findall(r'^\| <a id="g\d{3}"></a>(G\d{3}) \| `(.*)$', PAGE, re.MULTILINE))
    assert set(rows) == set(GATE_RULES)
    for code, row in rows.items():
        assert row.startswith(f"{GATE_RULES[code]}`")
        for one in EXAMPLES:
            assert (f"[{title(one)}]({anchor(kind(one))})" in row) is (code_of(one) == code)


def test_no_gate_rule_shares_a_name_with_a_rule_of_plans() -> None:
    assert not GATE_RULES.keys() & RULES.keys()
    assert not set(GATE_RULES.values()) & {rule.name for rule in RULES.values()}


def test_every_reason_can_be_linked() -> None:
    for name in REASONS:
        assert PAGE.count(f'<a id="{anchor(name)[1:]}"></a>') == 1
        assert f"]({anchor(name)})" in PAGE.partition("## What blocks")[0]
        assert about(examples_of(name)[0]).endswith(f"/docs/policy.md{anchor(name)}")


def test_links_within_the_page_lead_somewhere() -> None:
    slugs = {re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-") for words in headings(PAGE)}
    places = slugs | set(re.findall(r'<a id="([^"]+)">', PAGE))
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= places


def test_limits_and_defaults_are_those_of_the_code() -> None:
    words = " ".join(PAGE.split())
    for limit in (
        f"over {MAX_COMMITS:,} commits, {MAX_TOUCHED_PLANS} changed plans, {MAX_PLANS:,} plans",
        f"{MAX_LINKS} linked plans, {MAX_SHARING} pull requests on one head",
        f"At most {MAX_LINKS} plans can be linked",
        f"`approval.reviews` (by default {Config().approval.reviews})",
        f"the role *{Role.MAINTAIN}* or *{Role.ADMIN}*",
    ):
        assert limit in words
    tasks = Config().tasks
    assert tasks.order == tasks.link == "warn"
    assert words.count("with `warn`, the default") == 2


def test_every_key_that_is_named_exists() -> None:
    groups = {"plans", "gate", "approval", "tasks"}
    named = set(re.findall(r"`((?:plans|gate|approval|tasks)\.[a-z_]+)[`:]", PAGE))
    known = {f"{group}.{key}" for group in groups for key in fields(group)}
    assert named <= known
    assert len(named) > 8


def fields(group: str) -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(Config(), group).__struct_fields__
    return found


def test_main_brings_a_stale_page_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "policy.md"
    shutil.copy(PATH, page)
    stale = page.read_text("utf-8").replace("### No plan linked", "### No plan")
    page.write_text(stale, "utf-8")
    subprocess.run([sys.executable, "-m", "bot.report.reference", str(page)], check=True)
    assert page.read_text("utf-8") == PAGE != stale
