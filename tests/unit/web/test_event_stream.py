"""Server-Sent Events are read as the standard says, however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.event_stream import Event, EventStream


def read(*chunks: bytes, limit: int = 100) -> list[Event]:
    stream = EventStream(limit)
    return [event for chunk in chunks for event in stream.feed(chunk)]


def message(data: bytes) -> Event:
    return Event("message", data)


STREAMS: dict[str, tuple[bytes, list[Event]]] = {
    "nothing": (b"", []),
    "one": (b"data: a\n\n", [message(b"a")]),
    "without a space": (b"data:a\n\n", [message(b"a")]),
    "only the first space goes": (b"data:  a \n\n", [message(b" a ")]),
    "two": (b"data: a\n\ndata: b\n\n", [message(b"a"), message(b"b")]),
    "not complete": (b"data: a\n", []),
    "several lines": (b"data: a\ndata:\ndata: b\n\n", [message(b"a\n\nb")]),
    "an empty line of data": (b"data\n\n", [message(b"")]),
    "no data": (b"event: ping\n\ndata: a\n\n", [message(b"a")]),
    "a type": (b"event: ping\ndata: {}\n\ndata: a\n\n", [Event("ping", b"{}"), message(b"a")]),
    "an empty type": (b"event:\ndata: a\n\n", [message(b"a")]),
    "a type that is no text": (b"event: \xff\ndata: a\n\n", [Event("\ufffd", b"a")]),
    "CR": (b"data: a\rdata: b\r\r", [message(b"a\nb")]),
    "CRLF": (b"data: a\r\ndata: b\r\n\r\n", [message(b"a\nb")]),
    "all of them": (
        b"data: a\r\n\rdata: b\n\r\ndata: c\r\r\n",
        [message(b"a"), message(b"b"), message(b"c")],
    ),
    "comments": (b":\n: ping\n\n:x\ndata: a\n:y\n\n", [message(b"a")]),
    "a BOM": (b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n", [message(b"a")]),
    "odd fields": (b"dat: a\nDATA: b\ndata : c\n\n\n\n", []),
    "colons": (b"data: a:b\n\n", [message(b"a:b")]),
    "other line ends stay": (
        "data: a\u2028b\x0b\x0c\x85\n\n".encode(),
        [message("a\u2028b\x0b\x0c\x85".encode())],
    ),
    "bytes stay": (b"data: \xff\xfe\0\n\n", [message(b"\xff\xfe\0")]),
    "too large": (
        b"data: " + b"x" * 200 + b"\n\ndata: a\n\n",
        [Event("message", b"", True), message(b"a")],
    ),
    "too large in lines": (
        b"event: big\n" + b"data: xxxxxxxxx\n" * 11 + b"data: y\n\ndata: a\n\n",
        [Event("big", b"", True), message(b"a")],
    ),
    "a comment without an end": (b":" + b"x" * 500, []),
    "much that is small": (b": ping\n" * 500 + b"data: a\n\n", [message(b"a")]),
    "many empty lines of data": (b"data\n" * 101 + b"data:\n\n", [Event("message", b"", True)]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_read(name: str) -> None:
    stream, events = STREAMS[name]
    assert read(stream) == events
    assert read(*(bytes([byte]) for byte in stream)) == events


@given(
    st.lists(
        st.sampled_from(
            [b"data: ", b"data", b"event: x", b"id: 1", b"retry: 5", b":", b"\r", b"\n", b"\r\n"]
        )
        | st.binary(max_size=60)
    ).map(b"".join),
    st.lists(st.integers(0, 300)),
)
def test_however_it_is_cut_the_events_are_the_same(stream: bytes, places: list[int]) -> None:
    ends = [0, *sorted(places), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(ends)]
    whole, cut = EventStream(50), EventStream(50)
    assert whole.feed(stream) == [event for chunk in chunks for event in cut.feed(chunk)]
    assert (whole.last_id, whole.retry) == (cut.last_id, cut.retry)


@pytest.mark.parametrize(
    ("lines", "last_id"),
    [
        (b"", ""),
        (b"id: 7\n", "7"),
        (b"id: 7\nid\n", ""),
        (b"id: 7\nid: a\0b\n", "7"),
        (b"id: \xff\n", "\ufffd"),
    ],
)
def test_the_last_id_is_remembered(lines: bytes, last_id: str) -> None:
    stream = EventStream()
    stream.feed(lines)
    assert stream.last_id == last_id


@pytest.mark.parametrize(
    ("lines", "retry"),
    [
        (b"", None),
        (b"retry: 1500\n", 1.5),
        (b"retry: 0\n", 0.0),
        (b"retry: -1\n", None),
        (b"retry: 1e3\n", None),
        (b"retry: \xc2\xb2\n", None),
        (b"retry: 99999999999\n", None),
        (b"retry\n", None),
    ],
)
def test_the_time_to_wait_is_a_number(lines: bytes, retry: float | None) -> None:
    stream = EventStream()
    stream.feed(lines)
    assert stream.retry == retry


def test_what_is_not_complete_takes_no_more_than_the_limit() -> None:
    stream = EventStream(1_000)
    for _ in range(100):
        stream.feed(b"data: " + b"x" * 100)
        assert len(stream._line) + sum(map(len, stream._data)) <= 1_000
        stream.feed(b"\ndata: y\n")
    assert stream.feed(b"\n") == [Event("message", b"", True)]
