"""What a proxy tells of a request: the bytes that were signed are among those that are tried."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.bodies import MAX_BODY
from bot.web.proxied import MOST_GUESSED, parse_proxied
from tests.system.smee import stringify


def bodies(data: bytes) -> list[bytes]:
    proxied = parse_proxied(data)
    assert proxied is not None
    return [*proxied.bodies()]


SENT: dict[str, bytes] = {
    "plain": b'{"a":1,"b":[true,null]}',
    "unicode": '{"title":"Überschrift ✓ 🎉"}'.encode(),
    "line separators": '{"a":"\u2028\u2029"}'.encode(),
    "control characters as GitHub writes them": b'{"a":"\\u001B[0m","b":"\\n\\t\\u000B"}',
    "what only looks like one": b'{"a":"\\\\u001b"}',
    "both": b'{"a":"\\\\\\u001B\\\\u001b\\"\\\\"}',
    "big numbers": b'{"id":9007199254740991}',
    "keys in their order": b'{"z":1,"a":{"y":2,"b":3}}',
    "nothing in it": b"{}",
}


@pytest.mark.parametrize("name", SENT)
def test_what_smee_writes_anew_has_the_bytes_as_sent(name: str) -> None:
    data = b'{"x-github-event":"push","body":' + stringify(SENT[name]) + b',"query":{}}'
    assert SENT[name] in bodies(data)


@pytest.mark.parametrize("name", SENT)
def test_white_space_and_escapes_of_other_proxies_are_taken_back(name: str) -> None:
    spaced = SENT[name].decode().replace('":', '" : ').replace(",", "\n, ")
    escaped = "".join(c if c.isascii() else escape_of(c) for c in spaced).encode()
    assert SENT[name] in bodies(b'{ "body" :\t' + escaped + b" }")


def escape_of(letter: str) -> str:
    return letter.encode("utf-16-be").hex().join(["\\u", ""]) if ord(letter) < 65536 else letter


LOST: dict[str, bytes] = {
    "a float that is whole": b'{"a":1.0}',
    "numbers beyond JavaScript's": b'{"a":12345678901234567890}',
    "escapes that need not be": b'{"a":"\\u2028"}',
    "white space": b'{"a": 1}',
    "a key twice": b'{"a":1,"a":2}',
}


@pytest.mark.parametrize("name", LOST)
def test_what_smee_has_lost_is_not_guessed(name: str) -> None:
    assert LOST[name] not in bodies(b'{"body":' + stringify(LOST[name]) + b"}")


@pytest.mark.parametrize("name", SENT | LOST)
def test_a_body_as_it_came_needs_no_guess(name: str) -> None:
    body = (SENT | LOST)[name]
    anew = stringify(body)
    assert bodies(b'{"body":%b,"bodyB":"%b"}' % (anew, base64.b64encode(body)))[0] == body
    text = stringify(b'"%b"' % body.replace(b"\\", b"\\\\").replace(b'"', b'\\"'))
    assert bodies(b'{"body":%b,"rawbody":%b}' % (anew, text))[0] == body
    assert bodies(b'{"body":%b}' % text) == [body]


def test_a_large_body_is_taken_as_it_stands_and_not_guessed_at() -> None:
    large = b'{"a": "%b"}' % (b"x" * MOST_GUESSED)
    assert bodies(b'{"body":' + large + b"}") == [large]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'{"body":{"a":1}}', [b'{"a":1}']),
        (b'{"bodyB":"?","body":1}', [b"1"]),
        (b'{"bodyB":"","body":1}', [b"1"]),
        ('{"bodyB":"é","body":1}'.encode(), [b"1"]),
        (b'{"bodyB":5}', []),
        (b'{"query":{}}', []),
        (b'{"body":"%b"}' % (b"x" * (MAX_BODY + 1)), []),
        (b'{"body":"\\ud800"}', None),
        (b'{"body":{"a":"\xff"}}', [b'{"a":"\xff"}']),
    ],
)
def test_odd_bodies_are_no_bodies(data: bytes, found: list[bytes] | None) -> None:
    proxied = parse_proxied(data)
    assert (None if proxied is None else [*proxied.bodies()]) == found


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"5", b'"{}"', b"\xff", b"[" * 100_000, b'{"body":' * 100_000],
)
def test_what_is_no_object_tells_of_no_request(data: bytes) -> None:
    assert parse_proxied(data) is None


def test_headers_are_those_that_are_text() -> None:
    proxied = parse_proxied(b'{"X-GitHub-Event":"push","content-length":5,"a":["b"],"c":""}')
    assert proxied is not None
    assert proxied.headers == {"x-github-event": "push"}


@given(st.binary() | st.text().map(lambda text: f'{{"body":{text}}}'.encode()))
def test_whatever_comes_nothing_is_raised(data: bytes) -> None:
    proxied = parse_proxied(data)
    if proxied is not None:
        assert all(isinstance(body, bytes) for body in proxied.bodies())
