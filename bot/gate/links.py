"""Which plans a pull request names, and where. It reads untrusted text and decides nothing."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

from bot.gate.facts import Pull
from bot.plan.prose import mask_inline

MAX_BODY = 65_536  # GitHub's own limit for a description
MAX_LINKS = 20

_blocks = MarkdownIt("commonmark").disable("inline")

_LABEL = re.compile(r"[*_]{0,2}plan[*_]{0,2}[ \t]*:[*_]{0,2}[ \t]*(?P<names>.*)", re.IGNORECASE)
_TASK = re.compile(r"#(?P<task>[0-9]{1,6})$")
_EMPHASIS = re.compile(r"\*{1,3}([^*]+)\*{1,3}|_{1,3}([^_]+)_{1,3}|<([^<>]+)>")
_PATH = re.compile(r"[^\s<>]+\.md")
_MARKDOWN_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]*)\)")
_PLACE_IN_URL = re.compile(
    r"/(?P<repository>[^/]+/[^/]+)/(?:blob|tree|raw|edit)/[^/]+/(?P<path>.+)"
)
_OTHER_REPOSITORY = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)#(?P<name>[^#\s]+)", re.ASCII)


class Place(StrEnum):
    """Where a link stands; the first place that names any plan wins."""

    BODY = "description"
    TITLE = "title"
    BRANCH = "branch"
    FILES = "changed files"


@dataclass(frozen=True, slots=True)
class Link:
    """One plan as the pull request names it: an ID, or a path with a slash or an ending."""

    name: str
    place: Place
    task: int | None = None
    in_url: bool = False

    @property
    def is_path(self) -> bool:
        """Whether the name is a file's path rather than an ID."""
        return "/" in self.name or self.name.endswith(".md")

    def names(self, path: str) -> bool:
        """Whether it is the file at *path*; an address may have a part of its branch before it."""
        return self.name == path or (self.in_url and self.name.endswith(f"/{path}"))


@dataclass(frozen=True, slots=True)
class Links:
    """The links that count, and those of later places that name something else."""

    counted: tuple[Link, ...] = ()
    ignored: tuple[Link, ...] = ()


def find_links(
    *,
    repository: str,
    title: str,
    body: str,
    head_ref: str,
    id_pattern: str,
    known: Collection[str],
    touched: Sequence[str] = (),
) -> Links:
    """Find the plans that a pull request links.

    *known* are the IDs of existing plans: in a title or a branch an ID that names no plan is
    ignored (`UTF-8` is none), in the description it counts. *touched* are the plans that the
    pull request itself changes: they are its plans where it names none.
    """
    places = (
        _unique(_in_body(body, repository, id_pattern)),
        _unique(_in_title(title, id_pattern, known)),
        _unique(_in_branch(head_ref, id_pattern, known)),
        tuple(Link(name, Place.FILES) for name in touched),
    )
    counted = next((links for links in places if links), ())
    names = {link.name for link in counted}
    ignored = tuple(
        link
        for links in places[:3]
        for link in links
        if counted and link.place is not counted[0].place and link.name not in names
    )
    return Links(counted, ignored)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Names, folded, that may turn out to be links once the plans are known.

    *deciding* are those of the description; where it has none, what title and branch may name.
    The others can only differ from them, which is worth a word.
    """

    deciding: frozenset[str]
    others: frozenset[str] = frozenset()


def find_mentions(pull: Pull, id_pattern: str) -> Mentions:
    """Find what has to be looked for to know which plans *pull* links."""
    body = _folded(_in_body(pull.body, pull.repository, id_pattern))
    rest = _folded(_in_title(pull.title, id_pattern)) | _folded(
        _in_branch(pull.head_ref, id_pattern)
    )
    return Mentions(body, rest) if body else Mentions(rest)


def _folded(links: Iterator[Link]) -> frozenset[str]:
    return frozenset(link.name.casefold() for link in _unique(links))


def _unique(links: Iterator[Link]) -> tuple[Link, ...]:
    return tuple(dict.fromkeys(links))[: MAX_LINKS + 1]


def _in_body(body: str, repository: str, id_pattern: str) -> Iterator[Link]:
    for line in visible_lines(body):
        if label := _LABEL.match(line):
            for name in label["names"].split(","):
                if link := _named(name, repository, id_pattern):
                    yield link


def _named(text: str, repository: str, id_pattern: str) -> Link | None:
    """Read one name after `Plan:`: an ID, a path, an address, or `owner/repo#…`.

    Anything else is prose: `Plan: how I went about it` names no plan.
    """
    name = text.strip().rstrip(".;")
    if emphasised := _EMPHASIS.fullmatch(name):
        name = emphasised[emphasised.lastindex or 0]
    if markdown := _MARKDOWN_LINK.fullmatch(name):
        is_id = re.fullmatch(id_pattern, markdown["text"], re.ASCII)
        name = markdown["text"] if is_id else markdown["target"]
    if name.startswith(("https://", "http://")):
        return _from_url(name, repository)
    task = None
    if numbered := _TASK.search(name):
        task, name = int(numbered["task"]), name[: numbered.start()]
    if other := _OTHER_REPOSITORY.fullmatch(name):
        if other["repository"].casefold() != repository.casefold():
            return Link(name, Place.BODY, task)
        name = other["name"]
    if re.fullmatch(id_pattern, name, re.ASCII) or _PATH.fullmatch(name):
        return Link(name, Place.BODY, task)
    return None


def _from_url(url: str, repository: str) -> Link:
    """The path that an address of this repository names, else the address as it stands."""
    try:
        place = _PLACE_IN_URL.fullmatch(unquote(urlsplit(url).path))
    except ValueError:
        place = None
    if place and place["repository"].casefold() == repository.casefold():
        return Link(place["path"], Place.BODY, in_url=True)
    return Link(url, Place.BODY)


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


def visible_lines(text: str) -> Iterator[str]:
    """The lines of Markdown *text* that a reader sees as prose: no code, quote or HTML comment.

    Blocks alone are parsed; code and comments inside a line are blanked out.
    """
    quoted = 0
    for token in _blocks.parse(text[:MAX_BODY].replace("\r\n", "\n")):
        match token.type:
            case "blockquote_open":
                quoted += 1
            case "blockquote_close":
                quoted -= 1
            case "inline" if not quoted:
                yield from (line.strip() for line in mask_inline(token.content).split("\n"))
