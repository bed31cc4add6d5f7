"""`plan-gate lint`: finds plans, lints them, prints what is to be done."""

import argparse
import datetime
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TextIO

from bot.cli.files import (
    add_config_argument,
    add_fix_arguments,
    add_paths_argument,
    find_files,
)
from bot.cli.formats import FORMATS, Linted
from bot.cli.progress import progress
from bot.cli.trees import read_others, read_trees
from bot.errors import UsageError
from bot.plan.across import lint_tree
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
    parser.add_argument("--fix", action="store_true", help="make the safe fixes, then lint")
    add_fix_arguments(parser)
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
    if args.fix or args.unsafe_fixes or args.diff:
        from bot.cli.fmt import mend_files, show_diff, write_files

        files = mend_files(args.paths, args.config, unsafe=args.unsafe_fixes)
        if args.diff:
            return show_diff(files)
        write_files(files)
    linted = []
    plans = find_files(args.paths, args.config)
    for tree in read_trees(progress(plans, sys.stderr, "Reading")):
        options = tree.settings.options(as_status, today)
        found = lint_tree(tree.plans, options, read_others(tree))
        linted += [Linted(path, plan.text, found[path]) for path, plan in tree.plans.items()]
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
