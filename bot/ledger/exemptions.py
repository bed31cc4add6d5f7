"""Exemptions as transactions: at most one stands for a pull request, and each is audited.

Whoever changes one is alone with all of them, before he looks: so what comes twice is told once.
"""

from dataclasses import replace

from sqlalchemy import Connection, and_, bindparam, delete, select, update

from bot.gate.facts import Exemption
from bot.ledger import audit
from bot.ledger.port import AuditKind
from bot.ledger.schema import exemption as table
from bot.subject import PullSubject
from bot.work.sql import alone, insert

_EXEMPTIONS = "exemptions"

_this = and_(table.c.repository == bindparam("its_repository"), table.c.number == bindparam("its"))
_said = (table.c.actor, table.c.reason, table.c.at, table.c.head_sha, table.c.comment)
_standing = select(*_said).where(_this)
_end = delete(table).where(_this).returning(*_said)
_new = insert(table)
_exempt = _new.on_conflict_do_update(
    index_elements=[table.c.repository, table.c.number],
    set_={column.name: _new.excluded[column.name] for column in _said},
)


def exempt(connection: Connection, repository: str, number: int, exemption: Exemption) -> None:
    """Let it stand in place of any other; a run that comes again is no second exemption."""
    alone(connection, _EXEMPTIONS)
    before = standing(connection, repository, number)
    if before and replace(before, at=exemption.at) == exemption:
        return
    connection.execute(
        _exempt,
        {
            "repository": repository,
            "number": number,
            "actor": exemption.by,
            "reason": exemption.reason,
            "at": exemption.at,
            "head_sha": exemption.head_sha,
            "comment": exemption.comment,
        },
    )
    _audit(
        connection, AuditKind.EXEMPTED, repository, number, exemption, exemption.by, exemption.at
    )


def end(connection: Connection, repository: str, number: int, by: str, at: float) -> bool:
    """End what stands; False where nothing does."""
    alone(connection, _EXEMPTIONS)
    row = connection.execute(_end, {"its_repository": repository, "its": number}).one_or_none()
    if row is None:
        return False
    _audit(connection, AuditKind.EXEMPTION_ENDED, repository, number, Exemption(*row), by, at)
    return True


def standing(connection: Connection, repository: str, number: int) -> Exemption | None:
    """Return the exemption that stands."""
    row = connection.execute(_standing, {"its_repository": repository, "its": number}).one_or_none()
    return None if row is None else Exemption(*row)


def rename_repository(connection: Connection, old: str, new: str) -> None:
    """Carry over what stands under the old name; what stands under the new one is newer."""
    alone(connection, _EXEMPTIONS)
    taken = select(table.c.number).where(table.c.repository == new)
    ours = table.c.repository == old
    connection.execute(delete(table).where(ours, table.c.number.in_(taken)))
    connection.execute(update(table).where(ours).values(repository=new))


def _audit(
    connection: Connection,
    kind: AuditKind,
    repository: str,
    number: int,
    exemption: Exemption,
    actor: str,
    at: float,
) -> None:
    audit.write(
        connection,
        kind,
        at,
        PullSubject(repository, number).key,
        repository,
        number,
        exemption.head_sha,
        actor=actor,
        text=exemption.reason,
    )
