"""Judges how the App is registered at GitHub: its key, our clock, its permissions and events."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.doctor.model import Check, Level, Topic
from bot.doctor.pages import Pages
from bot.github.introduction import Introduction
from bot.report.phrases import count_of, list_of

ODD, REFUSED = 30.0, 60.0  # seconds between the clocks
_RANKS = {"read": 1, "write": 2, "admin": 3}
_MOST = 20  # names in a list


@dataclass(frozen=True, slots=True)
class Needs:
    """What the App must be allowed, as level by permission, and what it must hear of."""

    permissions: Mapping[str, str]
    events: tuple[str, ...]

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> "Needs":
        """Take them out of `app.yml`."""
        return cls(manifest["default_permissions"], tuple(manifest["default_events"]))


def judge_introduction(said: Introduction, app_id: str, needs: Needs, pages: Pages) -> list[Check]:
    """Say whether GitHub knows us, and as what."""
    clock = judge_clock(said.ahead)
    if said.app is None:
        # What the clock alone explains is no fault of the key's.
        excused = clock.level is Level.ERROR and said.status == 401
        return [clock] if excused else [clock, _judge_refusal(said, app_id, pages)]
    app, page = said.app, pages.app(said.app, "permissions")
    name = f"{app.slug} ({app_id})"
    if str(app.id) != app_id.lstrip("0"):
        message = f"The private key belongs to App {app.id}, and APP_ID is {app_id}"
        key = Check(Topic.KEY, "", Level.ERROR, message, "Set APP_ID to its number", pages.app(app))
    else:
        key = Check(Topic.KEY, "", Level.OK, f"The private key belongs to the App {name}")
    return [
        clock,
        key,
        *judge_permissions(app.permissions, needs.permissions, page),
        *judge_events(app.events, needs.events, page),
    ]


def judge_clock(ahead: float | None) -> Check:
    """Say whether GitHub takes what our clock stamps; *ahead* in seconds, negative for behind."""
    if ahead is None:
        message = "GitHub's answer does not say what time it is: a proxy has taken the header out"
        return Check(Topic.CLOCK, "", Level.INFO, message)
    if abs(ahead) <= ODD:
        return Check(Topic.CLOCK, "", Level.OK, "This machine's clock and GitHub's agree")
    way = "ahead of" if ahead > 0 else "behind"
    message = f"This machine's clock is {abs(ahead):.0f} s {way} GitHub's"
    level = Level.ERROR if abs(ahead) > REFUSED else Level.WARNING
    advice = "Let NTP set it: GitHub refuses the App where they are more than 60 s apart"
    return Check(Topic.CLOCK, "", level, message, advice)


def judge_permissions(held: Mapping[str, str], needed: Mapping[str, str], page: str) -> list[Check]:
    """Compare the App's live permissions with those of `app.yml`."""
    checks = []
    if lacking := lacking_permissions(held, needed):
        message = f"The App lacks {count_of(len(lacking), 'permission')}: {_listed(lacking)}"
        advice = "Add it there; then an owner of each installation must accept it"
        checks.append(Check(Topic.PERMISSIONS, "", Level.ERROR, message, advice, page))
    else:
        message = f"The App has the {count_of(len(needed), 'permission')} that it needs"
        checks.append(Check(Topic.PERMISSIONS, "", Level.OK, message))
    if surplus := lacking_permissions(needed, held):
        message = f"The App may do more than it needs: {_listed(surplus)}"
        advice = "Take it away there, unless something else uses the App"
        checks.append(Check(Topic.PERMISSIONS, "", Level.INFO, message, advice, page))
    return checks


def judge_events(heard: Collection[str], needed: Collection[str], page: str) -> list[Check]:
    """Compare the events that the App is subscribed to with those of `app.yml`."""
    checks = []
    if lacking := [event for event in needed if event not in heard]:
        message = f"The App is not subscribed to {_listed(lacking)}"
        advice = "Tick it there, under “Subscribe to events”"
        checks.append(Check(Topic.EVENTS, "", Level.ERROR, message, advice, page))
    else:
        message = f"The App hears of the {count_of(len(needed), 'event')} that it needs"
        checks.append(Check(Topic.EVENTS, "", Level.OK, message))
    if surplus := sorted(set(heard) - set(needed)):
        message = f"The App also hears of {_listed(surplus)}, which it ignores"
        advice = "Take the ticks away there, unless something else uses the App"
        checks.append(Check(Topic.EVENTS, "", Level.INFO, message, advice, page))
    return checks


def lacking_permissions(held: Mapping[str, str], needed: Mapping[str, str]) -> list[str]:
    """List what *held* lacks of *needed*, such as `checks: write`. Every App has `metadata`."""
    return [
        f"{name}: {level}"
        for name, level in needed.items()
        if name != "metadata" and _RANKS.get(held.get(name, ""), 0) < _RANKS.get(level, 1)
    ]


def _judge_refusal(said: Introduction, app_id: str, pages: Pages) -> Check:
    words = f"GitHub answered {said.status}: {said.words}"
    match said.status:
        case 401:
            message = f"The private key is not one of the App {app_id}. {words}"
            advice = (
                "Put the App's own key into PRIVATE_KEY, or its number into APP_ID; its page makes "
                "a new key under “Generate a private key”"
            )
        case 404:
            message = f"There is no App {app_id}. {words}"
            advice = "Set APP_ID to the number on the App's page, and GITHUB_API_URL to its GitHub"
        case _:
            message = f"GitHub does not let the App in. {words}"
            advice = "See what stands between: a proxy, an allow list of addresses, GITHUB_API_URL"
    return Check(Topic.KEY, "", Level.ERROR, message, advice, pages.apps())


def _listed(names: Collection[str]) -> str:
    return list_of(sorted(names), _MOST)
