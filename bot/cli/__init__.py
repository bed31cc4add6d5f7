"""The command line: one module a command, imported only when it is asked for."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from bot import __version__
from bot.errors import PlanGateError

COMMANDS = {
    "serve": "receive webhooks and publish check runs",
    "worker": "publish check runs only, beside other processes",
    "queue": "show what waits or was given up; try it again",
    "lint": "check plans against the plan format",
    "fmt": "make the safe fixes of plans",
    "explain": "tell what a rule asks for, and why",
    "new": "write a plan from the template",
    "show": "show one plan as data",
    "status": "tell where plans stand, and the next step of each",
    "doctor": "say what is wrong with the set-up; bring the database up; mend the index",
    "enforce": "require the check by a ruleset, and show the difference first",
    "report": "tell what was blocked, or would have been, in the last days",
    "replay": "decide a recorded decision again, and explain it",
    "audit": "write what happened as JSON lines: verdicts that changed, exemptions",
    "demo": "watch a pull request being blocked by a plan and freed by its approval",
}

FAULT = 2


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status.

    Every foreseen fault is one line on standard error that says what to do, and status 2.
    """
    try:
        options = parse_arguments(arguments)
        status: int = options.run(options)
    except PlanGateError as error:
        print(f"plan-gate: error: {error}", file=sys.stderr)
        return FAULT
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        sys.stderr.close()
        return FAULT
    except KeyboardInterrupt:
        return 130
    return status


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line; ends the process where it is none, as `argparse` does."""
    parser = argparse.ArgumentParser(
        prog="plan-gate",
        description="Keep code from merging until its plan is approved.",
        epilog="plan-gate COMMAND --help tells more about a command.",
    )
    parser.add_argument("--version", action="version", version=f"plan-gate {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    wanted = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        described = f"{summary[0].upper()}{summary[1:]}."
        command = commands.add_parser(name, help=summary, description=described)
        if name == wanted:  # the other commands' modules need not be read
            module = import_module(f"bot.cli.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return parser.parse_args(arguments)
