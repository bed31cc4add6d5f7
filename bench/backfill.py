"""Does a new installation's backlog delay the others' events, or its own? Within GitHub's limits.

A real `plan-gate serve` meets repositories that it has never seen, each with open pull requests.
Meanwhile somebody pushes to one of them, now and then. Beside it the same without any backlog.
"""

import argparse
import asyncio
import statistics
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp

from bench.deliveries import headers
from bench.drain import a_hub
from bench.hub import Scene
from bench.payloads import payloads_of
from bench.plans import SCRATCH, row
from bench.process import Process, plan_gate

GRACE = 30.0  # seconds that the last event has to be judged
ENROLLED = 15.0  # seconds after a start: by then it has looked where it is installed
ALONE = 6  # events in the ten seconds after a start, before it looks where it is installed
APART = 1.5  # seconds between those: writes keep a second's distance, which is not to be measured


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds from each delivery to the end of its run, and what the server did meanwhile."""

    waits: list[float]
    judged: int  # pull requests, those of the backlog too
    requests: int  # that counted against the rate limit
    refused: int  # answers by which GitHub asked for a pause
    seconds: float

    @property
    def median(self) -> float:
        """The median of the waits."""
        return statistics.median(self.waits)


async def measure(scene: Scene, events: int, every: float, after: float) -> Run:
    """Start a server where there is such a scene, and deliver events from a moment on."""
    async with AsyncExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(dir=SCRATCH)))
        hub = await ending.enter_async_context(a_hub(scene))
        environment = {**hub.environment, "PORT": "0", "DATABASE_URL": "sqlite:///plan-gate.db"}
        process = await ending.enter_async_context(plan_gate("serve", environment, folder))
        url = str((await process.says("listening"))["url"])
        await asyncio.sleep(after)
        session = await ending.enter_async_context(aiohttp.ClientSession())
        sent = await _deliver(session, url, hub.pulls, events, every)
        waits = await _waits(process, sent)
        return _run(process, waits)


async def _deliver(
    session: aiohttp.ClientSession,
    url: str,
    pulls: list[tuple[str, int]],
    events: int,
    every: float,
) -> dict[str, float]:
    """Push to the pull requests that the backlog comes to last; return when, by GUID."""
    sent = {}
    for key, installation in pulls[-events:]:
        repository, _, number = key.removeprefix("pull ").partition("#")
        (body,) = payloads_of([(repository, installation, int(number))])
        described = headers(body)
        sent[described["X-GitHub-Delivery"]] = datetime.now().astimezone().timestamp()
        async with session.post(f"{url}/webhook", data=body, headers=described) as answer:
            if answer.status != 202:
                raise RuntimeError(f"{answer.status}: {await answer.text()}")
        await asyncio.sleep(every)
    return sent


async def _waits(process: Process, sent: dict[str, float]) -> list[float]:
    """How long each delivery waited until its run had ended."""
    ended: dict[str, float] = {}
    for _ in range(int(GRACE / 0.1)):
        for entry in process.read():
            guid = str(entry.get("delivery", ""))
            if entry["event"] == "evaluated" and guid in sent:
                at = datetime.fromisoformat(str(entry["timestamp"])).timestamp()
                ended.setdefault(guid, at)
        if len(ended) == len(sent):
            break
        await asyncio.sleep(0.1)
    if missing := sent.keys() - ended.keys():
        raise RuntimeError(f"{len(missing)} of {len(sent)} events were not judged in {GRACE:.0f} s")
    return [ended[guid] - at for guid, at in sent.items()]


def _run(process: Process, waits: list[float]) -> Run:
    entries = process.read()
    ends = [one for one in entries if one["event"] in {"evaluated", "goes on"}]
    pulls = [one for one in ends if str(one["subject"]).startswith("pull ")]
    kinds = Counter(str(one["event"]) for one in entries)
    first, last = (
        datetime.fromisoformat(str(entries[place]["timestamp"])).timestamp() for place in (0, -1)
    )
    requests = sum(int(str(one["requests"])) for one in ends)
    return Run(waits, len(pulls), requests, kinds["rate limited"], last - first)


async def main() -> None:
    """Measure both, and print what they show beside each other."""
    parser = argparse.ArgumentParser(prog="bench.backfill", description=__doc__)
    parser.add_argument("--repositories", type=int, default=1_000)
    parser.add_argument("--pulls", type=int, default=20, help="open ones of each repository")
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--every", type=float, default=5.0, help="seconds from one to the next")
    parser.add_argument("--latency", type=float, default=0.1, help="of each answer of GitHub's")
    asked = parser.parse_args()
    latency = asked.latency
    idle = await measure(Scene(pulls=ALONE, latency=latency, rated=1), ALONE, APART, 0.0)
    scene = Scene(repositories=asked.repositories, pulls=asked.pulls, latency=latency, rated=1)
    busy = await measure(scene, asked.events, asked.every, ENROLLED)
    many = f"{asked.repositories:,} repositories × {asked.pulls}"
    row(
        f"an event while {many} open pull requests are backfilled",
        f"{busy.median:.2f} s, slowest {max(busy.waits):.2f} s",
        f"no backlog {idle.median:.2f} s, slowest {max(idle.waits):.2f} s",
        f"{busy.median / idle.median:.2f} ×",
    )
    row(
        "meanwhile",
        f"{busy.judged:,} pull requests judged in {busy.seconds:.0f} s",
        f"{busy.requests:,} counted requests, {busy.requests / busy.seconds * 3_600:,.0f} an hour",
        f"{busy.refused} pauses asked for",
    )


if __name__ == "__main__":
    asyncio.run(main())
