"""The fix of a migration that its rollback does not undo: the inverse statements, where plain."""

import re
from collections.abc import Mapping, Sequence

from bot.plan.changes import Change, Verb
from bot.plan.fix import Edit, Fix
from bot.plan.migration import Migration, SqlBlock, Statement
from bot.plan.model import Plan
from bot.plan.statements import Piece, split_statements
from bot.plan.undo import find_inverses

# What may have been there before, and what DROP TABLE does not drop.
_NOT_PLAIN = re.compile(r"CREATE\s+(?:OR\s+REPLACE|FOREIGN)\b", re.IGNORECASE)
# Nobody reads more than these before they confirm them.
_MOST_INVERSES = 50


def pairs(statements: Sequence[Statement]) -> list[tuple[Statement, Change]]:
    """The changes that statements make, each with its statement."""
    return [(each, change) for each in statements for change in each.reading.changes]


def changes(statements: Sequence[Statement]) -> list[Change]:
    """The changes that statements make."""
    return [change for _, change in pairs(statements)]


def plain_inverses(migration: Migration, undone: Sequence[int]) -> dict[int, str]:
    """Return the statements that undo changes of the migration, by index, where they are plain.

    They are not where the rollback renames something or was not understood, which leaves open what
    is there at its end, nor where PostgreSQL chose the name.
    """
    back = migration.rollback
    renames = any(change.verb is Verb.RENAME for change in changes(back))
    if len(undone) > _MOST_INVERSES or renames or any(each.reading.fault for each in back):
        return {}
    done = pairs(migration.forward)
    plain = [
        index
        for index in undone
        for statement, change in [done[index]]
        if change.object.name.lower() in statement.text.lower()
        and not statement.first_words(_NOT_PLAIN)
    ]
    return find_inverses([change for _, change in done], plain)


def undo(plan: Plan, migration: Migration, inverses: Mapping[int, str]) -> Fix | None:
    """Add statements to the end of the rollback, the last change's first.

    All findings share the one fix, for what was made last is undone first.
    """
    lines = [f"{inverses[index]};" for index in sorted(inverses, reverse=True)]
    ends = [block for block in migration.blocks if _ends_in_rollback(block)]
    block = ends[-1] if ends else migration.blocks[-1]
    marker = [] if ends else ["-- rollback:"]
    edits = _append(plan, block, [*marker, *lines]) if lines else ()
    what = f"`{lines[0]}`" if len(lines) == 1 else f"the {len(lines)} statements that undo it"
    return Fix(f"Add {what}", edits) if edits else None


def _ends_in_rollback(block: SqlBlock) -> bool:
    rollback = block.rollback
    for each in split_statements(block.text, rollback=rollback):
        rollback = each.rollback
    return rollback


def _append(plan: Plan, block: SqlBlock, lines: Sequence[str]) -> tuple[Edit, ...]:
    """Add lines of SQL to a block; none where the block never ends, or a comment or a quote in it.

    Its last statement gets the semicolon that it lacks.
    """
    fence = next(each for each in plan.document.blocks if each.first == block.line - 1)
    pieces = [each for each in split_statements(block.text) if isinstance(each, Piece)]
    end = pieces[-1].end if pieces else 0
    close = ";" if pieces and not block.text[end:].lstrip().startswith(";") else ""
    after = "\n".join([block.text[:end] + close + block.text[end:], *lines])
    read = [each for each in split_statements(after) if isinstance(each, Piece)]
    wanted = [line.removesuffix(";") for line in lines if not line.startswith("--")]
    found = [after[each.start : each.end] for each in read[len(pieces) :]]
    if found != wanted or not plan.document.is_closed(fence):
        return ()
    closing, last = plan.text.line(fence.last), fence.last - 1
    margin = closing[: len(closing) - len(closing.lstrip())]
    text = "".join(f"\n{margin}{line}" for line in lines)
    added = Edit.insert(last, len(plan.text.line(last)) + 1, text)
    if not close:
        return (added,)
    place = block.value(end - 1, end).span
    return Edit.insert(place.line, place.end_column, close), added
