"""`bin/run`: the whole clinic on a machine that has nothing but Python, in the foreground, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from mibo.dev import announce, keys, migrate, postgres, redis
from mibo.dev.announce import Addresses
from mibo.dev.children import CannotStart, Child
from mibo.dev.home import Home
from mibo.dev.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HIGHEST_PORT = 65_524
READY_WITHIN_S = 60.0
PORT_FREE_WITHIN_S = 10.0
SERVER = ("granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers",
          "--no-ws", "--workers-kill-timeout", "8")  # fmt: skip


@dataclass(frozen=True)
class Wishes:
    """What was asked for on the command line."""

    port: int
    fresh: bool
    busy: bool
    data: Path
    api_dialect: str

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_port(self) -> int:
        return self.port + 10

    @property
    def ports(self) -> tuple[int, ...]:
        """The web server's, the sandbox's, and the sandbox's for mail."""
        return (self.port, self.sandbox_port, self.sandbox_port + 1)


def main() -> None:
    """Bring the clinic up, say so, and keep it up until told to stop."""
    wishes = _wishes()
    _stop_on_signals()
    supervisor = Supervisor(_say)
    home = Home(wishes.data)
    try:
        _refuse_production()
        lock = home.open()
        with contextlib.closing(os.fdopen(lock)), _clean_end(home, supervisor):
            _bring_up(wishes, home, supervisor)
            supervisor.watch()
    except KeyboardInterrupt:
        _say("Mibo has stopped.")
    except CannotStart as reason:
        sys.exit(str(reason))
    except PermissionError as error:
        sys.exit(f"Mibo cannot write to {error.filename}: it needs a folder of its own that you may write to.")


def _wishes() -> Wishes:
    parser = argparse.ArgumentParser(prog="bin/run", description="Brings the whole clinic up.")
    parser.add_argument("--port", type=_port, default=8000, help="of the clinic; the sandbox takes this + 10")
    parser.add_argument("--fresh", action="store_true", help="forget all data first")
    parser.add_argument(
        "--busy", action="store_true", help="load the large demo clinic (on first start, or with --fresh)"
    )
    parser.add_argument("--data", type=Path, default=ROOT / ".mibo", metavar="DIR", help="where data is kept")
    parser.add_argument("--api-dialect", choices=("canonical", "incumbent"), default="canonical")
    asked = parser.parse_args()
    return Wishes(asked.port, asked.fresh, asked.busy, asked.data.absolute(), asked.api_dialect)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"must be between 1 and {HIGHEST_PORT}")
    return port


def _stop_on_signals() -> None:
    for name in STOPS:
        if name != signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:  # nohup keeps it running
            signal.signal(name, _interrupt)


def _interrupt(*_: object) -> None:
    _stop_once()
    raise KeyboardInterrupt


def _stop_once() -> None:
    """A second Ctrl-C must not cut the clean end short."""
    for name in STOPS:
        signal.signal(name, signal.SIG_IGN)


def _refuse_production() -> None:
    if os.environ.get("MIBO_ENV") == "production":
        raise CannotStart("bin/run never runs in production (MIBO_ENV=production): use the Procfile.")


@contextlib.contextmanager
def _clean_end(home: Home, supervisor: Supervisor) -> Iterator[None]:
    try:
        yield
    finally:
        _stop_once()
        home.run_file.unlink(missing_ok=True)
        supervisor.stop()


def _bring_up(wishes: Wishes, home: Home, supervisor: Supervisor) -> None:
    began = time.monotonic()
    unclean = home.prepare(fresh=wishes.fresh)
    _refuse_taken_ports(wishes.ports, patience=PORT_FREE_WITHIN_S if unclean else 0)
    database_url = os.environ.get("DATABASE_URL") or _start_postgres(home, supervisor)
    redis_url = os.environ.get("REDIS_URL") or _start_redis(home, supervisor)
    addresses = Addresses(wishes.web, f"http://127.0.0.1:{wishes.sandbox_port}", database_url, redis_url)
    environment = _environment(wishes, addresses, keys.kept(home.secrets))
    _say("Bringing the database up to date …")
    migrate.upgrade(database_url)
    _load_demo(wishes, home, environment)
    _say("Starting the sandbox, the web server, the worker and the clock …")
    *others, clock = _programs(wishes, home, environment)
    for child in others:
        supervisor.start(child)
    _wait_for("sandbox", f"{addresses.sandbox}/_sandbox/health", supervisor)
    _tell_sandbox(addresses, home, environment)
    supervisor.start(clock)  # its daily look asks the sandbox about every payment
    _wait_for("web", f"{addresses.web}/readyz", supervisor)
    accounts = home.accounts()
    announce.write_run_file(home.run_file, addresses, accounts)
    _say(announce.table(addresses, accounts, home.logs))
    _say(f"Ready after {time.monotonic() - began:.1f} s.")


def _refuse_taken_ports(ports: tuple[int, ...], patience: float) -> None:
    """Refuse ports that somebody uses; after a crash the last start's programs get a moment to go."""
    deadline = time.monotonic() + patience
    while taken := [port for port in ports if _taken(port)]:
        if time.monotonic() >= deadline:
            raise CannotStart(f"Port {taken[0]} is in use by another program: stop it, or choose another with --port.")
        time.sleep(0.1)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotStart(f"Port {port} is not yours to use: choose one above 1023 with --port.") from None
        except OSError:
            return True
    return False


def _start_postgres(home: Home, supervisor: Supervisor) -> str:
    _say("Starting PostgreSQL …")
    server = postgres.embedded(home.postgres, log=home.logs / "postgres.log")
    server.create_cluster()
    process = supervisor.start(server.child())
    server.wait_until_ready(process)
    if home.seeding.exists():
        server.drop_database("mibo")
        home.seeding.unlink()
    server.create_database("mibo")
    return server.url()


def _start_redis(home: Home, supervisor: Supervisor) -> str:
    _say("Starting Redis …")
    server = redis.embedded(home.redis, log=home.logs / "redis.log")
    server.wait_until_ready(supervisor.start(server.child()))
    return server.url


def _environment(wishes: Wishes, addresses: Addresses, known: keys.Keys) -> dict[str, str]:
    """The settings of every program of this start; the operator's own policy numbers are left as they are."""
    return {
        **os.environ,
        **keys.for_app(known, addresses.sandbox, wishes.sandbox_port + 1),
        "MIBO_ENV": "development",
        "BASE_URL": addresses.web,
        "API_DIALECT": wishes.api_dialect,
        "DATABASE_URL": addresses.database_url,
        "REDIS_URL": addresses.redis_url,
    }


def _load_demo(wishes: Wishes, home: Home, environment: Mapping[str, str]) -> None:
    """Load the demo clinic on the first start; later starts find it as they left it."""
    if home.accounts_file.exists():
        if wishes.busy:
            _say("The demo clinic is loaded already; --fresh --busy loads the large one anew.")
        return
    _say("Loading the large demo clinic …" if wishes.busy else "Loading the demo clinic …")
    home.seeding.touch()
    draft = home.accounts_file.with_suffix(".new")
    command = [
        sys.executable,
        "-m",
        "mibo.dev.demo",
        "--accounts-file",
        str(draft),
        *(["--busy"] if wishes.busy else []),
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    (home.logs / "demo.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        reason = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise CannotStart(f"The demo clinic could not be loaded: {reason}")
    draft.chmod(0o600)
    draft.replace(home.accounts_file)
    home.seeding.unlink()


def _programs(wishes: Wishes, home: Home, environment: Mapping[str, str]) -> list[Child]:
    python = sys.executable
    commands = {
        "sandbox": [python, "-m", "mibo.sandbox", "--port", str(wishes.sandbox_port), "--app-url", wishes.web],
        "web": [python, "-m", *SERVER, "--host", "127.0.0.1", "--port", str(wishes.port), "app:app"],
        "worker": [python, "worker.py"],
        "clock": [python, "worker.py", "clock"],
    }
    return [Child(name, command, home.logs / f"{name}.log", ROOT, environment) for name, command in commands.items()]


def _wait_for(name: str, url: str, supervisor: Supervisor) -> None:
    """Return once a program serves; one that cannot start says why."""
    deadline = time.monotonic() + READY_WITHIN_S
    while not _answers(url):
        for one in supervisor.running:
            if one.ended:
                raise CannotStart(f"{one.child.name} ended while starting ({one.how}): {one.child.last_words()}")
        if time.monotonic() > deadline:
            slow = next(one.child for one in supervisor.running if one.child.name == name)
            raise CannotStart(f"The clinic did not come up within {READY_WITHIN_S:.0f} s: {slow.last_words()}")
        time.sleep(0.1)


def _tell_sandbox(addresses: Addresses, home: Home, environment: Mapping[str, str]) -> None:
    """The sandbox forgets with its process: it is told what was paid, so that it can be given back."""
    command = [sys.executable, "-m", "mibo.dev.books", "--sandbox", addresses.sandbox]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    (home.logs / "books.log").write_text(done.stdout + done.stderr)
    if done.returncode:
        _say("The sandbox does not know what was paid before, so that cannot be given back: see books.log.")


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return int(answer.status) == 200
    except (URLError, OSError):
        return False


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    main()
