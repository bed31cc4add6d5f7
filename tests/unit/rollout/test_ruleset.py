"""What a ruleset should say: only our rule is touched, whatever else people have put in it."""

from typing import Any

import pytest

from bot.errors import UsageError
from bot.rollout.ruleset import Line, Place, Ruleset, Wanted, compare, released, required

ACME = Place("acme")
SHOP = Place("acme", "shop")
OURS = {"context": "Plan gate", "integration_id": 7}
LINT = {"context": "lint"}
REVIEWS = {"type": "pull_request", "parameters": {"required_approving_review_count": 2}}
DEFAULT = {"include": ["~DEFAULT_BRANCH"], "exclude": []}
EVERYWHERE = {"include": ["~ALL"], "exclude": []}


def rule(*checks: dict[str, Any], strict: bool = False) -> dict[str, Any]:
    parameters = {
        "required_status_checks": list(checks),
        "strict_required_status_checks_policy": strict,
    }
    return {"type": "required_status_checks", "parameters": parameters}


def found(*rules: dict[str, Any], **changed: Any) -> Ruleset:
    usual: dict[str, Any] = {
        "enforcement": "active",
        "conditions": {"ref_name": DEFAULT, "repository_name": EVERYWHERE},
        "rules": rules,
        "bypass_actors": ({"actor_id": 5, "actor_type": "Team", "bypass_mode": "always"},),
        "id": 12,
    }
    return Ruleset(**usual | changed)


def test_a_new_one_requires_our_check_from_our_app_alone() -> None:
    made = required(None, Wanted(7), ACME)
    assert made.body == {
        "name": "Plan Gate",
        "target": "branch",
        "enforcement": "active",
        "conditions": {"ref_name": DEFAULT, "repository_name": EVERYWHERE},
        "rules": (
            {
                "type": "required_status_checks",
                "parameters": {
                    "required_status_checks": [OURS],
                    "strict_required_status_checks_policy": False,
                    "do_not_enforce_on_create": True,
                },
            },
        ),
    }


def test_one_repository_selects_no_repositories() -> None:
    made = required(None, Wanted(7, branches=("release/*", "refs/heads/lts")), SHOP)
    include = ["~DEFAULT_BRANCH", "refs/heads/release/*", "refs/heads/lts"]
    assert made.conditions == {"ref_name": {"include": include, "exclude": []}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((), (rule(OURS),)),
        ((REVIEWS,), (REVIEWS, rule(OURS))),
        ((rule(LINT, strict=True), REVIEWS), (rule(LINT, OURS, strict=True), REVIEWS)),
        ((rule({"context": "Plan gate"}, LINT),), (rule(LINT, OURS),)),
        ((rule({"context": "Plan gate", "integration_id": 8}),), (rule(OURS),)),
        ((rule(OURS, {"context": "Plan gate"}),), (rule(OURS),)),
        ((rule(LINT, OURS, strict=True), REVIEWS), (rule(LINT, OURS, strict=True), REVIEWS)),
        ((rule(LINT), rule({"context": "Plan gate"})), (rule(LINT, OURS),)),
    ],
    ids=[
        "no rule",
        "other rules",
        "other checks",
        "not pinned",
        "pinned to another App",
        "both",
        "already so",
        "in a rule of its own",
    ],
)
def test_other_rules_and_checks_stay(before: Any, after: Any) -> None:
    made = required(found(*before), Wanted(7), ACME).rules

    def told(rules: Any) -> Any:
        return [
            {**each, "parameters": {k: v for k, v in each["parameters"].items() if k[:2] != "do"}}
            for each in rules
        ]

    assert told(made) == list(after)


def test_what_is_already_so_is_not_changed_in_anything() -> None:
    before = found(REVIEWS, rule(LINT, OURS))
    assert required(before, Wanted(7), ACME) == before
    same = Wanted(7, repositories=("~ALL",))
    assert required(before, same, ACME) == before


def test_bypass_actors_exclusions_and_unknown_conditions_stay() -> None:
    conditions = {
        "ref_name": {"include": ["refs/heads/main"], "exclude": ["refs/heads/gh-pages"]},
        "repository_name": {"include": ["a*"], "exclude": ["attic"], "protected": True},
    }
    before = found(REVIEWS, conditions=conditions, enforcement="disabled")
    kept = required(before, Wanted(7), ACME)
    assert (kept.conditions, kept.enforcement) == (conditions, "active")
    assert kept.body["bypass_actors"] == before.bypass_actors
    changed = required(before, Wanted(7, ("shop-*", "api"), ("lts",), "evaluate"), ACME)
    assert changed.conditions == {
        "ref_name": {
            "include": ["~DEFAULT_BRANCH", "refs/heads/lts"],
            "exclude": ["refs/heads/gh-pages"],
        },
        "repository_name": {
            "include": ["shop-*", "api"],
            "exclude": ["attic"],
            "protected": True,
        },
    }
    assert (changed.enforcement, changed.bypass_actors) == ("evaluate", before.bypass_actors)


def test_who_bypasses_is_not_sent_where_github_does_not_show_it() -> None:
    assert "bypass_actors" not in found(bypass_actors=None).body


@pytest.mark.parametrize("way", ["repository_id", "repository_property"])
def test_another_selection_of_repositories_stays_or_is_refused(way: str) -> None:
    before = found(conditions={"ref_name": DEFAULT, way: {"some": "thing"}})
    assert required(before, Wanted(7), ACME).conditions == before.conditions
    with pytest.raises(UsageError, match=f"selects repositories by {way[11:]}: leave --repo out"):
        required(before, Wanted(7, ("shop-*",)), ACME)
    assert before.covers("anything")


def test_a_ruleset_of_tags_is_somebody_elses() -> None:
    with pytest.raises(UsageError, match=r"of acme is not about branches \(but: tag\): rename it"):
        required(found(target="tag"), Wanted(7), ACME)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((rule(OURS),), None),
        ((), None),
        ((rule(LINT, OURS), REVIEWS), (rule(LINT), REVIEWS)),
        ((rule(OURS), REVIEWS), (REVIEWS,)),
        ((rule({"context": "Plan gate"}), REVIEWS), (REVIEWS,)),
        ((rule(LINT),), (rule(LINT),)),
    ],
)
def test_our_rule_goes_and_the_others_stay(before: Any, after: Any) -> None:
    left = released(found(*before))
    assert (left and left.rules) == after


@pytest.mark.parametrize(
    ("include", "exclude", "name", "covered"),
    [
        (["~ALL"], [], "shop", True),
        (["shop-*"], [], "Shop-web", True),
        (["shop-*"], ["*-old"], "shop-old", False),
        (["api"], [], "shop", False),
    ],
)
def test_repositories_are_selected_by_patterns(
    include: list[str], exclude: list[str], name: str, covered: bool
) -> None:
    names = {"include": include, "exclude": exclude}
    assert found(conditions={"repository_name": names}).covers(name) is covered


def test_the_difference_is_told_thing_by_thing() -> None:
    before = found(
        rule({"context": "Plan gate"}, LINT, strict=True),
        REVIEWS,
        {"type": "deletion"},
        conditions={
            "ref_name": {"include": ["refs/heads/main"], "exclude": ["refs/heads/x"]},
            "repository_name": {"include": ["a*"], "exclude": [], "protected": True},
        },
    )
    after = required(before, Wanted(7, ("b*",)), ACME)
    assert [line for line in compare(before, after) if line.changes] == [
        Line("repositories", "a*", "b*"),
        Line("required check “Plan gate”", "from any App", "from App 7"),
    ]
    assert {line.what: line.after for line in compare(before, after) if not line.changes} == {
        "enforcement": "active",
        "target": "branch",
        "branches": "main",
        "branches left out": "x",
        "repositories may be renamed": "no",
        "rule pull_request": '{"required_approving_review_count": 2}',
        "rule deletion": "yes",
        "branch must be up to date": "yes",
        "required of new branches": "yes",
        "required check “lint”": "from any App",
        "bypass by Team 5": "always",
    }
    gone = compare(found(REVIEWS, conditions={"repository_id": {"repository_ids": [3]}}), None)
    assert Line("repositories by id", '{"repository_ids": [3]}', None) in gone
    owner = found(bypass_actors=({"actor_type": "OrganizationAdmin"},))
    assert Line("bypass by OrganizationAdmin", None, "always") in compare(None, owner)
