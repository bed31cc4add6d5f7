"""What `plan-gate enforce` says, as tables."""

import pytest

from bot.report.enforcing import (
    action_of,
    as_json,
    refusal,
    render_difference,
    render_done,
    warnings_of,
)
from bot.rollout.reach import Installed, Reach
from bot.rollout.ruleset import Line, Place, Ruleset

ACME = Place("acme")
SHOP = Place("acme", "shop")
ONE = Ruleset("active", {}, ())
OTHER = Ruleset("disabled", {}, ())
LINES = [
    Line("enforcement", "active", "active"),
    Line("repositories", None, "shop-*"),
    Line("rule \x1b[31mdeletion", "yes", None),
    Line("branches", "main", "main, lts"),
]


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (None, None, "none"),
        (ONE, ONE, "none"),
        (None, ONE, "create"),
        (ONE, OTHER, "update"),
        (ONE, None, "delete"),
    ],
)
def test_what_writing_would_do(before: Ruleset | None, after: Ruleset | None, action: str) -> None:
    assert action_of(before, after) == action


def test_the_difference_reads_like_a_plan() -> None:
    assert render_difference(ACME, "update", LINES).splitlines() == [
        "organisation acme: the ruleset “Plan Gate” would be changed",
        "",
        "    enforcement: active",
        "  + repositories: shop-*",
        "  - rule [31mdeletion: yes",
        "  ~ branches: main → main, lts",
        "",
        "3 changes; what has no mark stays.",
    ]
    coloured = render_difference(ACME, "update", LINES, colour=True)
    assert "\x1b[32m  + repositories: shop-*\x1b[0m" in coloured
    assert coloured.count("\x1b[") == 8
    assert render_difference(SHOP, "none", LINES[:1]).splitlines() == [
        "repository acme/shop: the ruleset “Plan Gate” is as it should be",
        "",
        "    enforcement: active",
        "",
        "Nothing to change.",
    ]
    assert render_difference(SHOP, "none", []).splitlines() == [
        "repository acme/shop: there is no ruleset “Plan Gate”.",
        "",
        "Nothing to change.",
    ]
    assert render_done(ACME, "delete") == "organisation acme: the ruleset “Plan Gate” is deleted."


def test_the_difference_as_values() -> None:
    assert as_json(SHOP, "update", LINES[:2], ["mind"], written=True) == {
        "target": "acme/shop",
        "kind": "repository",
        "ruleset": "Plan Gate",
        "action": "update",
        "written": True,
        "changes": [{"what": "repositories", "before": None, "after": "shop-*"}],
        "kept": [{"what": "enforcement", "value": "active"}],
        "warnings": ["mind"],
    }
    assert as_json(ACME, "none", [], [], written=False)["kind"] == "organization"


@pytest.mark.parametrize(
    ("reach", "said"),
    [
        (Reach(7, told=True, installed=Installed("plan-gate")), ()),
        (Reach(7, looked=3), ()),
        (Reach(7, told=True), ("App 7 is not installed on acme: every pull request would wait",)),
        (
            Reach(7, told=True, installed=Installed("plan-gate", suspended=True)),
            ("App 7 (plan-gate) is suspended on acme",),
        ),
        (
            Reach(7, told=True, installed=Installed("plan-gate", selected=True)),
            ("App 7 (plan-gate) is installed on selected repositories of acme only",),
        ),
        (
            Reach(7, looked=3, silent=("acme/shop#1",)),
            ("of the 3 pull requests looked at, acme/shop#1 never got “Plan gate” from App 7",),
        ),
        (
            Reach(7, looked=2, silent=("acme/shop#1", "acme/shop#2")),
            ("“Plan gate” was never reported by App 7 on acme/shop#1 and acme/shop#2, the newest",),
        ),
        (
            Reach(7, unseen=("where the App is installed (GitHub answered 403: No)",)),
            ("with this token it could not be seen where the App is installed (GitHub answ",),
        ),
    ],
)
def test_what_would_keep_pull_requests_waiting_is_warned_of(
    reach: Reach, said: tuple[str, ...]
) -> None:
    warnings = warnings_of(reach, ACME)
    assert len(warnings) == len(said)
    for warning, start in zip(warnings, said, strict=True):
        assert warning.startswith(start)


@pytest.mark.parametrize(
    ("place", "status", "words", "parts"),
    [
        (ACME, 401, "Bad credentials", ("GITHUB_TOKEN is not valid", "make a new one")),
        (ACME, 422, "Invalid rule", ("does not take the ruleset of acme", "422: Invalid rule")),
        (ACME, 403, "", ("organisation permission “Administration: write”", "answered 403)")),
        (ACME, 404, "Not Found", ("scope admin:org", "`plan-gate enforce acme/REPO`")),
        (
            ACME,
            403,
            "Upgrade to GitHub Team to enable this feature.",
            ("need GitHub Team or Enterprise", "`plan-gate enforce acme/REPO`"),
        ),
        (SHOP, 404, "Not Found", ("repository permission “Administration: write”", "acme/shop")),
        (
            SHOP,
            403,
            "Upgrade to GitHub Pro or make this repository public to enable this feature.",
            ("the plan of acme has no rulesets for a private repository", "GitHub Pro"),
        ),
    ],
)
def test_a_refusal_says_what_to_give_or_to_ask_instead(
    place: Place, status: int, words: str, parts: tuple[str, ...]
) -> None:
    told = refusal(place, status, words)
    assert "\n" not in told
    for part in parts:
        assert part in told
