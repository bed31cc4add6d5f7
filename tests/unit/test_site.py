"""The documents as a site: every page can be found, and links out of docs/ lead to GitHub."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import yaml

DOCS = Path(__file__).parents[2] / "docs"
SITE = yaml.safe_load((DOCS / "site/mkdocs.yml").read_text())


def pages(nav: Any) -> list[str]:
    match nav:
        case str():
            return [nav]
        case dict():
            return [page for part in nav.values() for page in pages(part)]
        case _:
            return [page for part in nav for page in pages(part)]


def test_every_page_stands_in_the_navigation_once() -> None:
    there = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    rules = {page for page in there if re.fullmatch(r"rules/[A-Z]\d+\.md", page)}  # of their list
    assert sorted(pages(SITE["nav"])) == sorted(there - rules)
    assert SITE["not_in_nav"].strip() == "/rules/[A-Z]*.md"


@pytest.mark.parametrize("path", sorted((DOCS / "how-to").iterdir()), ids=str)
def test_a_how_to_is_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) < 100


def test_the_titles_that_a_developer_looks_up_are_verdicts() -> None:
    table = (DOCS / "how-to/developer.md").read_text().split("| it says | you do |")[1]
    titles = re.findall(r"^\| ([^-|][^|]*) \|", table.split("\n\n")[0], re.MULTILINE)
    assert len(titles) == 7
    policy = (DOCS / "policy.md").read_text()
    for title in titles:
        assert f"\n### {title}\n" in policy


def test_its_packages_are_pinned() -> None:
    lines = (DOCS / "site/requirements.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[a-z-]+==[\d.]+", line) for line in lines)


@pytest.mark.parametrize(
    ("page", "text", "led"),
    [
        ("a.md", "[b](b.md)", "[b](b.md)"),
        ("how-to/a.md", "[b](../b.md#c)", "[b](../b.md#c)"),
        ("a.md", "[app](../app.yml)", "[app](HOME/app.yml)"),
        ("how-to/a.md", "[r](../../README.md#install-it)", "[r](HOME/README.md#install-it)"),
    ],
)
def test_a_link_out_of_the_documents_leads_to_github(page: str, text: str, led: str) -> None:
    spec = spec_from_file_location("outward", DOCS / "site/outward.py")
    assert spec is not None
    assert spec.loader is not None
    hook = module_from_spec(spec)
    spec.loader.exec_module(hook)
    assert hook.outward(text, page) == led.replace("HOME", hook.REPOSITORY)
