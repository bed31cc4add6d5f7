"""What the process measures of itself, for Prometheus: each metric is named here, once.

Each function is called by the one place that knows: the client's by `bot.github`, `delivered` by
the web server, `evaluated` and `judged` by the worker, `redelivered` and `found_stale` by what
looks for the missed, `render` by `GET /metrics`. No label takes more values than are foreseen:
neither a repository's name nor an unknown event becomes one.
"""

from collections.abc import Mapping
from functools import cache

from cachetools import LRUCache
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST
INSTALLATIONS = 1_000  # whose rate limits are shown
OTHER = "other"
EVENTS = frozenset({
    "check_run",
    "check_suite",
    "installation",
    "installation_repositories",
    "issue_comment",
    "merge_group",
    "ping",
    "pull_request",
    "pull_request_review",
    "push",
    "repository",
})  # fmt: skip
"""The events that are told apart; all others are `other`."""

# When each series began is of no use, and doubles their number.
disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()

_requests = Counter(
    "plan_gate_github_requests",
    "What GitHub was asked for. counted: it cost rate limit; free: unchanged, a 304; "
    "shared: an equal request was under way; error: no answer, or a fault of GitHub's",
    ["endpoint", "outcome"],
    registry=REGISTRY,
)
_rate_left = Gauge(
    "plan_gate_github_rate_limit_remaining",
    "What is left of an installation's rate limit, as GitHub said last; 0 is the App itself",
    ["installation", "resource"],
    registry=REGISTRY,
)
_deliveries = Counter(
    "plan_gate_deliveries",
    "Webhook deliveries, by what was made of them",
    ["event", "outcome"],
    registry=REGISTRY,
)
_delivered = cache(_deliveries.labels)  # to look one up takes longer than to count
_evaluation_seconds = Histogram(
    "plan_gate_evaluation_seconds",
    "How long a run took, from its claim to its end",
    ["subject"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
_evaluation_requests = Histogram(
    "plan_gate_evaluation_requests",
    "How many requests of a run counted against the rate limit",
    ["subject"],
    registry=REGISTRY,
    buckets=(0, 1, 2, 3, 5, 8, 13, 21, 50, 100),
)
_verdict_seconds = Histogram(
    "plan_gate_verdict_seconds",
    "How long people waited, from the webhook to the verdict, where the first try gave it",
    registry=REGISTRY,
    buckets=(0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800),
)
_redelivered = Counter(
    "plan_gate_redeliveries_requested",
    "Deliveries that GitHub could not hand over, and was asked to send again",
    registry=REGISTRY,
)
_stale = Counter(
    "plan_gate_sweep_stale",
    "What no event had told of, and a sweep found: pull requests, pushes, indexes",
    registry=REGISTRY,
)
_queue_rows = Gauge(
    "plan_gate_queue_rows",
    "Rows of the work queue, over all processes",
    ["state"],
    registry=REGISTRY,
)
_queue_backfill = Gauge(
    "plan_gate_queue_backfill_rows",
    "Rows that wait and that nobody waits for, such as those of a new installation",
    registry=REGISTRY,
)
_faults = Counter(
    "plan_gate_faults",
    "Runs that failed, by who must act: nobody (it passes), owner (of the installation), operator",
    ["who"],
    registry=REGISTRY,
)
_queue_oldest = Gauge(
    "plan_gate_queue_oldest_due_seconds",
    "How long the oldest row has waited that is due; 0 where none is",
    registry=REGISTRY,
)


class _Heard(LRUCache[int, set[str]]):
    """The resources of the installations heard of last; whoever falls out is shown no more."""

    def popitem(self) -> tuple[int, set[str]]:
        installation, resources = super().popitem()
        for resource in resources:
            _rate_left.remove(str(installation), resource)
        return installation, resources


_heard = _Heard(INSTALLATIONS)


def asked(endpoint: str, outcome: str) -> None:
    """Count something that GitHub was asked for.

    *endpoint* is a method and a path's template, or `GraphQL` and a query's name.
    """
    _requests.labels(endpoint, outcome).inc()


def rate_left(installation: int, resource: str, remaining: int) -> None:
    """Show what is left of an installation's limit; *resource* is `core` or `graphql`."""
    _heard.setdefault(installation, set()).add(resource)
    _rate_left.labels(str(installation), resource).set(remaining)


def delivered(event: str, outcome: str) -> None:
    """Count a webhook delivery; *outcome* is `accepted`, `ignored`, `rejected` or `refused`."""
    _delivered(event if event in EVENTS else OTHER, outcome).inc()


def evaluated(subject: str, seconds: float, requests: int) -> None:
    """Measure a run that came to its end; *subject* is its key's first word, such as `pull`."""
    _evaluation_seconds.labels(subject).observe(seconds)
    _evaluation_requests.labels(subject).observe(requests)


def judged(seconds: float) -> None:
    """Measure the time from a webhook's arrival to the verdict that it led to."""
    _verdict_seconds.observe(seconds)


def failed(who: str) -> None:
    """Count a run that failed; *who* must act: `nobody`, `owner` or `operator`."""
    _faults.labels(who).inc()


def redelivered() -> None:
    """Count a delivery that GitHub was asked to send again."""
    _redelivered.inc()


def found_stale(number: int) -> None:
    """Count what a part of a sweep found stale."""
    _stale.inc(number)


def render(rows: Mapping[str, int], oldest_due: float, backfill: int) -> bytes:
    """Write everything down for a scrape, with the queue's rows by state as they are now.

    *oldest_due*: seconds that the oldest due row has waited; not a number where the database did
    not answer.
    """
    _queue_rows.clear()
    for state, number in rows.items():
        _queue_rows.labels(state).set(number)
    _queue_oldest.set(oldest_due)
    _queue_backfill.set(backfill)
    return generate_latest(REGISTRY)
