"""A long list is read piece by piece while people go on working: who was in it all along is in the file once."""

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from mibo import db, exports
from mibo.exports import Batch, Listing, writing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from tests import make
from tests.exports.world import PAGES, World

pytestmark = pytest.mark.usefixtures("database", "sandbox")

VISIT = """update appointment set starts_at = starts_at + interval '3 hours', ends_at = ends_at + interval '3 hours'
    where id = :id"""
# what somebody does to the first row of the page meanwhile, so that it comes later in the order of its page
CHANGES: dict[str, tuple[dict[str, str], str, str]] = {
    "enquiries": (
        {"part": "open"},
        "enquiry.id",
        "update enquiry set next_call_at = now() + interval '9 days' where id = :id",
    ),
    "calls": ({}, "call.id", "update phone_call set again_at = now() + interval '30 minutes' where id = :id"),
    "unpaid": ({"age": "TO_COME"}, "appointment_id", VISIT),
    "video-links": ({"days": "week"}, "row.id", VISIT),
    "follow-ups": ({"which": "all"}, "id", "update follow_up set wanted_on = wanted_on + 9 where id = :id"),
    "appointments": ({"time": "all", "order": "starts"}, "id", VISIT),
    "payments": (
        {"time": "all", "order": "-paid"},
        "id",
        "update payment set paid_at = paid_at - interval '9 days' where id = :id",
    ),
    "figure-kept": (PAGES["figure-kept"][2], "appointment_id", VISIT.replace("+", "- 9 *")),
}


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def admin(world: World) -> Actor:
    return make.actor(world.staff[Role.ADMIN], Role.ADMIN)


def pieces(one: Listing, asked: Any, who: Actor, size: int) -> Iterator[Batch]:
    mark = None
    while True:
        with db.reading():
            batch = one.read(asked, who, mark, size)
        yield batch
        if (mark := batch.after) is None:
            return


def test_every_list_has_the_same_rows_at_once_and_in_pieces(world: World, admin: Actor) -> None:
    for name, one in exports.listings().items():
        asked = one.asks.model_validate(PAGES[name][2])
        (whole,) = pieces(one, asked, admin, 1000)
        for size in (1, 2):
            batches = list(pieces(one, asked, admin, size))
            told = b"".join(writing.csv_rows(one, batch.rows, admin) for batch in batches)
            rows = writing.csv_rows(one, whole.rows, admin)
            assert sorted(told.splitlines()) == sorted(rows.splitlines()), name


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_between_two_pieces_is_neither_lost_nor_twice(world: World, admin: Actor, name: str) -> None:
    wanted, key, change = CHANGES[name]
    one, key_of = exports.listing(name), attrgetter(key)
    asked = one.asks.model_validate(wanted)
    (whole,) = pieces(one, asked, admin, 1000)
    assert len(whole.rows) > 2
    read = []
    for batch in pieces(one, asked, admin, 1):
        read += [key_of(row) for row in batch.rows]
        if len(read) == 1:
            with db.transaction() as session:
                done = session.execute(text(change), {"id": key_of(whole.rows[0])})
                assert done.rowcount == 1  # type: ignore[attr-defined]
    assert sorted(read) == sorted(key_of(row) for row in whole.rows)
    (after,) = pieces(one, asked, admin, 1000)
    assert [key_of(row) for row in after.rows] != [key_of(row) for row in whole.rows]
