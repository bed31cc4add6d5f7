"""Where credentials are kept: in a `.env` file that nobody else can read, or by who runs it."""

import os
import tempfile
from pathlib import Path
from typing import Protocol, TextIO

from bot.setup.credentials import Credentials


class Keeper(Protocol):
    """Takes credentials; *place* says where to, as the end of *They are kept …*."""

    place: str

    def keep(self, credentials: Credentials) -> None:
        """Keep them; raises `OSError` where that failed, and nothing is half done."""
        ...


class EnvFile:
    """The file `.env` in *folder*: what stands there stays."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / ".env"
        self.place = f"in {self._path}, which only this server’s account can read"

    def keep(self, credentials: Credentials) -> None:
        """Add the lines. The file is replaced as a whole, by one that was never anybody else's."""
        path = Path(os.path.realpath(self._path))  # it may be a link into somebody's vault
        try:
            before = path.read_bytes()
        except FileNotFoundError:
            before = b""
        if before and not before.endswith(b"\n"):
            before += b"\n"
        comment = f"# The GitHub App {credentials.slug}: these are secrets\n"
        replace_file(path, before + (comment + credentials.lines()).encode())

    def check(self) -> None:
        """Raise `OSError` where it could not be written, before anything depends on it."""
        path = Path(os.path.realpath(self._path))
        if path.exists():
            path.read_bytes()
        number, name = tempfile.mkstemp(dir=path.parent, prefix=".env.")
        os.close(number)
        Path(name).unlink()


class Terminal:
    """Prints them once, for a secret store."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self.place = (
            "printed where `plan-gate serve` runs, this once: put them in your secret store"
        )

    def keep(self, credentials: Credentials) -> None:
        """Print the lines."""
        self._out.write(f"\nThe credentials of the GitHub App {credentials.slug}. Keep them now, ")
        self._out.write(f"they are not shown again:\n\n{credentials.lines()}\n")
        self._out.flush()


def replace_file(path: Path, content: bytes) -> None:
    """Put *content* there durably; a new file is its owner's alone from its first instant on."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".env.")  # mode 600, and O_EXCL
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
