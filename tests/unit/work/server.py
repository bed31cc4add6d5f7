"""A process that takes deliveries in and works them off, until it is killed.

It prints what happens to it: `kept GUID` when a delivery is acknowledged, `began KEY` and `ended
KEY` with the machine's monotonic time.
"""

import asyncio
import sys
import time
from itertools import count
from pathlib import Path

from bot.settings import Postgres
from bot.work.model import Claim, Delivery, Mark, Outcome
from bot.work.store import WorkStore
from tests.store import open_store

KEYS = [f"o/r#{number}" for number in range(7)]
SERVERS, WORKERS = 8, 2


def say(word: str, what: str) -> None:
    print(word, what, time.monotonic(), flush=True)


async def serve(store: WorkStore, name: str, number: int) -> None:
    for turn in count():
        guid = f"{name}-{number}-{turn}"
        key = KEYS[(number + turn) % len(KEYS)]
        marks = [Mark(key, tenant=len(guid) % 3), Mark(guid, tenant=1, backfill=True)]
        await store.ingest(Delivery(guid, "push", None, Outcome.ACCEPTED), marks)
        say("kept", guid)


async def run(store: WorkStore, claim: Claim) -> None:
    say("began", claim.key)
    await asyncio.sleep(0.001)
    say("ended", claim.key)
    await store.finish(claim)


async def work(store: WorkStore) -> None:
    while True:
        await asyncio.gather(*(run(store, claim) for claim in await store.claim(4)))


async def main(where: str, name: str) -> None:
    store = await open_store(Postgres(where) if "://" in where else Path(where))
    await store.recover()
    servers = [serve(store, name, number) for number in range(SERVERS)]
    await asyncio.gather(*servers, *(work(store) for _ in range(WORKERS)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
