"""Every line of an evaluation says whose it is, what came of it, and which delivery it comes of."""

import structlog
from structlog.testing import LogCapture

from tests.system.world import World


async def test_every_line_of_an_evaluation_says_whose_it_is(github: World) -> None:
    captured = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, captured])
    try:
        async with github.bot():
            pull = await github.code_pull("Plan: FEAT-404")
            run = await github.check(pull)
    finally:
        structlog.configure(**before)
    guids = {one.guid for one in github.sandbox.deliveries}
    (line,) = [
        one
        for one in captured.entries
        if one["event"] == "evaluated" and one["subject"] == "pull acme/shop#1"
        if one["outcome"] == "published"
    ]
    assert line["repository"] == "acme/shop"
    assert line["number"] == pull.number
    assert line["installation"] == github.installation.id
    assert line["head"] == pull.head_sha
    assert line["verdict"] == run.conclusion == "failure"
    assert line["delivery"] in guids
    assert line["seconds"] >= 0
    assert line["requests"] > 0
    for one in captured.entries:
        if one.get("subject") == "index acme/shop":  # of another run: nothing of this one
            assert "verdict" not in one


async def test_what_a_push_leads_to_comes_of_its_delivery(world: World) -> None:
    await world.plan_on_main()
    pull = await world.code_pull()
    await world.settle()
    await world.plan_on_main(status="Approved")
    assert (await world.check(pull)).conclusion == "success"
    pushed = [one for one in world.sandbox.deliveries if one.event == "push"]
    rows = await world.parts.store.rows()
    (row,) = [one for one in rows if one.key == "pull acme/shop#1"]
    assert row.cause in {one.guid for one in pushed}
