"""Killed two hundred times at random moments, one process over SQLite leaves no trace of it."""

from pathlib import Path

from tests.chaos.trial import run_trial


async def test_nothing_shows_of_two_hundred_kills(private_key: str, tmp_path: Path) -> None:
    found = await run_trial(private_key, tmp_path, tmp_path / "gate.db", kills=200, seed=1)
    assert (found.kills, found.overlaps, found.unsettled, found.wrong) == (200, [], [], [])
    assert found.runs > 200  # it was not killed before it did anything
