"""The only reads: one function per thing that GitHub is asked for, each to the end or not at all.

Git objects never change, so they are kept by SHA; everything else is a conditional request.
"""

from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from bot.gate.facts import Actor, Branch, ChangedFile, Commit, Pull
from bot.github import answers
from bot.github.client import Client
from bot.github.comparisons import Comparisons, read_commit
from bot.github.errors import Incomplete
from bot.github.objects import Brought, Entry, ObjectCache, Tree

MAX_LISTED_COMMITS = 250  # GitHub's own limit for a pull request's list


@dataclass(frozen=True, slots=True)
class OpenPull:
    """A pull request with the branch that decides unless its base is a trusted one.

    *look* is a digest of all that a list shows of it. When somebody last said something there is
    part of that, but does not make it another pull request. A list does not tell how many
    *comments* it has.
    """

    pull: Pull
    default_branch: str
    look: bytes = field(default=b"", compare=False)
    comments: int | None = field(default=None, compare=False)


class Reader:
    """Reads of one repository, through one installation's client."""

    def __init__(self, client: Client, repository: str, objects: ObjectCache) -> None:
        self._client = client
        self.repository = repository
        self._owner, _, self._repo = repository.partition("/")
        self._objects = objects
        self._comparisons = Comparisons(client, repository, objects)

    async def read_pull(self, number: int) -> OpenPull:
        """One pull request as it is now."""
        url = "/repos/{owner}/{repo}/pulls/{number}"
        return self._pull(
            await self._client.read(answers.PullRequest, url, **self._at(number=str(number)))
        )

    async def read_open_pulls(self, base: str | None = None) -> list[OpenPull]:
        """Every open pull request of the repository, or of those to the branch *base*."""
        url, at = "/repos/{owner}/{repo}/pulls?state=open", self._at()
        if base is not None:
            url, at = f"{url}&base={{base}}", self._at(base=base)
        found = await self._client.read_all(answers.PullRequest, url, at)
        return [self._pull(pull) for pull in found]

    async def read_page_of_pulls(self, number: int, size: int) -> list[OpenPull]:
        """One page of all pull requests, merged and closed ones too, the oldest first."""
        url = "/repos/{owner}/{repo}/pulls?state=all&direction=asc&per_page={size}&page={number}"
        at = self._at(size=str(size), number=str(number))
        found = await self._client.read(list[answers.PullRequest], url, **at)
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
        tip, tree = branch.commit.sha, branch.commit.commit.tree.sha
        self._objects.commits.keep(self.repository, tip, tree)
        return Branch(name, tip, tree)

    async def read_branch_name(self, name: str) -> str:
        """What a branch is called now: a former name leads to it."""
        url = "/repos/{owner}/{repo}/branches/{branch}"
        return (await self._client.read(answers.Branch, url, **self._at(branch=name))).name

    async def read_commit_tree(self, sha: str) -> str:
        """The tree of a commit."""
        if (kept := self._objects.commits.get(self.repository, sha)) is not None:
            return kept
        url = "/repos/{owner}/{repo}/git/commits/{sha}"
        tree = (await self._client.read(answers.GitCommit, url, **self._at(sha=sha))).tree.sha
        self._objects.commits.keep(self.repository, sha, tree)
        return tree

    async def read_brought(self, base: str, head: str) -> Brought:
        """What the commit *head* brings to *base*; raises `Incomplete` where that is too much."""
        return await self._comparisons.read_brought(base, head)

    async def read_tree(self, sha: str) -> Tree:
        """Everything in a tree; raises `Incomplete` where GitHub cuts the list."""
        if (kept := await self._objects.trees.get(self.repository, sha)) is not None:
            return kept
        url = "/repos/{owner}/{repo}/git/trees/{sha}?recursive=1"
        answer = await self._client.read(answers.Tree, url, **self._at(sha=sha))
        if answer.truncated:
            raise Incomplete("GitHub cuts the list of the repository's files")
        entries = [entry for entry in answer.tree if entry.type != "tree"]
        tree = {entry.path: Entry(entry.mode, entry.sha) for entry in entries}
        if len(tree) < len(entries):  # names that are no UTF-8 look alike here
            raise Incomplete("GitHub shows two of the repository's files under one name")
        await self._objects.trees.keep(self.repository, sha, tree)
        return tree

    async def read_blob(self, sha: str, limit: int) -> bytes:
        """A file's content, or its first *limit* + 1 bytes where it is larger."""
        if (kept := await self._objects.blobs.get(self.repository, sha)) is not None:
            return kept
        url = "/repos/{owner}/{repo}/git/blobs/{sha}"
        content = await self._client.read_bytes(url, limit + 1, **self._at(sha=sha))
        await self._objects.blobs.keep(self.repository, sha, content)
        return content

    async def read_pull_commits(self, number: int) -> tuple[Commit, ...]:
        """The commits of a pull request, merged or not: GitHub lists no more than 250."""
        url = "/repos/{owner}/{repo}/pulls/{number}/commits"
        at = self._at(number=str(number))
        found = await self._client.read_all(answers.Commit, url, at, limit=MAX_LISTED_COMMITS)
        return tuple(map(read_commit, found))

    async def read_first_files(self, number: int) -> tuple[ChangedFile, ...]:
        """The first hundred files that a pull request changes, merged or not."""
        url = "/repos/{owner}/{repo}/pulls/{number}/files?per_page=100"
        at = self._at(number=str(number))
        found = await self._client.read(list[answers.PullFile], url, **at)
        old = [file.previous_filename for file in found if file.previous_filename]
        return tuple(ChangedFile(path) for path in (*(file.filename for file in found), *old))

    async def read_messages(self, base: str, head: str) -> list[str]:
        """The messages of the commits that *head* has and *base* has not."""
        commits = await self._comparisons.read_commits(base, head)
        return [commit.commit.message for commit in commits]

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
        look = blake2b(seen, digest_size=16).digest()
        return OpenPull(pull, default_branch, look, answer.comments)
