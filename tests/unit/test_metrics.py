"""What is measured: each metric is documented, and no label takes more values than are foreseen."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot import metrics

ROOT = Path(__file__).parents[2]
OPERATING = (ROOT / "docs/operating.md").read_text()


def shown() -> dict[str, Metric]:
    """Every metric as a scrape shows it, after each was observed."""
    metrics.asked("GET /app", "counted")
    metrics.rate_left(1, "core", 4_000)
    metrics.delivered("push", "accepted")
    metrics.evaluated("pull", 0.3, 2)
    metrics.judged(0.4)
    metrics.failed("nobody")
    text = metrics.render({"ready": 3}, 12.5, 2).decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(name: str, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, labels)


def documented() -> set[tuple[str, str, str, str]]:
    row = r"^\| `(plan_gate_\w+)` \| (\w+) \| (.*?) \| (.*?) \|$"
    return set(re.findall(row, OPERATING, re.MULTILINE))


def test_the_operators_page_lists_every_metric_and_no_other() -> None:
    found = set()
    for family in shown().values():
        labels = sorted({f"`{name}`" for one in family.samples for name in one.labels} - {"`le`"})
        name = family.name + ("_total" if family.type == "counter" else "")
        found.add((name, family.type, ", ".join(labels) or "–", family.documentation))
    assert documented() == found


def test_a_scrape_shows_the_queue_as_it_is_now() -> None:
    metrics.render({"ready": 3, "parked": 1}, 12.5, 2)
    assert value("plan_gate_queue_rows", state="parked") == 1
    assert value("plan_gate_queue_oldest_due_seconds") == 12.5
    assert value("plan_gate_queue_backfill_rows") == 2
    metrics.render({}, float("nan"), 0)  # the database does not answer
    assert value("plan_gate_queue_rows", state="parked") is None
    oldest = value("plan_gate_queue_oldest_due_seconds")
    assert oldest is not None
    assert oldest != oldest


@pytest.mark.parametrize(
    ("event", "shown_as"),
    [("push", "push"), ("star", "other"), ("", "other"), ("x" * 10_000, "other")],
)
def test_an_event_that_nobody_foresaw_makes_no_series(event: str, shown_as: str) -> None:
    before = value("plan_gate_deliveries_total", event=shown_as, outcome="ignored") or 0
    metrics.delivered(event, "ignored")
    assert value("plan_gate_deliveries_total", event=shown_as, outcome="ignored") == before + 1


def test_the_events_that_the_app_hears_of_are_told_apart() -> None:
    manifest = yaml.safe_load((ROOT / "app.yml").read_text())
    assert set(manifest["default_events"]) <= metrics.EVENTS


def test_the_limits_of_a_thousand_installations_are_shown() -> None:
    for installation in range(10_000, 10_000 + metrics.INSTALLATIONS + 1):
        for resource in ("core", "graphql"):
            metrics.rate_left(installation, resource, 5)
    name = "plan_gate_github_rate_limit_remaining"
    assert value(name, installation="10001", resource="graphql") == 5
    for resource in ("core", "graphql"):
        assert value(name, installation="10000", resource=resource) is None
