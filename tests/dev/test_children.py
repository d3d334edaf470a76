"""Our programs die when they should, and only then."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mibo.dev.children import Child
from mibo.dev.supervisor import Supervisor

pytestmark = pytest.mark.drill
FOREVER = "import time; print('up', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = """
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""
SUPERVISOR_THAT_VANISHES = """
import os, signal, sys
from pathlib import Path
from mibo.dev.children import Child
here = Path(sys.argv[1])
print(Child("one", [sys.executable, "-c", "import time; time.sleep(60)"], here / "log", here).start().pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    keeper = Supervisor(said.append)
    yield keeper
    keeper.stop()


def program(folder: Path, source: str, name: str = "one") -> Child:
    return Child(name, [sys.executable, "-c", source], folder / f"{name}.log", folder)


def eventually(holds: Callable[[], bool], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def up(child: Child) -> bool:
    return child.log.exists() and "up" in child.log.read_text()


def test_a_killed_program_is_started_again_and_the_others_go_on(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    victim = supervisor.start(program(tmp_path, FOREVER, "victim"))
    other = supervisor.start(program(tmp_path, FOREVER, "other"))
    victim.kill()
    victim.wait()
    supervisor.look()
    again = supervisor.running[0].process
    assert again.pid != victim.pid
    assert again.poll() is None
    assert supervisor.running[1].process is other
    assert other.poll() is None
    assert said == [f"victim ended (signal 9) and is started again; its log: {tmp_path}/victim.log"]


def test_a_program_that_keeps_ending_is_given_pauses(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(program(tmp_path, "print('up')"))
    for _ in range(8):
        supervisor.running[0].process.wait()
        supervisor.look()
    assert supervisor.running[0].stumbles == 1


def test_a_program_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    child = program(tmp_path, DEAF)
    process = child.start()
    eventually(lambda: up(child))
    child.stop(process, within=0.2)
    assert process.returncode == -signal.SIGKILL


def test_what_a_killed_program_had_started_ends_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    child = program(tmp_path, PARENT)
    process = supervisor.start(child)
    eventually(lambda: child.log.exists() and child.log.read_text().endswith("\n"))
    grandchild = int(child.log.read_text())
    process.kill()
    process.wait()
    supervisor.look()
    eventually(lambda: not alive(grandchild))


def test_our_programs_end_when_we_vanish(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SUPERVISOR_THAT_VANISHES, str(tmp_path)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    eventually(lambda: not alive(int(done.stdout)))


def test_a_program_hears_nothing_of_a_ctrl_c_at_the_terminal(supervisor: Supervisor, tmp_path: Path) -> None:
    process = supervisor.start(program(tmp_path, FOREVER))
    assert os.getpgid(process.pid) != os.getpgid(0)
