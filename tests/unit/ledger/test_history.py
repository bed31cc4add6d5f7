"""What happened over time, read a page at a time from either database."""

import asyncio
from pathlib import Path
from typing import Any

from bot.ledger import history
from bot.ledger.peek import peek_ledger
from bot.ledger.port import Decision, Ledger, PullState
from bot.settings import Postgres
from tests.unit.ledger.conftest import SHOP, decision, exemption, linked

Where = Path | Postgres


async def look(where: Where, ask: Any) -> Any:
    return await asyncio.to_thread(peek_ledger, where, ask)


def elsewhere(repository: str, id: str) -> Decision:  # noqa: A002 - as the port has it
    return Decision(id, 1.0, f"pull {repository}#1", repository, 1, "h", "failure", "No", b"")


async def test_an_owners_history_is_read_whatever_the_case(ledger: Ledger, where: Where) -> None:
    await ledger.record(decision("a"))
    await ledger.record(elsewhere("Acme/web", "b"))
    await ledger.record(elsewhere("acme2/shop", "c"))
    await ledger.record(elsewhere("ac_e/shop", "d"))
    await ledger.exempt(SHOP, 1, exemption())

    told = await look(where, lambda view: list(view.happened("ACME")))
    assert [(one.kind.value, one.repository) for one in told] == [
        ("verdict", SHOP),
        ("verdict", "Acme/web"),
        ("exempted", SHOP),
    ]
    assert [one.repository for one in await look(where, lambda v: list(v.happened("ac_e")))] == [
        "ac_e/shop"
    ]


async def test_decisions_that_block_are_read_from_then_on_or_while_they_stand(
    ledger: Ledger, where: Where
) -> None:
    await ledger.record(decision("old", at=1.0))
    await ledger.record(decision("older", at=0.0, number=2))
    await ledger.record(decision("new", at=5.0))
    await ledger.record(decision("free", at=6.0, number=3, conclusion="success"))
    await ledger.record(decision("shadow", at=6.0, number=4, conclusion="neutral"))
    await ledger.record(elsewhere("globex/shop", "other"))

    def ask(view: Any) -> Any:
        pages = list(view.blocking("acme", 4.0, ("failure", "neutral")))
        return [one.id for page in pages for one in page]

    assert await look(where, ask) == ["new", "older", "shadow"]
    records = await look(where, lambda view: view.records(["new", "nothing"]))
    assert records == {"new": b"facts"}
    assert await look(where, lambda view: view.records([])) == {}


async def test_what_became_of_pull_requests_without_merge_groups(
    ledger: Ledger, where: Where
) -> None:
    await ledger.relink(linked(1, "feat-1"), 1, 1.0)
    await ledger.relink(linked(2, state=PullState.MERGED), 1, 1.0)
    await ledger.relink(linked(3, repository="globex/shop"), 1, 1.0)
    group = linked(4)
    await ledger.relink(type(group)("group acme/shop#4 x", SHOP, 4, PullState.OPEN, ""), 1, 1.0)
    assert await look(where, lambda view: list(view.states("acme"))) == [
        (SHOP, 1, "open"),
        (SHOP, 2, "merged"),
    ]


async def test_more_than_a_page_is_read(ledger: Ledger, where: Where) -> None:
    count = history.PAGE + 2
    for number in range(count):
        await ledger.record(decision(f"{number:05}", number=number))
        await ledger.relink(linked(number), 1, 1.0)

    def ask(view: Any) -> Any:
        pages = list(view.blocking("acme", 0.0, ["failure"]))
        return (
            [len(page) for page in pages],
            len(list(view.happened("acme"))),
            len(list(view.states("acme"))),
        )

    assert await look(where, ask) == ([history.PAGE, 2], count, count)
