"""The command line's door: `plan-gate …` and `python -m bot …`."""

import sys


def main() -> None:
    """Run the command; exit 0 clean, 1 findings or *not so*, 2 usage or fault."""
    from bot.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
