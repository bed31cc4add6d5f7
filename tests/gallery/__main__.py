"""`python -m tests.gallery [PAGE]`: write every message to one page; `--renew`: the snapshots."""

import argparse
from pathlib import Path

from tests.gallery.messages import messages
from tests.gallery.page import render_page
from tests.gallery.snapshots import renew


def main() -> None:
    """Write what is asked for, and say where."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("page", nargs="?", type=Path, default=Path("gallery.html"))
    parser.add_argument("--renew", action="store_true", help="bring tests/snapshots up to date")
    arguments = parser.parse_args()
    if arguments.renew:
        print(f"{renew()} snapshots were written anew")
        return
    arguments.page.write_text(render_page(messages()), encoding="utf-8")
    print(arguments.page.resolve().as_uri())


if __name__ == "__main__":
    main()
