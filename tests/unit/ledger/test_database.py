"""The ledger in its database: beside the queue, after a restart, and in trouble."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection

from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Ledger, PlanLink, PlanName
from bot.settings import Postgres
from bot.work.database import Database
from bot.work.errors import StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.model import Mark
from bot.work.opening import open_database
from tests.unit.ledger.conftest import PLANS, SHOP, decision, exemption, linked, relink


async def test_everything_is_there_after_a_restart(
    ledger: Ledger, database: Database, where: Path | Postgres
) -> None:
    await ledger.record(decision("a"))
    await ledger.exempt(SHOP, 1, exemption())
    await ledger.mark_done(7, ["/plan-check"])
    await relink(ledger, linked(1, "feat-1#1"))
    await ledger.set_indexed(SHOP, 5)
    await ledger.keep("config", SHOP, b"mode: shadow")
    audit = await ledger.audit()
    await database.close()

    again = await open_database(where, time.time, works=False)
    later = KeptLedger(again)
    assert await later.decision("a") == decision("a")
    assert await later.exemption(SHOP, 1) == exemption()
    assert await later.done(7) == {"/plan-check"}
    assert len(await later.claims(PLANS, "feat-1")) == 1
    assert await later.indexed(SHOP) == 5
    assert await later.recall("config", SHOP) == b"mode: shadow"
    assert await later.audit() == audit
    await again.close()


async def test_queue_and_ledger_share_a_database(ledger: Ledger, database: Database) -> None:
    store = KeptStore(database)
    await asyncio.gather(store.enqueue([Mark("o/r#1", 1)]), ledger.record(decision("a")))

    assert [row.key for row in await store.rows()] == ["o/r#1"]
    assert await ledger.decision("a") is not None
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        await ledger.decision("a")


# ── what people can write at any length ──────────────────────────────────────
async def test_no_text_is_too_long(ledger: Ledger) -> None:
    """Random, so that nothing is gained by compressing it: an index holds little of it."""
    one, other = (Random(seed).randbytes(30_000).hex() for seed in (1, 2))
    await relink(ledger, linked(1, f"{one}#1"), linked(2, f"{other}#1"))
    await ledger.relink(replace(linked(3), links=(PlanLink(f"Acme/{one}", "feat-1", 1),)), 1, 1.0)
    await ledger.mark_done(7, [f"/plan-exempt {one}"])
    await ledger.keep("config", one, b"one")
    await ledger.exempt(SHOP, 1, exemption(one))
    await ledger.record(decision("a", title=one))

    assert [claim.number for claim in await ledger.claims(PLANS, one)] == [1]
    assert [claim.number for claim in await ledger.claims(f"acme/{one.upper()}", "feat-1")] == [3]
    assert [pull.number for pull in await ledger.linking(PLANS, [other])] == [2]
    assert await ledger.done(7) == {f"/plan-exempt {one}"}
    assert await ledger.recall_many("config", [one, other]) == {one: b"one"}
    assert await ledger.exemption(SHOP, 1) == exemption(one)
    await ledger.forget("config", one)
    assert await ledger.recall("config", one) is None


# ── all of it or none ────────────────────────────────────────────────────────
CALLS: dict[str, Callable[[Ledger], Awaitable[object]]] = {
    "record": lambda ledger: ledger.record(decision("new")),
    "exempt": lambda ledger: ledger.exempt(SHOP, 1, exemption("new")),
    "end_exemption": lambda ledger: ledger.end_exemption(SHOP, 1, "mona", 9.0),
}


@pytest.mark.parametrize("call", CALLS)
async def test_what_cannot_be_audited_does_not_happen(
    ledger: Ledger, database: Database, call: str
) -> None:
    await ledger.exempt(SHOP, 1, exemption("old"))
    await database.run(lambda db: db.exec_driver_sql("ALTER TABLE audit RENAME TO gone"))

    with pytest.raises(StoreUnavailable, match="audit"):
        await CALLS[call](ledger)
    assert await ledger.decisions() == []
    assert await ledger.exemption(SHOP, 1) == exemption("old")


async def test_links_that_cannot_be_replaced_stay(ledger: Ledger) -> None:
    await relink(ledger, linked(1, "feat-1#1"))
    with pytest.raises(ValueError, match="surrogate"):
        await relink(ledger, linked(1, "\ud800#2"))

    assert [claim.task for claim in await ledger.claims(PLANS, "feat-1")] == [1]


async def test_a_cancelled_call_is_carried_out(ledger: Ledger) -> None:
    call = asyncio.create_task(ledger.record(decision("a")))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    async with asyncio.timeout(60):  # on PostgreSQL another connection carries it out
        while await ledger.decision("a") != decision("a"):  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)


# ── the disk ─────────────────────────────────────────────────────────────────
@pytest.fixture
async def statements(database: Database, ledger: Ledger) -> list[str]:
    """Collect what is executed from now on."""
    collected: list[str] = []

    def trace(db: Connection) -> None:
        driver = db.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_trace_callback(collected.append)

    await database.run(trace)
    collected.clear()
    return collected


DURABLE: dict[str, tuple[Callable[[Ledger], Awaitable[object]], bool]] = {
    "record": (lambda ledger: ledger.record(decision("a")), True),
    "exempt": (lambda ledger: ledger.exempt(SHOP, 1, exemption()), True),
    "end_exemption": (lambda ledger: ledger.end_exemption(SHOP, 1, "mona", 9.0), True),
    "mark_done": (lambda ledger: ledger.mark_done(7, ["/plan-check"]), True),
    "relink": (lambda ledger: relink(ledger, linked(1, "feat-1")), False),
    "keep": (lambda ledger: ledger.keep("config", SHOP, b""), False),
    "claims": (lambda ledger: ledger.claims(*PlanName(PLANS, "feat-1")), False),
}


@pytest.mark.parametrize("where", ["sqlite"], indirect=True)
@pytest.mark.parametrize("call", DURABLE)
async def test_what_people_rely_on_waits_for_the_disk(
    ledger: Ledger, statements: list[str], call: str
) -> None:
    ask, durable = DURABLE[call]
    await ask(ledger)

    levels = [one for one in statements if one.startswith("PRAGMA")]
    assert levels == (["PRAGMA synchronous = FULL"] if durable else []), "what was before was not"
