"""What a head brings to a branch: GitHub compares two commits, as seldom as that can be known.

https://docs.github.com/en/rest/commits/commits#compare-two-commits
"""

from collections.abc import Sequence

from bot.gate.facts import Actor, Commit
from bot.github import answers
from bot.github.client import Client
from bot.github.errors import Incomplete, NotFound
from bot.github.objects import Brought, ObjectCache

WEB_FLOW = "web-flow"  # GitHub itself, as the committer of what its pages make
MAX_COMMITS = 1_000  # of a pull request
_UNRELATED = "No common ancestor"  # in GitHub's words: only these say that it has compared
MAX_MESSAGE = 1_000  # characters of a commit message, from its end: trailers stand there


class Comparisons:
    """Comparisons of one repository's commits, through one installation's client."""

    def __init__(self, client: Client, repository: str, objects: ObjectCache) -> None:
        self._client = client
        self._repository = repository
        self._objects = objects

    async def read_brought(self, base: str, head: str) -> Brought:
        """What the commit *head* brings to *base*.

        Raises `Incomplete` where there are several merge bases: then what merging brings is more
        than the difference to any of them. And where there are too many commits to look at.
        """
        objects, key = self._objects, f"{base}...{head}"
        if (kept := objects.brought.get(self._repository, key)) is not None:
            return kept
        brought = await self._still_brought(base, head) or await self._compare_whole(base, head)
        objects.brought.keep(self._repository, key, brought)
        objects.compared.keep(self._repository, head, base)
        return brought

    async def read_commits(self, base: str, head: str) -> list[answers.Commit]:
        """The commits that *head* has and *base* has not."""
        return await self._client.read_all(
            answers.Commit, _URL, self._at(base, head), key="commits"
        )

    async def _still_brought(self, base: str, head: str) -> Brought | None:
        """What *head* brought to an earlier *base*, where that tells what it brings to this one.

        The base went on from there, by commits that are none of the head's: so it has no more in
        common with the head than before. How it went on is asked once for all pull requests.
        """
        before = self._objects.compared.get(self._repository, head)
        if before is None:
            return None
        brought = self._objects.brought.get(self._repository, f"{before}...{head}")
        if brought is None or brought.left is None:
            return None
        added = await self._read_added(before, base)
        return brought if added and added.isdisjoint(one.sha for one in brought.commits) else None

    async def _read_added(self, before: str, after: str) -> frozenset[str]:
        """The commits by which a branch went on; none where it did not simply go on, or by many."""
        key = f"{before}...{after}"
        if (kept := self._objects.added.get(self._repository, key)) is not None:
            return kept
        added = frozenset[str]()
        try:
            comparison = await self._compare(before, after)
        except NotFound:  # it was pushed by force
            pass
        else:
            whole = len(comparison.commits) == comparison.total_commits
            if whole and comparison.status == "ahead":
                added = frozenset(commit.sha for commit in comparison.commits)
        self._objects.added.keep(self._repository, key, added)
        return added

    async def _compare_whole(self, base: str, head: str) -> Brought:
        try:
            comparison = await self._compare(base, head)
        except NotFound as answer:
            if _UNRELATED not in str(answer):  # a commit is not there yet, or not to be seen
                raise
            return Brought(None)
        if comparison.total_commits > MAX_COMMITS:
            raise Incomplete(f"it brings more than {MAX_COMMITS:,} commits")
        left, commits = comparison.merge_base_commit, comparison.commits
        if len(commits) < comparison.total_commits:
            commits = tuple(await self.read_commits(base, head))
        if len(commits) < comparison.total_commits:
            raise Incomplete("GitHub does not list all of its commits")
        await self._check_only(left.sha, commits)
        trees = {commit.sha: commit.commit.tree.sha for commit in (left, *commits)}
        return Brought(trees[left.sha], trees.get(head), tuple(map(read_commit, commits)))

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
        url = f"{_URL}?per_page=100"
        return await self._client.read(answers.Comparison, url, **self._at(base, head))

    def _at(self, base: str, head: str) -> dict[str, str]:
        owner, _, repo = self._repository.partition("/")
        return {"owner": owner, "repo": repo, "basehead": f"{base}...{head}"}


_URL = "/repos/{owner}/{repo}/compare/{basehead}"


def read_commit(commit: answers.Commit) -> Commit:
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
