"""The plans of a run by repository, and beside them the other plans there that matter to them.

Of these only such are parsed as name a plan of the run, are named by it, or emit what it consumes:
linting one file in a repository of a thousand plans reads a thousand files, and parses a few.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.cli.files import STDIN, LintSettings, find_repository, read_plan, shown
from bot.plan.across import find_others, words_of
from bot.plan.model import Plan
from bot.plan.parse import MAX_BYTES

_WILD = re.compile(r"[][*?{}()!+@|]")


@dataclass(frozen=True, slots=True)
class Tree:
    """The plans of a run that lie in one repository and share a configuration, by their paths."""

    settings: LintSettings
    root: Path | None
    plans: dict[str, Plan] = field(default_factory=dict)
    places: set[str] = field(default_factory=set)


def read_trees(files: Iterable[tuple[str, LintSettings]]) -> list[Tree]:
    """Read plan files, each once. Standard input is a tree of its own."""
    trees: dict[tuple[Path | None, int], Tree] = {}
    roots: dict[str, Path | None] = {}
    for path, settings in files:
        folder, place = os.path.dirname(path), os.path.abspath(path)  # noqa: PTH100, PTH120 - quick
        if folder not in roots:
            roots[folder] = find_repository(Path(folder))
        root = None if path == STDIN else roots[folder]
        tree = trees.setdefault((root, id(settings)), Tree(settings, root))
        if place not in tree.places:
            tree.places.add(place)
            tree.plans[path] = read_plan(path, settings)
    return list(trees.values())


def read_others(tree: Tree) -> dict[str, Plan]:
    """Read the other plans of the repository that matter to those of the run."""
    settings = tree.settings
    if not any(words_of(plan, settings.id_pattern) for plan in tree.plans.values()):
        return {}
    sources = dict(_read_sources(tree))
    found = find_others(tree.plans, sources, settings.parse, settings.id_pattern)
    return {shown(Path(place)): plan for place, plan in found.items() if _is_plan(place, tree)}


def _read_sources(tree: Tree) -> Iterator[tuple[str, bytes]]:
    """Yield the place and the content of each file that may be a plan, but for those of the run.

    Where a file cannot be read, nobody asked for it.
    """
    for place in _walk(tree.root, tree.settings.paths) if tree.root else ():
        if place not in tree.places:
            with suppress(OSError), Path(place).open("rb") as file:
                yield place, file.read(MAX_BYTES + 1)


def _walk(root: Path, patterns: Iterable[str]) -> Iterator[str]:
    """Yield the files that end as a pattern does, below the folders with which patterns begin."""
    fixed = [_WILD.split(pattern) for pattern in patterns]
    ends = tuple(parts[-1].rpartition("/")[2] for parts in fixed)
    walked: set[str] = set()
    for top in sorted({str(root / parts[0].rpartition("/")[0]) for parts in fixed}):
        for folder, folders, files in os.walk(top):
            if folder in walked:
                folders.clear()
                continue
            walked.add(folder)
            folders[:] = [name for name in folders if name not in (".git", "node_modules")]
            yield from (f"{folder}{os.sep}{name}" for name in files if name.endswith(ends))


def _is_plan(place: str, tree: Tree) -> bool:
    """Tell whether the configuration takes a file for a plan; its matcher is slow to load."""
    from bot.config.match import matches

    path = Path(place).relative_to(tree.root or "").as_posix()
    return matches(path, tree.settings.paths) and not matches(path, tree.settings.exclude)
