"""The messages, made by the real renderers from example values. It words nothing itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.gate.facts import Finding, InvalidConfig, PlanFile
from bot.gate.verdict import (
    NoPlanLinked,
    PlanApproved,
    PlanHasErrors,
    PlanNotApproved,
    PlansValid,
    Reason,
    Verdict,
    is_aside,
    kind_of,
)
from bot.plan.diagnostics import Severity
from bot.plan.model import Status
from bot.report.buttons import render_exempting, render_explanation, render_withheld
from bot.report.check_run import Annotation, CheckRun, render_check_run
from bot.report.commands import COMMANDS, render_help, render_unknown
from bot.report.comment import render_comment
from bot.report.examples import EXAMPLES, SITE
from bot.report.judged import Judged
from bot.report.markdown import escape
from bot.report.replies import Refusal, render_answer
from bot.report.status_answer import (
    render_none,
    render_pointer,
    render_status,
    render_untold,
    tell_closed,
    tell_config,
    tell_private,
    tell_unreadable,
)
from bot.report.titles import title
from tests.gallery.overviews import (
    APPROVED,
    DEADLOCK,
    DONE,
    DRAFT,
    EVIL,
    HOSTILE,
    HUGE,
    MANY,
    UNSET,
    UNTRACED,
    WITHOUT_TASKS,
)

R = TypeVar("R")

_COMMENT = 1_712
_DECISION = "3f2a90c1d4e5"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the *kind* is its folder, *text* is Markdown as GitHub gets it."""

    kind: str
    name: str
    text: str


def messages() -> list[Message]:
    """All of them, each under a name of its own."""
    found = [*_check_runs(), *_comments(), *_statuses(), *_replies(), *_pressed()]
    assert len({(one.kind, one.name) for one in found}) == len(found), "two have one name"
    return found


# ── verdicts ─────────────────────────────────────────────────────────────────
def _named() -> Iterator[tuple[str, Reason]]:
    """The examples of every reason, each with a name."""
    seen: dict[str, int] = {}
    for reason in EXAMPLES:
        name = kind_of(reason)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}-{seen[name]}"), reason


def _judged(*reasons: Reason, number: int = 7, **verdict: object) -> Judged:
    plain = Verdict(reasons, touched=tuple(_touched(reasons)))
    told = replace(plain, **verdict)  # type: ignore[arg-type]
    return Judged(number, "Add the one-page checkout", told, _DECISION, "feature/checkout")


def _touched(reasons: Sequence[Reason]) -> Iterator[PlanFile]:
    for reason in reasons:
        if isinstance(reason, PlanHasErrors):
            yield reason.plan
        elif isinstance(reason, PlansValid):
            yield from reason.plans


def _with_reason_to_pass(reason: Reason) -> tuple[Reason, ...]:
    """What is only worth saying stands beside what decides."""
    return (_reason(PlanApproved), reason) if is_aside(reason) else (reason,)


def _reason(kind: type[R]) -> R:
    return next(one for one in EXAMPLES if isinstance(one, kind))


def _approved(name: str) -> PlanApproved:
    approved = _reason(PlanApproved)
    return replace(approved, plan=replace(approved.plan, id=name, path=f"plans/{name}.md"))


_MANY = tuple(one for one in EXAMPLES if one.blocks)
_BAD = Finding("H011", HOSTILE[:20], Severity.ERROR, 3, 1, 3, 9, HOSTILE)
_EVIL_PLAN = PlanFile(f"plans/{HOSTILE}.md", "b", HOSTILE, HOSTILE, Status.DRAFT, findings=(_BAD,))
_LONG = tuple(
    PlanHasErrors(
        replace(_EVIL_PLAN, path=f"plans/{'very-' * 30}long-{number}.md", blob=f"{number}")
    )
    for number in range(60)
)
_STATES: dict[str, list[Judged]] = {
    "many-reasons": [_judged(*_MANY)],
    "shadow": [_judged(_reason(NoPlanLinked), shadow=True)],
    "shadow-passing": [_judged(_reason(PlanApproved), shadow=True)],
    "plans-elsewhere": [_judged(_reason(PlanNotApproved), home="acme/plans")],
    "hostile": [_judged(PlanHasErrors(_EVIL_PLAN), PlanNotApproved(_EVIL_PLAN, "main", False))],
    "too-long": [_judged(*_LONG)],
    "two-approved": [_judged(*(_approved(name) for name in ("FEAT-12", "FEAT-13")))],
}


def _check_runs() -> Iterator[Message]:
    for name, reason in _named():
        yield _check_run(name, [_judged(*_with_reason_to_pass(reason))])
    for name, judged in _STATES.items():
        yield _check_run(f"state-{name}", judged)
    shared = [_judged(_reason(PlanApproved)), _judged(_reason(NoPlanLinked), number=8)]
    yield _check_run("state-shared-head", shared)


def _check_run(name: str, judged: Sequence[Judged]) -> Message:
    run = render_check_run(judged, SITE, "pull acme/shop#7")
    return Message("check-run", name, "\n\n".join(_shown(run)))


def _shown(run: CheckRun) -> Iterator[str]:
    """A check run as one text: what its page has around the summary, too."""
    yield f"# {run.conclusion}: {escape(run.title, 300)}"
    yield f"Buttons: {', '.join(f'[{one.label}]' for one in run.actions)}"
    yield run.summary
    yield from map(_annotation, run.annotations[:10])


def _annotation(one: Annotation) -> str:
    place = f"{one.path}:{one.start_line}"
    return escape(f"{one.annotation_level}: {place}: {one.title}: {one.message}", 1_000)


def _comments() -> Iterator[Message]:
    judged = {name: _judged(*_with_reason_to_pass(reason)) for name, reason in _named()}
    judged |= {f"state-{name}": one for name, (one, *_) in _STATES.items()}
    judged["state-quieted"] = _judged(_reason(NoPlanLinked), comments="never")
    for name, one in judged.items():
        text = render_comment(one, SITE, standing=True)
        if text is not None:
            yield Message("comment", name, text)


# ── /plan-status ─────────────────────────────────────────────────────────────
def _statuses() -> Iterator[Message]:
    told = {
        "approved": [APPROVED],
        "draft": [DRAFT],
        "unset": [UNSET],
        "done": [DONE],
        "without-tasks": [WITHOUT_TASKS],
        "set-outside-a-pull-request": [UNTRACED],
        "deadlock": [DEADLOCK],
        "several": [APPROVED, DRAFT, UNSET],
        "huge": [HUGE],
        "very-many": MANY,
        "hostile": [EVIL],
        "several-hostile": [EVIL, EVIL],
    }
    for name, plans in told.items():
        yield Message("status", name, render_status(plans, SITE))
    yield Message("status", "every", render_status([APPROVED, DRAFT], SITE, every=True, left=3))
    yield Message("status", "indexing", render_status([APPROVED], SITE, indexing=True))
    elsewhere = replace(SITE, home="acme/plans")
    yield Message("status", "plans-elsewhere", render_status([APPROVED], elsewhere))
    yield Message("status", "none-here", render_none("", ()))
    yield Message("status", "none-called-so", render_none("FEAT-21", ("FEAT-12", "plans/a.md")))
    yield Message("status", "none-like-it", render_none(HOSTILE, ()))
    broken = InvalidConfig(".github/plan-gate.yml", 3, 1, "Unknown key `aproval`")
    for name, problem in {
        "closed": tell_closed("acme/plans"),
        "private": tell_private("acme/plans"),
        "unreadable": tell_unreadable("acme/plans"),
        "config": tell_config(broken),
        "organisation-config": tell_config(replace(broken, repository="acme/.github")),
    }.items():
        yield Message("status", f"untold-{name}", render_untold(problem))
    yield Message("status", "pointer", render_pointer(_COMMENT))


# ── commands and buttons ─────────────────────────────────────────────────────
def _replies() -> Iterator[Message]:
    for refusal in Refusal:
        name = refusal.name.lower().replace("_", "-")
        yield Message("reply", f"refused-{name}", render_answer(_COMMENT, [("exempt", refusal)]))
    several = [("exempt", Refusal.OWN), ("check", Refusal.CLOSED)]
    yield Message("reply", "refused-several", render_answer(_COMMENT, several))
    yield Message("reply", "help", render_help(_COMMENT))
    yield Message("reply", "unknown", render_unknown("bob", "stats", COMMANDS[0].name))


def _pressed() -> Iterator[Message]:
    verdict = _judged(_reason(NoPlanLinked))
    tree = "├─ ✓ The configuration can be read\n└─ ✗ Its code has an approved plan, or is exempt"
    words = escape(title(verdict.verdict.reasons[0]))
    yield Message("button", "explain", render_explanation(_DECISION, words, tree))
    yield Message("button", "explain-too-long", render_explanation(_DECISION, words, tree * 2_000))
    yield Message("button", "explain-withheld", render_withheld(_DECISION, "acme/plans"))
    yield Message("button", "exempt", render_exempting("4f1d0c7b93aa"))
