"""Judges one place where the App is installed: what its owner lets it do, and what is left."""

from datetime import UTC, datetime

from bot.doctor.model import Check, Level, Topic
from bot.doctor.pages import Pages
from bot.doctor.registration import Needs, lacking_permissions
from bot.github.answers import Installation, RateLimit, Registration
from bot.report.phrases import list_of

SCARCE = 0.1  # of a limit; from a fifth on only live runs ask


def name_of(installation: Installation) -> str:
    """What people call it: the account, or the number where there is none."""
    account = installation.account
    name = (account.login or account.slug) if account is not None else ""
    return name or f"installation {installation.id}"


def judge_installation(
    installation: Installation, app: Registration, needs: Needs, pages: Pages
) -> Check:
    """Say whether the App may work there. What the App itself lacks is not said again."""
    about, page = name_of(installation), pages.installation(installation)
    if installation.suspended_at is not None:
        message = "The App is suspended: nothing is checked there, required checks stay pending"
        advice = "An owner lets it work again on that page"
        return Check(Topic.INSTALLATION, about, Level.WARNING, message, advice, page)
    missing = set(lacking_permissions(app.permissions, needs.permissions))
    lacking = [
        one
        for one in lacking_permissions(installation.permissions, needs.permissions)
        if one not in missing
    ]
    unheard = [
        f"event {event}"
        for event in needs.events
        if event in app.events and event not in installation.events
    ]
    if lacking or unheard:
        message = f"The new permissions are not accepted: {list_of([*lacking, *unheard], 20)}"
        advice = "An owner reviews and accepts them on that page"
        return Check(Topic.INSTALLATION, about, Level.ERROR, message, advice, page)
    return Check(Topic.INSTALLATION, about, Level.OK, "Its owner has accepted the permissions")


def hears_merge_groups(installation: Installation) -> bool:
    """Whether GitHub tells the App of the merge groups there."""
    may = not lacking_permissions(installation.permissions, {"merge_queues": "read"})
    return may and "merge_group" in installation.events


def judge_rate_limit(about: str, left: RateLimit) -> Check:
    """Say whether what GitHub still allows in this hour lasts."""
    again = datetime.fromtimestamp(left.reset, UTC)
    message = f"{left.remaining} of {left.limit} requests are left until {again:%H:%M} UTC"
    if left.remaining > left.limit * SCARCE:
        return Check(Topic.RATE_LIMIT, about, Level.OK, message)
    advice = (
        "Checks may come late until then. Where it stays so: `plan_gate_github_requests_total` in "
        "/metrics tells what is asked for"
    )
    return Check(Topic.RATE_LIMIT, about, Level.WARNING, message, advice)
