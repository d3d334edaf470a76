"""`bin/run` from outside: the whole clinic comes up, stays up, and goes without a trace."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
import requests

pytestmark = [pytest.mark.drill, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
TREE = ("mibo", "migrations", "templates", "static", "app.py", "worker.py", "pyproject.toml")
STAFF_ROLES = {"ADMIN", "MANAGER", "CENTRE_MANAGER", "CLINICIAN", "CARE_COORDINATOR", "FRONT_DESK"}
PROGRAMS = {
    "postgres": "/postgres -D", "redis": "redis-server", "sandbox": "mibo.sandbox", "web": "granian",
    "worker": "worker.py", "clock": "worker.py clock",
}  # fmt: skip


@dataclass
class Clinic:
    """A start of `bin/run`, in a folder with spaces in its name."""

    home: Path
    data: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.data / "run.json").read_text())
        return told

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def program(self, name: str) -> int:
        """The process id of one of its programs; fails while there is none."""
        mark = PROGRAMS[name]
        found = [pid for pid, line in children(self.process.pid).items() if mark in line]
        if name == "worker":
            found = [pid for pid in found if pid != self.program("clock")]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]

    def ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        return False


def children(parent: int) -> dict[int, str]:
    """The command lines of a process's children."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def eventually(holds: Callable[[], bool], within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def command(port: int, data: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "mibo.dev.run", "--port", str(port), "--data", str(data), *more]


def environment(**more: str) -> dict[str, str]:
    """A newcomer's, without what these tests run on."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR")}
    return {**kept, **more}


def start(home: Path, data: Path, port: int) -> Clinic:
    process = subprocess.Popen(
        command(port, data), cwd=home, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    began = time.monotonic()
    while not (data / "run.json").exists():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() - began < 90, "it did not come up within 90 s"
        time.sleep(0.05)
    return Clinic(home, data, port, process)


def stop(clinic: Clinic, with_signal: signal.Signals = signal.SIGINT) -> str:
    if clinic.process.poll() is None:
        clinic.process.send_signal(with_signal)
    said, _ = clinic.process.communicate(timeout=60)
    return said


def refused(home: Path, data: Path, port: int, **more: str) -> str:
    """What a start says that is refused, in one sentence."""
    done = subprocess.run(
        command(port, data), cwd=home, env=environment(**more), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr.strip()


def free_ports() -> int:
    """A port that is free together with those of the sandbox."""
    for port in range(18_000 + os.getpid() % 1000 * 12, 60_000, 13):
        with suppress(OSError):
            for each in (port, port + 10, port + 11):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", each))
            return port
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a clinic") / "with spaces in its path"
    for name in TREE:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, _inside(folder, name))
    return folder


def _inside(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    return folder / name


@pytest.fixture(scope="module")
def clinic(home: Path) -> Iterator[Clinic]:
    running = start(home, home / ".mibo", free_ports())
    yield running
    stop(running, signal.SIGTERM)
    assert running.process.returncode == 0


@pytest.fixture(autouse=True)
def _outlives_each_test(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "clinic" in request.fixturenames:
        running = request.getfixturevalue("clinic")
        if running.process.poll() is None:
            eventually(running.ready)


def test_it_is_ready_when_it_says_so_and_tells_programs_where(clinic: Clinic) -> None:
    told = clinic.told
    assert set(told) == {"web", "sandbox", "database_url", "redis_url", "accounts"}
    assert told["web"] == clinic.url
    assert told["sandbox"] == f"http://127.0.0.1:{clinic.port + 10}"
    assert requests.get(told["web"] + "/readyz", timeout=5).status_code == 200
    assert requests.get(told["sandbox"] + "/_sandbox/messages?phone=919000000001", timeout=5).json() == []
    with psycopg.connect(told["database_url"]) as connection:
        assert connection.execute("select count(*) from alembic_version").fetchone() == (1,)
    with redis.Redis.from_url(told["redis_url"]) as connected:
        assert connected.ping()


def test_it_tells_a_sign_in_for_each_staff_role(clinic: Clinic) -> None:
    accounts = clinic.told["accounts"]
    assert all({"role", "phone", "username", "password", "centre"} <= set(account) for account in accounts)
    assert {account["role"] for account in accounts} >= STAFF_ROLES


def test_what_it_keeps_is_for_its_owner_alone(clinic: Clinic) -> None:
    for name in ("secrets.json", "accounts.json", "run.json"):
        assert (clinic.data / name).stat().st_mode & 0o077 == 0


def test_a_second_start_on_the_same_data_says_where_it_runs(clinic: Clinic) -> None:
    said = refused(clinic.home, clinic.data, free_ports())
    assert said == f"Mibo is already running on {clinic.data}: {clinic.url}."


def test_a_port_in_use_is_named(clinic: Clinic, tmp_path: Path) -> None:
    assert refused(clinic.home, tmp_path / "other", clinic.port).startswith(f"Port {clinic.port} is in use")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_program_is_started_again_and_the_others_go_on(clinic: Clinic, name: str) -> None:
    others = {other: clinic.program(other) for other in PROGRAMS if other != name}
    killed = clinic.program(name)
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        with suppress(AssertionError):
            return clinic.program(name) != killed
        return False

    eventually(is_back)
    eventually(clinic.ready)
    assert {other: clinic.program(other) for other in others} == others


def test_ctrl_c_leaves_nothing_and_the_next_start_finds_everything(clinic: Clinic) -> None:
    accounts, loaded_at = clinic.told["accounts"], (clinic.data / "accounts.json").stat().st_mtime
    sockets = Path(clinic.told["database_url"].split("host=")[1].split("&")[0])
    programs = [clinic.program(name) for name in PROGRAMS]
    assert stop(clinic).endswith("Mibo has stopped.\n")
    assert clinic.process.returncode == 0
    assert not (clinic.data / "run.json").exists()
    assert not sockets.exists()
    assert not [pid for pid in programs if Path(f"/proc/{pid}").exists()]

    clinic.process = start(clinic.home, clinic.data, clinic.port).process
    assert clinic.told["accounts"] == accounts
    assert (clinic.data / "accounts.json").stat().st_mtime == loaded_at


def test_it_never_runs_in_production(home: Path, tmp_path: Path) -> None:
    said = refused(home, tmp_path / "none", free_ports(), MIBO_ENV="production")
    assert said == "bin/run never runs in production (MIBO_ENV=production): use the Procfile."
    assert not (tmp_path / "none").exists()


def test_a_folder_that_cannot_be_written_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    said = refused(home, tmp_path / "a file" / "data", free_ports())
    assert said.startswith(f"Mibo cannot write to {tmp_path}/a file/data")
