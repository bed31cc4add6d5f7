"""What a webhook proxy makes of a request, and which bytes of a body GitHub may have signed.

The form is smee.io's: a JSON object of the request's headers in lower case, `body`, `query` and
`timestamp`. smee.io parses the body and writes it anew. Others send it as it came: as `rawbody`, or
in base64 as `bodyB` (gosmee). Nothing here vouches for anything: a signature does.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from bot.web.bodies import MAX_BODY

MOST_GUESSED = 512 << 10  # bytes of a body; to write one anew takes 0.3 s for each MB, at worst

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)
_token = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[ \t\r\n]+')
_escape = re.compile(rb"(\\\\)|\\u([0-9a-f]{4})")


@dataclass(frozen=True, slots=True)
class Proxied:
    """A request as the proxy tells of it."""

    headers: Mapping[str, str]
    fields: Mapping[str, msgspec.Raw]

    def bodies(self) -> Iterator[bytes]:
        """What the body may have been byte by byte, the likeliest first."""
        tried: set[bytes] = set()
        for body in _candidates(self.fields):
            if len(body) <= MAX_BODY and body not in tried:
                tried.add(body)
                yield body


def parse_proxied(data: bytes) -> Proxied | None:
    """Read an event's data; `None` where it is no JSON object."""
    try:
        fields = _fields.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    headers = {name.lower(): text for name, raw in fields.items() if (text := _as_text(raw))}
    return Proxied(headers, fields)


def _candidates(fields: Mapping[str, msgspec.Raw]) -> Iterator[bytes]:
    if (text := _as_text(fields.get("rawbody"))) is not None:
        yield text.encode()
    if (text := _as_text(fields.get("bodyB"))) is not None and (coded := _decoded(text)):
        yield coded
    if (body := fields.get("body")) is None:
        return
    if (text := _as_text(body)) is not None:
        yield text.encode()
        return
    yield bytes(body)
    if len(bytes(body)) > MOST_GUESSED:
        return
    if (plain := _stringified(bytes(body))) is not None:
        yield plain
        # GitHub writes control characters as \u001B, JavaScript as \u001b:
        # https://github.com/octokit/webhooks.js/issues/71
        yield _escape.sub(_raised, plain)


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def _as_text(raw: msgspec.Raw | None) -> str | None:
    try:
        return None if raw is None else _text.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _stringified(body: bytes) -> bytes | None:
    """The same JSON as JavaScript's `JSON.stringify` has it, but for numbers: those stay as sent.

    No white space, and nothing escaped that need not be; `None` where no UTF-8 can say that.
    """
    try:
        return _token.sub(_shortest, body.decode()).encode()
    except ValueError:  # a lone surrogate, which JavaScript would escape
        return None


def _shortest(token: re.Match[str]) -> str:
    text = token[0]
    if not text.startswith('"'):
        return ""
    return json.dumps(json.loads(text), ensure_ascii=False) if "\\" in text else text


def _raised(escape: re.Match[bytes]) -> bytes:
    return escape[1] or b"\\u" + escape[2].upper()
