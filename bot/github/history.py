"""Who wrote a plan, and who set it Approved: blame, and the pull requests that brought a commit.

What GitHub does not say stays unknown; whether that is enough is the gate's business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeVar

import msgspec

from bot.gate.facts import Actor, Authorship, Branch, Commit, PlanFile, Provenance, Review, Role
from bot.github import answers, queries
from bot.github.accounts import as_actor
from bot.github.client import Client
from bot.github.errors import Unexpected
from bot.github.memory import Memory, recall_as
from bot.github.objects import ObjectCache
from bot.github.query_answers import (
    Blamed,
    BlamedCommit,
    BlameRange,
    Connection,
    InRepository,
    OfObject,
    OfPull,
    PullOfCommit,
    PullsOfCommit,
    ReviewedPull,
)
from bot.github.reviews import Said, latest_opinions

# The number rises with the shape of `Provenance`, so that what was kept before is read anew.
_KIND: Final = "provenance 2"

A = TypeVar("A")
N = TypeVar("N")


class Arrival(NamedTuple):
    """The merged pull request that brought a commit, with the reviews of its last *head*."""

    pull: int
    at: str  # ISO 8601, by GitHub's clock; a commit's date is its author's word
    author: Actor | None
    head: str
    reviews: tuple[Review, ...]


class History:
    """Reads of one repository's past, through one installation's client."""

    def __init__(
        self, client: Client, repository: str, memory: Memory, objects: ObjectCache
    ) -> None:
        self._client = client
        self.repository = repository
        self._owner, _, self._name = repository.partition("/")
        self._memory = memory
        self._objects = objects

    async def read_authorship(
        self,
        commit_sha: str,
        path: str,
        status_line: int | None,
        own_commits: Mapping[str, Commit],
    ) -> Authorship:
        """Who wrote the file at *path*, as of *commit_sha*; *own_commits* are the pull request's.

        Those know more than blame does: which account is a Bot. Without a *status_line* nobody
        wrote that.
        """
        ranges = await self._blame(commit_sha, path)
        writers = _writers(ranges, status_line, own_commits)
        if status_line is None:
            return Authorship(None, in_pull=False, writers=writers)
        commit = _range_at(ranges, path, status_line).commit
        own = own_commits.get(commit.oid)
        return Authorship(
            status_by=own.author if own else _author(commit),
            in_pull=own is not None,
            writers=writers,
        )

    async def read_provenance(
        self, branch: Branch, plan: PlanFile, *, decides: bool = True
    ) -> Provenance:
        """How *plan* on the trusted *branch* came to be Approved.

        That is kept for the plan's content and the commit that brought it: content that was
        approved, withdrawn and put back is looked at anew. Every reviewer counts as an approver
        here: what `approval.approvers` says may change, see `People.mark_approvers`.
        What changed later is another question: see `bot.github.revisions`.

        What is in doubt is asked again each time, or after some minutes where nothing *decides*
        by it: GitHub learns of a merge a little late, and authors add addresses to accounts.
        """
        newest = await self.read_last_commit(branch.sha, plan.path)
        if newest is None:
            raise Unexpected(f"GitHub knows no commit that touches {plan.path}, and has the file")
        key = memory_key(self.repository, branch, plan, newest.sha)
        kept = found = await recall_as(Provenance, self._memory, _KIND, key)
        asked = self._objects.asked
        if found is None or (_in_doubt(found) and (decides or key not in asked)):
            found = await self._complete(found, branch, plan)
            asked[key] = True
        if found != kept:
            await self._memory.keep(_KIND, key, msgspec.json.encode(found))
        return found

    async def read_last_commit(self, commit_sha: str, path: str) -> answers.Commit | None:
        """The newest commit up to *commit_sha* that touched a file, None where none did.

        It costs nothing while *commit_sha* stays.
        https://docs.github.com/en/rest/commits/commits#list-commits
        """
        url = "/repos/{owner}/{name}/commits?sha={sha}&path={path}&per_page=1"
        commits = await self._client.read(
            list[answers.Commit], url, owner=self._owner, name=self._name, sha=commit_sha, path=path
        )
        return commits[0] if commits else None

    async def read_status_commit(self, commit_sha: str, plan: PlanFile) -> BlamedCommit:
        """The commit that wrote the Status line of *plan*, as it is at *commit_sha*."""
        ranges = await self._blame(commit_sha, plan.path)
        return _range_at(ranges, plan.path, plan.status_line).commit

    async def read_arrival(self, commit_sha: str, base: str) -> Arrival | None:
        """How a commit came to the branch *base*; None where no merged pull request brought it."""
        pull = await self._merged_pull(commit_sha, base)
        if pull is None:
            return None
        head, reviews = await self._reviews(pull.number)
        return Arrival(pull.number, pull.merged_at or "", as_actor(pull.author), head, reviews)

    async def contains(self, head: str, commit_sha: str) -> bool:
        """Whether *commit_sha* is *head*, or below it.

        https://docs.github.com/en/rest/commits/commits#compare-two-commits
        """
        url = "/repos/{owner}/{name}/compare/{basehead}?per_page=1"
        comparison = await self._client.read(
            answers.Comparison,
            url,
            owner=self._owner,
            name=self._name,
            basehead=f"{commit_sha}...{head}",
        )
        return comparison.status in {"ahead", "identical"}

    async def _complete(
        self, known: Provenance | None, branch: Branch, plan: PlanFile
    ) -> Provenance:
        """Ask for what is not *known*."""
        found = known
        if found is None or found.by is None:
            commit = await self.read_status_commit(branch.sha, plan)
            found = Provenance(_author(commit), commit.oid, commit.committed_date)
        return found if found.pull else await self._with_pull(found, branch.name)

    async def _with_pull(self, found: Provenance, base: str) -> Provenance:
        arrival = await self.read_arrival(found.commit, base)
        if arrival is None:
            return found
        return replace(
            found,
            at=arrival.at,
            pull=arrival.pull,
            author=arrival.author,
            reviews=arrival.reviews,
        )

    async def _blame(self, commit_sha: str, path: str) -> Sequence[BlameRange]:
        """A blame never changes; who is behind an unknown author's address may yet be told."""
        key = f"{commit_sha}:{path}"
        if (kept := self._objects.blames.get(self.repository, key)) is not None:
            return kept
        found = await self._client.query(
            InRepository[OfObject[Blamed]],
            queries.READ_BLAME,
            self._at(commit=commit_sha, path=path),
        )
        ranges = found.repository.object.blame.ranges
        if all(_author(one.commit) for one in ranges):
            self._objects.blames.keep(self.repository, key, ranges)
        return ranges

    async def _merged_pull(self, commit_sha: str, base: str) -> PullOfCommit | None:
        """The pull request that first brought a commit to *base*; a fork's counts nothing."""
        pages = await self._pages(
            InRepository[OfObject[PullsOfCommit]],
            queries.READ_PULLS_OF_COMMIT,
            lambda page: page.repository.object.associated_pull_requests,
            commit=commit_sha,
        )
        merged = [
            pull
            for page in pages
            for pull in page.repository.object.associated_pull_requests.seen
            if pull.merged_at
            and pull.base_ref_name == base
            and pull.repository.id == page.repository.id
        ]
        return min(merged, key=lambda pull: pull.merged_at or "", default=None)

    async def _reviews(self, number: int) -> tuple[str, tuple[Review, ...]]:
        """A pull request's last head, and what reviewers last said, where it was of that."""
        pages = await self._pages(
            InRepository[OfPull[ReviewedPull]],
            queries.READ_REVIEWS,
            lambda page: page.repository.pull_request.reviews,
            number=number,
        )
        latest = latest_opinions(
            Said(
                actor,
                review.state,
                review.commit.oid if review.commit else "",
                review.submitted_at or "",
                review.author_can_push_to_repository,
            )
            for page in pages
            for review in page.repository.pull_request.reviews.seen
            if (actor := as_actor(review.author)) is not None
        )
        head = pages[-1].repository.pull_request.head_ref_oid
        return head, tuple(
            Review(said.by, said.state, said.commit, Role.WRITE if said.may_push else Role.READ)
            for said in latest
            if said.commit == head
        )

    async def _pages(
        self,
        type_: type[A],
        document: str,
        connection: Callable[[A], Connection[N]],
        **variables: object,
    ) -> list[A]:
        """Every page of the list that *connection* picks out of an answer."""
        pages: list[A] = []
        cursor: str | None = None
        while True:
            page = await self._client.query(type_, document, self._at(after=cursor, **variables))
            pages.append(page)
            where = connection(page).page_info
            if not where.has_next_page:
                return pages
            if where.end_cursor in {None, cursor}:
                raise Unexpected("GitHub's list goes on, and GitHub does not say where")
            cursor = where.end_cursor

    def _at(self, **more: object) -> dict[str, object]:
        return {"owner": self._owner, "name": self._name, **more}


def memory_key(repository: str, branch: Branch, plan: PlanFile, newest: str) -> str:
    """What the past of a plan is kept by: its content, and the *newest* commit that touched it.

    That commit stands for all before it; the branch's name says which pull requests count.
    """
    return f"{repository} {branch.name} {plan.path} {plan.blob} {newest}"


def _in_doubt(provenance: Provenance) -> bool:
    """Whether GitHub may tell more of it later."""
    return provenance.by is None or not provenance.pull


def _range_at(ranges: Sequence[BlameRange], path: str, line: int | None) -> BlameRange:
    for one in ranges:
        if line is not None and one.starting_line <= line <= one.ending_line:
            return one
    raise Unexpected(f"GitHub's blame of {path} has no line {line}, where the Status is")


def _writers(
    ranges: Sequence[BlameRange], status_line: int | None, own_commits: Mapping[str, Commit]
) -> tuple[str, ...]:
    """The accounts behind the pull request's commits that last changed any other line."""
    others = [one for one in ranges if (one.starting_line, one.ending_line) != (status_line,) * 2]
    commits = [own_commits[one.commit.oid] for one in others if one.commit.oid in own_commits]
    return tuple(sorted({commit.author.login for commit in commits if commit.author}))


def _author(commit: BlamedCommit) -> Actor | None:
    user = commit.author.user if commit.author else None
    return Actor(user.login) if user else None
