"""Every message is kept as it reads, is there for every state, and mentions and loads nothing."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given

from bot.report.check_run import MAX_SUMMARY
from bot.report.comment import MAX_COMMENT
from bot.report.examples import EXAMPLES
from bot.report.replies import Refusal
from bot.sandbox.page.markdown import render
from tests.gallery.hostile import hostile_messages
from tests.gallery.messages import Message, messages
from tests.gallery.page import render_page
from tests.gallery.snapshots import FOLDER, Snapshots, path_of

MESSAGES = messages()
KINDS = {one.kind for one in MESSAGES}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: f"{one.kind}/{one.name}")
def test_a_message_reads_as_it_did(message: Message, snapshots: Snapshots) -> None:
    snapshots.check(message.kind, message.name, message.text)


def test_no_snapshot_is_of_a_message_that_is_gone() -> None:
    there = {path for kind in KINDS for path in (FOLDER / kind).glob("*.md")}
    assert there == {path_of(one.kind, one.name) for one in MESSAGES}


def test_every_reason_and_every_refusal_has_its_message() -> None:
    names = {one.name for one in MESSAGES}
    assert sum(one.kind == "check-run" for one in MESSAGES) >= len(EXAMPLES)
    assert {f"refused-{one.name.lower().replace('_', '-')}" for one in Refusal} <= names


@pytest.mark.parametrize("message", MESSAGES, ids=lambda one: f"{one.kind}/{one.name}")
def test_a_message_fits_folds_whole_and_does_nothing_but_say(message: Message) -> None:
    assert len(message.text.encode()) <= max(MAX_COMMENT, MAX_SUMMARY) + 12_000  # and annotations
    assert message.text.count("<details>") == message.text.count("</details>")
    assert_harmless(message.text)


def test_the_page_shows_them_all_and_asks_nothing_of_other_hosts() -> None:
    page = render_page(MESSAGES)
    for one in MESSAGES:
        assert f'<article id="{one.kind}-{one.name}">' in page
    assert not re.search(r"<(script|link|img|iframe)\b", page)


@given(hostile_messages())
def test_nobody_is_mentioned_whatever_plans_and_people_are_called(texts: list[str]) -> None:
    for text in texts:
        assert_harmless(text)


# ── what GitHub would make of it ─────────────────────────────────────────────
class _Prose(HTMLParser):
    """The text outside code, and where the links lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self._code = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code += tag in {"code", "pre"}
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text.append(data)


_TAGS = {"div", "p", "strong", "em", "a", "code", "pre", "h1", "h3", "ul", "li", "br"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td", "details", "summary"}


def assert_harmless(text: str) -> None:
    """No mention, no reference, no link but to GitHub and the manual, no markup of a stranger's."""
    prose = _Prose()
    prose.feed(render(text))
    said = "".join(prose.text)
    assert not re.search(r"(?<!\w)@[\w-]", said), said
    assert not re.search(r"(?:https?|ftp)://|(?<!\w)www\.", said), said
    assert prose.tags <= _TAGS, prose.tags - _TAGS
    for url in prose.links:
        assert re.match(r"https://github\.(example|com/plan-gate)/|#issuecomment-\d+$", url), url
