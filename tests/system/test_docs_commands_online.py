"""What the documents show of commands that need a database or GitHub is run beside a real server.

What a placeholder stands for there (a decision's id, an organisation) need not be here: then the
command says so in a line. `serve`, `worker` and `demo` go on until they are told to stop: they are
run in `test_serve.py`, `test_processes.py` and `test_demo.py`.
"""

import shlex
from pathlib import Path

import pytest

from tests.system.commands import plan_gate, settings_of
from tests.system.world import World
from tests.unit.test_docs_commands import OFFLINE, OURS

GO_ON = {"serve", "worker", "demo"}
ONLINE = [line for line in OURS if line.split()[0] not in OFFLINE | GO_ON]


def test_every_command_of_the_documents_is_run_somewhere() -> None:
    for name in GO_ON:
        assert any(f'"{name}"' in path.read_text() for path in Path(__file__).parent.glob("*.py"))
    assert {line.split()[0] for line in ONLINE} >= {"doctor", "queue", "replay", "audit", "report"}


@pytest.mark.parametrize("command", sorted({line.split()[0] for line in ONLINE}))
async def test_a_command_runs_or_says_in_a_line_why_not(
    world: World, tmp_path: Path, command: str
) -> None:
    await world.code_pull(None)
    await world.settle()
    token = world.sandbox.user_token("alice", {"administration": "write"})
    variables = {**settings_of(world), "GITHUB_TOKEN": token}
    for line in (line for line in ONLINE if line.split()[0] == command):
        done = await plan_gate(tmp_path, *shlex.split(line), **variables)
        assert done.status in {0, 1, 2}, f"{line}: {done.err}"
        assert "Traceback" not in done.err, line
        assert done.out or done.err or done.status == 0, line
