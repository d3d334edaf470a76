"""Patients for the staff's apps (api-contract.md 3.7, 9 and the holes H19, H23)."""

from collections.abc import Callable
from typing import Any

import pytest

from mibo import db, people
from mibo.identity import Account, Role
from mibo.people import Patient
from tests import make
from tests.web.api.conftest import App, Clinic

FULL = {
    "fullName": "Meera Nair", "phone": "9876500009", "email": "meera@example.com", "dateOfBirth": "1990-02-04",
    "gender": "female", "bloodGroup": "B+", "emergencyContactName": "Ravi Nair",
    "emergencyContactPhone": "0484 400 0000", "notes": "Prefers mornings.", "mrn": "K-77",
}  # fmt: skip


@pytest.fixture
def desk(clinic: Clinic, signed_in: Callable[[Account | Patient], App]) -> App:
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, clinic.centre)
    return signed_in(account)


@pytest.fixture
def hers(clinic: Clinic, signed_in: Callable[[Account | Patient], App]) -> App:
    """The clinician's app."""
    with db.reading() as session:
        return signed_in(session.get_one(Account, clinic.clinician.account_id))


@pytest.fixture
def stranger_at_mumbai(clinic: Clinic) -> Patient:
    """A patient who has been to another centre only."""
    with db.transaction():
        mumbai = make.centre("Mibo Mumbai", city="mumbai")
        far = make.patient("Farah Khan", phone="+919876500099")
        make.appointment(far, make.clinician(mumbai, name="Dr. Ravi Nair"), mumbai, make.at("10:00"))
        return far


def put(app: App, path: str, sent: object) -> Any:
    return app.client.put("/api" + path, json=sent, headers=app.headers)


def data(answer: Any) -> Any:
    return answer.get_json()["data"]


def test_all_that_is_sent_comes_back(desk: App) -> None:
    made = desk.post("/patients", FULL)
    assert made.status_code == 201, made.text
    told = data(made)
    assert told["userId"] == told["id"]
    again = data(desk.get(f"/patients/{told['id']}"))
    wanted = {**FULL, "phone": "919876500009", "gender": "FEMALE"}
    assert {key: again[key] for key in wanted} == wanted
    assert (again["firstName"], again["lastName"], again["appointments"], again["medicalNotes"]) == (
        "Meera", "Nair", [], [],
    )  # fmt: skip


def test_12_a_patient_is_booked_by_the_user_id_that_creating_them_answered(desk: App, clinic: Clinic) -> None:
    told = data(desk.post("/patients", {"full_name": "Ravi Nair", "phone": "+91 98765 00020"}))
    with db.reading():
        assert people.patient(int(told["userId"])).full_name == "Ravi Nair"


@pytest.mark.parametrize("spelling", ["9876500001", "+91 98765 00001", "919876500001", "098765-00001"])
def test_13_a_phone_that_is_known_is_a_conflict_in_any_spelling(desk: App, spelling: str) -> None:
    answer = desk.post("/patients", {"fullName": "Somebody Else", "phone": spelling})
    assert answer.status_code == 409
    assert "phone number already exists" in answer.get_json()["message"]


def test_family_may_share_a_phone_where_it_is_said(desk: App, clinic: Clinic) -> None:
    made = desk.post("/patients", {"fullName": "Diya Menon", "phone": "9876500001", "family": True})
    assert made.status_code == 201
    assert data(made)["id"] != str(clinic.patient.id)


def test_14_whom_the_desk_added_signs_in_to_the_same_record(desk: App) -> None:
    told = data(desk.post("/patients", FULL))
    with db.transaction():
        account, own, is_new = people.welcome_patient("+919876500009", people.Details())
    assert (str(account.id), str(own.id), is_new) == (told["id"], told["id"], False)


def test_30_a_change_keeps_name_phone_email_and_notes_and_can_clear_the_mrn(desk: App, clinic: Clinic) -> None:
    where = f"/patients/{clinic.patient.id}"
    sent = {"fullName": "Asha M. Menon", "phone": "919876511111", "email": "a@example.com", "notes": "x", "mrn": "K-1"}
    assert put(desk, where, sent).status_code == 200
    assert {key: data(desk.get(where))[key] for key in sent} == sent
    cleared = put(desk, where, {"mrn": ""})
    assert data(cleared)["mrn"] is None
    assert data(cleared)["notes"] == "x"


def test_nothing_to_change_is_said(desk: App, clinic: Clinic) -> None:
    assert put(desk, f"/patients/{clinic.patient.id}", {}).status_code == 400
    assert put(desk, f"/patients/{clinic.patient.id}", {"isAdmin": True}).status_code == 400


@pytest.mark.parametrize("sent", [
    {"fullName": "X Y"}, {"fullName": "", "phone": "9876500009"}, {"fullName": "X Y", "phone": "12345"},
    {"fullName": "X Y", "phone": "9876500009", "email": "nobody"},
    {"fullName": "X Y", "phone": "9876500009", "gender": "x"},
    {"fullName": "X Y", "phone": "9876500009", "dateOfBirth": "2999-01-01"},
    {"fullName": "X Y", "phone": "9876500009", "age": 12, "guardianName": "Z"},
    {"fullName": "X Y", "phone": "9876500009", "mrn": "m" * 51},
])  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_field(desk: App, sent: dict[str, object]) -> None:
    answer = desk.post("/patients", sent)
    assert answer.status_code == 400
    assert answer.get_json()["error"]["details"]


def test_a_child_from_an_app_without_words_for_a_guardian_is_taken_and_numbered(desk: App) -> None:
    made = desk.post("/patients", {"fullName": "Mini Menon", "phone": "9876500009", "age": 12})
    told = data(made)
    assert (made.status_code, told["mrn"].startswith("MRN-"), told["guardianName"]) == (201, True, None)
    assert put(desk, f"/patients/{told['id']}", {"dateOfBirth": "2015-02-04"}).status_code == 200
    assert put(desk, f"/patients/{told['id']}", {"guardianName": "Asha Menon"}).status_code == 400


def test_a_taken_mrn_is_a_conflict(desk: App, clinic: Clinic) -> None:
    desk.post("/patients", FULL)
    assert put(desk, f"/patients/{clinic.patient.id}", {"mrn": "K-77"}).status_code == 409


@pytest.mark.usefixtures("incumbent")
def test_33_the_list_is_a_bare_array_with_what_older_apps_read(desk: App, clinic: Clinic) -> None:
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    body = desk.get("/patients").get_json()
    assert set(body) <= {"success", "data"}
    (one,) = body["data"]
    assert one["fullName"] == one["full_name"] == "Asha Menon"
    assert one["phone"] == "919876500001"
    assert one["gender"] == "female"
    (visit,) = one["upcomingAppointments"]
    assert visit["scheduledStartAt"] == visit["scheduled_start_at"]
    assert visit["centreName"] == "Mibo Kochi"
    assert one["upcomingAppointmentsCount"] == 1


@pytest.mark.usefixtures("incumbent")
def test_33_a_patient_without_appointments_has_an_empty_list(desk: App, clinic: Clinic) -> None:
    assert data(desk.get("/patients"))[0]["upcomingAppointments"] == []


@pytest.mark.parametrize("query", [
    {"search": "asha"}, {"search": "0001"}, {"phone": "98765"}, {"phone": "+919876500001"}, {"search": "Asha Mennon"},
])  # fmt: skip
def test_patients_are_found(desk: App, query: dict[str, str]) -> None:
    assert [one["fullName"] for one in data(desk.get("/patients", **query))] == ["Asha Menon"]
    assert data(desk.get("/patients", search="xyzzy")) == []


def test_h23_a_patient_of_another_centre_was_never_there(desk: App, hers: App, stranger_at_mumbai: Patient) -> None:
    for app in (desk, hers):
        for end in ("", "/appointments"):
            gone, never = (app.get(f"/patients/{one}{end}") for one in (stranger_at_mumbai.id, 999_999_999))
            assert gone.status_code == never.status_code == 404
    assert put(desk, f"/patients/{stranger_at_mumbai.id}", {"notes": "x"}).status_code == 404
    assert hers.post(f"/patients/{stranger_at_mumbai.id}/notes", {"note": "x"}).status_code == 404
    assert "Farah Khan" not in desk.get("/patients").text


def test_a_clinician_reads_and_notes_whom_they_treat_and_lists_nobody(hers: App, desk: App, clinic: Clinic) -> None:
    where = f"/patients/{clinic.patient.id}"
    assert hers.get(where).status_code == 404
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"))
    noted = hers.post(f"{where}/notes", {"noteText": "Sleeps badly."})
    assert noted.status_code == 201
    assert (data(noted)["noteText"], data(noted)["visibility"]) == ("Sleeps badly.", "INTERNAL")
    assert data(noted)["authorName"] == "Dr. Anita Kurian"
    seen = data(hers.get(where))
    assert [one["noteText"] for one in seen["medicalNotes"]] == ["Sleeps badly."]
    assert seen["payments"] == []
    assert data(desk.get(where))["medicalNotes"] == []
    assert len(data(hers.get(f"{where}/appointments"))) == 1
    assert hers.get("/patients").status_code == 403
    assert hers.post(f"{where}/notes", {"note": "  "}).status_code == 400


def test_h19_nobody_else_reaches_patients(patients_app: App, stranger: App, clinic: Clinic) -> None:
    where = f"/patients/{clinic.patient.id}"
    for app, status in ((patients_app, 403), (stranger, 401)):
        assert app.get("/patients").status_code == status
        assert app.get(where).status_code == status
        assert app.post("/patients", FULL).status_code == status
        assert put(app, where, {"mrn": "X"}).status_code == status
        assert app.post(f"{where}/notes", {"note": "x"}).status_code == status


def test_a_coordinator_may_not_set_an_mrn(clinic: Clinic, signed_in: Callable[[Account], App]) -> None:
    with db.transaction():
        account = make.staff(Role.CARE_COORDINATOR, clinic.centre)
    app = signed_in(account)
    assert put(app, f"/patients/{clinic.patient.id}", {"mrn": "X-1"}).status_code == 403
    assert put(app, f"/patients/{clinic.patient.id}", {"notes": "fine"}).status_code == 200


def test_an_id_of_another_kind_is_nobody(desk: App, clinic: Clinic) -> None:
    for other in (clinic.centre.id, clinic.clinician.id, clinic.clinician.account_id):
        assert desk.get(f"/patients/{other}").status_code == 404
    assert desk.get("/patients/abc").status_code == 400


def test_a_booking_for_whoever_was_not_confirmed_is_refused(desk: App, clinic: Clinic) -> None:
    who = {"patientPhone": clinic.patient.phone, "patientName": clinic.patient.full_name}
    wrong = desk.post("/booking/front-desk", clinic.booking(**who, lastFour="9999"))
    assert (wrong.status_code, wrong.get_json()["error"]["code"]) == (409, "WRONG_PATIENT")
    assert desk.post("/booking/front-desk", clinic.booking(**who, lastFour="0001")).status_code == 201
