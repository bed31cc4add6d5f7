"""Endpoints of git: branches, refs, commits, trees, blobs, contents, comparisons."""

from typing import Final
from urllib.parse import quote

from bot.sandbox.api.answers import Answer, Moved, Refused, not_found
from bot.sandbox.api.call import Call
from bot.sandbox.api.routing import Routes
from bot.sandbox.git.diff import diff_trees
from bot.sandbox.git.history import commits_between, log, merge_base
from bot.sandbox.git.objects import Commit
from bot.sandbox.shapes import commits, pulls, repositories
from bot.sandbox.state.records import Repo
from bot.sandbox.state.rules import required_checks

routes = Routes()

_RAW: Final = ("application/vnd.github.raw", "application/vnd.github.v3.raw")


@routes("GET", "/repos/{owner}/{repo}/branches/{branch*}", needs="contents:read")
def get_branch(call: Call) -> Answer:
    """Answer a branch; its name may hold slashes."""
    world, repo, name = call.world, call.repo, call.path["branch"]
    sha = repo.branch(name)
    if sha is None and name in repo.renamed_branches:
        new = quote(repo.renamed_branches[name])
        raise Moved("GET", f"{world.api}/repositories/{repo.id}/branches/{new}")
    if sha is None:
        raise Refused(404, "Branch not found")
    url = f"{repositories.api_url(world, repo)}/branches/{name}"
    required = [check.name for check in required_checks(world, repo, name)]
    return Answer(
        {
            "name": name,
            "commit": commits.commit(world, repo, repo.store.commits[sha]),
            "_links": {"self": url, "html": f"{repositories.page_url(world, repo)}/tree/{name}"},
            "protected": bool(required),
            "protection": {
                "enabled": bool(required),
                "required_status_checks": {
                    "enforcement_level": "everyone" if required else "off",
                    "contexts": required,
                    "checks": [],
                },
            },
            "protection_url": f"{url}/protection",
        }
    )


@routes("GET", "/repos/{owner}/{repo}/git/ref/{ref*}", needs="contents:read")
def get_ref(call: Call) -> Answer:
    """Answer one ref by its exact name."""
    name = f"refs/{call.path['ref']}"
    if name not in call.repo.refs:
        raise not_found()
    return Answer(commits.git_ref(call.world, call.repo, name))


@routes("GET", "/repos/{owner}/{repo}/git/commits/{sha}", needs="contents:read")
def get_git_commit(call: Call) -> Answer:
    """Answer a commit object."""
    found = call.repo.store.commits.get(call.path["sha"])
    if found is None:
        raise not_found()
    return Answer(commits.git_commit(call.world, call.repo, found))


@routes("GET", "/repos/{owner}/{repo}/git/trees/{ref*}", needs="contents:read")
def get_tree(call: Call) -> Answer:
    """Answer a tree by its own SHA, or by a commit or branch; any `recursive` at all recurses."""
    world, repo, ref = call.world, call.repo, call.path["ref"]
    found = repo.commit(ref)
    sha = ref if ref in repo.store.trees else found.tree if found else None
    if sha is None:
        raise not_found()
    recursive = "recursive" in call.query
    entries = list(repo.store.walk(sha) if recursive else repo.store.trees[sha].items())
    limit = world.limits.tree_entries
    return Answer(
        {
            "sha": sha,
            "url": f"{repositories.api_url(world, repo)}/git/trees/{sha}",
            "tree": [commits.tree_entry(world, repo, *entry) for entry in entries[:limit]],
            "truncated": len(entries) > limit,
        }
    )


@routes("GET", "/repos/{owner}/{repo}/git/blobs/{sha}", needs="contents:read")
def get_blob(call: Call) -> Answer:
    """Answer a blob, raw where the caller accepts that."""
    sha = call.path["sha"]
    if sha not in call.repo.store.blobs:
        raise not_found()
    if _wants_raw(call):
        return _raw(call.repo.store.blobs[sha])
    return Answer(commits.blob(call.world, call.repo, sha))


@routes("GET", "/repos/{owner}/{repo}/contents/{path*}", needs="contents:read")
def get_contents(call: Call) -> Answer:
    """Answer a file, or list a directory, at a ref."""
    repo, path = call.repo, call.path["path"].strip("/")
    ref = call.query.get("ref", repo.default_branch)
    found = repo.commit(ref)
    if found is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    entry = repo.store.find(found.tree, path)
    if entry is None:
        raise not_found()
    if entry.kind == "tree":
        names = repo.store.trees[entry.sha].items()
        return Answer(
            [commits.content(call.world, repo, ref, f"{path}/{n}".strip("/"), e) for n, e in names]
        )
    if _wants_raw(call):
        return _raw(repo.store.blobs[entry.sha])
    return Answer(commits.content_with_text(call.world, repo, ref, path, entry))


@routes("GET", "/repos/{owner}/{repo}/commits", needs="contents:read")
def list_commits(call: Call) -> Answer:
    """List the commits of a ref, newest first, or those that touched a path."""
    repo = call.repo
    tip = repo.commit(call.query.get("sha", repo.default_branch))
    if tip is None:
        raise not_found()
    found = list(log(repo.store, tip.sha))
    if path := call.query.get("path"):
        found = [each for each in found if _touches(repo, each, path.strip("/"))]
    if author := call.query.get("author"):
        found = [each for each in found if author in (each.author.name, each.author.email)]
    return call.page(found, lambda each: commits.commit(call.world, repo, each))


@routes(
    "GET", "/repos/{owner}/{repo}/commits/{sha}/pulls", needs="pull_requests:read contents:read"
)
def list_pulls_of_commit(call: Call) -> Answer:
    """List the merged pull request of a commit on the default branch, else the open ones too."""
    repo, found = call.repo, call.repo.commit(call.path["sha"])
    if found is None:
        raise Refused(422, f"No commit found for SHA: {call.path['sha']}")
    containing = pulls.pulls_with(repo, found)
    return call.page(containing, lambda pull: pulls.pull_request(call.world, repo, pull))


@routes("GET", "/repos/{owner}/{repo}/compare/{basehead*}", needs="contents:read")
def compare(call: Call) -> Answer:
    """Compare two refs with three dots; the commits are paged."""
    world, repo = call.world, call.repo
    left, dots, right = call.path["basehead"].partition("...")
    base, head = _compared(call, left), _compared(call, right)
    ancestor = merge_base(repo.store, base.sha, head.sha)
    if not dots:
        raise not_found()
    if ancestor is None:
        raise Refused(404, f"No common ancestor between {left} and {right}.")
    ahead = commits_between(repo.store, base.sha, head.sha)
    behind = len(commits_between(repo.store, head.sha, base.sha))
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else ""
    changes = diff_trees(repo.store, repo.store.commits[ancestor].tree, head.tree)
    url, page = repositories.api_url(world, repo), repositories.page_url(world, repo)
    answer = call.page(ahead, lambda each: commits.commit(world, repo, each))
    answer.content = {
        "url": f"{url}/compare/{left}...{right}",
        "html_url": f"{page}/compare/{left}...{right}",
        "permalink_url": f"{page}/compare/{base.sha}...{head.sha}",
        "diff_url": f"{page}/compare/{left}...{right}.diff",
        "patch_url": f"{page}/compare/{left}...{right}.patch",
        "base_commit": commits.commit(world, repo, base),
        "merge_base_commit": commits.commit(world, repo, repo.store.commits[ancestor]),
        "status": status or "identical",
        "ahead_by": len(ahead),
        "behind_by": behind,
        "total_commits": len(ahead),
        "commits": answer.content,
        "files": [
            commits.diff_entry(world, repo, head.sha, change)
            for change in changes[: world.limits.compare_files]
        ],
    }
    return answer


# Last, for its path takes in those of the endpoints below a commit.
@routes("GET", "/repos/{owner}/{repo}/commits/{ref*}", needs="contents:read")
def get_commit(call: Call) -> Answer:
    """Answer a commit with the files that it changed."""
    found = call.repo.commit(call.path["ref"])
    if found is None:
        raise Refused(422, f"No commit found for SHA: {call.path['ref']}")
    return Answer(commits.commit_with_files(call.world, call.repo, found))


def _compared(call: Call, name: str) -> Commit:
    """Return a side of a comparison; `owner:branch` names one in the network of forks."""
    owner, colon, branch = name.rpartition(":")
    sides = (
        [repo for repo in call.world.repos.values() if repo.owner.login.lower() == owner.lower()]
        if colon
        else [call.repo]
    )
    for repo in sides:
        found = repo.commit(branch) if repo.store is call.repo.store else None
        if found is not None:
            return found
    raise not_found()


def _touches(repo: Repo, commit: Commit, path: str) -> bool:
    """Tell whether a commit changed a path against every parent, as `git log` counts it."""
    now = repo.store.find(commit.tree, path)
    before = [repo.store.find(repo.store.commits[p].tree, path) for p in commit.parents]
    return all(entry != now for entry in before) if before else now is not None


def _wants_raw(call: Call) -> bool:
    kinds = [kind.partition(";")[0].strip() for kind in call.accept.split(",")]
    return any(kind.removesuffix("+json") in _RAW for kind in kinds)


def _raw(data: bytes) -> Answer:
    media = "application/vnd.github.raw+json; charset=utf-8"
    return Answer(data, headers={"Content-Type": media})
