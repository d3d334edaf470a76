"""Redis as a child keeps what it was told."""

from pathlib import Path

import pytest

from mibo.dev import redis
from mibo.dev.children import CannotStart

pytestmark = pytest.mark.drill


def test_what_was_stored_survives_a_clean_stop(tmp_path: Path) -> None:
    server = redis.embedded(tmp_path / "a folder", log=tmp_path / "log")
    for value in (b"first", b"second"):
        process = server.child().start()
        server.wait_until_ready(process)
        with server.connect() as connection:
            assert connection.getset("kept", value) == (None if value == b"first" else b"first")
        server.child().stop(process)
        assert process.returncode == 0


def test_it_says_why_it_cannot_start(tmp_path: Path) -> None:
    first = redis.embedded(tmp_path / "one", log=tmp_path / "one.log")
    process = first.child().start()
    first.wait_until_ready(process)
    second = redis.embedded(tmp_path / "two", log=tmp_path / "two.log", port=first.port)
    refused = second.child().start()
    refused.wait()
    with pytest.raises(CannotStart, match="Redis did not start"):
        second.wait_until_ready(refused)
    first.child().stop(process)
