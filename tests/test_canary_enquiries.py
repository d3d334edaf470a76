"""Who asks to be called stands in one table, and what they write, or staff note of them, nowhere in the open (security 68)."""

import pytest
from flask import Flask
from redis import Redis

from mibo import db
from mibo.config import settings
from mibo.identity.permissions import Role
from tests import make
from tests.machine import Database
from tests.test_canary import _tables, _values, _words
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor

NAME, TEN, WORDS, NOTE = "Zyxanthi Quorra", "9811223344", "qwertzwords", "yxcvbnnote"


def test_an_enquiry_leaves_nothing_personal_where_it_does_not_belong(
    app: Flask, database: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    with db.transaction():
        desk = Desk(app.test_client(), make.staff(Role.ADMIN))
    asked = Visitor(app.test_client()).post(
        "/enquire",
        {
            "full_name": NAME, "phone": TEN, "care": "OUT_PATIENT", "whose": "SELF", "where": "ANY", "call_at": "ANY",
            "words": WORDS, "agreed": "y", "key": "a-key-of-this-form",
        },
    )  # fmt: skip
    assert asked.status_code == 303
    listed = desk.post("/enquiries/find", typed=TEN[-5:])
    number = next(part.split('"')[0] for part in listed.text.split('href="/enquiries/')[1:] if part[0].isdigit())
    assert WORDS in desk.get(f"/enquiries/{number}").text
    assert desk.post(f"/enquiries/{number}/calls", seen="1", outcome="REACHED", note=NOTE).status_code == 303
    tables = _tables(database)
    for mark in (NAME, TEN):
        assert {table for table, rows in tables.items() if mark in rows} == {"enquiry"}
    with Redis.from_url(settings().redis_url) as connection:
        kept = " ".join(_words(key, *_values(connection, key)) for key in connection.scan_iter())
    said = "".join(capfd.readouterr())
    for mark in (NAME, TEN, WORDS, NOTE):
        assert mark not in kept
        assert mark not in said
    for mark in (WORDS, NOTE):
        assert {table for table, rows in tables.items() if mark in rows} == set()
