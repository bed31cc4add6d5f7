"""Group R, the rollback plan: a flag, a script, somebody who may, and a time."""

import re
from collections.abc import Iterator

from bot.plan.fix import Edit, Fix
from bot.plan.migration import read_migration
from bot.plan.model import Answer, Plan, Rollback, SectionName, Topic
from bot.plan.questions import is_answer
from bot.plan.rules.registry import OFF, E, Finding, W, rule
from bot.plan.text import Span, Value
from bot.plan.words import is_placeholder, not_applicable, plain, quoted

_FLAG = re.compile(
    r"(?<!\w)FEATURE_\w{1,100}\s?=\s?false\b[^\w\n]{0,20}?(?:[→⇒➜—–:-]|->|=>)\s{0,9}\W{0,3}\w",
    re.IGNORECASE,
)
_SCRIPT = re.compile(r"(?<![\w./{}-])[\w./{}-]{1,200}?\.sql\b")
_ID = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]*-[0-9]+(?![A-Za-z0-9])")
_NUMBER = re.compile(r"[0-9]+$")
_SOMEBODY = re.compile(
    r"\b(?:on-?call|any(?:one|body)|everyone|(?:any|each|every) (?:engineer|developer)|team)\b|@\w",
    re.IGNORECASE,
)
_DURATION = re.compile(
    r"""\d\s?-?(?:[smhd]\b|ms\b|sec|min|h(?:ou)?rs?\b|days?\b)
      | \b(?:an?|one|two|three|five|ten|half\ an|quarter\ of\ an)\ (?:second|minute|hour|day)
      | \b(?:immediate|instant|at\ once) | \b\d?\d:\d\d\b | \bPT?\d""",
    re.IGNORECASE | re.VERBOSE,
)


@rule("R001", "feature-flag-malformed", draft=W, approved=E)
def check_feature_flag_malformed(plan: Plan) -> Iterator[Finding]:
    """The feature flag does not say what to set, and what then happens.

    Who rolls back at night reads this line and no other.

    Bad:
        ## Rollback Plan

        - Feature flag: `checkout_v2` off
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    Good:
        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    """
    rollback = plan.rollback
    answer, asked = _find(rollback, Topic.FLAG)
    if rollback is None or not asked or _FLAG.search(_say(answer or rollback)):
        return
    form = "`FEATURE_<NAME>=false` → what then happens"
    if answer is None:
        yield Finding(
            rollback.section.span, f"No feature flag here: add `- Feature flag:` with {form}"
        )
    else:
        yield Finding(
            answer.place.span,
            f"{quoted(answer.place.text)} does not say what to set and what then happens: "
            f"write {form}",
        )


@rule("R002", "rollback-script-other-plan", draft=E, approved=E)
def check_rollback_script_other_plan(plan: Plan) -> Iterator[Finding]:
    """The rollback script carries the ID of another plan.

    It was copied, and would roll back something else.

    Bad:
        # Plan: FEAT-12 — One-page checkout

        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - DB rollback: `scripts/rollback/FEAT-11.sql` (tested before deploy)
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    Good:
        # Plan: FEAT-12 — One-page checkout

        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - DB rollback: `scripts/rollback/FEAT-12.sql` (tested before deploy)
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    """
    rollback = plan.rollback if plan.id else None
    for line in rollback.lines if rollback else ():
        for script in _SCRIPT.finditer(line.text):
            if plan.id and (other := _find_other_id(script[0], plan.id, plan.ticket or "")):
                place = _within(line, script.start(), script.end())
                start = script.start() + other.start()
                written = _within(line, start, start + len(other[0]))
                yield Finding(
                    place.span,
                    f"{quoted(place.text)} is the script of {other[0]}, and this plan is "
                    f"{plan.id}: name its own",
                    fix=Fix(f"Write {plan.id}", (Edit(written.span, plan.id),), safe=True),
                )


@rule("R003", "rollback-script-missing", draft=W, approved=E)
def check_rollback_script_missing(plan: Plan) -> Iterator[Finding]:
    """The plan changes the database, and no script rolls it back.

    The rollback in the data model is read in a review; the script is what is tested and run. It is
    not needed where that rollback says `N/A — reason`.

    Bad:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```

        ## Rollback Plan

        - Feature flag: `FEATURE_INVOICES=false` → no invoices
        - DB rollback: N/A
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    Good:
        ## Data Model Changes

        ```sql
        CREATE TABLE invoice (id uuid PRIMARY KEY);
        -- rollback:
        DROP TABLE invoice;
        ```

        ## Rollback Plan

        - Feature flag: `FEATURE_INVOICES=false` → no invoices
        - DB rollback: `scripts/rollback/FEAT-12.sql` (tested before deploy)
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    """
    section = plan.section(SectionName.ROLLBACK)
    migration = read_migration(plan) if section and section.content else None
    if not section or not migration or not migration.lasting or migration.rollback_na is not None:
        return
    name = f"`scripts/rollback/{plan.id or '<ID>'}.sql`"
    rollback = plan.rollback
    answer = rollback.answers.get(Topic.DATABASE) if rollback else None
    if rollback is None:
        place = plan.text.value(section.content[0].first)
    elif answer is None:
        if _SCRIPT.search(_say(rollback)):
            return
        place = plan.text.value(section.span.line)
    elif _names_script(answer):
        return
    else:
        place = answer.place
    yield Finding(
        place.span,
        "The data model changes and no script rolls it back: name it after `DB rollback:`, such as "
        f"{name}",
    )


@rule("R004", "rollback-owner-missing", draft=W, approved=E)
def check_rollback_owner_missing(plan: Plan) -> Iterator[Finding]:
    """Nobody is named who can trigger the rollback.

    Bad:
        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - SLO for rollback completion: 5 min
    Good:
        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    """
    rollback = plan.rollback
    answer, asked = _find(rollback, Topic.OWNER)
    if rollback is None or not asked:
        return
    if answer is None and not _SOMEBODY.search(_say(rollback)):
        yield Finding(
            rollback.section.span,
            "Nobody is named who can trigger the rollback: add `- Who can trigger rollback:`",
        )
    elif answer and not is_answer(answer.source):
        yield Finding(
            answer.place.span,
            f"{quoted(answer.place.text)} names nobody: say who can trigger the rollback",
        )


@rule("R005", "rollback-slo-missing", draft=W, approved=E)
def check_rollback_slo_missing(plan: Plan) -> Iterator[Finding]:
    """No time is given in which the rollback is done.

    Bad:
        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - Who can trigger rollback: on-call
        - SLO for rollback completion: fast
    Good:
        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    """
    rollback = plan.rollback
    answer, asked = _find(rollback, Topic.TIME)
    if rollback is None or not asked or _DURATION.search(_say(answer or rollback)):
        return
    if answer is None:
        yield Finding(
            rollback.section.span,
            "No time is given for the rollback: add `- SLO for rollback completion: 5 min`",
        )
    else:
        yield Finding(
            answer.place.span,
            f"{quoted(answer.place.text)} is no time: write how long the rollback takes at most, "
            "such as 5 min",
        )


@rule("R006", "rollback-script-absent", draft=OFF, approved=W, needs="files")
def check_rollback_script_absent(plan: Plan) -> Iterator[Finding]:
    """The rollback script that the plan names is not in the repository.

    Who rolls back at night has no time to write it. Only in a pull request is it known which files
    there are; a path may be written from any folder on.

    Bad:
        <!-- plans/FEAT-12.md -->
        # Plan: FEAT-12 — One-page checkout

        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - DB rollback: `scripts/rollback/FEAT-12.sql` (tested before deploy)
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
    Good:
        <!-- plans/FEAT-12.md -->
        # Plan: FEAT-12 — One-page checkout

        ## Rollback Plan

        - Feature flag: `FEATURE_CHECKOUT=false` → the old checkout
        - DB rollback: `rollback/FEAT-12.sql` (tested before deploy)
        - Who can trigger rollback: on-call
        - SLO for rollback completion: 5 min
        <!-- scripts/rollback/FEAT-12.sql -->
    """
    files = plan.files
    for line in plan.rollback.lines if plan.rollback and files is not None else ():
        for script in _SCRIPT.finditer(line.text):
            path = script[0].removeprefix("./").removeprefix("/")
            known = any(file == path or file.endswith(f"/{path}") for file in files or ())
            if not known and "{" not in path:
                place = _within(line, script.start(), script.end())
                yield Finding(
                    place.span,
                    f"{quoted(place.text)} is not in the repository: add it, or mend the path",
                )


def _find(rollback: Rollback | None, topic: Topic) -> tuple[Answer | None, bool]:
    """Return the answer, and whether to judge it: not an N/A, and not what D011 reports."""
    answer = rollback.answers.get(topic) if rollback else None
    if answer is None:
        return None, True
    return answer, not_applicable(answer.source) is None and not is_placeholder(answer.source)


def _say(what: Answer | Rollback) -> str:
    """Return what is written as a reader sees it."""
    return plain(what.source)


def _names_script(answer: Answer) -> bool:
    """Tell whether an answer is one: neither N/A nor to be done, and with its ID filled in."""
    open_or_na = "{" in answer.source or not_applicable(answer.source) is not None
    return not open_or_na and is_answer(answer.source)


def _find_other_id(script: str, own: str, ticket: str) -> re.Match[str] | None:
    """Find another plan's ID in a path: one like the own, or of the usual form; no ticket key."""
    stem = _NUMBER.sub("", own)
    alike = re.compile(rf"(?<![A-Za-z0-9]){re.escape(stem)}[0-9]+(?![A-Za-z0-9])", re.IGNORECASE)
    found = [*alike.finditer(script), *_ID.finditer(script)]
    if any(each[0].upper() == own.upper() for each in found):
        return None
    return next((each for each in found if each[0] not in ticket), None)


def _within(value: Value, start: int, end: int) -> Value:
    """Return the characters `start` to `end` of a value, with their place."""
    line, column = value.span.line, value.span.column
    return Value(value.text[start:end], Span(line, column + start, line, column + end))
