"""What the store should hold, in a few dictionaries: written for reading and not for speed."""

from dataclasses import dataclass, field, replace

from bot.work.model import Claim, Mark, Row, State

NEVER = float("inf")
LEASE = 60.0
DIED = "The process ended during this run."


@dataclass
class Kept:
    """A row, and what a listing does not show of it."""

    row: Row
    token: int
    progress: str = ""
    lease: float = 0.0


@dataclass
class Model:
    """The queue, the tenants, and which runs each process is about."""

    kept: dict[str, Kept] = field(default_factory=dict)
    served: dict[int, int] = field(default_factory=dict)
    paused: dict[int, float] = field(default_factory=dict)
    held: dict[str, set[Claim]] = field(default_factory=dict)

    def mark(self, marks: list[Mark], due: float) -> None:
        live = {mark.key for mark in marks if not mark.backfill}
        for key, tenant in {mark.key: mark.tenant for mark in marks}.items():
            new = Row(key, tenant, State.IDLE, 0, 0, due, 0, True, "", "")
            kept = self.kept.setdefault(key, Kept(new, 0))
            row, rests = kept.row, kept.row.state in (State.IDLE, State.PARKED)
            if rests:
                row = replace(row, state=State.READY, due=due, attempts=0, backfill=True)
            elif row.attempts == 0:
                row = replace(row, due=min(due, row.due))
            backfill = row.backfill and key not in live
            kept.row = replace(row, wanted=row.wanted + 1, backfill=backfill)

    def claim(self, limit: int, now: float, owner: str, reserve: int) -> list[Claim]:
        claims: list[Claim] = []
        while len(claims) < limit and (due := self.due(now, first=len(claims) >= limit - reserve)):
            kept = min(due, key=lambda kept: self.turn(kept.row))
            row = kept.row
            self.served[row.tenant] = max(self.served.values(), default=0) + 1
            seen = row.seen if kept.progress else row.wanted
            kept.row = replace(row, state=State.RUNNING, seen=seen, owner=owner)
            kept.token = max(kept.token + 1, int(now * 1e6))
            kept.lease = now + LEASE
            said = (row.attempts, row.backfill, kept.progress, row.error == DIED)
            claims.append(Claim(row.key, row.tenant, kept.token, *said))
        self.held.setdefault(owner, set()).update(claims)
        return claims

    def turn(self, row: Row) -> tuple[object, ...]:
        running = [kept for kept in self.running() if kept.row.tenant == row.tenant]
        served = self.served.get(row.tenant, 0)
        return len(running), served, row.tenant, row.backfill, row.due, row.key

    def due(self, now: float, *, first: bool) -> list[Kept]:
        """What can be claimed; or of that what is its tenant's first live run."""
        live = {kept.row.tenant for kept in self.running() if not kept.row.backfill}
        return [
            kept
            for kept in self.kept.values()
            if self.claimable(kept.row) <= now
            and not (first and (kept.row.backfill or kept.row.tenant in live))
        ]

    def claimable(self, row: Row) -> float:
        if row.state is not State.READY:
            return NEVER
        return max(row.due, self.paused.get(row.tenant, 0))

    def running(self) -> list[Kept]:
        return [kept for kept in self.kept.values() if kept.row.state is State.RUNNING]

    def ours(self, claim: Claim) -> Kept | None:
        """The row, if the claim's run is still its current one."""
        kept = self.kept.get(claim.key)
        if kept is None or kept.row.state is not State.RUNNING or kept.token != claim.token:
            return None
        return kept

    def owns(self, claim: Claim, now: float, asked_by: str) -> bool:
        kept = self.ours(claim)
        owned = kept is not None and kept.lease > now
        if not owned:
            self.held[asked_by].discard(claim)
        return owned

    def beat(self, now: float, owner: str) -> int:
        for claim in self.held[owner]:
            if kept := self.ours(claim):
                kept.lease = now + LEASE
        return self.recover(now, "")

    def recover(self, now: float, former: str) -> int:
        dead = [kept for kept in self.running() if kept.lease <= now or kept.row.owner == former]
        for place, kept in enumerate(sorted(dead, key=lambda kept: kept.row.key), 1):
            self.fail(kept, now + min(place * kept.row.attempts, 60), DIED, for_good=False)
        return len(dead)

    def succeed(self, kept: Kept, now: float) -> None:
        state = State.READY if kept.row.wanted > kept.row.seen else State.IDLE
        kept.row = replace(kept.row, state=state, due=now, attempts=0, error="")
        kept.progress = ""

    def proceed(self, kept: Kept, progress: str, now: float, delay: float) -> None:
        anew = not progress and kept.row.wanted > kept.row.seen
        due = now if anew else now + delay
        kept.row = replace(kept.row, state=State.READY, due=due, attempts=0, error="")
        kept.progress = progress

    def fail(self, kept: Kept, due: float, error: str, *, for_good: bool) -> None:
        row = kept.row
        state, attempts = State.READY, row.attempts + 1
        if for_good and row.wanted > row.seen:
            attempts = 0
        elif for_good:
            state = State.PARKED
        kept.row = replace(row, state=state, due=due, attempts=attempts, error=error)
        if for_good:
            kept.progress = ""

    def release(self, kept: Kept, due: float | None) -> None:
        row = kept.row
        kept.row = replace(row, state=State.READY, due=row.due if due is None else due)

    def revive(self, key: str, now: float) -> bool:
        kept = self.kept.get(key)
        if kept is None or kept.row.state not in (State.READY, State.PARKED):
            return False
        kept.row = replace(kept.row, state=State.READY, due=now, attempts=0)
        return True

    def drop(self, key: str) -> bool:
        if key not in self.kept or self.kept[key].row.state is State.RUNNING:
            return False
        del self.kept[key]
        return True
