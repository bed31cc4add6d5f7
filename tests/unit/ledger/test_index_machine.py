"""The index against a dictionary of what was last said: whatever the order of calls, they agree."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Ledger, Linked, Linking, PlanLink, PlanName, PullState, TaskClaim
from bot.settings import Postgres
from bot.subject import PullSubject
from bot.work.database import Database
from bot.work.opening import open_database
from tests.postgres import cluster

T = TypeVar("T")

REPOSITORIES = ["acme/shop", "acme/shop-api", "acme/plans", "acme/ideas"]
NAMES = ["feat-1", "feat-2"]
repositories = st.sampled_from(REPOSITORIES)
names = st.sampled_from(NAMES)
some_links = st.lists(
    st.builds(PlanLink, repositories, names, st.none() | st.integers(0, 2)), max_size=3
).map(tuple)

Claimed = set[tuple[PlanName, TaskClaim]]


def claimed(one: Linked) -> Claimed:
    return {
        (link.plan, TaskClaim(one.repository, one.number, link.task, one.state, one.base_ref))
        for link in one.links
        if link.task is not None
    }


class Machine(RuleBasedStateMachine):
    """One ledger, and each subject as it was last said to be."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.where: Path | Postgres = Path(self.folder.name) / "plan-gate.db"
        self.runner = asyncio.Runner()
        self.model: dict[str, Linked] = {}

    def do(self, call: Awaitable[T]) -> T:
        async def wait() -> T:
            return await call

        return self.runner.run(wait())

    @initialize()
    def open(self) -> None:
        self.database: Database = self.do(open_database(self.where, time.time, works=False))
        self.ledger: Ledger = KeptLedger(self.database)

    def teardown(self) -> None:
        self.do(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(
        repository=repositories,
        number=st.integers(1, 3),
        state=st.sampled_from(PullState),
        base=st.sampled_from(["main", "dev"]),
        links=some_links,
    )
    def relink(
        self,
        repository: str,
        number: int,
        state: PullState,
        base: str,
        links: tuple[PlanLink, ...],
    ) -> None:
        subject = PullSubject(repository, number).key
        now = Linked(subject, repository, number, state, base, links)
        before = self.model.get(subject, replace(now, links=()))
        changed = {plan for plan, _ in claimed(before) ^ claimed(now)}
        assert self.do(self.ledger.relink(now, 1, 1.0)) == changed
        self.model[subject] = now

    @rule(
        repository=repositories,
        number=st.integers(1, 3),
        state=st.sampled_from([PullState.MERGED, PullState.CLOSED]),
    )
    def settle(self, repository: str, number: int, state: PullState) -> None:
        subject = PullSubject(repository, number).key
        before = self.model.get(subject)
        noted = self.do(self.ledger.settle(subject, state, "main", 1.0))
        assert noted == (before is not None)
        if before is not None and before.state is not PullState.MERGED:
            self.model[subject] = replace(before, state=state, base_ref="main")

    @rule(repository=repositories)
    def forget(self, repository: str) -> None:
        self.do(self.ledger.forget_repository(repository))
        for one in list(self.model.values()):
            if one.repository == repository:
                del self.model[one.subject]

    @rule(old=repositories, new=repositories)
    def rename(self, old: str, new: str) -> None:
        self.do(self.ledger.rename_repository(old, new))
        for one in list(self.model.values()):
            if one.repository == old:
                del self.model[one.subject]
                subject = PullSubject(new, one.number).key
                self.model.setdefault(subject, replace(one, subject=subject, repository=new))
        for subject, one in self.model.items():
            links = [
                link._replace(repository=new) if link.repository == old else link
                for link in one.links
            ]
            self.model[subject] = replace(one, links=tuple(links))

    @rule()
    def reopen(self) -> None:
        self.do(self.database.close())
        self.open()

    @invariant()
    def who_links_a_plan(self) -> None:
        for repository in REPOSITORIES:
            plans = {PlanName(repository, name) for name in NAMES}
            assert self.pages(repository) == [
                Linking(one.subject, one.repository, one.number, 1)
                for _, one in sorted(self.model.items())
                if one.state is PullState.OPEN and plans & {link.plan for link in one.links}
            ]

    def pages(self, repository: str) -> list[Linking]:
        found: list[Linking] = []
        while True:
            after = found[-1].subject if found else None
            page = self.do(self.ledger.linking(repository, NAMES, after, limit=2))
            found += page
            if len(page) < 2:
                return found

    @invariant()
    def who_claims_a_task(self) -> None:
        everything = set().union(*map(claimed, self.model.values()))
        for repository in REPOSITORIES:
            for name in NAMES:
                found = self.do(self.ledger.claims(repository, name))
                assert found == sorted(
                    claim for plan, claim in everything if plan == PlanName(repository, name)
                )


class PostgresMachine(Machine):
    """The same in PostgreSQL."""

    def __init__(self) -> None:
        super().__init__()
        self.url = cluster().create()
        self.where = Postgres(self.url)

    def teardown(self) -> None:
        super().teardown()
        cluster().drop(self.url)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestPostgresMachine = PostgresMachine.TestCase
TestPostgresMachine.settings = settings(max_examples=5, stateful_step_count=20, deadline=None)
