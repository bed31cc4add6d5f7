"""Lint over all plans of a tree: what each says, and what they say of each other. Pure."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from bot.plan.diagnostics import Diagnostic
from bot.plan.graph import find_circle, find_cycles
from bot.plan.lint import LintOptions, lint
from bot.plan.model import Dependency, Plan, Status, Surroundings
from bot.plan.references import find_ids, find_references, fold_id, is_exact, is_plan, series
from bot.plan.text import Value


def lint_tree(
    plans: Mapping[str, Plan],
    options: LintOptions,
    others: Mapping[str, Plan] = MappingProxyType({}),
    *,
    files: Collection[str] | None = None,
    open_tasks: Mapping[str, Collection[int]] = MappingProxyType({}),
) -> dict[str, tuple[Diagnostic, ...]]:
    """Return by path what the rules find in the plans, those over all plans (P, E005) among them.

    `others` are plans of the same tree that are not linted themselves. Who sees the repository
    gives in its `files`, at least those that `may_be_asked_for`, and by a plan's path the tasks
    that no merged pull request names.
    """
    around = survey({**plans, **others}, options.id_pattern)
    return {
        path: lint(
            plan._replace(around=around[path], files=files, open_tasks=open_tasks.get(path)),
            options,
        )
        for path, plan in plans.items()
    }


def find_others(
    plans: Mapping[str, Plan],
    sources: Mapping[str, bytes],
    read: Callable[[bytes], Plan],
    id_pattern: str,
) -> dict[str, Plan]:
    """Return those of a tree's other files that matter to its plans, or to those that do.

    Only what holds a word that is looked for is parsed: a few of a thousand.
    """
    wanted = {word for plan in plans.values() for word in words_of(plan, id_pattern)}
    others: dict[str, Plan] = {}
    sought: set[str] = set()
    while words := wanted - sought:
        sought |= words
        for path, source in sources.items():
            if path in others or not _holds(source, words):
                continue
            plan = read(source)
            if matters(plan, sought):
                others[path] = plan
                wanted |= words_of(plan, id_pattern)
    return others


def may_be_asked_for(path: str) -> bool:
    """Tell whether any rule may look for a file at *path*: R006 looks for SQL scripts."""
    return path.endswith(".sql")


def survey(plans: Mapping[str, Plan], id_pattern: str) -> dict[str, Surroundings]:
    """Return by path what the other plans, and the name of its file, say of a plan."""
    holders = _by_id(plans)
    references = {
        path: [
            each
            for each in find_references(plan, id_pattern)
            if fold_id(each.text) in holders or is_plan(plan, each.text, id_pattern)
        ]
        for path, plan in plans.items()
    }
    circles = _find_circles(plans, references)
    emitted = frozenset(topic for plan in plans.values() for topic in _topics(plan, emitted=True))
    return {
        path: Surroundings(
            carried=_find_carried(path, plan.id, id_pattern),
            namesakes=tuple(each for each in holders.get(_key(plan), ()) if each != path),
            depends_on=tuple(_look_up(each, plans, holders) for each in references[path]),
            circle=circles.get(path, ()),
            emitted=emitted,
        )
        for path, plan in plans.items()
    }


def words_of(plan: Plan, id_pattern: str) -> frozenset[str]:
    """Return the folded words of which a file must hold one to matter to a plan.

    With the plans that matter to it, and those that matter to them in turn, `survey` says of a plan
    what it would say with the whole tree.
    """
    ids = [plan.id, *(each.text for each in find_references(plan, id_pattern))]
    return frozenset(map(fold_id, [*filter(None, ids), *_topics(plan, emitted=False)]))


def matters(plan: Plan, words: Collection[str]) -> bool:
    """Tell whether a plan is one that others' words look for: by its ID, or by what it emits."""
    return _key(plan) in words or any(
        fold_id(topic) in words for topic in _topics(plan, emitted=True)
    )


def _holds(source: bytes, words: Iterable[str]) -> bool:
    """Tell whether a text holds one of some folded words: `FEAT-1` is not held by `FEAT-12`."""
    lower = source.lower()
    likely = [word for word in words if not word.isascii() or word.encode() in lower]
    text = source.decode(errors="replace").casefold() if likely else ""
    return any(re.search(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", text) for word in likely)


def _by_id(plans: Mapping[str, Plan]) -> dict[str, list[str]]:
    """Return the paths of the plans by their folded ID."""
    holders: dict[str, list[str]] = {}
    for path, plan in plans.items():
        if plan.id:
            holders.setdefault(_key(plan), []).append(path)
    return holders


def _key(plan: Plan) -> str:
    return fold_id(plan.id or "")


def _topics(plan: Plan, *, emitted: bool) -> Iterable[str]:
    """Yield the topics that a plan emits, or that it consumes."""
    for event in plan.events:
        if event.emits if emitted else event.consumes:
            yield event.topic.text


def _look_up(
    reference: Value, plans: Mapping[str, Plan], holders: Mapping[str, list[str]]
) -> Dependency:
    paths = holders.get(fold_id(reference.text))
    if paths is None:
        return Dependency(reference)
    approved = all(plans[path].status is Status.APPROVED for path in paths)
    return Dependency(reference, paths[0], approved)


def _find_circles(
    plans: Mapping[str, Plan], references: Mapping[str, Iterable[Value]]
) -> dict[str, tuple[str, ...]]:
    """Return by path the IDs by which a plan depends on itself, each as its title has it."""
    edges: dict[str, list[str]] = {}
    for path, plan in plans.items():
        named = [fold_id(each.text) for each in references[path]]
        edges.setdefault(_key(plan), []).extend(named)
    if next(find_cycles(edges), None) is None:
        return {}
    shown = {_key(plan): plan.id or "" for plan in plans.values()}
    return {
        path: tuple(shown[key] for key in find_circle(_key(plan), edges))
        for path, plan in plans.items()
        if plan.id and references[path]
    }


def _find_carried(path: str, own: str | None, id_pattern: str) -> str | None:
    """Return the ID that a file's name carries: its plan's own, else the first of another plan.

    Another's is written as IDs are, or of the same series in any case: `utf-8.md` carries none. The
    folder may carry the plan's own.
    """
    folder, _, name = path.replace("\\", "/").rpartition("/")
    written = [match[0] for match in find_ids(name.rpartition(".")[0] or name, id_pattern)]
    folders = [match[0] for match in find_ids(folder.rpartition("/")[2], id_pattern)]
    if any(fold_id(each) == fold_id(own or "") for each in (*written, *folders)):
        return own
    others = (
        each for each in written if is_exact(each, id_pattern) or series(each) == series(own or "")
    )
    return next(others, None)
