"""`plan-gate lint`: finds plans, lints them, prints what is to be done."""

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TextIO

from bot.cli.files import (
    add_config_argument,
    add_paths_argument,
    find_plans,
    read_plan,
    read_settings,
)
from bot.cli.formats import FORMATS, Linted
from bot.errors import UsageError
from bot.plan.lint import lint
from bot.plan.model import Status


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "Exit status: 0 no errors (warnings are none), 1 errors, 2 usage or fault."
    add_paths_argument(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="lines and columns count from 1; a column is a Unicode character, the end exclusive",
    )
    parser.add_argument(
        "--as",
        dest="as_status",
        choices=["approved", "draft"],
        help="lint as if the Status were this",
    )
    add_config_argument(parser)
    parser.add_argument(
        "--today",
        metavar="YYYY-MM-DD",
        help="the day by which questions are overdue (default: today, UTC)",
    )


def run(args: argparse.Namespace) -> int:
    """Lint and print; return 1 where there is an error."""
    as_status = Status(args.as_status) if args.as_status else None
    today = read_day(args.today)
    linted = []
    for name in args.paths or [""]:
        settings = read_settings(Path(name), args.config)
        options = settings.options(as_status, today)
        for path in find_plans(name, settings):
            plan = read_plan(path, settings)
            linted.append(Linted(path, plan.text, lint(plan, options)))
    output = _render(args.format, linted)
    if output:
        print(output)
    return int(any(found.blocks for file in linted for found in file.diagnostics))


def _render(form: str, files: Sequence[Linted]) -> str:
    """Render in one of the formats; the others' modules need not be read."""
    if form == "text":
        from bot.cli.formats import text

        return text.render(files, colour=wants_colour(sys.stdout))
    rendered: str = import_module(f"bot.cli.formats.{form}").render(files)
    return rendered


def wants_colour(stream: TextIO) -> bool:
    """Tell whether colours are welcome there (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not plain and stream.isatty()


def read_day(text: str | None) -> datetime.date:
    """Read `--today`; without it, the present day in UTC."""
    if text is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--today {text}: no such day; write YYYY-MM-DD") from None
