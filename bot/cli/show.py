"""`plan-gate show`: one plan as data, for scripts and for reading. It changes nothing."""

import argparse
import json
import re
from pathlib import Path

from bot.cli.files import add_config_argument, read_plan, read_settings
from bot.cli.formats import count, printable
from bot.cli.formats.json import as_json
from bot.cli.lint import read_day
from bot.plan.diagnostics import Diagnostic
from bot.plan.lint import LintOptions, approvable, blockers
from bot.plan.model import Plan
from bot.plan.words import plain


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="PATH", help="a plan file, or - for standard input")
    parser.add_argument("--format", choices=["json", "text"], default="text")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print the plan; whatever it says, that is a success."""
    path: str = args.path
    settings = read_settings(Path(path), args.config)
    plan = read_plan(path, settings)
    options = settings.options(today=read_day(None))
    if args.format == "json":
        print(json.dumps(_as_json(path, plan, options), ensure_ascii=False, indent=2))
    else:
        print(_as_text(plan, blockers(plan, options)))
    return 0


def _as_json(path: str, plan: Plan, options: LintOptions) -> dict[str, object]:
    return {
        "id": plan.id,
        "title": plan.title,
        "status": plan.status.value,
        "complexity": plan.complexity,
        "team": plan.team,
        "ticket": plan.ticket,
        "services": list(plan.services),
        "tasks": [
            {
                "number": task.number,
                "title": task.title,
                "service": task.service,
                "depends_on": list(task.depends_on),
            }
            for task in plan.tasks
        ],
        "open_questions": [
            {
                "number": _number(question.number),
                "question": question.question,
                "owner": question.owner,
                "due": question.due,
                "answer": question.answer,
                "answered": question.answered,
            }
            for question in plan.questions
        ],
        "approvable": approvable(plan, options),
        "blockers": [as_json(path, found) for found in blockers(plan, options)],
    }


def _number(written: str) -> int | None:
    """A question's number as a number, as a task's is: `1`, `#1`, `Q1`; null where it has none."""
    found = re.fullmatch(r"[#Qq]?([0-9]{1,9})\.?", plain(written))
    return int(found[1]) if found else None


def _as_text(plan: Plan, blocking: tuple[Diagnostic, ...]) -> str:
    open_questions = sum(not question.answered for question in plan.questions)
    lines = [
        f"{plan.id or '(no ID)'} — {plan.title or '(no title)'}",
        f"Status:      {plan.status}",
        f"Complexity:  {plan.complexity or '—'}",
        f"Team:        {plan.team or '—'}",
        f"Ticket:      {plan.ticket or '—'}",
        f"Services:    {', '.join(plan.services) or '—'}",
        f"Questions:   {open_questions} unanswered of {len(plan.questions)}",
        f"Tasks:       {len(plan.tasks)}",
    ]
    for task in plan.tasks:
        after = f" after {', '.join(map(str, task.depends_on))}" if task.depends_on else ""
        lines.append(f"  {task.number:>3}  {task.title} ({task.service or '—'}){after}")
    if blocking:
        lines.append(f"Approvable:  no, {count(len(blocking), 'error')}")
        lines += [f"  line {found.span.line}: {found.code} {found.message}" for found in blocking]
    else:
        lines.append("Approvable:  yes")
    return "\n".join(map(printable, lines))
