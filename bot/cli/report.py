"""`plan-gate report`: what was blocked in the last days, or would have been, and what came of it.

It reads the server's database while that runs, and asks GitHub nothing.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from bot.cli.environment import server_database
from bot.errors import UsageError
from bot.ledger.history import Blocking
from bot.ledger.peek import LedgerView, peek_ledger
from bot.ledger.port import Audit, AuditKind
from bot.report.rollout.page import render_page
from bot.report.rollout.text import render_text
from bot.report.rollout.values import as_values
from bot.rollout.blocked import Exempted, Report
from bot.rollout.tally import BLOCKING, DAY, Tally
from bot.rollout.why import UNKNOWN, Why, blocking

_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_RECORDS = 100
_MOST = 400  # days: as long as the audit log is kept


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "It is read from the database in DATABASE_URL. Exit status: 0 told, 2 usage or fault. More "
        "in docs/enforce.md."
    )
    parser.add_argument("owner", metavar="ORG", type=_owner, help="an organisation, or a user")
    parser.add_argument(
        "--days", metavar="N", type=_days, default=30, help="of the last N days (default: 30)"
    )
    parser.add_argument(
        "--repo", metavar="PATTERN", default="", help="of repositories of such names: 'shop-*'"
    )
    parser.add_argument("--format", choices=["html", "json", "text"], default="text")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write it there")


def run(args: argparse.Namespace) -> int:
    """Read, count, and show or write the report."""
    now = time.time()
    shown = render(read_report(args.owner, args.repo, now - args.days * DAY, now), args.format)
    if args.output is None:
        print(shown)
        return 0
    try:
        args.output.write_text(f"{shown}\n", encoding="utf-8")
    except (OSError, ValueError) as fault:
        raise UsageError(f"--output {args.output} cannot be written: {fault}") from None
    print(f"{args.output} is written.", file=sys.stderr)
    return 0


def render(report: Report, form: str) -> str:
    """The report in the form that is asked for."""
    if form == "html":
        return render_page(report).rstrip("\n")
    if form == "json":
        return json.dumps(as_values(report), ensure_ascii=False, indent=2)
    return render_text(report)


def read_report(owner: str, pattern: str, since: float, until: float) -> Report:
    """Read what the server's database tells of that time; raises `UsageError`."""
    wanted = pattern.casefold()

    def covers(repository: str) -> bool:
        return not wanted or fnmatchcase(repository.partition("/")[2].casefold(), wanted)

    def ask(look: LedgerView) -> Report:
        tally = Tally(since, until, covers)
        _hear(tally, look.happened(owner))
        for pull in look.states(owner):
            tally.became(*pull)
        _explain(tally, look, owner, since)
        return tally.report(owner, pattern)

    with server_database() as where:
        return peek_ledger(where, ask)


def _hear(tally: Tally, happened: Iterable[Audit]) -> None:
    for one in happened:
        if one.kind is AuditKind.VERDICT:
            conclusion = one.text.partition(":")[0]
            tally.verdict(one.at, one.repository, one.number, conclusion)
        elif one.kind is AuditKind.EXEMPTED:
            tally.exempted(Exempted(one.at, one.repository, one.number, one.actor, one.text))


def _explain(tally: Tally, look: LedgerView, owner: str, since: float) -> None:
    """Decide again what blocked, once for each pull request and title: the reasons are the same."""
    explained: set[tuple[str, int, str, str]] = set()
    for page in look.blocking(owner, since, BLOCKING):
        asked: dict[str, Blocking] = {}
        for one in page:
            said = (one.repository.casefold(), one.number, one.conclusion, one.title)
            if tally.asks_why(one.at, one.repository, one.number) and said not in explained:
                explained.add(said)
                asked[one.id] = one
        for ids in _batches(list(asked)):
            records = look.records(ids)
            for id_ in ids:
                record = records.get(id_)
                whys = (Why(UNKNOWN),) if record is None else blocking(record)
                tally.explained(asked[id_].repository, asked[id_].number, whys)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Records may be large: few are held at a time."""
    for first in range(0, len(ids), _RECORDS):
        yield ids[first : first + _RECORDS]


def _owner(written: str) -> str:
    if not _OWNER.fullmatch(written):
        raise argparse.ArgumentTypeError("write the login of an organisation or a user")
    return written


def _days(written: str) -> int:
    days = int(written) if re.fullmatch(r"[0-9]{1,4}", written) else 0
    if not 1 <= days <= _MOST:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to {_MOST}")
    return days
