"""`plan-gate status`: where the plans of a checkout stand. It asks nobody, GitHub included."""

import argparse
import datetime
import difflib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.cli.files import STDIN, LintSettings, add_config_argument, find_files
from bot.cli.formats import printable
from bot.cli.formats.json import as_json
from bot.cli.lint import read_day, wants_colour
from bot.cli.table import aligned
from bot.cli.trees import read_trees
from bot.gate.overview import (
    PlanOverview,
    QuestionOverview,
    TaskOverview,
    TaskState,
    is_overdue,
)
from bot.gate.plan_file import summarise
from bot.plan.diagnostics import Diagnostic
from bot.plan.lint import blockers
from bot.plan.model import OpenQuestion, Plan, Status
from bot.report.markdown import visible
from bot.report.overview import tell_next_step, tell_progress
from bot.report.phrases import STATUS

NOT_SO = 1

_BAR = 20
_PAINT = {Status.APPROVED: "32", Status.DRAFT: "33", Status.UNSET: "31"}


@dataclass(frozen=True, slots=True)
class _Local:
    """A plan of the checkout, and what can be told of it without GitHub."""

    plan: Plan
    found: tuple[Diagnostic, ...]
    overview: PlanOverview


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = (
        "Which tasks are merged is known on GitHub alone (/plan-status there): here the state of "
        "each is unknown. One plan is told in full, several as a table."
    )
    parser.add_argument(
        "names",
        metavar="ID|PATH",
        nargs="*",
        help="a plan's ID, its file, a directory or - (default: the repository's plans)",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument("--today", metavar="YYYY-MM-DD", help="the day that overdue goes by")
    add_config_argument(parser)


def run(args: argparse.Namespace) -> int:
    """Print where the plans stand; 1 where one that was named is not there."""
    day = read_day(args.today)
    missing: list[str] = []
    plans = [_look(*one, day) for one in _find(args.names, args.config, missing)]
    if args.format == "json":
        print(json.dumps([_as_json(one) for one in plans], ensure_ascii=False, indent=2))
    elif len(plans) == 1:
        print("\n".join(_tell(plans[0], colour=wants_colour(sys.stdout))))
    elif plans:
        print("\n".join(_list(plans)))
    for complaint in missing:
        print(f"plan-gate: {printable(complaint)}", file=sys.stderr)
    return NOT_SO if missing else 0


# ── which plans ──────────────────────────────────────────────────────────────
def _find(
    names: Sequence[str], config: Path | None, missing: list[str]
) -> Iterator[tuple[str, Plan, LintSettings]]:
    """Yield the plans asked for; of each name that is none, say so in *missing*."""
    if not names:
        yield from _read([], config)
        return
    every: list[tuple[str, Plan, LintSettings]] | None = None
    for name in names:
        if name == STDIN or os.path.exists(name):  # noqa: PTH110 - unlike Path's, it never raises
            yield from _read([name], config)
            continue
        every = list(_read([], config)) if every is None else every
        called = [one for one in every if (one[1].id or "").casefold() == name.casefold()]
        yield from called
        if not called:
            known = [word for path, plan, _ in every for word in (plan.id, path) if word]
            missing.append(f"{name}: no plan has that ID or path here; {_advice(name, known)}")


def _advice(name: str, known: Sequence[str]) -> str:
    written = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(name.casefold(), written, n=1)
    return f"did you mean {written[near[0]]}?" if near else "plan-gate status lists them"


def _read(names: Sequence[str], config: Path | None) -> Iterator[tuple[str, Plan, LintSettings]]:
    for tree in read_trees(find_files(names, config)):
        for path, plan in tree.plans.items():
            yield path, plan, tree.settings


# ── what can be told of one ──────────────────────────────────────────────────
def _look(path: str, plan: Plan, settings: LintSettings, day: datetime.date) -> _Local:
    found = blockers(plan, settings.options(today=day))
    file = summarise(path, "", plan, found)
    tasks = zip(file.tasks, plan.tasks, strict=True)
    overview = PlanOverview(
        plan=file,
        branch="",
        blockers=file.findings,
        questions=tuple(_question(one, day) for one in plan.questions if not one.answered),
        tasks=tuple(TaskOverview(one, task.service, TaskState.UNKNOWN) for one, task in tasks),
    )
    return _Local(plan, found, overview)


def _question(one: OpenQuestion, day: datetime.date) -> QuestionOverview:
    return QuestionOverview(one.question, one.owner, one.due, is_overdue(one.due, day))


# ── for programs ─────────────────────────────────────────────────────────────
def _as_json(one: _Local) -> dict[str, object]:
    file, overview = one.overview.plan, one.overview
    questions = len(one.plan.questions)
    return {
        "id": file.id,
        "title": file.title,
        "path": file.path,
        "status": file.status.value,
        "progress": {
            "tasks": len(overview.tasks),
            "merged": None,
            "questions": questions,
            "answered": questions - len(overview.questions),
        },
        "tasks": [
            {
                "number": task.task.number,
                "title": task.task.title,
                "service": task.service,
                "state": task.state.value,
                "depends_on": list(task.task.depends_on),
            }
            for task in overview.tasks
        ],
        "open_questions": [
            {"question": q.question, "owner": q.owner, "due": q.due, "overdue": q.overdue}
            for q in overview.questions
        ],
        "blockers": [as_json(file.path, found) for found in one.found],
        "next_step": tell_next_step(overview),
    }


# ── for people ───────────────────────────────────────────────────────────────
def _list(plans: Sequence[_Local]) -> Iterator[str]:
    rows = [
        [
            visible(one.overview.plan.label, 60),
            STATUS[one.overview.plan.status],
            _answered(one),
            tell_progress(one.overview),
            visible(tell_next_step(one.overview), 80),
        ]
        for one in plans
    ]
    return aligned(["PLAN", "STATUS", "ANSWERED", "TASKS", "NEXT STEP"], rows)


def _tell(one: _Local, *, colour: bool) -> Iterator[str]:
    file, overview = one.overview.plan, one.overview
    status = STATUS[file.status]
    if colour:
        status = f"\x1b[{_PAINT[file.status]}m{status}\x1b[0m"
    yield visible(f"{file.label} — {file.title or '(no title)'}")
    yield f"Status:     {status}"
    yield f"Questions:  {_bar(one) if one.plan.questions else 'none'}"
    yield f"Tasks:      {tell_progress(overview)}"
    yield f"Next step:  {visible(tell_next_step(overview), 500)}"
    if overview.blockers:
        yield ""
        rows = [[f"{found.line}", found.code, found.message] for found in overview.blockers]
        yield from aligned(["LINE", "RULE", "TO MEND"], rows)
    if overview.questions:
        yield ""
        rows = [
            [q.question, q.owner or "—", f"{q.due or '—'}{' (overdue)' if q.overdue else ''}"]
            for q in overview.questions
        ]
        yield from aligned(["OPEN QUESTION", "OWNER", "DUE"], rows)
    if overview.tasks:
        yield ""
        yield from aligned(["TASK", "TITLE", "SERVICE", "AFTER"], map(_task, overview.tasks))


def _task(one: TaskOverview) -> list[str]:
    after = ", ".join(map(str, one.task.depends_on))
    return [str(one.task.number), one.task.title, one.service or "—", after or "—"]


def _answered(one: _Local) -> str:
    questions = len(one.plan.questions)
    return f"{questions - len(one.overview.questions)} of {questions}"


def _bar(one: _Local) -> str:
    questions = len(one.plan.questions)
    done = _BAR * (questions - len(one.overview.questions)) // questions
    return f"[{'#' * done:-<{_BAR}}] {_answered(one)} answered"
