"""The store against a model of a few dictionaries: whatever the order of calls, they agree."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.work.model import Claim, Mark, Row, State
from bot.work.store import WorkStore
from tests.store import open_sqlite
from tests.unit.work.conftest import ATTEMPTS, Clock, delivery

T = TypeVar("T")

TENANTS = {"a": 1, "b": 1, "c": 2, "d": 3}
some_marks = st.lists(st.sampled_from(sorted(TENANTS)), max_size=4).map(
    lambda keys: [Mark(key, TENANTS[key]) for key in keys]
)
seconds = st.integers(0, 20)
NEVER = float("inf")


class Model:
    """What the store should hold, written for reading and not for speed."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.tokens: dict[str, int] = {}
        self.served: dict[int, int] = {}
        self.paused: dict[int, float] = {}

    def mark(self, marks: list[Mark], now: float) -> None:
        for key in {mark.key for mark in marks}:
            new = Row(key, TENANTS[key], State.IDLE, 0, 0, now, 0, False, "", "")
            row = self.rows.get(key, new)
            if row.state in (State.IDLE, State.PARKED):
                row = replace(row, state=State.READY, due=now, attempts=0)
            self.rows[key] = replace(row, wanted=row.wanted + 1)

    def claim(self, limit: int, now: float) -> list[Claim]:
        claims: list[Claim] = []
        while len(claims) < limit and (due := self.due(now)):
            row = min(due, key=lambda row: (*self.turn(row.tenant), row.due, row.key))
            self.served[row.tenant] = max(self.served.values(), default=0) + 1
            self.tokens[row.key] = self.tokens.get(row.key, 0) + 1
            self.rows[row.key] = replace(row, state=State.RUNNING, seen=row.wanted)
            claims.append(Claim(row.key, row.tenant, self.tokens[row.key], row.attempts))
        return claims

    def due(self, now: float) -> list[Row]:
        return [row for row in self.rows.values() if self.claimable(row) <= now]

    def claimable(self, row: Row) -> float:
        if row.state is not State.READY:
            return NEVER
        return max(row.due, self.paused.get(row.tenant, 0))

    def turn(self, tenant: int) -> tuple[int, int, int]:
        running = [row for row in self.running() if row.tenant == tenant]
        return len(running), self.served.get(tenant, 0), tenant

    def running(self) -> list[Row]:
        return [row for row in self.rows.values() if row.state is State.RUNNING]

    def owns(self, claim: Claim) -> bool:
        running = self.rows[claim.key].state is State.RUNNING
        return running and self.tokens[claim.key] == claim.token

    def succeed(self, key: str, now: float) -> None:
        row = self.rows[key]
        state = State.READY if row.wanted > row.seen else State.IDLE
        self.rows[key] = replace(row, state=state, due=now, attempts=0, error="")

    def fail(self, key: str, due: float, error: str, *, for_good: bool) -> None:
        row = self.rows[key]
        state, attempts = State.READY, row.attempts + 1
        if for_good and row.wanted > row.seen:
            attempts = 0
        elif for_good:
            state = State.PARKED
        self.rows[key] = replace(row, state=state, due=due, attempts=attempts, error=error)


class Machine(RuleBasedStateMachine):
    """One store, one model, and every claim that was ever handed out, stale ones included."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.model = Model()
        self.claims: list[Claim] = []

    def do(self, call: Awaitable[T]) -> T:
        async def wait() -> T:
            return await call

        return self.runner.run(wait())

    @initialize()
    def open(self) -> None:
        path = Path(self.folder.name) / "plan-gate.db"
        self.store: WorkStore = self.do(open_sqlite(path, clock=self.clock, attempts=ATTEMPTS))

    def teardown(self) -> None:
        self.do(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(passed=seconds)
    def time_passes(self, passed: int) -> None:
        self.clock.now += passed

    @rule(marks=some_marks)
    def ingest(self, marks: list[Mark]) -> None:
        self.do(self.store.ingest(delivery(), marks))
        self.model.mark(marks, self.clock.now)

    @rule(marks=some_marks)
    def enqueue(self, marks: list[Mark]) -> None:
        self.do(self.store.enqueue(marks))
        self.model.mark(marks, self.clock.now)

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        claims = self.do(self.store.claim(limit))
        assert claims == self.model.claim(limit, self.clock.now)
        self.claims += claims

    @precondition(lambda self: self.claims)
    @rule(choice=st.data())
    def finish(self, choice: st.DataObject) -> None:
        claim = choice.draw(st.sampled_from(self.claims))
        ours = self.model.owns(claim)
        assert self.do(self.store.finish(claim)) is ours
        if ours:
            self.model.succeed(claim.key, self.clock.now)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data(), delay=seconds)
    def retry(self, choice: st.DataObject, delay: int) -> None:
        claim = choice.draw(st.sampled_from(self.claims))
        ours = self.model.owns(claim)
        assert self.do(self.store.retry(claim, delay=delay, error="retried")) is ours
        if ours:
            self.model.fail(claim.key, self.clock.now + delay, "retried", for_good=False)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data())
    def park(self, choice: st.DataObject) -> None:
        claim = choice.draw(st.sampled_from(self.claims))
        ours = self.model.owns(claim)
        assert self.do(self.store.park(claim, "parked")) is ours
        if ours:
            self.model.fail(claim.key, self.clock.now, "parked", for_good=True)

    @precondition(lambda self: self.claims)
    @rule(choice=st.data())
    def release(self, choice: st.DataObject) -> None:
        claim = choice.draw(st.sampled_from(self.claims))
        ours = self.model.owns(claim)
        assert self.do(self.store.release(claim)) is ours
        if ours:
            row = self.model.rows[claim.key]
            self.model.rows[claim.key] = replace(row, state=State.READY)

    @rule(tenant=st.sampled_from(sorted(set(TENANTS.values()))), length=seconds)
    def pause(self, tenant: int, length: int) -> None:
        until = self.clock.now + length
        self.do(self.store.pause(tenant, until))
        self.model.paused[tenant] = max(until, self.model.paused.get(tenant, 0))

    @rule()
    def die_and_recover(self) -> None:
        self.do(self.store.close())
        self.open()
        died = self.model.running()
        assert self.do(self.store.recover()) == len(died)
        for row in died:
            spent = row.attempts + 1 >= ATTEMPTS
            error = "The process ended during this run."
            self.model.fail(row.key, self.clock.now, error, for_good=spent)

    @invariant()
    def store_and_model_agree(self) -> None:
        recent = self.claims[-3:]
        first = min(map(self.model.claimable, self.model.rows.values()), default=NEVER)
        rows, next_due, *owned = self.do(
            asyncio.gather(
                self.store.rows(),
                self.store.next_due(),
                *(self.store.owns(claim) for claim in recent),
            )
        )
        assert rows == sorted(self.model.rows.values(), key=lambda row: row.key)
        assert next_due == (None if first == NEVER else first)
        assert owned == [self.model.owns(claim) for claim in recent]


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
