"""Log lines: one JSON object each, to what is stderr at that moment, and never too long (security.md lines 66, 69)."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr

import pytest
import structlog

from mibo import logs


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Whatever a test did to this process's logs is undone, for those after it."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


def lines(of: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in of.getvalue().splitlines()]


def test_lines_follow_stderr_wherever_it_is_redirected_after_the_start() -> None:
    first, then = io.StringIO(), io.StringIO()
    with redirect_stderr(first):
        logs.configure()
        structlog.get_logger("ours").warning("one")
        logging.getLogger("theirs").warning("two")
    first_said = lines(first)
    first.close()
    with redirect_stderr(then):
        structlog.get_logger("ours").warning("three")
        logging.getLogger("theirs").warning("four")
    assert [line["event"] for line in first_said] == ["one", "two"]
    assert [line["event"] for line in lines(then)] == ["three", "four"]


@pytest.mark.parametrize("hostile", ["a\r\nb: c", "\x1b[31mred", "x" * 1_000_000, "\u202eabc", "\x00"])
def test_what_somebody_typed_stays_one_short_line(hostile: str) -> None:
    caught = io.StringIO()
    with redirect_stderr(caught):
        logs.configure()
        structlog.get_logger().warning("auth.tried", name=hostile)
        logging.getLogger("theirs").warning("tried %s", hostile)
    said = caught.getvalue()
    assert len(said.splitlines()) == 2
    assert said.isascii()
    assert all(len(line) <= logs.LINE_LENGTH for line in said.splitlines())
    assert "\x1b" not in said
