"""`plan-gate enforce`: requires the check by a ruleset, and shows the difference before it writes.

It acts with an administrator's own token: the App has no permission to administer anything. It
opens no database.
"""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import aiohttp

from bot.cli.environment import read_environment
from bot.cli.lint import wants_colour
from bot.errors import UsageError
from bot.github.client import Client
from bot.github.reach import ReachReader
from bot.github.rulesets import Rulesets
from bot.report.enforcing import (
    action_of,
    as_json,
    render_difference,
    render_done,
    warnings_of,
)
from bot.report.markdown import visible
from bot.rollout.ruleset import Line, Place, Ruleset, Wanted, compare, released, required
from bot.settings import Admin, is_text, read_admin

T = TypeVar("T")

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
_PLACE = re.compile(rf"({_NAME})(?:/(?!\.{{1,2}}$)([A-Za-z0-9._-]+))?")

Confirm = Callable[[str], bool]
"""Asks a person; raises `UsageError` where there is none to ask."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Settings: GITHUB_TOKEN (your own, with the permission “Administration: write” of the "
        "organisation, or of the repository), APP_ID, GITHUB_API_URL. Exit status: 0 done or "
        "nothing to do, 1 there is a difference that was not written, 2 usage or fault. More in "
        "docs/enforce.md."
    )
    parser.add_argument(
        "place",
        metavar="ORG",
        type=_place,
        help="an organisation; or OWNER/NAME, for a ruleset of that repository alone",
    )
    parser.add_argument(
        "--repo",
        metavar="PATTERN",
        dest="repositories",
        action="append",
        type=_pattern,
        default=[],
        help="only in repositories of such names, such as 'shop-*' (default: those that the "
        "ruleset selects already, or all)",
    )
    parser.add_argument(
        "--branch",
        metavar="PATTERN",
        dest="branches",
        action="append",
        type=_pattern,
        default=[],
        help="on these branches besides the default branch, such as 'release/*'",
    )
    parser.add_argument(
        "--evaluate",
        action="store_true",
        help="GitHub reports what it would block, and blocks nothing (GitHub Enterprise)",
    )
    parser.add_argument("--remove", action="store_true", help="require the check no longer")
    parser.add_argument("--dry-run", action="store_true", help="show the difference, write nothing")
    parser.add_argument("--yes", action="store_true", help="write without asking")
    parser.add_argument("--format", choices=["json", "text"], default="text")


def run(args: argparse.Namespace) -> int:
    """Show the difference, and write it where somebody agrees."""
    place: Place = args.place
    if args.remove and (args.repositories or args.branches or args.evaluate):
        raise UsageError("--remove takes our rule out, whatever it selects: leave the others out")
    if args.repositories and not place.is_organisation:
        raise UsageError(f"--repo is for an organisation's ruleset: {place} is one repository")
    admin = read_admin(read_environment())
    asked = Asked(
        place,
        None
        if args.remove
        else Wanted(
            admin.app_id,
            tuple(args.repositories),
            tuple(args.branches),
            "evaluate" if args.evaluate else "active",
        ),
        dry_run=args.dry_run,
        form=args.format,
    )
    return enforce(admin, asked, _agree if args.yes else _ask)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for; without *wanted*, that our rule goes."""

    place: Place
    wanted: Wanted | None
    dry_run: bool
    form: str


def enforce(admin: Admin, asked: Asked, confirm: Confirm) -> int:
    """Read, compare, show, ask, look again, and write. Raises `UsageError` and `GitHubError`.

    Nothing runs while a person thinks: the loop would keep Ctrl-C from them.
    """
    seen = asyncio.run(_with_client(admin, lambda client: _look(client, asked)))
    show = _Show(asked, seen)
    show.difference()
    if seen.action == "none" or asked.dry_run:
        show.values(written=False)
        return int(seen.action != "none")
    try:
        agreed = confirm(f"Write this to {asked.place}? [y/N] ")
    except UsageError:
        show.values(written=False)
        raise
    if not agreed:
        show.values(written=False)
        print("Nothing was written.", file=sys.stderr)
        return 1
    asyncio.run(_with_client(admin, lambda client: _write(client, asked.place, seen)))
    show.values(written=True)
    show.done()
    return 0


async def _with_client(admin: Admin, work: Callable[[Client], Awaitable[T]]) -> T:
    async def authorize() -> str:
        return admin.token

    async with aiohttp.ClientSession() as session:
        client = Client(session, admin.api_url, authorize=authorize, forget=_keep, clock=time.time)
        return await work(client)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is, what would be, and what of the App there is to warn of."""

    before: Ruleset | None
    after: Ruleset | None
    warnings: list[str]

    @property
    def action(self) -> str:
        return action_of(self.before, self.after)

    @property
    def lines(self) -> list[Line]:
        return compare(self.before, self.after)


async def _look(client: Client, asked: Asked) -> _Seen:
    before = await Rulesets(client, asked.place).read()
    if asked.wanted is None:
        return _Seen(before, before and released(before), [])
    after = required(before, asked.wanted, asked.place)
    reach = await ReachReader(client, asked.place, asked.wanted.app_id).read(after.covers)
    return _Seen(before, after, warnings_of(reach, asked.place))


async def _write(client: Client, place: Place, seen: _Seen) -> None:
    """Write, unless somebody else has meanwhile: a ruleset is replaced as a whole."""
    rulesets, before, after = Rulesets(client, place), seen.before, seen.after
    if await rulesets.read() != before:
        raise UsageError("somebody changed the ruleset just now: run it again, and look again")
    if before is not None and after is None:
        await rulesets.delete(before)
    if after is not None:
        stands = await rulesets.write(after)
        written = {line.what for line in seen.lines if line.changes}
        odd = [line for line in compare(after, stands) if line.changes and line.what in written]
        if odd:
            told = "; ".join(f"{line.what}: {line.after} and not {line.before}" for line in odd[:3])
            raise UsageError(
                f"GitHub took the ruleset, but shows it otherwise ({visible(told)}): look there"
            )


@dataclass(frozen=True, slots=True)
class _Show:
    """Shows one difference: as text before anybody is asked, as JSON once at the end."""

    asked: Asked
    seen: _Seen

    def difference(self) -> None:
        if self.asked.form == "text":
            colour = wants_colour(sys.stdout)
            print(
                render_difference(
                    self.asked.place, self.seen.action, self.seen.lines, colour=colour
                )
            )
        for warning in self.seen.warnings:
            print(f"plan-gate: warning: {warning}", file=sys.stderr)

    def values(self, *, written: bool) -> None:
        if self.asked.form == "json":
            shown = as_json(
                self.asked.place,
                self.seen.action,
                self.seen.lines,
                self.seen.warnings,
                written=written,
            )
            print(json.dumps(shown, ensure_ascii=False, indent=2))

    def done(self) -> None:
        if self.asked.form == "text":
            print(render_done(self.asked.place, self.seen.action))


def _agree(_: str) -> bool:
    return True


def _ask(question: str) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "nothing was written, as nobody can be asked here: add --yes to write it, or --dry-run "
            "to only look"
        )
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


async def _keep(_: str) -> None:
    """A token that GitHub refuses is the administrator's affair: there is no other."""


def _place(written: str) -> Place:
    found = _PLACE.fullmatch(written)
    if found is None:
        raise argparse.ArgumentTypeError("write it as ORG, or as OWNER/NAME")
    return Place(found[1], found[2] or "")


def _pattern(written: str) -> str:
    if not written.strip() or not is_text(written):
        raise argparse.ArgumentTypeError("it is empty, or no text in UTF-8")
    return written
