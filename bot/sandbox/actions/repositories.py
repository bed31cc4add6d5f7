"""Repositories: created, forked, renamed, transferred, archived, deleted; and their branches."""

from collections.abc import Mapping

from bot.sandbox.actions import announce, pulls, push
from bot.sandbox.git.objects import Content, ObjectStore
from bot.sandbox.shapes import accounts
from bot.sandbox.state.accounts import Account
from bot.sandbox.state.records import Repo
from bot.sandbox.state.world import World


def create(
    world: World,
    owner: Account,
    name: str,
    files: Mapping[str, Content],
    default_branch: str,
    author: Account,
    *,
    private: bool,
) -> Repo:
    """Create a repository with a first commit, which nobody is told of."""
    repo = Repo(
        id=world.next_id("repository"),
        owner=owner,
        name=name,
        default_branch=default_branch,
        store=ObjectStore(),
        created_at=world.clock(),
        pushed_at=world.clock(),
        private=private,
    )
    signature = world.signature(author)
    first = push.write_commit(repo, None, files, "Initial commit", signature)
    repo.refs[f"refs/heads/{default_branch}"] = first
    _enter(world, repo)
    return repo


def fork(world: World, origin: Repo, owner: Account) -> Repo:
    """Fork a repository: the same objects, and the branches as they are now."""
    repo = Repo(
        id=world.next_id("repository"),
        owner=owner,
        name=origin.name,
        default_branch=origin.default_branch,
        store=origin.store,
        created_at=world.clock(),
        pushed_at=world.clock(),
        private=origin.private,
        parent=origin,
        refs={ref: sha for ref, sha in origin.refs.items() if ref.startswith("refs/heads/")},
    )
    _enter(world, repo)
    return repo


def rename(world: World, repo: Repo, name: str, by: Account) -> None:
    """Rename a repository; its id stays, and its old name leads to it."""
    before = repo.name
    _move(world, repo, repo.owner, name)
    changes = {"changes": {"repository": {"name": {"from": before}}}}
    announce.repository(world, repo, "renamed", by, changes)


def transfer(world: World, repo: Repo, owner: Account, by: Account) -> None:
    """Give a repository to another owner; an App hears of it where it is installed there.

    Where it was chosen for an installation of the old owner's, it is no longer.
    """
    before = repo.owner
    _move(world, repo, owner, repo.name)
    kind = "organization" if before.type == "Organization" else "user"
    shape = accounts.organization if kind == "organization" else accounts.user
    changes = {"changes": {"owner": {"from": {kind: shape(world, before)}}}}
    announce.repository(world, repo, "transferred", by, changes)
    for installation in world.installations.values():
        chosen = installation.repository_ids
        if installation.account is before and chosen is not None and repo.id in chosen:
            chosen.remove(repo.id)
            announce.installation_repositories(world, installation, "removed", by, [repo])


def set_default_branch(world: World, repo: Repo, name: str, by: Account) -> None:
    """Make another branch the default one; raises LookupError where there is no such branch."""
    if repo.branch(name) is None:
        raise LookupError(f"no branch {name}")
    before, repo.default_branch = repo.default_branch, name
    changes = {"changes": {"default_branch": {"from": before}}}
    announce.repository(world, repo, "edited", by, changes)


def rename_branch(world: World, repo: Repo, name: str, new_name: str, by: Account) -> None:
    """Rename a branch: pull requests against it follow, those from it are closed.

    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-branches-in-your-repository/renaming-a-branch
    """
    sha = repo.refs[f"refs/heads/{name}"]
    repo.refs[f"refs/heads/{new_name}"] = sha
    repo.renamed_branches[name] = new_name
    announce.push(world, repo, f"refs/heads/{new_name}", announce.NO_COMMIT, sha, by, forced=False)
    for pull in repo.pulls():
        if pull.base_ref == name and pull.state == "open":
            pulls.edit_pull(world, repo, pull, by, base=new_name)
    if repo.default_branch == name:
        set_default_branch(world, repo, new_name, by)
    push.delete_branch(world, repo, name, by)


def archive(world: World, repo: Repo, by: Account) -> None:
    """Archive a repository: it can be read, and no longer written."""
    repo.archived = True
    announce.repository(world, repo, "archived", by)


def delete(world: World, repo: Repo, by: Account) -> None:
    """Delete a repository."""
    announce.repository(world, repo, "deleted", by)
    del world.repos[repo.full_name.lower()]
    world.moved = {name: each for name, each in world.moved.items() if each is not repo}


def _move(world: World, repo: Repo, owner: Account, name: str) -> None:
    """Change what a repository is called; raises ValueError where that name is taken."""
    wanted = f"{owner.login}/{name}"
    if world.repo(wanted) not in (None, repo):
        raise ValueError(f"{wanted} exists already")
    before = repo.full_name.lower()
    repo.owner, repo.name = owner, name
    world.moved[before] = world.repos.pop(before)
    _enter(world, repo)


def _enter(world: World, repo: Repo) -> None:
    """Let a repository have its name, which leads to no other from now on."""
    world.repos[repo.full_name.lower()] = repo
    world.moved.pop(repo.full_name.lower(), None)
