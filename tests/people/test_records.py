"""Making and completing records: once, whoever is quicker, and never over what is known."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from mibo import db, people
from mibo.audit import AuditEntry
from mibo.errors import Invalid
from mibo.identity import Account, Actor
from mibo.identity.permissions import Role
from mibo.people import Details, MrnTaken, Patient, PhoneInUse, SamePerson
from tests import make
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")

PHONE = "+919812300045"
ASHA = Details(first_name="Asha", last_name="Menon", age=31, gender="FEMALE")
TOLD = {"first_name": "Asha", "last_name": "Menon", "age": 31, "gender": "FEMALE"}
GUARDIAN = {
    "guardian_name": "Asha Menon", "guardian_relation": "mother", "guardian_phone": PHONE, "guardian_consent": True,
}  # fmt: skip
ROHAN = {"full_name": "Rohan Menon", "date_of_birth": date(2017, 3, 4), "gender": "MALE", **GUARDIAN}


@pytest.fixture
def desk() -> Actor:
    with db.transaction():
        where = make.centre()
        return make.actor(make.staff(Role.FRONT_DESK, where), Role.FRONT_DESK, centres=(where,))


def welcome() -> int:
    with db.transaction():
        return people.welcome_patient(PHONE, ASHA)[1].id


def add(desk: Actor, told: dict[str, Any] = TOLD, *, family: bool = False, **more: Any) -> int:
    with db.transaction():
        return people.register_patient({"phone": PHONE, **told, **more}, by=desk, family=family).id


def counted() -> tuple[int, int]:
    """Accounts of patients, and patients."""
    with db.reading() as session:
        accounts = session.scalar(select(func.count()).select_from(Account).where(Account.audience == "PATIENT"))
        return accounts or 0, session.scalar(select(func.count()).select_from(Patient)) or 0


def test_two_tabs_that_prove_one_phone_at_once_make_one_patient() -> None:
    assert len(set(at_once(*[welcome] * 6))) == 1
    assert counted() == (1, 1)


def test_an_account_without_a_record_gets_one_however_many_are_at_it(desk: Actor) -> None:
    with db.transaction() as session:
        session.add(Account(audience="PATIENT", phone=PHONE))
    outcomes = at_once(welcome, welcome, partial(add, desk), partial(add, desk))
    assert counted() == (1, 1)
    assert {each for each in outcomes if isinstance(each, str)} <= {"PhoneInUse"}


def test_the_desk_that_adds_a_known_number_is_offered_who_has_it(desk: Actor) -> None:
    known = welcome()
    with pytest.raises(PhoneInUse) as refused:
        add(desk)
    assert (refused.value.patient_id, refused.value.full_name) == (known, "Asha Menon")


def test_a_form_sent_twice_adds_one_member_of_the_family(desk: Actor) -> None:
    own = welcome()
    assert len(set(at_once(*[partial(add, desk, ROHAN, family=True)] * 4))) == 1
    assert counted() == (1, 2)
    with db.transaction():
        again = people.add_family_member(ROHAN, by=make.actor(db.session().get_one(Patient, own)))
        twin = people.add_family_member(
            {**ROHAN, "date_of_birth": date(2019, 3, 4)},
            by=make.actor(db.session().get_one(Patient, own)),
        )
        assert again.id != twin.id
    assert counted() == (1, 3)


def test_an_mrn_belongs_to_one_patient_only(desk: Actor) -> None:
    add(desk, mrn="MRN-2026-1")
    with pytest.raises(MrnTaken):
        add(desk, ROHAN, family=True, mrn="MRN-2026-1")
    assert counted() == (1, 1)


def test_every_record_with_a_name_has_a_number(desk: Actor) -> None:
    own = welcome()
    add(desk, ROHAN, family=True)
    with db.reading() as session:
        numbers = session.scalars(select(Patient.mrn).order_by(Patient.id)).all()
        assert session.get_one(Patient, own).mrn
    assert len(set(numbers)) == 2
    assert all(number and number.startswith("MRN-") for number in numbers)


def test_a_child_needs_a_guardian_whoever_adds_them(desk: Actor) -> None:
    own, child = welcome(), {key: value for key, value in ROHAN.items() if key not in GUARDIAN}
    with pytest.raises(Invalid) as refused:
        add(desk, child, family=True)
    assert {problem.field for problem in refused.value.problems} == set(GUARDIAN)
    with pytest.raises(Invalid), db.transaction():
        people.add_family_member(child, by=make.actor(db.session().get_one(Patient, own)))
    with pytest.raises(Invalid), db.transaction():
        people.complete_own({"age": 12}, by=make.actor(db.session().get_one(Patient, own)))
    assert counted() == (1, 1)


def test_of_one_name_on_one_phone_only_who_can_be_told_apart_is_added(desk: Actor) -> None:
    own = add(desk)
    assert add(desk, family=True) == own
    with pytest.raises(SamePerson):
        add(desk, {"full_name": "asha menon"}, family=True)
    assert add(desk, family=True, age=62) != own


def test_what_an_old_record_lacks_is_filled_in_once_and_noted(desk: Actor) -> None:
    known = add(desk, {"full_name": "Asha Kumari"})
    welcome()
    welcome()
    with db.reading() as session:
        kept = session.get_one(Patient, known)
        assert (kept.full_name, kept.first_name, kept.age_told, kept.gender) == ("Asha Kumari", "Asha", 31, "FEMALE")
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_id == known).order_by(AuditEntry.id))
        assert acts.all() == ["patient.added", "patient.changed"]
