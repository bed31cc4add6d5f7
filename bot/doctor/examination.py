"""Reads from GitHub all that is judged. A fault in one place does not keep the others from it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from bot.doctor.at_once import at_once
from bot.doctor.installation import (
    hears_merge_groups,
    judge_installation,
    judge_rate_limit,
    name_of,
)
from bot.doctor.model import Check, Level, Topic
from bot.doctor.pages import Pages
from bot.doctor.registration import Needs, judge_introduction
from bot.doctor.repositories import Target, look_at_repository
from bot.doctor.repository import Place
from bot.doctor.unread import unread
from bot.doctor.webhook import judge_deliveries, judge_hook, judge_ping
from bot.github import answers
from bot.github.access import Access
from bot.github.errors import GitHubError, NotFound
from bot.github.installations import Installations
from bot.github.sender import Sleep

PING_LOOKS, PING_PAUSE = 12, 1.0  # GitHub waits 10 s for an answer

Look = asyncio.Task[list[Check]]
Watch = Callable[[Sequence[Look]], Iterable[Look]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be looked at: these repositories, or all; *ping* sends a delivery again."""

    repositories: tuple[str, ...] = ()
    ping: bool = False


class Examination:
    """One look at GitHub, as the App."""

    def __init__(
        self,
        installations: Installations,
        access: Callable[[int], Access],
        needs: Needs,
        pages: Pages,
        public_url: str | None,
        *,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._installations = installations
        self._access = access
        self._needs = needs
        self._pages = pages
        self._public_url = public_url
        self._sleep = sleep

    async def examine(self, wanted: Wanted, watch: Watch) -> list[Check]:
        """Look at everything; *watch* goes through the repositories as they are read."""
        try:
            said = await self._installations.introduce()
        except GitHubError as fault:
            return [unread(Topic.GITHUB, "", fault), LEFT_OUT]
        app_id = self._installations.app_id
        checks = judge_introduction(said, app_id, self._needs, self._pages)
        if said.app is None:
            return [*checks, LEFT_OUT]
        checks += await self._look_at_webhook(said.app, ping=wanted.ping)
        return checks + await self._look_at_installations(said.app, wanted, watch)

    # ── the webhook ──────────────────────────────────────────────────────────
    async def _look_at_webhook(self, app: answers.Registration, *, ping: bool) -> list[Check]:
        checks: list[Check] = []
        try:
            hook = await self._installations.read_hook()
            checks += judge_hook(hook, self._public_url, self._pages.app(app))
        except GitHubError as fault:
            checks.append(unread(Topic.WEBHOOK, "", fault))
        page = self._pages.app(app, "advanced")
        try:
            log, _ = await self._installations.read_deliveries()
            if ping and log:
                checks.append(judge_ping(await self._ping(log), page))
            else:
                checks.append(judge_deliveries(log, page))
        except GitHubError as fault:
            checks.append(unread(Topic.DELIVERIES, "", fault))
        return checks

    async def _ping(self, log: Sequence[answers.HookDelivery]) -> answers.HookDelivery | None:
        """Have the newest ping sent again, else what is newest, and wait for its outcome."""
        again = next((one for one in log if one.event == "ping"), log[0])
        known = {one.id for one in log}
        await self._installations.redeliver(again.id)
        for _ in range(PING_LOOKS):
            await self._sleep(PING_PAUSE)
            page, _ = await self._installations.read_deliveries()
            for one in page:
                if one.guid == again.guid and one.id not in known:
                    return one
        return None

    # ── installations and repositories ───────────────────────────────────────
    async def _look_at_installations(
        self, app: answers.Registration, wanted: Wanted, watch: Watch
    ) -> list[Check]:
        try:
            installations = await self._installations.read_all()
            found, lost = await self._find(wanted.repositories)
        except GitHubError as fault:
            return [unread(Topic.INSTALLATION, "", fault)]
        checks = [self._not_installed(app, repository) for repository in lost]
        if wanted.repositories:
            installations = [one for one in installations if one.id in found]
        elif not installations:
            checks.append(self._nowhere(app))
        targets: list[Target] = []
        reaching = [partial(self._reach, one, app, found.get(one.id)) for one in installations]
        async with at_once(reaching) as reached:
            for one in reached:
                findings, more = await one
                checks += findings
                targets += more
        looking = [partial(look_at_repository, target, self._sleep) for target in targets]
        async with at_once(looking) as looks:
            for look in watch(looks):
                checks += await look
        return checks

    async def _find(self, repositories: Iterable[str]) -> tuple[dict[int, list[str]], list[str]]:
        """The repositories by installation, and those that none reaches."""
        found: dict[int, list[str]] = {}
        lost = []
        for repository in dict.fromkeys(repositories):
            try:
                found.setdefault(await self._installations.find(repository), []).append(repository)
            except NotFound:
                lost.append(repository)
        return found, lost

    async def _reach(
        self, installation: answers.Installation, app: answers.Registration, only: list[str] | None
    ) -> tuple[list[Check], list[Target]]:
        """What is to be said of an installation, and the repositories to be looked at there."""
        about, access = name_of(installation), self._access(installation.id)
        checks = [judge_installation(installation, app, self._needs, self._pages)]
        if installation.suspended_at is not None:
            return checks, []
        try:
            checks.append(judge_rate_limit(about, await access.read_rate_limit()))
        except NotFound:
            pass  # an Enterprise Server that counts nothing
        except GitHubError as fault:
            return [*checks, unread(Topic.RATE_LIMIT, about, fault)], []
        try:
            if only is None:
                repositories = [one for one in await access.read_reach() if not one.archived]
            else:
                repositories = [await access.reader(one).read_repository() for one in only]
        except GitHubError as fault:
            return [*checks, unread(Topic.INSTALLATION, about, fault)], []
        hears = hears_merge_groups(installation)
        return checks, [
            Target(Place(one.full_name, app.id, hears, self._pages), access, one.default_branch)
            for one in repositories
        ]

    def _nowhere(self, app: answers.Registration) -> Check:
        page = self._pages.app(app, "installations")
        message = "The App is installed nowhere"
        return Check(Topic.INSTALLATION, "", Level.WARNING, message, "Install it there", page)

    def _not_installed(self, app: answers.Registration, repository: str) -> Check:
        message = "There is no such repository, or the App is not installed there"
        page = self._pages.app(app, "installations")
        return Check(Topic.INSTALLATION, repository, Level.ERROR, message, "Install it", page)


LEFT_OUT = Check(
    Topic.GITHUB,
    "",
    Level.INFO,
    "Webhook, installations and repositories were not looked at",
    "Mend this first, and ask again",
)
