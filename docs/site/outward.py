"""Leads links out of docs/ to GitHub, when the site is built: MkDocs knows docs/ alone."""

import posixpath
import re
from typing import Any

REPOSITORY = "https://github.com/plan-gate/plan-gate/blob/main"
_LINK = re.compile(r"\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrite a page's links to files beside docs/, and to files that are no pages."""
    return outward(markdown, page.file.src_uri)


def outward(markdown: str, path: str) -> str:
    """Rewrite the links of the page at *path* within docs/."""

    def lead(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(path), found[1]))
        if target.startswith("docs/"):
            return found[0]
        return f"]({REPOSITORY}/{target}{found[2] or ''})"

    return _LINK.sub(lead, markdown)
