"""The tests' own ground holds: nothing is left behind, nothing reaches outside."""

import socket

import psycopg
import pytest
from sqlalchemy import text

from mibo import db
from tests.machine import Database

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
