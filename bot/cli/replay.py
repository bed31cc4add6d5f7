"""`plan-gate replay`: decides a recorded decision again, from its record alone, and explains it.

It reads the server's database while that runs, and asks GitHub nothing.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot import __version__
from bot.cli.environment import server_database
from bot.cli.lint import wants_colour
from bot.cli.table import aligned
from bot.errors import UsageError
from bot.gate.decide import decide
from bot.gate.explain import explain
from bot.gate.facts import Facts
from bot.gate.record import Unreadable, unpack
from bot.ledger.peek import LedgerView, peek_ledger
from bot.ledger.port import Decision
from bot.report.evidence import short
from bot.report.explanation import as_json, render_tree
from bot.report.markdown import visible
from bot.report.phrases import moment
from bot.report.titles import headline
from bot.subject import parse_subject

T = TypeVar("T")

_SHORTEST = 4  # characters of an id
_LISTED = 20
_HEADS = ("id", "when", "subject", "conclusion", "title")
_SHA = re.compile(r"\b[0-9a-f]{40,64}\b")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "The record is read from the database in DATABASE_URL. Exit status: 0 it is decided the "
        "same way, 1 this version decides otherwise, 2 usage or fault."
    )
    parser.add_argument(
        "id", metavar="ID", nargs="?", help="a decision, or how its id begins; without it: a list"
    )
    parser.add_argument("--format", choices=["json", "text"], default="text")
    parser.add_argument(
        "--subject", metavar="OWNER/NAME#NUMBER", help="list the decisions about this pull request"
    )
    parser.add_argument(
        "--limit", metavar="N", type=_count, help=f"list so many (default: {_LISTED})"
    )


def run(args: argparse.Namespace) -> int:
    """Explain one decision, or list the newest."""
    if args.id is None:
        subject, limit = _subject(args.subject), args.limit or _LISTED
        return _list(_peek(lambda look: look.decisions(subject, limit)), args)
    if args.subject is not None or args.limit is not None:
        raise UsageError("--subject and --limit are for the list: leave the ID out, or them")
    if len(args.id) < _SHORTEST:
        raise UsageError(f"{args.id!r} is too short: give {_SHORTEST} characters of the id or more")
    return _replay(_peek(lambda look: look.decision(args.id.casefold())), args.format)


def _peek(ask: Callable[[LedgerView], T]) -> T:
    with server_database() as where:
        return peek_ledger(where, ask)


def _count(written: str) -> int:
    number = int(written) if re.fullmatch(r"[0-9]{1,5}", written) else 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a number from 1 to 99999")
    return number


# ── one decision ─────────────────────────────────────────────────────────────
def _replay(decision: Decision, form: str) -> int:
    facts = _unpack(decision)
    verdict = decide(facts)
    then = (decision.conclusion, decision.title)
    now = (verdict.conclusion.value, headline(verdict))
    if form == "json":
        _print_json(decision, facts, now)
    else:
        terminal = sys.stdout.isatty()
        width = shutil.get_terminal_size().columns if terminal else None
        print("\n".join(_head(decision, now)))
        print(render_tree(explain(facts), width=width, colour=wants_colour(sys.stdout)))
    return int(then != now)


def _unpack(decision: Decision) -> Facts:
    try:
        return unpack(decision.facts)
    except Unreadable as fault:
        raise UsageError(
            f"decision {decision.id} cannot be decided again: {fault}; "
            "replay it with the version of Plan Gate that recorded it"
        ) from None


def _head(decision: Decision, now: tuple[str, str]) -> Sequence[str]:
    """What was decided when, about what, and what is decided now."""
    then = (decision.conclusion, decision.title)
    again = _said(now)
    if now == then:
        again = "the same"
    elif now[0] == then[0]:
        again += f" (Plan Gate {__version__} gives another reason)"
    else:
        again += f" (Plan Gate {__version__} decides otherwise)"
    place = f"{visible(decision.subject)}, head {short(decision.head_sha)}"
    return [
        f"then: {_said(then)} – {place}, {moment(decision.at)}, decision {visible(decision.id)}",
        f"now:  {again}",
    ]


def _said(outcome: tuple[str, str]) -> str:
    return f"{visible(outcome[0])}, {visible(outcome[1], 255)}"


def _print_json(decision: Decision, facts: Facts, now: tuple[str, str]) -> None:
    shown = {
        **_identity(decision),
        "recorded": {"conclusion": decision.conclusion, "title": decision.title},
        "decided": {"conclusion": now[0], "title": now[1]},
        "conditions": [as_json(condition) for condition in explain(facts)],
    }
    print(json.dumps(shown, ensure_ascii=False, indent=2))


def _identity(decision: Decision) -> dict[str, str]:
    return {
        "id": decision.id,
        "subject": decision.subject,
        "head_sha": decision.head_sha,
        "at": moment(decision.at),
    }


# ── the list ─────────────────────────────────────────────────────────────────
def _list(found: Sequence[Decision], args: argparse.Namespace) -> int:
    if args.format == "json":
        shown = [{**_identity(d), "conclusion": d.conclusion, "title": d.title} for d in found]
        print(json.dumps(shown, ensure_ascii=False, indent=2))
    elif found:
        print("\n".join(aligned(_HEADS, map(_row, found))))
    else:
        about = f" about {args.subject}" if args.subject else ""
        print(f"No decision{about} is recorded here.")
    return 0


def _subject(written: str | None) -> str | None:
    """The key of `owner/name#12`; any other subject is written as the JSON list has it."""
    pull = f"pull {written}"
    return pull if parse_subject(pull) else written


def _row(decision: Decision) -> tuple[str, ...]:
    subject = _SHA.sub(lambda found: short(found[0]), decision.subject)
    return (decision.id, moment(decision.at), subject, decision.conclusion, decision.title)
