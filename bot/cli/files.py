"""Plan files on disk, and the configuration that says which they are. It reads, and no more."""

import argparse
import datetime
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import UsageError
from bot.plan.lint import LintOptions
from bot.plan.model import Plan, Status
from bot.plan.parse import DEFAULT_ID_PATTERN, MAX_BYTES, parse_plan
from bot.plan.rules import RULES

CONFIG_PATH = Path(".github", "plan-gate.yml")
STDIN = "-"


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What of the configuration matters here. Spelt out, so that a plain `lint` loads no YAML."""

    paths: tuple[str, ...] = ("plans/**/*.md", "docs/plans/**/*.md")
    exclude: tuple[str, ...] = ("**/README.md", "**/TEMPLATE.md")
    id_pattern: str = DEFAULT_ID_PATTERN
    rules: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    required: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    house_sections: tuple[str, ...] = ()

    def parse(self, source: bytes | str) -> Plan:
        """Read a plan as the configuration has it."""
        return parse_plan(source, id_pattern=self.id_pattern, aliases=self.aliases)

    def options(
        self, as_status: Status | None = None, today: datetime.date | None = None
    ) -> LintOptions:
        """Return how to lint by the configuration."""
        return LintOptions(
            as_status, today, self.rules, self.required, self.house_sections, self.id_pattern
        )


def add_paths_argument(parser: argparse.ArgumentParser) -> None:
    """Declare PATH…"""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="a plan, a directory, or - for standard input (default: the repository's plans)",
    )


def add_config_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--config`."""
    parser.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help=f"the configuration (default: the repository's {CONFIG_PATH.as_posix()})",
    )


def add_fix_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `--unsafe-fixes` and `--diff`."""
    parser.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="make the suggestions too: read what they did, it may not be what you mean",
    )
    parser.add_argument("--diff", action="store_true", help="change nothing, show what would")


def read_plan(path: str, settings: LintSettings) -> Plan:
    """Read and parse one plan file."""
    return settings.parse(read_source(path))


def read_source(path: str) -> bytes:
    """Read a plan file; of one that is too large only as much as shows that."""
    try:
        if path == STDIN:
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {reason(error)}") from None


def find_files(names: Sequence[str], config: Path | None) -> list[tuple[str, LintSettings]]:
    """Return the plans that PATH arguments name, each with the configuration that holds there."""
    loaded: dict[Path | None, LintSettings] = {}
    found = []
    for name in names or [""]:
        place = config or find_config(Path(name))
        settings = loaded[place] = loaded.get(place) or _load(place)
        found += [(path, settings) for path in find_plans(name, settings)]
    return found


def read_settings(start: Path, config: Path | None) -> LintSettings:
    """Read the configuration given, else that of the repository around a path, else defaults."""
    return _load(config or find_config(start))


def _load(config: Path | None) -> LintSettings:
    if config is None:
        return LintSettings()
    from bot.config.load import ConfigError, parse_config

    try:
        loaded = parse_config(config.read_text(encoding="utf-8-sig"), rules=RULES)
    except OSError as error:
        raise UsageError(f"{config}: {reason(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{config}: not UTF-8 text; save it as UTF-8") from None
    except ConfigError as error:
        raise UsageError(f"{config}:{error.line}:{error.column}: {error}") from None
    plans, sections = loaded.plans, loaded.sections
    return LintSettings(
        plans.paths,
        plans.exclude,
        plans.id_pattern,
        loaded.rules,
        sections.aliases,
        {size: names for size, names in sections.required.items()},  # noqa: C416 - wider keys
        sections.extra,
    )


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
    plans = [shown(plan) for plan in _walk(top, root, settings)]
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


def shown(path: Path) -> str:
    """Return a path as short as it can be said from here."""
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return shown.as_posix()


def reason(error: OSError) -> str:
    """Say in a few words why a file cannot be read or written."""
    return (error.strerror or "failed").lower()
