"""`plan-gate report`: what people did with webhooks, told from the database beside the server."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.report import _explain, _hear
from bot.gate.record import decision_id, pack
from bot.ledger.history import Blocking
from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Audit, AuditKind, Decision
from bot.rollout.tally import DAY, Tally
from bot.sandbox.pull_request import PullRequest
from bot.settings import Postgres
from bot.work.opening import open_database
from tests.system.commands import Done, plan_gate
from tests.system.world import NOON, RealTime, World, make_world
from tests.unit.gate.build import CODE, DRAFT, pull

SHADOW = "mode: shadow\n"


@pytest.fixture
async def github(private_key: str, tmp_path: Path) -> AsyncIterator[World]:
    """A sandbox GitHub in real time, as the report looks back from now."""
    async with make_world(private_key, tmp_path, RealTime()) as world:
        yield world


async def report(world: World, *arguments: str, **variables: str) -> Done:
    url = f"sqlite:///{world.database}"
    folder = world.database.parent
    return await plan_gate(folder, "report", *arguments, **{"DATABASE_URL": url, **variables})


async def values(world: World, *arguments: str) -> Any:
    done = await report(world, "acme", "--format", "json", *arguments)
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


async def pull_in(world: World, branch: str, body: str) -> PullRequest:
    return await world.pull({f"src/{branch}.py": "x\n"}, branch=branch, body=body)


async def test_what_would_have_been_blocked_and_what_became_of_it(world: World) -> None:
    await world.configure(SHADOW)
    await world.plan_on_main(status="Draft")
    await world.plan_on_main("FEAT-13", status="Draft")
    waits = await pull_in(world, "waits", "Plan: FEAT-12")
    frees = await pull_in(world, "frees", "Plan: FEAT-13")
    merges = await pull_in(world, "merges", "")
    closes = await pull_in(world, "closes", "")
    await world.pull({"docs/a.md": "Words\n"}, branch="docs")
    await world.settle()
    assert merges.merge_state().clean  # nothing is kept up in shadow mode
    await merges.merge(by="alice")
    await closes.close()
    await world.plan_on_main("FEAT-13", status="Approved")
    await world.settle()

    web = world.repository("acme/web")
    await world.code_in(web, "Plan: FEAT-12")
    await world.settle()

    told = await values(world)
    assert {name: told["total"][name] for name in told["total"] if name != "median_seconds"} == {
        "judged": 6,
        "blocked": 5,
        "shadow": 4,
        "enforced": 1,
        "freed": 1,
        "waiting": 2,
        "merged": 1,
        "closed": 1,
        "unknown": 0,
    }
    assert told["total"]["median_seconds"] < 60
    rows = {row["repository"]: row for row in told["repositories"]}
    assert (rows["acme/shop"]["shadow"], rows["acme/web"]["enforced"]) == (4, 1)
    assert [(row["reason"], row["code"], row["pulls"]) for row in told["reasons"]] == [
        ("no-plan-linked", "G004", 2),
        ("plan-not-approved", "G005", 2),
        ("plan-unknown", "G008", 1),
    ]
    assert sorted((row["repository"], row["plan"], row["waiting"]) for row in told["plans"]) == [
        ("acme/shop", "FEAT-12", 1),
        ("acme/shop", "FEAT-13", 0),
        ("acme/web", "FEAT-12", 1),
    ]
    assert sum(row["blocked"] for row in told["days"]) == 5
    assert (waits.number, frees.number) == (1, 2)

    one = await values(world, "--repo", "WEB*")
    assert [row["repository"] for row in one["repositories"]] == ["acme/web"]
    assert (one["total"]["judged"], one["repositories_like"]) == (1, "WEB*")


async def test_exemptions_are_told_by_whom(world: World) -> None:
    await world.plan_on_main(status="Draft")
    pull = await world.code_pull()
    assert (await world.verdict(pull))[0] == "failure"
    await asyncio.sleep(1.1)  # who exempts has seen the check, by GitHub's clock of seconds
    await pull.comment("/plan-exempt The shop is <b>down</b>", author="maya")
    assert (await world.verdict(pull))[0] == "success"

    told = (await values(world))["exemptions"]
    assert (told["given"], told["by"]) == (1, [{"login": "maya", "given": 1}])
    assert told["newest"][0]["reason"] == "The shop is <b>down</b>"
    shown = await report(world, "ACME")
    assert (shown.status, shown.err) == (0, "")
    assert "Plan Gate: what was blocked in ACME" in shown.out
    assert "The shop is <b>down</b>  acme/shop#1" in shown.out
    assert "freed since: 1" in shown.out


async def test_the_page_is_written_to_a_file(world: World, tmp_path: Path) -> None:
    await world.code_pull(body="")
    await world.settle()
    done = await report(world, "acme", "--format", "html", "--output", "report.html")
    assert (done.status, done.out, done.err) == (0, "", "report.html is written.\n")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "acme/shop" in page
    shown = await report(world, "acme", "--format", "html")
    assert shown.out.count("</html>") == 1
    refused = await report(world, "acme", "--output", "no/such/folder.txt")
    assert refused.status == 2
    assert refused.err.startswith("plan-gate: error: --output no/such/folder.txt cannot be written")


async def test_in_postgresql_beside_a_server(tmp_path: Path, postgres: str) -> None:
    facts = pull(CODE, says="Plan: FEAT-12", main=[DRAFT])
    record = pack(facts)
    made = Decision(
        decision_id(record),
        time.time() - 60,
        "pull acme/shop#7",
        "acme/shop",
        7,
        facts.pull.head_sha,
        "failure",
        "FEAT-12 is Draft: merging is blocked",
        record,
    )
    database = await open_database(Postgres(postgres))
    try:
        ledger = KeptLedger(database)
        await ledger.record(made)
        done = await plan_gate(tmp_path, "report", "acme", DATABASE_URL=postgres)
    finally:
        await database.close()
    assert (done.status, done.err) == (0, "")
    assert "1 of 1 pull request (100 %)" in done.out
    assert "The linked plan is not Approved  G005" in done.out
    assert "not known any more: 1" in done.out


async def test_of_others_and_of_other_days_nothing_is_told(world: World) -> None:
    await world.code_pull(body="")
    await world.settle()
    shown = await report(world, "globex")
    assert (shown.status, shown.out.splitlines()[-1]) == (
        0,
        "Nothing about globex is recorded in these days.",
    )
    assert "1 of 1 pull request" in (await report(world, "acme", "--days", "1")).out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["acme/shop"], "write the login of an organisation or a user"),
        (["acme", "--days", "0"], "must be a number from 1 to 400"),
        (["acme", "--days", "401"], "must be a number from 1 to 400"),
        (["acme", "--days", "many"], "must be a number from 1 to 400"),
        (["acme"], "name the server's database in DATABASE_URL"),
    ],
)
async def test_what_cannot_be_told_is_one_line(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    done = await plan_gate(tmp_path, "report", *arguments, DATABASE_URL="sqlite:///none.db")
    assert (done.status, done.out) == (2, "")
    assert complaint in done.err


class Emptied:
    """A ledger from which a decision's record was just forgotten."""

    def blocking(self, *_: object) -> Any:
        yield [Blocking("a", NOON, "acme/shop", 1, "failure", "No plan linked")]

    def records(self, _: object) -> dict[str, bytes]:
        return {}


def test_an_exemption_that_ends_is_none_that_is_given() -> None:
    tally = Tally(NOON - DAY, NOON + DAY, lambda _: True)
    ended = Audit(
        1, NOON, AuditKind.EXEMPTION_ENDED, "pull acme/shop#1", "acme/shop", 1, "h", "maya", "over"
    )
    _hear(tally, [ended])
    assert tally.report("acme").exempted == 0


def test_a_record_that_is_pruned_meanwhile_is_an_unknown_reason() -> None:
    tally = Tally(NOON - DAY, NOON + DAY, lambda _: True)
    tally.verdict(NOON, "acme/shop", 1, "failure")
    _explain(tally, Emptied(), "acme", NOON - DAY)  # type: ignore[arg-type]
    assert [cause.kind for cause in tally.report("acme").causes] == ["unknown"]
