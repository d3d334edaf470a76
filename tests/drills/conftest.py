"""The real server of the Procfile, for drills, and what PostgreSQL counted meanwhile."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from mibo.dev.children import Child
from mibo.dev.redis import free_port
from tests.machine import Database

ROOT = Path(__file__).parents[2]
UP_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def server(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web line of the Procfile, on a free port of loopback."""
    port = free_port()
    words = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: ")).split()[1:]
    command = [word.replace("${PORT:-8000}", str(port)).replace("0.0.0.0", "127.0.0.1") for word in words]
    log = tmp_path_factory.mktemp("drill") / "web.log"
    child = Child("web", [sys.executable, "-m", *command], log, ROOT, dict(os.environ))
    process = child.start()
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/readyz", child)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop(process)


def _wait_until_up(address: str, child: Child) -> None:
    deadline = time.monotonic() + UP_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if requests.get(address, timeout=2).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    pytest.fail(f"the server did not come up: {child.last_words()}")


def deadlocks_of(database: Database) -> int:
    with psycopg.connect(database.url) as connection:
        row = connection.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()
    assert row
    return int(row[0])
