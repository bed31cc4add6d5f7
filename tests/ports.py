"""Ports for servers that must come back at the same address."""

import random
import socket
from contextlib import suppress

HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)  # no system hands them out for outgoing connections


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens."""
    for port in random.sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise OSError(f"no port is free on {HOST} between {PORTS.start} and {PORTS.stop}")
