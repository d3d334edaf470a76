"""A verb has the same outcome by its page and over the API: the same rows, whoever's screen it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from mibo import clock, db, identity
from mibo.audit import AuditEntry
from mibo.booking import Appointment, Status, StatusChange
from mibo.care import FollowUp
from mibo.identity import Account, Role
from mibo.messaging import Message
from mibo.payments import Payment
from mibo.people import Patient
from mibo.scheduling import TimeBlock
from tests import make
from tests.web.api.conftest import App
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database", "sandbox")
WHY = "Dr. Anita is ill"


class Clinic:
    """One clinician, everybody of the staff, and for each way of doing it a patient of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=self.account)
            make.hours(self.anita, self.kochi)
            self.staff = {role: make.staff(role, self.kochi) for role in (Role.FRONT_DESK, Role.MANAGER)}
            self.staff[Role.CLINICIAN] = self.account
            self.patients = [make.patient("Asha Menon"), make.patient("Asha Menon")]

    def page(self, role: Role) -> Desk:
        return Desk(self.app.test_client(), self.staff[role])

    def api(self, who: Role | Patient) -> App:
        account_id = who.account_id if isinstance(who, Patient) else self.staff[who].id
        with db.transaction() as session:
            access = identity.start_api_sign_in(session.get_one(Account, account_id)).access
        return App(self.app.test_client(), access)

    def book(self, which: int, starts_at: Any, **more: Any) -> Appointment:
        with db.transaction():
            return make.appointment(self.patients[which], self.anita, self.kochi, starts_at, **more)


@pytest.fixture
def clinic(app: Flask) -> Clinic:
    return Clinic(app)


def outcome(one_id: int) -> dict[str, Any]:
    """All that became of an appointment, without what tells the two ways apart: ids and times."""
    with db.reading() as session:
        one = session.get_one(Appointment, one_id)
        paid = session.get_one(Payment, one.payment_id)
        steps = select(StatusChange).where(StatusChange.appointment_id == one_id).order_by(StatusChange.id)
        acts = select(AuditEntry.act).where(AuditEntry.subject_id == one_id).order_by(AuditEntry.id)
        told = select(Message.template).where(Message.about_id == one_id).order_by(Message.template)
        return {
            "status": one.status, "mode": one.mode, "moves": one.moves, "reason": one.cancel_reason, "note": one.patient_note,
            "length": one.ends_at - one.starts_at, "started": one.started_at is not None, "ended": one.ended_at is not None,
            "payment": (paid.status, paid.method, paid.amount_paise),
            "steps": [(step.previous, step.next, step.reason if step.previous else None) for step in session.scalars(steps)],
            "acts": [act for act in session.scalars(acts) if not act.endswith((".opened", ".read"))],
            "told": session.scalars(told).all(),
            "follow_up": session.scalars(select(FollowUp.note).where(FollowUp.parent_id == one_id)).all(),
        }  # fmt: skip


def done(answer: Any) -> None:
    assert answer.status_code in (200, 201, 303), answer.text[:2000]


def send(app: App, verb: str, path: str, sent: object) -> Any:
    return app.client.open("/api" + path, method=verb, json=sent, headers=app.headers)


def moved_by_page(clinic: Clinic, one: Appointment) -> Any:
    goal = {"clinician": clinic.anita.id, "centre": clinic.kochi.id, "mode": "IN_PERSON", "day": make.tomorrow() + timedelta(days=1),
            "at": "15:00", "version": one.version, "reason": "Asked on the phone"}  # fmt: skip
    return clinic.page(Role.FRONT_DESK).post(f"/desk/appointments/{one.id}/move", **goal)


def moved_by_app(clinic: Clinic, one: Appointment) -> Any:
    day = make.tomorrow() + timedelta(days=1)
    sent = {"scheduledStartAt": f"{day}T16:00:00", "reason": "Asked on the phone"}
    return send(clinic.api(Role.FRONT_DESK), "PUT", f"/appointments/{one.id}", sent)


def paged(role: Role, path: str, **fields: Any) -> Callable[[Clinic, Appointment], Any]:
    return lambda clinic, one: clinic.page(role).post(path.format(one=one), version=one.version, **fields)


def asked(role: Role, verb: str, path: str, **sent: Any) -> Callable[[Clinic, Appointment], Any]:
    return lambda clinic, one: send(clinic.api(role), verb, path.format(one=one), sent)


DESK, HERS = "/desk/appointments/{one.id}", "/my-day/{one.id}"
ONE = "/appointments/{one.id}"
VERBS: dict[str, tuple[Callable[[Clinic, Appointment], Any], Callable[[Clinic, Appointment], Any], dict[str, Any]]] = {
    "move": (moved_by_page, moved_by_app, {}),
    "cancel": (
        paged(Role.FRONT_DESK, f"{DESK}/cancellation", reason=WHY), asked(Role.FRONT_DESK, "DELETE", ONE, reason=WHY), {},
    ),
    "grant a wish to cancel": (
        paged(Role.MANAGER, f"{DESK}/cancellation-decision", decision="GRANT"),
        asked(Role.MANAGER, "PUT", ONE, status="CANCELLED"), {"status": Status.CANCELLATION_REQUESTED},
    ),
    "refuse a wish to cancel": (
        paged(Role.MANAGER, f"{DESK}/cancellation-decision", decision="REFUSE", words="Please call us"),
        asked(Role.MANAGER, "PUT", ONE, status="CONFIRMED", reason="Please call us"), {"status": Status.CANCELLATION_REQUESTED},
    ),
    "mark paid": (
        lambda clinic, one: clinic.page(Role.FRONT_DESK).post(
            f"{DESK}/payment".format(one=one), method="CASH", shown_paise=170_000
        ),
        asked(Role.FRONT_DESK, "POST", f"{ONE}/confirm-direct-payment", paymentMethod="CASH"), {"status": Status.PENDING},
    ),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_the_desk_and_its_app_do_the_same(verb: str, clinic: Clinic) -> None:
    by_page, by_app, more = VERBS[verb]
    one, other = clinic.book(0, make.at("10:00"), **more), clinic.book(1, make.at("11:00"), **more)
    done(by_page(clinic, one))
    done(by_app(clinic, other))
    assert outcome(one.id) == outcome(other.id)


def test_a_clinicians_day_and_their_app_do_the_same(clinic: Clinic) -> None:
    now = clock.now().replace(second=0, microsecond=0)
    one = clinic.book(0, now - timedelta(minutes=10), minutes=20)
    done(clinic.page(Role.CLINICIAN).post(f"/my-day/{one.id}/start"))
    done(clinic.page(Role.CLINICIAN).post(f"/my-day/{one.id}/end", words="Slept well", version=0))
    other = clinic.book(1, now + timedelta(minutes=10), minutes=20)
    app = clinic.api(Role.CLINICIAN)
    for path, sent in (
        ("start-session", {}),
        ("clinician-notes", {"session_notes": "Slept well"}),
        ("end-session", {}),
    ):
        done(app.post(f"/appointments/{other.id}/{path}", sent))
    first, second = outcome(one.id), outcome(other.id)
    assert sorted(first.pop("acts")) == sorted(second.pop("acts"))
    assert first == second


def test_a_patient_holds_a_time_by_page_and_by_app(clinic: Clinic) -> None:
    asha, ravi = clinic.patients
    day = make.tomorrow()
    visitor = Visitor(clinic.app.test_client()).sign_in(asha)
    wish = {
        "time": f"{clinic.kochi.id}@{day}T10:00",
        "patient": asha.id,
        "key": "key-of-10:00",
        "way": clinic.kochi.id,
        "day": day,
    }
    done(visitor.post(f"/book/{clinic.anita.id}", wish))
    sent = {
        "clinicianId": clinic.anita.id, "centreId": clinic.kochi.id, "appointmentDate": str(day), "appointmentTime": "11:00",
        "appointmentType": "IN_PERSON",
    }  # fmt: skip
    done(clinic.api(ravi).post("/booking/create", sent))
    with db.reading() as session:
        mine, theirs = session.scalars(select(Appointment.id).order_by(Appointment.starts_at)).all()
    assert outcome(mine) == outcome(theirs)


def test_time_is_closed_by_page_and_by_app(clinic: Clinic) -> None:
    day = make.tomorrow()
    wish = {"clinician": clinic.anita.id, "day": day, "weeks": 1, "key": "the-key-of-a-form", "centre": clinic.kochi.id}
    times = {"from_time": "10:00", "to_time": "11:00"}
    done(clinic.page(Role.MANAGER).post("/time-off/new", **wish, **times, reason="Training"))
    slot = {"clinician_id": clinic.anita.id, "centre_id": clinic.kochi.id, "date": str(day), "reason": "Training"}
    done(clinic.api(Role.MANAGER).post("/admin/slots/block", {**slot, "start_time": "14:00", "end_time": "15:00"}))
    with db.reading() as session:
        rows = session.scalars(select(TimeBlock).order_by(TimeBlock.id)).all()
        facts = [
            (
                one.clinician_id,
                one.centre_id,
                one.reason,
                one.lifted_at,
                one.created_by,
                one.ends_local - one.starts_local,
            )
            for one in rows
        ]
    assert len(facts) == 2
    assert facts[0] == facts[1]
