"""The plan as typed values, each with its place in the text."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from enum import Enum, StrEnum, auto
from typing import NamedTuple

from bot.plan.markdown import Block, Document, Kind
from bot.plan.tables import Table
from bot.plan.text import Span, Text, Value

NOWHERE = Span(1, 1, 1, 1)
EMPTY = Document(Text(("",)), (), Text(("",)))


class Status(StrEnum):
    """What the Status line says. Everything in doubt is `UNSET`: only `APPROVED` opens the gate."""

    DRAFT = "draft"
    APPROVED = "approved"
    UNSET = "unset"


class StatusFault(Enum):
    """Why a Status line is read as unset."""

    TEMPLATE = auto()
    UNKNOWN = auto()
    UNCLEAR = auto()


class StatusLine(NamedTuple):
    """A Status line of the header block: its value as written, and what that is read as."""

    value: Value
    status: Status
    fault: StatusFault | None = None
    reason: str = ""


class Title(NamedTuple):
    """The heading that names the plan: `# Plan: ID — Name`, or what stands in its place."""

    span: Span
    is_plan: bool
    id: Value | None = None
    name: Value | None = None
    id_matches: bool = False


class Header(NamedTuple):
    """What stands between the title and the first heading or thematic break.

    `fields` holds the other fields by their folded label, the first of each. `underline` is the
    line of dashes that turns the fields above it into a heading.
    """

    title: Title | None = None
    statuses: tuple[StatusLine, ...] = ()
    fields: tuple[tuple[str, Value], ...] = ()
    underline: Span | None = None

    def field(self, *labels: str) -> Value | None:
        """Return the value of the first field that has one of the (folded) labels."""
        return next((value for label, value in self.fields if label in labels), None)


class SectionName(StrEnum):
    """The sections of the template, in its order."""

    WHY = "Why & What"
    SERVICES = "Services / Modules Affected"
    DATA_MODEL = "Data Model Changes"
    API = "API Changes"
    EVENTS = "Events"
    TASKS = "Task Decomposition"
    TESTING = "Testing Strategy"
    SECURITY = "Security & Compliance"
    ROLLBACK = "Rollback Plan"
    QUESTIONS = "Open Questions"
    DONE = "Definition of Done"


class Section(NamedTuple):
    """A heading and what follows it up to the next one; `name` is None for a section of one's own.

    `first` and `last` are the lines of the body; the body is empty where `last < first`.
    `content` are its blocks without comments and thematic breaks; `na` is the reason of an N/A.
    """

    name: SectionName | None
    heading: str
    level: int
    span: Span
    first: int
    last: int
    content: tuple[Block, ...] = ()
    na: str | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables that stand directly in the section."""
        return tuple(block.table for block in self.content if block.table)


class Scope(NamedTuple):
    """Where the plan says what is in (or out of) scope, and whether anything follows there."""

    label: Value
    said: bool


class Purpose(NamedTuple):
    """What *Why & What* says: the prose that states the problem, and the two scopes."""

    section: Section
    problem: str
    in_scope: Scope | None = None
    out_of_scope: Scope | None = None


class ServiceRow(NamedTuple):
    """A row of the services table; `change` and `owner` are None where it lacks the column."""

    name: str
    service: Value
    change: Value | None
    owner: Value | None


class Endpoint(NamedTuple):
    """A method and a path that the plan adds or changes, and what is said near it.

    `form` is the kind of block that it stands in.
    """

    method: Value
    path: Value
    form: Kind
    idempotency_key: bool
    request: bool
    response: bool
    errors: bool


class Event(NamedTuple):
    """A topic that the plan emits or consumes, or both; `tabled` where it stands in a table.

    `direction` and `counterpart` are None where there is no such column.
    """

    topic: Value
    emits: bool
    consumes: bool
    direction: Value | None = None
    counterpart: Value | None = None
    tabled: bool = True


class Task(NamedTuple):
    """A row of the task table: one task is one pull request."""

    number: int
    title: str
    service: str
    depends_on: tuple[int, ...]
    span: Span


class TaskRow(NamedTuple):
    """A task with its cells as written, None where its table lacks the column (T001 says so).

    `unreadable` is the part of *Depends on* that names no task.
    """

    task: Task
    number: Value | None
    title: Value | None
    service: Value | None
    depends: Value
    unreadable: str = ""


class OpenQuestion(NamedTuple):
    """A row of the questions table; unanswered ones block approval."""

    number: str
    question: str
    owner: str
    due: str
    answer: str
    answered: bool
    span: Span


class QuestionRow(NamedTuple):
    """An open question with its cells as written; `tabled` where it stands in a table."""

    question: OpenQuestion
    number: Value
    text: Value
    owner: Value
    due: Value
    answer: Value
    tabled: bool = True


class Item(NamedTuple):
    """An item of a check list: `source` is all of it behind the box, `words` its first line.

    `box` is None where there is none, and `formed` is whether GitHub shows it as one.
    """

    source: str
    words: Value
    box: Value | None = None
    ticked: bool = False
    formed: bool = False


class Topic(Enum):
    """What a rollback plan answers."""

    FLAG = auto()
    DATABASE = auto()
    OWNER = auto()
    TIME = auto()


class Answer(NamedTuple):
    """What a rollback plan says on a topic: its label, and the lines behind and below that."""

    label: Value
    lines: tuple[Value, ...] = ()

    @property
    def source(self) -> str:
        """The answer as written."""
        return " ".join(line.text for line in self.lines)

    @property
    def place(self) -> Value:
        """The first words of the answer, or the label where it has none."""
        return self.lines[0] if self.lines else self.label


class Rollback(NamedTuple):
    """The rollback plan: its answers by topic, and all lines of the section."""

    section: Section
    answers: Mapping[Topic, Answer]
    lines: tuple[Value, ...]

    @property
    def source(self) -> str:
        """The section as written."""
        return "\n".join(line.text for line in self.lines)


class TestType(StrEnum):
    """The types of test that a testing strategy speaks of."""

    __test__ = False  # pytest: no class of tests

    UNIT = "Unit"
    INTEGRATION = "Integration"
    E2E = "E2E"


class Strategy(NamedTuple):
    """What is said of a type of test, and where the type is named."""

    type: TestType
    covered: Value
    span: Span


class Suppression(NamedTuple):
    """A comment that hides what some rules find on its line and, where it stands alone, the next.

    `rules` are codes or names as written; nobody knows yet whether there are such rules.
    """

    span: Span
    lines: tuple[int, ...]
    rules: tuple[Value, ...]
    reason: str


class Refusal(NamedTuple):
    """Why a file was not parsed: the code of the rule that reports it, and what is wrong."""

    code: str
    reason: str


class Dependency(NamedTuple):
    """Another plan that a plan depends on: its ID as written, and what is known of it.

    `path` is None where no plan has that ID. `approved` is whether all that have it are.
    """

    id: Value
    path: str | None = None
    approved: bool = False


class Surroundings(NamedTuple):
    """What a plan's file and the other plans of its tree say about it.

    `carried` is the plan ID in the name of its file, its own before any other. `namesakes` are the
    other files with its ID. `circle` are the IDs by which it depends on itself, closed. `emitted`
    are the topics that any plan of the tree emits.
    """

    carried: str | None = None
    namesakes: tuple[str, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    circle: tuple[str, ...] = ()
    emitted: frozenset[str] = frozenset()


class Plan(NamedTuple):
    """A plan file, read. Whatever is missing is None or empty; nothing was refused for its content.

    What it is judged by is given in by the linter: `today`, which is never read from a clock;
    `required`, the template's sections that it must have, and `house_sections`, further ones;
    `unused`, the rules that suppressions name and that find nothing there. Only who sees
    the repository knows `files`, the paths in it, and `open_tasks`, those that are not merged.
    """

    id: str | None = None
    title: str | None = None
    status: Status = Status.UNSET
    status_seen: str = ""
    status_span: Span | None = None
    complexity: str | None = None
    team: str | None = None
    ticket: str | None = None
    services: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    sections: tuple[Section, ...] = ()
    header: Header = Header()
    task_rows: tuple[TaskRow, ...] = ()
    question_rows: tuple[QuestionRow, ...] = ()
    purpose: Purpose | None = None
    service_rows: tuple[ServiceRow, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    events: tuple[Event, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    security_items: tuple[Item, ...] = ()
    done_items: tuple[Item, ...] = ()
    rollback: Rollback | None = None
    suppressions: tuple[Suppression, ...] = ()
    document: Document = EMPTY
    bom: bool = False
    refusal: Refusal | None = None
    today: datetime.date | None = None
    required: Collection[str] = tuple(SectionName)
    house_sections: Sequence[str] = ()
    around: Surroundings | None = None
    files: Collection[str] | None = None
    open_tasks: Collection[int] | None = None
    unused: tuple[Value, ...] = ()

    @property
    def text(self) -> Text:
        """The source text."""
        return self.document.text

    def section(self, name: SectionName) -> Section | None:
        """Return the first section of that name."""
        for section in self.sections:
            if section.name is name:
                return section
        return None
