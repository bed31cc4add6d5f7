"""Every command that the documents show is one: it, its options, and its make target exist.

What needs neither network, App nor database is run besides, in a repository with two plans.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import COMMANDS, FAULT, parse_arguments, run
from tests.plan_text import plan_text

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for path in ROOT.rglob("*.md")
    if not any(
        part.startswith(".") or part in {"tests", "bot"} for part in path.relative_to(ROOT).parts
    )
]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
OFFLINE = {"lint", "fmt", "show", "explain", "new", "status"}
_BLOCK = re.compile(r"^( *)```(?:console|sh)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_PROGRAM = re.compile(r"plan-gate(:\d[\d.]*)?")  # itself, or its image


def lines() -> Iterator[list[str]]:
    """The commands of all blocks, each as words, without comments and what it is piped into."""
    for page in PAGES:
        for _, block in _BLOCK.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                command = line.strip().removeprefix("$ ")
                if line.strip().startswith(("$ ", "make ")):
                    words = shlex.split(command, comments=True)
                    stop = next((i for i, word in enumerate(words) if word in "|>"), len(words))
                    yield words[:stop]


def arguments(words: list[str]) -> list[str]:
    """What a line gives to `plan-gate`, also within a container; nothing where it calls another."""
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]
    if words[:1] == ["plan-gate"]:
        return words[1:]
    if words[:1] in (["docker"], ["kubectl"]) and {"exec", "run"} & set(words):
        last = max(i for i, word in enumerate(words) if _PROGRAM.fullmatch(word))
        return words[last + 1 :]
    return []


LINES = list(lines())
OURS = sorted({shlex.join(given) for words in LINES if (given := arguments(words))})
MADE = sorted({shlex.join(words[1:]) for words in LINES if words[:1] == ["make"]})
_SPAN = re.compile(r"`((?:plan-gate|make) [^`\n]+)`")
SPANS = sorted({found for page in PAGES for found in _SPAN.findall(page.read_text())})


def test_commands_are_found() -> None:
    assert len(OURS) > 25
    assert len(MADE) > 4
    assert len(SPANS) > 25
    assert "queue list" in OURS  # within a container


@pytest.mark.parametrize("line", OURS)
def test_a_command_is_taken(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    status: int | str | None = 0
    try:
        parse_arguments(shlex.split(line))
    except SystemExit as end:  # of `--version` in peace
        status = end.code
    assert status == 0, capsys.readouterr().err


@pytest.mark.parametrize("line", MADE)
def test_make_has_the_target_and_the_variable(line: str) -> None:
    for word in shlex.split(line):
        name, is_variable, _ = word.partition("=")
        if is_variable:
            assert f"$({name})" in MAKEFILE or f"$(or $({name})" in MAKEFILE, word
        else:
            assert name in TARGETS, word


@pytest.mark.parametrize("span", SPANS)
def test_what_is_named_in_a_sentence_exists(span: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, name, *rest = span.split()
    if program == "make":
        assert name in TARGETS
    elif name in COMMANDS:
        with pytest.raises(SystemExit):
            parse_arguments([name, "--help"])
        shown = capsys.readouterr().out
        for word in rest:
            if word.startswith("--"):
                assert word.split("=")[0].rstrip(",.") in shown
    else:
        assert name in {"…", "COMMAND", "--version"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with plans, which is the working directory."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "plans").mkdir()
    for name in ("FEAT-12", "FEAT-13"):
        (tmp_path / f"plans/{name}.md").write_text(plan_text(name))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("line", [line for line in OURS if line.split()[0] in OFFLINE])
def test_what_needs_no_server_runs(
    line: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(line)
    if words[0] == "new":
        (repository / f"plans/{words[1]}.md").unlink()
    assert run(words) != FAULT, capsys.readouterr().err
