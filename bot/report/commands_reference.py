"""Writes the table in docs/commands.md anew: `python -m bot.report.commands_reference FILE`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.report.commands import table

_BLOCK = re.compile(r"(<!-- commands -->\n).*?(<!-- end -->\n)", re.DOTALL)


def refresh(page: str) -> str:
    """The page with its table as the commands are."""
    lines = "".join(f"{line}\n" for line in table())
    return _BLOCK.sub(lambda block: f"{block[1]}{lines}{block[2]}", page)


def main(arguments: Sequence[str]) -> None:
    """Bring the page that is named up to date."""
    path = Path(arguments[0])
    path.write_text(refresh(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
