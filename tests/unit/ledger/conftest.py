"""A ledger on either database, and short names for values."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.gate.facts import Exemption
from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import (
    Audit,
    AuditKind,
    Decision,
    Ledger,
    Linked,
    PlanLink,
    PlanName,
    PullState,
)
from bot.settings import Postgres
from bot.work.database import Database
from bot.work.opening import open_database

SHOP = "acme/shop"
PLANS = "acme/plans"


def decision(
    id: str,  # noqa: A002 - as the port has it
    at: float = 1.0,
    number: int = 1,
    conclusion: str = "failure",
    title: str = "FEAT-1 is Draft",
) -> Decision:
    subject = f"pull {SHOP}#{number}"
    return Decision(id, at, subject, SHOP, number, "head", conclusion, title, b"facts")


def exemption(reason: str = "hotfix", at: float = 1.0, comment: int = 7) -> Exemption:
    return Exemption("mona", reason, at, "head", comment)


def linked(
    number: int,
    *links: str,
    state: PullState = PullState.OPEN,
    base: str = "main",
    repository: str = SHOP,
) -> Linked:
    """Link plans of the plans' repository, as `feat-1` or `feat-1#3`."""
    subject = f"pull {repository}#{number}"
    return Linked(subject, repository, number, state, base, tuple(map(plan_link, links)))


def plan_link(text: str) -> PlanLink:
    name, _, task = text.partition("#")
    return PlanLink(PLANS, name, int(task) if task else None)


async def relink(ledger: Ledger, *pulls: Linked, installation: int = 1) -> frozenset[PlanName]:
    """Say what each links; return whose claims the last of them changed."""
    changed: frozenset[PlanName] = frozenset()
    for one in pulls:
        changed = await ledger.relink(one, installation, 1.0)
    return changed


async def told(ledger: Ledger) -> list[tuple[AuditKind, int, str, str]]:
    """Return what the audit log says: of which pull request, by whom, in which words."""
    return [(one.kind, one.number, one.actor, one.text) for one in await ledger.audit()]


def ids(found: list[Audit] | list[Decision]) -> list[int | str]:
    return [one.id for one in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan-gate.db"


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Path | Postgres:
    """A new database: every test that asks runs on both. A module may settle for one of them."""
    if request.param == "sqlite":
        return path
    return Postgres(request.getfixturevalue("postgres"))


@pytest.fixture
async def database(where: Path | Postgres) -> AsyncIterator[Database]:
    database = await open_database(where, time.time, works=False)
    yield database
    await database.close()


@pytest.fixture
async def ledger(database: Database) -> Ledger:
    return KeptLedger(database)
