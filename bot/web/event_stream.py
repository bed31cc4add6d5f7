"""Server-Sent Events: bytes in, events out, however they are cut. It never raises.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

import re
from dataclasses import dataclass

MAX_EVENT = 36 << 20  # bytes; a body has at most 25 MB, which base64 makes a third longer

_LINE_END = re.compile(rb"\r\n?|\n")
_BOM = b"\xef\xbb\xbf"
_TOO_LONG = b":"  # stands for what was thrown away of a line: a comment, and no empty line


@dataclass(frozen=True, slots=True)
class Event:
    """One event; its data is not decoded, for somebody may have signed the bytes."""

    type: str
    data: bytes
    cut: bool = False  # it was larger than allowed, and its data is not here


class EventStream:
    """Takes in the stream's bytes, and keeps at most *limit* of an event that is not complete."""

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._line = bytearray()
        self._data: list[bytes] = []
        self._size = 0  # of the event's data so far
        self._type = "message"
        self._cut = False
        self._is_first_line = True
        self._after_return = False  # the last chunk ended with \r: an \n belongs to it
        self.last_id = ""
        self.retry: float | None = None  # seconds, where the server has said how long to wait

    def feed(self, chunk: bytes) -> list[Event]:
        """Take in the next bytes; return the events that are complete with them."""
        if not chunk:
            return []
        events: list[Event] = []
        begin = 1 if self._after_return and chunk.startswith(b"\n") else 0
        for end in _LINE_END.finditer(chunk, begin):
            self._extend(chunk[begin : end.start()])
            begin = end.end()
            if (event := self._end_line()) is not None:
                events.append(event)
        self._extend(chunk[begin:])
        self._after_return = chunk.endswith(b"\r")
        return events

    def _extend(self, part: bytes) -> None:
        if self._size + len(self._line) + len(part) > self._limit:
            self._cut = True
            self._data.clear()
            self._size = 0
            self._line[:] = _TOO_LONG
        else:
            self._line += part

    def _end_line(self) -> Event | None:
        line = bytes(self._line)
        self._line.clear()
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._end_event()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data" if not self._cut:
                self._data.append(value)
                self._size += len(value) + 1
            case b"event":
                self._type = value.decode(errors="replace") or "message"
            case b"id" if b"\0" not in value:
                self.last_id = value.decode(errors="replace")
            case b"retry" if value.isdigit() and len(value) < 10:
                self.retry = int(value) / 1_000
            case _:  # a comment, which keeps the connection open, or a field that we do not know
                pass
        return None

    def _end_event(self) -> Event | None:
        event = None
        if self._cut or self._data:
            event = Event(self._type, b"\n".join(self._data), self._cut)
        self._data.clear()
        self._size, self._type, self._cut = 0, "message", False
        return event
