"""Decisions: kept once, the last of each subject for longer, and audited where they change."""

from dataclasses import replace

import pytest

from bot.ledger.port import AuditKind, Decision, Ledger
from tests.unit.ledger.conftest import SHOP, decision, ids, told

FOR_EVER = 0.0  # an audit log of which nothing is too old


async def test_a_decision_is_read_back(ledger: Ledger) -> None:
    made = replace(decision("a"), facts=bytes(range(256)), title="FEAT-1 — Approvée 🟢")
    await ledger.record(made)

    assert await ledger.decision("a") == made
    assert await ledger.decision("b") is None


async def test_the_same_decision_again_is_the_same_one_at_a_later_time(ledger: Ledger) -> None:
    await ledger.record(decision("a", at=1))
    await ledger.record(replace(decision("a", at=2), facts=b"other"))

    assert await ledger.decisions() == [decision("a", at=2)]


async def test_the_newest_come_first(ledger: Ledger) -> None:
    for id_, at, number in (("a", 1, 1), ("b", 3, 2), ("c", 2, 1), ("d", 3, 1)):
        await ledger.record(decision(id_, at, number))

    assert ids(await ledger.decisions()) == ["b", "d", "c", "a"]
    assert ids(await ledger.decisions(limit=2)) == ["b", "d"]
    assert ids(await ledger.decisions(f"pull {SHOP}#1")) == ["d", "c", "a"]
    assert ids(await ledger.decisions(f"pull {SHOP}#1", limit=1)) == ["d"]
    assert await ledger.decisions(f"pull {SHOP}#9") == []


# ── audit ────────────────────────────────────────────────────────────────────
async def test_a_first_verdict_is_audited(ledger: Ledger) -> None:
    await ledger.record(decision("a", at=5))

    (entry,) = await ledger.audit()
    assert (entry.at, entry.kind, entry.actor) == (5, AuditKind.VERDICT, "")
    assert (entry.subject, entry.repository, entry.number) == (f"pull {SHOP}#1", SHOP, 1)
    assert (entry.head_sha, entry.text) == ("head", "failure: FEAT-1 is Draft")


@pytest.mark.parametrize(
    ("second", "audited"),
    [
        (decision("a"), False),
        (decision("b"), False),
        (replace(decision("b"), head_sha="other head"), False),
        (decision("b", conclusion="success"), True),
        (decision("b", title="FEAT-2 is Draft"), True),
        (decision("a", title="the same id, said in a newer version's words"), True),
        (decision("b", number=2), True),
    ],
    ids=["same", "other facts", "other head", "conclusion", "title", "new words", "other subject"],
)
async def test_only_a_change_is_audited(ledger: Ledger, second: Decision, audited: bool) -> None:
    await ledger.record(decision("a"))
    await ledger.record(second)

    assert len(await ledger.audit()) == 1 + audited


async def test_there_and_back_is_two_changes(ledger: Ledger) -> None:
    no, yes = decision("no"), decision("yes", conclusion="success", title="FEAT-1 is Approved")
    for one in (no, yes, no, no):
        await ledger.record(one)

    assert [text for *_, text in await told(ledger)] == [
        "failure: FEAT-1 is Draft",
        "success: FEAT-1 is Approved",
        "failure: FEAT-1 is Draft",
    ]


async def test_the_last_verdict_is_the_one_recorded_last_whatever_the_clock_says(
    ledger: Ledger,
) -> None:
    await ledger.record(decision("a", at=100, conclusion="success"))
    await ledger.record(decision("b", at=50, conclusion="failure"))
    await ledger.record(decision("c", at=60, conclusion="failure"))

    assert len(await ledger.audit()) == 2


# ── pruning ──────────────────────────────────────────────────────────────────
async def test_old_decisions_go_but_not_the_one_that_stands(ledger: Ledger) -> None:
    for id_, at, number in (("a", 1, 1), ("b", 2, 1), ("c", 3, 1), ("d", 1, 2), ("e", 9, 3)):
        await ledger.record(decision(id_, at, number))

    assert await ledger.prune(3, FOR_EVER) == 2
    assert ids(await ledger.decisions()) == ["e", "c", "d"]
    assert await ledger.prune(9, FOR_EVER) == 0


async def test_what_stands_is_kept_whatever_the_clock_says(ledger: Ledger) -> None:
    await ledger.record(decision("earlier", at=9))
    await ledger.record(decision("stands", at=1))
    await ledger.prune(10, FOR_EVER)

    assert ids(await ledger.decisions()) == ["stands"]


async def test_a_decision_that_came_back_is_kept(ledger: Ledger) -> None:
    for id_ in ("a", "b", "a"):
        await ledger.record(decision(id_))
    await ledger.prune(10, FOR_EVER)

    assert ids(await ledger.decisions()) == ["a"]


async def test_subjects_that_are_long_gone_are_forgotten_with_the_audit_log(
    ledger: Ledger,
) -> None:
    await ledger.record(decision("gone", at=1, number=1))
    await ledger.record(decision("recent", at=5, number=2))

    assert await ledger.prune(8, audit_before=5) > 0
    assert ids(await ledger.decisions()) == ["recent"]
    assert [number for _, number, *_ in await told(ledger)] == [2]
    assert await ledger.prune(8, audit_before=5) == 0


async def test_audit_ids_are_never_given_twice(ledger: Ledger) -> None:
    await ledger.record(decision("a", at=1))
    (first,) = await ledger.audit()
    await ledger.prune(5, audit_before=5)
    await ledger.record(decision("a", at=6))

    (second,) = await ledger.audit(after_id=first.id)
    assert second.at == 6


async def test_the_audit_log_is_read_in_pages(ledger: Ledger) -> None:
    for number in range(5):
        await ledger.record(decision(f"{number}", at=9 - number, number=number))

    pages: list[list[int]] = []
    last = 0
    while page := await ledger.audit(last, limit=2):
        pages.append([one.number for one in page])
        last = page[-1].id
    assert pages == [[0, 1], [2, 3], [4]]
