"""`plan-gate replay`: the record alone decides again, and what cannot be replayed is one line."""

import asyncio
import json
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.cli import run
from bot.gate.decide import decide
from bot.gate.facts import Facts
from bot.gate.record import decision_id, pack
from bot.ledger.kept_ledger import KeptLedger
from bot.ledger.port import Decision
from bot.report.titles import headline
from bot.settings import Postgres
from bot.work.opening import open_database
from tests.unit.gate.build import APPROVED, CODE, DRAFT, pull

BLOCKED = pull(CODE, says="Plan: FEAT-12", main=[DRAFT])
PASSED = pull(CODE, says="Plan: FEAT-12", main=[APPROVED])
GROUP = f"group acme/shop#8 {'1' * 40} {'2' * 40} #7"

Keep = Callable[..., None]


def recorded(facts: Facts, record: bytes | None = None, **more: object) -> Decision:
    record = pack(facts) if record is None else record
    verdict = decide(facts)
    values = {
        "id": decision_id(record),
        "at": 1_770_000_000.9,
        "subject": "pull acme/shop#7",
        "repository": "acme/shop",
        "number": 7,
        "head_sha": facts.pull.head_sha,
        "conclusion": verdict.conclusion.value,
        "title": headline(verdict),
        "facts": record,
        **more,
    }
    return Decision(**values)  # type: ignore[arg-type]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Keep decisions in the file that the command finds by its environment."""
    path = tmp_path / "gate.db"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    return lambda *decisions: asyncio.run(record(path, decisions))


async def record(where: Path | Postgres, decisions: tuple[Decision, ...]) -> None:
    database = await open_database(where, works=False)
    ledger = KeptLedger(database)
    for decision in decisions:
        await ledger.record(decision)
    await database.close()


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of complaint."""
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("plan-gate: error: ")
    assert shown.err.count("\n") == 1
    return shown.err.removeprefix("plan-gate: error: ").rstrip("\n")


# ── one decision ─────────────────────────────────────────────────────────────
def test_a_decision_is_made_again_and_explained(
    keep: Keep, capsys: pytest.CaptureFixture[str]
) -> None:
    decision = recorded(BLOCKED)
    keep(decision, recorded(PASSED))
    assert run(["replay", decision.id[:4]]) == 0
    first, second, *tree = capsys.readouterr().out.splitlines()
    assert first == (
        "then: failure, FEAT-12 is Draft: merging is blocked – pull acme/shop#7, "
        f"head dddddddddddd, 2026-02-02T02:40:00Z, decision {decision.id}"
    )
    assert second == "now:  the same"
    assert tree[0] == "├─ ✓ The configuration can be read"
    assert "│     ├─ ✗ It is Approved there" in tree


def test_an_id_may_be_typed_in_capitals(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    decision = recorded(BLOCKED)
    keep(decision)
    assert run(["replay", decision.id.upper()]) == 0


def test_another_version_may_decide_otherwise(
    keep: Keep, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(
        recorded(BLOCKED, id="aaaa1", conclusion="success", title="FEAT-12 is Approved"),
        recorded(BLOCKED, id="bbbb1", title="FEAT-12 is a Draft"),
    )
    assert run(["replay", "aaaa1"]) == 1
    otherwise = capsys.readouterr().out.splitlines()[1]
    assert otherwise.startswith("now:  failure, FEAT-12 is Draft: merging is blocked (Plan Gate ")
    assert otherwise.endswith(" decides otherwise)")
    assert run(["replay", "bbbb1"]) == 1
    assert "gives another reason)" in capsys.readouterr().out


def test_a_decision_as_data(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    decision = recorded(BLOCKED)
    keep(decision)
    assert run(["replay", decision.id, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    conditions = shown.pop("conditions")
    outcome = {"conclusion": "failure", "title": "FEAT-12 is Draft: merging is blocked"}
    assert shown == {
        "id": decision.id,
        "subject": "pull acme/shop#7",
        "head_sha": "d" * 40,
        "at": "2026-02-02T02:40:00Z",
        "recorded": outcome,
        "decided": outcome,
    }
    assert [each["question"] for each in conditions if each["held"] is False] == [
        "code-has-plan-or-exemption"
    ]


# ── what cannot be replayed ──────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["abc"], "'abc' is too short: give 4 characters of the id or more"),
        (["ffff"], "no decision begins with 'ffff': `plan-gate replay` lists the newest"),
        (
            ["aaaa"],
            "several decisions begin with 'aaaa', aaaa1 and aaaa2 among them: give more of it",
        ),
        (["aaaa1", "--limit", "3"], "--subject and --limit are for the list: leave the ID out, "),
    ],
)
def test_what_names_no_decision_is_one_line(
    keep: Keep, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    keep(recorded(BLOCKED, id="aaaa1"), recorded(PASSED, id="aaaa2"))
    assert run(["replay", *arguments]) == 2
    assert said(capsys).startswith(complaint)


@pytest.mark.parametrize("record", [b"", b"noise", zlib.compress(b'{"pull": 1}')])
def test_an_unreadable_record_is_one_line(
    keep: Keep, capsys: pytest.CaptureFixture[str], record: bytes
) -> None:
    keep(recorded(BLOCKED, id="aaaa1", record=record))
    assert run(["replay", "aaaa1"]) == 2
    complaint = said(capsys)
    assert complaint.startswith("decision aaaa1 cannot be decided again: the record ")
    assert complaint.endswith("; replay it with the version of Plan Gate that recorded it")


@pytest.mark.parametrize("arguments", [[], ["aaaa1"]])
def test_without_a_database_it_is_one_line_and_none_is_made(
    tmp_path: Path,
    keep: Keep,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
) -> None:
    assert run(["replay", *arguments]) == 2
    complaint = said(capsys)
    assert "unable to open database file" in complaint
    assert complaint.endswith(": name the server's database in DATABASE_URL")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_one_line(
    tmp_path: Path, keep: Keep, capsys: pytest.CaptureFixture[str]
) -> None:
    other = sqlite3.connect(tmp_path / "gate.db")
    other.execute("CREATE TABLE cake (flour)")
    other.close()
    assert run(["replay"]) == 2
    assert "the database has no tables yet" in said(capsys)


def test_a_decision_in_postgresql_is_replayed_as_well(
    postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    decision = recorded(BLOCKED)
    asyncio.run(record(Postgres(postgres), (decision,)))
    monkeypatch.setenv("DATABASE_URL", postgres)

    assert run(["replay", decision.id]) == 0
    assert "now:  the same" in capsys.readouterr().out
    assert run(["replay", "--format", "json"]) == 0
    assert [one["id"] for one in json.loads(capsys.readouterr().out)] == [decision.id]
    assert run(["replay", "zzzz"]) == 2
    assert "no decision begins with 'zzzz'" in said(capsys)


def test_postgresql_that_is_away_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://gate:secret@127.0.0.1:1/gate")

    assert run(["replay"]) == 2
    complaint = said(capsys)
    assert complaint.startswith("PostgreSQL does not answer: ")
    assert complaint.endswith(": name the server's database in DATABASE_URL")
    assert "secret" not in complaint


# ── the list ─────────────────────────────────────────────────────────────────
LIST = """\
id     when                  subject                                         conclusion  title
cccc1  1970-01-01T00:00:03Z  pull acme/shop#7                                failure     漢字[31m
bbbb1  1970-01-01T00:00:02Z  group acme/shop#8 111111111111 222222222222 #7  success     Approved
aaaa1  1970-01-01T00:00:01Z  pull acme/shop#7                                failure     Draft
"""


def test_the_newest_decisions_are_listed(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep(
        recorded(BLOCKED, id="aaaa1", at=1.0, title="Draft"),
        recorded(PASSED, id="bbbb1", at=2.0, subject=GROUP, title="Approved"),
        recorded(BLOCKED, id="cccc1", at=3.0, title="漢字\x1b[31m"),
    )
    assert run(["replay"]) == 0
    assert capsys.readouterr().out == LIST


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--limit", "1"], ["cccc1"]),
        (["--subject", "acme/shop#7"], ["cccc1", "aaaa1"]),
        (["--subject", "pull acme/shop#7", "--limit", "1"], ["cccc1"]),
        (["--subject", GROUP], ["bbbb1"]),
        (["--subject", "acme/shop#8"], []),
    ],
)
def test_the_list_can_be_narrowed(
    keep: Keep, capsys: pytest.CaptureFixture[str], arguments: list[str], found: list[str]
) -> None:
    keep(
        recorded(BLOCKED, id="aaaa1", at=1.0),
        recorded(PASSED, id="bbbb1", at=2.0, subject=GROUP),
        recorded(BLOCKED, id="cccc1", at=3.0),
    )
    assert run(["replay", "--format", "json", *arguments]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in shown] == found
    assert all(
        set(each) == {"id", "subject", "head_sha", "at", "conclusion", "title"} for each in shown
    )


def test_an_empty_list_says_so(keep: Keep, capsys: pytest.CaptureFixture[str]) -> None:
    keep()
    assert run(["replay"]) == 0
    assert capsys.readouterr().out == "No decision is recorded here.\n"
    assert run(["replay", "--subject", "acme/shop#9"]) == 0
    assert capsys.readouterr().out == "No decision about acme/shop#9 is recorded here.\n"


@pytest.mark.parametrize("limit", ["0", "-1", "x", "100000", "१"])
def test_a_limit_is_a_number_within_reason(
    keep: Keep, capsys: pytest.CaptureFixture[str], limit: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run(["replay", f"--limit={limit}"])
    assert "must be a number from 1 to 99999" in capsys.readouterr().err
