"""Patients' records as the desk keeps them, and the medical notes of those who treat them."""

from typing import Any

import pytest

from mibo import db
from mibo.identity import Role
from tests import make
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

ADD, CHANGE = "POST /patients", "PUT /patients/{patient_id}"
TOLD = {
    "first_name": "Meera", "last_name": "Nair", "full_name": "Meera Nair", "phone": "98765 00009", "email": "meera@example.com",
    "date_of_birth": ["4", "2", "1994"], "gender": "FEMALE", "blood_group": "B+", "emergency_contact_name": "Ravi Nair",
    "emergency_contact_phone": "0484 400 0000", "notes": "Prefers mornings.",
}  # fmt: skip
SENT = {
    "fullName": "Meera Nair", "firstName": "Meera", "lastName": "Nair", "phone": "98765 00009",
    "email": "meera@example.com", "dateOfBirth": "1994-02-04", "gender": "FEMALE", "bloodGroup": "B+",
    "emergencyContactName": "Ravi Nair", "emergencyContactPhone": "0484 400 0000", "notes": "Prefers mornings.",
}  # fmt: skip
CHILD = {
    "date_of_birth": ["4", "2", "2019"], "guardian_name": "Ravi Nair", "guardian_relation": "father",
    "guardian_phone": "98765 00010", "guardian_consent": "y",
}  # fmt: skip
CHILD_SENT = {
    "dateOfBirth": "2019-02-04", "guardianName": "Ravi Nair", "guardianRelation": "father", "guardianPhone": "98765 00010",
    "guardianConsent": True,
}  # fmt: skip


NO_WORDS = {"audit_entry.details": "it names what was told, and an app has no words for how somebody is told things"}


def added(who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    return lambda world: world.page(who, "/desk/patients/new", **{**TOLD, **more})


def sent(who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    return lambda world: world.app(who, ADD, {**SENT, **more})


def known(world: World) -> None:
    """Asha has been at Kochi, so its desk knows her."""
    world.book()
    with db.transaction() as session:
        session.merge(world.asha).mrn = "K-00418"


def signed_in(world: World) -> None:
    """And she is signed in, which ends with her number."""
    known(world)
    world.pages(world.asha)


def edited(who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    return lambda world: world.page(who, f"/desk/patients/{world.asha.id}/edit", **{**TOLD, **more})


def changed(who: Role = Role.FRONT_DESK, **more: Any) -> Step:
    return lambda world: world.app(who, f"PUT /patients/{world.asha.id}", {**SENT, **more})


def emptied_by_page(world: World) -> Any:
    kept = {"first_name": "Asha", "last_name": "Menon", "phone": "98765 00001", "age": "30", "gender": "FEMALE"}
    return world.page(Role.FRONT_DESK, f"/desk/patients/{world.asha.id}/edit", **kept)


def emptied_by_app(world: World) -> Any:
    gone = dict.fromkeys(("email", "bloodGroup", "emergencyContactName", "emergencyContactPhone", "notes", "mrn"), "")
    return world.app(Role.FRONT_DESK, f"PUT /patients/{world.asha.id}", gone)


def full(world: World) -> None:
    known(world)
    assert changed(phone="98765 00001", mrn="K-00418")(world).status_code == 200
    assert changed(phone="98765 00001", fullName="Asha Menon", firstName="Asha", lastName="Menon", dateOfBirth="",
                   age=30, mrn="K-00418")(world).status_code == 200  # fmt: skip


def shared(world: World) -> None:
    with db.transaction():
        make.patient("Ravi Nair", phone="+919876500009")


VERBS = {
    "add": Verb(ADD, added(), sent(), but=NO_WORDS),
    "add with a number": Verb(ADD, added(mrn="K-00077"), sent(mrn="K-00077"), but=NO_WORDS),
    "add by a coordinator": Verb(ADD, added(Role.CARE_COORDINATOR), sent(Role.CARE_COORDINATOR), but=NO_WORDS),
    "add a child": Verb(ADD, added(**CHILD), sent(**CHILD_SENT), but=NO_WORDS),
    "add to a family": Verb(ADD, added(family="yes"), sent(family=True), shared, NO_WORDS),
    "change": Verb(CHANGE, edited(mrn="K-00418"), changed(), known),
    "change the number": Verb(CHANGE, edited(mrn="K-00077"), changed(mrn="K-00077"), known),
    "another phone": Verb(CHANGE, edited(mrn="K-00418", phone="98765 00011"), changed(phone="98765 00011"), signed_in),
    "empty": Verb(CHANGE, emptied_by_page, emptied_by_app, full),
    "a medical note": Verb(
        "POST /patients/{patient_id}/notes",
        lambda world: world.page(Role.CLINICIAN, f"/desk/patients/{world.asha.id}/notes", note="Slept badly."),
        lambda world: world.app(Role.CLINICIAN, f"POST /patients/{world.asha.id}/notes", {"noteText": "Slept badly."}),
        known,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_record_is_kept_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
