"""What is done with a claimed subject: judged, spread to others, indexed or obeyed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot import sweep
from bot.commands.conversations import Conversations
from bot.commands.pressed import Pressed
from bot.commands.run import Commands
from bot.commands.status import TellingStatus
from bot.fanout import Fanout
from bot.github.access import Access
from bot.github.errors import GitHubError, NotFound, Uninstalled
from bot.github.gather import Gatherer
from bot.github.installations import Installations
from bot.github.objects import ObjectCache
from bot.github.overviews import Overviews
from bot.github.parsed_plans import ParsedPlans
from bot.github.publisher import Guard, Publisher
from bot.github.sharing import Sharing
from bot.github.standing import Standing
from bot.indexing import Indexed, index_page
from bot.intake import Intake
from bot.ledger.looks import Looks
from bot.ledger.port import Ledger
from bot.ledger.pulls import KnownPulls
from bot.offload import Offload
from bot.polling import Polling
from bot.reconcile import Moved, Reconciler
from bot.redelivery import Redelivery
from bot.report.phrases import count_of
from bot.report.site import Site
from bot.settings import Settings
from bot.subject import (
    ButtonSubject,
    CommentSubject,
    DeliveriesSubject,
    GroupSubject,
    IndexSubject,
    InstallationsSubject,
    Judgeable,
    Look,
    PullSubject,
    Spread,
    Subject,
    SweepSubject,
)
from bot.sweep import Sweep
from bot.work.ending import Done, Ending, Proceed
from bot.work.model import Claim, Mark
from bot.work.store import WorkStore


class SubjectRunner:
    """Runs claimed subjects: a pull request or a group goes down the straight line, the others
    are looked up and put into the queue as pull requests."""

    def __init__(
        self,
        settings: Settings,
        installations: Installations,
        store: WorkStore,
        ledger: Ledger,
        clock: Callable[[], float],
        offload: Offload,
    ) -> None:
        self._settings = settings
        self._installations = installations
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._objects = ObjectCache(ledger)
        self._parsed = ParsedPlans(offload)

    async def run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
        """Bring *subject* up to date, from the claim's progress on; say how it ended."""
        try:
            return await self._run(subject, claim, owned)
        except Uninstalled as gone:
            if isinstance(subject, Look):
                raise
            return await self._hand_over(subject.repository, claim, gone)

    async def _run(self, subject: Subject, claim: Claim, owned: Guard) -> Ending:
        match subject:
            case PullSubject() | GroupSubject():
                return await self._judge(subject, claim, owned)
            case IndexSubject(repository):
                page = await self.index(repository, claim.tenant, int(claim.progress or 1))
                words = f"{count_of(page.pulls, 'pull request')} indexed"
                return Proceed(words, str(page.next)) if page.next else Done(words)
            case CommentSubject():
                return Done(await self._obey(subject, claim, owned))
            case ButtonSubject():
                return Done(await self._press(subject, claim, owned))
            case DeliveriesSubject():
                return await self._look_through_log(claim.progress)
            case InstallationsSubject():
                return await self._begin_sweeps()
            case SweepSubject():
                return await self._sweep(claim)
            case _:
                return await self._spread(subject, claim)

    async def index(self, repository: str, installation: int, page: int) -> Indexed:
        """Read a page of *repository*'s pull requests for the tasks that they name."""
        access, known = self._access(installation), self._known(installation)
        return await index_page(access, known, repository, page)

    async def read_repositories(self, installation: int) -> list[str]:
        """The names of all repositories that the App is installed on."""
        return await self._access(installation).read_repositories()

    async def report_fault(
        self, subject: Subject, claim: Claim, fault: Exception, owned: Guard
    ) -> bool:
        """Publish a failing check run with the fault; False where the subject has none."""
        if not isinstance(subject, PullSubject | GroupSubject):
            return False
        if isinstance(subject, PullSubject):  # so that a sweep tries again
            await Looks(self._ledger).forget(subject)
        access = self._access(claim.tenant)
        publisher = await self._publisher(access, subject.repository, owned)
        reconciler = self._reconciler(access, publisher, subject, claim)
        request_id = fault.request_id if isinstance(fault, GitHubError) else ""
        words = str(fault) if isinstance(fault, GitHubError) else "an internal error"
        await reconciler.report_fault(subject, words, request_id)
        return True

    async def _hand_over(self, repository: str, claim: Claim, gone: Uninstalled) -> Done:
        """Leave it to the installation that reaches the repository now, if there is one.

        What was noted while the old one was there, the index of links above all, still names that.
        """
        try:
            present = await self._installations.find(repository)
        except NotFound:
            raise gone from None
        if present == claim.tenant:
            raise gone
        await self._store.enqueue([Mark(claim.key, present, claim.backfill, claim.cause)])
        return Done(f"left to installation {present}")

    async def _judge(self, subject: Judgeable, claim: Claim, owned: Guard) -> Ending:
        access = self._access(claim.tenant)
        publisher = await self._publisher(access, subject.repository, owned)
        try:
            reconciler = self._reconciler(access, publisher, subject, claim)
            outcome = await reconciler.reconcile(subject)
        except Moved as moved:
            await self._mark(claim)(moved.subject)
            return Done(str(moved))
        if delay := publisher.settles_in():  # a run before this one did not end its write
            return Proceed(f"{outcome}, but not settled", "", delay)
        return Done(outcome)

    async def _spread(self, subject: Spread, claim: Claim) -> Ending:
        async def mark(found: Mapping[Subject, bool]) -> None:
            tenant, cause = claim.tenant, claim.cause
            marks = [Mark(one.key, tenant, later, cause) for one, later in found.items()]
            await self._store.enqueue(marks)

        access, app_id = self._access(claim.tenant), self._installations.app_id
        fanout = Fanout(access, self._ledger, app_id, subject.repository, mark)
        return await fanout.spread(subject, claim.progress, claim.backfill)

    async def _look_through_log(self, progress: str) -> Proceed:
        hooks, period = self._installations, self._settings.poll_seconds
        if period is None:
            return await Redelivery(hooks, self._ledger).look(progress, self._store.now())
        intake = Intake(self._store, bodies=self._settings.retention.bodies)
        polling = Polling(hooks, self._ledger, self._store.known, intake, period)
        return await polling.look(progress, self._store.now())

    async def _begin_sweeps(self) -> Proceed:
        known = await self._installations.read_all()
        await self._ledger.leave_all_but([one.id for one in known], self._store.now())
        active = [one.id for one in known if one.suspended_at is None]
        for turn, one in enumerate(active):
            mark = Mark(SweepSubject(one).key, one, backfill=True)
            await self._store.enqueue([mark], turn * sweep.spacing(len(active)))
        return Proceed(f"{count_of(len(active), 'installation')} to be swept", "", sweep.PERIOD)

    async def _sweep(self, claim: Claim) -> Ending:
        installation = claim.tenant

        async def mark(found: Sequence[Subject]) -> None:
            marks = [Mark(one.key, installation, True, claim.cause) for one in found]
            await self._store.enqueue(marks)

        if not (claim.progress or claim.backfill):  # an event tells that it reaches more, or less
            await self._installations.renew_token(installation)
        access, now = self._access(installation), self._store.now
        sweeping = Sweep(access, self._ledger, installation, now, mark)
        return await sweeping.sweep(claim.progress)

    async def _obey(self, subject: CommentSubject, claim: Claim, owned: Guard) -> str:
        access = self._access(claim.tenant)
        here = await self._conversations(access, subject.repository, claim, owned)
        site = Site(self._settings.github_url, subject.repository)
        status = TellingStatus(here, Overviews(access, subject.repository), site)
        return await Commands(here, self._store.lock, status.carry_out).run(subject)

    async def _press(self, subject: ButtonSubject, claim: Claim, owned: Guard) -> str:
        access = self._access(claim.tenant)
        here = await self._conversations(access, subject.repository, claim, owned)
        return await Pressed(here).run(subject)

    async def _conversations(
        self, access: Access, repository: str, claim: Claim, owned: Guard
    ) -> Conversations:
        return Conversations(
            access.reader(repository),
            access.people(repository),
            await self._publisher(access, repository, owned),
            self._ledger,
            self._clock,
            owned,
            self._mark(claim),
        )

    def _reconciler(
        self, access: Access, publisher: Publisher, subject: Judgeable, claim: Claim
    ) -> Reconciler:
        reader = access.reader(subject.repository)
        return Reconciler(
            reader,
            Gatherer(access, subject.repository),
            publisher,
            Sharing(reader, self._ledger, self._store.lock),
            self._known(claim.tenant),
            Site(self._settings.github_url, subject.repository),
            self._mark(claim),
        )

    async def _publisher(self, access: Access, repository: str, owned: Guard) -> Publisher:
        standing = Standing(self._ledger, repository, self._clock)
        login = await self._installations.read_bot_login()
        reader = access.reader(repository)
        app_id = self._installations.app_id
        return Publisher(access.client, reader, standing, app_id, login, owned)

    def _access(self, installation: int) -> Access:
        client = self._installations.client(installation)
        return Access(client, self._objects, self._parsed, self._ledger)

    def _mark(self, claim: Claim) -> Callable[[Subject], Awaitable[None]]:
        """What is found in a run comes of the delivery that the run itself comes of."""

        def mark(found: Subject) -> Awaitable[None]:
            backfill = isinstance(found, IndexSubject)
            return self._store.enqueue([Mark(found.key, claim.tenant, backfill, claim.cause)])

        return mark

    def _known(self, installation: int) -> KnownPulls:
        return KnownPulls(self._ledger, installation, self._clock)
