"""`plan-gate lint` of one file sees the other plans of its repository, as far as they matter."""

import json
from pathlib import Path

import pytest

from bot.cli import lint
from bot.cli.files import LintSettings
from bot.cli.trees import read_others, read_trees

from .conftest import run_command


def found(capsys: pytest.CaptureFixture[str], *paths: str) -> dict[str, list[str]]:
    """Run `lint`, as for Approved plans; return the codes over all plans by path."""
    run_command(lint, *paths, "--format", "json", "--as", "approved")
    codes: dict[str, list[str]] = {}
    for each in json.loads(capsys.readouterr().out):
        if each["code"][0] == "P" or each["code"] == "E005":
            codes.setdefault(each["path"], []).append(each["code"])
    return codes


def write(place: str, id: str, depends: str = "", event: str = "") -> None:  # noqa: A002
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = "| Topic | Direction |\n|---|---|\n"
    path.write_text(
        f"# Plan: {id} — a\n\n**Status**: Draft\n**Depends on**: {depends}\n\n"
        f"## Events\n\n{table}{event}\n",
        encoding="utf-8",
    )


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository as the working directory, in which plans say much of each other."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    write("plans/FEAT-1.md", "FEAT-1", "FEAT-2, FEAT-9", "| `a.b.c.v1` | consumes |")
    write("plans/FEAT-1-old.md", "FEAT-1")
    write("docs/plans/x/FEAT-2.md", "FEAT-2", "FEAT-3")
    write("plans/FEAT-3.md", "FEAT-3", "FEAT-1")
    write("plans/FEAT-4.md", "FEAT-4", "", "| `a.b.c.v1` | emits |")
    write("plans/FEAT-5.md", "FEAT-5", "", "| `a.b.d.v1` | consumes |")
    write("plans/README.md", "FEAT-1")
    write("FEAT-9.md", "FEAT-9")
    return tmp_path


ALL = {
    "plans/FEAT-1.md": ["P001", "P004", "P005", "P002"],
    "plans/FEAT-1-old.md": ["P001"],
    "docs/plans/x/FEAT-2.md": ["P004", "P005"],
    "plans/FEAT-3.md": ["P004", "P005"],
    "plans/FEAT-5.md": ["E005"],
}


@pytest.mark.usefixtures("tree")
def test_all_plans_of_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys) == ALL


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("path", [*ALL, "plans/FEAT-4.md"])
def test_one_file_is_judged_as_with_all(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(capsys, path) == {only: codes for only, codes in ALL.items() if only == path}


@pytest.mark.usefixtures("tree")
def test_some_files(capsys: pytest.CaptureFixture[str]) -> None:
    some = ["plans/FEAT-3.md", "plans/FEAT-5.md", "./plans/FEAT-3.md"]
    assert found(capsys, *some) == {path: ALL[path] for path in some[:2]}
    assert found(capsys, "docs") == {"docs/plans/x/FEAT-2.md": ["P004", "P005"]}


def test_only_what_matters_is_parsed(tree: Path) -> None:
    def others(path: str) -> list[str]:
        [read] = read_trees([(path, LintSettings())])
        assert read.root == tree
        return sorted(read_others(read))

    assert others("plans/FEAT-4.md") == []
    assert others("plans/FEAT-5.md") == []
    assert others("plans/FEAT-3.md") == [
        "docs/plans/x/FEAT-2.md", "plans/FEAT-1-old.md", "plans/FEAT-1.md", "plans/FEAT-4.md"
    ]  # fmt: skip


def test_ids_of_other_letters_are_found_in_any_case(tree: Path) -> None:
    settings = LintSettings(id_pattern="[ÄA-Z]+-[0-9]+")
    write("plans/ÄB-1.md", "ÄB-1")
    write("plans/ÄB-12.md", "ÄB-12")
    write("plans/other.md", "ÄB-1")
    [read] = read_trees([("plans/ÄB-1.md", settings)])
    assert list(read_others(read)) == ["plans/other.md"]


@pytest.mark.parametrize(
    "patterns",
    [
        ("plans/**",),
        ("plans/*.{md,txt}", "plans/**/*.md"),
        ("**/*.md",),
        ("plans/FEAT-1.md", "plans/FEAT-1-old.md"),
    ],
)
def test_other_patterns(tree: Path, patterns: tuple[str, ...]) -> None:
    [read] = read_trees([("plans/FEAT-1.md", LintSettings(patterns))])
    assert "plans/FEAT-1-old.md" in read_others(read)


def test_another_repository_is_another_tree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tree / "plans/.git").mkdir()
    assert "P001" in found(capsys, "plans/FEAT-1.md", "plans/FEAT-1-old.md")["plans/FEAT-1.md"]
    assert "P001" not in found(capsys, "plans/FEAT-1.md").get("plans/FEAT-1.md", [])


def test_outside_a_repository_the_files_of_the_run_are_the_tree(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / ".git").rmdir()
    assert found(capsys, "plans/FEAT-1-old.md") == {}
    assert found(capsys, "plans/FEAT-1-old.md", "plans/FEAT-1.md")["plans/FEAT-1-old.md"] == [
        "P001"
    ]


def test_a_file_that_cannot_be_read_is_nobodys_neighbour(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "plans/FEAT-7.md").symlink_to("nowhere")
    assert found(capsys, "plans/FEAT-5.md") == {"plans/FEAT-5.md": ["E005"]}
