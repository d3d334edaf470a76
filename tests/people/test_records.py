"""Making and completing records: once, whoever is quicker, and never over what is known."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import func, select

from mibo import db, people
from mibo.audit import AuditEntry
from mibo.errors import Invalid
from mibo.identity import Account, Actor
from mibo.identity.permissions import Role
from mibo.people import Details, Patient, PhoneInUse
from tests import make
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database")

PHONE = "+919812300045"
ASHA = Details(first_name="Asha", last_name="Menon", age=31, gender="FEMALE")
ROHAN = Details(full_name="Rohan Menon", date_of_birth=date(2017, 3, 4), gender="MALE")


@pytest.fixture
def desk() -> Actor:
    with db.transaction():
        where = make.centre()
        return make.actor(make.staff(Role.FRONT_DESK, where), Role.FRONT_DESK, centres=(where,))


def welcome() -> int:
    with db.transaction():
        return people.welcome_patient(PHONE, ASHA)[1].id


def add(desk: Actor, details: Details = ASHA, *, family: bool = False, mrn: str | None = None) -> int:
    with db.transaction():
        return people.add_patient(PHONE, details, by=desk, family=family, mrn=mrn).id


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
            Details(full_name="Rohan Menon", date_of_birth=date(2019, 3, 4), gender="MALE"),
            by=make.actor(db.session().get_one(Patient, own)),
        )
        assert again.id != twin.id
    assert counted() == (1, 3)


def test_an_mrn_belongs_to_one_patient_only(desk: Actor) -> None:
    add(desk, mrn="MRN-2026-1")
    with pytest.raises(Invalid) as refused:
        add(desk, ROHAN, family=True, mrn="MRN-2026-1")
    assert [problem.field for problem in refused.value.problems] == ["mrn"]
    assert counted() == (1, 1)


def test_what_an_old_record_lacks_is_filled_in_once_and_noted(desk: Actor) -> None:
    known = add(desk, Details(full_name="Asha Kumari"))
    welcome()
    welcome()
    with db.reading() as session:
        kept = session.get_one(Patient, known)
        assert (kept.full_name, kept.first_name, kept.age_told, kept.gender) == ("Asha Kumari", "Asha", 31, "FEMALE")
        acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_id == known).order_by(AuditEntry.id))
        assert acts.all() == ["patient.added", "patient.changed"]
