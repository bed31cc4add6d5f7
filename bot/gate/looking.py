"""Plan files looked at closely, for people who ask where they stand. Pure, in any process."""

import re
from datetime import date
from typing import NamedTuple

from bot.gate.overview import PlanOverview, QuestionOverview, TaskOverview, TaskState, is_overdue
from bot.gate.plan_file import summarise
from bot.gate.reading import Reading, Source, options_of, parse
from bot.plan.fields import read_team_and_ticket
from bot.plan.lint import blockers
from bot.plan.model import Plan


class Look(NamedTuple):
    """What a plan says of itself, how far its tasks are left open; *ticket* as it is written."""

    overview: PlanOverview
    ticket: str = ""


def look_closely(sources: list[Source], reading: Reading, branch: str, day: str) -> list[Look]:
    """Each plan by itself, as it is on *branch* on the *day* (ISO 8601)."""
    today = date.fromisoformat(day)
    return [
        _look(path, blob, parse(content, reading), reading, branch, today)
        for path, blob, content in sources
    ]


def names_issue(ticket: str, repository: str, number: int, *, here: bool) -> bool:
    """Whether a ticket field leads to an issue of *repository*; *here*: the plan is there, too.

    It may be written `#7`, where the plan is in the same repository, `owner/name#7` or as the
    address.
    """
    name = re.escape(repository)
    forms = [rf"(?<![\w./-]){name}#{number}\b", rf"/{name}/issues/{number}\b"]
    if here:
        forms.append(rf"(?<![\w./#-])#{number}\b")
    return any(re.search(form, ticket, re.IGNORECASE | re.ASCII) for form in forms)


def _look(path: str, blob: str, plan: Plan, reading: Reading, branch: str, today: date) -> Look:
    file = summarise(path, blob, plan, blockers(plan, options_of(reading)))
    _, ticket = read_team_and_ticket(plan.header)
    rows = zip(file.tasks, plan.tasks, strict=True)
    overview = PlanOverview(
        plan=file,
        branch=branch,
        blockers=file.findings,
        questions=tuple(
            QuestionOverview(one.question, one.owner, one.due, is_overdue(one.due, today))
            for one in plan.questions
            if not one.answered
        ),
        tasks=tuple(TaskOverview(row, task.service, TaskState.UNKNOWN) for row, task in rows),
    )
    return Look(overview, ticket.text if ticket else "")
