"""Alerts and the dashboard ask for metrics, labels and values that there are."""

import json
import re
from pathlib import Path

import pytest
import yaml

from bot.work.model import Outcome, State
from tests.unit.test_metrics import shown

OPERATE = Path(__file__).parents[2] / "docs/operate"
(GROUP,) = yaml.safe_load((OPERATE / "alerts.yaml").read_text())["groups"]
ALERTS = {rule["alert"]: rule for rule in GROUP["rules"]}
BOARD = json.loads((OPERATE / "dashboard.json").read_text())
SHOWN = {target["expr"] for panel in BOARD["panels"] for target in panel["targets"]}
ASKED = sorted({rule["expr"] for rule in ALERTS.values()} | SHOWN)

SERIES = {
    sample.name: set(sample.labels) | {"job", "instance"}  # which Prometheus adds
    for family in shown().values()
    for sample in family.samples
}
SERIES["up"] = {"job", "instance"}  # which Prometheus makes
VALUES = {
    "state": set(State),
    ("plan_gate_deliveries_total", "outcome"): {*Outcome, "refused"},
    ("plan_gate_github_requests_total", "outcome"): {"counted", "free", "shared", "error"},
}


def selected(expression: str) -> list[tuple[str, str]]:
    """The series that an expression asks for, each with what stands in its braces."""
    return re.findall(r"\b(plan_gate_\w+|up)\b(?:\{(.*?)\})?", expression)


@pytest.mark.parametrize("expression", ASKED)
def test_what_is_asked_for_is_measured(expression: str) -> None:
    assert selected(expression)
    grouped = re.findall(r"\bby \(([^)]*)\)", expression)
    for series, matchers in selected(expression):
        assert series in SERIES
        for labels in grouped:
            assert set(labels.split(", ")) <= SERIES[series]
        for label, value in re.findall(r'(\w+)!?=~?"([^"]*)"', matchers):
            assert label in SERIES[series]
            known = VALUES.get((series, label), VALUES.get(label))
            assert known is None or set(value.split("|")) <= known


@pytest.mark.parametrize("expression", ASKED)
def test_a_counter_is_asked_for_its_rate_and_nothing_else_is(expression: str) -> None:
    for series, _ in selected(expression):
        rises = series.endswith(("_total", "_bucket", "_sum", "_count"))
        rated = re.search(rf"\b(rate|increase)\({series}\b[^\[\]()]*\[", expression)
        assert bool(rated) is rises


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_bad_it_is_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert name.startswith("PlanGate")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "description"}
    for label in re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]):
        assert re.search(rf"\bby \([^)]*\b{label}\b", rule["expr"])


def test_every_metric_is_on_the_dashboard() -> None:
    asked = {series for expression in SHOWN for series, _ in selected(expression)}
    for family in shown().values():
        assert any(series.startswith(family.name) for series in asked), family.name


def test_the_panels_lie_side_by_side() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken
        assert all(across < 24 for across, _ in cells)
        taken |= cells
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
