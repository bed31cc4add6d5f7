"""Repositories: created, forked, renamed, archived, deleted."""

from collections.abc import Mapping

from bot.sandbox.actions import announce, push
from bot.sandbox.git.objects import Content, ObjectStore
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
    world.repos[repo.full_name.lower()] = repo
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
    world.repos[repo.full_name.lower()] = repo
    return repo


def rename(world: World, repo: Repo, name: str, by: Account) -> None:
    """Rename a repository; its id stays."""
    before = repo.name
    del world.repos[repo.full_name.lower()]
    repo.name = name
    world.repos[repo.full_name.lower()] = repo
    changes = {"changes": {"repository": {"name": {"from": before}}}}
    announce.repository(world, repo, "renamed", by, changes)


def archive(world: World, repo: Repo, by: Account) -> None:
    """Archive a repository: it can be read, and no longer written."""
    repo.archived = True
    announce.repository(world, repo, "archived", by)


def delete(world: World, repo: Repo, by: Account) -> None:
    """Delete a repository."""
    announce.repository(world, repo, "deleted", by)
    del world.repos[repo.full_name.lower()]
