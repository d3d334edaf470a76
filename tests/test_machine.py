"""The tests' own ground holds: nothing is left behind, nothing reaches outside."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

import psycopg
import pytest
from sqlalchemy import text

from mibo import db, jobs
from tests.machine import Database, Sandbox

ADD = "insert into audit_entry (act) values ('tests.left_behind')"
COUNT = "select count(*) from audit_entry"


@pytest.mark.parametrize("time", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(database: Database, time: int) -> None:
    with db.reading() as session:
        assert session.scalar(text(COUNT)) == 0
    with db.transaction() as session:
        session.execute(text(ADD))
    with db.reading() as session:
        assert session.scalar(text(COUNT)) == 1


def test_a_fresh_database_has_every_table_and_no_row(database: Database) -> None:
    with database.fresh("another") as url, psycopg.connect(url) as connection:
        assert connection.execute(COUNT).fetchone() == (0,)


def test_a_test_cannot_reach_the_outside_world() -> None:
    with socket.socket() as outward, pytest.raises(RuntimeError, match=r"may not reach 192\.0\.2\.1"):
        outward.connect(("192.0.2.1", 80))


def test_the_sandbox_answers_and_forgets(sandbox: Sandbox) -> None:
    assert sandbox.messages("919000000001") == []
    sandbox.fault("razorpay", "500")
    sandbox.reset()
    assert sandbox.calls("razorpay") == []


def test_the_bell_comes_back_after_redis_was_down(
    database: Database, redis_down: Callable[[], AbstractContextManager[None]]
) -> None:
    with redis_down():
        assert jobs.ring(nothing) is False
    assert jobs.ring(nothing) is True


def test_what_was_rung_for_is_done_in_this_process(
    work: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    jobs.ring(say, 7)
    work()
    assert "7 it is" in capsys.readouterr().out


@jobs.job
def nothing() -> None: ...


@jobs.job
def say(number: int) -> None:
    print(f"{number} it is")
