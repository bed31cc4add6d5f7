"""What was acknowledged survives `kill -9`, at whatever instant it comes."""

import asyncio
import sys
from pathlib import Path

from bot.work.model import State
from tests.unit.work.conftest import Clock, Open

# Eight servers that print each GUID once it is acknowledged, and one worker, until killed.
SERVER = """
import asyncio, itertools, sys
from pathlib import Path
from bot.work.model import Delivery, Mark, Outcome
from tests.store import open_sqlite

async def serve(store, name):
    for number in itertools.count():
        guid = f"{name}-{number}"
        await store.ingest(Delivery(guid, "push", None, Outcome.ACCEPTED), [Mark(guid, number % 7)])
        print(guid, flush=True)

async def work(store):
    while True:
        for claim in await store.claim(5):
            await store.finish(claim)

async def main(path, name):
    store = await open_sqlite(Path(path))
    await store.recover()
    await asyncio.gather(work(store), *(serve(store, f"{name}-{server}") for server in range(8)))

asyncio.run(main(*sys.argv[1:]))
"""


async def acknowledged_until_killed(path: Path, name: str, after: int) -> set[str]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(path), name, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    guids = {(await server.stdout.readline()).decode().strip() for _ in range(after)}
    server.kill()
    rest, _ = await server.communicate()
    complete, _, _ = rest.decode().rpartition("\n")
    return guids | set(complete.split())


async def test_nothing_acknowledged_is_lost(path: Path, open_store: Open, clock: Clock) -> None:
    acknowledged: set[str] = set()
    for kill in range(3):
        acknowledged |= await acknowledged_until_killed(path, f"kill{kill}", after=100 * kill + 50)

    clock.now = 4e9  # after everything that the servers, which tell real time, made due
    store = await open_store()
    await store.recover()
    assert acknowledged <= {receipt.delivery.guid for receipt in await store.deliveries(10**6)}
    assert acknowledged <= {row.key for row in await store.rows()}
    while claims := await store.claim(100):
        await asyncio.gather(*(store.finish(claim) for claim in claims))
    assert {row.state for row in await store.rows()} == {State.IDLE}
