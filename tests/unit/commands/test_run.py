"""One comment to its end, whatever cuts the run off; and which head it is about."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import count
from typing import cast

import aiohttp
import pytest

from bot.commands.conversations import Conversations
from bot.commands.pressed import Pressed
from bot.commands.run import Commands
from bot.commands.status import TellingStatus
from bot.github.access import Access
from bot.github.client import Client
from bot.github.objects import ObjectCache
from bot.github.overviews import Overviews
from bot.github.parsed_plans import ParsedPlans
from bot.github.people import People
from bot.github.publisher import Publisher
from bot.github.reader import Reader
from bot.github.standing import Standing
from bot.ledger.heads import Heads
from bot.ledger.port import AuditKind, Ledger
from bot.report.check_run import NAME
from bot.report.site import Site
from bot.sandbox import PullRequest
from bot.sandbox.state.records import Comment
from bot.subject import ButtonSubject, CommentSubject, PullSubject, Subject
from tests.in_process import InProcess
from tests.sandbox.stage import Stage

SHOP = "acme/shop"
COMMAND = "/plan-exempt The shop is down"
GIVEN, ENDED = AuditKind.EXEMPTED, AuditKind.EXEMPTION_ENDED


class Killed(BaseException):
    """The process is gone."""


class Life:
    """Counts steps; from the fatal one on nothing happens any more."""

    def __init__(self, fatal: float = float("inf")) -> None:
        self._fatal = fatal
        self._steps = 0

    def step(self) -> None:
        self._steps += 1
        if self._steps >= self._fatal:
            raise Killed

    async def request(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """A request is two steps: before it is sent, and after it took effect."""
        self.step()
        answer = await handler(request)
        try:
            self.step()
        except Killed:
            answer.close()
            raise
        return answer

    def ledger(self, ledger: Ledger) -> Ledger:
        """So is every call of the ledger."""
        return cast("Ledger", _Mortal(ledger, self))


@dataclass(frozen=True)
class _Mortal:
    inner: Ledger
    life: Life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[object]]:
        async def lived(*given: object) -> object:
            self.life.step()
            answer: object = await getattr(self.inner, name)(*given)
            self.life.step()
            return answer

        return lived


@dataclass(slots=True)
class Bot:
    """Our side: runs comments, and remembers what it marked."""

    stage: Stage
    ledger: Ledger
    marked: list[Subject]

    async def run(self, subject: CommentSubject, life: Life | None = None) -> str:
        """Obey a comment."""
        async with self._at_work(life or Life()) as (here, access):
            site = Site(self.stage.sandbox.url, SHOP)
            status = TellingStatus(here, Overviews(access, SHOP), site)
            return await Commands(here, lambda _: nullcontext(), status.carry_out).run(subject)

    async def press(self, subject: ButtonSubject, life: Life | None = None) -> str:
        """Obey a button."""
        async with self._at_work(life or Life()) as (here, _):
            return await Pressed(here).run(subject)

    @asynccontextmanager
    async def _at_work(self, life: Life) -> AsyncIterator[tuple[Conversations, Access]]:
        async def authorize() -> str:
            return (await self.stage.token()).credentials

        async def owned() -> None:
            pass

        async def mark(marked: Subject) -> None:
            life.step()
            self.marked.append(marked)

        async with aiohttp.ClientSession(middlewares=(life.request,)) as session:
            client = Client(
                session,
                self.stage.sandbox.api_url,
                authorize=authorize,
                forget=lambda _: asyncio.sleep(0),
                clock=self.stage.clock,
                sleep=lambda _: asyncio.sleep(0),
            )
            objects = ObjectCache(self.ledger)
            reader = Reader(client, SHOP, objects)
            standing = Standing(self.ledger, SHOP, self.stage.clock)
            app_id, login = str(self.stage.app.id), "plan-gate[bot]"
            publisher = Publisher(client, reader, standing, app_id, login, owned)
            ledger = life.ledger(self.ledger)
            people, clock = People(client, SHOP), self.stage.clock
            here = Conversations(reader, people, publisher, ledger, clock, owned, mark)
            yield here, Access(client, objects, ParsedPlans(InProcess()), self.ledger)


@pytest.fixture
def bot(stage: Stage, ledger: Ledger) -> Bot:
    return Bot(stage, ledger, [])


async def judged_pull(stage: Stage, ledger: Ledger, name: str = "feature") -> PullRequest:
    """A pull request that has had its verdict for a minute."""
    await stage.shop.commit(name, {f"src/{name}.py": "4\n"}, from_="main")
    pull = await stage.shop.open_pull_request(name, title="Change it")
    subject = PullSubject(SHOP, pull.number)
    await Heads(ledger).note(subject, pull.head_sha, stage.clock())
    await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "failure", "No plan linked")
    stage.clock.now += 60
    return pull


def subject_of(pull: PullRequest, comment: Comment) -> CommentSubject:
    return CommentSubject(SHOP, pull.number, comment.id)


async def told(ledger: Ledger, pull: PullRequest) -> list[tuple[AuditKind, str]]:
    audit = await ledger.audit(limit=1_000)
    return [(one.kind, one.text) for one in audit if one.number == pull.number]


# ── cut off anywhere ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("text", "author", "reactions", "answers", "audit"),
    [
        (COMMAND, "maya", ["eyes", "rocket"], 0, [(GIVEN, "The shop is down")]),
        (COMMAND, "alice", ["eyes", "confused"], 1, []),
        (
            "/plan-exempt\n/plan-exempt a\n/plan-exempt off\n/plan-exempt b\n/plan-exempt ",
            "maya",
            ["eyes", "rocket", "confused"],
            1,
            [(GIVEN, "a"), (ENDED, "a"), (GIVEN, "b")],
        ),
    ],
)
async def test_killed_anywhere_and_run_again_it_is_done_once(
    bot: Bot,
    stage: Stage,
    text: str,
    author: str,
    reactions: list[str],
    answers: int,
    audit: list[tuple[AuditKind, str]],
) -> None:
    for fatal in count(1, 3):  # each takes a while; both kinds of steps have their turn
        pull = await judged_pull(stage, bot.ledger, f"feature-{fatal}")
        comment = await pull.comment(text, author=author)
        subject = subject_of(pull, comment)
        bot.marked.clear()
        survived = False
        with suppress(Killed):
            await bot.run(subject, Life(fatal))
            survived = True
        # Whoever reads of the exemption publishes it: a later check, which nobody had seen.
        stage.clock.now += 60
        await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "success", "Exempt")
        await bot.run(subject)
        where = f"killed at step {fatal}"
        assert [one.content for one in comment.reactions] == reactions, where
        ours = [one for one in pull.comments if one.author.login == "plan-gate[bot]"]
        assert len(ours) == answers, where
        assert await told(bot.ledger, pull) == audit, where
        assert (PullSubject(SHOP, pull.number) in bot.marked) == bool(audit), where
        assert await bot.run(subject) == "nothing new", where
        if survived:
            assert fatal > 10, "a life of so few steps was never cut off"
            return


# ── which head ───────────────────────────────────────────────────────────────
async def outcome(bot: Bot, pull: PullRequest) -> str:
    return await bot.run(subject_of(pull, await pull.comment(COMMAND, author="maya")))


async def test_a_head_that_we_have_not_seen_is_not_exempt(bot: Bot, stage: Stage) -> None:
    await stage.shop.commit("feature", {"src/new.py": "4\n"}, from_="main")
    pull = await stage.shop.open_pull_request("feature", title="Change it")
    await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "failure", "No plan linked")
    stage.clock.now += 60
    assert await outcome(bot, pull) == "0 carried out, 1 refused"
    assert bot.marked == [PullSubject(SHOP, pull.number)], "so that it is seen the next time"


@pytest.mark.parametrize("whose", ["nobody's", "unfinished", "another App's", "too late"])
async def test_a_head_without_a_verdict_of_ours_is_not_exempt(
    bot: Bot, stage: Stage, whose: str
) -> None:
    await stage.shop.commit("feature", {"src/new.py": "4\n"}, from_="main")
    pull = await stage.shop.open_pull_request("feature", title="Change it")
    await Heads(bot.ledger).note(PullSubject(SHOP, pull.number), pull.head_sha, stage.clock())
    if whose == "unfinished":
        await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, None, "Looking")
    if whose == "another App's":
        other = stage.sandbox.register_app(
            "other", webhook_secret="-", permissions={"checks": "write"}, events=[]
        )
        await stage.shop.create_check_run(other, pull.head_sha, NAME, "failure", "Forged")
    stage.clock.now += 60
    if whose == "too late":
        await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "failure", "Late")
    assert await outcome(bot, pull) == "0 carried out, 1 refused"


async def test_a_check_that_was_written_anew_since_was_seen_all_the_same(
    bot: Bot, stage: Stage
) -> None:
    pull = await judged_pull(stage, bot.ledger)
    comment = await pull.comment(COMMAND, author="maya")
    stage.clock.now += 60
    await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "failure", "Another reason")
    assert await bot.run(subject_of(pull, comment)) == "1 carried out, 0 refused"


async def test_an_edit_counts_from_its_own_moment(bot: Bot, stage: Stage) -> None:
    await stage.shop.commit("feature", {"src/new.py": "4\n"}, from_="main")
    pull = await stage.shop.open_pull_request("feature", title="Change it")
    comment = await pull.comment("I shall look at it.", author="maya")
    stage.clock.now += 60
    await Heads(bot.ledger).note(PullSubject(SHOP, pull.number), pull.head_sha, stage.clock())
    await stage.shop.create_check_run(stage.app, pull.head_sha, NAME, "failure", "No plan linked")
    stage.clock.now += 60
    await pull.edit_comment(comment, COMMAND)
    assert await bot.run(subject_of(pull, comment)) == "1 carried out, 0 refused"


# ── whose ────────────────────────────────────────────────────────────────────
async def test_a_bots_comment_is_not_looked_into(bot: Bot, stage: Stage) -> None:
    pull = await judged_pull(stage, bot.ledger)
    comment = await pull.comment(COMMAND, author="helper[bot]")
    assert await bot.run(subject_of(pull, comment)) == "no person's"


async def test_an_editor_who_is_gone_may_have_been_anybody(bot: Bot, stage: Stage) -> None:
    pull = await judged_pull(stage, bot.ledger)
    comment = await pull.comment("Fine.", author="maya")
    await pull.edit_comment(comment, COMMAND, by="mallory")
    stage.sandbox.delete_user("mallory")
    assert await bot.run(subject_of(pull, comment)) == "0 carried out, 1 refused"
