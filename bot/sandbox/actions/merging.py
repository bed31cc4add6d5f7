"""The commits that a merge makes, by GitHub's three methods."""

from bot.sandbox.git.history import commits_between
from bot.sandbox.git.merge import merge_trees
from bot.sandbox.git.objects import Signature
from bot.sandbox.state.accounts import WEB_FLOW, Account
from bot.sandbox.state.records import MergeMethod, Pull, Repo
from bot.sandbox.state.rules import merged_tree
from bot.sandbox.state.world import World


class MergeBlocked(Exception):
    """GitHub refuses the merge; the reasons are those of the merge box."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def write_merge(
    world: World, repo: Repo, onto: str, pull: Pull, method: MergeMethod, by: Account
) -> str:
    """Store what merging a pull request onto a commit gives, and return its SHA.

    Raises MergeBlocked when the two conflict.
    """
    if method == "rebase":
        return _rebase(world, repo, onto, pull)
    tree = merged_tree(repo, onto, pull.head_sha)
    if tree is None:
        raise MergeBlocked(("Merge conflict",))
    if method == "squash":
        message = f"{pull.title} (#{pull.number})"
        parents: tuple[str, ...] = (onto,)
        author = pull.author
    else:
        owner = pull.head_repo.owner.login
        message = f"Merge pull request #{pull.number} from {owner}/{pull.head_ref}\n\n{pull.title}"
        parents = (onto, pull.head_sha)
        author = by
    return repo.store.write_commit(
        tree=tree,
        parents=parents,
        author=world.signature(author),
        committer=_web_flow(world),
        message=message,
    ).sha


def _rebase(world: World, repo: Repo, onto: str, pull: Pull) -> str:
    store = repo.store
    for commit in commits_between(store, onto, pull.head_sha):
        if len(commit.parents) > 1:
            continue
        before = store.commits[commit.parents[0]].tree if commit.parents else store.empty_tree
        tree = merge_trees(store, before, store.commits[onto].tree, commit.tree)
        if tree is None:
            raise MergeBlocked(("Rebase conflict",))
        onto = store.write_commit(
            tree=tree,
            parents=(onto,),
            author=commit.author,
            committer=_web_flow(world),
            message=commit.message,
        ).sha
    return onto


def _web_flow(world: World) -> Signature:
    return Signature("GitHub", world.account(WEB_FLOW).email, int(world.clock()))
