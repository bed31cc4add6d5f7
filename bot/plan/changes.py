"""What SQL statements change, as values: which object, and how. It knows no SQL."""

from enum import Enum, StrEnum, auto
from typing import NamedTuple


class Verb(Enum):
    """What happens to an object."""

    CREATE = auto()
    DROP = auto()
    ALTER = auto()
    RENAME = auto()
    TRUNCATE = auto()


class Kind(StrEnum):
    """What an object is, as DROP calls it."""

    TABLE = "TABLE"
    COLUMN = "COLUMN"
    CONSTRAINT = "CONSTRAINT"
    INDEX = "INDEX"
    VIEW = "VIEW"
    MATERIALIZED_VIEW = "MATERIALIZED VIEW"
    SEQUENCE = "SEQUENCE"
    STATISTICS = "STATISTICS"
    TYPE = "TYPE"
    DOMAIN = "DOMAIN"
    FUNCTION = "FUNCTION"
    PROCEDURE = "PROCEDURE"
    AGGREGATE = "AGGREGATE"
    TRIGGER = "TRIGGER"
    POLICY = "POLICY"
    RULE = "RULE"
    SCHEMA = "SCHEMA"


class Object(NamedTuple):
    """A database object by its bare name and that of its table, for which '' stands if it has none.

    Schemas play no part in comparing, for the search path may stand for one. `label` and `on` are
    both names as SQL writes them.
    """

    kind: Kind
    name: str
    table: str = ""
    label: str = ""
    on: str = ""


class Change(NamedTuple):
    """One thing that a statement does.

    `part` counts the parts of the statement that commas separate. `to` is a new name, or the words
    that alter an `aspect` of a column back. `columns` are those that an index or a constraint
    stands on, and goes with. `locks` is whether an index is built or dropped with its table locked.
    """

    verb: Verb
    object: Object
    part: int = 0
    to: str = ""
    aspect: str = ""
    columns: frozenset[str] = frozenset()
    locks: bool = False
    cascade: bool = False


class Fault(NamedTuple):
    """Why a statement was not read, and which of its characters show it."""

    reason: str
    start: int
    end: int


class Reading(NamedTuple):
    """What a statement does. `begins` is whether it begins a transaction, or ends one.

    What an `opaque` one does cannot be told from its text.
    """

    changes: tuple[Change, ...] = ()
    begins: bool | None = None
    concurrently: bool = False
    opaque: bool = False
    fault: Fault | None = None
