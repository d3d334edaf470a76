"""Who opened whose record, and which lists left the house, stands in the audit."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from mibo import db
from mibo.audit import AuditEntry
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.test_patients import World

pytestmark = pytest.mark.usefixtures("database")

READS = {
    "patients.show_patient": "patient.opened", "patients.edit": "patient.opened", "merging.choose": "patient.opened",
    "ledgers.account": "patient.opened", "desk.appointment": "appointment.opened", "changes.move": "appointment.opened",
    "changes.cancellation": "appointment.opened", "board.panel": "appointment.opened",
    "refunds.new": "appointment.opened",
    "api.patients.show_patient": "patient.opened", "api.patients.appointments_of": "patient.opened",
    "api_v1.patients.show_patient": "patient.opened", "api_v1.patients.appointments_of": "patient.opened",
}  # fmt: skip
ABOUT_PEOPLE = ("patient_id", "appointment_id")
NOT_OF_STAFF = {"SEE_OWN", "BOOK_OWN", ""}
# what names a patient or an appointment in a GET and opens no record
OPENS_NOTHING: set[str] = set()
"""A new page that shows one patient or appointment to staff is noted, or stands here with a reason."""


def noted() -> list[tuple[str, int | None, int | None]]:
    with db.reading() as session:
        wanted = (
            select(AuditEntry).where(AuditEntry.act.in_({*READS.values(), "list.exported"})).order_by(AuditEntry.id)
        )
        return [(one.act, one.subject_id, one.by_account_id) for one in session.scalars(wanted)]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def admin(app: Flask, world: World) -> Desk:
    with db.transaction():
        who = make.staff(Role.ADMIN)
    return Desk(app.test_client(), who)


def test_every_page_and_answer_that_opens_a_record_is_marked(app: Flask) -> None:
    marked = {endpoint: view.noted[0] for endpoint, view in app.view_functions.items() if hasattr(view, "noted")}
    assert READS.items() <= marked.items()
    shown = set()
    for rule in app.url_map.iter_rules():
        permission = app.view_functions[rule.endpoint].access.permission  # type: ignore[attr-defined]
        of_staff = permission is not None and permission.name not in NOT_OF_STAFF
        if of_staff and "GET" in (rule.methods or ()) and any(name in rule.arguments for name in ABOUT_PEOPLE):
            shown.add(rule.endpoint)
    assert shown - set(marked) - OPENS_NOTHING == set(), "these show a record to staff and note nothing"


@pytest.mark.parametrize("endpoint", [each for each in READS if not each.startswith("api")])
def test_a_page_that_opens_a_record_writes_one_entry(app: Flask, admin: Desk, world: World, endpoint: str) -> None:
    with db.reading() as session:
        one = session.execute(
            text("select id from appointment where patient_id = :who"), {"who": world.asha.id}
        ).scalar()
    with app.test_request_context():
        [rule] = [each for each in app.url_map.iter_rules(endpoint) if "GET" in (each.methods or ())]
        ids = {"patient_id": world.asha.id, "appointment_id": one}
        path = app.url_map.bind("localhost").build(endpoint, {name: ids[name] for name in rule.arguments})
    assert admin.get(path).status_code == 200
    subject = one if READS[endpoint] == "appointment.opened" else world.asha.id
    assert [each[:2] for each in noted()] == [(READS[endpoint], subject)]
    assert admin.get(path).status_code == 200
    assert len(noted()) == 1, "again within ten minutes"


def test_what_is_not_theirs_to_see_is_not_noted_as_read(app: Flask, world: World) -> None:
    assert Desk(app.test_client(), world.desk).get(f"/desk/patients/{world.far.id}").status_code == 404
    assert noted() == []


def test_each_person_is_noted_for_themselves(app: Flask, admin: Desk, world: World) -> None:
    for who in (admin, Desk(app.test_client(), world.desk), Desk(app.test_client(), world.account)):
        assert who.get(f"/desk/patients/{world.asha.id}").status_code == 200
    assert len({by for _, _, by in noted()}) == 3
    with db.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last is not None
        assert last.details == {"medical_notes": 0}, "the clinician reads the notes too"


def test_every_list_that_leaves_the_house_is_noted_each_time(admin: Desk, world: World) -> None:
    for _ in range(2):
        assert admin.post("/exports/patients", q="").status_code == 200
    assert admin.post("/exports/clinicians").status_code == 200
    assert admin.post("/exports/staff").status_code == 200
    for _ in range(2):
        file = admin.get(f"/desk/patients/{world.asha.id}/history.csv")
        assert (file.mimetype, file.text.count("\r\n")) == ("text/csv", 2)
    assert [act for act, *_ in noted()] == ["list.exported"] * 6
    assert noted()[-1][1] == world.asha.id


def test_noting_takes_one_statement(admin: Desk, world: World) -> None:
    with statements() as asked:
        admin.get(f"/desk/patients/{world.asha.id}")
    assert sum("INSERT INTO audit_entry" in each for each in asked) == 1


def test_the_patients_page_says_who_opened_it(app: Flask, admin: Desk, world: World) -> None:
    Desk(app.test_client(), world.desk).get(f"/desk/patients/{world.asha.id}")
    page = admin.get(f"/desk/patients/{world.asha.id}").text
    assert "Who opened this record" in page
    assert "Deepa Desk" in page
    assert (
        "Who opened this record" not in Desk(app.test_client(), world.desk).get(f"/desk/patients/{world.asha.id}").text
    )
