"""The forms in which a plan is named after `Plan:`. It knows neither places nor plans."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_TASK = re.compile(r"#(?P<task>[0-9]{1,6})$")
_EMPHASIS = re.compile(r"\*{1,3}([^*]+)\*{1,3}|_{1,3}([^_]+)_{1,3}|<([^<>]+)>")
_PATH = re.compile(r"[^\s<>]+\.md")
_MARKDOWN_LINK = re.compile(r"\[(?P<text>[^\[\]]*)\]\((?P<target>[^()\s]*)\)")
_PLACE_IN_URL = re.compile(
    r"/(?P<repository>[^/]+/[^/]+)/(?:blob|tree|raw|edit)/[^/]+/(?P<path>.+)"
)
_IN_REPOSITORY = re.compile(r"(?P<repository>[\w.-]+/[\w.-]+)#(?P<name>[^#\s]+)", re.ASCII)


class Name(NamedTuple):
    """A plan as somebody names it: an ID or a path, perhaps with a task and a repository.

    An address that is no file's on GitHub is a name as it stands: it names no plan that there is.
    """

    name: str
    task: int | None = None
    repository: str = ""
    in_url: bool = False


def read_name(text: str, id_pattern: str) -> Name | None:
    """Read one name: `FEAT-12`, `FEAT-12#3`, a path, an address, or `owner/repo#…`.

    Anything else is prose: `Plan: how I went about it` names no plan. IDs are compared as they are
    written, so nothing invisible, escaped or merely alike makes one into another.

    >>> read_name(" **FEAT-12#3**.", "FEAT-[0-9]+")
    Name(name='FEAT-12', task=3, repository='', in_url=False)
    """
    name = text.strip().rstrip(".;")
    if emphasised := _EMPHASIS.fullmatch(name):
        name = emphasised[emphasised.lastindex or 0]
    if markdown := _MARKDOWN_LINK.fullmatch(name):
        shown = _read_plain(markdown["text"], id_pattern)
        name = markdown["target"] if shown is None or shown.repository else markdown["text"]
    if name.startswith(("https://", "http://")):
        return _read_address(name)
    return _read_plain(name, id_pattern)


def _read_plain(name: str, id_pattern: str) -> Name | None:
    task = None
    if numbered := _TASK.search(name):
        task, name = int(numbered["task"]), name[: numbered.start()]
    repository = ""
    if other := _IN_REPOSITORY.fullmatch(name):
        repository, name = other["repository"], other["name"]
    if re.fullmatch(id_pattern, name, re.ASCII) or _PATH.fullmatch(name):
        return Name(name, task, repository)
    return None


def _read_address(url: str) -> Name:
    """The repository and the path that an address names, else the address as it stands."""
    try:
        place = _PLACE_IN_URL.fullmatch(unquote(urlsplit(url).path))
    except ValueError:
        place = None
    if place is None:
        return Name(url)
    return Name(place["path"], repository=place["repository"], in_url=True)
