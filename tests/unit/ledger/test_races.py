"""Two processes at once, on PostgreSQL: one begins, the other comes to it, and both are right."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.ledger import decisions, exemptions, index, memory
from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.memory import Bounds
from bot.ledger.port import AuditKind, Ledger, PullState
from bot.settings import Postgres
from bot.work.asyncpg_engine import connector, make_engine
from bot.work.database import Database
from bot.work.kept_store import KeptStore
from tests.postgres import cluster
from tests.unit.ledger.conftest import (
    PLANS,
    SHOP,
    decision,
    exemption,
    ids,
    linked,
    relink,
    told,
)

Begin = Callable[[Callable[[Connection], object], Awaitable[object]], Awaitable[None]]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture(params=["postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Postgres:
    return Postgres(request.getfixturevalue("postgres"))


@pytest.fixture
async def race(where: Postgres) -> AsyncIterator[Begin]:
    """Run a transaction, and start a call before it ends; only then end it, and wait for both."""
    engine = make_engine(connector(where.url))
    name = where.url.rpartition("/")[2]

    async def race(first: Callable[[Connection], object], second: Awaitable[object]) -> None:
        async with engine.begin() as connection:
            await connection.run_sync(first)
            running = asyncio.ensure_future(second)
            while await asyncio.to_thread(cluster().sql, WAITING, name) == "0":
                assert not running.done(), "it did not wait"
        await running

    yield race
    await engine.dispose()


async def test_an_entry_that_comes_later_has_the_greater_id(ledger: Ledger, race: Begin) -> None:
    seen: list[int | str] = []

    async def second() -> None:
        await ledger.exempt(SHOP, 1, exemption())
        seen.extend(ids(await ledger.audit()))

    await race(lambda db: decisions.record(db, decision("a", number=2)), second())

    kinds = [kind for kind, *_ in await told(ledger)]
    assert kinds == [AuditKind.VERDICT, AuditKind.EXEMPTED]
    assert seen == ids(await ledger.audit())


async def test_of_two_that_claim_a_task_at_once_the_second_marks_the_first(
    ledger: Ledger, database: Database, race: Begin
) -> None:
    await race(
        lambda db: index.relink(db, linked(1, "feat-1#1"), 1, 1.0),
        relink(ledger, linked(2, "feat-1#1")),
    )
    rows = await KeptStore(database).rows()
    assert [row.key for row in rows] == [f"pull {SHOP}#1"]


async def test_what_ends_keeps_what_was_linked_last(ledger: Ledger, race: Begin) -> None:
    await relink(ledger, linked(1, "feat-1#1"))
    await race(
        lambda db: index.relink(db, linked(1, "feat-2#2"), 1, 1.0),
        ledger.settle(f"pull {SHOP}#1", PullState.MERGED, "main", 1.0),
    )
    assert await ledger.merged_tasks(PLANS, "feat-1") == frozenset()
    assert await ledger.merged_tasks(PLANS, "feat-2") == {2}


async def test_what_is_linked_twice_at_once_is_linked_once(ledger: Ledger, race: Begin) -> None:
    await race(
        lambda db: index.relink(db, linked(1, "feat-1#1"), 1, 1.0),
        relink(ledger, linked(1, "feat-1#1")),
    )
    assert [claim.task for claim in await ledger.claims(PLANS, "feat-1")] == [1]


async def test_what_is_forgotten_leaves_nothing_behind(ledger: Ledger, race: Begin) -> None:
    await race(
        lambda db: index.relink(db, linked(1, "feat-1#1"), 1, 1.0),
        ledger.forget_repository(SHOP),
    )
    assert await ledger.claims(PLANS, "feat-1") == []
    await relink(ledger, linked(1, "feat-2#1"))


async def test_an_exemption_twice_at_once_is_told_once(ledger: Ledger, race: Begin) -> None:
    await race(
        lambda db: exemptions.exempt(db, SHOP, 1, exemption()),
        ledger.exempt(SHOP, 1, exemption(at=2)),
    )
    assert len(await told(ledger)) == 1


async def test_an_exemption_that_ends_as_it_is_given_has_ended(ledger: Ledger, race: Begin) -> None:
    await race(
        lambda db: exemptions.exempt(db, SHOP, 1, exemption()),
        ledger.end_exemption(SHOP, 1, "hubot", 2.0),
    )
    assert await ledger.exemption(SHOP, 1) is None
    kinds = [kind for kind, *_ in await told(ledger)]
    assert kinds == [AuditKind.EXEMPTED, AuditKind.EXEMPTION_ENDED]


async def test_two_decisions_that_say_the_same_are_told_once(ledger: Ledger, race: Begin) -> None:
    await ledger.record(decision("old", title="before"))
    await race(lambda db: decisions.record(db, decision("a")), ledger.record(decision("b")))

    assert len(await told(ledger)) == 2
    await ledger.prune(9, 0)
    assert ids(await ledger.decisions()) == ["b"]


async def test_a_decision_made_anew_is_not_pruned(ledger: Ledger, race: Begin) -> None:
    await ledger.record(decision("a", at=1))
    await ledger.record(decision("b", at=20))
    await race(lambda db: decisions.record(db, decision("a", at=30)), ledger.prune(10, 0))

    assert ids(await ledger.decisions()) == ["a", "b"]


async def test_what_is_kept_anew_is_not_pruned(
    ledger: Ledger, database: Database, race: Begin
) -> None:
    small = KeptLedger(database, Bounds(values=1))
    for key in "ab":
        await small.keep("blob", key, b"")
    await race(lambda db: memory.keep(db, "blob", "a", b"anew"), small.prune(0, 0))

    assert await small.recall("blob", "a") == b"anew"
