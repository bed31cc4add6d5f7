"""What `plan-gate enforce` says: the difference, the warnings, and why GitHub refuses. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from bot.gate.verdict import CHECK
from bot.report.markdown import visible
from bot.report.phrases import count_of, list_of
from bot.rollout.reach import Installed, Reach
from bot.rollout.ruleset import NAME, Line, Place, Ruleset

_WIDEST: Final = 400  # characters of what is said of one thing
_GREEN, _RED, _YELLOW, _FAINT = "32", "31", "33", "2"


# ── the difference ───────────────────────────────────────────────────────────
def action_of(before: Ruleset | None, after: Ruleset | None) -> str:
    """What writing would do: `none`, `create`, `update` or `delete`."""
    if before == after:
        return "none"
    if before is None:
        return "create"
    return "update" if after is not None else "delete"


def render_difference(
    place: Place, action: str, lines: Sequence[Line], *, colour: bool = False
) -> str:
    """What is and what would be, thing by thing: `+` comes, `-` goes, `~` changes, ` ` stays."""
    if not lines:
        return f"{_whose(place)}: there is no ruleset “{NAME}”.\n\nNothing to change."
    told = [f"{_whose(place)}: {_HEADS[action].format(name=NAME)}", ""]
    for line in lines:
        told += _told(line, colour=colour)
    changed = count_of(sum(line.changes for line in lines), "change")
    end = "Nothing to change." if action == "none" else f"{changed}; what has no mark stays."
    return "\n".join([*told, "", end])


_HEADS: Final = {
    "none": "the ruleset “{name}” is as it should be",
    "create": "the ruleset “{name}” would be created",
    "update": "the ruleset “{name}” would be changed",
    "delete": "the ruleset “{name}” would be deleted, as nothing else is left in it",
}
_DONE: Final = {
    "create": "created",
    "update": "changed",
    "delete": "deleted",
}


def render_done(place: Place, action: str) -> str:
    """What was written."""
    return f"{_whose(place)}: the ruleset “{NAME}” is {_DONE[action]}."


def _whose(place: Place) -> str:
    kind = "organisation" if place.is_organisation else "repository"
    return f"{kind} {visible(str(place))}"


def _told(line: Line, *, colour: bool) -> Iterator[str]:
    what = visible(line.what, _WIDEST)
    before, after = (
        None if it is None else visible(it, _WIDEST) for it in (line.before, line.after)
    )
    if not line.changes:
        yield _paint(f"    {what}: {after}", _FAINT if colour else "")
    elif before is None:
        yield _paint(f"  + {what}: {after}", _GREEN if colour else "")
    elif after is None:
        yield _paint(f"  - {what}: {before}", _RED if colour else "")
    else:
        yield _paint(f"  ~ {what}: {before} → {after}", _YELLOW if colour else "")


def _paint(text: str, colour: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text


def as_json(
    place: Place, action: str, lines: Sequence[Line], warnings: Sequence[str], *, written: bool
) -> dict[str, object]:
    """The same as values: documented in docs/enforce.md, and stable."""
    return {
        "target": str(place),
        "kind": "organization" if place.is_organisation else "repository",
        "ruleset": NAME,
        "action": action,
        "written": written,
        "changes": [_value(line) for line in lines if line.changes],
        "kept": [{"what": line.what, "value": line.after} for line in lines if not line.changes],
        "warnings": list(warnings),
    }


def _value(line: Line) -> dict[str, object]:
    return {"what": line.what, "before": line.before, "after": line.after}


# ── warnings ─────────────────────────────────────────────────────────────────
def warnings_of(reach: Reach, place: Place) -> list[str]:
    """What would keep pull requests from merging for ever, or could not be looked at."""
    return [*_of_installation(reach, place), *_of_pulls(reach), *_of_unseen(reach)]


def _of_installation(reach: Reach, place: Place) -> Iterator[str]:
    app = f"App {reach.app_id}"
    match reach.installed:
        case None if reach.told:
            yield (
                f"{app} is not installed on {place}: every pull request would wait for a check "
                "that never comes, and none could be merged. Install it first, or mend APP_ID"
            )
        case Installed(slug, suspended=True):
            yield (
                f"{app} ({visible(slug)}) is suspended on {place}: no pull request would get its "
                "check, and none could be merged. Unsuspend it first"
            )
        case Installed(slug, selected=True):
            yield (
                f"{app} ({visible(slug)}) is installed on selected repositories of {place} only: "
                "in any other that the ruleset selects no pull request could be merged. Install "
                "it on all, or narrow the ruleset by --repo"
            )
        case _:
            pass


def _of_pulls(reach: Reach) -> Iterator[str]:
    if not reach.silent:
        return
    which = list_of([visible(name) for name in reach.silent], 5)
    if len(reach.silent) < reach.looked:
        yield (
            f"of the {count_of(reach.looked, 'pull request')} looked at, {which} never got "
            f"“{CHECK}” from App {reach.app_id}, and could not be merged until then: "
            "`/plan-check` there asks for it"
        )
    else:
        yield (
            f"“{CHECK}” was never reported by App {reach.app_id} on {which}, the newest that are "
            "open: none could be merged. Does the server run, with this APP_ID?"
        )


def _of_unseen(reach: Reach) -> Iterator[str]:
    for what in reach.unseen:
        yield f"with this token it could not be seen {visible(what, _WIDEST)}"


# ── why not ──────────────────────────────────────────────────────────────────
def refusal(place: Place, status: int, said: str) -> str:
    """One line: what GitHub refused, and what to give the token or to ask instead."""
    words = visible(said, _WIDEST)
    answered = f"GitHub answered {status}: {words}" if words else f"GitHub answered {status}"
    instead = f"`plan-gate enforce {place}/REPO`"
    if status == 401:
        return f"GITHUB_TOKEN is not valid (any more), {answered}: make a new one"
    if status not in {403, 404}:
        return f"GitHub does not take the ruleset of {place}: {answered}"
    if not place.is_organisation:
        if "pgrade" in words:
            return (
                f"the plan of {place.owner} has no rulesets for a private repository ({answered}): "
                "it needs GitHub Pro, Team or Enterprise"
            )
        return (
            f"GITHUB_TOKEN may not change the rulesets of {place} ({answered}): give it the "
            "repository permission “Administration: write” (a classic one: scope repo), of "
            "somebody who administers that repository"
        )
    if "pgrade" in words:
        return (
            f"the plan of {place} has no organisation rulesets ({answered}), which need GitHub "
            f"Team or Enterprise: enforce one repository after the other, {instead}"
        )
    return (
        f"GITHUB_TOKEN may not change the rulesets of {place} ({answered}): give it the "
        "organisation permission “Administration: write” (a classic one: scope admin:org, or "
        "`gh auth refresh -s admin:org`), of "
        f"somebody who owns {place}; where {place} has no such rulesets: {instead}"
    )
