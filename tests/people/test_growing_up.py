"""Who answers for a child, and what ends at the clinic's midnight of the eighteenth birthday (M12)."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import select

from mibo import booking, clock, db, ledger, people
from mibo.audit import AuditEntry
from mibo.errors import Invalid, Missing
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient, guardians, rules
from tests import make
from tests.web.pages.visitor import Clinic, Visitor, clinic, words

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
GUARDIAN = {"guardian_relation": "mother", "guardian_phone": "+919876500001", "guardian_consent": True}


@given(DAYS, DAYS, DAYS)
def test_who_grew_up_was_a_child_when_first_known_and_is_none_now(born: date, known: date, today: date) -> None:
    then, now = (rules.age_on(day, born, None, None) or 0 for day in (known, today))
    assert rules.grew_up(born, known, today) == (then < rules.OF_AGE <= now)


@given(DAYS)
@example(date(1988, 2, 29))
@example(date(1982, 2, 28))
def test_it_is_the_clinics_midnight_and_not_a_second_earlier(born: date) -> None:
    leap_day = (born.month, born.day) == (2, 29)  # eighteen years on there is none: it is the first of March
    birthday = date(born.year + 18, 3, 1) if leap_day else born.replace(year=born.year + 18)
    known, midnight = born + timedelta(days=900), clock.day_span(birthday)[0]
    assert rules.grew_up(born, known, clock.clinic_day(midnight - timedelta(seconds=1))) is False
    assert rules.grew_up(born, known, clock.clinic_day(midnight)) is True


@pytest.fixture
def world(database: object) -> Clinic:
    return clinic()


def ward(world: Clinic, born: date | None, *, age: tuple[int, date] | None = None, name: str = "Mini Menon") -> Patient:
    """Somebody on Asha's phone whose record is two years old."""
    with db.transaction():
        one = make.patient(name, family_of=world.asha)
        one.date_of_birth, one.created_at = born, clock.now() - timedelta(days=730)
        one.age_told, one.age_told_on = age or (None, None)
    return one


def test_the_database_and_the_rule_agree_on_whom_a_phone_acts_for(world: Clinic) -> None:
    today = clock.today()
    eighteen = rules.years_before(today, 18)
    for born in (eighteen - timedelta(days=1), eighteen, eighteen + timedelta(days=1), date(1960, 2, 29), None):
        ward(world, born)
    for age, years in ((16, 2), (16, 1), (30, 1), (17, 0)):
        ward(world, None, age=(age, rules.years_before(today, years)))
    by = make.actor(world.asha)
    with db.reading():
        everybody = people.all_of(world.asha.account_id)
        house = people.household(by=by)
        kept = {one.id for one in people.family_of(world.asha.account_id)}
        assert kept == {one.id for one in house.members} == {one.id for one in everybody if people.acts_for(by, one)}
        assert kept == {one.id for one in everybody if not guardians.has_left(one, today)}
    assert (len(everybody), len(house.left)) == (10, 3)


def test_what_a_guardian_saw_ends_on_the_birthday_everywhere_and_the_young_person_decides(
    world: Clinic, client: FlaskClient
) -> None:
    mini = ward(world, rules.years_before(clock.today(), 18) + timedelta(days=1))
    one = world.book("10:00", who=mini)
    by, asha = make.actor(world.asha), Visitor(client).sign_in(world.asha)
    with db.transaction():
        booking.telling.confirmed(booking.locked(one.id))
    assert one.reference in asha.get("/my").text
    assert "On the 18th birthday this ends by itself" in words(asha.get("/my/family"))
    with db.transaction() as session:
        session.get_one(Patient, mini.id).date_of_birth = rules.years_before(clock.today(), 18)

    later = world.book("16:00", who=mini)
    with db.transaction() as session:
        booking.telling.confirmed(booking.locked(later.id))
        told = session.scalar(select(Message.template).where(Message.about_id == later.id))
        assert told == "mibo_discreet_confirmed"
    for path in ("/my", "/my/appointments", "/my/payments", "/my/receipts", "/my/notices", "/my/messages"):
        assert one.reference not in asha.get(path).text
        assert "Mini Menon" not in asha.get(path).text
    for path in (f"/my/{one.reference}", f"/my/{one.reference}/move", f"/my/{one.reference}/calendar.ics"):
        assert asha.get(path).status_code == 404
    assert asha.post("/my/acting-for", {"who": mini.id}).status_code == 404
    assert asha.post(world.choose, world.wish("12:00", who=mini)).status_code == 404
    with db.transaction():
        assert ledger.own_payments(by)[0] == []
        with pytest.raises(Missing):
            booking.cancel(one.id, by=by)
    assert "Mini is 18" in words(asha.get("/my/family"))

    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, world.kochi)
    staff, path = Visitor(client).sign_in(desk), f"/desk/patients/{mini.id}"
    assert "Ask Mini alone" in words(staff.get(path))
    assert staff.post(f"{path}/grown-up", {"given": "yes"}).location == path
    assert "agrees that Asha Menon goes on" in words(staff.get(path))
    assert staff.post(f"/desk/patients/{world.asha.id}/grown-up", {"given": "yes"}).status_code in (404, 409)
    with db.reading() as session:
        noted = session.scalars(
            select(AuditEntry).where(AuditEntry.subject_id == mini.id, AuditEntry.act == "patient.consent")
        )
        assert [(each.by_account_id, each.details) for each in noted] == [(desk.id, {"kind": "family", "given": True})]
    asha.sign_in(world.asha)
    assert one.reference in asha.get("/my").text


def test_a_guardian_is_neither_the_child_nor_a_child(world: Clinic) -> None:
    by = make.actor(world.asha)
    mini = {"full_name": "Mini Menon", "age": 9, "gender": "FEMALE", **GUARDIAN}
    ward(world, rules.years_before(clock.today(), 15), name="Tara Menon")
    for named, words_of_it in (("mini  MENON", guardians.ITSELF), ("Tara Menon", guardians.TOO_YOUNG)):
        with pytest.raises(Invalid) as refused, db.transaction():
            people.add_family_member({**mini, "guardian_name": named}, by=by)
        assert [(each.field, each.message) for each in refused.value.problems] == [("guardian_name", words_of_it)]
    with db.transaction():
        assert people.add_family_member({**mini, "guardian_name": "Asha Menon"}, by=by).guardian_consent_at
    with db.transaction() as session:
        session.get_one(Patient, world.asha.id).age_told = 16
    with pytest.raises(Invalid), db.transaction():
        people.add_family_member({**mini, "full_name": "Om Menon", "guardian_name": "Asha Menon"}, by=by)
