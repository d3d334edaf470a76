"""A small clinic in which every row of the contract has something to be about, and an app for everybody."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from mibo import booking, clock, db, identity
from mibo.booking import Appointment, Status
from mibo.identity import Account, Role
from mibo.people import Patient
from mibo.video import Meeting
from tests import make
from tests.web.api.conftest import App

PASSWORD = "rain over the backwaters"
LINK = "https://meet.google.com/abc-defg-hij"
GIVEN = {
    "A": Role.ADMIN, "M": Role.MANAGER, "CM": Role.CENTRE_MANAGER, "CC": Role.CARE_COORDINATOR, "FD": Role.FRONT_DESK,
    "CL": Role.CLINICIAN, "PT": Role.PATIENT,
}  # fmt: skip


class Door(App):
    """An app that may ask in any way."""

    def ask(self, verb: str, path: str, sent: Any = None) -> Any:
        body = {"query_string": sent} if verb == "GET" else {"json": sent} if sent is not None else {}
        return self.client.open("/api" + path, method=verb, headers=self.headers, **body)


class World:
    """Tomorrow Asha has a held time at nine, a paid one at ten and a paid video call at eleven; noon is free."""

    def __init__(self, client: FlaskClient, sandbox: Callable[[], Any], work: Callable[[], None]) -> None:
        self.client = client
        self.sandbox = sandbox
        self.work = work
        self.told: Any = None
        self._paid: dict[str, str] = {}
        self._doors: dict[str, Door] = {}
        with db.transaction():
            self._people()
            self._visits()

    def _people(self) -> None:
        self.centre, self.elsewhere = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
        account = make.staff(Role.CLINICIAN, self.centre, name="Dr. Anita Kurian", username="anita")
        self.clinician = make.clinician(self.centre, account=account)
        self.hours = make.hours(self.clinician, self.centre)
        self.asha = make.patient(phone="+919876500001")
        self.ravi = make.patient("Ravi Kumar")
        self.staff: dict[str, Account | Patient] = {
            who: make.staff(role, self.centre, name=f"{role.title()} One")
            for who, role in GIVEN.items()
            if who not in ("CL", "PT")
        }
        self.staff |= {"CL": account, "PT": self.asha, "other": self.ravi}

    def _visits(self) -> None:
        self.held = self._visit("09:00", Status.PENDING)
        self.kept = self._visit("10:00")
        self.online = self._visit("11:00", mode="ONLINE")
        meeting = Meeting(starts_at=self.online.starts_at, ends_at=self.online.ends_at, status="READY", join_url=LINK)
        db.session().add(meeting)
        db.session().flush()
        self.online.meeting_id = meeting.id
        self.gone = self._visit("12:00", Status.CANCELLED)
        self.done = self._visit("10:00", Status.COMPLETED, days=-3)
        self.wished = self._visit("13:00", Status.CANCELLATION_REQUESTED)

    def _visit(self, face: str, status: Status = Status.CONFIRMED, *, days: int = 1, **more: Any) -> Appointment:
        at = make.at(face, clock.today() + timedelta(days=days))
        return make.appointment(self.asha, self.clinician, self.centre, at, status=status, **more)

    def keep(self, told: Any) -> None:
        """What the row is about, as `{w.told}`."""
        self.told = told

    def far(self) -> Appointment:
        """An appointment that may still be cancelled."""
        with db.transaction():
            return self._visit("10:00", days=5)

    @property
    def near(self) -> Appointment:
        """One that is too near to be cancelled by the patient."""
        with db.transaction():
            return make.appointment(self.asha, self.clinician, self.centre, clock.now() + timedelta(hours=2))

    def idle_clinician(self) -> int:
        """A clinician whom nobody is booked with."""
        with db.transaction():
            return int(make.clinician(self.centre, name="Dr. Idle").id)

    def first_rule(self) -> str:
        """A window of the clinician's hours."""
        told = self.door("pub").ask("GET", f"/clinicians/{self.clinician.id}/availability").get_json()["data"]
        return str(told[0]["id"])

    def message(self) -> str:
        """A message that was promised."""
        sent = {"appointment_id": str(self.kept.id)}
        told = self.door("M").ask("POST", "/notifications/appointment-reminder", sent).get_json()["data"]
        return str(told["messageId"])

    def due(self) -> Appointment:
        """A consultation that may begin now."""
        with db.transaction():
            return make.appointment(
                self.ravi, self.clinician, self.centre, clock.now().replace(second=0, microsecond=0)
            )

    def door(self, who: str) -> Door:
        """An app in which they are signed in."""
        if who == "pub":
            return Door(self.client)
        if who not in self._doors:
            one = self.staff[who]
            with db.transaction() as session:
                account_id = one.account_id if isinstance(one, Patient) else one.id
                tokens = identity.start_api_sign_in(session.get_one(Account, account_id))
            self._doors[who] = Door(self.client, tokens.access)
        return self._doors[who]

    def refresh(self, who: str) -> str:
        """A refresh token of theirs."""
        one = self.staff[who]
        with db.transaction() as session:
            account_id = one.account_id if isinstance(one, Patient) else one.id
            return identity.start_api_sign_in(session.get_one(Account, account_id)).refresh

    def password(self, who: str) -> str:
        """They have one from now on."""
        with db.transaction() as session:
            identity.set_password(session.get_one(Account, self.staff[who].id), PASSWORD)
        return PASSWORD

    def code(self, audience: Any, phone: str) -> str:
        """The code that just came."""
        sandbox = self.sandbox()
        with db.transaction():
            identity.ask_for_code(audience, phone)
        self.work()
        return str(sandbox.otp(phone))

    def paid_order(self) -> dict[str, str]:
        """What the checkout hands back for the held time."""
        if not self._paid:
            self._paid = {**self.sandbox().pay(order_id=self.order()), "appointmentId": str(self.held.id)}
        return self._paid

    def order(self) -> str:
        """The open order of the held time."""
        told = self.door("PT").ask("POST", "/payments/create-order", {"appointmentId": str(self.held.id)}).get_json()
        return str(told["data"]["orderId"])

    def link(self) -> str:
        """The payment link of the held time."""
        sent = {"appointmentId": str(self.held.id)}
        return str(self.door("FD").ask("POST", "/payments/create-link", sent).get_json()["data"]["paymentLinkId"])

    def slot(self, face: str = "15:00", until: str = "16:00", **more: Any) -> dict[str, Any]:
        """Time that may be closed."""
        return {
            "clinician_id": str(self.clinician.id), "centre_id": str(self.centre.id), "date": str(make.tomorrow()),
            "start_time": face, "end_time": until, **more,
        }  # fmt: skip

    def block(self) -> int:
        """Closed time."""
        return int(
            self.door("M").ask("POST", "/admin/slots/block", self.slot()).get_json()["data"]["blockedSlot"]["id"]
        )

    def wish(self, face: str = "14:00", **more: Any) -> dict[str, Any]:
        """What an app sends to book."""
        return {
            "clinicianId": str(self.clinician.id), "centreId": str(self.centre.id),
            "appointmentDate": str(make.tomorrow()), "appointmentTime": face, "appointmentType": "IN_PERSON", **more,
        }  # fmt: skip

    def where(self, **more: Any) -> dict[str, Any]:
        """Whose times are asked for."""
        return {"clinicianId": self.clinician.id, "centreId": self.centre.id, **more}

    def rule(self, **more: Any) -> dict[str, Any]:
        """A window of hours, in every spelling that the staff panel sends."""
        return {
            "centreId": str(self.centre.id), "centre_id": self.centre.id, "dayOfWeek": 1, "startTime": "09:00",
            "endTime": "12:00", "slotDurationMinutes": 60, "consultationMode": "ONLINE", "mode": "ONLINE", **more,
        }  # fmt: skip

    def notice(self) -> int:
        """A notice of Asha's that nobody has read."""
        with db.transaction():
            booking.telling.confirmed(booking.locked(self.kept.id))
        told = self.door("PT").ask("GET", "/patient/notifications").get_json()["data"]["notifications"]
        return int(told[0]["id"])
