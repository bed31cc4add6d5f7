"""Facts of every shape, from few names, so that they often speak of the same plan or person.

Nothing keeps them coherent: whatever the readers may yet get wrong, the gate has to stand it.
"""

from dataclasses import replace

from hypothesis import strategies as st

from bot.config.load import parse_config
from bot.gate.facts import (
    Actor,
    Authorship,
    ChangedFile,
    Claim,
    Commit,
    Exemption,
    Facts,
    LabelAdded,
    PlanChange,
    PlanFile,
    Provenance,
    Pull,
    Review,
    Revision,
    Role,
)
from tests.unit.gate.build import (
    ANN,
    AUTHOR,
    BOB,
    BOT,
    CODE,
    EARLIER,
    HEAD,
    MAIN,
    PLANS_REPOSITORY,
    PROBLEM,
    RENOVATE,
    UNREADABLE_REPOSITORY,
    overridden,
    plan,
)

PATHS = ["plans/FEAT-12.md", "plans/FEAT-13.md", "docs/plans/pay.md"]
LINKS = [
    "",
    "Plan: FEAT-12",
    "Plan: FEAT-12#2",
    "Plan: FEAT-12, FEAT-13#1",
    "Plan: docs/plans/pay.md",
    "Plan: FEAT-12\nTask: 3",
    "Task: 3",
    "Plan: FEAT-99",
    "Plan: evil/plans#FEAT-12",
    "Plan: https://github.com/acme/shop/blob/main/plans/FEAT-12.md",
]
POLICIES = [
    parse_config(text)
    for text in (
        "",
        "mode: shadow",
        "approval: {reviews: 0, allow_bots: true}",
        "approval: {reviews: 2, approvers: [ann]}",
        "approval: {provenance: enforce}",
        "tasks: {order: error, link: error}",
        "tasks: {order: 'off', link: 'off'}",
        "gate: {exempt_paths: [], exempt_authors: [author]}",
        "plans: {paths: ['docs/**'], repository: acme/plans}",
    )
]

actors = st.sampled_from([AUTHOR, ANN, BOB, BOT, RENOVATE, Actor("Ann")])
known = st.none() | actors
roles = st.sampled_from(Role)
shas = st.sampled_from([HEAD, EARLIER])
reviews = st.builds(
    Review,
    actors,
    st.sampled_from(["APPROVED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED", "COMMENTED", ""]),
    shas,
    roles,
    st.booleans(),
)
plans: st.SearchStrategy[PlanFile] = st.builds(
    lambda plan_id, status, path, questions, scope: plan(
        plan_id, status, path, questions=questions, tasks={1: (), 2: (1,), 3: (2,)}, scope=scope
    ),
    st.sampled_from(["FEAT-12", "FEAT-12", "FEAT-13", None]),
    st.sampled_from(["Approved", "Approved", "Draft", "unset"]),
    st.sampled_from(PATHS),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from(["narrow", "wide"]),
)
changes = st.builds(
    PlanChange,
    st.none() | plans,
    st.none() | plans,
    plans,
    st.none()
    | st.builds(Authorship, known, st.booleans(), st.sampled_from([(), ("ann",), ("bob", "ann")])),
)
files = st.builds(
    ChangedFile,
    st.sampled_from(["src/a.py", "src/b.py", "docs/a.txt", *PATHS]),
    st.booleans(),
)
commits = st.builds(
    Commit,
    st.just("e" * 40),
    known,
    st.booleans(),
    st.sampled_from([f"Change\n\n{link}" for link in LINKS]),
)
revisions = st.builds(
    Revision,
    st.just("1" * 40),
    st.just(("scope",)),
    st.sampled_from([0, 5]),
    known,
    st.lists(reviews, max_size=2).map(tuple),
)
provenances = st.builds(
    Provenance,
    by=known,
    commit=st.just("f" * 40),
    pull=st.sampled_from([0, 3]),
    author=known,
    reviews=st.lists(reviews, max_size=2).map(tuple),
    later=st.just(()) | st.lists(revisions, max_size=2).map(tuple),
)
claims = st.builds(
    Claim,
    st.sampled_from(["FEAT-12", "feat-12", "FEAT-13", "plans/FEAT-12.md"]),
    st.integers(1, 4),
    st.sampled_from(["acme/shop", "acme/web"]),
    st.sampled_from([3, 7, 9]),
    st.booleans(),
)
labels = st.builds(LabelAdded, st.sampled_from(["no-plan", "hotfix"]), known, roles)
pulls = st.builds(
    Pull,
    repository=st.just("acme/shop"),
    number=st.just(7),
    title=st.sampled_from(["Change", "FEAT-12: pay", "[FEAT-13#2] pay", "UTF-8: read it"]),
    body=st.sampled_from(LINKS),
    author=st.sampled_from([AUTHOR, BOT, RENOVATE]),
    head_ref=st.sampled_from(["patch-1", "feat-12-pay", "x/FEAT-13"]),
    head_sha=st.just(HEAD),
    base_ref=st.just("main"),
)


def few(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    """Up to three of them."""
    return st.lists(values, max_size=3).map(tuple)


def rarely(value: object) -> st.SearchStrategy[object]:
    """Mostly nothing: what always blocks would hide all the rest."""
    return st.sampled_from([*[None] * 19, value])


_any_facts: st.SearchStrategy[Facts] = st.builds(
    Facts,
    pull=pulls,
    branch=st.just(MAIN),
    config=st.sampled_from(POLICIES),
    config_problem=rarely(PROBLEM),
    files=few(files),
    commits=few(commits),
    home=st.sampled_from([*[None] * 8, PLANS_REPOSITORY, UNREADABLE_REPOSITORY]),
    base_plans=few(plans),
    head_plans=few(plans),
    changes=st.just(()) | few(changes),
    reviews=few(reviews),
    labels=st.just(()) | few(labels),
    exemption=st.none()
    | st.none()
    | st.builds(Exemption, st.just("ann"), st.text(), st.floats(0, 4e9), shas, st.just(99)),
    provenance=st.dictionaries(st.sampled_from(PATHS), provenances, max_size=3),
    claims=few(claims),
    overridden=st.sampled_from([(), (overridden("mode"), overridden("approval.reviews"))]),
    proposed_config=rarely(PROBLEM),
    unread=rarely("a limit"),
)

# Most of those block for several reasons. These often pass, so that one more reason is seen.
_plain_code = _any_facts.map(
    lambda some: replace(
        some,
        config_problem=None,
        files=(CODE, *some.files[:1]),
        home=None,
        base_plans=(plan(tasks={1: (), 2: (1,), 3: (2,)}), *some.base_plans[:1]),
        head_plans=some.head_plans[:1],
        changes=some.changes[:1],
        proposed_config=None,
        unread=None,
    )
)
facts: st.SearchStrategy[Facts] = _any_facts | _plain_code
