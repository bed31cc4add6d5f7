"""A load of signed deliveries over plain sockets, from a process of its own.

It costs the machine little beside what it measures: requests are made before the clock starts, but
for their GUIDs, and of an answer only its status is read.
"""

import argparse
import asyncio
import json
import random
import re
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import uvloop

from bench.payloads import pull_requests, request

HOST = "127.0.0.1"
_HEAD = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) .*?\r\n\r\n", re.DOTALL)
_LENGTH = re.compile(rb"content-length: *([0-9]+)", re.IGNORECASE)


@dataclass(slots=True)
class Load:
    """What is sent, until when, and what came of it."""

    requests: list[tuple[bytes, bytes]]
    most: int
    until: float
    sent: int = 0
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)

    def next(self) -> tuple[str, bytes] | None:
        """The next delivery with its GUID, None at the end."""
        if self.sent >= self.most or time.perf_counter() >= self.until:
            return None
        before, after = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        guid = f"{random.getrandbits(128):032x}"
        return guid, b"%b%b%b" % (before, guid.encode(), after)


class Connection(asyncio.Protocol):
    """One connection: the next delivery goes out when the last was answered."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._guid = ""
        self._began = 0.0
        self._came = b""
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait until all connections are there."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def start(self) -> None:
        """Send the next delivery, or close."""
        following = self._load.next()
        if following is None:
            self._transport.close()
            return
        self._guid, delivery = following
        self._began = time.perf_counter()
        self._transport.write(delivery)

    def data_received(self, data: bytes) -> None:
        """Take note of an answer that is there as a whole, and go on."""
        self._came += data
        head = _HEAD.match(self._came)
        if head is None:
            return
        length = _LENGTH.search(self._came, 0, head.end())
        if len(self._came) < head.end() + (int(length[1]) if length else 0):
            return
        self._load.seconds.append(time.perf_counter() - self._began)
        status = int(head[1])
        self._load.statuses[status] += 1
        if status < 300:
            self._load.accepted.append(self._guid)
        self._came = b""
        self.start()

    def connection_lost(self, _: Exception | None) -> None:
        """End here, in peace or not; what was not answered was not accepted."""
        self.ended.set_result(None)


async def send(port: int, connections: int, load: Load) -> float:
    """Open the connections, send until the load ends, and return the seconds that it took."""
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(load), HOST, port))[1]
        for _ in range(connections)
    ]
    began = time.perf_counter()
    load.until += began
    for each in opened:
        each.start()
    await asyncio.wait([each.ended for each in opened])
    return time.perf_counter() - began


def main() -> None:
    """Print as JSON what became of the load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--most", type=int, default=sys.maxsize)
    parser.add_argument("--pulls", type=int, default=200)
    given = parser.parse_args()
    requests = [request(body, f"{HOST}:{given.port}") for body in pull_requests(given.pulls)]
    load = Load(requests, given.most, given.seconds)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        took = runner.run(send(given.port, given.connections, load))
    cuts = statistics.quantiles(load.seconds, n=100)
    json.dump(
        {
            "rate": len(load.accepted) / took,
            "p50": cuts[49],
            "p99": cuts[98],
            "statuses": load.statuses,
            "accepted": load.accepted,
            "sent": load.sent,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
