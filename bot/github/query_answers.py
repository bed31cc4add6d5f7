"""The parts of GraphQL's answers that `queries` asks for, named as GitHub names them."""

from datetime import datetime
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct, field

T = TypeVar("T")
Moment = Annotated[datetime, Meta(tz=True)]


class Account(Struct):
    """Whoever did something: `User`, `Bot`, `Organization`, `Mannequin` …"""

    login: str
    type: str = field(name="__typename")


class PageInfo(Struct, rename="camel"):
    """Whether a list goes on, and where."""

    has_next_page: bool
    end_cursor: str | None


class Connection(Struct, Generic[T], rename="camel"):
    """A page of a list; a node that may not be seen is null."""

    page_info: PageInfo
    nodes: tuple[T | None, ...]

    @property
    def seen(self) -> list[T]:
        """The nodes that may be seen."""
        return [node for node in self.nodes if node is not None]


class InRepository(Struct, Generic[T]):
    """`repository` at the top of an answer."""

    repository: T


class OfObject(Struct, Generic[T]):
    """A repository's object that was asked for by its SHA."""

    object: T
    id: str = ""


class OfPull(Struct, Generic[T], rename="camel"):
    """A repository's pull request that was asked for by its number."""

    pull_request: T


# ── blame ────────────────────────────────────────────────────────────────────
class Login(Struct):
    """The user behind a commit; GitHub names no Bot here."""

    login: str


class GitActor(Struct):
    """A commit's author; nobody where GitHub knows no user by that address."""

    user: Login | None


class BlamedCommit(Struct, rename="camel"):
    """The commit that last changed some lines."""

    oid: str
    committed_date: str
    author: GitActor | None


class BlameRange(Struct, rename="camel"):
    """Neighbouring lines of one commit, both ends included, counted from 1."""

    starting_line: int
    ending_line: int
    commit: BlamedCommit


class Blame(Struct):
    """Every line of a file, in ranges."""

    ranges: tuple[BlameRange, ...]


class Blamed(Struct):
    """A commit with the blame of a file in it."""

    blame: Blame


# ── pull requests of a commit, and their reviews ─────────────────────────────
class Node(Struct):
    """Anything by the name that it never loses."""

    id: str


class PullOfCommit(Struct, rename="camel"):
    """A pull request that brought a commit, or would."""

    number: int
    merged_at: str | None
    base_ref_name: str
    repository: Node
    author: Account | None


class PullsOfCommit(Struct, rename="camel"):
    """A commit with its pull requests."""

    associated_pull_requests: Connection[PullOfCommit]


class Oid(Struct):
    """A commit by its SHA."""

    oid: str


class Review(Struct, rename="camel"):
    """A review; one that is pending was not submitted."""

    author: Account | None
    state: str
    submitted_at: str | None
    commit: Oid | None
    author_can_push_to_repository: bool


class ReviewedPull(Struct, rename="camel"):
    """A pull request with its reviews."""

    head_ref_oid: str
    reviews: Connection[Review]


# ── labels ───────────────────────────────────────────────────────────────────
class Label(Struct, rename="camel"):
    """A label as it is called now; it may have been called something else until *updated_at*."""

    name: str
    updated_at: Moment | None


class LabelEvent(Struct, rename="camel"):
    """A label that was put on (`LabeledEvent`) or taken off (`UnlabeledEvent`)."""

    type: str = field(name="__typename")
    actor: Account | None
    label: Label
    created_at: Moment

    @property
    def adder(self) -> Account | None:
        """Who put on what is called so now.

        Nobody, where the label was changed since, or in that second: who may rename labels would
        make an exempting one of another, under the hand of whoever had put that on.
        """
        changed = self.label.updated_at
        same = changed is not None and changed < self.created_at
        return self.actor if same and self.type == "LabeledEvent" else None


class EarlierPages(Struct, rename="camel"):
    """Whether a list has earlier pages, and where."""

    has_previous_page: bool
    start_cursor: str | None


class LabelEvents(Struct, rename="camel"):
    """A page of label events, oldest first. None may be hidden: it might be the one that counts."""

    page_info: EarlierPages
    nodes: tuple[LabelEvent, ...]


class LabelledPull(Struct, rename="camel"):
    """A pull request with what happened to its labels."""

    timeline_items: LabelEvents


# ── comments ─────────────────────────────────────────────────────────────────
class Comment(Struct, rename="camel"):
    """A comment, with who wrote it and who edited it last."""

    body: str
    created_at: str
    last_edited_at: str | None
    author: Account | None
    editor: Account | None


class CommentNode(Struct):
    """The comment of a node ID."""

    node: Comment
