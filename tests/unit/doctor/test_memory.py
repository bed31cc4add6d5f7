"""What one look remembers goes with it."""

from bot.doctor.memory import Passing


async def test_values_are_kept_by_kind_and_key_until_they_are_forgotten() -> None:
    memory = Passing()
    assert await memory.recall("kind", "a") is None
    await memory.keep("kind", "a", b"1")
    await memory.keep("other", "b", b"2")
    assert await memory.recall("kind", "a") == b"1"
    assert await memory.recall_many("kind", ["a", "b"]) == {"a": b"1"}
    await memory.forget("kind", "a")
    await memory.forget("kind", "a")
    assert await memory.recall_many("kind", ["a"]) == {}
    assert await memory.merged_tasks("acme/shop", "feat-1") == frozenset()
