"""The set-up's pages: what they say, and that nothing which is put into them is taken for HTML."""

from html.parser import HTMLParser

import pytest

from bot.github import errors
from bot.setup.conversion import Incomplete
from bot.setup.manifest import Wishes, manifest_of, read_template, registration_url
from bot.web.page import render_page
from bot.web.setup import pages, troubles

GITHUB = "https://github.com"
EVIL = "\"'><script>alert(1)</script><img src=x onerror=y>&amp;"
TEMPLATE = read_template()
WISHES = Wishes("acme", "Gate", "https://gate.example.com")
VOID = {"input", "meta", "link", "br", "path"}


def hostile() -> dict[str, str]:
    """Every page, with hostile text wherever there can be some."""
    wishes = Wishes(EVIL, EVIL, EVIL)
    manifest = manifest_of(TEMPLATE, wishes, EVIL)
    action = registration_url(GITHUB, EVIL, EVIL)
    filled = dict.fromkeys(("owner", "name", "address"), EVIL)
    faults = {
        "away": errors.GitHubUnavailable(EVIL, request_id=EVIL),
        "unknown": errors.NotFound(EVIL, request_id=EVIL),
        "incomplete": Incomplete((EVIL,), EVIL),
        "refused": errors.Refused(EVIL),
    }
    return {
        "frame": render_page(EVIL, ""),
        "form": pages.form_page(GITHUB, filled, filled),
        "review": pages.review_page(GITHUB, TEMPLATE, wishes, action, manifest),
        "done": pages.done_page(EVIL, EVIL, EVIL, serves=True),
        "ready": pages.ready_page(EVIL, returned=False),
        "unkept": pages.unkept_page(EVIL, EVIL),
        "closed": pages.closed_page(used=True),
        "stray": troubles.stray()[1],
        **{name: troubles.failed(fault)[1] for name, fault in faults.items()},
    }


class Elements(HTMLParser):
    """Holds a page to what HTML asks for: closed elements, ids once, labels that fit."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen: list[str] = []
        self.ids: list[str] = []
        self.meant: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute comes twice: {attrs}"
        assert not [name for name in given if name.startswith("on")], "a script in an attribute"
        self.ids += [given["id"] or ""] if "id" in given else []
        for name in ("for", "aria-describedby"):
            self.meant += (given.get(name) or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize(("name", "page"), hostile().items(), ids=list(hostile()))
def test_a_page_is_sound_whatever_is_put_into_it(name: str, page: str) -> None:
    elements = Elements()
    elements.feed(page)
    elements.close()
    assert elements.open == []
    assert not {"script", "img", "iframe", "object"} & set(elements.seen)
    assert elements.seen.count("h1") == (0 if name == "frame" else 1)
    assert len(set(elements.ids)) == len(elements.ids)
    assert set(elements.meant) <= set(elements.ids)


def test_a_complaint_is_tied_to_its_field() -> None:
    page = pages.form_page(GITHUB, {"name": "x"}, {"name": "Too short.", "address": "None."})
    assert 'aria-describedby="name-wrong name-hint" aria-invalid="true" autofocus' in page
    assert page.count("autofocus") == 1  # the first that is wrong
    assert '<p class="wrong" id="address-wrong">None.</p>' in page


@pytest.mark.parametrize(
    ("address", "github", "warned"),
    [
        ("http://localhost:8080", GITHUB, True),
        ("http://192.168.0.7", GITHUB, True),
        ("https://gate.example.com", GITHUB, False),
        ("http://localhost:8080", "http://127.0.0.1:9", False),  # GitHub itself is as near
        ("http://[", GITHUB, False),
    ],
)
def test_an_address_that_github_cannot_reach_is_warned_of(
    address: str, github: str, warned: bool
) -> None:
    wishes = Wishes("", "Gate", address)
    for page in (
        pages.form_page(github, {"address": address}, {}),
        pages.review_page(github, TEMPLATE, wishes, "", ""),
    ):
        assert ("GitHub cannot reach" in page) is warned
        assert ("PUBLIC_URL" in page) is warned


def test_the_review_shows_all_that_is_asked_for() -> None:
    page = pages.review_page(GITHUB, TEMPLATE, WISHES, "", "")
    assert "<dd>checks, pull requests, issues</dd>" in page
    assert "<dd>contents, members, metadata, merge queues</dd>" in page
    for event in TEMPLATE.default_events:
        assert event.replace("_", " ") in page
    assert set(TEMPLATE.default_permissions.values()) == {"read", "write"}


@pytest.mark.parametrize(
    ("fault", "status", "again"),
    [
        (errors.GitHubUnavailable("x"), 503, True),
        (errors.RateLimited("x", delay=1.0), 503, True),
        (errors.NotFound("x"), 410, False),
        (Incomplete(("private key",), f"{GITHUB}/apps/gate"), 502, False),
        (errors.Unexpected("x"), 502, False),
        (errors.Refused("x"), 502, False),
    ],
)
def test_each_trouble_says_how_to_go_on(
    fault: errors.GitHubError, status: int, again: bool
) -> None:
    found, page = troubles.failed(fault)
    assert found == status
    assert ("Reload this page" in page) is again
    assert troubles.may_be_tried_again(fault) is again
    assert "generate a private key" in page


def test_a_server_without_a_line_to_github_says_that_there_is_an_app() -> None:
    page = pages.ready_page("", returned=False)
    assert "Plan Gate is set up" in page
    assert "Install it" not in page
