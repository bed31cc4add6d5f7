"""A directory with plans to run commands in, and the commands."""

import argparse
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

PLANS = Path(__file__).parents[2] / "plans"

Command = Callable[..., int]


def run_command(module: ModuleType, *arguments: str) -> int:
    """Run a command as the command line does."""
    parser = argparse.ArgumentParser()
    module.configure(parser)
    status: int = module.run(parser.parse_args(arguments))
    return status


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one complete plan and one with an error, as the working directory."""
    (tmp_path / ".git").mkdir()
    plans = tmp_path / "plans"
    plans.mkdir()
    good = (PLANS / "complete/approved/plan.md").read_bytes()
    good = good.replace(b"consumes | billing", b"emits | search")
    bad = good.replace(b"FEAT-123", b"FEAT-124").replace(b"2\xe2\x80\x933 |", b"9 |")
    (plans / "FEAT-123.md").write_bytes(good)
    (plans / "FEAT-124.md").write_bytes(bad)
    (plans / "README.md").write_text("# Plans\n", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/guide.md").write_text("# Guide\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path
