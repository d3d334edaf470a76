"""PostgreSQL as a child: in awkward folders, after crashes, as root and as an ordinary user."""

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from mibo.dev import postgres
from mibo.dev.children import CannotStart
from mibo.dev.postgres import Postgres

pytestmark = pytest.mark.drill
ROWS = "select count(*) from kept"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    folder = tmp_path / "a folder with spaces & ünïcode"
    folder.mkdir()
    made = postgres.embedded(folder / "postgres", log=folder / "log")
    made.create_cluster()
    yield made
    made.clear_sockets()


def test_what_was_committed_survives_a_kill_and_a_new_start(server: Postgres) -> None:
    child = server.child()
    process = child.start()
    server.wait_until_ready(process)
    server.create_database("mibo")
    with psycopg.connect(server.url()) as connection:
        connection.execute("create table kept as select generate_series(1, 1000)")
    process.kill()
    process.wait()
    process = child.start()
    server.wait_until_ready(process)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute(ROWS).fetchone() == (1000,)
        assert connection.execute("show synchronous_commit").fetchone() == ("on",)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
    child.stop(process)
    assert process.returncode == 0


def test_a_stranger_with_the_old_process_id_is_left_alone(server: Postgres) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        lock = server.data / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{server.data}\n")
        shutil.chown(lock, server.user.pw_uid)
        process = server.child().start()
        server.wait_until_ready(process)
        server.child().stop(process)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_is_still_there_is_stopped_before_the_next_starts(server: Postgres) -> None:
    first = server.child().start()
    server.wait_until_ready(first)
    second = server.child().start()
    server.wait_until_ready(second)
    assert first.wait() == 0
    server.child().stop(second)


def test_only_its_owner_may_enter_the_data_and_the_socket(server: Postgres) -> None:
    for folder in (server.data, server.sockets):
        seen = folder.stat()
        assert stat.S_IMODE(seen.st_mode) == stat.S_IRWXU
        assert seen.st_uid == server.user.pw_uid != 0


def test_data_of_another_version_is_refused_with_a_way_out(server: Postgres) -> None:
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 9 .* use --fresh"):
        server.create_cluster()


def test_it_says_why_it_cannot_start(server: Postgres) -> None:
    (server.data / "postgresql.conf").write_text("no_such_setting = on\n")
    process = server.child().start()
    with pytest.raises(CannotStart, match=r"PostgreSQL did not start: .*configuration file"):
        server.wait_until_ready(process)
