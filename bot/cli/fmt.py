"""`plan-gate fmt`: makes the fixes of plans, in their files. It never changes a Status."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.files import (
    STDIN,
    LintSettings,
    add_config_argument,
    add_fix_arguments,
    add_paths_argument,
    find_files,
    read_source,
    reason,
)
from bot.cli.formats import count, printable
from bot.cli.progress import progress
from bot.errors import UsageError
from bot.plan.lint import lint
from bot.plan.mend import mend


@dataclass(frozen=True, slots=True)
class Mended:
    """A plan file before and after its fixes."""

    path: str
    before: bytes
    after: bytes


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Only what the author meant beyond doubt is changed, and never the Status. A plan from "
        "standard input goes to standard output. Exit status: 0; with --check or --diff 1 where a "
        "plan would change; 2 usage or fault."
    )
    add_paths_argument(parser)
    parser.add_argument("--check", action="store_true", help="change nothing, name what would")
    add_fix_arguments(parser)
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Fix the plans, or tell what would be fixed; return 1 where something would."""
    files = mend_files(args.paths, args.config, unsafe=args.unsafe_fixes)
    changed = list(filter(_changed, files))
    if args.diff:
        return show_diff(files)
    if args.paths == [STDIN] and not args.check:
        sys.stdout.buffer.write(files[0].after)
        return 0
    if not args.check:
        write_files(files)
    for file in changed:
        print(f"{'would fix' if args.check else 'fixed'} {printable(file.path)}")
    done = "to fix" if args.check else "fixed"
    print(f"{count(len(changed), 'plan')} {done}, {len(files) - len(changed)} left as they are")
    return int(args.check and bool(changed))


def mend_files(names: Sequence[str], config: Path | None, *, unsafe: bool) -> list[Mended]:
    """Read the plans that PATH arguments name, and mend them; nothing is written."""
    files = []
    for path, settings in progress(find_files(names, config), sys.stderr, "Fixing"):
        before = read_source(path)
        files.append(Mended(path, before, _mend(before, settings, unsafe=unsafe)))
    return files


def write_files(files: Sequence[Mended]) -> None:
    """Write what changed into its files."""
    for file in filter(_changed, files):
        if file.path == STDIN:
            raise UsageError("standard input is no file to fix: use `plan-gate fmt -`")
        try:
            Path(file.path).write_bytes(file.after)
        except OSError as error:
            raise UsageError(f"{file.path}: {reason(error)}") from None


def show_diff(files: Sequence[Mended]) -> int:
    """Print what would change, as `patch` takes it; return 1 where something would."""
    changed = list(filter(_changed, files))
    for file in changed:
        before, after = (_lines(source.decode()) for source in (file.before, file.after))
        path = printable(file.path)
        print("".join(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")), end="")
    return int(bool(changed))


def _changed(file: Mended) -> bool:
    return file.before != file.after


def _mend(source: bytes, settings: LintSettings, *, unsafe: bool) -> bytes:
    try:
        text = source.decode()
    except UnicodeDecodeError:  # the linter says so
        return source
    options = settings.options()
    return mend(text, settings.parse, lambda plan: lint(plan, options), unsafe=unsafe).encode()


def _lines(source: str) -> list[str]:
    *lines, last = source.split("\n")
    rest = [f"{last}\n\\ No newline at end of file\n"] if last else []
    return [f"{line}\n" for line in lines] + rest
