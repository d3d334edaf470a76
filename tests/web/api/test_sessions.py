"""Consultations from the clinician's app (api-contract.md 5.2)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from mibo import care, clock, db
from mibo.audit import AuditEntry
from mibo.booking import Appointment, Status
from mibo.identity import Account, Role
from mibo.people import Patient
from tests import make
from tests.web.api.conftest import App, Clinic


@pytest.fixture(autouse=True)
def ten() -> object:
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


@pytest.fixture
def hers(ten: object, clinic: Clinic, signed_in: Callable[[Account | Patient], App]) -> App:
    with db.reading() as session:
        return signed_in(session.get_one(Account, clinic.clinician.account_id))


def book(clinic: Clinic, face: str = "10:00", who: Patient | None = None, **more: object) -> Appointment:
    with db.transaction():
        return make.appointment(who or clinic.patient, clinic.clinician, clinic.centre,
                                make.at(face, clock.today()), **more)  # fmt: skip


def data(answer):
    return answer.get_json()["data"]


def test_started_and_ended_once_with_its_times(hers: App, clinic: Clinic, ten) -> None:
    one = book(clinic)
    first = hers.post(f"/appointments/{one.id}/start-session")
    assert first.status_code == 200, first.text
    assert (data(first)["status"], data(first)["sessionEndedAt"]) == ("IN_PROGRESS", None)
    assert data(first)["sessionStartedAt"] == make.at("10:00", clock.today()).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert (
        data(hers.post(f"/appointments/{one.id}/start-session"))["sessionStartedAt"] == data(first)["sessionStartedAt"]
    )
    ended = hers.post(f"/appointments/{one.id}/end-session")
    assert (data(ended)["status"], data(ended)["sessionEndedAt"]) == ("COMPLETED", data(first)["sessionStartedAt"])
    again = hers.post(f"/appointments/{one.id}/end-session")
    assert (again.status_code, again.get_json()["message"]) == (400, "Appointment is already completed")
    assert hers.post(f"/appointments/{one.id}/start-session").status_code == 400


def test_an_end_without_a_start_says_when_it_was_due(hers: App, clinic: Clinic) -> None:
    one = book(clinic, "09:30", minutes=30)
    ended = data(hers.post(f"/appointments/{one.id}/end-session"))
    assert ended["sessionStartedAt"] == ended["scheduledStartAt"]


@pytest.mark.usefixtures("incumbent")
def test_older_apps_read_both_spellings_and_their_own_words(hers: App, clinic: Clinic) -> None:
    told = data(hers.post(f"/appointments/{book(clinic).id}/start-session"))
    assert told["status"] == "IN_PROGRESS"
    assert told["session_started_at"] == told["sessionStartedAt"]
    assert (told["patient_name"], told["payment_status"], told["notes"]) == ("Asha Menon", "SUCCESS", None)


@pytest.mark.parametrize("status", [Status.PENDING, Status.CANCELLED, Status.NO_SHOW, Status.EXPIRED])
def test_what_is_over_or_unpaid_is_refused_with_a_text(hers: App, clinic: Clinic, status: Status) -> None:
    one = book(clinic, status=status)
    for verb in ("start-session", "end-session"):
        answer = hers.post(f"/appointments/{one.id}/{verb}")
        assert answer.status_code == 400
        assert answer.get_json()["error"]["message"]


def test_too_early_is_refused_and_says_when(hers: App, clinic: Clinic) -> None:
    answer = hers.post(f"/appointments/{book(clinic, '11:00').id}/start-session")
    assert (answer.status_code, "15 minutes before" in answer.get_json()["message"]) == (400, True)


def test_a_second_consultation_is_a_conflict_that_names_the_first(hers: App, clinic: Clinic) -> None:
    book(clinic, "09:00", status=Status.IN_PROGRESS)
    answer = hers.post(f"/appointments/{book(clinic, '10:00').id}/start-session")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "STILL_IN_CONSULTATION")
    assert "Asha Menon" in answer.get_json()["message"]


def test_only_its_clinician(hers: App, clinic: Clinic, signed_in: Callable[..., App]) -> None:
    one = book(clinic)
    with db.transaction():
        mumbai = make.centre("Mibo Mumbai", city="mumbai")
        account, far = make.staff(Role.CLINICIAN, clinic.centre), make.staff(Role.CLINICIAN, mumbai)
        make.clinician(clinic.centre, name="Dr. Ravi Nair", account=account)
        make.clinician(mumbai, name="Dr. Far Away", account=far)
        desk = make.staff(Role.FRONT_DESK, clinic.centre)
    day = str(clock.today() + timedelta(days=9))
    for verb in ("start-session", "end-session", "schedule-followup"):
        path, sent = f"/appointments/{one.id}/{verb}", {"follow_up_date": day}
        assert signed_in(account).post(path, sent).status_code == 403
        assert signed_in(desk).post(path, sent).status_code == 403
        assert signed_in(clinic.patient).post(path, sent).status_code == 403
        assert signed_in(far).post(path, sent).status_code == 404
        assert signed_in(account).post(f"/appointments/999999999/{verb}", sent).status_code == 404
        assert signed_in(account).post(f"/appointments/{clinic.patient.id}/{verb}", sent).status_code == 404
        assert signed_in(account).post(f"/appointments/abc/{verb}", sent).status_code == 400
        assert hers.client.post("/api" + path, json=sent).status_code == 401
    with db.reading() as session:
        assert session.get_one(Appointment, one.id).status == Status.CONFIRMED


def test_a_follow_up_sent_twice_is_one(hers: App, clinic: Clinic) -> None:
    one = book(clinic, status=Status.IN_PROGRESS)
    day = str(clock.today() + timedelta(days=14))
    first = hers.post(f"/appointments/{one.id}/schedule-followup", {"follow_up_date": day, "follow_up_notes": "Soon"})
    second = hers.post(f"/appointments/{one.id}/schedule-followup", {"followUpDate": day})
    assert first.status_code == second.status_code == 200
    told = data(second)
    assert told["id"] == data(first)["id"]
    assert {key: told[key] for key in ("parentAppointmentId", "patientId", "clinicianId", "followUpDate",
                                       "followUpNotes", "isScheduled", "scheduledAppointmentId")} == {
        "parentAppointmentId": str(one.id), "patientId": str(clinic.patient.id),
        "clinicianId": str(clinic.clinician.id), "followUpDate": day, "followUpNotes": None, "isScheduled": False,
        "scheduledAppointmentId": None,
    }  # fmt: skip
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(care.FollowUp)) == 1


@pytest.mark.parametrize(
    "sent", [{}, {"follow_up_date": "soon"}, {"follow_up_date": "2020-01-01"}, {"follow_up_date": "2199-01-01"}]
)
def test_a_day_that_is_none_is_refused_at_its_field(hers: App, clinic: Clinic, sent: dict[str, str]) -> None:
    one = book(clinic, status=Status.COMPLETED)
    answer = hers.post(f"/appointments/{one.id}/schedule-followup", sent)
    assert answer.status_code == 400
    called = "follow_up_date" if sent else "followUpDate"  # as it was sent, else as the document has it
    assert [each["field"] for each in answer.get_json()["error"]["details"]] == [called]


def audited() -> list[tuple[int | None, dict[str, object]]]:
    with db.reading() as session:
        return list(
            session.execute(select(AuditEntry.subject_id, AuditEntry.details).where(AuditEntry.act == "note.read"))
        )


def test_notes_are_saved_listed_and_changed_by_their_clinician(hers: App, clinic: Clinic) -> None:
    before = book(clinic, "08:00", status=Status.COMPLETED)
    one = book(clinic, status=Status.IN_PROGRESS)
    saved = hers.post(f"/appointments/{before.id}/clinician-notes", {"session_notes": "Slept \u202ebadly"})
    assert (saved.status_code, saved.get_json()["message"]) == (200, "Notes saved successfully")
    told = data(saved)
    assert {key: told[key] for key in ("appointmentId", "clinicianId", "patientId", "sessionNotes", "status")} == {
        "appointmentId": str(before.id), "clinicianId": str(clinic.clinician.id), "patientId": str(clinic.patient.id),
        "sessionNotes": "Slept badly", "status": "COMPLETED",
    }  # fmt: skip
    earlier = hers.get(f"/appointments/{one.id}/previous-notes", patientId="1")
    assert [each["sessionNotes"] for each in data(earlier)] == ["Slept badly"]
    assert audited() == [(one.id, {"notes": [str(before.id)]})]
    changed = hers.client.patch(f"/api/appointments/{one.id}/notes", json={"notes": ""}, headers=hers.headers)
    assert (changed.status_code, data(changed)["notes"]) == (200, "")
    assert data(hers.get(f"/appointments/{before.id}"))["notes"] == "Slept badly"
    blank = hers.post(f"/appointments/{one.id}/clinician-notes", {"session_notes": "  "})
    assert (blank.status_code, blank.get_json()["error"]["details"][0]["field"]) == (400, "session_notes")
    long = hers.post(f"/appointments/{one.id}/clinician-notes", {"session_notes": "x" * 200_000})
    assert (long.status_code, "40,000 letters" in long.get_json()["message"]) == (400, True)


def test_nobody_else_is_given_the_text(hers: App, clinic: Clinic, signed_in: Callable[..., App]) -> None:
    one = book(clinic, status=Status.IN_PROGRESS)
    hers.post(f"/appointments/{one.id}/clinician-notes", {"session_notes": "Vertraulich"})
    with db.transaction():
        others = [make.staff(role, clinic.centre) for role in Role if role not in (Role.PATIENT, Role.CLINICIAN)]
    for who in (*others, clinic.patient):
        door = signed_in(who)
        for path in (f"/appointments/{one.id}", f"/appointments/{one.id}/previous-notes", "/appointments",
                     f"/patients/{clinic.patient.id}", f"/patients/{clinic.patient.id}/appointments"):  # fmt: skip
            assert "Vertraulich" not in door.get(path).text, path
    assert audited() == []


def test_a_manager_adds_and_is_not_shown(hers: App, clinic: Clinic, signed_in: Callable[..., App]) -> None:
    one = book(clinic, status=Status.IN_PROGRESS)
    hers.post(f"/appointments/{one.id}/clinician-notes", {"session_notes": "Vertraulich"})
    with db.transaction():
        manager = make.staff(Role.MANAGER, name="Maya Menon")
    door = signed_in(manager)
    answer = door.client.patch(f"/api/appointments/{one.id}/notes", json={"notes": "Called"}, headers=door.headers)
    assert (answer.status_code, data(answer)["notes"]) == (200, None)
    assert data(hers.get(f"/appointments/{one.id}"))["notes"].startswith("Vertraulich\n\nAdded by Maya Menon")
