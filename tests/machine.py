"""The real parts that the tests stand on: PostgreSQL, Redis, the sandbox, the app served. Each starts when needed."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import requests
from werkzeug.serving import make_server

from mibo.dev import keys, migrate, postgres, redis
from mibo.dev.children import Process

ROOM_IN_MEMORY = 1 << 30
TEMPLATE = "mibo_template"
TEST_REDIS = ("--databases", "2", *redis.FORGETFUL)
RETRIES_AFTER = (0.1, 0.2, 0.5, 1.0)  # seconds between the sandbox's tries of a webhook


def scratch() -> Path:
    """A folder in memory where there is room, else on disk: 5 to 30 times faster (design/measured.md §1)."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_IN_MEMORY
    return Path(tempfile.mkdtemp(prefix="mibo-tests-", dir=memory if roomy else None))


class Database:
    """A cluster of this test run, with the migrated database `mibo` and a template to copy fresh ones from."""

    def __init__(self, folder: Path) -> None:
        self.server = postgres.embedded(
            folder / "postgres", log=folder / "postgres.log", settings=(*postgres.CARELESS, "max_wal_size=256MB")
        )
        self.process: Process | None = None
        self._connection: psycopg.Connection | None = None

    @property
    def url(self) -> str:
        return self.server.url()

    def create(self) -> None:
        """Make the cluster and the migrated database."""
        from mibo import db

        self.server.create_cluster()
        self.start()
        self.server.create_database("mibo")
        migrate.upgrade_here()
        db.dispose()
        self.server.create_database(TEMPLATE, template="mibo")

    def start(self) -> None:
        self.process = self.server.child().start()
        self.server.wait_until_ready(self.process)

    def stop(self) -> None:
        self._hang_up()
        if self.process:
            self.server.child().stop(self.process)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process
        self._hang_up()
        self.process.kill()
        self.process.wait()

    @contextmanager
    def fresh(self, name: str, *, migrated: bool = True) -> Iterator[str]:
        """The address of another database, migrated or empty, for as long as it is needed."""
        self.server.create_database(name, template=TEMPLATE if migrated else None)
        try:
            yield self.server.url(name)
        finally:
            self.server.drop_database(name)

    def clean(self) -> None:
        """Delete every row of every table, in one go: about a millisecond, where TRUNCATE takes hundreds."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        try:
            self._sweep()
        except psycopg.OperationalError:
            self._hang_up()
            self._sweep()

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _sweep(self) -> None:
        if self._connection is None:
            self._connection = psycopg.connect(self.url, autocommit=True)
        self._connection.execute(
            "; ".join(["begin", "set local session_replication_role = replica", *self._deletions, "commit"])
        )

    @cached_property
    def _deletions(self) -> list[str]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(
                "select format('delete from %I.%I', schemaname, tablename) from pg_tables"
                " where schemaname = 'public' and tablename <> 'alembic_version'"
            )
            return [row[0] for row in rows]


class Bell:
    """The Redis of this test run."""

    def __init__(self, folder: Path, port: int) -> None:
        self.server = redis.embedded(folder / "redis", log=folder / "redis.log", keeps=TEST_REDIS, port=port)
        self.process: Process | None = None

    def start(self) -> None:
        self.process = self.server.child().start()
        self.server.wait_until_ready(self.process)

    def stop(self) -> None:
        if self.process:
            self.server.child().stop(self.process)

    def clean(self) -> None:
        """Forget everything, and be there again if a test stopped it."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        with self.server.connect() as connection:
            connection.flushall()


@dataclass
class Sandbox:
    """The three providers and every phone, as a test speaks to them."""

    url: str
    _http: requests.Session = field(default_factory=requests.Session)

    def messages(self, phone: str) -> list[dict[str, Any]]:
        """What a phone has received, oldest first."""
        return self._ask("GET", "/_sandbox/messages", params={"phone": phone})

    def mails(self, address: str) -> list[dict[str, Any]]:
        """What a mail box has received, oldest first."""
        return self._ask("GET", "/_sandbox/messages", params={"to": address})

    def otp(self, phone: str) -> str:
        """The newest sign-in code that a phone has received."""
        return [m["values"]["otp"] for m in self.messages(phone) if "otp" in (m.get("values") or {})][-1]

    def pay(
        self,
        *,
        order_id: str | None = None,
        payment_link_id: str | None = None,
        outcome: str = "captured",
        method: str = "upi",
    ) -> dict[str, Any]:
        """Pay an order or a link, as a patient at the provider's own page would."""
        what = {"order_id": order_id} if order_id else {"payment_link_id": payment_link_id}
        return self._ask("POST", "/_sandbox/pay", json={**what, "outcome": outcome, "method": method})

    def fault(self, provider: str, fault: str, times: int = 1, one_in: int = 1) -> None:
        """Make a provider misbehave the next `times` times, at every `one_in`-th request."""
        what = {"provider": provider, "fault": fault, "times": times, "one_in": one_in}
        self._ask("POST", "/_sandbox/faults", json=what)

    def clear_faults(self) -> None:
        self._ask("POST", "/_sandbox/faults", json={"clear": True})

    def calls(self, provider: str) -> list[dict[str, Any]]:
        """Every request that a provider has received."""
        return self._ask("GET", "/_sandbox/calls", params={"provider": provider})

    def end_refund(self, refund_id: str, status: str = "processed") -> None:
        """The bank answers: it took the money, or (`failed`) it did not."""
        self._ask("POST", "/_sandbox/refund-status", json={"refund_id": refund_id, "status": status})

    def message_status(self, message_id: str, status: str) -> None:
        self._ask("POST", "/_sandbox/message-status", json={"message_id": message_id, "status": status})

    def reply(self, phone: str, **what: str) -> None:
        """Answer from a phone: `text=…`, or `button=…, message_id=…`."""
        self._ask("POST", "/_sandbox/reply", json={"phone": phone, **what})

    def reset(self) -> None:
        """Forget everything, and let the webhook that is on its way arrive."""
        self._ask("POST", "/_sandbox/reset", json={})
        self.idle()

    def idle(self) -> None:
        """Return once every webhook on its way has been delivered or given up."""
        self._ask("GET", "/_sandbox/idle")

    def _ask(self, method: str, path: str, **what: Any) -> Any:
        answer = self._http.request(method, self.url + path, timeout=10, **what)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Machine:
    """Everything that one test process stands on. Addresses are fixed at once, because settings are read once."""

    def __init__(self) -> None:
        self.folder = scratch()
        self.keys = keys.fresh()
        self.app_url, self.sandbox_url, self.redis_url = (f"http://127.0.0.1:{redis.free_port()}" for _ in range(3))
        self.mail_port = redis.free_port()
        self.database = Database(self.folder)
        self._closing: list[Any] = []

    def settings(self) -> dict[str, str]:
        """The environment of the app under test."""
        return {
            "MIBO_ENV": "test",
            "BASE_URL": self.app_url,
            "DATABASE_URL": self.database.url,
            "REDIS_URL": f"redis://127.0.0.1:{_port(self.redis_url)}/0",
            "STORAGE_DIR": str(self.folder / "files"),
            **keys.for_app(self.keys, self.sandbox_url, self.mail_port),
        }

    def start_database(self) -> Database:
        from mibo import db

        self._closing += [self.database.stop, db.dispose]
        self.database.create()
        return self.database

    def start_redis(self) -> Bell:
        bell = Bell(self.folder, _port(self.redis_url))
        self._closing.append(bell.stop)
        bell.start()
        return bell

    def start_sandbox(self) -> Sandbox:
        from mibo import sandbox

        options = sandbox.Options(
            app_url=self.app_url,
            public_url=self.sandbox_url,
            retries_after=RETRIES_AFTER,
            **keys.for_sandbox(self.keys),
        )
        running = sandbox.serve(options, port=_port(self.sandbox_url), smtp_port=self.mail_port)
        self._closing.append(running.stop)
        return Sandbox(running.url)

    def serve(self, app: Any) -> str:
        """The app, served on its own address by threads of this process."""
        server = make_server("127.0.0.1", _port(self.app_url), app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()

        def stop() -> None:
            server.shutdown()
            thread.join()
            server.server_close()

        self._closing.append(stop)
        return self.app_url

    def close(self) -> None:
        """Stop all that was started, last first, and leave nothing behind."""
        while self._closing:
            self._closing.pop()()
        shutil.rmtree(self.database.server.sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port
    return port


LOOPBACK = ("127.", "::1", "localhost")


def refuse_the_outside_world() -> None:
    """From now on this process reaches nothing but itself and its own machine."""
    for name in ("connect", "connect_ex"):
        _guard(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)


def _guard(name: str) -> None:
    original = getattr(socket.socket, name)

    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(LOOPBACK):
            raise RuntimeError(f"a test may not reach {address[0]}")
        return original(self, address)

    setattr(socket.socket, name, guarded)


def forget_the_operators_settings() -> None:
    """What the developer's shell has set must not change what the tests see."""
    from mibo.config import Settings

    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
        with suppress(KeyError):
            del os.environ[name]
