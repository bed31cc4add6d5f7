"""What Prometheus is told while the bot works."""

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from tests.system.world import World


async def scrape(world: World) -> tuple[str, dict[str, dict[str, float]]]:
    """The page, and its values by metric and the values of their labels."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.url}/metrics") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/plain"
        text = await answer.text()
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = " ".join(sample.labels.values())
            found.setdefault(sample.name, {})[key] = sample.value
    return text, found


async def test_a_pull_request_leaves_its_traces(world: World) -> None:
    _, before = await scrape(world)
    await world.plan_on_main()
    pull = await world.code_pull()
    assert await world.verdict(pull) == ("failure", "FEAT-12 is Draft: merging is blocked")
    text, after = await scrape(world)

    def grown(name: str, key: str = "") -> float:
        return after[name][key] - before.get(name, {}).get(key, 0.0)

    assert grown("plan_gate_deliveries_total", "pull_request accepted") == 1
    assert grown("plan_gate_evaluation_seconds_count", "pull") >= 1
    assert grown("plan_gate_evaluation_requests_sum", "pull") >= 1
    assert grown("plan_gate_verdict_seconds_count") >= 1
    checks = "POST /repos/{owner}/{repo}/check-runs counted"
    assert grown("plan_gate_github_requests_total", checks) == 1
    assert after["plan_gate_queue_rows"]["parked"] == 0
    assert after["plan_gate_queue_rows"]["idle"] >= 2
    assert after["plan_gate_queue_oldest_due_seconds"][""] == 0
    left = after["plan_gate_github_rate_limit_remaining"]
    assert 0 < left[f"{world.installation.id} core"] < 5_000
    assert "acme" not in text


async def test_what_the_process_counted_is_shown_without_the_database(world: World) -> None:
    await world.parts.store.close()
    _, found = await scrape(world)
    assert "plan_gate_queue_rows" not in found
    assert found["plan_gate_queue_oldest_due_seconds"][""] != 0
