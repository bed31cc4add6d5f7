"""The writer thread: group commit, who fails with whom, and how it ends."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.work.errors import StoreStopped, StoreUnavailable
from bot.work.sqlite import connect
from bot.work.writer import Writer

Work = Callable[[Connection], object]


def note(text: object, refers: str | None = None) -> Work:
    return lambda db: db.exec_driver_sql("INSERT INTO note VALUES (?, ?)", (text, refers))


def notes(db: Connection) -> list[str]:
    return list(db.exec_driver_sql("SELECT text FROM note ORDER BY text").scalars())


@pytest.fixture
def connection(path: Path) -> Connection:
    """Connect to a file with a table of notes, each of which may refer to another."""
    connection = connect(path)
    for statement in (
        "PRAGMA busy_timeout = 0",
        "PRAGMA foreign_keys = ON",
        """
        CREATE TABLE note (
          text TEXT PRIMARY KEY,
          refers TEXT REFERENCES note DEFERRABLE INITIALLY DEFERRED
        )
        """,
    ):
        connection.exec_driver_sql(statement)
    connection.commit()
    return connection


@pytest.fixture
def statements(connection: Connection) -> list[str]:
    """Collect what the connection executes from now on."""
    statements: list[str] = []
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_trace_callback(statements.append)
    return statements


@pytest.fixture
async def writer(connection: Connection) -> AsyncIterator[Writer]:
    writer = Writer(connection, connection)
    yield writer
    await writer.close()


def join_writers() -> None:
    for thread in threading.enumerate():
        if thread.name == "store-writer":
            thread.join()


async def together(writer: Writer, *works: Work) -> list[object]:
    """Run the works as one batch, and say what became of each: None where it went well."""
    started, go = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        started.set()
        go.wait()

    busy = writer.submit(wait)
    await asyncio.to_thread(started.wait)
    futures = [writer.submit(work) for work in works]
    go.set()
    await busy
    results = await asyncio.gather(*futures, return_exceptions=True)
    return [result if isinstance(result, Exception) else None for result in results]


async def test_what_gathered_is_committed_at_once(writer: Writer, statements: list[str]) -> None:
    await together(writer, *(note(f"{number:03}") for number in range(200)))

    assert len(await writer.submit(notes)) == 200
    assert statements.count("COMMIT") <= 3  # the wait, the notes, the look at them


async def test_a_batch_has_an_end(writer: Writer, statements: list[str]) -> None:
    await together(writer, *(note(f"{number:03}") for number in range(600)))

    assert statements.count("COMMIT") == 1 + 3


async def test_only_what_must_be_durable_waits_for_the_disk(
    writer: Writer, statements: list[str]
) -> None:
    await writer.submit(note("a"))
    assert statements[0] == "PRAGMA synchronous = NORMAL"
    statements.clear()
    await writer.submit(note("b"), durable=True)
    assert statements[0] == "PRAGMA synchronous = FULL"


async def test_how_to_sync_is_said_only_where_it_changes(
    writer: Writer, statements: list[str]
) -> None:
    for durable in (True, True, False, False, True):
        await writer.submit(notes, durable=durable)
    said = [statement for statement in statements if statement.startswith("PRAGMA")]
    assert said == [f"PRAGMA synchronous = {how}" for how in ("FULL", "NORMAL", "FULL")]


@pytest.mark.parametrize(
    ("last", "fault"),
    [
        (note("\ud800"), ValueError),
        (note(2**64), OverflowError),
        (note("a"), StoreUnavailable),
    ],
    ids=["lone surrogate", "too many bits", "constraint"],
)
async def test_a_job_that_fails_by_itself_leaves_nothing(
    writer: Writer, last: Work, fault: type[Exception]
) -> None:
    with pytest.raises(fault):
        await writer.submit(lambda db: (note("a")(db), last(db)))
    assert await writer.submit(notes) == []


async def test_a_failing_job_fails_alone(writer: Writer) -> None:
    first, second, third = await together(writer, note("a"), note("a"), note("b"))

    assert (first, third) == (None, None)
    assert isinstance(second, StoreUnavailable)
    assert str(second) == "the database failed: UNIQUE constraint failed: note.text"
    assert await writer.submit(notes) == ["a", "b"]


@pytest.mark.parametrize("value", ["\ud800", 2**64], ids=["lone surrogate", "too many bits"])
async def test_a_value_that_sqlite_cannot_hold_fails_alone(writer: Writer, value: object) -> None:
    first, second, third = await together(writer, note("a"), note(value), note("b"))

    assert (first, third) == (None, None)
    assert isinstance(second, (ValueError, OverflowError))
    assert await writer.submit(notes) == ["a", "b"]


async def test_a_job_that_undoes_the_transaction_fails_alone(writer: Writer) -> None:
    def undo(db: Connection) -> None:
        db.exec_driver_sql("INSERT OR ROLLBACK INTO note VALUES ('a', NULL)")

    first, second, third = await together(writer, note("a"), undo, note("b"))

    assert (first, third) == (None, None)
    assert isinstance(second, StoreUnavailable)
    assert await writer.submit(notes) == ["a", "b"]


async def test_a_job_that_cannot_be_committed_fails_alone(writer: Writer) -> None:
    first, second, third = await together(writer, note("a"), note("b", "nothing"), note("c"))

    assert (first, third) == (None, None)
    assert isinstance(second, StoreUnavailable)
    assert await writer.submit(notes) == ["a", "c"]


async def test_nobody_misses_an_answer_because_another_does_not_wait(writer: Writer) -> None:
    started, go = threading.Event(), threading.Event()

    def wait(_: Connection) -> None:
        started.set()
        go.wait()

    writer.submit(wait)
    await asyncio.to_thread(started.wait)
    writer.submit(note("a")).cancel()
    writer.submit(note("a")).cancel()  # which fails, and nobody hears of that either
    heard = writer.submit(notes)
    go.set()

    assert await heard == ["a"]


async def test_a_database_that_somebody_holds_is_unavailable(writer: Writer, path: Path) -> None:
    intruder = sqlite3.connect(path, isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        await writer.submit(note("a"))
    intruder.close()

    await writer.submit(note("b"))
    assert await writer.submit(notes) == ["b"]


async def test_closing_runs_what_is_queued_and_refuses_the_rest(writer: Writer, path: Path) -> None:
    queued = [writer.submit(note(f"{number:03}")) for number in range(100)]
    await asyncio.gather(writer.close(), writer.close())

    assert all(future.done() for future in queued)
    with pytest.raises(StoreUnavailable, match="closed"):
        writer.submit(notes)
    with connect(path) as connection:
        assert len(notes(connection)) == 100


async def test_a_result_that_comes_with_the_end_is_heard(writer: Writer) -> None:
    result = writer.submit(notes)
    closing = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    join_writers()  # which keeps the loop from hearing of the one before the other

    await closing
    assert await result == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_an_unforeseen_error_stops_everything_and_is_heard(writer: Writer) -> None:
    def crash(_: Connection) -> None:
        raise LookupError

    first, second, third = await together(writer, note("a"), crash, note("b"))

    for outcome in (first, second, third):
        assert isinstance(outcome, StoreStopped)
    with pytest.raises(StoreStopped):
        writer.submit(notes)
    await asyncio.to_thread(join_writers)


def test_a_loop_that_left_early_does_not_stop_the_commit(
    connection: Connection, path: Path
) -> None:
    go = threading.Event()

    def wait_and_note(db: Connection) -> None:
        go.wait()
        note("a")(db)

    async def leave_early() -> None:
        writer = Writer(connection, connection)
        writer.submit(wait_and_note)
        closing = asyncio.create_task(writer.close())
        await asyncio.sleep(0)
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing

    asyncio.run(leave_early())
    go.set()
    join_writers()
    with connect(path) as after:
        assert notes(after) == ["a"]


async def test_the_resources_are_let_go_at_the_end(connection: Connection) -> None:
    resources = ExitStack()
    gone = threading.Event()
    resources.callback(gone.set)
    resources.enter_context(connection)
    writer = Writer(connection, resources)
    assert not gone.is_set()

    await writer.close()
    assert gone.is_set()
    assert connection.closed
