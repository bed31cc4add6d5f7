"""The index of links: who links a plan, who claims a task, and what a change of it concerns."""

from collections.abc import Sequence

import pytest

from bot.ledger.port import Ledger, Linked, PlanLink, PlanName, PullState, TaskClaim
from bot.work.database import Database
from bot.work.errors import StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.store import WorkStore
from tests.unit.ledger.conftest import PLANS, SHOP, linked, relink

OPEN, MERGED, CLOSED = PullState.OPEN, PullState.MERGED, PullState.CLOSED


async def numbers(ledger: Ledger, *names: str, repository: str = PLANS) -> list[int]:
    return [one.number for one in await ledger.linking(repository, names)]


# ── what changed ─────────────────────────────────────────────────────────────
BEFORE_AND_AFTER: dict[str, tuple[Sequence[Linked], set[str]]] = {
    "a link without a task": ([linked(1, "feat-1")], set()),
    "a first claim": ([linked(1, "feat-1#3", "feat-2")], {"feat-1"}),
    "the same again": ([linked(1, "feat-1#3"), linked(1, "feat-1#3")], set()),
    "another task": ([linked(1, "feat-1#3"), linked(1, "feat-1#4")], {"feat-1"}),
    "a task more": ([linked(1, "feat-1#3"), linked(1, "feat-1#3", "feat-1#4")], {"feat-1"}),
    "another plan": ([linked(1, "feat-1#3"), linked(1, "feat-2#3")], {"feat-1", "feat-2"}),
    "no claim any more": ([linked(1, "feat-1#3"), linked(1, "feat-1")], {"feat-1"}),
    "no link any more": ([linked(1, "feat-1#3"), linked(1)], {"feat-1"}),
    "another order": ([linked(1, "feat-1#3", "x#1"), linked(1, "x#1", "feat-1#3")], set()),
    "merged": ([linked(1, "feat-1#3"), linked(1, "feat-1#3", state=MERGED)], {"feat-1"}),
    "merged without a claim": ([linked(1, "feat-1"), linked(1, "feat-1", state=MERGED)], set()),
    "another base": ([linked(1, "feat-1#3"), linked(1, "feat-1#3", base="dev")], {"feat-1"}),
    "of somebody else": ([linked(2, "feat-1#3"), linked(1, "feat-1")], set()),
}


@pytest.mark.parametrize("case", BEFORE_AND_AFTER)
async def test_relinking_says_whose_claims_changed(ledger: Ledger, case: str) -> None:
    (*before, after), changed = BEFORE_AND_AFTER[case]
    await relink(ledger, *before)

    assert await relink(ledger, after) == {PlanName(PLANS, name) for name in changed}


# ── who is looked at again ───────────────────────────────────────────────────
@pytest.fixture
def store(database: Database) -> WorkStore:
    return KeptStore(database)


async def marked(store: WorkStore) -> list[tuple[str, int]]:
    """Run what is marked; return it."""
    claims = await store.claim(100)
    for claim in claims:
        await store.finish(claim)
    return sorted((claim.key, claim.tenant) for claim in claims)


async def test_who_claims_a_task_of_the_plan_is_looked_at_again(
    ledger: Ledger, store: WorkStore
) -> None:
    await relink(ledger, linked(2, "feat-1#2", "feat-1#4"), linked(3, "feat-1"))
    await relink(ledger, linked(4, "feat-2#1"), linked(5, "feat-1#2", state=MERGED))
    await relink(ledger, linked(6, "feat-1#5", repository="other/web"), installation=9)
    await marked(store)

    await relink(ledger, linked(1, "feat-1#1"))
    assert await marked(store) == [(f"pull {SHOP}#2", 1), ("pull other/web#6", 9)]
    await relink(ledger, linked(1, "feat-1#1"))
    assert await marked(store) == [], "nothing changed"
    await relink(ledger, linked(1, "feat-1#1", state=MERGED))
    assert await marked(store) == [(f"pull {SHOP}#2", 1), ("pull other/web#6", 9)]


async def test_who_had_the_plan_to_share_is_looked_at_again(
    ledger: Ledger, store: WorkStore
) -> None:
    await relink(ledger, linked(1, "feat-1#1"), linked(2, "feat-1#2"), linked(3, "feat-2#3"))
    await marked(store)

    await relink(ledger, linked(1, "feat-2#1"))
    assert await marked(store) == [(f"pull {SHOP}#2", 1), (f"pull {SHOP}#3", 1)]


async def test_marks_go_to_the_installation_of_today(ledger: Ledger, store: WorkStore) -> None:
    await relink(ledger, linked(2, "feat-1#2"), installation=1)
    await relink(ledger, linked(2, "feat-1#2"), installation=5)
    await relink(ledger, linked(1, "feat-1#1"), installation=5)

    assert await marked(store) == [(f"pull {SHOP}#2", 5)]
    assert [one.installation for one in await ledger.linking(PLANS, ["feat-1"])] == [5, 5]


async def test_what_cannot_be_marked_is_not_linked(ledger: Ledger, database: Database) -> None:
    await relink(ledger, linked(2, "feat-1#2"))
    await database.run(lambda db: db.exec_driver_sql("ALTER TABLE work RENAME TO gone"))

    with pytest.raises(StoreUnavailable, match="work"):
        await relink(ledger, linked(1, "feat-1#1"))
    assert [claim.number for claim in await ledger.claims(PLANS, "feat-1")] == [2]


# ── linking ──────────────────────────────────────────────────────────────────
async def test_any_of_the_names_is_enough_and_each_pull_request_comes_once(
    ledger: Ledger,
) -> None:
    await relink(ledger, linked(1, "feat-1", "feat-2#1", "feat-2#2"))
    await relink(ledger, linked(2, "plans/feat-1.md"))
    await relink(ledger, linked(3, "feat-3"))

    assert await numbers(ledger, "feat-1", "plans/feat-1.md", "feat-2") == [1, 2]
    assert await numbers(ledger, "feat-9") == []
    assert await numbers(ledger) == []
    assert await numbers(ledger, "feat-1", repository=SHOP) == []


async def test_any_plan_of_a_repository_can_be_asked_for(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1", "feat-2"), linked(2), linked(3, "x"))

    assert [one.number for one in await ledger.linking(PLANS, None)] == [1, 3]
    assert await ledger.linking(SHOP, None) == []


async def test_only_open_pull_requests_are_looked_at_again(ledger: Ledger) -> None:
    for number, state in enumerate((OPEN, MERGED, CLOSED), 1):
        await relink(ledger, linked(number, "feat-1", state=state))

    assert await numbers(ledger, "feat-1") == [1]


async def test_what_stood_before_is_replaced(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1", "feat-2"))
    await relink(ledger, linked(1, "feat-3"))

    assert await numbers(ledger, "feat-1", "feat-2") == []
    assert await numbers(ledger, "feat-3") == [1]


async def test_a_repository_of_plans_is_known_by_any_spelling(ledger: Ledger) -> None:
    subject = f"pull {SHOP}#1"
    link = PlanLink("Acme/Plans", "feat-1", 2)
    await relink(ledger, Linked(subject, SHOP, 1, OPEN, "main", (link,)))

    assert await numbers(ledger, "feat-1", repository="ACME/plans") == [1]
    assert len(await ledger.claims("acme/PLANS", "feat-1")) == 1


async def test_pages_go_on_where_the_last_one_ended(ledger: Ledger) -> None:
    for number in range(1, 8):
        await relink(ledger, linked(number, "feat-1", repository=f"acme/r{number % 2}"))

    seen: list[str] = []
    page = await ledger.linking(PLANS, ["feat-1"], limit=3)
    while page:
        assert len(page) <= 3
        seen += [one.subject for one in page]
        await relink(ledger, linked(1, repository="acme/r0"))  # a change behind does not disturb
        page = await ledger.linking(PLANS, ["feat-1"], after=seen[-1], limit=3)
    assert seen == sorted(f"pull acme/r{number % 2}#{number}" for number in range(1, 8))


async def test_ten_thousand_names_are_not_too_many(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-9999"))

    assert await numbers(ledger, *(f"feat-{number}" for number in range(10_000))) == [1]


# ── what became of it ────────────────────────────────────────────────────────
async def test_what_was_noted_stands_when_it_ends(ledger: Ledger, store: WorkStore) -> None:
    await relink(ledger, linked(1, "feat-1#1"), linked(2, "feat-1#2"))
    await marked(store)
    assert await ledger.settle(f"pull {SHOP}#1", MERGED, "main", 1.0)
    assert await ledger.merged_tasks(PLANS, "feat-1") == {1}
    assert await marked(store) == [(f"pull {SHOP}#2", 1)]


async def test_a_merged_one_stays_merged(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1#1", state=MERGED))
    assert await ledger.settle(f"pull {SHOP}#1", CLOSED, "main", 1.0)
    assert await ledger.merged_tasks(PLANS, "feat-1") == {1}


async def test_what_was_never_noted_has_nothing_to_stand(ledger: Ledger) -> None:
    assert not await ledger.settle(f"pull {SHOP}#1", MERGED, "main", 1.0)
    assert await ledger.claims(PLANS, "feat-1") == []


# ── claims ───────────────────────────────────────────────────────────────────
async def test_claims_tell_who_and_whether_it_is_merged_and_where(ledger: Ledger) -> None:
    await relink(ledger, linked(12, "feat-1#2", state=MERGED, base="dev"))
    await relink(ledger, linked(9, "feat-1#3", "feat-1#1", "feat-1#3", "feat-2#1"))
    await relink(ledger, linked(5, "feat-1"))
    await relink(ledger, linked(1, "feat-1#0", state=CLOSED, repository="acme/web"))

    assert await ledger.claims(PLANS, "feat-1") == [
        TaskClaim(SHOP, 9, 1, OPEN, "main"),
        TaskClaim(SHOP, 9, 3, OPEN, "main"),
        TaskClaim(SHOP, 12, 2, MERGED, "dev"),
        TaskClaim("acme/web", 1, 0, CLOSED, "main"),
    ]


# ── repositories ─────────────────────────────────────────────────────────────
async def test_indexing_is_remembered_by_repository(ledger: Ledger) -> None:
    assert await ledger.indexed(SHOP) is None
    await ledger.set_indexed(SHOP, 5)
    await ledger.set_indexed(SHOP, 6)

    assert await ledger.indexed(SHOP) == 6
    assert await ledger.indexed("acme/other") is None


async def test_a_forgotten_repository_leaves_no_links(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1#1"))
    await relink(ledger, linked(2, "feat-1#2", repository="acme/web"))
    await ledger.set_indexed(SHOP, 5)
    await ledger.forget_repository(SHOP)

    assert [claim.repository for claim in await ledger.claims(PLANS, "feat-1")] == ["acme/web"]
    assert await ledger.indexed(SHOP) is None
    assert await relink(ledger, linked(1, "feat-1#1")), "a first claim again"


async def test_a_renamed_repository_keeps_its_pull_requests(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1#1"))
    await relink(ledger, linked(1, "feat-1#2", repository=f"{SHOP}-api"))
    await ledger.set_indexed(SHOP, 5)
    await ledger.rename_repository(SHOP, "acme/store")

    assert await ledger.linking(PLANS, ["feat-1"]) == [
        (f"pull {SHOP}-api#1", f"{SHOP}-api", 1, 1),
        ("pull acme/store#1", "acme/store", 1, 1),
    ]
    assert (await ledger.indexed(SHOP), await ledger.indexed("acme/store")) == (None, 5)
    assert await relink(ledger, linked(1, "feat-1#1", repository="acme/store")) == frozenset()


async def test_a_repository_that_keeps_its_name_keeps_all(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1"))
    await ledger.rename_repository(SHOP, SHOP)

    assert await numbers(ledger, "feat-1") == [1]


async def test_a_renamed_repository_of_plans_keeps_its_plans(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1"))
    await ledger.rename_repository("Acme/Plans", "Acme/Ideas")

    assert await numbers(ledger, "feat-1", repository="acme/ideas") == [1]
    assert await numbers(ledger, "feat-1") == []


async def test_what_came_under_the_new_name_is_newer(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1#1"))
    await relink(ledger, linked(1, "feat-1#2", repository="acme/store"))
    await ledger.set_indexed(SHOP, 5)
    await ledger.set_indexed("acme/store", 6)
    await ledger.rename_repository(SHOP, "acme/store")

    assert await ledger.claims(PLANS, "feat-1") == [TaskClaim("acme/store", 1, 2, OPEN, "main")]
    assert await ledger.indexed("acme/store") == 6
