"""A patient's account adds up line by line, and what is owed is told by its age."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from mibo import clock, db, ledger
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.ledger import Age, Entry
from mibo.people import Patient
from tests import make
from tests.counting import statements
from tests.ledger.money import PLAIN, World, rows_by_sql

pytestmark = pytest.mark.usefixtures("database")

BALANCE = """
select coalesce(sum(case when s.state in ('NOT_OWED', 'UNWANTED') then 0 else s.price end - s.came + s.gone - s.credit), 0)::bigint
  from (select plain.*,
               (select coalesce(sum(r.paise), 0) from refund r join attempt x on x.id = r.attempt_id
                 where r.payment_id = plain.id and x.status = 'PAID' and r.reason <> 'PRICE_FELL') as credit
          from ({plain}) plain where plain.patient_id = :who) s
"""


@pytest.fixture
def world() -> World:
    return World()


def entries_of(who: Patient, world: World) -> Sequence[Entry]:
    with db.reading():
        return ledger.ledger_of(who.id, by=world.manager).entries


def test_every_patients_account_adds_up_to_what_plain_sql_says(world: World) -> None:
    assert sum(one.kind == "LESS" for who in world.patients for one in entries_of(who, world)) > 2
    for who in world.patients:
        with db.reading(), statements() as asked:
            found = ledger.ledger_of(who.id, by=world.manager)
        assert len(asked) == 2
        with db.reading() as session:
            left = session.scalar(text(BALANCE.format(plain=PLAIN)), {"who": who.id})
            owed = [row["id"] for row in rows_by_sql("patient_id = :who and state = 'OWED'", who=who.id)]
        assert found.balance_paise == left
        assert sorted(row.id for row in found.owed) == sorted(owed)
        assert [entry.at for entry in found.entries] == sorted(entry.at for entry in found.entries)
        less = [entry for entry in found.entries if entry.kind == "LESS"]
        assert all(entry.paise < -20_000 for entry in less)
        running = 0
        for entry in found.entries:
            running += entry.paise
            assert entry.balance_paise == running


def test_paid_cancelled_and_given_back_leaves_nothing_and_waiting_leaves_the_clinic_owing(world: World) -> None:
    with db.transaction():
        who = make.patient("Nila Das", registered=True)
        world.patients = [who] * 3
        world.add(200, kind="returned")
    with db.reading():
        done = ledger.ledger_of(who.id, by=world.manager)
    assert sorted(entry.kind for entry in done.entries) == ["BACK", "CHARGE", "CREDIT", "IN"]
    assert done.balance_paise == 0
    with db.transaction() as session:
        session.execute(
            text("update refund set status = 'REQUESTED', done_at = null, method = null where payment_id = :p"),
            {"p": done.entries[0].payment_id},
        )
    with db.reading():
        waiting = ledger.ledger_of(who.id, by=world.manager)
    assert waiting.balance_paise == -done.entries[0].paise


def test_an_account_tells_only_of_what_is_within_reach(world: World) -> None:
    local = make.actor(world.desk, Role.FRONT_DESK, centres=(world.kochi,))
    with db.reading():
        at_kochi = {row["id"] for row in rows_by_sql("centre_id = :c", c=world.kochi.id)}
        for who in world.patients:
            entries = ledger.ledger_of(who.id, by=local).entries
            assert entries
            assert {entry.payment_id for entry in entries} <= at_kochi
        assert not ledger.ledger_of(world.patients[0].id, by=make.actor(world.desk, Role.FRONT_DESK)).entries


def test_what_is_owed_is_told_by_the_days_since_the_visit() -> None:
    world = World(rows=0)
    days = {0: Age.NEW, 1: Age.NEW, 2: Age.WEEK, 7: Age.WEEK, 8: Age.MONTH, 30: Age.MONTH, 31: Age.OLDER, 90: Age.OLDER,
            -3: Age.TO_COME}  # fmt: skip
    made: dict[Age, list[int]] = {age: [] for age in Age}
    with db.transaction():
        for n, (ago, age) in enumerate(days.items()):
            at = clock.day_span(clock.today() - timedelta(days=ago))[0] + timedelta(minutes=1)
            one = make.appointment(
                world.patients[0], world.anita, world.kochi, at, minutes=1, paid=False,
                status=(Status.COMPLETED if n % 2 else Status.CONFIRMED),
            )  # fmt: skip
            made[age].append(one.payment_id)
        make.appointment(
            world.patients[1], world.anita, world.kochi, make.at("10:00"), status=Status.NO_SHOW, paid=False
        )
    everywhere, elsewhere = world.manager, make.actor(world.other, Role.FRONT_DESK, centres=(world.mumbai,))
    for by, expected in ((everywhere, made), (elsewhere, {age: [] for age in Age})):
        with db.reading(), statements() as asked:
            ages = ledger.owed_by_age(by=by)
        assert len(asked) == 1
        with db.reading():
            for age in Age:
                found = ledger.owed_of(age, by=by)
                assert sorted(row.id for row in found) == sorted(expected[age]), age
                assert (ages[age].payments, ages[age].paise) == (len(found), sum(row.paise for row in found))
            assert ledger.owed_by_age(by=by, centre_id=world.mumbai.id)[Age.NEW].payments == 0
