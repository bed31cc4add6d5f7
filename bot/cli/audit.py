"""`plan-gate audit`: the audit log as JSON lines: verdicts that changed, and exemptions.

It reads the server's database while that runs. Who reads it again goes on after the last id.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

from bot.cli.environment import server_database
from bot.errors import UsageError
from bot.ledger.peek import LedgerView, peek_ledger
from bot.ledger.port import Audit
from bot.report.phrases import moment
from bot.settings import Postgres
from bot.subject import is_repository

PAGE = 1_000  # entries at once


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "The log is read from the database in DATABASE_URL. Exit status: 0 all was written, "
        "2 usage or fault."
    )
    parser.add_argument(
        "--after", metavar="ID", type=_id, default=0, help="only what happened after that entry"
    )
    parser.add_argument("--repo", metavar="OWNER/NAME", help="of this repository alone")


def run(args: argparse.Namespace) -> int:
    """Write a line for each entry, oldest first."""
    if args.repo is not None and not is_repository(args.repo):
        raise UsageError(f"--repo {args.repo}: write it as OWNER/NAME")
    wanted = (args.repo or "").casefold()
    with server_database() as where:
        for entry in _entries(where, args.after):
            if wanted in {"", entry.repository.casefold()}:
                print(json.dumps(as_json(entry), ensure_ascii=False))
    return 0


def as_json(entry: Audit) -> dict[str, object]:
    """One entry, as `docs/operating.md` lists its fields."""
    return {
        "id": entry.id,
        "at": moment(entry.at),
        "kind": entry.kind.value,
        "subject": entry.subject,
        "repository": entry.repository,
        "number": entry.number,
        "head_sha": entry.head_sha,
        "actor": entry.actor or None,
        "text": entry.text,
    }


def _entries(where: Path | Postgres, after: int) -> Iterator[Audit]:
    """Page by page, each a look of its own: no server waits for who reads slowly."""

    def look(view: LedgerView) -> list[Audit]:
        return view.audit(after, PAGE)

    while page := peek_ledger(where, look):
        yield from page
        after = page[-1].id


def _id(written: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", written, re.ASCII):
        raise argparse.ArgumentTypeError(f"{written!r} is no entry's id: give a number")
    return int(written)
