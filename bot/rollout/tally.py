"""Counts what was blocked between two moments, from verdicts as they come. Pure: no clock, no I/O.

It keeps a few words of each pull request, and nothing of a verdict: any number of them may come.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from bot.rollout.blocked import Cause, Counts, Exempted, Outcome, Report, WaitedFor
from bot.rollout.why import UNKNOWN, Awaited, Why

DAY: Final = 86_400.0
BLOCKING: Final = ("failure", "neutral")
_SHADOW: Final = "neutral"
_PLANS: Final = 20
_EXEMPTIONS: Final = 50
_STATES: Final = {"open": Outcome.WAITING, "merged": Outcome.MERGED, "closed": Outcome.CLOSED}

_Key = tuple[str, int]


@dataclass(slots=True)
class _Course:
    """How one pull request fared."""

    repository: str
    blocked_since: float | None = None  # while its last verdict blocks
    waited: float = 0.0  # in spells that ended within the time asked for
    shadow: bool = False  # the last verdict that blocked only said so
    seen: bool = False  # it got a verdict within that time
    affected: bool = False  # it was blocked within that time
    last_day: int = -1
    state: str = ""
    whys: set[Why] = field(default_factory=set)

    @property
    def outcome(self) -> Outcome:
        if self.blocked_since is None:
            return Outcome.FREED
        return _STATES.get(self.state, Outcome.UNKNOWN)


class Tally:
    """Hears verdicts in their order, then what became of pull requests, then why they were blocked.

    *covers* says which repositories count.
    """

    def __init__(self, since: float, until: float, covers: Callable[[str], bool]) -> None:
        self._since = since
        self._until = until
        self._covers = covers
        self._courses: dict[_Key, _Course] = {}
        self._days: Counter[int] = Counter()
        self._people: Counter[str] = Counter()
        self._exemptions: list[Exempted] = []

    def verdict(self, at: float, repository: str, number: int, conclusion: str) -> None:
        """A verdict that is another than the one before; those of earlier times count, too."""
        if at >= self._until or not self._covers(repository):
            return
        key = (repository.casefold(), number)
        course = self._courses.setdefault(key, _Course(repository))
        within, blocks = at >= self._since, conclusion in BLOCKING
        if within:
            course.seen = True
            course.affected = course.affected or blocks or course.blocked_since is not None
        if not blocks:
            if within and course.blocked_since is not None:
                course.waited += max(at - course.blocked_since, 0.0)  # clocks may differ
            course.blocked_since = None
            return
        course.shadow = conclusion == _SHADOW
        if course.blocked_since is not None:
            return
        course.blocked_since = at
        day = int(at // DAY)
        if within and day != course.last_day:
            course.last_day = day
            self._days[day] += 1

    def became(self, repository: str, number: int, state: str) -> None:
        """What a pull request is now: `open`, `merged` or `closed`.

        One that was blocked before, and is open and blocked still, was so all the time.
        """
        course = self._courses.get((repository.casefold(), number))
        if course is None:
            return
        course.state = state
        if course.blocked_since is not None and state == "open":
            course.affected = True

    def asks_why(self, at: float, repository: str, number: int) -> bool:
        """Whether the reasons of a decision that blocks are of interest."""
        course = self._courses.get((repository.casefold(), number))
        if course is None or at >= self._until:
            return False
        if at >= self._since and course.blocked_since is not None:
            course.affected = course.seen = True  # it was blocked again, in the same words
        return course.affected

    def explained(self, repository: str, number: int, whys: Iterable[Why]) -> None:
        """Why a decision that was asked for blocks."""
        self._courses[repository.casefold(), number].whys.update(whys)

    def exempted(self, given: Exempted) -> None:
        """An exemption was given; they come in their order."""
        if self._since <= given.at < self._until and self._covers(given.repository):
            self._people[given.by] += 1
            self._exemptions.append(given)
            if len(self._exemptions) > 2 * _EXEMPTIONS:
                del self._exemptions[:_EXEMPTIONS]

    def report(self, owner: str, pattern: str = "") -> Report:
        """All of it, in the order in which it is worth reading."""
        courses = [course for course in self._courses.values() if course.seen or course.affected]
        by_name: dict[str, list[_Course]] = {}
        for course in courses:
            by_name.setdefault(course.repository.casefold(), []).append(course)
        repositories = [(each[-1].repository, _counted(each)) for each in by_name.values()]
        repositories.sort(key=lambda row: (-row[1].blocked, -row[1].judged, row[0].casefold()))
        affected = [course for course in courses if course.affected]
        return Report(
            owner,
            pattern,
            self._since,
            self._until,
            _counted(courses),
            tuple(repositories),
            _causes(affected),
            self._all_days(),
            _waited_for(affected),
            tuple(sorted(self._people.items(), key=lambda row: (-row[1], row[0]))),
            tuple(reversed(self._exemptions[-_EXEMPTIONS:])),
        )

    def _all_days(self) -> tuple[tuple[int, int], ...]:
        first, last = int(self._since // DAY), int(self._until // DAY)
        return tuple((day, self._days[day]) for day in range(first, last + 1))


def _counted(courses: Iterable[_Course]) -> Counts:
    found = list(courses)
    affected = [course for course in found if course.affected]
    outcomes = Counter(course.outcome for course in affected)
    waits = [course.waited for course in affected if course.outcome is Outcome.FREED]
    shadow = sum(course.shadow for course in affected)
    return Counts(
        judged=len(found),
        shadow=shadow,
        enforced=len(affected) - shadow,
        freed=outcomes[Outcome.FREED],
        waiting=outcomes[Outcome.WAITING],
        merged=outcomes[Outcome.MERGED],
        closed=outcomes[Outcome.CLOSED],
        unknown=outcomes[Outcome.UNKNOWN],
        median=median(waits) if waits else None,
    )


def _causes(affected: Iterable[_Course]) -> tuple[Cause, ...]:
    found: Counter[tuple[str, str]] = Counter()
    for course in affected:
        found.update({(why.kind, why.code) for why in course.whys or {Why(UNKNOWN)}})
    rows = [Cause(kind, code, pulls) for (kind, code), pulls in found.items()]
    return tuple(sorted(rows, key=lambda row: (-row.pulls, row.code or "~", row.kind)))


def _waited_for(affected: Iterable[_Course]) -> tuple[WaitedFor, ...]:
    pulls: Counter[_Plan] = Counter()
    waiting: Counter[_Plan] = Counter()
    told: dict[_Plan, Awaited] = {}
    for course in affected:
        for key, plan in {_plan_key(why.plan): why.plan for why in course.whys if why.plan}.items():
            told[key] = plan
            pulls[key] += 1
            waiting[key] += course.outcome is Outcome.WAITING
    rows = [WaitedFor(told[key], pulls[key], waiting[key]) for key in pulls]
    rows.sort(key=lambda row: (-row.pulls, -row.waiting, row.plan.repository, row.plan.name))
    return tuple(rows[:_PLANS])


_Plan = tuple[str, str]


def _plan_key(plan: Awaited) -> _Plan:
    return plan.repository.casefold(), plan.name.casefold()
