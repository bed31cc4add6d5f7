"""`python -m tests.gallery [PAGE]`: write every message to one page, for a browser."""

import argparse
from pathlib import Path

from tests.gallery.messages import messages
from tests.gallery.page import render_page


def main() -> None:
    """Write the page, and say where."""
    parser = argparse.ArgumentParser(prog="python -m tests.gallery", description=__doc__)
    parser.add_argument("page", nargs="?", type=Path, default=Path("gallery.html"))
    page: Path = parser.parse_args().page
    page.write_text(render_page(messages()), encoding="utf-8")
    print(page.resolve().as_uri())


if __name__ == "__main__":
    main()
