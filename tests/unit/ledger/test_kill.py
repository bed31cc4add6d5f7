"""What was acknowledged survives `kill -9`, and no half of it: each verdict has its audit entry."""

import asyncio
import sys
import time
from pathlib import Path

from bot.ledger.kept_ledger import KeptLedger
from bot.work.sqlite import open_file
from tests.unit.ledger.conftest import SHOP

# Four deciders, and one who exempts and ends in turn; each says what was acknowledged.
SERVER = """
import asyncio, itertools, sys, time
from pathlib import Path
from bot.gate.facts import Exemption
from bot.ledger.port import Decision, Linked, PlanLink, PullState
from bot.ledger.kept_ledger import KeptLedger
from bot.work.sqlite import open_file

SHOP = "acme/shop"

async def decide(ledger, name, number):
    subject = f"pull {SHOP}#{number}"
    for run in itertools.count():
        link = PlanLink("acme/plans", f"feat-{run}", run)
        await ledger.relink(Linked(subject, SHOP, number, PullState.OPEN, "main", (link,)), 1, 1.0)
        id = f"{name}-{number}-{run}"
        await ledger.record(Decision(id, run, subject, SHOP, number, "head", "failure", id, b""))
        print("decided", id, flush=True)

async def exempt(ledger, name):
    for number in itertools.count(100):
        await ledger.exempt(SHOP, number, Exemption("mona", name, 1.0, "head", number))
        if number % 2:
            await ledger.end_exemption(SHOP, number, "hubot", 2.0)
        print("ended" if number % 2 else "exempt", number, flush=True)

async def main(path, name):
    ledger = KeptLedger(await open_file(Path(path), time.time))
    await asyncio.gather(exempt(ledger, name), *(decide(ledger, name, n) for n in range(1, 5)))

asyncio.run(main(*sys.argv[1:]))
"""


async def acknowledged_until_killed(path: Path, name: str, after: int) -> list[tuple[str, str]]:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(path), name, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    lines = [(await server.stdout.readline()).decode() for _ in range(after)]
    server.kill()
    rest, _ = await server.communicate()
    complete, _, _ = rest.decode().rpartition("\n")
    said = [line.split() for line in (*lines, *complete.splitlines())]
    return [(what, which) for what, which in said]


async def test_nothing_acknowledged_is_lost(path: Path) -> None:
    said: list[tuple[str, str]] = []
    for kill in range(3):
        said = await acknowledged_until_killed(path, f"kill{kill}", after=100 * kill + 50)
        decided = {which for what, which in said if what == "decided"}

        database = await open_file(path, time.time)
        ledger = KeptLedger(database)
        kept = {one.id for one in await ledger.decisions(limit=10**6)}
        audited = {one.text for one in await ledger.audit(limit=10**6) if one.kind == "verdict"}
        assert decided <= kept
        assert audited == {f"failure: {id_}" for id_ in kept}
        for what, which in said:
            if what != "decided":
                stands = await ledger.exemption(SHOP, int(which)) is not None
                assert stands is (what == "exempt")
        await database.close()
