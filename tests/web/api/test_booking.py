"""An app finds a time, takes it, and lets it go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import event, select

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.messaging import Message
from mibo.payments import Refund
from mibo.people import Patient
from tests import make
from tests.together import at_once
from tests.web.api.conftest import App, Clinic


class Counted:
    """How many statements the database was asked for inside `with`."""

    def __enter__(self) -> "Counted":
        self.statements: list[str] = []
        self.engines = (db.read_engine(), db.write_engine())
        for engine in self.engines:
            event.listen(engine, "before_cursor_execute", self._note)
        return self

    def _note(self, *about: object) -> None:
        self.statements.append(str(about[2]))

    def __exit__(self, *_: object) -> None:
        for engine in self.engines:
            event.remove(engine, "before_cursor_execute", self._note)


def asked(clinic: Clinic) -> dict[str, object]:
    return {"clinicianId": clinic.clinician.id, "centreId": clinic.centre.id}


@pytest.fixture(autouse=True)
def _warm(stranger: App) -> None:
    """The first request of all asks which revision the database stands at."""
    stranger.get("/centres")


def test_free_times_take_one_statement(stranger: App, clinic: Clinic) -> None:
    with Counted() as counted:
        assert stranger.get("/booking/available-slots", **asked(clinic), date=make.tomorrow()).status_code == 200
    assert len(counted.statements) == 1


@pytest.mark.parametrize("days", [1, 62])
def test_days_with_times_take_the_same_few_statements(days: int, stranger: App, clinic: Clinic) -> None:
    until = make.tomorrow() + timedelta(days=days - 1)
    with Counted() as counted:
        stranger.get("/booking/dates-with-slots", **asked(clinic), startDate=make.tomorrow(), endDate=until)
    assert len(counted.statements) == 4


def test_lists_take_the_same_statements_whatever_their_length(stranger: App, patients_app: App, clinic: Clinic) -> None:
    def count() -> list[int]:
        found = []
        for app, path in ((stranger, "/clinicians"), (patients_app, "/booking/my-appointments")):
            with Counted() as counted:
                assert app.get(path).status_code == 200
            found.append(len(counted.statements))
        return found

    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
    of_one = count()
    with db.transaction():
        for n in range(2):
            make.clinician(clinic.centre, name=f"Dr. {n}")
            make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at(f"{10 + n}:00"))
    assert count() == of_one


def test_a_taken_time_is_gone_and_the_fresh_ones_go_along(
    patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        rival = make.patient("Ravi Kumar")
    assert signed_in(rival).post("/booking/create", clinic.booking("10:00")).status_code == 201
    answer = patients_app.post("/booking/create", clinic.booking("10:00"))
    told = answer.get_json()
    assert (answer.status_code, told["code"]) == (409, "SLOT_TAKEN")
    assert [slot["startTime"] for slot in told["error"]["freshSlots"]] == ["09:00", "11:00"]
    assert told["data"] == {"date": str(make.tomorrow()), "slots": told["error"]["freshSlots"]}


def test_of_two_at_the_same_moment_one_wins(app: Flask, clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        rivals = [make.patient(f"Rival {n}") for n in range(4)]
    tokens = [signed_in(one).headers for one in rivals]
    together = Barrier(len(rivals))

    def take(headers: dict[str, str]) -> int:
        together.wait()
        return app.test_client().post("/api/booking/create", json=clinic.booking(), headers=headers).status_code

    with ThreadPoolExecutor(len(rivals)) as threads:
        assert sorted(threads.map(take, tokens)) == [201, 409, 409, 409]


def test_the_same_request_sent_eight_times_at_once_books_once(app: Flask, patients_app: App, clinic: Clinic) -> None:
    headers = {**patients_app.headers, "Idempotency-Key": "a-double-click"}
    together = Barrier(8)

    def take(_: int) -> tuple[int, str]:
        together.wait()
        answer = app.test_client().post("/api/booking/create", json=clinic.booking(), headers=headers)
        return answer.status_code, answer.get_json()["data"]["appointment"]["id"]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(take, range(8)))) == 1
    other = patients_app.post("/booking/create", clinic.booking("10:00"), **{"Idempotency-Key": "a-double-click"})
    assert other.status_code == 422
    assert patients_app.post("/booking/create", clinic.booking(), **{"Idempotency-Key": "k" * 81}).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"appointmentTime": "09:30"}, 400),
        ({"appointmentTime": "13:00"}, 400),
        ({"appointmentDate": "2020-01-01"}, 400),
        ({"appointmentDate": "0001-01-01"}, 400),
        ({"appointmentDate": 0}, 400),
        ({"appointmentTime": "25:00"}, 400),
        ({"appointmentTime": None}, 400),
        ({"appointmentType": "PHONE"}, 400),
        ({"clinicianId": "abc"}, 400),
        ({"clinicianId": True}, 400),
        ({"clinicianId": 999999999}, 400),
        ({"patientId": 999999999}, 404),
        ({"patientNotes": "x" * 501}, 400),
    ],
)
def test_a_time_that_cannot_be_booked_is_refused_in_a_sentence(
    change: dict[str, object], status: int, patients_app: App, clinic: Clinic
) -> None:
    answer = patients_app.post("/booking/create", clinic.booking(**change))
    assert (answer.status_code, answer.get_json()["success"]) == (status, False)
    assert len(answer.get_json()["message"]) > 10
    with db.reading() as session:
        assert session.scalars(select(Appointment)).all() == []


def test_other_spellings_and_an_instant_are_understood(patients_app: App, clinic: Clinic) -> None:
    sent = {
        "clinician_id": str(clinic.clinician.id),
        "centre_id": clinic.centre.id,
        "sessionType": "online",
        "scheduled_start_at": make.at("10:00").isoformat(),
    }
    told = patients_app.post("/booking/create", sent).get_json()["data"]["appointment"]
    assert (told["appointmentType"], told["scheduledStartAt"][11:16]) == ("ONLINE", "04:30")


def test_what_the_slot_was_labelled_with_counts(patients_app: App, clinic: Clinic) -> None:
    """A browser far away turns 09:00 at the clinic into the wrong instant."""
    sent = clinic.booking("09:00", appointmentDateUTC=make.at("11:00").isoformat())
    told = patients_app.post("/booking/create", sent).get_json()["data"]["appointment"]
    assert told["scheduledStartAt"][11:16] == "03:30"


def test_a_patient_books_for_their_family_only(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        child = make.patient("Meera Menon", family_of=clinic.patient)
        stranger = make.patient("Ravi Kumar")
    told = patients_app.post("/booking/create", clinic.booking(patientId=str(child.id))).get_json()["data"]
    assert told["patient"] == {"id": str(child.id), "name": "Meera Menon", "phone": "919876500001", "email": None}
    assert patients_app.post("/booking/create", clinic.booking("10:00", patientId=stranger.id)).status_code == 404


def test_ones_own_appointments_are_nested_and_flat(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"), mode="ONLINE")
        make.appointment(
            clinic.patient, clinic.clinician, clinic.centre, make.at("10:00"), status=Status.PENDING,
            held_until=clock.now() - timedelta(minutes=1),
        )  # fmt: skip
    told = patients_app.get("/booking/my-appointments").get_json()
    rows = told["data"]["appointments"]
    assert [(row["status"], row["startTime"]) for row in rows] == [("EXPIRED", "10:00"), ("CONFIRMED", "09:00")]
    assert (told["data"]["total"], told["meta"]["total"]) == (2, 2)
    row = rows[1]
    assert row["clinician"]["name"] == row["clinicianName"] == "Dr. Anita Kurian"
    assert row["payment"] == {"status": "PAID", "amount": 1700}
    assert (row["consultationMode"], row["appointmentDate"], row["endTime"]) == (
        "ONLINE",
        str(make.tomorrow()),
        "10:00",
    )
    coming = patients_app.get("/booking/my-appointments", upcoming="true").get_json()["data"]["appointments"]
    assert [one["status"] for one in coming] == ["CONFIRMED"]
    part = patients_app.get("/booking/my-appointments", limit=1, offset=1).get_json()["data"]
    assert [one["status"] for one in part["appointments"]] == ["CONFIRMED"]
    assert patients_app.get("/booking/my-appointments", status="SLEEPING").status_code == 400


def test_another_patients_appointment_is_as_missing_as_one_that_never_was(
    clinic: Clinic, patients_app: App, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        theirs = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
        outsider = signed_in(make.patient("Ravi Kumar"))
    assert patients_app.get(f"/booking/{theirs.id}").status_code == 200
    for path in ("/booking/{}", "/payments/{}"):
        foreign, nowhere = outsider.get(path.format(theirs.id)), outsider.get(path.format(987654321))
        assert (foreign.status_code, foreign.data) == (nowhere.status_code, nowhere.data) == (404, nowhere.data)
    assert outsider.post(f"/booking/{theirs.id}/cancel").status_code == 404


def test_cancelled_in_time_the_consultation_is_given_back(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        later = make.at("09:00", make.tomorrow() + timedelta(days=2))
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, later)
    told = patients_app.post(f"/booking/{one.id}/cancel", {"reason": "Travelling"}).get_json()
    assert told["data"] == {"appointmentId": str(one.id), "status": "CANCELLED", "refundStatus": "PENDING"}
    with db.reading() as session:
        gone = session.get_one(Appointment, one.id)
        assert (gone.status, gone.cancel_reason, gone.patient_note) == ("CANCELLED", "Travelling", None)
        refund = session.scalars(select(Refund)).one()
        assert (refund.paise, refund.reason) == (160_000, "CANCELLED_IN_TIME")
        assert session.scalars(select(Message.template).order_by(Message.id)).all() == [
            "mibo_booking_cancelled", "mibo_refund_opened", "mibo_clinician_cancelled",
        ]  # fmt: skip
    again = patients_app.post(f"/booking/{one.id}/cancel")
    assert (again.status_code, again.get_json()["message"]) == (400, "Appointment is already cancelled")


def test_too_late_to_cancel_is_said_and_nothing_changes(patients_app: App, clinic: Clinic) -> None:
    with db.transaction():
        soon = clock.now() + timedelta(hours=23, minutes=59)
        one = make.appointment(clinic.patient, clinic.clinician, clinic.centre, soon)
    answer = patients_app.post(f"/booking/{one.id}/cancel")
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("This can be cancelled online until 24 hours before")
    with db.reading() as session:
        assert session.get_one(Appointment, one.id).status == "CONFIRMED"


def test_the_desk_adds_who_is_new_and_asks_who_is_meant(clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        desk = signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]
        make.patient("Meera Menon", family_of=clinic.patient)
    new = desk.post("/booking/front-desk", clinic.booking(patientPhone="98765 22222", patientName="Ravi Kumar"))
    assert new.get_json()["data"]["patient"]["name"] == "Ravi Kumar"
    child = desk.post(
        "/booking/front-desk", clinic.booking("10:00", patientPhone="9876500001", patientName="meera menon")
    )
    assert child.get_json()["data"]["patient"]["name"] == "Meera Menon"
    unsure = desk.post("/booking/front-desk", clinic.booking("11:00", patientPhone="9876500001", patientName="Arun"))
    assert (unsure.status_code, unsure.get_json()["code"]) == (409, "PATIENT_AMBIGUOUS")


def test_the_desk_booking_sent_twice_is_one(clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        desk = signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]
    sent = clinic.booking(patientPhone="9876522222", patientName="Ravi Kumar")
    first, again = (desk.post("/booking/front-desk", sent, **{"Idempotency-Key": "double"}) for _ in range(2))
    assert (first.status_code, first.get_json()["data"]) == (201, again.get_json()["data"])


def test_the_same_request_of_a_desk_at_the_same_moment_adds_one_patient_and_one_booking(
    app: Flask, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    with db.transaction():
        desk = signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]
    desks = [App(app.test_client(), desk.headers["Authorization"].removeprefix("Bearer ")) for _ in range(4)]
    sent = clinic.booking(patientPhone="9876522222", patientName="Ravi Kumar")
    key = {"Idempotency-Key": "double"}
    answers = at_once(*[partial(desk.post, "/booking/front-desk", sent, **key) for desk in desks])
    assert {answer.status_code for answer in answers} == {201}  # type: ignore[attr-defined]
    with db.reading() as session:
        assert len(session.scalars(select(Appointment)).all()) == 1
        assert len(session.scalars(select(Patient).where(Patient.phone == "+919876522222")).all()) == 1


def test_one_key_for_two_bookings_is_refused(clinic: Clinic, signed_in: Callable[..., App]) -> None:
    with db.transaction():
        desk = signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]
    who = {"patientPhone": "9876500001", "patientName": "Asha Menon"}
    assert desk.post("/booking/front-desk", clinic.booking(**who), **{"Idempotency-Key": "k"}).status_code == 201
    other = desk.post("/booking/front-desk", clinic.booking("15:00", **who), **{"Idempotency-Key": "k"})
    assert (other.status_code, other.get_json()["code"]) == (422, "KEY_REUSED")


def test_a_desk_books_at_its_own_centre_only_and_patients_not_at_all(
    patients_app: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    sent = clinic.booking(patientPhone="9876500001", patientName="Asha Menon")
    with db.transaction():
        elsewhere = signed_in(make.staff("FRONT_DESK", make.centre()))  # type: ignore[arg-type]
    assert elsewhere.post("/booking/front-desk", sent).status_code == 404
    assert patients_app.post("/booking/front-desk", sent).status_code == 403
    assert elsewhere.post("/booking/create", clinic.booking()).status_code == 403
