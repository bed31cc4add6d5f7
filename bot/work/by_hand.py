"""What an operator does to a row, as transactions. Nothing here touches a row that runs."""

from sqlalchemy import BindParameter, Connection, bindparam, delete, or_, update

from bot.work.model import State
from bot.work.schema import work

_now: BindParameter[float] = bindparam("now")
_its_row = work.c.key == bindparam("its_key")
_revive = (
    update(work)
    .where(_its_row, or_(work.c.state == State.READY, work.c.state == State.PARKED))
    .values(state=State.READY, due=_now, attempts=0)
)
_drop = delete(work).where(_its_row, work.c.state != State.RUNNING)


def revive(connection: Connection, key: str, now: float) -> bool:
    """Let what is parked or waits be due now, its attempts anew; False if there is no such row."""
    return connection.execute(_revive, {"its_key": key, "now": now}).rowcount == 1


def drop(connection: Connection, key: str) -> bool:
    """Forget a row that does not run; False if it runs, or there is none."""
    return connection.execute(_drop, {"its_key": key}).rowcount == 1
