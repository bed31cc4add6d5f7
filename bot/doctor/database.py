"""Looks at the database as it is, beside the servers that work with it."""

import asyncio
import os
from pathlib import Path
from typing import assert_never

from bot.doctor.model import Check, Level, Topic
from bot.settings import Postgres
from bot.work.condition import Tables, find_tables, try_writing
from bot.work.errors import StoreStopped, StoreUnavailable

_MAKE = "A server's start makes them, and so does `plan-gate doctor --migrate`"


async def look_at_database(where: Path | Postgres) -> Check:
    """Say whether it answers, has the tables of this version and can be written to."""
    try:
        # In a thread: it asks PostgreSQL in a loop of its own.
        tables = await asyncio.to_thread(find_tables, where)
        if tables is not Tables.MISSING:
            await try_writing(where)
    except (StoreUnavailable, StoreStopped) as fault:
        advice = "Until then webhooks are answered 503, and nothing is checked"
        return Check(Topic.DATABASE, "", Level.ERROR, f"{where}: {fault}", advice)
    if tables is Tables.MISSING and isinstance(where, Path) and not _may_be_made(where):
        message = f"{where} cannot be made: its folder is not there, or not ours to write to"
        advice = "Make the folder, or name another file in DATABASE_URL"
        return Check(Topic.DATABASE, "", Level.ERROR, message, advice)
    return judge_tables(str(where), tables)


def judge_tables(where: str, tables: Tables) -> Check:
    """Say how they stand to this version."""
    match tables:
        case Tables.CURRENT:
            message = f"{where} answers, can be written to and has the tables of this version"
            return Check(Topic.DATABASE, "", Level.OK, message)
        case Tables.OLDER:
            message = f"{where} has the tables of an older Plan Gate"
            return Check(Topic.DATABASE, "", Level.WARNING, message, _MAKE)
        case Tables.MISSING:
            message = f"{where} has no tables yet"
            advice = f"{_MAKE}; if one has run before, DATABASE_URL does not name its database"
            return Check(Topic.DATABASE, "", Level.WARNING, message, advice)
        case _:
            assert_never(tables)


def _may_be_made(path: Path) -> bool:
    return path.exists() or os.access(path.absolute().parent, os.W_OK | os.X_OK)
