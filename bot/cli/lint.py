"""`plan-gate lint`: finds plans, lints them, prints what is to be done. It changes nothing."""

import argparse
import datetime
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import UsageError
from bot.plan.formats import Linted, render_github, render_json, render_sarif, render_text
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Plan, Status
from bot.plan.parse import DEFAULT_ID_PATTERN, MAX_BYTES, parse_plan

CONFIG_PATH = Path(".github", "plan-gate.yml")
STDIN = "-"

_RENDERERS = {
    "text": render_text,
    "json": render_json,
    "sarif": render_sarif,
    "github": render_github,
}


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What of the configuration matters here. Spelt out, so that a plain `lint` loads no YAML."""

    paths: tuple[str, ...] = ("plans/**/*.md", "docs/plans/**/*.md")
    exclude: tuple[str, ...] = ("**/README.md", "**/TEMPLATE.md")
    id_pattern: str = DEFAULT_ID_PATTERN
    rules: Mapping[str, str] = field(default_factory=dict)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = "Exit status: 0 no errors (warnings are none), 1 errors, 2 usage or fault."
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a plan, a directory, or - for standard input (default: the repository's plans)",
    )
    parser.add_argument(
        "--format",
        choices=sorted(_RENDERERS),
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


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--config`."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help=f"the configuration (default: the repository's {CONFIG_PATH.as_posix()})",
    )


def run(args: argparse.Namespace) -> int:
    """Lint and print; return 1 where there is an error."""
    as_status = Status(args.as_status) if args.as_status else None
    today = read_day(args.today)
    linted = []
    for name in args.paths or [""]:
        settings = read_settings(Path(name), args.config)
        options = LintOptions(as_status, today, settings.rules)
        for path in find_plans(name, settings):
            plan = read_plan(path, settings)
            linted.append(Linted(path, plan.text, lint(plan, options)))
    output = _RENDERERS[args.format](linted)
    if output:
        print(output)
    return int(any(found.blocks for file in linted for found in file.diagnostics))


def read_day(text: str | None) -> datetime.date:
    """Read `--today`; without it, the present day in UTC."""
    if text is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--today {text}: no such day; write YYYY-MM-DD") from None


def read_plan(path: str, settings: LintSettings) -> Plan:
    """Read and parse one plan file; of a file that is too large only as much as shows that."""
    try:
        if path == STDIN:
            source = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                source = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {_reason(error)}") from None
    return parse_plan(source, id_pattern=settings.id_pattern)


def read_settings(start: Path, config: Path | None) -> LintSettings:
    """Read the configuration given, else that of the repository around a path, else defaults."""
    config = config or find_config(start)
    if config is None:
        return LintSettings()
    from bot.config.load import ConfigError, parse_config

    try:
        loaded = parse_config(config.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{config}: {_reason(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{config}: not UTF-8 text; save it as UTF-8") from None
    except ConfigError as error:
        raise UsageError(f"{config}:{error.line}:{error.column}: {error}") from None
    plans = loaded.plans
    return LintSettings(plans.paths, plans.exclude, plans.id_pattern, loaded.rules)


def find_config(start: Path) -> Path | None:
    """Return the configuration at or above a path, not beyond its repository."""
    for folder in (start.absolute(), *start.absolute().parents):
        if os.path.isfile(folder / CONFIG_PATH):  # noqa: PTH113 - unlike Path's, it never raises
            return folder / CONFIG_PATH
        if os.path.exists(folder / ".git"):  # noqa: PTH110
            return None
    return None


def find_repository(start: Path) -> Path | None:
    """Return the directory with `.git` at or above a path."""
    for folder in (start.absolute(), *start.absolute().parents):
        if os.path.exists(folder / ".git"):  # noqa: PTH110 - unlike Path's, it never raises
            return folder
    return None


def find_plans(name: str, settings: LintSettings) -> list[str]:
    """Return the plan files that a PATH argument names; '' names the repository around us."""
    if name and not os.path.isdir(name):  # noqa: PTH112 - unlike Path's, it never raises
        return [name]
    path = Path(name)
    root = find_repository(path)
    top = path if name or root is None else root
    plans = [_shown(plan) for plan in _walk(top, root, settings)]
    if not plans:
        raise UsageError(f"{name or top}: no plans there ({', '.join(settings.paths)})")
    return plans


def _walk(top: Path, root: Path | None, settings: LintSettings) -> Iterator[Path]:
    """Yield the plans under a directory; outside a repository, `plans/` may lie at any depth."""
    from bot.config.match import matches

    paths, exclude = settings.paths, settings.exclude
    if root is None:
        paths = tuple(f"**/{pattern}" for pattern in paths)
        root = Path(top.absolute().anchor)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in (".git", "node_modules"))
        for file in sorted(files):
            path = Path(folder, file)
            place = path.absolute().relative_to(root).as_posix()
            if matches(place, paths) and not matches(place, exclude):
                yield path


def _shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return shown.as_posix()


def _reason(error: OSError) -> str:
    return (error.strerror or "cannot be read").lower()
