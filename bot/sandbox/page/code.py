"""Code on pages: files with line anchors, quoted lines, differences."""

import re
from html import escape
from typing import Final
from urllib.parse import quote

from bot.sandbox.git.diff import Change
from bot.sandbox.page.layout import crumbs, page
from bot.sandbox.state.records import Repo

_HUNK: Final = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def lines_of(repo: Repo, ref: str, path: str) -> list[str] | None:
    """Return the lines of a text file at a ref, or None."""
    commit = repo.commit(ref)
    entry = None if commit is None else repo.store.find(commit.tree, path)
    if entry is None or entry.kind != "blob":
        return None
    return repo.store.blobs[entry.sha].decode(errors="replace").removesuffix("\n").split("\n")


def blob_url(repo: Repo, ref: str, path: str, line: int | None = None) -> str:
    """Return where a file, or one of its lines, is shown."""
    anchor = "" if line is None else f"#L{line}"
    return f"/{repo.full_name}/blob/{quote(ref)}/{quote(path)}{anchor}"


def blob_page(repo: Repo, ref: str, path: str) -> str | None:
    """Return the page of a file, or None where there is none."""
    lines = lines_of(repo, ref, path)
    if lines is None:
        return None
    rows = "".join(
        f'<tr id="L{n}"><td class="line"><a href="#L{n}">{n}</a></td>'
        f'<td class="text">{escape(line)}</td></tr>'
        for n, line in enumerate(lines, 1)
    )
    short = ref[:12] if re.fullmatch(r"[0-9a-f]{40}", ref) else ref
    head = f'<strong class="mono">{escape(path)}</strong> <span class="ref">{escape(short)}</span>'
    body = (
        f'<div class="box"><div class="head">{head}</div><table class="code">{rows}</table></div>'
    )
    return page(f"{path} at {short}", crumbs(repo.full_name), body)


def quoted_lines(lines: list[str], start: int, end: int) -> str:
    """Return the lines that an annotation speaks of, three at most."""
    numbers = [n for n in range(start, min(end, start + 2) + 1) if n <= len(lines)]
    rows = "".join(
        f'<tr><td class="line">{n}</td><td class="text">{escape(lines[n - 1])}</td></tr>'
        for n in numbers
    )
    return f'<div class="quote"><table class="code">{rows}</table></div>' if rows else ""


def changed_file(repo: Repo, head_sha: str, change: Change) -> str:
    """Return one of the files changed, with its difference."""
    name = escape(change.path)
    if change.previous_path is not None:
        name = f"{escape(change.previous_path)} → {name}"
    link = name
    if change.status != "removed":
        link = f'<a href="{blob_url(repo, head_sha, change.path)}">{name}</a>'
    stat = (
        f'<span class="plus">+{change.additions}</span> '
        f'<span class="minus">−{change.deletions}</span>'
    )
    table = f'<table class="code">{_rows(change.patch)}</table>' if change.patch else ""
    return (
        f'<div class="box file"><div class="head"><span class="mono">{link}</span>'
        f'<span class="muted small">{change.status}</span><span class="stat">{stat}</span></div>'
        f"{table}</div>"
    )


def _rows(patch: str) -> str:
    rows, old, new = [], 0, 0
    for line in patch.split("\n"):
        if hunk := _HUNK.match(line):
            old, new = int(hunk[1]), int(hunk[2])
            rows.append(_row("hunk", "", "", line))
        elif line.startswith("+"):
            rows.append(_row("add", "", str(new), line))
            new += 1
        elif line.startswith("-"):
            rows.append(_row("del", str(old), "", line))
            old += 1
        elif line.startswith("\\"):
            rows.append(_row("hunk", "", "", line))
        else:
            rows.append(_row("", str(old), str(new), line))
            old, new = old + 1, new + 1
    return "".join(rows)


def _row(kind: str, old: str, new: str, line: str) -> str:
    return (
        f'<tr class="{kind}"><td class="line">{old}</td><td class="line">{new}</td>'
        f'<td class="text">{escape(line)}</td></tr>'
    )
