"""What tests of every kind share."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.gallery.snapshots import Snapshots
from tests.postgres import postgres
from tests.private_key import make_private_key

__all__ = ["postgres"]  # a fixture, for whoever asks

# A busy machine is no finding: speed is measured in `bench/`.
# `make fuzz` looks for longer than a test does.
settings.register_profile(
    "busy", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare how changed words are kept: see `make renew`."""
    parser.addoption("--renew", action="store_true", help="keep the messages as they are now")


# Files that take longest begin first: what begins last keeps all but one process waiting.
LONGEST = ("test_chaos", "test_crash", "test_adversary", "test_fanout", "test_run", "test_demo")


# What they run of `bot` others run as well, but they run it often, or run the sandbox alone: to
# follow each line takes half their time, and tells nothing new.
REPEATED = (
    "sandbox/",
    "contracts/",
    "system/test_adversary",
    "system/test_chaos",
    "system/test_crash",
    "system/test_healing",
    "system/test_mutations",
    "system/test_outages",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on PostgreSQL: by its parameter, its fixture, its name or its module's.

    And what is `repeated`; of what needs PostgreSQL nothing is.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "postgres" in fixtures or "postgres" in item.nodeid.casefold():
            item.add_marker("postgres")
        elif item.nodeid.removeprefix("tests/").startswith(REPEATED):
            item.add_marker("repeated")
    items.sort(key=lambda item: _turn(item.path.name))


def _turn(file: str) -> int:
    found = (place for place, name in enumerate(LONGEST) if file.startswith(name))
    return next(found, len(LONGEST))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are processors: some tests wait most of the time."""
    return (os.cpu_count() or 1) + 1


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Take it for no failure where a half of the tests, with PostgreSQL or without, is empty."""
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and session.config.option.markexpr:
        session.exitstatus = pytest.ExitCode.OK


@pytest.fixture(scope="session")
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    """What people read, as it was kept in `tests/snapshots`."""
    return Snapshots(renewed=request.config.getoption("--renew"))


@pytest.fixture(scope="session")
def private_key() -> str:
    """One RSA key for the whole run: making one takes a while."""
    return make_private_key()
