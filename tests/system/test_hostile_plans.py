"""Plans that are too much for the process that reads them hold up nothing but themselves."""

from collections.abc import AsyncIterator

import pytest

from bot.offload import CallFailed, Offload
from tests.in_process import InProcess
from tests.plan_text import plan_text
from tests.system.world import World

HOSTILE = "\n<!-- hostile -->\n"


class Overcome(InProcess):
    """The child, which a hostile plan keeps busy until it is ended."""

    async def call(self, request: bytes) -> bytes:
        if HOSTILE.encode() in request:
            raise CallFailed("it takes longer than 30 seconds")
        return await super().call(request)


@pytest.fixture
async def wary(github: World) -> AsyncIterator[World]:
    """A world with such a child."""
    async with github.bot(offloading=Overcome):
        yield github


async def test_a_plan_that_cannot_be_read_fails_with_words(wary: World) -> None:
    pull = await wary.pull({"plans/FEAT-12.md": plan_text() + HOSTILE})
    words = "plans/FEAT-12.md cannot be read: it takes longer than 30 seconds"
    assert await wary.verdict(pull) == ("failure", f"Not everything could be checked: {words}")
    assert pull.merge_state().state == "blocked"


async def test_code_behind_a_plan_that_cannot_be_read_is_blocked(wary: World) -> None:
    await wary.plan_on_main(text=plan_text(status="Approved") + HOSTILE)
    pull = await wary.code_pull()
    conclusion, title = await wary.verdict(pull)
    assert conclusion == "failure"
    assert title is not None
    assert title.startswith("Not everything could be checked: plans/FEAT-12.md cannot be read")


async def test_it_keeps_no_other_plan_from_being_read(wary: World) -> None:
    hostile = await wary.pull({"plans/FEAT-12.md": plan_text() + HOSTILE}, branch="hostile")
    other = await wary.pull({"plans/FEAT-13.md": plan_text("FEAT-13")}, branch="other")
    assert await wary.verdict(other) == ("success", "FEAT-13 is valid")
    await wary.shop.commit("hostile", {"plans/FEAT-12.md": plan_text()}, author="alice")
    assert await wary.verdict(hostile) == ("success", "FEAT-12 is valid")


async def test_the_real_child_reads_plans(github: World) -> None:
    async with github.bot(offloading=Offload):
        pull = await github.pull({"plans/FEAT-12.md": plan_text()})
        assert await github.verdict(pull) == ("success", "FEAT-12 is valid")
