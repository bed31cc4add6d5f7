"""The only reads: one function per thing that GitHub is asked for, each to the end or not at all.

Git objects never change, so they are kept by SHA; everything else is a conditional request.
"""

from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple, TypeVar

import msgspec
from cachetools import LRUCache, TTLCache

from bot.gate.facts import Actor, Branch, ChangedFile, Commit, Pull
from bot.github import answers
from bot.github.client import Client
from bot.github.errors import Incomplete, NotFound
from bot.github.query_answers import BlameRange

T = TypeVar("T")

WEB_FLOW = "web-flow"  # GitHub itself, as the committer of what its pages make
ABSENT_FOR = 300.0  # seconds; an event of the repository ends it before
MAX_COMMITS = 1_000  # of a pull request
MAX_LISTED_COMMITS = 250  # GitHub's own limit for a pull request's list
MAX_MESSAGE = 1_000  # characters of a commit message, from its end: trailers stand there
_FILE_MODES = {"100644", "100755"}


@dataclass(frozen=True, slots=True)
class OpenPull:
    """A pull request with the branch that decides unless its base is a trusted one.

    *look* is a digest of all that a list shows of it. When somebody last said something there is
    part of that, but does not make it another pull request.
    """

    pull: Pull
    default_branch: str
    look: bytes = field(default=b"", compare=False)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a head brings to a branch: the tree of the commit where it left, and its commits.

    *left* is `None` where the two share no history: then all of the head is new.
    """

    left: str | None
    commits: tuple[Commit, ...] = ()


class Entry(NamedTuple):
    """What stands at a path of a tree: a file, a symbolic link or a submodule."""

    mode: str
    sha: str

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file, which can be read as what it says."""
        return self.mode in _FILE_MODES


Tree = dict[str, Entry]
"""Path to entry, of everything in a tree but its folders."""


class ObjectCache:
    """Git objects by repository and SHA: immutable, bounded, shared by all evaluations.

    The repository is part of the key, so that nobody reads by SHA what they could not list.
    """

    def __init__(self, blob_bytes: int = 64 << 20, tree_entries: int = 200_000) -> None:
        self.blobs: MutableMapping[tuple[str, str], bytes] = LRUCache(blob_bytes, getsizeof=len)
        self.trees: MutableMapping[tuple[str, str], Tree] = LRUCache(
            tree_entries, getsizeof=lambda tree: len(tree) + 1
        )
        self.commits: MutableMapping[tuple[str, str], str] = LRUCache(10_000)
        # Each 404 counts against the rate limit, and most owners have no `.github` repository.
        self.absent: MutableMapping[str, bool] = TTLCache(10_000, ttl=ABSENT_FOR)
        self.brought: MutableMapping[tuple[str, str], Brought] = LRUCache(
            20_000, getsizeof=lambda brought: len(brought.commits) + 1
        )
        self.blames: MutableMapping[tuple[str, str], tuple[BlameRange, ...]] = LRUCache(
            50_000, getsizeof=lambda ranges: len(ranges) + 1
        )


class Reader:
    """Reads of one repository, through one installation's client."""

    def __init__(self, client: Client, repository: str, objects: ObjectCache) -> None:
        self._client = client
        self.repository = repository
        self._owner, _, self._repo = repository.partition("/")
        self._objects = objects

    async def read_pull(self, number: int) -> OpenPull:
        """One pull request as it is now."""
        url = "/repos/{owner}/{repo}/pulls/{number}"
        return self._pull(
            await self._client.read(answers.PullRequest, url, **self._at(number=str(number)))
        )

    async def read_open_pulls(self) -> list[OpenPull]:
        """Every open pull request of the repository."""
        url = "/repos/{owner}/{repo}/pulls?state=open"
        found = await self._client.read_all(answers.PullRequest, url, self._at())
        return [self._pull(pull) for pull in found]

    async def read_all_pulls(self) -> list[OpenPull]:
        """Every pull request of the repository, merged and closed ones too."""
        url = "/repos/{owner}/{repo}/pulls?state=all"
        found = await self._client.read_all(answers.PullRequest, url, self._at())
        return [self._pull(pull) for pull in found]

    async def read_pulls_at(self, sha: str) -> list[OpenPull]:
        """The open pull requests whose head is *sha*, forks included."""
        url = "/repos/{owner}/{repo}/commits/{sha}/pulls"
        found = await self._client.read_all(answers.PullRequest, url, self._at(sha=sha))
        return [
            self._pull(pull)
            for pull in found
            if pull.state == "open"
            and pull.head.sha == sha
            and pull.base.repo.full_name.casefold() == self.repository.casefold()
        ]

    async def was_merged(self, sha: str) -> bool:
        """Whether a pull request that was merged, to whatever branch, has brought the commit."""
        url = "/repos/{owner}/{repo}/commits/{sha}/pulls"
        found = await self._client.read_all(answers.PullRequest, url, self._at(sha=sha))
        return any(pull.merged_at is not None for pull in found)

    async def read_repository(self) -> answers.Repository:
        """The repository by its present name: an old one leads to it, whoever owns it now."""
        url = "/repos/{owner}/{repo}"
        return await self._client.read(answers.Repository, url, **self._at())

    async def read_branch(self, name: str) -> Branch:
        """A branch's tip."""
        url = "/repos/{owner}/{repo}/branches/{branch}"
        branch = await self._client.read(answers.Branch, url, **self._at(branch=name))
        return Branch(name, branch.commit.sha, branch.commit.commit.tree.sha)

    async def read_branch_name(self, name: str) -> str:
        """What a branch is called now: a former name leads to it."""
        url = "/repos/{owner}/{repo}/branches/{branch}"
        return (await self._client.read(answers.Branch, url, **self._at(branch=name))).name

    async def read_commit_tree(self, sha: str) -> str:
        """The tree of a commit."""
        key = (self.repository, sha)
        if key not in self._objects.commits:
            url = "/repos/{owner}/{repo}/git/commits/{sha}"
            commit = await self._client.read(answers.GitCommit, url, **self._at(sha=sha))
            self._objects.commits[key] = commit.tree.sha
        return self._objects.commits[key]

    async def read_brought(self, base: str, head: str) -> Brought:
        """What the commit *head* brings to *base*.

        Raises `Incomplete` where there are several merge bases: then what merging brings is more
        than the difference to any of them. And where there are too many commits to look at.
        """
        key = (self.repository, f"{base}...{head}")
        if (kept := self._objects.brought.get(key)) is not None:
            return kept
        try:
            comparison = await self._compare(base, head)
        except NotFound:  # both commits were read before: it is the history that is missing
            return Brought(None)
        if comparison.total_commits > MAX_COMMITS:
            raise Incomplete(f"it brings more than {MAX_COMMITS:,} commits")
        left, commits = comparison.merge_base_commit, comparison.commits
        if len(commits) < comparison.total_commits:
            commits = tuple(await self._commits(base, head))
        if len(commits) < comparison.total_commits:
            raise Incomplete("GitHub does not list all of its commits")
        await self._check_only(left.sha, commits)
        for commit in (left, *commits):  # the head is one of them: its tree need not be asked for
            self._objects.commits[self.repository, commit.sha] = commit.commit.tree.sha
        brought = Brought(left.commit.tree.sha, tuple(map(_commit, commits)))
        keep(self._objects.brought, key, brought)
        return brought

    async def _check_only(self, left: str, commits: Sequence[answers.Commit]) -> None:
        """See that every other commit that was merged in is an ancestor of the merge base."""
        own = {commit.sha for commit in commits} | {left}
        merges = [commit for commit in commits if len(commit.parents) > 1]
        for merged in {parent.sha for merge in merges for parent in merge.parents} - own:
            if (await self._compare(merged, left)).status not in {"ahead", "identical"}:
                raise Incomplete(
                    "it has several merge bases with the branch that decides: rebase it"
                )

    async def _compare(self, base: str, head: str) -> answers.Comparison:
        url = "/repos/{owner}/{repo}/compare/{basehead}?per_page=100"
        at = self._at(basehead=f"{base}...{head}")
        return await self._client.read(answers.Comparison, url, **at)

    async def read_tree(self, sha: str) -> Tree:
        """Everything in a tree; raises `Incomplete` where GitHub cuts the list."""
        key = (self.repository, sha)
        if (kept := self._objects.trees.get(key)) is not None:
            return kept
        url = "/repos/{owner}/{repo}/git/trees/{sha}?recursive=1"
        answer = await self._client.read(answers.Tree, url, **self._at(sha=sha))
        if answer.truncated:
            raise Incomplete("GitHub cuts the list of the repository's files")
        entries = [entry for entry in answer.tree if entry.type != "tree"]
        tree = {entry.path: Entry(entry.mode, entry.sha) for entry in entries}
        if len(tree) < len(entries):  # names that are no UTF-8 look alike here
            raise Incomplete("GitHub shows two of the repository's files under one name")
        keep(self._objects.trees, key, tree)
        return tree

    async def read_blob(self, sha: str, limit: int) -> bytes:
        """A file's content, or its first *limit* + 1 bytes where it is larger."""
        key = (self.repository, sha)
        if (kept := self._objects.blobs.get(key)) is not None:
            return kept
        url = "/repos/{owner}/{repo}/git/blobs/{sha}"
        content = await self._client.read_bytes(url, limit + 1, **self._at(sha=sha))
        keep(self._objects.blobs, key, content)
        return content

    async def read_pull_commits(self, number: int) -> tuple[Commit, ...]:
        """The commits of a pull request, merged or not: GitHub lists no more than 250."""
        url = "/repos/{owner}/{repo}/pulls/{number}/commits"
        at = self._at(number=str(number))
        found = await self._client.read_all(answers.Commit, url, at, limit=MAX_LISTED_COMMITS)
        return tuple(map(_commit, found))

    async def read_first_files(self, number: int) -> tuple[ChangedFile, ...]:
        """The first hundred files that a pull request changes, merged or not."""
        url = "/repos/{owner}/{repo}/pulls/{number}/files?per_page=100"
        at = self._at(number=str(number))
        found = await self._client.read(list[answers.PullFile], url, **at)
        old = [file.previous_filename for file in found if file.previous_filename]
        return tuple(ChangedFile(path) for path in (*(file.filename for file in found), *old))

    async def read_messages(self, base: str, head: str) -> list[str]:
        """The messages of the commits that *head* has and *base* has not."""
        return [commit.commit.message for commit in await self._commits(base, head)]

    async def _commits(self, base: str, head: str) -> list[answers.Commit]:
        url = "/repos/{owner}/{repo}/compare/{basehead}"
        at = self._at(basehead=f"{base}...{head}")
        return await self._client.read_all(answers.Commit, url, at, key="commits")

    async def read_check_runs(
        self, sha: str, name: str, app_id: str, *, every: bool = False
    ) -> list[answers.CheckRun]:
        """Our newest check runs of that name on a commit, or *every* one; nobody else's count."""
        url = "/repos/{owner}/{repo}/commits/{sha}/check-runs?check_name={name}&app_id={app_id}"
        if every:
            url += "&filter=all"
        variables = self._at(sha=sha, name=name, app_id=app_id)
        return await self._client.read_all(answers.CheckRun, url, variables, key="check_runs")

    async def read_comments(self, number: int) -> list[answers.Comment]:
        """Every comment of a pull request's conversation, oldest first."""
        url = "/repos/{owner}/{repo}/issues/{number}/comments"
        return await self._client.read_all(answers.Comment, url, self._at(number=str(number)))

    async def read_comment(self, comment: int) -> answers.Comment:
        """One comment, of an issue or a pull request."""
        url = "/repos/{owner}/{repo}/issues/comments/{id}"
        return await self._client.read(answers.Comment, url, **self._at(id=str(comment)))

    def _at(self, **more: str) -> dict[str, str]:
        return {"owner": self._owner, "repo": self._repo, **more}

    def _pull(self, answer: answers.PullRequest) -> OpenPull:
        user = answer.user or answers.User("ghost")  # GitHub's name for a deleted account
        pull = Pull(
            repository=answer.base.repo.full_name,
            number=answer.number,
            title=answer.title,
            body=answer.body or "",
            author=Actor(user.login, user.type == "Bot"),
            head_ref=answer.head.ref,
            head_sha=answer.head.sha,
            base_ref=answer.base.ref,
            is_open=answer.state == "open",
            is_merged=answer.merged_at is not None,
            labels=tuple(sorted(label.name for label in answer.labels)),
            from_fork=answer.head.repo is None
            or answer.head.repo.full_name != answer.base.repo.full_name,
        )
        default_branch = answer.base.repo.default_branch
        seen = msgspec.json.encode((pull, default_branch, answer.draft, answer.updated_at))
        return OpenPull(pull, default_branch, blake2b(seen, digest_size=16).digest())


def _commit(commit: answers.Commit) -> Commit:
    """A commit with its author, and whether that is more than a name.

    GitHub vouches for the committer's signature; anybody may write any author into a commit. So
    the committer must be the same account, or GitHub itself on its behalf.
    """
    author = commit.author if commit.author and commit.author.login else None
    committer = commit.committer.login if commit.committer else ""
    vouched = author is not None and committer in {author.login, WEB_FLOW}
    return Commit(
        sha=commit.sha,
        author=Actor(author.login, author.type == "Bot") if author else None,
        verified=commit.commit.verified and vouched,
        message=commit.commit.message[-MAX_MESSAGE:],
    )


def keep(cache: MutableMapping[tuple[str, str], T], key: tuple[str, str], value: T) -> None:
    """Keep a value, if there is room for it at all."""
    with suppress(ValueError):  # larger than the whole cache: read again next time
        cache[key] = value
