"""Which plans a pull request names, and where. It reads untrusted text and decides nothing."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.gate.facts import Commit, PlanChange, Pull
from bot.gate.link_forms import Name, read_name
from bot.gate.link_lines import read_trailers, visible_lines

MAX_LINKS = 20

_PLAN = re.compile(r"[*_]{0,2}plan[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*(?P<names>.*)", re.IGNORECASE)
_TASKS = re.compile(
    r"""[*_]{0,2}tasks?[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*
    (?P<numbers>\#?[0-9]{1,6}(?:[ \t]*,[ \t]*\#?[0-9]{1,6})*)[ \t]*[.;]?""",
    re.IGNORECASE | re.VERBOSE,
)


class Place(StrEnum):
    """Where a link stands; the first place that names any plan wins."""

    BODY = "description"
    COMMIT = "commit message"
    TITLE = "title"
    BRANCH = "branch"
    FILES = "changed files"


@dataclass(frozen=True, slots=True)
class Link:
    """One plan, and perhaps a task of it, as the pull request names it: by an ID or by a path.

    *repository* is empty where it is the one that plans live in, else the one that is named.
    """

    name: str
    place: Place
    task: int | None = None
    in_url: bool = False
    repository: str = ""

    @property
    def is_path(self) -> bool:
        """Whether the name is a file's path rather than an ID."""
        return "/" in self.name or self.name.endswith(".md")

    @property
    def plan(self) -> tuple[str, str]:
        """What tells plans apart: the repository and the name, whatever the place and the task."""
        return self.repository.casefold(), self.name

    @property
    def shown(self) -> str:
        """The name as people would write it."""
        return f"{self.repository}#{self.name}" if self.repository else self.name

    def names(self, path: str) -> bool:
        """Whether it is the file at *path*; an address may have a part of its branch before it."""
        return self.name == path or (self.in_url and self.name.endswith(f"/{path}"))


@dataclass(frozen=True, slots=True)
class Links:
    """The links that count, and those of later places that name something else.

    *loose_tasks* are those of `Task:` lines in a description that names no plan, or several: it is
    not known which plan's they are, so they claim nothing.
    """

    counted: tuple[Link, ...] = ()
    ignored: tuple[Link, ...] = ()
    loose_tasks: tuple[int, ...] = ()


def find_links(
    *,
    pull: Pull,
    commits: Sequence[Commit],
    id_pattern: str,
    known: Collection[str],
    touched: Sequence[str] = (),
    plans_repository: str | None,
) -> Links:
    """Find the plans that a pull request links.

    *known* are the IDs of existing plans: in a title or a branch an ID that names no plan is
    ignored (`UTF-8` is none), elsewhere it counts. *touched* are the plans that the pull request
    itself changes: they are its plans where it names none. Plans live in *plans_repository*, or
    where the pull request is.
    """
    names = _Names(id_pattern, plans_repository or pull.repository)
    in_body, loose_tasks = _in_body(pull.body, names)
    places = (
        _unique(in_body),
        _unique(_in_commits(commits, names)),
        _unique(_in_title(pull.title, id_pattern, known)),
        _unique(_in_branch(pull.head_ref, id_pattern, known)),
        tuple(Link(name, Place.FILES) for name in touched),
    )
    counted = next((links for links in places if links), ())
    plans = {link.plan for link in counted}
    ignored = tuple(
        link
        for links in places[:-1]
        for link in links
        if links is not counted and link.plan not in plans
    )
    return Links(counted, ignored, loose_tasks)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names, folded, that may turn out to be links once the plans are known.

    *deciding* are those of the description, else of the commit messages; where those have none,
    what title and branch may name. The others can only differ from them, which is worth a word.
    """

    deciding: frozenset[str]
    others: frozenset[str] = frozenset()


def find_mentions(
    *,
    pull: Pull,
    commits: Sequence[Commit],
    id_pattern: str,
    plans_repository: str | None,
) -> Mentions:
    """Find what has to be looked for to know which plans *pull* links."""
    names = _Names(id_pattern, plans_repository or pull.repository)
    body, _ = _in_body(pull.body, names)
    trailers = list(_in_commits(commits, names))
    guesses = [*_in_title(pull.title, id_pattern), *_in_branch(pull.head_ref, id_pattern)]
    deciding = _folded(body or trailers or guesses)
    return Mentions(deciding, _folded([*body, *trailers, *guesses]) - deciding)


def follow_rename(link: Link, changes: Iterable[PlanChange]) -> Link:
    """The link as the trusted branch knows the plan, where it names the path that the plan gets.

    It is for a link that names no plan of the trusted branch: what stands there goes before what
    the pull request moves there.
    """
    for change in changes:
        renamed = change.base is not None and change.base.path != change.head.path
        if change.base and renamed and not link.repository and link.names(change.head.path):
            return replace(link, name=change.base.label)
    return link


@dataclass(frozen=True, slots=True)
class _Names:
    """What names a plan here: the pattern of IDs, and the repository that plans live in."""

    id_pattern: str
    home: str

    def read(self, texts: str, place: Place) -> Iterator[Link]:
        """Read what follows `Plan:`: one name, or several separated by commas."""
        for text in texts.split(","):
            if name := read_name(text, self.id_pattern):
                yield self._link(name, place)

    def _link(self, name: Name, place: Place) -> Link:
        elsewhere = name.repository.casefold() not in ("", self.home.casefold())
        repository = name.repository if elsewhere else ""
        return Link(name.name, place, name.task, name.in_url, repository)


def _folded(links: Iterable[Link]) -> frozenset[str]:
    return frozenset(link.name.casefold() for link in _unique(links))


def _unique(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(dict.fromkeys(links))[: MAX_LINKS + 1]


def _in_body(body: str, names: _Names) -> tuple[list[Link], tuple[int, ...]]:
    """The links of the description, and the tasks of its `Task:` lines that are no plan's.

    Beside one plan those lines name its tasks.
    """
    links: list[Link] = []
    tasks: dict[int, None] = {}
    for line in visible_lines(body):
        if plan := _PLAN.match(line):
            links += names.read(plan["names"], Place.BODY)
        elif named := _TASKS.fullmatch(line):
            tasks |= dict.fromkeys(int(n.strip(" \t#")) for n in named["numbers"].split(","))
    if not tasks or len({link.plan for link in links}) != 1:
        return links, tuple(tasks)
    tasked = [link for link in links if link.task is not None]
    return tasked + [replace(links[0], task=task) for task in tasks], ()


def _in_commits(commits: Iterable[Commit], names: _Names) -> Iterator[Link]:
    for commit in commits:
        for key, value in read_trailers(commit.message):
            if key.casefold() == "plan":
                yield from names.read(value, Place.COMMIT)


def _in_title(title: str, id_pattern: str, known: Collection[str] | None = None) -> Iterator[Link]:
    """`FEAT-12: …`, `[FEAT-12] …`, `feat(FEAT-12): …`."""
    name = f"(?P<id>{id_pattern})(?:#(?P<task>[0-9]{{1,6}}))?"
    forms = (rf"{name}[ ]*:", rf"\[{name}\]", rf"[a-zA-Z]+\({name}\)!?:")
    for form in forms:
        found = re.match(form, title.strip(), re.ASCII)
        if found and (known is None or found["id"] in known):
            yield Link(found["id"], Place.TITLE, int(found["task"]) if found["task"] else None)


def _in_branch(ref: str, id_pattern: str, known: Collection[str] | None = None) -> Iterator[Link]:
    """`feat-12-…`, `feature/FEAT-12/…`, in any case."""
    by_folded = {name.casefold(): name for name in sorted(known or ())}
    for segment in ref.split("/"):
        found = re.match(f"(?:{id_pattern})(?![A-Za-z0-9])", segment, re.ASCII | re.IGNORECASE)
        if found and known is None:
            yield Link(found[0], Place.BRANCH)
        elif found and (name := by_folded.get(found[0].casefold())):
            yield Link(name, Place.BRANCH)
