"""`plan-gate doctor`: says what is wrong with the set-up; brings the database up; mends the index.

To mend it needs a SQLite file to itself; with PostgreSQL it works beside the servers, and to look
it always does.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.app import Opened, opened
from bot.cli.environment import EPILOG, log_as, read_environment
from bot.doctor.examination import Wanted
from bot.errors import PlanGateError, UsageError
from bot.github.errors import NotFound, RateLimited
from bot.github.sender import Sleep
from bot.report.phrases import count_of
from bot.settings import Postgres, Settings, read_database, read_settings
from bot.subject import is_repository
from bot.work.opening import open_database


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Without --migrate and --rebuild-index it looks at everything, changes nothing and says "
        "what to mend. Exit status: 0 nothing is wrong, or mended; 1 something is wrong, or a part "
        f"failed; 2 usage or fault. {EPILOG}"
    )
    what = parser.add_mutually_exclusive_group()
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
    parser.add_argument(
        "--repo",
        metavar="OWNER/NAME",
        action="append",
        default=[],
        help="only this repository; may be given several times",
    )
    parser.add_argument(
        "--ping",
        action="store_true",
        help="have GitHub send a delivery again, and see whether it arrives",
    )
    parser.add_argument("--format", choices=["json", "text"], help="of what it finds")


def run(args: argparse.Namespace) -> int:
    """Do what is asked for, and print a line for each part."""
    if (args.migrate or args.rebuild_index) and (args.ping or args.format):
        raise UsageError("--ping and --format go without --migrate and --rebuild-index")
    if args.migrate:
        return asyncio.run(_migrate(read_database(read_environment())))
    for repository in args.repo:
        if not is_repository(repository):
            raise UsageError(f"--repo {repository}: write it as OWNER/NAME")
    if not args.rebuild_index:
        from bot.cli.examine import examine  # to mend needs none of it

        wanted = Wanted(tuple(args.repo), ping=args.ping)
        return examine(read_environment(), wanted, args.format or "text")
    settings = read_settings(read_environment())
    log_as(settings)
    return asyncio.run(_run(settings, args.repo))


async def _migrate(where: Path | Postgres) -> int:
    database = await open_database(where, works=False)
    await database.close()
    print(f"{where} has the tables of this version")
    return 0


async def _run(settings: Settings, only: Sequence[str]) -> int:
    status = 0
    async with opened(settings) as base:
        if not only:
            return await rebuild(base, None, asyncio.sleep)
        for repository in only:
            status |= await rebuild(base, repository, asyncio.sleep)
    return status


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
