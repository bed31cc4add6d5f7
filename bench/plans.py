"""What linting plans costs, beside the bare Markdown parse and markdownlint: `make bench`.

Every figure is a median of several rounds; the rounds of what is compared alternate, so that a
machine which slows down slows both.
"""

import argparse
import itertools
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from bot.plan.lint import lint
from bot.plan.model import Plan
from bot.plan.parse import parse_plan
from bot.plan.rules import RULES

ROOT = Path(__file__).parents[1]
TEMPLATE = (ROOT / "tests/plans/template/as-is/plan.md").read_text(encoding="utf-8")
PLAN = (ROOT / "tests/plans/complete/approved/plan.md").read_text(encoding="utf-8")
SCRATCH = ROOT / ".bench"
MARKDOWNLINT = "0.38.0"

_BARE = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_SQL = re.compile(r"```sql.*?```", re.DOTALL)
_COLD_LINT = [sys.executable, "-m", "bot", "lint"]
_COLD_PYTHON = [sys.executable, "-c", "pass"]
# As installed: with its bytecode beside it, whatever this environment asks for.
INSTALLED = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(SCRATCH / "bytecode")}

_NUMBERS = itertools.count(1)

_NODE = """
import { lint } from "markdownlint/sync";
import { readFileSync } from "node:fs";
const text = readFileSync(process.argv[2], "utf8"), times = [];
for (let round = 0; round < Number(process.argv[3]); round++) {
  const began = process.hrtime.bigint();
  lint({ strings: { plan: text } });
  times.push(Number(process.hrtime.bigint() - began) / 1e9);
}
times.sort((a, b) => a - b);
console.log(times[Math.floor(times.length / 2)]);
"""


def read_and_lint(text: str) -> None:
    """What a plan costs: parse and all rules."""
    lint(parse_plan(text))


def fresh(text: str) -> str:
    """The plan with SQL of its own: what was read last is kept, and plans do not share theirs."""
    return text.replace("invoice_search", f"invoice_{next(_NUMBERS)}")


def longer(lines: int) -> str:
    """The plan with its task table grown to about *lines* lines."""
    rows = "".join(
        f"| {n} | add part {n} with its tests | search | {n - 1} |\n"
        for n in range(100, 100 + lines)
    )
    head, mark, tail = PLAN.partition("\n---\n\n## Testing Strategy")
    return f"{head}{rows}{mark}{tail}"


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def medians(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The median seconds of each, measured in turns after one round to warm up."""
    for work in works:
        work()
    times = [[timed(work) for work in works] for _ in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def run(command: Sequence[str]) -> None:
    """Run a command to its end, as a whole process."""
    environment = os.environ | INSTALLED
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, env=environment)


def row(what: str, value: str, beside: str, ratio: str) -> None:
    """Print one line of the table."""
    print(f"| {what} | {value} | {beside} | {ratio} |", flush=True)


def compare(name: str, text: str, rounds: int) -> None:
    """Parse and lint beside the bare parse of the same text."""
    ours, bare = medians([lambda: read_and_lint(fresh(text)), lambda: _BARE.parse(text)], rounds)
    lines = text.count("\n")
    row(
        f"{name}, {lines} lines: parse and all {len(RULES)} rules",
        f"{ours * 1e3:.2f} ms",
        f"bare markdown-it parse {bare * 1e3:.2f} ms",
        f"{ours / bare:.2f} ×",
    )


def many(count: int) -> None:
    """Many plans in one process, with the process's peak memory."""
    code = (
        "import resource, sys, time\n"
        "from pathlib import Path\n"
        "from bot.plan.lint import lint\n"
        "from bot.plan.parse import parse_plan\n"
        "text = Path(sys.argv[1]).read_text(encoding='utf-8')\n"
        "lint(parse_plan(text))\n"
        "began = time.perf_counter()\n"
        "for number in range(int(sys.argv[2])):\n"
        "    named = text.replace('FEAT-123', f'FEAT-{number}')\n"
        "    lint(parse_plan(named.replace('invoice_search', f'invoice_{number}')))\n"
        "print(time.perf_counter() - began)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    path = str(ROOT / "tests/plans/complete/approved/plan.md")
    done = subprocess.run(
        [sys.executable, "-c", code, path, str(count)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, peak = (float(line) for line in done.stdout.split())
    (bare,) = medians([lambda: _BARE.parse(PLAN)], 50)
    row(
        f"{count:,} plans in one process",
        f"{count / seconds:,.0f} plans/s",
        f"bare parses {1 / bare:,.0f}/s",
        f"{count / seconds * bare:.2f} ×",
    )
    row("peak memory of that", f"{peak / 1024:.0f} MB", "–", "–")


def growth() -> None:
    """How the cost grows with size: 1.00 is linear."""
    sizes = [125, 250, 500, 1_000, 2_000]
    texts = [longer(size) for size in sizes]
    costs = medians([lambda text=text: read_and_lint(fresh(text)) for text in texts], 5)  # type: ignore[misc]
    points = [(math.log(len(t)), math.log(c)) for t, c in zip(texts, costs, strict=True)]
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    row("cost against size, 250 to 2,100 lines", f"exponent {slope:.2f}", "linear 1.00", "–")


def cold(rounds: int) -> None:
    """One plan in a process of its own, beside Python's own start."""
    for what, text in (("", _SQL.sub("N/A — none", PLAN)), (", with SQL", PLAN)):
        file = SCRATCH / "FEAT-123.md"
        file.write_text(text, encoding="utf-8")
        lint_file = [*_COLD_LINT, str(file)]
        ours, python = medians([lambda: run(lint_file), lambda: run(_COLD_PYTHON)], rounds)  # noqa: B023
        row(
            f"`plan-gate lint FILE`, cold process{what}",
            f"{ours * 1e3:.0f} ms",
            f"`python -c pass` {python * 1e3:.0f} ms",
            f"{ours / python:.1f} ×",
        )


def beside_markdownlint(rounds: int) -> None:
    """One document in a warm process, beside markdownlint in a warm Node process."""
    if not (shutil.which("node") and shutil.which("npm")):
        print("\nNode is not there, so markdownlint was not measured.", file=sys.stderr)
        return
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix"]
    run([*install, str(SCRATCH), f"markdownlint@{MARKDOWNLINT}"])
    script, text = SCRATCH / "bench.mjs", SCRATCH / "plan.md"
    script.write_text(_NODE, encoding="utf-8")
    text.write_text(PLAN, encoding="utf-8")
    done = subprocess.run(
        ["node", str(script), str(text), str(rounds)], check=True, capture_output=True, text=True
    )
    theirs = json.loads(done.stdout)
    (ours,) = medians([lambda: read_and_lint(fresh(PLAN))], rounds)
    row(
        "one document, warm",
        f"{ours * 1e3:.2f} ms",
        f"markdownlint {MARKDOWNLINT} {theirs * 1e3:.2f} ms",
        f"{theirs / ours:.1f} × faster",
    )


def each_rule(plan: Plan, rounds: int) -> None:
    """The cost of each rule on a plan that was read already, dearest first."""

    def check(code: str) -> Callable[[], object]:
        return lambda: list(RULES[code].check(plan))

    costs = dict(zip(RULES, medians([check(code) for code in RULES], rounds), strict=True))
    total = sum(costs.values())
    print(f"\n| rule | µs | share of all rules ({total * 1e3:.2f} ms) |\n|---|---|---|")
    for code, cost in sorted(costs.items(), key=lambda item: -item[1])[:10]:
        print(f"| {code} {RULES[code].name} | {cost * 1e6:.0f} | {cost / total:.0%} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    SCRATCH.mkdir(exist_ok=True)
    print("| what | Plan Gate | beside | ratio |\n|---|---|---|---|")
    compare("the template", TEMPLATE, rounds)
    compare("a whole plan", PLAN, rounds)
    compare("a long plan", longer(1_900), max(rounds // 5, 3))
    many(1_000)
    growth()
    cold(rounds)
    beside_markdownlint(rounds)
    each_rule(parse_plan(PLAN), rounds)


if __name__ == "__main__":
    main()
