"""`make chaos`: kill as often as asked, on both databases, and say what it did to them."""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from bot.settings import Postgres
from tests.chaos.trial import run_trial
from tests.postgres import cluster
from tests.private_key import make_private_key


def main() -> int:
    """Run a trial on each database; 1 where anything showed."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=1_000, help="on each database (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    key = make_private_key()
    with tempfile.TemporaryDirectory() as folder:
        homes: dict[str, Path | Postgres] = {
            "SQLite": Path(folder) / "gate.db",
            "PostgreSQL": Postgres(cluster().create()),
        }
        good = [
            _try(name, key, Path(folder) / name, home, asked.kills, asked.seed)
            for name, home in homes.items()
        ]
    return 0 if all(good) else 1


def _try(
    name: str, key: str, folder: Path, database: Path | Postgres, kills: int, seed: int
) -> bool:
    folder.mkdir()
    found = asyncio.run(run_trial(key, folder, database, kills, seed))
    print(f"{name}, seed {seed}: {found.kills:,} kills, {found.runs:,} runs")
    for what, items in (
        ("in hand twice at once", found.overlaps),
        ("not at rest in the end", found.unsettled),
        ("wrong in the end", found.wrong),
    ):
        print(f"  {what}: {len(items)}")
        for item in items:
            print(f"    {item}")
    return not (found.overlaps or found.unsettled or found.wrong)


if __name__ == "__main__":
    sys.exit(main())
