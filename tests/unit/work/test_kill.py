"""What was acknowledged survives `kill -9`, whenever it comes, and nothing runs twice at a time."""

import asyncio
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import Postgres
from bot.work.model import State
from tests.store import open_store

LIVES = 3

Span = tuple[float, float]


@dataclass
class Witness:
    """What the processes said: which deliveries they acknowledged, and when each run was."""

    kept: set[str] = field(default_factory=set)
    runs: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, lines: list[bytes], died: float) -> None:
        began: dict[str, float] = {}
        for line in lines:
            if not line.endswith(b"\n"):
                continue  # the last word of the dead
            word, what, at = line.decode().split()
            match word:
                case "kept":
                    self.kept.add(what)
                case "began":
                    began[what] = float(at)
                case _:
                    self.runs[what].append((began.pop(what), float(at)))
        for what, at_begin in began.items():
            self.runs[what].append((at_begin, died))

    def overlaps(self) -> list[tuple[str, Span, Span]]:
        return [
            (key, earlier, later)
            for key, runs in self.runs.items()
            for earlier, later in zip(sorted(runs), sorted(runs)[1:], strict=False)
            if later[0] < earlier[1]
        ]


async def live_and_die(where: Path | Postgres, name: str, lines: int, witness: Witness) -> None:
    address = where.url if isinstance(where, Postgres) else str(where)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.unit.work.server", address, name),
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    heard = [await server.stdout.readline() for _ in range(lines)]
    server.kill()
    rest, _ = await server.communicate()
    witness.hear(heard + rest.splitlines(keepends=True), time.monotonic())


async def test_nothing_acknowledged_is_lost_and_nothing_runs_twice_at_a_time(
    where: Path | Postgres,
) -> None:
    processes = 2 if isinstance(where, Postgres) else 1
    witness = Witness()

    async def live_again_and_again(process: int) -> None:
        for life in range(LIVES):
            lines = 50 + 100 * life + 60 * process
            await live_and_die(where, f"process{process}-{life}", lines, witness)

    await asyncio.gather(*map(live_again_and_again, range(processes)))

    assert witness.kept
    assert witness.overlaps() == []
    stores = [await open_store(where) for _ in range(processes)]  # each under a name of the dead
    for store in stores:
        await store.recover()
    store = stores[0]
    assert witness.kept <= {receipt.delivery.guid for receipt in await store.deliveries(10**6)}
    assert witness.kept <= {row.key for row in await store.rows()}
    for row in await store.rows():
        await store.revive(row.key)  # what died with its process more than once waits a while
    while claims := await store.claim(100):
        await asyncio.gather(*(store.finish(claim) for claim in claims))
    assert {row.state for row in await store.rows()} == {State.IDLE}
    for store in stores:
        await store.close()
