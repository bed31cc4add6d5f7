"""The rule reference in `docs/rules` is what the docstrings say."""

import subprocess
import sys
from pathlib import Path

from bot.plan.reference import render
from bot.plan.rules import RULES

PAGES = Path(__file__).parents[3] / "docs" / "rules"


def test_the_pages_are_up_to_date() -> None:
    """Run `make docs` when this fails."""
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    assert written == render()


def test_each_rule_has_a_page_and_a_line_in_the_index() -> None:
    pages = render()
    assert set(pages) == {"README.md", *(f"{code}.md" for code in RULES)}
    for code in RULES:
        assert pages["README.md"].count(f"[{code}]({code}.md)") == 1


def test_an_example_with_a_fence_is_fenced_by_more() -> None:
    assert "````markdown\n```sql\nSELECT 1;\n\n## Events\n````" in render()["D003.md"]


def test_main_writes_the_pages(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot.plan.reference", str(tmp_path / "new" / "rules")]
    subprocess.run(command, check=True)
    written = {path.name for path in (tmp_path / "new" / "rules").iterdir()}
    assert written == set(render())
