"""`plan-gate new`: writes a plan from the template. What is not answered stays a placeholder."""

import argparse
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from itertools import takewhile
from pathlib import Path

from bot.cli.files import (
    STDIN,
    LintSettings,
    add_config_argument,
    find_repository,
    read_settings,
    reason,
    shown,
)
from bot.errors import UsageError

Ask = Callable[[str], str]

_SIZE = re.compile(r"(?P<size>XL|S|M|L)\b[\s—–:.,-]*(?P<why>.*)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_WILD = re.compile(r"[*?\[{!]")

# What in the template is a choice or stands for several lines; a test holds it to the template.
STATUS_CHOICE = "Draft | Approved  ← Human sets this manually after reviewing the plan"
SIZE_CHOICE = "S | M | L | XL"
SERVICE_ROW = "| {name}  | {new endpoint / DB change / event} | {team} |"


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of the plan to come; empty where nobody said."""

    id: str
    name: str
    size: str = ""
    why: str = ""
    team: str = ""
    ticket: str = ""
    services: tuple[str, ...] = ()


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "On a terminal you are asked for what is missing; Enter leaves it for later. The plan is a "
        "Draft: only a human approves. Exit status: 0, or 2 where nothing was written."
    )
    parser.add_argument("id", metavar="ID", nargs="?", help="such as FEAT-123")
    parser.add_argument("name", metavar="NAME", nargs="?", help="what it is about, in a few words")
    parser.add_argument(
        "--complexity", metavar="SIZE", help="S, M, L or XL, and why: 'M — one endpoint'"
    )
    parser.add_argument("--team", help="the team that owns it")
    parser.add_argument("--ticket", help="its ticket, a key or a link")
    parser.add_argument("--services", nargs="+", metavar="NAME", help="the services it touches")
    parser.add_argument("--output", metavar="FILE", help="where to write it, - for standard output")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Write the plan into a file that does not exist yet."""
    settings = read_settings(Path(args.output or ""), args.config)
    ask = _ask if sys.stdin.isatty() and sys.stdout.isatty() else _leave
    answers = read_answers(args, settings.id_pattern, ask)
    text = fill(read_template(), answers)
    if args.output == STDIN:
        print(text, end="")
        return 0
    path = Path(args.output) if args.output else _place(answers.id, settings)
    _write(path, text)
    name = shown(path)
    print(f"wrote {name}: fill in its placeholders, and check it with `plan-gate lint {name}`")
    return 0


def read_answers(args: argparse.Namespace, id_pattern: str, ask: Ask) -> Answers:
    """Take the answers from the arguments, and ask for the others."""

    def answer(given: str | None, question: str) -> str:
        return " ".join((ask(f"{question}: ") if given is None else given).split())

    plan_id = answer(args.id, "ID, such as FEAT-123")
    name = answer(args.name, "Name, in a few words")
    if not plan_id or not name:
        raise UsageError('a plan has an ID and a name: `plan-gate new FEAT-123 "Name"`')
    if not re.fullmatch(id_pattern, plan_id):
        raise UsageError(f"{plan_id} is no plan ID: it has to match {id_pattern}")
    size, why = _read_size(answer(args.complexity, "Complexity (S, M, L, XL), and why"))
    services = ",".join(args.services) if args.services else None
    return Answers(
        plan_id,
        name,
        size,
        why,
        team=answer(args.team, "Team"),
        ticket=answer(args.ticket, "Ticket, its key or its link"),
        services=_split(answer(services, "Services, comma-separated")),
    )


def fill(template: str, answers: Answers) -> str:
    """Fill the template with the answers.

    >>> fill("# Plan: {FEAT-ID} — {Feature Name}, {?}", Answers("FEAT-1", "Search"))
    '# Plan: FEAT-1 — Search, {?}'
    """
    cells = [service.replace("|", "\\|") for service in answers.services]
    text = template.replace(STATUS_CHOICE, "Draft").replace(
        SIZE_CHOICE, answers.size or SIZE_CHOICE
    )
    if cells:
        rows = [SERVICE_ROW.replace("{name} ", cell) for cell in cells]
        text = text.replace(SERVICE_ROW, "\n".join(rows))
    values = {
        "{FEAT-ID}": answers.id,
        "{Feature Name}": answers.name,
        "{NAME}": _flag(answers.name),
        "{one sentence justification}": answers.why,
        "{team}": answers.team,
        "{link}": answers.ticket,
        "{service}": cells[0] if len(cells) == 1 else "",
    }
    return _PLACEHOLDER.sub(lambda found: values.get(found[0]) or found[0], text)


def read_template() -> str:
    """Read the template, which comes with the package."""
    return resources.files("bot.cli").joinpath("plan-template.md").read_text(encoding="utf-8")


def _read_size(text: str) -> tuple[str, str]:
    match = _SIZE.fullmatch(text)
    if text and match is None:
        raise UsageError(f"{text} is no complexity: write S, M, L or XL, and why")
    return (match["size"].upper(), match["why"]) if match else ("", "")


def _split(text: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(",") if (name := part.strip()))


def _flag(name: str) -> str:
    """Return a name as a feature flag has it.

    >>> _flag("Search in the café")
    'SEARCH_IN_THE_CAFE'
    """
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    return re.sub(r"[^A-Z0-9]+", "_", letters).strip("_")


def _place(plan_id: str, settings: LintSettings) -> Path:
    """Return the file in the folder of the first glob that says where plans are."""
    folders = settings.paths[0].split("/")[:-1] if settings.paths else []
    fixed = list(takewhile(lambda folder: not _WILD.search(folder), folders))
    root = find_repository(Path()) or Path()
    return Path(root, *fixed, f"{plan_id.replace('/', '-')}.md")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        there = shown(Path(error.filename))
        raise UsageError(f"{there} exists already: name another file with --output") from None
    except OSError as error:
        raise UsageError(f"{shown(path)}: {reason(error)}") from None


def _ask(question: str) -> str:
    try:
        return input(question)
    except EOFError:  # nothing more will be answered
        return ""


def _leave(_: str) -> str:
    return ""
