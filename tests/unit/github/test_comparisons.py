"""What a head brings to a branch that has gone on: as if it had been compared anew, but cheaper."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.github.client import Client
from bot.github.comparisons import Comparisons
from bot.github.objects import ObjectCache
from bot.sandbox.actions.push import write_commit
from tests.sandbox.stage import Stage
from tests.unit.github.conftest import Memory


@dataclass(frozen=True, slots=True)
class History:
    """Commits as one writes them down: each by its parents."""

    stage: Stage

    def commit(self, *parents: str, text: str = "x") -> str:
        """A commit on the first parent's tree; it is a merge where there are others."""
        shop, who = self.stage.shop, self.stage.shop.world.account("alice")
        signature = shop.world.signature(who)
        first = write_commit(shop.record, parents[0], {f"{text}.txt": text}, text, signature)
        if len(parents) == 1:
            return first
        store = shop.record.store
        tree = store.commits[first].tree
        return store.write_commit(
            tree=tree, parents=parents, author=signature, committer=signature, message=text
        ).sha

    def chain(self, start: str, count: int) -> list[str]:
        """So many commits, one after the other."""
        found = [start]
        for number in range(count):
            found.append(self.commit(found[-1], text=f"step-{number}"))
        return found[1:]


Goes = Callable[[History, str, str, str], list[str]]
"""How main goes on from a commit, beside a head and the first of its two commits."""

WAYS: dict[str, tuple[Goes, int]] = {
    "by a commit": (lambda h, base, head, first: [h.commit(base, text="a")], 1),
    "step by step": (lambda h, base, head, first: h.chain(base, 3), 3),
    "by a merge": (
        lambda h, base, head, first: [h.commit(base, h.commit(base, text="b"), text="c")],
        1,
    ),
    # What was brought already is brought no more: it must be compared anew.
    "by some of the head": (lambda h, base, head, first: [h.commit(base, first, text="d")], 2),
    "by all of the head": (lambda h, base, head, first: [h.commit(base, head, text="e")], 2),
    "by force": (lambda h, base, head, first: [h.commit(h.stage.shop.head("root"), text="f")], 2),
    "by too many": (lambda h, base, head, first: h.chain(base, 101)[-1:], 2),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_base_that_went_on(stage: Stage, client: Client, way: str) -> None:
    goes, requests = WAYS[way]
    history, shop = History(stage), stage.shop
    await shop.create_branch("root")
    base = history.commit(shop.head("main"), text="base")
    first = history.commit(base, text="first")
    head = history.commit(first, text="second")
    kept = Comparisons(client, "acme/shop", ObjectCache(Memory()))
    await kept.read_brought(base, head)
    since = len(stage.sandbox.requests)
    steps = goes(history, base, head, first)
    found = [await kept.read_brought(step, head) for step in steps]
    assert len(stage.sandbox.requests) - since == requests
    for step, brought in zip(steps, found, strict=True):
        anew = Comparisons(client, "acme/shop", ObjectCache(Memory()))
        assert await anew.read_brought(step, head) == brought


async def test_how_a_base_went_on_is_asked_once_for_all(stage: Stage, client: Client) -> None:
    history = History(stage)
    base = stage.shop.head("main")
    heads = [history.commit(base, text=f"head-{number}") for number in range(5)]
    comparisons = Comparisons(client, "acme/shop", ObjectCache(Memory()))
    for head in heads:
        await comparisons.read_brought(base, head)
    moved = history.commit(base, text="moved")
    since = len(stage.sandbox.requests)
    for head in heads:
        brought = await comparisons.read_brought(moved, head)
        assert [commit.sha for commit in brought.commits] == [head]
        assert brought.head == stage.shop.record.store.commits[head].tree
    assert len(stage.sandbox.requests) - since == 1
