"""What can go wrong with the store itself; database errors never leave this package raw."""

from bot.errors import PlanGateError


class StoreUnavailable(PlanGateError):
    """The store cannot take or answer anything now (disk full, closed): say 503 and try later."""


class StoreStopped(PlanGateError):
    """What nobody foresaw has ended the store: only a restart helps, and nothing may wait here."""


class StoreLocked(PlanGateError):
    """Another process uses the same SQLite file, and only one may: the operator must stop one."""
