"""An exclusive lock on a file, held by the operating system, so that it dies with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.work.errors import StoreLocked, StoreUnavailable


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock, or raise `StoreLocked` at once if somebody else does.

    The file stays when the lock goes: deleting it would let two processes lock two files of that
    name. Not for network file systems, where locks and SQLite's own are both in doubt.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreUnavailable(f"cannot open the lock file {path}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreLocked(
                f"another process holds {path}: one Plan Gate may use a SQLite file at a time; "
                "stop the other one"
            ) from error
        yield
    finally:
        os.close(descriptor)
