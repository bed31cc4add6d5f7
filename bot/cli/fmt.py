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
    add_paths_argument,
    find_plans,
    read_settings,
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

    @property
    def changed(self) -> bool:
        """Whether there was anything to fix."""
        return self.before != self.after


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


def add_fix_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--unsafe-fixes` and `--diff`."""
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="make the suggestions too: read what they did, it may not be what you mean",
    )
    parser.add_argument("--diff", action="store_true", help="change nothing, show what would")


def run(args: argparse.Namespace) -> int:
    """Fix the plans, or tell what would be fixed; return 1 where something would."""
    files = mend_files(args.paths, args.config, unsafe=args.unsafe_fixes)
    changed = [file for file in files if file.changed]
    if args.diff:
        return show_diff(changed)
    if args.paths == [STDIN] and not args.check:
        sys.stdout.buffer.write(files[0].after)
        return 0
    if not args.check:
        write(changed)
    for file in changed:
        print(f"{'would fix' if args.check else 'fixed'} {printable(file.path)}")
    verb = "would be" if args.check else "were"
    print(f"{count(len(changed), 'plan')} {verb} fixed, {len(files) - len(changed)} left alone")
    return int(args.check and bool(changed))


def mend_files(names: Sequence[str], config: Path | None, *, unsafe: bool) -> list[Mended]:
    """Read the plans that PATH arguments name, and mend them; nothing is written."""
    files = []
    for name in names or [""]:
        settings = read_settings(Path(name), config)
        for path in progress(find_plans(name, settings), sys.stderr, "Fixing"):
            before = read_source(path)
            files.append(Mended(path, before, _mend(before, settings, unsafe=unsafe)))
    return files


def write(files: Sequence[Mended]) -> None:
    """Write what was mended into its files."""
    for file in files:
        if file.path == STDIN:
            raise UsageError("standard input cannot be fixed in place; use `plan-gate fmt -`")
        try:
            Path(file.path).write_bytes(file.after)
        except OSError as error:
            raise UsageError(f"{file.path}: {reason(error)}") from None


def show_diff(files: Sequence[Mended]) -> int:
    """Print what would change, as `patch` takes it; return 1 where something would."""
    for file in files:
        before, after = (_lines(source.decode()) for source in (file.before, file.after))
        path = printable(file.path)
        print("".join(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")), end="")
    return int(bool(files))


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
