"""A repository in GitHub's JSON, with the many links that it carries."""

from typing import Final

from bot.sandbox.shapes.accounts import user
from bot.sandbox.state.records import JsonObject, Repo
from bot.sandbox.state.world import World

_LINKS: Final = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def api_url(world: World, repo: Repo) -> str:
    """Return where a repository's REST resources begin."""
    return f"{world.api}/repos/{repo.full_name}"


def page_url(world: World, repo: Repo) -> str:
    """Return where a repository's pages begin."""
    return f"{world.url}/{repo.full_name}"


def repository(world: World, repo: Repo) -> JsonObject:
    """Return a `repository`, which also does as a `full-` and as a `minimal-repository`."""
    url, page = api_url(world, repo), page_url(world, repo)
    forks = sum(other.parent is repo for other in world.repos.values())
    opened = sum(issue.state == "open" for issue in repo.issues.values())
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "visibility": "private" if repo.private else "public",
        "owner": user(world, repo.owner),
        "html_url": page,
        "description": None,
        "fork": repo.parent is not None,
        "url": url,
        **{name: url + path for name, path in _LINKS.items()},
        "clone_url": f"{page}.git",
        "git_url": f"{page}.git",
        "ssh_url": f"git@localhost:{repo.full_name}.git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": None,
        "license": None,
        "topics": [],
        "size": len(repo.store.blobs),
        "stargazers_count": 0,
        "watchers": 0,
        "watchers_count": 0,
        "network_count": forks,
        "subscribers_count": 0,
        "forks": forks,
        "forks_count": forks,
        "open_issues": opened,
        "open_issues_count": opened,
        "default_branch": repo.default_branch,
        "archived": repo.archived,
        "disabled": False,
        "has_discussions": False,
        "has_downloads": True,
        "has_issues": True,
        "has_pages": False,
        "has_projects": False,
        "has_wiki": False,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "created_at": world.time(repo.created_at),
        "updated_at": world.time(repo.pushed_at),
        "pushed_at": world.time(repo.pushed_at),
    }


def repository_stub(repo: Repo) -> JsonObject:
    """Return the few fields by which installation events name a repository."""
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
    }
