"""A server that is told where traces go sends its runs there, and the requests inside them."""

from bot.telemetry import telemetry
from tests.system.world import World
from tests.unit.test_telemetry import Collector, collector

__all__ = ["collector"]  # the fixture


async def test_a_run_is_a_trace_with_its_requests(github: World, collector: Collector) -> None:
    with telemetry({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{collector.place}"}):
        async with github.bot():
            pull = await github.code_pull("Plan: FEAT-404")
            await github.settle()
    spans = collector.spans()
    run = spans["run pull"]
    assert run["repository"] == "acme/shop"
    assert run["head"] == pull.head_sha
    assert run["verdict"] == "failure"
    assert spans["POST /repos/{owner}/{repo}/check-runs"]["status"] == "201"
