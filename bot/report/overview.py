"""Where a plan stands, in words: the answer of `/plan-status`, and the words it shares."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from bot.gate.overview import PlanOverview, QuestionOverview, TaskOverview, TaskState
from bot.plan.model import Status
from bot.report.markdown import code, escape, escape_html, folded
from bot.report.mermaid import render_graph
from bot.report.phrases import STANDS, STATUS, count_of
from bot.report.site import Site

MOST_IN_FULL = 20
MOST_IN_TABLE = 50
MAX_ANSWER = 60_000  # characters; a comment takes 65,536, and whoever posts it adds a few

_ROWS_UNFOLDED = 10
_MOST_BLOCKERS = 5
_MOST_PULLS = 3
_ROOM = {"question": 8_000, "task": 20_000}  # characters of a table


# ── plain words, not escaped ─────────────────────────────────────────────────
def tell_progress(overview: PlanOverview) -> str:
    """How many tasks are merged, as far as that is known."""
    tasks = len(overview.tasks)
    if not tasks:
        return "no tasks"
    if overview.unknown:
        return count_of(tasks, "task")
    return f"{overview.merged} of {count_of(tasks, 'task')} merged"


def tell_next_step(overview: PlanOverview) -> str:
    """The one thing to do next; it quotes the plan, so it is to be escaped where it is shown."""
    if overview.blockers:
        first = overview.blockers[0]
        return f"Mend line {first.line}: {first.message}"
    match overview.plan.status:
        case Status.UNSET:
            return "Write Status: Draft or Status: Approved at the top of the plan."
        case Status.DRAFT:
            return "Review the plan; if it is right, a human sets its Status to Approved."
        case Status.APPROVED:
            return _next_task(overview)
        case _:
            assert_never(overview.plan.status)


def _next_task(overview: PlanOverview) -> str:
    for one in overview.tasks:
        if one.state is TaskState.READY:
            return f"Open a pull request for task {one.task.number}: {one.task.title}"
    for one in overview.tasks:
        if one.state is TaskState.IN_REVIEW:
            return f"Review and merge the pull request of task {one.task.number}: {one.task.title}"
    if overview.unknown:
        return "Open a pull request for a task; ask /plan-status on GitHub which ones are merged."
    if overview.merged < len(overview.tasks):
        return "Mend what the tasks depend on: each waits for another that is not merged."
    return "Nothing: the plan is Approved, and no task is left."


# ── Markdown ─────────────────────────────────────────────────────────────────
def render_overview(overview: PlanOverview, site: Site) -> str:
    """One plan's answer, in at most `MAX_ANSWER` characters."""
    parts = [
        _standing(overview, site),
        _blockers(overview),
        f"**Next step:** {escape(tell_next_step(overview), 500)}",
        _questions(overview.questions),
        _tasks(overview, site),
        _graph(overview),
    ]
    return "\n\n".join(filter(None, parts))


def render_overviews(overviews: Sequence[PlanOverview], site: Site) -> str:
    """The answer for several plans: a table of them, then each folded, as far as there is room."""
    if not overviews:
        return "There is no plan to tell of."
    if len(overviews) == 1:
        return render_overview(overviews[0], site)
    head = ["| Plan | Status | Next step |", "|---|---|---|"]
    rows = [_summary(one) for one in overviews[:MOST_IN_TABLE]]
    parts = ["\n".join(head + rows)]
    left = MAX_ANSWER - len(parts[0])
    for shown, one in enumerate(overviews):
        full = folded(_heading(one), [render_overview(one, site)])
        if shown == MOST_IN_FULL or len(full) > left:
            parts.append(
                f"{count_of(len(overviews) - shown, 'more plan')} left out, for want of room: "
                "ask for one by `/plan-status ID`."
            )
            break
        parts.append(full)
        left -= len(full) + 2
    return "\n\n".join(parts)


def _summary(overview: PlanOverview) -> str:
    status = f"{STATUS[overview.plan.status]}, {tell_progress(overview)}"
    step = escape(tell_next_step(overview), 150)
    return f"| {_name(overview)} | {status} | {step} |"


def _name(overview: PlanOverview) -> str:
    title = overview.plan.title
    name = escape(overview.plan.label, 80)
    return f"{name} {escape(title, 100)}" if title else name


def _heading(overview: PlanOverview) -> str:
    """The name for a line of HTML."""
    return escape_html(f"{overview.plan.label[:80]} {overview.plan.title or ''}")


def _standing(overview: PlanOverview, site: Site) -> str:
    plan = overview.plan
    where = f"{site.plan(plan.path, overview.branch)} on {site.on(overview.branch)}"
    return f"**{_name(overview)}** {STANDS[plan.status]}{_approval(overview, site)}: {where}."


def _approval(overview: PlanOverview, site: Site) -> str:
    known = overview.provenance
    if known is None:
        return ""
    by = code(known.by.login) if known.by else "an account that GitHub does not know"
    day = f" on {escape(known.at[:10])}" if known.at else ""
    if not known.pull:
        return f", set by {by}{day}, in no merged pull request"
    return f", set by {by}{day} in {site.pull(site.home or site.repository, known.pull)}"


def _blockers(overview: PlanOverview) -> str:
    found = overview.blockers
    if not found:
        return ""
    what = "counting" if overview.plan.status is Status.APPROVED else "being approved"
    lines = [f"**Kept from {what}** by {count_of(len(found), 'error')}:", ""]
    lines += [f"- line {one.line}: {escape(one.message)}" for one in found[:_MOST_BLOCKERS]]
    if (more := len(found) - _MOST_BLOCKERS) > 0:
        lines.append(f"- and {more} more, which `plan-gate lint --as approved` shows")
    return "\n".join(lines)


def _questions(questions: Sequence[QuestionOverview]) -> str:
    rows = (
        f"| {escape(one.question) or '—'} | {code(one.owner, 80) if one.owner else '—'} "
        f"| {escape(one.due, 40) or '—'}{' (overdue)' if one.overdue else ''} |"
        for one in questions
    )
    heads = ["Open question", "Owner", "Due"]
    return _table("open question", heads, rows, len(questions), _ROOM["question"])


def _tasks(overview: PlanOverview, site: Site) -> str:
    if not overview.tasks:
        return "The plan has no tasks."
    rows = (_task(one, site) for one in overview.tasks)
    heads = ["Task", "Service", "State"]  # three columns, for phones
    table = _table("task", heads, rows, len(overview.tasks), _ROOM["task"])
    return f"**Progress:** {tell_progress(overview)}.\n\n{table}"


def _task(one: TaskOverview, site: Site) -> str:
    pulls = [site.pull(pull.repository, pull.number) for pull in one.pulls[:_MOST_PULLS]]
    if (more := len(one.pulls) - _MOST_PULLS) > 0:
        pulls.append(f"{more} more")
    title, service = escape(one.task.title, 150) or "—", escape(one.service, 80) or "—"
    where = f": {', '.join(pulls)}" if pulls else ""
    return f"| **{one.task.number}** {title} | {service} | {one.state}{where} |"


def _graph(overview: PlanOverview) -> str:
    if len(overview.tasks) < 2:
        return ""
    graph = render_graph(overview.tasks)
    return graph or "The graph of the tasks is left out: it would be too large to read."


def _table(noun: str, heads: Sequence[str], rows: Iterable[str], total: int, room: int) -> str:
    """The table as far as there is room, folded where it is long; empty without rows.

    Of the *total* rows none is made that has no room: a plan may have very many.
    """
    if not total:
        return ""
    kept = list(_within(rows, room))
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *kept]
    table = "\n".join(lines)
    if len(kept) < total:
        table += f"\n\n{count_of(total - len(kept), f'more {noun}')} in the plan."
    return folded(count_of(total, noun), [table]) if total > _ROWS_UNFOLDED else table


def _within(rows: Iterable[str], room: int) -> Iterable[str]:
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            return
        yield row
