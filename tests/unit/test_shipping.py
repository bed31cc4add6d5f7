"""The image is held to the program: its packages, variables, command, port and version."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot import __version__
from bot.cli import parse_arguments
from bot.settings import read_database
from tests.environment import known_variables

ROOT = Path(__file__).parents[2]
OPERATE = ROOT / "docs/operate"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
UID = 10001


def instructions(text: str) -> list[tuple[str, str]]:
    """A Dockerfile's instructions, in order: the word, and all that follows."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    lines = (line.strip().partition(" ") for line in joined.splitlines() if line.strip())
    return [(word, " ".join(rest.split())) for word, _, rest in lines]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = [[]]
    for word, rest in instructions(DOCKERFILE):
        if word == "FROM":
            found.append([])
        found[-1].append((word, rest))
    return found


BEFORE, BUILD, IMAGE = stages()
SAYS = dict(IMAGE)  # those that stand once
ENV = dict(pair.split("=", 1) for pair in shlex.split(SAYS["ENV"]))


def locked(name: str) -> dict[str, frozenset[str]]:
    """A lock file's packages as pinned, each with its hashes."""
    found: dict[str, set[str]] = {}
    pin = ""
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([a-z0-9.-]+==[^ ;]+)", line):
            found[pin := match[1]] = set()
        elif match := re.match(r" +--hash=(sha256:[0-9a-f]{64})", line):
            found[pin].add(match[1])
    return {pin: frozenset(hashes) for pin, hashes in found.items()}


# ── the lock files ────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", ["requirements.runtime.lock", "requirements.build.lock"])
def test_a_lock_is_a_part_of_the_whole_one(name: str) -> None:
    part = locked(name)
    assert part.items() <= locked("requirements.lock").items(), "run `make lock`"
    assert all(part.values())


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9_.-]", line)[0].lower() for line in requirements}


def packages(name: str) -> set[str]:
    return {pin.split("==")[0] for pin in locked(name)}


def test_the_image_gets_what_runs_and_nothing_for_development() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert names(project["project"]["dependencies"]) <= packages("requirements.runtime.lock")
    assert names(project["dependency-groups"]["build"]) <= packages("requirements.build.lock")
    dev = [line for line in project["dependency-groups"]["dev"] if isinstance(line, str)]
    assert not names(dev) & packages("requirements.runtime.lock")


# ── the image ─────────────────────────────────────────────────────────────────
def test_the_base_image_is_pinned_and_both_stages_have_it() -> None:
    ((word, base),) = BEFORE
    assert word == "ARG"
    assert re.fullmatch(r"PYTHON=python:3\.\d+\.\d+-slim-[a-z]+", base)
    assert BUILD[0] == ("FROM", "${PYTHON} AS build")
    assert IMAGE[0] == ("FROM", "${PYTHON}")


def test_nothing_is_installed_unchecked() -> None:
    installs = [
        command
        for word, rest in BUILD + IMAGE
        if word == "RUN"
        for command in rest.split("&&")
        if re.search(r"\bpip\b.* (install|wheel) ", command)
    ]
    assert len(installs) == 4
    for command in installs:
        assert "--require-hashes" in command or "--no-index" in command


def test_what_is_copied_is_there_and_let_through() -> None:
    through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {source for word, rest in BUILD if word == "COPY" for source in rest.split()[:-1]}
    assert copied == through
    assert all((ROOT / source).exists() for source in copied)


def test_the_image_serves_as_nobody_and_writes_to_its_volume_alone() -> None:
    assert SAYS["USER"] == f"{UID}:{UID}"
    assert parse_command([*json.loads(SAYS["ENTRYPOINT"])[1:], *json.loads(SAYS["CMD"])])
    assert json.loads(SAYS["ENTRYPOINT"]) == ["plan-gate"]
    assert SAYS["EXPOSE"] == ENV["PORT"]
    others = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
    assert set(ENV) - others <= known_variables()
    assert read_database(ENV) == Path(SAYS["VOLUME"]) / "plan-gate.db"


def test_the_labels_name_this_version() -> None:
    labels = dict(pair.split("=", 1) for pair in shlex.split(SAYS["LABEL"]))
    assert labels["org.opencontainers.image.version"] == __version__
    assert {"title", "description", "source", "licenses"} <= {
        label.removeprefix("org.opencontainers.image.") for label in labels
    }


@pytest.fixture
def answering() -> Iterator[int]:
    """Something that answers `GET /healthz`, and its port."""

    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_health_check_tells_a_living_process_from_a_dead_one(answering: int) -> None:
    _, program, code = json.loads(SAYS["HEALTHCHECK"].partition("CMD ")[2])
    assert program == "-c"
    for port, healthy in [(answering, True), (1, False)]:
        done = subprocess.run(
            [sys.executable, "-c", code], env={"PORT": str(port)}, capture_output=True, check=False
        )
        assert (done.returncode == 0) is healthy


# ── what all of them say ──────────────────────────────────────────────────────
def parse_command(words: list[str]) -> bool:
    """Whether the program takes these arguments; argparse ends the test where it does not."""
    return bool(parse_arguments(words))


@pytest.mark.parametrize(
    "path", [ROOT / "Dockerfile", *sorted(p for p in OPERATE.iterdir() if p.is_file())], ids=str
)
def test_only_this_version_is_named(path: Path) -> None:
    named = re.findall(r"(?:plan-gate:|plan_gate-|`v)(\d+\.\d+\.\d+)", path.read_text())
    assert set(named) <= {__version__}
