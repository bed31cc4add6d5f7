"""Migrations: they make what the tables say; once, whoever comes first; all of it or none."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zipfile import ZipFile

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, inspect, text

from bot.ledger.schema import audit
from bot.settings import Postgres
from bot.work.asyncpg_engine import connector, make_engine
from bot.work.errors import StoreUnavailable
from bot.work.migrations import configure, prepare, revision, revisions
from bot.work.opening import open_database
from tests.postgres import cluster

T = TypeVar("T")
Where = Path | Postgres

ROOT = Path(__file__).parents[2]

metadata = audit.metadata  # of all tables, the queue's as well

# Everything that a database tells of its tables, as lines.
SQLITE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name != 'alembic_version'"
POSTGRES = """
SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length, is_nullable,
                 column_default)
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name != 'alembic_version'
 UNION SELECT indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename != 'alembic_version'
 UNION SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND conrelid != 'alembic_version'::regclass
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan-gate.db"


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, path: Path) -> Where:
    if request.param == "sqlite":
        return path
    return Postgres(request.getfixturevalue("postgres"))


async def opened(where: Where) -> None:
    """Open the database as a server does, and let it go."""
    await (await open_database(where, works=False)).close()


async def run(where: Where, work: Callable[[Connection], T]) -> T:
    """Run a transaction in the database as it is, which nobody has opened."""
    if isinstance(where, Path):
        with create_engine(f"sqlite:///{where}", poolclass=NullPool).begin() as connection:
            return work(connection)
    engine = make_engine(connector(where.url))
    try:
        async with engine.begin() as postgres:
            return await postgres.run_sync(work)
    finally:
        await engine.dispose()


def sql(*statements: str) -> Callable[[Connection], None]:
    def execute(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return execute


def told(connection: Connection) -> set[str]:
    question = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
    return {*map(in_order, connection.scalars(text(question)))}


def in_order(said: str) -> str:
    """The same whatever the order of its columns and conditions: one that is added comes last."""
    head, _, rest = said.partition("(")
    inside, _, end = rest.rpartition(")")
    if not head.startswith("CREATE TABLE"):
        return said
    parts = sorted(" ".join(part.split()) for part in re.split(r",(?![^(]*\))", inside))
    return f"{' '.join(head.split())} ({', '.join(parts)}) {' '.join(end.split())}"


def tables(connection: Connection) -> set[str]:
    return {*inspect(connection).get_table_names()}


# ── what they make ───────────────────────────────────────────────────────────
async def test_alembic_finds_nothing_to_add(where: Where) -> None:
    await opened(where)

    def differences(connection: Connection) -> list[object]:
        compared = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return [*compare_metadata(compared, metadata)]

    assert await run(where, differences) == []
    assert await run(where, revision) == revisions()[-1]


async def test_nor_is_anything_else_otherwise_than_the_tables_say(
    where: Where, tmp_path: Path
) -> None:
    """Alembic is blind to conditions, partial indexes, rowids and numbers never given again."""
    await opened(where)
    as_they_say = tmp_path / "other.db" if isinstance(where, Path) else Postgres(cluster().create())
    await run(as_they_say, sql("CREATE TABLE alembic_version (version_num INTEGER)"))
    await run(as_they_say, metadata.create_all)

    assert await run(where, told) == await run(as_they_say, told)
    if isinstance(as_they_say, Postgres):
        cluster().drop(as_they_say.url)


async def test_whoever_runs_an_older_version_can_go_on_writing(where: Where) -> None:
    """During a roll-out both are at work: nothing is taken away, what is new can be left out."""

    def upgraded(to: str) -> Callable[[Connection], dict[str, dict[str, bool]]]:
        def upgrade(connection: Connection) -> dict[str, dict[str, bool]]:
            command.upgrade(configure(connection), to)
            tables = inspect(connection)
            return {
                name: {
                    column["name"]: bool(column["nullable"] or column["default"])
                    for column in tables.get_columns(name)
                }
                for name in tables.get_table_names()
            }

        return upgrade

    older = await run(where, upgraded(revisions()[0]))
    for number in revisions()[1:]:
        newer = await run(where, upgraded(number))
        for table, columns in older.items():
            assert columns.keys() <= newer[table].keys()
            assert all(newer[table][name] for name in newer[table].keys() - columns.keys())
        older = newer


def test_there_is_one_way_and_it_leads_forward() -> None:
    with create_engine("sqlite://").connect() as connection:
        scripts = ScriptDirectory.from_config(configure(connection))
    steps = [*scripts.walk_revisions()]

    assert [step.revision for step in reversed(steps)] == revisions()
    assert not any(hasattr(step.module, "downgrade") for step in steps)


def test_the_wheel_has_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    folder = "bot/work/migrations"
    here = {str(file.relative_to(ROOT)) for file in (ROOT / folder).rglob("*.py")}
    packed = {name for name in ZipFile(wheel).namelist() if name.startswith(folder)}
    assert here | {f"{folder}/script.py.mako"} == packed


# ── when they run ────────────────────────────────────────────────────────────
async def test_twice_is_once(where: Where) -> None:
    await opened(where)
    await run(where, sql("INSERT INTO command VALUES (7, 'key', '/plan-check')"))
    before = await run(where, told)
    await opened(where)

    assert await run(where, told) == before
    assert await run(where, lambda db: db.scalar(text("SELECT line FROM command"))) == "/plan-check"


async def test_a_database_that_is_up_to_date_costs_no_alembic(where: Where) -> None:
    await opened(where)
    start = """
import asyncio, sys
from pathlib import Path
from bot.settings import Postgres
from bot.work.opening import open_database

async def main(kind, where):
    where = Path(where) if kind == "PosixPath" else Postgres(where)
    await (await open_database(where, works=False)).close()
    print("alembic" in sys.modules)

asyncio.run(main(*sys.argv[1:]))
"""
    given = where.url if isinstance(where, Postgres) else str(where)
    command = [sys.executable, "-c", start, type(where).__name__, given]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True)
    assert done.stdout == b"False\n"


async def test_of_many_that_come_at_once_one_makes_the_tables(postgres: str) -> None:
    """Without the second try that a database gives: none of them may run into another's tables."""
    where = Postgres(postgres)
    await asyncio.gather(*(run(where, prepare) for _ in range(6)))

    assert await run(where, revision) == revisions()[-1]


# ── when they must not ───────────────────────────────────────────────────────
async def test_what_a_newer_version_wrote_is_refused(where: Where) -> None:
    await opened(where)
    await run(where, sql("UPDATE alembic_version SET version_num = '9999'"))
    before = await run(where, told)

    with pytest.raises(StoreUnavailable, match=r"at revision 9999.*run the newer Plan Gate"):
        await opened(where)
    assert await run(where, told) == before


async def test_what_is_older_than_the_history_is_refused(where: Where) -> None:
    await run(where, sql("CREATE TABLE work (key TEXT)"))

    with pytest.raises(StoreUnavailable, match=r"before its first release.*delete it, or name"):
        await opened(where)
    assert await run(where, tables) == {"work"}


async def test_an_upgrade_that_fails_leaves_nothing(where: Where) -> None:
    await run(where, sql("CREATE TABLE memory (of_somebody_else TEXT)"))

    with pytest.raises(StoreUnavailable, match=r"memory.* already exists"):
        await opened(where)
    assert await run(where, tables) == {"memory"}
