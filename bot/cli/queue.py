"""`plan-gate queue`: what waits, what was given up and why; tried again or dropped by hand.

It may be asked while servers work with the same database. GitHub is asked nothing.
"""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from bot.cli.environment import server_database
from bot.cli.table import aligned
from bot.report.phrases import moment
from bot.settings import is_text
from bot.subject import parse_subject
from bot.work.model import Row, State
from bot.work.store import WorkStore
from bot.work.visit import visit

_ORDER = (State.PARKED, State.RUNNING, State.READY, State.IDLE)
_HEADS = ("key", "installation", "state", "when", "attempts", "error")


def _key(written: str) -> str:
    if not is_text(written):
        raise argparse.ArgumentTypeError(f"it is not text in UTF-8: {written!r}")
    pull = f"pull {written}"
    return pull if parse_subject(pull) else written


_KEY: dict[str, Any] = {
    "metavar": "KEY",
    "type": _key,
    "help": "as `list` shows it; for a pull request OWNER/NAME#NUMBER will do",
}

Act = Callable[[WorkStore, argparse.Namespace], Awaitable[int]]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their arguments."""
    parser.epilog = (
        "The database is DATABASE_URL's. Exit status: 0 done, 1 there is no such row, "
        "2 usage or fault."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = _action(actions, "list", "show what runs, waits and was given up", _list)
    listing.add_argument(
        "--state",
        choices=[state.value for state in _ORDER],
        help="only what is in this state (default: all but idle)",
    )
    retry = _action(actions, "retry", "try now what waits or was given up", _retry)
    which = retry.add_mutually_exclusive_group(required=True)
    which.add_argument("--parked", action="store_true", help="all that was given up")
    which.add_argument("keys", nargs="*", default=[], **_KEY)
    drop = _action(actions, "drop", "forget it, until the next event or sweep marks it", _drop)
    drop.add_argument("keys", nargs="+", **_KEY)


def run(args: argparse.Namespace) -> int:
    """Do as asked."""
    status: int = asyncio.run(_visit(args))
    return status


async def _visit(args: argparse.Namespace) -> int:
    act: Act = args.act
    with server_database() as where:
        async with visit(where) as store:
            return await act(store, args)


# ── list ─────────────────────────────────────────────────────────────────────
async def _list(store: WorkStore, args: argparse.Namespace) -> int:
    wanted = [State(args.state)] if args.state else _ORDER[:-1]
    rows = [row for row in await store.rows() if row.state in wanted]
    rows.sort(key=lambda row: (_ORDER.index(row.state), row.due, row.key))
    if args.format == "json":
        _print_json(map(_as_json, rows))
    elif rows:
        now = store.now()
        print("\n".join(aligned(_HEADS, (_cells(row, now) for row in rows))))
    else:
        print(f"Nothing is {' or '.join(wanted)}.")
    return 0


def _cells(row: Row, now: float) -> tuple[str, ...]:
    rests = row.state is State.READY and row.rests_until > max(row.due, now)
    due = row.rests_until if rests else row.due
    waits = row.state is State.READY and due > now
    when = f"{'at' if waits else 'since'} {moment(due)}"
    if row.state is State.RUNNING:
        when += f" by {row.owner}"
    if rests:
        when += ", when its installation has rested"
    return (row.key, str(row.tenant), row.state, when, str(row.attempts), row.error)


def _as_json(row: Row) -> dict[str, object]:
    return {
        "key": row.key,
        "installation": row.tenant,
        "state": row.state,
        "due": moment(row.due),
        "rests_until": moment(row.rests_until) if row.rests_until else None,
        "delivery": row.cause or None,
        "attempts": row.attempts,
        "backfill": row.backfill,
        "owner": row.owner,
        "error": row.error,
    }


# ── retry and drop ───────────────────────────────────────────────────────────
async def _retry(store: WorkStore, args: argparse.Namespace) -> int:
    keys = args.keys
    if args.parked:
        keys = [row.key for row in await store.rows() if row.state is State.PARKED]
    done = [(key, await store.revive(key)) for key in keys]
    return _tell(done, args.format, "is tried again now", "is not there, or runs or rests")


async def _drop(store: WorkStore, args: argparse.Namespace) -> int:
    done = [(key, await store.drop(key)) for key in args.keys]
    return _tell(done, args.format, "is dropped", "is not there, or runs")


def _tell(done: Sequence[tuple[str, bool]], form: str, success: str, failure: str) -> int:
    if form == "json":
        _print_json({"key": key, "done": one} for key, one in done)
    else:
        for key, one in done:
            print(f"{key} {success if one else failure}")
    return int(not all(one for _, one in done))


# ── arguments ────────────────────────────────────────────────────────────────
def _action(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str, act: Act
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    action.add_argument("--format", choices=["json", "text"], default="text")
    action.set_defaults(act=act)
    return action


def _print_json(shown: Iterable[dict[str, object]]) -> None:
    print(json.dumps(list(shown), ensure_ascii=False, indent=2))
