"""Commits, refs, trees, blobs, contents and differences in GitHub's JSON."""

import base64
from urllib.parse import quote

from bot.sandbox.git.diff import Change, diff_trees
from bot.sandbox.git.objects import SYMLINK, Commit, Entry, Signature
from bot.sandbox.shapes.accounts import user
from bot.sandbox.shapes.repositories import api_url, page_url
from bot.sandbox.state.accounts import WEB_FLOW
from bot.sandbox.state.records import JsonObject, Repo
from bot.sandbox.state.world import World

_UNSIGNED = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def _verification(world: World, commit: Commit) -> JsonObject:
    """GitHub signs what Bots and its own buttons commit; people's commits here are not signed."""
    signer = world.signer(commit.committer)
    signs = signer is not None and (signer.type == "Bot" or signer.login == WEB_FLOW)
    if not signs or commit.sha in world.unsigned:
        return _UNSIGNED
    return {
        "verified": True,
        "reason": "valid",
        "signature": "-----BEGIN PGP SIGNATURE-----",
        "payload": f"tree {commit.tree}",
        "verified_at": commit.committer.date,
    }


def _person(signature: Signature) -> JsonObject:
    return {"name": signature.name, "email": signature.email}


def _dated(signature: Signature) -> JsonObject:
    return {**_person(signature), "date": signature.date}


def _parents(world: World, repo: Repo, commit: Commit, below: str) -> list[JsonObject]:
    return [
        {
            "sha": parent,
            "url": f"{api_url(world, repo)}{below}/{parent}",
            "html_url": f"{page_url(world, repo)}/commit/{parent}",
        }
        for parent in commit.parents
    ]


def git_commit(world: World, repo: Repo, commit: Commit) -> JsonObject:
    """Return a `git-commit`: the object itself."""
    url = api_url(world, repo)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{url}/git/commits/{commit.sha}",
        "html_url": f"{page_url(world, repo)}/commit/{commit.sha}",
        "author": _dated(commit.author),
        "committer": _dated(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "parents": _parents(world, repo, commit, "/git/commits"),
        "verification": _verification(world, commit),
    }


def commit(world: World, repo: Repo, record: Commit) -> JsonObject:
    """Return a `commit`: the object with the accounts behind its signatures."""
    url = f"{api_url(world, repo)}/commits/{record.sha}"
    inner = git_commit(world, repo, record)
    author, committer = world.signer(record.author), world.signer(record.committer)
    return {
        "sha": record.sha,
        "node_id": inner["node_id"],
        "url": url,
        "html_url": inner["html_url"],
        "comments_url": f"{url}/comments",
        "commit": {
            "url": inner["url"],
            "author": inner["author"],
            "committer": inner["committer"],
            "message": record.message,
            "tree": inner["tree"],
            "comment_count": 0,
            "verification": inner["verification"],
        },
        "author": author and user(world, author),
        "committer": committer and user(world, committer),
        "parents": _parents(world, repo, record, "/commits"),
    }


def commit_with_files(world: World, repo: Repo, record: Commit) -> JsonObject:
    """Return a `commit` with what it changed against its first parent."""
    store = repo.store
    before = store.commits[record.parents[0]].tree if record.parents else store.empty_tree
    changes = diff_trees(store, before, record.tree)
    additions = sum(change.additions for change in changes)
    deletions = sum(change.deletions for change in changes)
    return {
        **commit(world, repo, record),
        "stats": {"additions": additions, "deletions": deletions, "total": additions + deletions},
        "files": [diff_entry(world, repo, record.sha, change) for change in changes],
    }


def simple_commit(record: Commit) -> JsonObject:
    """Return a `simple-commit`, as check suites and merge groups carry it."""
    return {
        "id": record.sha,
        "tree_id": record.tree,
        "message": record.message,
        "timestamp": record.committer.date,
        "author": _person(record.author),
        "committer": _person(record.committer),
    }


def pushed_commit(world: World, repo: Repo, record: Commit) -> JsonObject:
    """Return a commit as a push lists it, with the paths that it touched."""
    store = repo.store
    before = store.commits[record.parents[0]].tree if record.parents else store.empty_tree
    changes = diff_trees(store, before, record.tree)
    renamed = [change for change in changes if change.status == "renamed"]
    return {
        **simple_commit(record),
        "distinct": True,
        "url": f"{page_url(world, repo)}/commit/{record.sha}",
        "author": _pusher(world, record.author),
        "committer": _pusher(world, record.committer),
        # A push knows no renames: there, one is a removal and an addition.
        "added": [c.path for c in changes if c.status in ("added", "renamed")],
        "removed": [c.path for c in changes if c.status == "removed"]
        + [c.previous_path for c in renamed],
        "modified": [c.path for c in changes if c.status == "modified"],
    }


def _pusher(world: World, signature: Signature) -> JsonObject:
    account = world.signer(signature)
    known = {} if account is None else {"username": account.login}
    return {**_person(signature), **known}


def diff_entry(world: World, repo: Repo, head_sha: str, change: Change) -> JsonObject:
    """Return a `diff-entry`: one changed file."""
    path = quote(change.path)
    shape: JsonObject = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{page_url(world, repo)}/blob/{head_sha}/{path}",
        "raw_url": f"{page_url(world, repo)}/raw/{head_sha}/{path}",
        "contents_url": f"{api_url(world, repo)}/contents/{path}?ref={head_sha}",
    }
    if change.patch is not None:
        shape["patch"] = change.patch
    if change.previous_path is not None:
        shape["previous_filename"] = change.previous_path
    return shape


def git_ref(world: World, repo: Repo, name: str) -> JsonObject:
    """Return a `git-ref`."""
    url, sha = api_url(world, repo), repo.refs[name]
    return {
        "ref": name,
        "node_id": f"REF_{repo.id}_{name}",
        "url": f"{url}/git/{quote(name)}",
        "object": {"type": "commit", "sha": sha, "url": f"{url}/git/commits/{sha}"},
    }


def tree_entry(world: World, repo: Repo, path: str, entry: Entry) -> JsonObject:
    """Return one line of a `git-tree`; only blobs have a size."""
    kind = entry.kind
    shape: JsonObject = {
        "path": path,
        "mode": entry.mode,
        "type": kind,
        "sha": entry.sha,
        "url": f"{api_url(world, repo)}/git/{kind}s/{entry.sha}",
    }
    return shape | ({"size": len(repo.store.blobs[entry.sha])} if kind == "blob" else {})


def blob(world: World, repo: Repo, sha: str) -> JsonObject:
    """Return a `blob` in base64, broken into lines of 60 as GitHub does."""
    data = repo.store.blobs[sha]
    return {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(data),
        "url": f"{api_url(world, repo)}/git/blobs/{sha}",
        "content": _base64_lines(data),
        "encoding": "base64",
    }


def content(world: World, repo: Repo, ref: str, path: str, entry: Entry) -> JsonObject:
    """Return what `contents` says of one path, without the content."""
    kind = "dir" if entry.kind == "tree" else "symlink" if entry.mode == SYMLINK else "file"
    url = f"{api_url(world, repo)}/contents/{quote(path)}?ref={quote(ref)}"
    git = f"{api_url(world, repo)}/git/{entry.kind}s/{entry.sha}"
    view = "tree" if kind == "dir" else "blob"
    page = f"{page_url(world, repo)}/{view}/{quote(ref)}/{quote(path)}"
    raw = f"{page_url(world, repo)}/raw/{quote(ref)}/{quote(path)}"
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": 0 if kind == "dir" else len(repo.store.blobs[entry.sha]),
        "url": url,
        "git_url": git,
        "html_url": page,
        "download_url": None if kind == "dir" else raw,
        "_links": {"self": url, "git": git, "html": page},
    }


def content_with_text(world: World, repo: Repo, ref: str, path: str, entry: Entry) -> JsonObject:
    """Return a file's or a link's `content`; the text is left out over GitHub's limit."""
    data = repo.store.blobs[entry.sha]
    shape = content(world, repo, ref, path, entry)
    if shape["type"] == "symlink":
        return {**shape, "target": data.decode(errors="replace")}
    if len(data) > world.limits.contents_bytes:
        return {**shape, "encoding": "none", "content": ""}
    return {**shape, "encoding": "base64", "content": _base64_lines(data)}


def _base64_lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "".join(f"{text[start : start + 60]}\n" for start in range(0, len(text), 60))
