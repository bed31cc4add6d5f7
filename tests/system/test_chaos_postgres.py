"""Killed two hundred times at random moments, two processes over PostgreSQL leave no trace."""

from pathlib import Path

from bot.settings import Postgres
from tests.chaos.trial import run_trial


async def test_nothing_shows_of_two_hundred_kills(
    private_key: str, tmp_path: Path, postgres: str
) -> None:
    found = await run_trial(private_key, tmp_path, Postgres(postgres), kills=200, seed=2)
    assert (found.kills, found.overlaps, found.unsettled, found.wrong) == (200, [], [], [])
    assert found.runs > 200  # they were not killed before they did anything
