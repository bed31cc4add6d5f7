"""`plan-gate doctor`: brings the database up, and mends what can be read anew from GitHub.

It needs a SQLite file to itself; with PostgreSQL it works beside the servers.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.app import Opened, opened
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.errors import PlanGateError, UsageError
from bot.github.errors import NotFound, RateLimited
from bot.github.sender import Sleep
from bot.report.phrases import count_of
from bot.settings import Postgres, Settings, read_database, read_settings
from bot.subject import IndexSubject, parse_subject
from bot.work.opening import open_database


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = f"Exit status: 0 mended, 1 a part failed, 2 usage or fault. {EPILOG}"
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--migrate",
        action="store_true",
        help="make the database's tables, or bring them up, as a server's start does",
    )
    what.add_argument(
        "--rebuild-index",
        action="store_true",
        help="read anew which pull request names which task of a plan, merged ones too",
    )
    parser.add_argument("--repo", metavar="OWNER/NAME", help="of this repository alone")


def run(args: argparse.Namespace) -> int:
    """Do what is asked for, and print a line for each part."""
    if args.migrate:
        return asyncio.run(_migrate(read_database(read_environment())))
    if args.repo is not None and parse_subject(IndexSubject(args.repo).key) is None:
        raise UsageError(f"--repo {args.repo}: write it as OWNER/NAME")
    settings = read_settings(read_environment())
    log_as(settings)
    return asyncio.run(_run(settings, args.repo))


async def _migrate(where: Path | Postgres) -> int:
    database = await open_database(where, works=False)
    await database.close()
    print(f"{where} has the tables of this version")
    return 0


async def _run(settings: Settings, only: str | None) -> int:
    async with opened(settings) as base:
        return await rebuild(base, only, asyncio.sleep)


async def rebuild(base: Opened, only: str | None, sleep: Sleep) -> int:
    """Rebuild the index of one repository, or of all; return 1 where a part failed."""
    if only is not None:
        return await _rebuild_each(base, await _find(base, only), [only], sleep)
    status = 0
    for installation in await base.installations.read_active():
        try:
            repositories = await base.runner.read_repositories(installation)
        except PlanGateError as fault:
            status = _failed(f"installation {installation}", fault)
        else:
            status |= await _rebuild_each(base, installation, repositories, sleep)
    return status


async def _find(base: Opened, repository: str) -> int:
    try:
        return await base.installations.find(repository)
    except NotFound:
        raise UsageError(f"the App is not installed on {repository}: install it there") from None


async def _rebuild_each(
    base: Opened, installation: int, repositories: Sequence[str], sleep: Sleep
) -> int:
    status = 0
    for repository in repositories:
        try:
            indexed = await _rebuild_one(base, installation, repository, sleep)
        except PlanGateError as fault:
            status = _failed(repository, fault)
        else:
            print(f"{repository}: {count_of(indexed, 'pull request')} indexed", flush=True)
    return status


async def _rebuild_one(base: Opened, installation: int, repository: str, sleep: Sleep) -> int:
    """Read page by page; after a pause that GitHub asks for, go on where it was."""
    indexed, page = 0, 1
    while page:
        try:
            found = await base.runner.index(repository, installation, page)
        except RateLimited as limit:
            print(f"{repository}: {limit}", file=sys.stderr)
            await sleep(limit.delay)
        else:
            indexed, page = indexed + found.pulls, found.next
    return indexed


def _failed(what: str, fault: PlanGateError) -> int:
    print(f"{what}: not indexed: {fault}", file=sys.stderr)
    return 1
