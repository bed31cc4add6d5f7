"""One thread owns the connection and commits what has gathered, all at once.

It knows nothing of deliveries or queues. A job is a function over the connection; it may run twice,
so it must change nothing but the database. Group commit: while one batch waits for the disk the
next one gathers, so a burst costs a few fsyncs instead of one each.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.work.errors import StoreStopped, StoreUnavailable

T = TypeVar("T")

# A job's own, or what the driver says of a value that SQLite cannot hold.
_REFUSALS = (StoreUnavailable, ValueError, OverflowError)
_MOST = 256  # jobs a batch, which bounds how long the first of them waits for the others


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    """A transaction and who waits for it. Each method returns how to tell them, in the loop."""

    work: Callable[[Connection], T]
    durable: bool
    future: asyncio.Future[T]

    def run(self, connection: Connection) -> Callable[[], None]:
        return partial(_resolve, self.future, self.work(connection))

    def failed(self, error: Exception) -> Callable[[], None]:
        return partial(_reject, self.future, error)


class Writer:
    """The thread, seen from the event loop that made it."""

    def __init__(self, connection: Connection, resources: AbstractContextManager[object]) -> None:
        """Start the thread; the connection and the `resources` are its own until it ends."""
        self._connection = connection
        self._resources = resources
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._loop = asyncio.get_running_loop()
        self._synchronous = ""  # as the connection has it; unknown at first
        self._waiting: set[asyncio.Future[Any]] = set()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._closed = False
        # A daemon, because a process that was told to stop must not wait for a forgotten `close`.
        Thread(target=self._run, name="store-writer", daemon=True).start()

    def submit(
        self, work: Callable[[Connection], T], *, durable: bool = False
    ) -> asyncio.Future[T]:
        """Queue a transaction; its result comes after the commit, `durable` after the fsync.

        Cancelling the future takes nothing back: the job still runs, and nobody hears of it.
        Raises `StoreUnavailable` after `close`, `StoreStopped` where an error has ended the thread.
        """
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._ended.done():
            raise _stopped()
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)
        self._queue.put(_Job(work, durable, future))
        return future

    async def close(self) -> None:
        """Run what is queued, refuse what comes later, and wait for the thread's end."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.shield(self._ended)

    def _end(self) -> None:
        # After a proper close nobody waits. An unforeseen error ends the thread before that: then
        # everybody must hear of it, and a restart is better than going on in doubt.
        for future in self._waiting:
            _reject(future, _stopped())
        self._ended.set_result(None)

    # ── everything below runs in the thread ──────────────────────────────────

    def _run(self) -> None:
        try:
            with self._resources:
                for batch in self._batches():
                    self._commit(batch)
        finally:
            self._tell(self._end)

    def _batches(self) -> Iterator[list[_Job[Any]]]:
        """Yield what has gathered, oldest first, until the mark that ends it."""
        while (job := self._queue.get()) is not None:
            batch = [job]
            while len(batch) < _MOST and not self._queue.empty():
                if (job := self._queue.get()) is None:
                    yield batch
                    return
                batch.append(job)
            yield batch

    def _commit(self, batch: list[_Job[Any]]) -> None:
        """Commit a batch as one transaction, and tell everybody what became of their job."""
        try:
            self._begin(durable=any(job.durable for job in batch))
        except SQLAlchemyError as error:
            self._undo()
            self._fail(batch, error)
            return
        try:
            outcomes = self._attempt_each(batch)
            self._connection.commit()
        except SQLAlchemyError as error:
            self._undo()
            if len(batch) == 1:
                self._fail(batch, error)
            else:  # one by one, so that it fails only those it must
                for job in batch:
                    self._commit([job])
            return
        except _REFUSALS as error:
            self._undo()
            outcomes = [job.failed(error) for job in batch]
        self._tell(_settle, outcomes)

    def _begin(self, *, durable: bool) -> None:
        # NORMAL may lose the last commits when the power fails, which ends every run as well. What
        # is not durable may be lost: how a run began or ended, which costs a run more. The next
        # FULL commit brings everything before it to the disk, too.
        # https://www.sqlite.org/pragma.html#pragma_synchronous
        synchronous = "FULL" if durable else "NORMAL"
        if synchronous != self._synchronous:
            self._connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
            self._synchronous = synchronous
        self._connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _undo(self) -> None:
        self._connection.rollback()
        # SQLAlchemy forgets a transaction whose COMMIT failed; SQLite keeps it open.
        self._connection.connection.rollback()

    def _attempt_each(self, batch: list[_Job[Any]]) -> list[Callable[[], None]]:
        """Run the jobs; where there is one alone, its failure is the transaction's."""
        if len(batch) == 1:
            return [batch[0].run(self._connection)]
        return [self._attempt(job) for job in batch]

    def _attempt(self, job: _Job[Any]) -> Callable[[], None]:
        savepoint = self._connection.begin_nested()
        try:
            outcome = job.run(self._connection)
        except SQLAlchemyError as error:
            if not self._in_transaction():
                raise  # SQLite undid everything, as it may when the disk is full: nothing is left
            savepoint.rollback()
            return job.failed(_unavailable(error))
        except _REFUSALS as error:
            savepoint.rollback()
            return job.failed(error)
        savepoint.commit()
        return outcome

    def _in_transaction(self) -> bool:
        driver = self._connection.connection.driver_connection
        return driver is not None and bool(driver.in_transaction)

    def _fail(self, batch: list[_Job[Any]], error: SQLAlchemyError) -> None:
        self._tell(_settle, [job.failed(_unavailable(error)) for job in batch])

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(call, *arguments)


def _settle(outcomes: list[Callable[[], None]]) -> None:
    for outcome in outcomes:
        outcome()


def _resolve(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _reject(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _stopped() -> StoreStopped:
    return StoreStopped("the store has stopped: restart Plan Gate")


def _unavailable(error: SQLAlchemyError) -> StoreUnavailable:
    """Wrap the error, its statement and parameters left out: they are no operator's business."""
    reason = error.orig if isinstance(error, DBAPIError) else error
    wrapped = StoreUnavailable(f"the database failed: {reason}")
    wrapped.__cause__ = error
    return wrapped
