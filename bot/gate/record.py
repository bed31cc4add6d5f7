"""A decision's record: facts as JSON, to be decided again on another day, with nothing but them."""

import hashlib
import zlib

import msgspec

from bot.gate.facts import Facts

MAX_BYTES = 64 << 20  # of a record once it is unpacked
_encoder = msgspec.json.Encoder(order="deterministic")


class Unreadable(ValueError):
    """The record is damaged, or another version of Plan Gate wrote it."""


def pack(facts: Facts) -> bytes:
    """The facts as compressed JSON; equal facts give equal bytes."""
    return zlib.compress(_encoder.encode(facts), level=6)


def unpack(record: bytes) -> Facts:
    """The facts of a record; raises `Unreadable`."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(record, MAX_BYTES)
        if unpacker.unconsumed_tail:
            raise Unreadable("the record is too large")
        if not unpacker.eof or unpacker.unused_data:
            raise Unreadable("the record is not whole, or not alone")
        return msgspec.json.decode(text, type=Facts)
    except (zlib.error, msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(f"the record cannot be read: {fault}") from fault


def decision_id(record: bytes) -> str:
    """The name of a decision: what was decided on, in twelve hexadecimal digits."""
    return hashlib.sha256(record).hexdigest()[:12]
