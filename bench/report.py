"""What `plan-gate report` takes over many decisions, in a process of its own, beside one pass over
their records that only unpacks them.

The records are those of pull requests of a middling size: twenty files, five commits, a whole plan.
"""

import argparse
import asyncio
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert

from bench.plans import SCRATCH, row
from bot.gate.decide import decide
from bot.gate.facts import ChangedFile, Facts, Part
from bot.gate.record import decision_id, pack, unpack
from bot.ledger.port import AuditKind, PullState
from bot.ledger.schema import audit, decision, linked
from bot.report.titles import headline
from bot.work.database import Database
from bot.work.opening import open_database
from tests.unit.gate.build import commit, plan, pull

REPOSITORIES = 40
EACH = 5  # decisions of a pull request
PLANS = 60
AT_ONCE = 5_000
DAY = 86_400.0

Row = dict[str, object]


def main(arguments: Sequence[str]) -> None:
    """Fill a file, and tell what the report over it takes, in each format."""
    parser = argparse.ArgumentParser(prog="make bench WHAT=report")
    parser.add_argument("--decisions", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="leave the database there")
    options = parser.parse_args(arguments)
    SCRATCH.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        path = (options.keep or Path(folder) / "gate.db").absolute()
        records = asyncio.run(_fill(path, options.decisions))
        began = time.perf_counter()
        for record in records:
            unpack(record)
        bare = (time.perf_counter() - began) * options.decisions / len(records)
        print(f"{options.decisions} decisions, {path.stat().st_size >> 20} MB\n")
        row("`plan-gate report`", "seconds", "peak memory", "unpacking all records alone")
        row("---", "---", "---", "---")
        for form in ("text", "json", "html"):
            seconds, peak = _run(path, form)
            row(f"`--format {form}`", f"{seconds:.1f}", f"{peak:.0f} MB", f"{bare:.1f} s")


def _run(path: Path, form: str) -> tuple[float, float]:
    """How long a process takes, and how many megabytes it had at most."""
    command = [sys.executable, "-m", "bot", "report", "acme", "--days", "90", "--format", form]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env={**os.environ, "DATABASE_URL": f"sqlite:///{path}"},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the report ended with {status}")
    return time.perf_counter() - began, _megabytes(usage)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


async def _fill(path: Path, count: int) -> list[bytes]:
    """Make the database; some of its records are returned."""
    database = await open_database(path, works=False)
    chance, sample = random.Random(7), []
    pulls = range(count // EACH)
    for first in range(0, len(pulls), AT_ONCE // EACH):
        part = pulls[first : first + AT_ONCE // EACH]
        rows = [each for number in part for each in _decisions(number, chance)]
        sample += [facts for row in rows[:20] if isinstance(facts := row["facts"], bytes)]
        await _insert(database, rows, chance)
    await database.close()
    return sample


async def _insert(database: Database, rows: list[Row], chance: random.Random) -> None:
    told = [_entry(row) for row in rows]
    latest = [
        {
            "subject": row["subject"],
            "repository": row["repository"],
            "number": row["number"],
            "installation": 1,
            "state": chance.choice([PullState.MERGED, PullState.MERGED, PullState.OPEN]),
            "base_ref": "main",
            "from_fork": False,
        }
        for row in rows
        if row["stands"]
    ]
    await database.run(lambda db: db.execute(insert(decision), rows).rowcount)
    await database.run(lambda db: db.execute(insert(audit), told).rowcount)
    await database.run(lambda db: db.execute(insert(linked), latest).rowcount)


def _entry(row: Row) -> Row:
    same = {name: row[name] for name in ("at", "subject", "repository", "number", "head_sha")}
    told = f"{row['conclusion']}: {row['title']}"
    return {**same, "kind": AuditKind.VERDICT, "actor": "", "text": told}


def _decisions(number: int, chance: random.Random) -> Iterator[Row]:
    """The decisions about one pull request: mostly blocked, and freed in the end or not."""
    repository = f"acme/shop-{chance.randrange(REPOSITORIES):02}"
    at = time.time() - chance.random() * 88 * DAY
    for push in range(EACH):
        facts = _facts(repository, number, push, chance)
        verdict, record = decide(facts), pack(facts)
        at += chance.random() * DAY / 4
        yield {
            "id": decision_id(record),
            "at": at,
            "subject": f"pull {repository}#{number}",
            "repository": repository,
            "number": number,
            "head_sha": facts.pull.head_sha,
            "conclusion": verdict.conclusion.value,
            "title": headline(verdict),
            "facts": record,
            "stands": push == EACH - 1,
        }


def _facts(repository: str, number: int, push: int, chance: random.Random) -> Facts:
    name = f"FEAT-{min(int(chance.expovariate(0.1)), PLANS)}"
    status = "Approved" if chance.random() < push / EACH else "Draft"
    wanted = replace(
        plan(
            name,
            status,
            questions=int(chance.random() < 0.1),
            warnings=5,
            tasks=dict.fromkeys(range(1, 9), ()),
        ),
        parts=tuple(Part(f"section {index}", f"{chance.random()}") for index in range(15)),
    )
    says = "" if chance.random() < 0.3 else f"Plan: {name}\n{'What it does, and why. ' * 40}"
    files = [ChangedFile(f"src/module_{index}.py") for index in range(20)]
    commits = tuple(commit(message=f"Change {index} {'x' * 60}") for index in range(5))
    policy = "mode: shadow" if repository < "acme/shop-25" else ""
    made = pull(*files, says=says, main=[wanted], commits=commits, policy=policy)
    head = f"{number:032x}{push:08x}"
    return replace(
        made, pull=replace(made.pull, repository=repository, number=number, head_sha=head)
    )


if __name__ == "__main__":
    main(sys.argv[1:])
