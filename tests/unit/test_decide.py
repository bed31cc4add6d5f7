"""The decision table as values: facts in, conclusion, title and codes out."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.schema import Config, Gate
from bot.gate.decide import decide
from bot.gate.facts import (
    Actor,
    Branch,
    ChangedFile,
    Commit,
    Facts,
    InvalidConfig,
    PlanFile,
    Pull,
)
from bot.gate.plan_file import summarise
from bot.gate.verdict import Conclusion, Verdict
from bot.plan.lint import lint
from bot.plan.model import Status
from bot.plan.parse import parse_plan
from bot.report.titles import headline
from tests.plan_text import plan_text

MAIN = Branch("main", "a" * 40, "b" * 40)
ALICE = Actor("alice", bot=False)
CODE = ChangedFile("src/checkout.py")
PROBLEM = InvalidConfig(".github/plan-gate.yml", 3, 5, "Unknown key `x`")


def plan_file(
    plan_id: str = "FEAT-12", status: str = "Draft", path: str = "", **more: str
) -> PlanFile:
    text = plan_text(plan_id, status, **more)
    plan = parse_plan(text)
    blob = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    return summarise(path or f"plans/{plan_id}.md", blob, plan, lint(plan))


DRAFT = plan_file()
APPROVED = plan_file(status="Approved")
UNSET = plan_file(status="Draft | Approved")
QUESTION = plan_file(status="Approved", answer="TBD")
ERROR = plan_file(status="Approved", depends="9")
BOTH = plan_file(status="Approved", depends="9", answer="?")
BROKEN_DRAFT = plan_file(depends="9")
OTHER = plan_file("FEAT-13", "Approved")
OTHER_DRAFT = plan_file("FEAT-13")


def facts(*files: ChangedFile, body: str = "Plan: FEAT-12", **more: object) -> Facts:
    pull = Pull("acme/shop", 7, "Change", body, ALICE, "patch-1", "d" * 40, "main")
    return replace(Facts(pull, MAIN, files=files), **more)  # type: ignore[arg-type]


def touched(*plans: PlanFile) -> tuple[ChangedFile, ...]:
    return tuple(ChangedFile(plan.path) for plan in plans)


def at(text: str, **words: str) -> Pull:
    given = {"title": "Change", "body": text, "head_ref": "patch-1", **words}
    return Pull(
        "acme/shop", 7, given["title"], given["body"], ALICE, given["head_ref"], "d", "main"
    )


def codes(verdict: Verdict) -> list[str]:
    return [code for r in verdict.reasons if r.blocks and (code := getattr(r, "code", ""))]


ROWS: list[tuple[str, Facts, str, str, list[str]]] = [
    # nothing that needs a plan
    ("nothing", facts(), "success", "No plan needed: only exempt files change", []),
    (
        "docs only",
        facts(ChangedFile("docs/a.txt"), ChangedFile("NOTES.md"), ChangedFile("LICENSE")),
        "success",
        "No plan needed: only exempt files change",
        [],
    ),
    (
        "moved code",
        facts(ChangedFile("docs/a.py"), ChangedFile("src/a.py", removed=True), body=""),
        "failure",
        "No plan linked",
        ["G004"],
    ),
    (
        "moved docs",
        facts(ChangedFile("src/a.py"), ChangedFile("docs/a.py", removed=True), body=""),
        "failure",
        "No plan linked",
        ["G004"],
    ),
    (
        "removed code",
        facts(ChangedFile("a.py", removed=True), body=""),
        "failure",
        "No plan linked",
        ["G004"],
    ),
    # code
    ("no link", facts(CODE, body=""), "failure", "No plan linked", ["G004"]),
    ("plan nowhere", facts(CODE), "failure", "FEAT-12 is not on main yet", ["G008"]),
    (
        "draft",
        facts(CODE, base_plans=(DRAFT,)),
        "failure",
        "FEAT-12 is Draft: merging is blocked",
        ["G005"],
    ),
    (
        "unset",
        facts(CODE, base_plans=(UNSET,)),
        "failure",
        "FEAT-12 has no clear Status: merging is blocked",
        ["G005"],
    ),
    (
        "question",
        facts(CODE, base_plans=(QUESTION,)),
        "failure",
        "FEAT-12 is Approved but has 1 unanswered question",
        ["G007"],
    ),
    (
        "error",
        facts(CODE, base_plans=(ERROR,)),
        "failure",
        "FEAT-12 is Approved but has 1 error",
        ["G007"],
    ),
    (
        "both",
        facts(CODE, base_plans=(BOTH,)),
        "failure",
        "FEAT-12 is Approved but has 1 unanswered question and 1 error",
        ["G007"],
    ),
    ("approved", facts(CODE, base_plans=(APPROVED,)), "success", "FEAT-12 is Approved", []),
    (
        "approved by path",
        facts(CODE, body="Plan: plans/FEAT-12.md", base_plans=(APPROVED,)),
        "success",
        "FEAT-12 is Approved",
        [],
    ),
    (
        "another repository",
        facts(CODE, body="Plan: evil/plans#FEAT-12", base_plans=(APPROVED,)),
        "failure",
        "FEAT-12 in evil/plans does not count here",
        ["G008"],
    ),
    (
        "approved here only",
        facts(CODE, *touched(APPROVED), head_plans=(APPROVED,), base_plans=(DRAFT,)),
        "failure",
        "FEAT-12 must be approved on main before its code",
        ["G006"],
    ),
    (
        "here only",
        facts(CODE, *touched(DRAFT), head_plans=(DRAFT,)),
        "failure",
        "FEAT-12 must be approved on main before its code",
        ["G006"],
    ),
    (
        "draft here and there",
        facts(CODE, *touched(DRAFT), head_plans=(DRAFT,), base_plans=(DRAFT,)),
        "failure",
        "FEAT-12 is Draft: merging is blocked",
        ["G005"],
    ),
    (
        "touched is linked",
        facts(CODE, *touched(APPROVED), body="", head_plans=(APPROVED,), base_plans=(APPROVED,)),
        "success",
        "FEAT-12 is Approved",
        [],
    ),
    (
        "all of several",
        facts(CODE, body="Plan: FEAT-12, FEAT-13", base_plans=(APPROVED, OTHER)),
        "success",
        "FEAT-12 and FEAT-13 are Approved",
        [],
    ),
    (
        "one of several",
        facts(CODE, body="Plan: FEAT-12, FEAT-13", base_plans=(APPROVED, OTHER_DRAFT)),
        "failure",
        "FEAT-13 is Draft: merging is blocked",
        ["G005"],
    ),
    (
        "none of several",
        facts(CODE, body="Plan: FEAT-12, FEAT-13", base_plans=(DRAFT,)),
        "failure",
        "FEAT-12 is Draft: merging is blocked (and 1 more)",
        ["G005", "G008"],
    ),
    (
        "two files, one id",
        facts(CODE, base_plans=(APPROVED, replace(APPROVED, path="plans/copy.md"))),
        "failure",
        "FEAT-12 is claimed by 2 files",
        ["P001"],
    ),
    (
        "too many links",
        facts(CODE, body="Plan: " + ",".join(f"FEAT-{n}" for n in range(99))),
        "failure",
        "Not everything could be checked: more than 20 plans are linked (and 20 more)",
        ["G008"] * 20,
    ),
    (
        "body before title",
        facts(
            CODE, pull=at("Plan: FEAT-12", title="FEAT-13: x"), base_plans=(APPROVED, OTHER_DRAFT)
        ),
        "success",
        "FEAT-12 is Approved",
        [],
    ),
    (
        "title before branch",
        facts(CODE, pull=at("", title="FEAT-13: x", head_ref="feat-12"), base_plans=(DRAFT, OTHER)),
        "success",
        "FEAT-13 is Approved",
        [],
    ),
    (
        "branch",
        facts(CODE, pull=at("", head_ref="feat-12-x"), base_plans=(DRAFT,)),
        "failure",
        "FEAT-12 is Draft: merging is blocked",
        ["G005"],
    ),
    (
        "no plan's title",
        facts(CODE, pull=at("", title="UTF-8: x"), base_plans=(APPROVED,)),
        "failure",
        "No plan linked",
        ["G004"],
    ),
    # plans
    ("valid plan", facts(*touched(DRAFT), head_plans=(DRAFT,)), "success", "FEAT-12 is valid", []),
    (
        "plan with error",
        facts(*touched(BROKEN_DRAFT), head_plans=(BROKEN_DRAFT,)),
        "failure",
        "FEAT-12: 1 error",
        [],
    ),
    (
        "approved with question",
        facts(*touched(QUESTION), head_plans=(QUESTION,)),
        "failure",
        "FEAT-12: 1 error",
        [],
    ),
    (
        "one of two broken",
        facts(*touched(BROKEN_DRAFT, OTHER), head_plans=(BROKEN_DRAFT, OTHER)),
        "failure",
        "FEAT-12: 1 error",
        [],
    ),
    (
        "two valid",
        facts(*touched(DRAFT, OTHER), head_plans=(DRAFT, OTHER)),
        "success",
        "FEAT-12 and FEAT-13 are valid",
        [],
    ),
    (
        "removed plan",
        facts(ChangedFile("plans/FEAT-12.md", removed=True)),
        "success",
        "1 plan file removed",
        [],
    ),
    (
        "plan moved out",
        facts(ChangedFile("docs/x.md"), ChangedFile("plans/FEAT-12.md", removed=True)),
        "success",
        "1 plan file removed",
        [],
    ),
    # both rows apply
    (
        "broken plan beside allowed code",
        facts(
            CODE,
            *touched(BROKEN_DRAFT),
            body="Plan: FEAT-13",
            head_plans=(BROKEN_DRAFT,),
            base_plans=(OTHER,),
        ),
        "failure",
        "FEAT-12: 1 error",
        [],
    ),
    # limits and configuration
    (
        "unread",
        facts(unread="GitHub lists only 3,000"),
        "failure",
        "Not everything could be checked: GitHub lists only 3,000",
        [],
    ),
    (
        "unread beside approved",
        facts(CODE, base_plans=(APPROVED,), unread="x"),
        "failure",
        "Not everything could be checked: x",
        [],
    ),
    ("broken configuration", facts(config_problem=PROBLEM), "failure", "Configuration error", []),
    (
        "broken configuration proposed",
        facts(ChangedFile("docs/a"), proposed_config=PROBLEM),
        "failure",
        "Configuration error in this pull request",
        [],
    ),
]


@pytest.mark.parametrize(
    ("given_facts", "conclusion", "title", "expected_codes"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_the_table(
    given_facts: Facts, conclusion: str, title: str, expected_codes: list[str]
) -> None:
    verdict = decide(given_facts)
    assert (verdict.conclusion, headline(verdict)) == (conclusion, title)
    assert codes(verdict) == expected_codes


def test_shadow_mode_says_the_same_and_blocks_nothing() -> None:
    for _, row, conclusion, title, _ in ROWS:
        if row.config_problem is None:
            verdict = decide(replace(row, config=Config(mode="shadow")))
            blocked = conclusion == "failure"
            assert verdict.conclusion == (Conclusion.NEUTRAL if blocked else Conclusion.SUCCESS)
            assert headline(verdict) == (f"Would block: {title}" if blocked else title)


@pytest.mark.parametrize(
    ("login", "bot", "listed", "expected"),
    [
        ("dependabot[bot]", True, "dependabot[bot]", True),
        ("dependabot[bot]", False, "dependabot[bot]", False),
        ("Dependabot[bot]", True, "dependabot[bot]", False),
        ("dependabot", False, "dependabot[bot]", False),
        ("alice", False, "alice", True),
        ("alice", True, "alice", False),
        ("mallory", False, "alice", False),
    ],
)
def test_who_is_exempt(login: str, bot: bool, listed: str, expected: bool) -> None:
    author = Actor(login, bot)
    given = facts(
        CODE,
        body="",
        config=Config(gate=Gate(exempt_authors=(listed,))),
        commits=(Commit("c", author, verified=True, message=""),),
    )
    verdict = decide(replace(given, pull=replace(given.pull, author=author)))
    assert (headline(verdict) == f"Exempt: {login}") is expected


def commit(login: str, *, verified: bool = True) -> Commit:
    author = Actor(login, login.endswith("[bot]")) if login else None
    return Commit("c" * 40, author, verified, "Change")


RENOVATE = commit("renovate[bot]")


def from_renovate(*commits: Commit) -> Facts:
    bot = replace(at(""), author=Actor("renovate[bot]", bot=True))
    return facts(CODE, pull=bot, commits=commits)


def test_an_exempt_author_is_exempt_for_code_only() -> None:
    assert headline(decide(from_renovate(RENOVATE))) == "Exempt: renovate[bot]"
    files = (CODE, *touched(BROKEN_DRAFT))
    both = replace(from_renovate(RENOVATE), files=files, head_plans=(BROKEN_DRAFT,))
    assert headline(decide(both)) == "FEAT-12: 1 error"


@pytest.mark.parametrize(
    "commits",
    [
        (),
        (commit("mallory"),),
        (RENOVATE, commit("mallory")),
        (commit("renovate[bot]", verified=False),),
        (RENOVATE, commit("")),
    ],
)
def test_commits_of_others_end_an_exemption(commits: tuple[Commit, ...]) -> None:
    assert headline(decide(from_renovate(*commits))) == "No plan linked"


def test_without_a_reason_nothing_passes() -> None:
    assert Verdict(()).conclusion is Conclusion.FAILURE


# ── properties ───────────────────────────────────────────────────────────────
PLANS = st.sampled_from(
    [DRAFT, APPROVED, UNSET, QUESTION, ERROR, BOTH, BROKEN_DRAFT, OTHER, OTHER_DRAFT]
)
FILES = st.sampled_from(
    [
        CODE,
        ChangedFile("docs/a.txt"),
        ChangedFile("plans/FEAT-12.md"),
        ChangedFile("a", removed=True),
    ]
)
ANY_FACTS = st.builds(
    lambda files, base, head, body, unread: facts(
        *files, body=body, base_plans=tuple(base), head_plans=tuple(head), unread=unread
    ),
    st.lists(FILES, max_size=3),
    st.lists(PLANS, max_size=3),
    st.lists(PLANS, max_size=2),
    st.sampled_from(["", "Plan: FEAT-12", "Plan: FEAT-12, FEAT-13", "Plan: FEAT-99"]),
    st.sampled_from([None, None, "a limit"]),
)


@given(ANY_FACTS)
def test_deciding_is_total_and_repeatable(given_facts: Facts) -> None:
    verdict = decide(given_facts)
    assert verdict == decide(given_facts)
    assert verdict.reasons
    assert headline(verdict)


@given(ANY_FACTS)
def test_code_passes_only_by_an_approved_and_valid_plan(given_facts: Facts) -> None:
    verdict = decide(given_facts)
    if CODE in given_facts.files and not verdict.blocked:
        assert any(
            plan.status is Status.APPROVED and not plan.errors for plan in given_facts.base_plans
        )


@given(ANY_FACTS, st.sampled_from(["unread", "proposed_config", "code"]))
def test_adding_something_that_blocks_never_opens_the_gate(given_facts: Facts, what: str) -> None:
    worse = {
        "unread": replace(given_facts, unread="a limit"),
        "proposed_config": replace(given_facts, proposed_config=PROBLEM),
        "code": replace(given_facts, files=(*given_facts.files, CODE)),
    }[what]
    if decide(given_facts).blocked:
        assert decide(worse).blocked


@given(ANY_FACTS, st.randoms())
def test_the_order_of_facts_does_not_matter(given_facts: Facts, random: object) -> None:
    def shuffled(items: tuple[PlanFile, ...]) -> tuple[PlanFile, ...]:
        mixed = list(items)
        random.shuffle(mixed)  # type: ignore[attr-defined]
        return tuple(mixed)

    other = replace(given_facts, base_plans=shuffled(given_facts.base_plans))
    assert decide(given_facts).conclusion == decide(other).conclusion


@given(ANY_FACTS)
def test_the_heads_own_plans_never_free_code(given_facts: Facts) -> None:
    """Whatever the head says of its plans, the code needs one on the trusted branch."""
    bare = replace(given_facts, files=(CODE,), base_plans=())
    assert decide(bare).blocked
