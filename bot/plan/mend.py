"""A plan mended: its fixes made until none is left. It never changes what the Status says."""

from collections.abc import Callable, Sequence

from bot.plan.diagnostics import Diagnostic
from bot.plan.fix import Fix, apply
from bot.plan.model import Plan, Status

# A fix may uncover what another mends. More rounds than this are a quarrel among fixes.
MAX_ROUNDS = 10
# How many fixes are tried one by one where all of them together would change the Status.
MAX_TRIES = 20


def mend(
    source: str,
    parse: Callable[[str], Plan],
    lint: Callable[[Plan], Sequence[Diagnostic]],
    *,
    unsafe: bool = False,
) -> str:
    """Return a source after its safe fixes, or all of them, over and over until nothing changes.

    Mending twice changes nothing: fixes that do not come to rest are all left alone.
    """
    mended = source
    for _ in range(MAX_ROUNDS):
        plan = parse(mended)
        fixes = [each.fix for each in lint(plan) if each.fix and (each.fix.safe or unsafe)]
        after = _make(mended, plan, fixes, parse)
        if after == mended:
            return mended
        mended = after
    return source


def _make(source: str, plan: Plan, fixes: Sequence[Fix], parse: Callable[[str], Plan]) -> str:
    """Make the fixes of one round: all of them, else those that leave the Status alone."""

    def attempt(chosen: Sequence[Fix]) -> str:
        after = apply(source, chosen)
        return after if after == source or _keeps_status(plan, parse(after)) else source

    together = attempt(fixes)
    if together != source:
        return together
    harmless = [fix for fix in fixes[:MAX_TRIES] if attempt([fix]) != source]
    several = attempt(harmless)
    return several if several != source else attempt(harmless[:1])


def _keeps_status(before: Plan, after: Plan) -> bool:
    """Tell whether a plan says the same about its Status, and is read no nearer to Approved.

    What hid a Draft may go, since the gate stays as closed as it was. Approved is a human's signal:
    what hides it is for a human to take away.
    """
    said = [[line.value.text for line in plan.header.statuses] for plan in (before, after)]
    shown = before.status is Status.UNSET and after.status is Status.DRAFT
    return said[0] == said[1] and (after.status is before.status or shown)
