"""Fuzz the plan language for as long as asked: `python -m tests.fuzz SECONDS`.

Coverage guides the search (atheris, libFuzzer) through the same properties that the tests state
(hypothesis). What is found stays in `.fuzz/`, and is tried first the next time.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUND = ROOT / ".fuzz"
SLOW = 5  # seconds for one input: more is a finding


def targets() -> dict[str, Callable[[bytes], object]]:
    """Name to function of bytes; raw files first, then each property's own generator."""
    from bot.plan.parse import parse_plan
    from tests.unit.plan import test_properties as properties

    def files(source: bytes) -> None:
        properties.check(parse_plan(source))

    found: dict[str, Callable[[bytes], object]] = {"files": files}
    for name, test in vars(properties).items():
        if name.startswith("test_") and hasattr(test, "hypothesis"):
            found[name.removeprefix("test_")] = test.hypothesis.fuzz_one_input
    return found


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["bot.plan"]):
        target = targets()[name]
    seeds = FOUND / name
    seeds.mkdir(parents=True, exist_ok=True)
    if name == "files":
        for number, plan in enumerate(sorted((ROOT / "tests/plans").rglob("plan.md"))):
            (seeds / f"seed-{number}").write_bytes(plan.read_bytes())
    options = [f"-max_total_time={seconds}", f"-timeout={SLOW}", "-max_len=20000", "-verbosity=0"]
    prefix = f"-artifact_prefix={FOUND / name}-"
    atheris.Setup([sys.argv[0], *options, prefix, "-print_final_stats=1", str(seeds)], target)
    atheris.Fuzz()


def main() -> int:
    """Give each target its share of the time, in a process of its own."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("seconds", type=int, nargs="?", default=60)
    parser.add_argument("--target", help="fuzz only this one")
    options = parser.parse_args()
    if options.target:
        fuzz(options.target, options.seconds)
    failed = []
    names = list(targets())
    for name in names:
        share = max(options.seconds // len(names), 1)
        print(f"── {name}: {share} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", str(share), "--target", name]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
    print(f"Findings in {FOUND}: {', '.join(failed)}" if failed else "No findings.")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
