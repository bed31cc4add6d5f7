"""PostgreSQL as one process uses it: its name, wake-ups, locks, and all that may fail."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it has no annotations
import pytest
from sqlalchemy import Connection, text

from bot.settings import Postgres
from bot.work.errors import StoreUnavailable
from bot.work.kept_store import KeptStore
from bot.work.model import Claim, State
from bot.work.postgres import TRIES, PostgresDatabase, open_postgres
from bot.work.session import CHANNEL
from tests.postgres import cluster
from tests.unit.work.conftest import Clock, Open, delivery, empty_postgres, mark, row

OpenDatabase = Callable[..., Awaitable[PostgresDatabase]]


@pytest.fixture
def where() -> Postgres:
    return empty_postgres()


@pytest.fixture
def url(where: Postgres) -> str:
    return where.url


@pytest.fixture
async def open_database(url: str) -> AsyncIterator[OpenDatabase]:
    """Open the database as one more process of a machine that is named *here*."""
    async with AsyncExitStack() as stack:

        async def open_database(**options: Any) -> PostgresDatabase:
            database = await open_postgres(url, host="here", **options)
            stack.push_async_callback(database.close)
            return database

        yield open_database


@pytest.fixture
async def database(open_database: OpenDatabase) -> PostgresDatabase:
    return await open_database()


@pytest.fixture
async def intruder(url: str) -> AsyncIterator[Any]:
    """Somebody else at the same database."""
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


def say(sql: str) -> Callable[[Connection], object]:
    return lambda db: db.scalar(text(sql))


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - nobody here is told when it comes true
            await asyncio.sleep(0.01)


async def waits_for_a_lock(intruder: Any) -> bool:
    return bool(await intruder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))


# ── names ────────────────────────────────────────────────────────────────────


async def test_each_process_has_the_first_name_that_is_free(open_database: OpenDatabase) -> None:
    first, second, third = [await open_database() for _ in range(3)]
    assert [first.owner, second.owner, third.owner] == ["here/0", "here/1", "here/2"]

    await second.close()
    assert (await open_database()).owner == "here/1"


async def test_the_machine_gives_the_name(store: KeptStore) -> None:
    await store.enqueue([mark("o/r#1")])
    await store.claim(1)
    assert (await row(store, "o/r#1")).owner == f"{socket.gethostname()}/0"


async def test_who_does_not_work_takes_no_name(open_database: OpenDatabase) -> None:
    idler = await open_database(works=False)
    assert idler.owner == ""
    assert (await open_database()).owner == "here/0"


async def cut_off(intruder: Any, database: PostgresDatabase) -> None:
    """End the connection that holds the name."""
    name = f"plan-gate process {database.owner}"
    holders = (
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND "
        "((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)"
    )
    assert await intruder.fetchval(
        f"SELECT pg_terminate_backend(({holders} AND granted), 10000)", name
    )


async def test_a_name_is_taken_again_after_the_connection_was_lost(
    database: PostgresDatabase, intruder: Any
) -> None:
    database.wake.clear()
    await cut_off(intruder, database)

    async with asyncio.timeout(60):  # something may have been missed meanwhile
        await database.wake.wait()
    assert database.owner == "here/0"


async def test_another_name_is_taken_where_somebody_was_quicker(
    database: PostgresDatabase, intruder: Any, url: str
) -> None:
    rival = await asyncpg.connect(url)
    taking = asyncio.create_task(
        rival.execute("SELECT pg_advisory_lock(hashtextextended('plan-gate process here/0', 0))")
    )
    await until(lambda: waits_for_a_lock(intruder))
    database.wake.clear()
    await cut_off(intruder, database)
    await taking

    async with asyncio.timeout(60):
        await database.wake.wait()
    assert database.owner == "here/1"
    await rival.close()


async def test_a_question_is_a_transaction_by_itself(database: PostgresDatabase) -> None:
    def transactions(connection: Connection) -> int:
        each = text("SELECT pg_current_xact_id()::text")
        return len({connection.scalar(each) for _ in range(2)})

    assert await database.run(transactions) == 1
    assert await database.read(transactions) == 2
    assert await database.run(transactions) == 1, "the connection is as it was before"


# ── wake-ups ─────────────────────────────────────────────────────────────────


async def test_what_wakes_wakes_every_process(open_database: OpenDatabase) -> None:
    listener = await open_database()
    idler = await open_database(works=False)
    listener.wake.clear()
    idler.wake.clear()

    await idler.run(say("SELECT 1"), wakes=True)
    assert idler.wake.is_set()
    async with asyncio.timeout(60):
        await listener.wake.wait()


async def test_what_tells_by_its_result_that_it_wakes(database: PostgresDatabase) -> None:
    database.wake.clear()
    await database.run(lambda _: 0, wakes=bool)
    assert not database.wake.is_set()
    await database.run(lambda _: 1, wakes=bool)
    assert database.wake.is_set()


async def test_what_is_undone_wakes_nobody(database: PostgresDatabase, intruder: Any) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    await intruder.add_listener(CHANNEL, lambda *said: heard.put_nowait(said[-1]))
    database.wake.clear()
    with pytest.raises(StoreUnavailable):
        await database.run(say("SELECT 1 FROM nowhere"), wakes=True)
    assert not database.wake.is_set()

    await intruder.execute(f"NOTIFY {CHANNEL}, 'the only one'")
    async with asyncio.timeout(60):
        assert await heard.get() == "the only one"


# ── locks ────────────────────────────────────────────────────────────────────


async def test_one_process_at_a_time_holds_a_lock(open_database: OpenDatabase) -> None:
    holders = 0

    async def hold(database: PostgresDatabase) -> None:
        nonlocal holders
        async with database.lock("o/r 1234"):
            holders += 1
            assert holders == 1
            await asyncio.sleep(0.01)
            assert holders == 1
            holders -= 1

    databases = [await open_database() for _ in range(3)]
    await asyncio.gather(*(hold(database) for database in databases * 3))


async def test_locks_of_other_names_are_free(open_database: OpenDatabase) -> None:
    first, second = await open_database(), await open_database()
    async with first.lock("o/r 1234"), first.lock("o/r 5678"), second.lock("o/r 9abc"):
        pass


async def test_a_lock_is_waited_for_so_long(open_database: OpenDatabase) -> None:
    first, second = await open_database(), await open_database(lock_patience=0.05)
    async with first.lock("o/r 1234"):
        with pytest.raises(StoreUnavailable, match="another process has kept the lock o/r 1234"):
            async with second.lock("o/r 1234"):
                pass
    async with second.lock("o/r 1234"):
        pass


async def test_a_lock_is_free_after_a_fault(open_database: OpenDatabase) -> None:
    first, second = await open_database(), await open_database(lock_patience=0.05)
    with pytest.raises(ZeroDivisionError):
        async with first.lock("o/r 1234"):
            raise ZeroDivisionError
    async with second.lock("o/r 1234"):
        pass


async def test_a_lock_ends_with_its_process(open_database: OpenDatabase) -> None:
    first, second = await open_database(), await open_database()
    async with first.lock("o/r 1234"):
        await first.close()
        async with second.lock("o/r 1234"):
            pass


async def test_who_does_not_work_takes_no_lock(open_database: OpenDatabase) -> None:
    idler = await open_database(works=False)
    with pytest.raises(StoreUnavailable, match="no lock can be had"):
        async with idler.lock("o/r 1234"):
            pass


# ── transactions ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("durable", [True, False])
async def test_only_what_is_durable_waits_for_the_disk(
    database: PostgresDatabase, durable: bool
) -> None:
    waits = await database.run(say("SHOW synchronous_commit"), durable=durable)
    assert waits == ("on" if durable else "off")


async def test_who_is_in_each_others_way_is_tried_again(
    database: PostgresDatabase, intruder: Any
) -> None:
    await intruder.execute("CREATE TABLE pair (id int PRIMARY KEY, n int)")
    await intruder.execute("INSERT INTO pair VALUES (1, 0), (2, 0)")

    def add(first: int, second: int) -> Callable[[Connection], None]:
        def work(db: Connection) -> None:
            db.execute(text(f"UPDATE pair SET n = n + 1 WHERE id = {first}"))
            db.execute(text("SELECT pg_sleep(0.05)"))  # so that each has one and wants the other
            db.execute(text(f"UPDATE pair SET n = n + 1 WHERE id = {second}"))

        return work

    await asyncio.gather(database.run(add(1, 2)), database.run(add(2, 1)))
    assert await database.run(say("SELECT sum(n) FROM pair")) == 4


async def test_who_was_slower_to_make_a_row_is_tried_again(
    database: PostgresDatabase, intruder: Any
) -> None:
    await intruder.execute("CREATE TABLE single (id int PRIMARY KEY)")

    def make(db: Connection) -> bool:
        if db.scalar(text("SELECT count(*) FROM single")):
            return False
        db.execute(text("INSERT INTO single VALUES (1)"))
        return True

    other = intruder.transaction()
    await other.start()
    await intruder.execute("INSERT INTO single VALUES (1)")
    made = asyncio.create_task(database.run(make))
    await until(lambda: waits_for_a_lock(intruder))
    await other.commit()
    assert await made is False


async def test_what_was_marked_meanwhile_is_not_pruned(
    store: KeptStore, intruder: Any, clock: Clock
) -> None:
    await store.enqueue([mark("o/r#1")])
    (claim,) = await store.claim(1)
    await store.finish(claim)
    clock.now += 100

    marking = intruder.transaction()
    await marking.start()
    await intruder.execute("UPDATE work SET state = 'ready', wanted = wanted + 1")
    pruning = asyncio.create_task(store.prune(clock.now))
    await until(lambda: waits_for_a_lock(intruder))
    await marking.commit()
    await pruning
    assert (await row(store, "o/r#1")).state is State.READY


async def test_a_row_that_another_marks_is_passed_over(store: KeptStore, intruder: Any) -> None:
    await store.enqueue([mark("a"), mark("b")])
    async with intruder.transaction():
        await intruder.execute("UPDATE work SET wanted = wanted + 1 WHERE key = 'a'")
        assert [claim.key for claim in await store.claim(2)] == ["b"]
    assert [claim.key for claim in await store.claim(2)] == ["a"]


@pytest.mark.parametrize(("failures", "tries"), [(1, 2), (TRIES, TRIES)])
async def test_a_commit_that_met_another_is_tried_again_a_few_times(
    database: PostgresDatabase, intruder: Any, failures: int, tries: int
) -> None:
    await intruder.execute(
        f"""
        DROP TABLE IF EXISTS rival;
        DROP SEQUENCE IF EXISTS failed;
        CREATE TABLE rival (id int);
        CREATE SEQUENCE failed;  -- which no rollback takes back
        CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('failed') <= {failures} THEN
                    RAISE EXCEPTION 'somebody was quicker' USING ERRCODE = '40001';
                END IF;
                RETURN NULL;
            END
        $$;
        CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON rival DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION fail();
        """
    )
    tried = 0

    def work(db: Connection) -> None:
        nonlocal tried
        tried += 1
        db.execute(text("INSERT INTO rival VALUES (1)"))

    if tries > failures:
        await database.run(work)
    else:
        with pytest.raises(StoreUnavailable, match="somebody was quicker"):
            await database.run(work)
    assert tried == tries
    assert await intruder.fetchval("SELECT count(*) FROM rival") == tries - failures


async def test_a_commit_of_unknown_outcome_is_not_repeated(
    database: PostgresDatabase, intruder: Any
) -> None:
    await intruder.execute(
        """
        CREATE TABLE victim (id int);
        CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END
        $$;
        CREATE CONSTRAINT TRIGGER die AFTER INSERT ON victim DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die();
        """
    )
    tries = 0

    def work(db: Connection) -> None:
        nonlocal tries
        tries += 1
        db.execute(text("INSERT INTO victim VALUES (1)"))

    with pytest.raises(StoreUnavailable, match="during a commit"):
        await database.run(work)
    assert tries == 1


# ── faults ───────────────────────────────────────────────────────────────────


async def test_a_dead_connection_is_replaced_unnoticed(store: KeptStore, intruder: Any) -> None:
    await store.ingest(delivery("g"), [mark("o/r#1")])
    others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> "
    await intruder.fetch(
        f"{others} pg_backend_pid() AND datname = current_database() AND application_name <> ''"
    )
    assert len(await store.claim(1)) == 1
    await store.ingest(delivery("h"), [mark("o/r#2")])


@pytest.mark.parametrize("how", ["INT", "QUIT"])
async def test_a_server_that_is_away_is_unavailable_until_it_is_back(
    store: KeptStore, open_store: Open, how: str
) -> None:
    other = await open_store()
    await store.ingest(delivery("g"), [mark("o/r#1")])
    (claim,) = await store.claim(1)
    await asyncio.to_thread(cluster().stop, how)
    try:
        for refused in (
            store.ingest(delivery("h"), [mark("o/r#2")]),
            store.claim(1),
            store.finish(claim),
            store.lock("o/r 1234").__aenter__(),
        ):
            with pytest.raises(StoreUnavailable):
                await refused
    finally:
        await asyncio.to_thread(cluster().start)

    assert [receipt.delivery.guid for receipt in await store.deliveries()] == ["g"]
    assert await other.beat() == 0
    await until(lambda: lockable(store))
    other.wake.clear()
    await store.ingest(delivery("h"), [mark("o/r#2")])
    async with asyncio.timeout(60):
        await other.wake.wait()


async def test_a_claim_that_a_crash_has_taken_back_owns_nothing(url: str) -> None:
    cluster().sql("ALTER SYSTEM SET wal_writer_delay = '10s'")
    await asyncio.to_thread(cluster().restart)
    first, second = [KeptStore(await open_postgres(url)) for _ in range(2)]
    await first.enqueue([mark("o/r#1")])
    (forgotten,) = await first.claim(1)
    cluster().sql("ALTER SYSTEM RESET wal_writer_delay")
    await asyncio.to_thread(cluster().restart, "QUIT")

    async def claimed() -> bool:
        claims.extend(await second.claim(1))
        return bool(claims)

    claims: list[Claim] = []
    await until(claimed)
    assert await second.owns(claims[0])
    assert not await first.owns(forgotten)
    for store in (first, second):
        await store.close()


async def lockable(store: KeptStore) -> bool:
    with suppress(StoreUnavailable):
        async with store.lock("o/r 1234"):
            return True
    return False


async def test_a_server_that_falls_silent_is_waited_for_so_long(url: str, intruder: Any) -> None:
    impatient = PostgresDatabase(url, patience=0.5)
    await intruder.execute("CREATE TABLE busy (id int)")
    async with intruder.transaction():
        await intruder.execute("LOCK TABLE busy")
        with pytest.raises(StoreUnavailable, match="PostgreSQL does not answer: no answer in time"):
            await impatient.run(say("SELECT count(*) FROM busy"))
    await impatient.close()


@pytest.mark.parametrize("value", ["\ud800", "a\0b"])
async def test_a_text_that_no_database_can_hold_is_the_callers_fault(
    store: KeptStore, value: str
) -> None:
    await store.enqueue([mark("o/r#1")])
    (claim,) = await store.claim(1)
    with pytest.raises(ValueError, match="PostgreSQL cannot hold the value"):
        await store.park(claim, value)


async def test_a_cancelled_call_is_carried_out(database: PostgresDatabase, url: str) -> None:
    store = KeptStore(database)
    enqueuing = asyncio.create_task(store.enqueue([mark("o/r#1")]))
    await asyncio.sleep(0)
    enqueuing.cancel()
    with suppress(asyncio.CancelledError):
        await enqueuing
    await database.close()

    again = await open_postgres(url)
    assert await again.run(say("SELECT count(*) FROM work")) == 1
    await again.close()


WRONG = {
    "the password": lambda url: url.replace("postgres:", "postgres:not-"),
    "the port": lambda url: url.rpartition(":")[0] + ":1/postgres",
    "the name": lambda url: url + "_of_nothing",
    "what the password needs escaped": lambda url: url.replace("@", "/@"),
    "an option": lambda url: url + "?sslmode=sometimes",
}


async def test_nobody_joins_what_cannot_be_reached(url: str) -> None:
    database = PostgresDatabase(WRONG["the name"](url))
    with pytest.raises(StoreUnavailable, match="does not exist"):
        await database.join()


@pytest.mark.parametrize("what", WRONG)
async def test_what_cannot_be_reached_is_said_without_the_password(url: str, what: str) -> None:
    password = url.partition("://postgres:")[2].partition("@")[0]
    with pytest.raises(StoreUnavailable) as refused:
        await open_postgres(WRONG[what](url))
    assert password
    told: BaseException | None = refused.value
    while told is not None:
        assert password not in str(told)
        told = told.__cause__
