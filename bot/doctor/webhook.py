"""Judges the App's webhook: where it goes, and what became of what was sent there last."""

from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from bot.doctor.model import Check, Level, Topic
from bot.github.answers import HookConfig, HookDelivery
from bot.manifest import WEBHOOK

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_AGAIN = "once that is mended, `plan-gate doctor --ping` tries it"


def judge_hook(hook: HookConfig, public_url: str | None, page: str) -> list[Check]:
    """Say what is wrong with where webhooks go and how; *page* is the App's settings."""
    url = _split(hook.url or "")
    if not url.hostname:
        message = "The App has no webhook, so it hears of nothing"
        where = f"{public_url or 'https://your.server'}{WEBHOOK}"
        advice = f"Tick “Active” there, and set the webhook's URL to {where}"
        return [Check(Topic.WEBHOOK, "", Level.ERROR, message, advice, page)]
    checks: list[Check] = []

    def complain(level: Level, message: str, advice: str) -> None:
        checks.append(Check(Topic.WEBHOOK, "", level, message, advice, page))

    if public_url is not None and url != (ours := _split(f"{public_url}{WEBHOOK}")):
        complain(
            Level.ERROR,
            f"Webhooks go to {shown(url)}, and PUBLIC_URL says that we are at {shown(ours)}",
            "Correct the webhook's URL there, or PUBLIC_URL",
        )
    if url.scheme != "https" and url.hostname not in _LOOPBACK:
        complain(
            Level.WARNING,
            f"Webhooks go to {shown(url)} unencrypted: anybody on the way can read them",
            "Serve it over https, behind your TLS proxy, and change the webhook's URL",
        )
    if hook.content_type not in {None, "json"}:
        complain(
            Level.ERROR,
            f"Webhooks are sent as “{hook.content_type}”, which is answered 400",
            "Choose the content type application/json there",
        )
    if str(hook.insecure_ssl or "0") not in {"0", "0.0"}:
        complain(
            Level.WARNING,
            "GitHub does not verify the certificate of the webhook's server",
            "Choose “Enable SSL verification” there",
        )
    if not checks:
        checks.append(Check(Topic.WEBHOOK, "", Level.OK, f"Webhooks go to {shown(url)}"))
    return checks


def judge_deliveries(newest_first: Sequence[HookDelivery], page: str) -> Check:
    """Say by the newest attempt whether what GitHub sends arrives; *page* shows its log."""
    if not newest_first:
        message = "GitHub has sent nothing in the days that it remembers"
        advice = "Tick “Active” at the webhook, if it is not; else nothing has happened yet"
        return Check(Topic.DELIVERIES, "", Level.WARNING, message, advice, page)
    newest = newest_first[0]
    when = f"{newest.event} at {newest.delivered_at:%Y-%m-%d %H:%M} UTC"
    if newest.succeeded:
        message = f"The newest delivery has arrived ({when})"
        return Check(Topic.DELIVERIES, "", Level.OK, message)
    what, advice = _explain(newest)
    row = next((n for n, one in enumerate(newest_first) if one.succeeded), len(newest_first))
    many = f"The newest {row} deliveries" if row > 1 else "The newest delivery"
    message = f"{many} did not arrive: {what} ({when})"
    return Check(Topic.DELIVERIES, "", Level.ERROR, message, f"{advice}; {_AGAIN}", page)


def judge_ping(outcome: HookDelivery | None, page: str) -> Check:
    """Say what became of a delivery that GitHub was asked to send again just now."""
    if outcome is None:
        message = "GitHub was asked to deliver again, and has not told within its time how it went"
        advice = "Look at the log there in a minute"
        return Check(Topic.DELIVERIES, "--ping", Level.WARNING, message, advice, page)
    if outcome.succeeded:
        message = f"A delivery that was sent again just now has arrived ({outcome.event})"
        return Check(Topic.DELIVERIES, "--ping", Level.OK, message)
    what, advice = _explain(outcome)
    message = f"A delivery that was sent again just now did not arrive: {what}"
    return Check(Topic.DELIVERIES, "--ping", Level.ERROR, message, advice, page)


def shown(url: SplitResult) -> str:
    """A webhook's URL without what may be secret in it."""
    host = url.netloc.rpartition("@")[2]
    return f"{url.scheme}://{host}{url.path}{'?…' if url.query else ''}"


def _explain(attempt: HookDelivery) -> tuple[str, str]:
    """What went wrong, and what to do."""
    code = attempt.status_code
    if attempt.status.startswith("Invalid HTTP Response") or code not in {0, 502}:
        return _explain_answer(code)
    advice = "See that the server runs, and that GitHub can reach it: name, port, firewall, proxy"
    return f"GitHub says “{attempt.status}”", advice


def _explain_answer(code: int) -> tuple[str, str]:
    said = f"it was answered {code}"
    match code:
        case 401:
            return (
                "its signature does not fit (401)",
                "Give the webhook and WEBHOOK_SECRET the same secret",
            )
        case 400:
            return said, "Give the webhook a secret, and the content type application/json"
        case 404 | 405:
            return said, f"Something else answers there: the webhook's URL must end with {WEBHOOK}"
        case 503:
            return said, "See the server's log: its database is away, or the proxy finds no server"
        case _ if 300 <= code < 400:
            return said, "GitHub follows no redirects: set the webhook's URL to where they lead"
        case _ if code >= 500:
            return said, "See the logs of the server and of the proxy before it"
        case _:
            return said, "Plan Gate does not answer so: see the proxy or firewall before it"


def _split(url: str) -> SplitResult:
    """The parts of a URL, if it is one; scheme and host are the same in any case."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    return parts._replace(scheme=parts.scheme.lower(), netloc=parts.netloc.lower())
