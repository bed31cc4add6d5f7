"""From a pull request to its facts: reads what a verdict may depend on, and interprets nothing."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from bot.config.schema import CONFIG_PATH, Config
from bot.gate import approval
from bot.gate.exemption import exempting_labels, is_exempt_author
from bot.gate.facts import (
    ChangedFile,
    Commit,
    Facts,
    InvalidConfig,
    PlanChange,
    PlanFile,
)
from bot.gate.scope import (
    is_code,
    is_plan,
    tasked_links,
)
from bot.github.access import Access
from bot.github.errors import GitHubError, Incomplete, NotFound
from bot.github.linked import LinkedPlans
from bot.github.objects import Tree
from bot.github.policy import Policy, PolicyReader
from bot.github.reader import OpenPull

_MAX_EXEMPT_COMMITS: Final = 30  # each takes a request


@dataclass(frozen=True, slots=True)
class Group:
    """A merge group's two ends, as trees: what would be merged, and onto what."""

    head: Tree
    base: Tree


class Gatherer:
    """Gathers facts about the pull requests of one repository, in one evaluation."""

    def __init__(self, access: Access, repository: str) -> None:
        self._access = access
        self._repository = repository
        self._reader = access.reader(repository)
        self._linked = LinkedPlans(access, repository)

    async def gather(self, pull: OpenPull, group: Group | None = None) -> Facts:
        """Everything about *pull*; in a merge group its plans are those of the group's tree.

        A limit that was reached is a fact like another: `Facts.unread`.
        """
        policies = PolicyReader(self._access, self._repository)
        policy = await policies.read(pull.default_branch, pull.pull.base_ref)
        if isinstance(policy.config, InvalidConfig):
            return Facts(pull.pull, policy.branch, config_problem=policy.config)
        facts = Facts(pull.pull, policy.branch, policy.config, overridden=policy.overridden)
        try:
            return await self._fill(facts, policy.config, policies, group)
        except Incomplete as limit:
            return replace(facts, unread=str(limit))

    async def is_shadow(self, number: int) -> bool:
        """Whether verdicts are only to be shown; where that cannot be read, they are not."""
        try:
            policy = await self._policy(await self._reader.read_pull(number))
        except GitHubError:
            return False
        return isinstance(policy.config, Config) and policy.config.mode == "shadow"

    async def gather_links(self, pull: OpenPull) -> Facts:
        """Only what tells which plans *pull* links: for one that is merged or closed.

        Where it names a task, its first files tell whether it changes code: more were too many
        requests for all that a repository ever merged.
        """
        policy = await self._policy(pull)
        if isinstance(policy.config, InvalidConfig):
            return Facts(pull.pull, policy.branch, config_problem=policy.config)
        facts = Facts(
            pull.pull,
            policy.branch,
            policy.config,
            commits=await self._reader.read_pull_commits(pull.pull.number),
        )
        try:
            tree = await self._reader.read_tree(policy.branch.tree)
            facts, _ = await self._linked.find(facts, tree)
            if tasked_links(facts):
                files = await self._reader.read_first_files(facts.pull.number)
                facts = await self._with_base(replace(facts, files=files))
            return facts
        except Incomplete as limit:
            return replace(facts, unread=str(limit))

    async def _policy(self, pull: OpenPull) -> Policy:
        """The policy for *pull*; the default branch's, where its base is gone and it is closed."""
        policies = PolicyReader(self._access, self._repository)
        try:
            return await policies.read(pull.default_branch, pull.pull.base_ref)
        except NotFound:
            if pull.pull.is_open:
                raise
            return await policies.read(pull.default_branch, pull.default_branch)

    async def _with_base(self, facts: Facts) -> Facts:
        """A task that was merged to the deciding branch while that had another name.

        The pull request goes on giving that name, and GitHub leads from it to the present one.
        """
        base = facts.pull.base_ref
        if not facts.pull.is_merged or base == facts.branch.name:
            return facts
        with suppress(NotFound):
            base = await self._reader.read_branch_name(base)
        return replace(facts, pull=replace(facts.pull, base_ref=base))

    async def has_moved(self, facts: Facts) -> bool:
        """Whether a branch that decided points at another commit by now."""
        if await self._reader.read_branch(facts.branch.name) != facts.branch:
            return True
        return await self.have_plans_moved(facts)

    async def have_plans_moved(self, facts: Facts) -> bool:
        """Whether the plans of another repository that decided may be others by now."""
        if facts.home is None or facts.home.branch is None:
            return False
        home = self._access.reader(facts.home.repository)
        return await home.read_branch(facts.home.branch.name) != facts.home.branch

    async def _fill(
        self, facts: Facts, config: Config, policies: PolicyReader, group: Group | None
    ) -> Facts:
        """Read both sides as trees of fixed commits: nobody can move them while they are read.

        The change is taken against the deciding branch, not against the pull request's own base:
        else code could be brought to a branch of one's own first, and to the head from there.
        """
        head_sha = facts.pull.head_sha
        brought = await self._reader.read_brought(facts.branch.sha, head_sha)
        head = await self._reader.read_tree(
            brought.head or await self._reader.read_commit_tree(head_sha)
        )
        left = await self._reader.read_tree(brought.left) if brought.left else {}
        changed = sorted(changed_paths(left, head))
        base = await self._reader.read_tree(facts.branch.tree)
        if group is not None:
            base = _group_tree(group, changed)
        plans = self._access.plans(self._reader, config)
        paths = [path for path in changed if is_plan(path, config)]
        facts = replace(
            facts,
            files=tuple(ChangedFile(path, removed=path not in head) for path in changed),
            commits=brought.commits,
            head_plans=await plans.read_touched(head, paths),
        )
        _check_moves(changed, left, base, head, config)
        mixed = [path for path in paths if group and group.head.get(path) != head.get(path)]
        facts = replace(
            facts,
            changes=_changes(
                facts.head_plans,
                await plans.read_at(left, paths),
                await plans.read_at(base, paths),
                await plans.read_at(group.head, mixed) if group else {},
            ),
            proposed_config=(
                await policies.read_proposed(head)
                if CONFIG_PATH in changed and CONFIG_PATH in head
                else None
            ),
        )
        facts = await self._approvals(facts, config)
        if any(is_code(path, config) for path in changed):
            facts = await self._code(facts, base)
        return facts

    # ── approval ─────────────────────────────────────────────────────────────
    async def _approvals(self, facts: Facts, config: Config) -> Facts:
        """Who wrote and who reviewed what would be Approved by merging this."""
        at_stake = [change for change in facts.changes if approval.stake(change) is not None]
        if not at_stake:
            return facts
        own = {commit.sha: commit for commit in facts.commits}
        history = self._access.history(self._repository)
        authorship = {
            change.head.path: await history.read_authorship(
                facts.pull.head_sha, change.head.path, change.head.status_line, own
            )
            for change in at_stake
        }
        people = self._access.people(self._repository)
        return replace(
            facts,
            changes=tuple(
                replace(change, authorship=authorship.get(change.head.path))
                for change in facts.changes
            ),
            reviews=await people.read_reviews(facts.pull.number, config.approval.approvers),
        )

    # ── code ─────────────────────────────────────────────────────────────────
    async def _code(self, facts: Facts, base: Tree) -> Facts:
        """What decides about code: labels that may exempt, and the linked plans."""
        if exempting := exempting_labels(facts.pull.labels, facts.config):
            people = self._access.people(self._repository)
            labels = await people.read_label_adders(facts.pull.number, exempting)
            facts = replace(facts, labels=labels)
        if is_exempt_author(facts, facts.config):
            facts = replace(facts, commits=await self._unmerged(facts.commits))
        facts, shelf = await self._linked.find(facts, base)
        return await self._linked.trace(facts, shelf) if shelf else facts

    async def _unmerged(self, commits: Sequence[Commit]) -> tuple[Commit, ...]:
        """*commits*, of which those that merging made are verified no longer.

        GitHub signs a squash merge as its pull request's author's, whoever wrote what it brings:
        so anybody's code could be pushed to a Bot's branch, as the Bot's.
        """
        few = len(commits) <= _MAX_EXEMPT_COMMITS
        return tuple(
            [
                replace(commit, verified=few and not await self._reader.was_merged(commit.sha))
                for commit in commits
            ]
        )


def _check_moves(
    changed: Collection[str], left: Tree, base: Tree, head: Tree, config: Config
) -> None:
    """See that git does not carry changes of a file into a plan that the other side made of it.

    Where one side changes a file and the other has it no more, git looks for where it was moved.
    What then becomes of a plan neither side shows.
    """
    for side, other in ((base, head), (head, base)):
        torn = [
            path
            for path in changed
            if path in left and path not in side and other.get(path) not in (None, left[path])
            if not is_code(path, config)
        ]
        new = side.keys() - left.keys() if torn else ()
        makes_plan = any(is_plan(path, config) for path in new)
        for path in torn:
            if makes_plan or is_plan(path, config):
                raise Incomplete(
                    f"{path} changed on one side and was moved or removed on the other: rebase it"
                )


def _changes(
    heads: Sequence[PlanFile],
    left: dict[str, PlanFile],
    base: dict[str, PlanFile],
    merged: dict[str, PlanFile],
) -> tuple[PlanChange, ...]:
    """Each touched plan beside what it was: the file at its path, or that of its ID."""

    def before(head: PlanFile, side: dict[str, PlanFile]) -> PlanFile | None:
        same_id = (plan for plan in side.values() if head.id and plan.id == head.id)
        return side.get(head.path) or next(same_id, None)

    return tuple(
        PlanChange(before(head, left), before(head, base), head, merged=merged.get(head.path))
        for head in heads
    )


def changed_paths(old: Tree, new: Tree) -> set[str]:
    """The paths whose content differs between two trees."""
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def _group_tree(group: Group, touched: Iterable[str]) -> Tree:
    """The group's files, with those that the pull request itself touches as they were before.

    So an approval that sits in the same group counts, and one that the pull request brings
    along does not.
    """
    tree = dict(group.head)
    for path in touched:
        tree.pop(path, None)
        if path in group.base:
            tree[path] = group.base[path]
    return tree
