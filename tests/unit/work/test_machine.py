"""The store against a model of a few dictionaries: whatever the order of calls, they agree.

Two processes share it on PostgreSQL. In SQLite there is one.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.work.kept_store import KeptStore
from bot.work.model import Claim, Mark
from bot.work.postgres import open_postgres
from bot.work.sqlite import OWNER, open_file
from tests.unit.work.conftest import Clock, delivery, empty_postgres
from tests.unit.work.model import NEVER, Kept, Model

T = TypeVar("T")

TENANTS = {"a": 1, "b": 1, "c": 2, "d": 3}
some_keys = st.sampled_from(sorted(TENANTS))
some_marks = st.lists(
    st.builds(lambda key, backfill: Mark(key, TENANTS[key], backfill), some_keys, st.booleans()),
    max_size=4,
)
seconds = st.integers(0, 20)
which = st.integers(0, 1)


class Machine(RuleBasedStateMachine):
    """Some processes, one model, and every claim that was ever handed out, stale ones included."""

    processes = 1

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.model = Model()
        self.claims: list[tuple[int, Claim]] = []
        self.stores: list[KeptStore] = []

    @abstractmethod
    async def open(self, process: int) -> KeptStore:
        """Start a process."""

    @abstractmethod
    def name(self, process: int) -> str:
        """The name that the process should have."""

    def do(self, call: Awaitable[T]) -> T:
        async def wait() -> T:
            return await call

        return self.runner.run(wait())

    @initialize()
    def start(self) -> None:
        self.stores = [self.do(self.open(process)) for process in range(self.processes)]
        self.model.held = {self.name(process): set() for process in range(self.processes)}

    def teardown(self) -> None:
        for store in self.stores:
            self.do(store.close())
        self.runner.close()

    def store(self, choice: int) -> KeptStore:
        return self.stores[choice % self.processes]

    def owner(self, choice: int) -> str:
        return self.name(choice % self.processes)

    def end(self, choice: st.DataObject) -> tuple[KeptStore, Claim, Kept | None]:
        """Choose a claim whose run is to end, and whoever has it; and its row, if it is ours."""
        process, claim = choice.draw(st.sampled_from(self.claims))
        self.model.held[self.name(process)].discard(claim)
        return self.stores[process], claim, self.model.ours(claim)

    # ── time, and what comes ─────────────────────────────────────────────────
    @rule(passed=seconds | st.just(61))
    def time_passes(self, passed: int) -> None:
        self.clock.now += passed

    @rule(marks=some_marks, who=which)
    def ingest(self, marks: list[Mark], who: int) -> None:
        self.do(self.store(who).ingest(delivery(), marks))
        self.model.mark(marks, self.clock.now)

    @rule(marks=some_marks, who=which, delay=seconds)
    def enqueue(self, marks: list[Mark], who: int, delay: int) -> None:
        self.do(self.store(who).enqueue(marks, delay))
        self.model.mark(marks, self.clock.now + delay)

    # ── runs ─────────────────────────────────────────────────────────────────
    @rule(limit=st.integers(1, 4), reserve=st.integers(0, 3), who=which)
    def claim(self, limit: int, reserve: int, who: int) -> None:
        claims = self.do(self.store(who).claim(limit, reserve))
        assert claims == self.model.claim(limit, self.clock.now, self.owner(who), reserve)
        self.claims += [(who % self.processes, claim) for claim in claims]

    @precondition(lambda self: self.claims)
    @rule(choice=st.data())
    def finish(self, choice: st.DataObject) -> None:
        store, claim, ours = self.end(choice)
        assert self.do(store.finish(claim)) is (ours is not None)
        if ours:
            self.model.succeed(ours, self.clock.now)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data(), progress=st.sampled_from(["", "page 2"]), delay=seconds)
    def proceed(self, choice: st.DataObject, progress: str, delay: int) -> None:
        store, claim, ours = self.end(choice)
        assert self.do(store.proceed(claim, progress, delay)) is (ours is not None)
        if ours:
            self.model.proceed(ours, progress, self.clock.now, delay)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data(), delay=seconds)
    def retry(self, choice: st.DataObject, delay: int) -> None:
        store, claim, ours = self.end(choice)
        assert self.do(store.retry(claim, delay=delay, error="retried")) is (ours is not None)
        if ours:
            self.model.fail(ours, self.clock.now + delay, "retried", for_good=False)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data())
    def park(self, choice: st.DataObject) -> None:
        store, claim, ours = self.end(choice)
        assert self.do(store.park(claim, "parked")) is (ours is not None)
        if ours:
            self.model.fail(ours, self.clock.now, "parked", for_good=True)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data(), delay=seconds)
    def release(self, choice: st.DataObject, delay: int) -> None:
        store, claim, ours = self.end(choice)
        assert self.do(store.release(claim, delay)) is (ours is not None)
        if ours:
            self.model.release(ours, self.clock.now + delay if delay else None)

    # ── processes ────────────────────────────────────────────────────────────
    @rule(who=which)
    def beat(self, who: int) -> None:
        recovered = self.do(self.store(who).beat())
        assert recovered == self.model.beat(self.clock.now, self.owner(who))

    @rule(who=which)
    def die_and_recover(self, who: int) -> None:
        process = who % self.processes
        self.do(self.stores[process].close())
        self.stores[process] = self.do(self.open(process))
        self.model.held[self.name(process)].clear()
        recovered = self.do(self.stores[process].recover())
        assert recovered == self.model.recover(self.clock.now, self.name(process))

    # ── operators ────────────────────────────────────────────────────────────
    @rule(tenant=st.sampled_from(sorted(set(TENANTS.values()))), length=seconds)
    def pause(self, tenant: int, length: int) -> None:
        until = self.clock.now + length
        self.do(self.store(0).pause(tenant, until))
        self.model.paused[tenant] = max(until, self.model.paused.get(tenant, 0))

    @rule(key=some_keys)
    def revive(self, key: str) -> None:
        assert self.do(self.store(0).revive(key)) is self.model.revive(key, self.clock.now)

    @rule(key=some_keys)
    def drop(self, key: str) -> None:
        assert self.do(self.store(0).drop(key)) is self.model.drop(key)

    @invariant()
    def store_and_model_agree(self) -> None:
        recent = self.claims[-3:]
        rows = [kept.row for kept in self.model.kept.values()]
        first = min(map(self.model.claimable, rows), default=NEVER)
        found, next_due, *owned = self.do(
            asyncio.gather(
                self.store(0).rows(),
                self.store(0).next_due(),
                *(self.stores[process].owns(claim) for process, claim in recent),
            )
        )
        listed = [replace(row, rests_until=self.model.paused.get(row.tenant, 0)) for row in rows]
        assert found == sorted(listed, key=lambda row: row.key)
        assert next_due == (None if first == NEVER else first)
        assert owned == [
            self.model.owns(claim, self.clock.now, self.name(process)) for process, claim in recent
        ]


class SqliteMachine(Machine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()

    async def open(self, process: int) -> KeptStore:
        path = Path(self.folder.name) / "plan-gate.db"
        return KeptStore(await open_file(path, self.clock))

    def name(self, process: int) -> str:
        return OWNER

    def teardown(self) -> None:
        super().teardown()
        self.folder.cleanup()


class PostgresMachine(Machine):
    processes = 2

    def __init__(self) -> None:
        super().__init__()
        self.url = empty_postgres().url

    async def open(self, process: int) -> KeptStore:
        database = await open_postgres(self.url, self.clock, host="here")
        return KeptStore(database)

    def name(self, process: int) -> str:
        return f"here/{process}"


TestSqlite = SqliteMachine.TestCase
TestSqlite.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestPostgres = PostgresMachine.TestCase
TestPostgres.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
