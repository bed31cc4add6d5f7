"""The port over the database that the work store uses too; who opened that closes it."""

from collections.abc import Collection, Sequence

from bot.gate.facts import Exemption
from bot.ledger import audit, commands, decisions, enrolment, exemptions, index, memory, renaming
from bot.ledger.memory import Bounds, Place
from bot.ledger.port import Audit, Decision, Linked, Linking, PlanName, PullState, TaskClaim
from bot.work.batches import Batches
from bot.work.database import Database

KEPT = Bounds()


class KeptLedger:
    """A `Ledger` whose transactions run in a `Database`; its tables must be there."""

    def __init__(self, database: Database, bounds: Bounds = KEPT) -> None:
        self._database = database
        self._bounds = bounds
        self._recalls = Batches(self._recall)

    # ── decisions ────────────────────────────────────────────────────────────
    async def record(self, decision: Decision) -> None:
        """Keep a decision, on disk before this returns."""
        await self._database.run(lambda db: decisions.record(db, decision), durable=True)

    async def decision(self, id: str) -> Decision | None:  # noqa: A002 - as the port has it
        """Return the decision of that id."""
        return await self._database.run(lambda db: decisions.find(db, id))

    async def decisions(self, subject: str | None = None, limit: int = 100) -> list[Decision]:
        """Return the newest decisions, of one subject or of all, newest first."""
        return await self._database.run(lambda db: decisions.newest(db, subject, limit))

    # ── exemptions ───────────────────────────────────────────────────────────
    async def exempt(self, repository: str, number: int, exemption: Exemption) -> None:
        """Let an exemption stand, on disk before this returns."""
        await self._database.run(
            lambda db: exemptions.exempt(db, repository, number, exemption), durable=True
        )

    async def end_exemption(self, repository: str, number: int, by: str, at: float) -> bool:
        """End what stands, on disk before this returns."""
        return await self._database.run(
            lambda db: exemptions.end(db, repository, number, by, at), durable=True
        )

    async def exemption(self, repository: str, number: int) -> Exemption | None:
        """Return the exemption that stands."""
        return await self._database.read(lambda db: exemptions.standing(db, repository, number))

    # ── commands ─────────────────────────────────────────────────────────────
    async def done(self, comment: int) -> frozenset[str]:
        """Return the command lines of a comment that were carried out."""
        return await self._database.run(lambda db: commands.done(db, comment))

    async def mark_done(self, comment: int, lines: Collection[str]) -> None:
        """Remember what was carried out, on disk before this returns."""
        await self._database.run(lambda db: commands.mark_done(db, comment, lines), durable=True)

    # ── the index of links ───────────────────────────────────────────────────
    async def relink(self, linked: Linked, installation: int, at: float) -> frozenset[PlanName]:
        """Replace what stood for that subject, and mark whose claims are concerned."""
        return await self._database.run(
            lambda db: index.relink(db, linked, installation, at), wakes=bool
        )

    async def settle(self, subject: str, state: PullState, base_ref: str, at: float) -> bool:
        """Set what became of a pull request, and mark whose claims are concerned."""
        return await self._database.run(
            lambda db: index.settle(db, subject, state, base_ref, at), wakes=bool
        )

    async def linking(
        self,
        repository: str,
        names: Collection[str] | None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[Linking]:
        """Return a page of the open pull requests that link any of a repository's plans."""
        return await self._database.read(
            lambda db: index.linking(db, repository, names, after, limit)
        )

    async def open_subjects(self, repository: str) -> list[str]:
        """Return the pull requests and merge groups that were open when last heard of."""
        return await self._database.read(lambda db: index.open_subjects(db, repository))

    async def claims(self, repository: str, name: str) -> list[TaskClaim]:
        """Return who claims which task of a plan, by repository, number and task."""
        return await self._database.read(lambda db: index.claims(db, repository, name))

    async def merged_tasks(self, repository: str, plan: str) -> frozenset[int]:
        """Return which tasks of a plan merged pull requests name."""
        found = await self.claims(repository, plan.casefold())
        return frozenset(claim.task for claim in found if claim.state is PullState.MERGED)

    async def indexed(self, repository: str) -> float | None:
        """Return when all pull requests of a repository were last indexed; None if never."""
        return await self._database.read(lambda db: index.indexed_at(db, repository))

    async def set_indexed(self, repository: str, at: float) -> None:
        """Remember that all pull requests of a repository were indexed."""
        await self._database.run(lambda db: index.set_indexed(db, repository, at))

    async def forget_repository(self, repository: str) -> None:
        """Drop a repository's pull requests from the index."""
        await self._database.run(lambda db: index.forget_repository(db, repository))

    async def rename_repository(self, old: str, new: str) -> None:
        """Carry the index and the standing exemptions over to a repository's new name."""
        if old == new:  # or it would give way to itself
            return
        while await self._database.run(lambda db: renaming.carry_over(db, old, new)):
            pass

    # ── where the App is installed ───────────────────────────────────────────
    async def enrolled(self, installation: int) -> frozenset[str]:
        """Return the repositories that an installation reached when that was last asked."""
        return await self._database.read(lambda db: enrolment.present(db, installation))

    async def enrol(self, installation: int, repositories: Collection[str], at: float) -> None:
        """Note all repositories that an installation reaches, and that it left the others."""
        await self._database.run(lambda db: enrolment.enrol(db, installation, repositories, at))

    async def leave_all_but(self, installations: Collection[int], at: float) -> None:
        """Note that all other installations are gone, from all of their repositories."""
        await self._database.run(lambda db: enrolment.leave_all_but(db, installations, at))

    # ── memory ───────────────────────────────────────────────────────────────
    async def recall(self, kind: str, key: str) -> bytes | None:
        """Return what was kept under that key."""
        place = Place(kind, key)
        try:
            return await self._recalls.add(place)
        except ValueError:
            return (await self._recall([place]))[0]  # it may be somebody else's that is no text

    async def _recall(self, places: Sequence[Place]) -> list[bytes | None]:
        found = await self._database.read(lambda db: memory.recall(db, places))
        return [found.get(place) for place in places]

    async def recall_many(self, kind: str, keys: Collection[str]) -> dict[str, bytes]:
        """Return what was kept under those of the keys that are known."""
        places = [Place(kind, key) for key in keys]
        found = await self._database.read(lambda db: memory.recall(db, places))
        return {key: value for (_, key), value in found.items()}

    async def keep(self, kind: str, key: str, value: bytes) -> None:
        """Keep a value in place of what was there."""
        await self._database.run(lambda db: memory.keep(db, kind, key, value))

    async def forget(self, kind: str, key: str) -> None:
        """Keep nothing under that key any more, on disk before this returns."""
        await self._database.run(lambda db: memory.forget(db, kind, key), durable=True)

    # ── audit ────────────────────────────────────────────────────────────────
    async def audit(self, after_id: int = 0, limit: int = 100) -> list[Audit]:
        """Return what happened after that entry, oldest first."""
        return await self._database.read(lambda db: audit.entries(db, after_id, limit))

    async def prune(self, before: float, audit_before: float, left_before: float = 0.0) -> int:
        """Forget some of what is too old or too much; say how much, 0 when done."""
        return await self._database.run(
            lambda db: (
                enrolment.forget_left(db, left_before)
                + decisions.prune(db, before, audit_before)
                + audit.prune(db, audit_before)
                + memory.prune(db, self._bounds)
            )
        )
