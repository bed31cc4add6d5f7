"""Exemptions and commands: what people did stands once, ends once, and is told."""

from dataclasses import replace

from bot.ledger.port import AuditKind, Ledger
from tests.unit.ledger.conftest import SHOP, exemption, told

GIVEN, ENDED = AuditKind.EXEMPTED, AuditKind.EXEMPTION_ENDED


async def test_nothing_stands_at_first(ledger: Ledger) -> None:
    assert await ledger.exemption(SHOP, 1) is None
    assert await ledger.end_exemption(SHOP, 1, "mona", 1.0) is False
    assert await ledger.audit() == []


async def test_an_exemption_stands_for_its_pull_request_alone(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption())

    assert await ledger.exemption(SHOP, 1) == exemption()
    assert await ledger.exemption(SHOP, 2) is None
    assert await ledger.exemption("acme/other", 1) is None


async def test_giving_and_ending_are_told_with_who_and_why(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption("hotfix", at=5))
    assert await ledger.end_exemption(SHOP, 1, "hubot", 6) is True

    given, ended = await ledger.audit()
    assert (given.kind, given.at, given.actor, given.text) == (GIVEN, 5, "mona", "hotfix")
    assert (ended.kind, ended.at, ended.actor, ended.text) == (ENDED, 6, "hubot", "hotfix")
    for entry in (given, ended):
        assert (entry.subject, entry.repository, entry.number) == (f"pull {SHOP}#1", SHOP, 1)
        assert entry.head_sha == "head"


async def test_what_ended_stays_ended(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption("first", comment=1))
    await ledger.exempt(SHOP, 1, exemption("second", comment=2))
    assert await ledger.end_exemption(SHOP, 1, "hubot", 6) is True

    assert await ledger.exemption(SHOP, 1) is None, "an earlier one must not come back"
    assert await ledger.end_exemption(SHOP, 1, "hubot", 7) is False
    assert [kind for kind, *_ in await told(ledger)] == [GIVEN, GIVEN, ENDED]


async def test_a_run_that_comes_again_is_no_second_exemption(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption(at=1))
    await ledger.exempt(SHOP, 1, exemption(at=2))

    assert await ledger.exemption(SHOP, 1) == exemption(at=1)
    assert len(await ledger.audit()) == 1


async def test_another_head_is_another_exemption(ledger: Ledger) -> None:
    other = replace(exemption(at=2), head_sha="other")
    await ledger.exempt(SHOP, 1, exemption(at=1))
    await ledger.exempt(SHOP, 1, other)

    assert await ledger.exemption(SHOP, 1) == other
    assert [entry.head_sha for entry in await ledger.audit()] == ["head", "other"]


async def test_an_exemption_goes_along_when_its_repository_is_renamed(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption("old"))
    await ledger.exempt(SHOP, 2, exemption("old"))
    await ledger.exempt("acme/store", 2, exemption("given under the new name"))
    await ledger.rename_repository(SHOP, "acme/store")

    assert await ledger.exemption("acme/store", 1) == exemption("old")
    assert await ledger.exemption("acme/store", 2) == exemption("given under the new name")
    assert await ledger.exemption(SHOP, 1) is None
    assert await ledger.exemption(SHOP, 2) is None


async def test_the_audit_log_is_pruned_by_its_own_retention(ledger: Ledger) -> None:
    await ledger.exempt(SHOP, 1, exemption(at=1))
    await ledger.end_exemption(SHOP, 1, "hubot", 5)

    assert await ledger.prune(before=9, audit_before=1) == 0
    assert await ledger.prune(before=9, audit_before=5) == 1
    assert [kind for kind, *_ in await told(ledger)] == [ENDED]


# ── commands ─────────────────────────────────────────────────────────────────
async def test_done_commands_are_remembered_by_comment(ledger: Ledger) -> None:
    assert await ledger.done(7) == frozenset()
    await ledger.mark_done(7, ["/plan-check"])
    await ledger.mark_done(7, ["/plan-check", "/plan-exempt hotfix"])
    await ledger.mark_done(7, [])

    assert await ledger.done(7) == {"/plan-check", "/plan-exempt hotfix"}
    assert await ledger.done(8) == frozenset()
