"""What may be filled in, and what is said of the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.setup.manifest import Wishes
from bot.setup.wishes import parse_wishes

GOOD = {"owner": "acme", "name": "Plan Gate", "address": "https://gate.example.com"}


def test_what_is_good_is_tidied() -> None:
    form = {"owner": " acme ", "name": " Plan  Gate ", "address": " https://gate.example.com/ "}
    assert parse_wishes(form) == Wishes("acme", "Plan Gate", "https://gate.example.com")


@pytest.mark.parametrize("owner", ["", "a", "acme-inc", "octo_corp", "A1", "a" * 40])
def test_owners_that_there_may_be(owner: str) -> None:
    assert isinstance(parse_wishes({**GOOD, "owner": owner}), Wishes)


@pytest.mark.parametrize(
    "owner",
    [
        "https://github.com/acme",
        "acme/shop",
        "-acme",
        "acme-",
        "..",
        "a b",
        "a" * 41,
        '"><script>alert(1)</script>',
        "acme?state=x",
        "acme\n",
        "ácme",
        "a%2f",
    ],
)
def test_what_is_no_owner(owner: str) -> None:
    wishes = parse_wishes({**GOOD, "owner": owner})
    if owner == "acme\n":  # white space around it is no fault
        assert wishes == Wishes("acme", "Plan Gate", "https://gate.example.com")
    else:
        assert isinstance(wishes, dict)
        assert list(wishes) == ["owner"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "Give the App a name."),
        ("x" * 35, "GitHub takes 34 characters at most; this has 35."),
        ("a\u202eb", "The name has characters that nobody sees; type it again."),
    ],
)
def test_what_is_no_name(name: str, words: str) -> None:
    assert parse_wishes({**GOOD, "name": name}) == {"name": words}


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8080", "https://gate.example.com/folder", "http://[::1]:1", "HTTP://x"],
)
def test_addresses_that_there_may_be(address: str) -> None:
    assert isinstance(parse_wishes({**GOOD, "address": address}), Wishes)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "gate.example.com",
        "ftp://gate.example.com",
        "javascript:alert(1)",
        "https://",
        "https://[",
        "https://x:0",
        "https://x:99999",
        "https://a b",
        "https://x/\u200b",
        "https://user:word@x",
        "https://x/?a=b",
        "https://x/#a",
        "https://x/?",
        'https://x/"',
    ],
)
def test_what_is_no_address(address: str) -> None:
    wishes = parse_wishes({**GOOD, "address": address})
    assert isinstance(wishes, dict)
    assert list(wishes) == ["address"]


def test_each_field_has_its_own_complaint() -> None:
    assert set(parse_wishes({"owner": "/"})) == {"owner", "name", "address"}  # type: ignore[arg-type]


@given(st.dictionaries(st.sampled_from(["owner", "name", "address"]), st.text()))
def test_no_form_makes_it_fail(form: dict[str, str]) -> None:
    parse_wishes(form)
