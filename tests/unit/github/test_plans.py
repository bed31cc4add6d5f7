"""What is read of a tree's plans: each once, in the child, and nothing where the child cannot."""

from collections.abc import Mapping

import pytest
from msgspec import msgpack

from bot.config.schema import Config, Plans
from bot.gate.facts import PlanFile
from bot.gate.links import Mentions
from bot.github.client import Client
from bot.github.errors import Incomplete
from bot.github.objects import Entry, ObjectCache, Tree
from bot.github.parsed_plans import ROOM, ParsedPlans
from bot.github.plans import MAX_HELD, PlanReader
from bot.github.reader import Reader
from bot.offload import CallFailed
from bot.offloaded import Call
from bot.plan.parse import MAX_BYTES
from tests.in_process import InProcess
from tests.plan_text import plan_text
from tests.sandbox.stage import Stage
from tests.unit.github.conftest import Memory

HOSTILE = b"<!-- hostile -->"


class Child(InProcess):
    """Notes what it is asked for; a hostile plan is too much for it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def call(self, request: bytes) -> bytes:
        self.asked.append(msgpack.decode(request, type=Call).name)
        if HOSTILE in request:
            raise CallFailed("it takes longer than 30 seconds")
        return await super().call(request)


class Merged(Memory):
    """Remembers merged tasks too."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks = frozenset[int]()

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        return self.tasks


class Shelf:
    """A repository whose plans are read, and the child that reads them."""

    def __init__(self, stage: Stage, client: Client, room: int = ROOM) -> None:
        self.shop = stage.shop
        self.child = Child()
        self.memory = Merged()
        self.reader = Reader(client, "acme/shop", ObjectCache(self.memory))
        self.parsed = ParsedPlans(self.child, room)

    def by(self, config: Config) -> PlanReader:
        """A reader of one evaluation."""
        return PlanReader(self.reader, self.parsed, self.memory, config)

    async def commit(self, files: Mapping[str, str | bytes | None]) -> Tree:
        """Change the repository, and return its tree."""
        await self.shop.commit("main", files)
        return await self.reader.read_tree((await self.reader.read_branch("main")).tree)

    async def touched(self, tree: Tree, *paths: str, config: Config | None = None) -> list[str]:
        """The codes that are found in the plans of a pull request."""
        plans = await self.by(config or Config()).read_touched(tree, paths)
        return [finding.code for plan in plans for finding in plan.findings]

    def calls(self) -> list[str]:
        """What the child was asked for since the last look."""
        asked, self.child.asked = self.child.asked, []
        return asked


@pytest.fixture
def shelf(stage: Stage, client: Client) -> Shelf:
    """A repository without plans."""
    return Shelf(stage, client)


FEAT_1, FEAT_2 = "plans/FEAT-1.md", "plans/FEAT-2.md"


async def test_a_plan_is_read_once_by_one_configuration(shelf: Shelf) -> None:
    tree = await shelf.commit({FEAT_1: plan_text("FEAT-1")})
    first = await shelf.by(Config()).read_at(tree, [FEAT_1, "README.md", "plans/none.md"])
    assert first[FEAT_1].id == "FEAT-1"
    assert shelf.calls() == ["read_plans"]
    again = await shelf.by(Config(comments="never")).read_at(tree, [FEAT_1, "README.md"])
    assert again[FEAT_1] is first[FEAT_1]
    assert shelf.calls() == []
    other = await shelf.by(Config(plans=Plans(id_pattern="RFC-[0-9]+"))).read_at(tree, [FEAT_1])
    assert other[FEAT_1].id is None
    assert shelf.calls() == ["read_plans"]


async def test_many_plans_are_read_in_a_few_calls_and_only_those_that_are_new(shelf: Shelf) -> None:
    files = {f"plans/FEAT-{n}.md": plan_text(f"FEAT-{n}") for n in range(40)}
    tree = await shelf.commit(files)
    mentions = Mentions(frozenset({"feat-900"}), frozenset())
    found = await shelf.by(Config()).find(tree, mentions)
    assert [plan.path for plan in found] == sorted(files)
    assert shelf.calls() == ["read_plans"] * 3
    tree = await shelf.commit({"plans/FEAT-7.md": plan_text("FEAT-7", "Approved")})
    assert len(await shelf.by(Config()).find(tree, mentions)) == 40
    assert shelf.calls() == ["read_plans"]


async def test_a_touched_plan_is_read_anew_where_its_tree_says_something_else(shelf: Shelf) -> None:
    script = "DB rollback: `rollback/FEAT-1.sql` (tested before deploy)"
    text = plan_text("FEAT-1", "Approved").replace("DB rollback: N/A", f"{script}, else: N/A")
    assert script in text
    tree = await shelf.commit({FEAT_1: text, FEAT_2: plan_text("FEAT-2")})
    before = await shelf.touched(tree, FEAT_1)
    assert "R006" in before
    assert shelf.calls() == ["read_plans", "read_in_tree"]
    assert await shelf.touched(tree, FEAT_1) == before
    assert shelf.calls() == []
    for files in ({"src/a.py": "1"}, {"plans/README.md": "none"}):
        assert await shelf.touched(await shelf.commit(files), FEAT_1) == before
        assert shelf.calls() == []
    tree = await shelf.commit({"db/rollback/FEAT-1.sql": "DROP TABLE x;"})
    assert "R006" not in await shelf.touched(tree, FEAT_1)
    assert shelf.calls() == ["read_in_tree"]
    tree = await shelf.commit({FEAT_2: plan_text("FEAT-1")})
    assert "P001" in await shelf.touched(tree, FEAT_1)
    assert shelf.calls() == ["read_in_tree"]
    shelf.memory.tasks = frozenset({1})
    await shelf.touched(tree, FEAT_1)
    assert shelf.calls() == ["read_in_tree"]


async def test_what_the_child_cannot_read_is_a_limit_with_words(shelf: Shelf) -> None:
    good = {f"plans/GOOD-{n}.md": plan_text(f"GOOD-{n}") for n in range(2)}
    tree = await shelf.commit({FEAT_1: HOSTILE, **good})
    plans = shelf.by(Config())
    with pytest.raises(
        Incomplete, match=f"^{FEAT_1} cannot be read: it takes longer than 30 seconds$"
    ):
        await plans.read_touched(tree, [FEAT_1])
    with pytest.raises(Incomplete, match=r"^one of 3 plan files cannot be read: it takes longer"):
        await plans.read_at(tree, [FEAT_1, *good])
    assert set(await plans.read_at(tree, good)) == set(good)


async def test_a_link_is_no_plan_file(shelf: Shelf) -> None:
    tree = {FEAT_1: Entry("120000", "0" * 40)}
    assert await shelf.by(Config()).read_at(tree, [FEAT_1]) == {}
    with pytest.raises(Incomplete, match="is a link or a submodule"):
        await shelf.by(Config()).read_touched(tree, [FEAT_1])


async def test_more_than_memory_should_hold_is_a_limit(shelf: Shelf) -> None:
    count = MAX_HELD // MAX_BYTES + 2
    tree = await shelf.commit(
        {f"plans/BIG-{n}.md": f"{n}\n".encode() + b"x" * MAX_BYTES for n in range(count)}
    )
    with pytest.raises(Incomplete, match=r"^its plan files hold more than 16 MB$"):
        await shelf.touched(tree, "plans/BIG-1.md")


async def test_what_is_kept_is_bounded_by_its_size(stage: Stage, client: Client) -> None:
    def size(plan: PlanFile) -> int:
        return len(msgpack.encode([plan]))

    measured = Shelf(stage, client)
    tree = await measured.commit({FEAT_1: plan_text("FEAT-1"), FEAT_2: "# Nothing\n" * 300})
    small, large = (await measured.by(Config()).read_at(tree, [FEAT_1, FEAT_2])).values()
    assert size(large) > size(small)
    shelf = Shelf(stage, client, room=size(small))
    for path, calls in [(FEAT_1, 1), (FEAT_1, 0), (FEAT_2, 1), (FEAT_2, 1), (FEAT_1, 0)]:
        assert list(await shelf.by(Config()).read_at(tree, [path])) == [path]
        assert len(shelf.calls()) == calls


async def test_of_very_many_plans_those_named_alike_are_surveyed(shelf: Shelf) -> None:
    many = {f"plans/OTHER-{n}.md": f"# {n}\n" for n in range(1_001)}
    again = "plans/FEAT-1-again.md"
    tree = await shelf.commit({FEAT_1: plan_text("FEAT-1"), again: plan_text("FEAT-1"), **many})
    assert "P001" in await shelf.touched(tree, FEAT_1)
    assert shelf.calls() == ["read_words", "read_plans", "read_in_tree"]
