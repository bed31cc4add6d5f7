"""Each thing that GitHub refuses of a check run, done by a mutated client, turns a story red."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.plan_text import plan_text
from tests.system.world import World, make_world

Body = dict[str, Any]
TITLE = "FEAT-12: 1 error"


def annotation(**more: object) -> Body:
    plain = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice"}
    return {**plain, "message": "x", **more}


def annotations(body: Body, *entries: Body) -> None:
    body["output"]["annotations"] = list(entries)


def actions(body: Body, count: int, **more: str) -> None:
    plain = {"label": "x", "description": "x", "identifier": "x"}
    body["actions"] = [{**plain, **more} for _ in range(count)]


MUTATIONS: dict[str, Callable[[Body], object]] = {
    "51 annotations": lambda b: annotations(b, *[annotation()] * 51),
    "summary over 65,535 bytes": lambda b: b["output"].update(summary="é" * 40_000),
    "text over 65,535 bytes": lambda b: b["output"].update(text="é" * 40_000),
    "annotation title over 255": lambda b: annotations(b, annotation(title="x" * 256)),
    "annotation message over 64 KB": lambda b: annotations(b, annotation(message="x" * 66_000)),
    "columns over several lines": lambda b: annotations(
        b, annotation(end_line=2, start_column=1, end_column=2)
    ),
    "annotation without a message": lambda b: annotations(b, {"path": "a", "start_line": 1}),
    "unknown annotation level": lambda b: annotations(b, annotation(annotation_level="error")),
    "4 actions": lambda b: actions(b, 4),
    "label over 20": lambda b: actions(b, 1, label="x" * 21),
    "identifier over 20": lambda b: actions(b, 1, identifier="x" * 21),
    "description over 40": lambda b: actions(b, 1, description="x" * 41),
    "completed without a conclusion": lambda b: b.pop("conclusion"),
    "unknown conclusion": lambda b: b.update(conclusion="failed"),
    "no name": lambda b: b.pop("name"),
    "no title": lambda b: b["output"].pop("title"),
    "no summary": lambda b: b["output"].pop("summary"),
    "no such commit": lambda b: b.update(head_sha="0" * 40),
    "an unknown key": lambda b: b.update(colour="red"),
}


def mutated(mutate: Callable[[Body], object]) -> Callable[[], aiohttp.ClientSession]:
    """A client that spoils the body of every check run it makes."""

    async def spoil(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if request.method == "POST" and request.url.path.endswith("/check-runs"):
            body = json.loads(await request.body.as_bytes())  # type: ignore[union-attr]
            mutate(body)
            await request.update_body(json.dumps(body).encode())
        return await handler(request)

    return lambda: aiohttp.ClientSession(middlewares=(spoil,))


async def red(world: World) -> bool:
    """Whether the story of a plan with an error does not end as it should."""
    pull = await world.pull({"plans/FEAT-12.md": plan_text(depends="9")})
    await world.settle()
    runs = pull.check_runs("Plan gate")
    violations, world.contract.violations = world.contract.violations, []
    return not runs or runs[0].title != TITLE or bool(violations)


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_client_that_breaks_the_contract_turns_the_story_red(
    private_key: str, tmp_path: Path, name: str
) -> None:
    connect = mutated(MUTATIONS[name])
    async with make_world(private_key, tmp_path) as world, world.bot(connect=connect):
        assert await red(world)


async def test_the_client_as_it_is_keeps_it_green(private_key: str, tmp_path: Path) -> None:
    connect = mutated(lambda _: None)
    async with make_world(private_key, tmp_path) as world, world.bot(connect=connect):
        assert not await red(world)
