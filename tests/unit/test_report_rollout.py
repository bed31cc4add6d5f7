"""The report in its three forms: complete, escaped, and no wider than a terminal."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from bot.report.explanation import columns
from bot.report.rollout.page import render_page
from bot.report.rollout.text import render_text
from bot.report.rollout.values import as_values
from bot.report.rollout.words import duration, share
from bot.rollout.blocked import Cause, Counts, Exempted, Report, WaitedFor
from bot.rollout.why import Awaited

DAY = 86_400.0
SHOP = Counts(10, shadow=3, enforced=1, freed=2, waiting=1, merged=1, median=5_400.0)
REPORT = Report(
    "acme",
    "shop-*",
    20_000 * DAY,
    20_007 * DAY,
    SHOP,
    (("acme/shop-web", SHOP), ("acme/shop-api", Counts(2))),
    (Cause("no-plan-linked", "G004", 3), Cause("plan-has-errors", "", 1)),
    tuple((20_000 + day, day % 3) for day in range(8)),
    (WaitedFor(Awaited("acme/plans", "FEAT-1", "One-page checkout"), 2, 1),),
    (("maya", 1),),
    (Exempted(20_001 * DAY, "acme/shop-web", 7, "maya", "outage"),),
)
EMPTY = Report("acme", "", 0.0, DAY, Counts())
HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202e&\"'</table>"


def hostile(report: Report) -> Report:
    """The same with what anybody may write into a plan, a comment or a repository's name."""
    long = f"{HOSTILE} {'and on ' * 100}"
    return replace(
        report,
        owner=HOSTILE,
        pattern=HOSTILE,
        repositories=((long, SHOP),) * 40,
        causes=(Cause(HOSTILE, HOSTILE, 1),),
        plans=(WaitedFor(Awaited(long, long, long), 1, 1),),
        people=((HOSTILE, 3),),
        exemptions=(Exempted(0.0, long, 1, HOSTILE, long),),
    )


def test_the_text_is_a_page_for_a_terminal() -> None:
    assert render_text(REPORT).splitlines() == [
        "Plan Gate: what was blocked in acme, repositories shop-*",
        "2024-10-04 to 2024-10-11 (UTC), the last 7 days",
        "",
        "Blocked, or would have been: 4 of 10 pull requests (40 %)",
        "  in shadow mode 3, enforced 1",
        "  freed since: 2, half of them within 1.5 h",
        "  blocked still: 1",
        "  merged all the same: 1",
        "",
        "Why",
        "  reason                             rule  pull requests",
        "  No plan is linked                  G004              3",
        "  A plan that it touches has errors                    1",
        "",
        "Where",
        "  repository     judged  shadow  enforced  freed  waiting  median",
        "  acme/shop-web      10       3         1      2        1   1.5 h",
        "",
        "When they became blocked",
        "  2024-10-04   0",
        f"  2024-10-05  {'█' * 25} 1",
        f"  2024-10-06  {'█' * 50} 2",
        "  2024-10-07   0",
        f"  2024-10-08  {'█' * 25} 1",
        f"  2024-10-09  {'█' * 50} 2",
        "  2024-10-10   0",
        f"  2024-10-11  {'█' * 25} 1",
        "",
        "Plans that were waited for",
        "  plan                      repository  blocked  wait still",
        "  FEAT-1 One-page checkout  acme/plans        2           1",
        "",
        "Exemptions given",
        "  by    given",
        "  maya      1",
        "",
        "The newest of them",
        "  reason  pull request     by    day",
        "  outage  acme/shop-web#7  maya  2024-10-05",
    ]


def test_many_days_are_told_by_week_and_none_at_all() -> None:
    weeks = replace(REPORT, days=tuple((20_000 + day, 1) for day in range(40)))
    shown = render_text(weeks)
    assert "When they became blocked, by week" in shown
    assert shown.count(" 7\n") == 5
    before = replace(REPORT, days=((20_000, 0),))
    assert "When they became blocked\n  all of them before\n" in render_text(before)


@pytest.mark.parametrize("report", [REPORT, hostile(REPORT), EMPTY])
def test_the_text_fits_and_steers_no_terminal(report: Report) -> None:
    shown = render_text(report)
    assert all(columns(line) <= 80 for line in shown.split("\n"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_long_tables_say_how_much_there_is_besides() -> None:
    assert "  … and 20 more, which --format json shows" in render_text(hostile(REPORT))
    many = replace(REPORT, repositories=(("acme/x", SHOP),) * 600)
    assert "… and 100 more, which --format json has." in render_page(many)


@pytest.mark.parametrize("render", [render_text, render_page])
def test_nothing_and_little_is_said(render: Any) -> None:
    assert "Nothing about acme is recorded in these days." in render(EMPTY)
    free = render(replace(EMPTY, total=Counts(3)))
    assert "Nothing about" not in free
    assert "Where" not in free
    exempted = render(replace(EMPTY, people=(("maya", 1),)))
    assert "maya" in exempted


class Page(HTMLParser):
    """What a browser would see: elements, the text, and where anything leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("report", [REPORT, hostile(REPORT), EMPTY])
def test_the_page_is_whole_loads_nothing_and_runs_nothing(report: Report) -> None:
    rendered = render_page(report)
    page = Page(rendered)
    assert page.open == []
    assert not {"img", "script", "link", "iframe", "object", "a"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | {"src", "href"} & names
    assert "url(" not in rendered
    assert "@import" not in rendered
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", rendered)


def test_beside_each_chart_stands_its_table() -> None:
    page = Page(render_page(REPORT))
    assert (page.tags.count("svg"), page.tags.count("table")) == (5, 6)
    labels = [value for name, value in page.attributes if name == "aria-label"]
    assert labels == [
        *("Pull requests by reason", "Reasons"),
        *("Pull requests by repository", "Repositories"),
        *("Pull requests that became blocked, by day", "Days"),
        *("Pull requests by plan", "Plans"),
        *("Exemptions by who gave them", "People", "Newest exemptions"),
    ]
    for told in ("No plan is linked", "G004", "acme/shop-web", "2024-10-06", "1.5 h", "outage"):
        assert told in page.text
    empty = Page(render_page(replace(REPORT, days=(), plans=())))
    assert empty.tags.count("svg") == 4


def test_the_values_are_as_they_are_documented() -> None:
    values: Any = json.loads(json.dumps(as_values(REPORT)))
    counts = {
        "judged": 10,
        "blocked": 4,
        "shadow": 3,
        "enforced": 1,
        "freed": 2,
        "waiting": 1,
        "merged": 1,
        "closed": 0,
        "unknown": 0,
        "median_seconds": 5_400,
    }
    assert values == {
        "owner": "acme",
        "repositories_like": "shop-*",
        "since": "2024-10-04T00:00:00Z",
        "until": "2024-10-11T00:00:00Z",
        "total": counts,
        "repositories": [
            {"repository": "acme/shop-web", **counts},
            {
                "repository": "acme/shop-api",
                **dict.fromkeys(counts, 0),
                "judged": 2,
                "median_seconds": None,
            },
        ],
        "reasons": [
            {
                "reason": "no-plan-linked",
                "code": "G004",
                "words": "No plan is linked",
                "pulls": 3,
            },
            {
                "reason": "plan-has-errors",
                "code": None,
                "words": "A plan that it touches has errors",
                "pulls": 1,
            },
        ],
        "days": [{"day": f"2024-10-{4 + day:02}", "blocked": day % 3} for day in range(8)],
        "plans": [
            {
                "repository": "acme/plans",
                "plan": "FEAT-1",
                "title": "One-page checkout",
                "pulls": 2,
                "waiting": 1,
            }
        ],
        "exemptions": {
            "given": 1,
            "by": [{"login": "maya", "given": 1}],
            "newest": [
                {
                    "at": "2024-10-05T00:00:00Z",
                    "repository": "acme/shop-web",
                    "number": 7,
                    "by": "maya",
                    "reason": "outage",
                }
            ],
        },
    }
    assert as_values(EMPTY)["repositories_like"] is None


def test_every_key_of_the_values_is_documented() -> None:
    documented = (Path(__file__).parents[2] / "docs/enforce.md").read_text()

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value).union(*map(keys, value.values()))
        return set().union(*map(keys, value)) if isinstance(value, list) else set()

    assert {key for key in keys(as_values(REPORT)) if f'"{key}":' not in documented} == set()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0.0, "0 s"),
        (59.0, "59 s"),
        (60.0, "1 min"),
        (3_600.0, "1.0 h"),
        (DAY, "24.0 h"),
        (2 * DAY, "2.0 days"),
    ],
)
def test_lengths_of_time(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


def test_parts_in_per_cent() -> None:
    assert (share(1, 3), share(0, 0)) == ("33 %", "–")
