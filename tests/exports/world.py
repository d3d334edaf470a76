"""A clinic with something in each of its lists, and where each of them is shown."""

from datetime import time, timedelta
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select, update

from mibo import care, clock, db, leads, payments
from mibo.analytics import KEYS
from mibo.booking import Appointment, QueueEntry, Status, extra
from mibo.care import FollowUp
from mibo.clinics import Centre, Holiday
from mibo.identity.permissions import Role
from mibo.leads import Enquiry
from mibo.messaging import Message, PhoneCall, Reply
from mibo.messaging.models import DeliveryReport
from mibo.payments import Attempt, Drawer, Refund, Settlement, SettlementFile, SettlementLine
from mibo.payments.heard import Mismatch
from mibo.people import Clinician, Patient, RightsRequest, rights
from tests import make
from tests.web.pages.visitor import Visitor, clinic

STAFF = (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CLINICIAN, Role.CARE_COORDINATOR, Role.FRONT_DESK)
DAY = timedelta(days=1)
SETTLEMENT = 999_999_999
DAYS = {"period": "custom", "since": str(clock.today() - timedelta(days=7)), "until": str(make.tomorrow())}
TABLES = ("revenue", "clinicians", "centres", "leads", "reminders")
# what each list's page is asked for so that it shows the same as the file, and what the file is
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "appointments": ("GET", "/appointments?time=all", {"time": "all"}),
    "patients": ("GET", "/desk/patients", {}),
    "payments": ("GET", "/money/payments?time=all", {"time": "all"}),
    "unpaid": ("GET", "/money/unpaid?age=TO_COME", {"age": "TO_COME"}),
    "refunds": ("GET", "/money/refunds?which=waiting", {"which": "waiting"}),
    "takings": ("GET", "/money/takings", {}),
    "takings-lines": ("GET", "/money/takings/lines", {}),
    "settlements": ("GET", "/money/settlements", {}),
    "mismatches": ("GET", "/money/mismatches", {}),
    "receipts": ("GET", "/money/receipts", {}),
    "follow-ups": ("GET", "/worklists/follow-ups?which=all", {"which": "all"}),
    "replies": ("GET", "/desk/replies", {}),
    "calls": ("GET", "/worklists/calls", {}),
    "video-links": ("GET", "/video-links", {}),
    "messages": ("GET", "/desk/messages", {}),
    "staff": ("GET", "/desk/staff", {}),
    "clinicians": ("GET", "/desk/clinicians", {}),
    "centres": ("GET", "/desk/centres", {}),
    "audit": ("GET", "/desk/audit", {}),
    "time-off": ("GET", "/time-off", {}),
    "drawers": ("GET", "/money/drawers", {}),
    "enquiries": ("GET", "/enquiries?part=open", {"part": "open"}),
    "requests": ("GET", "/worklists/requests", {}),
    "emergency": ("GET", "/desk/emergency/openings", {}),
    "closing": ("GET", "/worklists/closing", {}),
    "holds": ("GET", "/worklists/holds", {}),
    "cancellations": ("GET", "/worklists/cancellations", {}),
    "walk-ins": ("GET", "/queue", {}),
    "message-days": ("GET", "/desk/messages/numbers", {}),
    "message-texts": ("GET", "/desk/messages/numbers", {}),
    "reports": ("GET", "/desk/messages/reports", {}),
    "openings": ("GET", "/time-off/openings", {}),
    "weekly-hours": ("GET", "/hours", {}),
    "holidays": ("GET", "/desk/centres/{kochi}", {}),
    "campaigns": ("GET", "/enquiries/campaigns", {}),
    "funnel": ("GET", "/enquiries/funnel", {}),
    "figures-visits": ("GET", f"/figures?{urlencode(DAYS)}", DAYS),
    "figures-waiting": ("GET", f"/figures/waiting?{urlencode(DAYS)}", DAYS),
    "figures-next-free": ("GET", f"/figures/waiting?{urlencode(DAYS)}", DAYS),
    "settlement-lines": ("GET", f"/money/settlements/{SETTLEMENT}", {"settlement": str(SETTLEMENT)}),
    **{f"figures-{name}": ("GET", f"/figures/{name}?{urlencode(DAYS)}", DAYS) for name in TABLES},
    **{f"figure-{key.replace('_', '-')}": ("GET", f"/figures/behind/{key}?{urlencode(DAYS)}", DAYS) for key in KEYS},
}
# by what a row is known on both, where it is not the first column
KNOWN_BY = {
    "takings": "Centre", "takings-lines": "Patient", "settlements": "Settlement", "follow-ups": "Patient",
    "replies": "Patient", "messages": "To", "audit": "Who", "mismatches": "What is wrong", "emergency": "Patient",
    "figures-visits": "Took place",
    "walk-ins": "Patient", "message-days": "All", "reports": "Event", "openings": "Clinician", "holidays": "Reason",
    **{f"figure-{key.replace('_', '-')}": "Patient" for key in KEYS},
}  # fmt: skip
# lists whose rows of both centres only those see who see the whole clinic, or that are the same for everybody
OF_THE_CLINIC = {"settlements", "settlement-lines", "mismatches", "staff", "audit"}


class World:
    """A clinic with something in each of its lists, at both centres."""

    def __init__(self, app: Flask) -> None:
        self.app, self.clinic = app, clinic()
        kochi, mumbai, anita = self.clinic.kochi, self.clinic.mumbai, self.clinic.anita
        with db.transaction() as session:
            self.staff = {role: make.staff(role, kochi, name=f"Staff {role.value.title()}") for role in STAFF}
            anita.account_id = self.staff[Role.CLINICIAN].id
            session.merge(anita)
            far = make.clinician(mumbai, name="Dr. Farida Away")
            for n, (where, who) in enumerate([(kochi, anita), (kochi, anita), (mumbai, far), (mumbai, far)]):
                self._visits(n, where, who)
            self._settled()
            self._of_the_house()

    def _visits(self, n: int, where: Centre, who: Clinician) -> None:
        session, place = db.session(), where.short_name
        patient = make.patient(f"Person {place} {n}")
        today = make.appointment(patient, who, where, make.at(f"{9 + n:02}:00"), mode="ONLINE")
        make.appointment(patient, who, where, make.at(f"{14 + n:02}:00"), status=Status.CONFIRMED, paid=False)
        payments.issue_receipt(today.payment_id)
        at = make.at("20:00").replace(tzinfo=None)
        make.block(at, at.replace(hour=21), who=who, where=where)
        if n in (0, 2):
            session.add(Drawer(account_id=self.staff[Role.FRONT_DESK].id, centre_id=where.id, opened_at=clock.now()))
        told = Message(
            dedupe_key=f"k{n}", template="mibo_booking_confirmed", phone=patient.phone, name=patient.full_name, body={},
            about_id=today.id, patient_id=patient.id, centre_id=where.id, status="FAILED", kind="BOOKING",
            climbs_until=today.starts_at,
        )  # fmt: skip
        session.add(told)
        session.flush()
        session.add(PhoneCall(dedupe_key=f"k{n}", message_id=told.id, about_id=today.id, patient_id=patient.id,
                              until=today.starts_at))  # fmt: skip
        session.add(Reply(known_by=f"k{n}", phone=patient.phone, patient_id=patient.id, outcome="WAITS",
                          settled_at=clock.now(), centre_id=where.id))  # fmt: skip

        self._over(n, patient, where, who)

    def _over(self, n: int, patient: Patient, where: Centre, who: Clinician) -> None:
        """Visits of yesterday, and what came of them and of people who only asked."""
        session, doctor, at = db.session(), self.staff[Role.CLINICIAN], make.at(f"{9 + n:02}:00", clock.today() - DAY)
        seen = make.appointment(patient, who, where, at, status=Status.COMPLETED)
        seen.arrived_at, seen.started_at, seen.ended_at = at, at, at + timedelta(minutes=30)
        make.appointment(patient, who, where, at + timedelta(hours=5), status=Status.NO_SHOW)
        attempt_id = session.scalar(select(Attempt.id).where(Attempt.payment_id == seen.payment_id))
        again = FollowUp(parent_id=seen.id, wanted_on=make.tomorrow(), status="BOOKED", booked_id=seen.id,
                         closed_at=clock.now(), created_by=doctor.id)  # fmt: skip
        session.add_all([
            FollowUp(parent_id=seen.id, wanted_on=make.tomorrow(), created_by=doctor.id), again,
            Refund(payment_id=seen.payment_id, paise=100, reason="BY_MANAGER", attempt_id=attempt_id),
            Enquiry(full_name=f"Caller {where.short_name}", phone=f"+9198000004{n:02}", source="PHONE", next_call_at=at,
                    consent_version="2026-11", centre_id=where.id),
            RightsRequest(patient_id=patient.id, kind="RECORDS", words=rights.seal("All of it, please."),
                          asked_by=patient.account_id, due_at=clock.now() + DAY),
        ])  # fmt: skip
        make.appointment(patient, who, where, at - 3 * DAY)  # that nobody has closed
        soon = make.at(f"{9 + n:02}:00", make.tomorrow() + DAY)
        make.appointment(patient, who, where, soon, status=Status.PENDING, held_until=clock.now() + DAY)
        make.appointment(patient, who, where, soon + timedelta(hours=5), status=Status.CANCELLATION_REQUESTED)
        care.glass.break_glass(patient.id, "They are unconscious at the hospital", by=make.actor(doctor, Role.ADMIN))

    def _settled(self) -> None:
        session, odd = (
            db.session(),
            Mismatch(about="pay_ABCDEFGHIJKLMN", reason="NOT_OURS", told_by="WEBHOOK", told_paise=100),
        )
        read = SettlementFile(
            digest="d", name="x.csv", lines=2, known=0, waiting=0, odd=1, read_by=self.staff[Role.ADMIN].id
        )
        paid = Settlement(id=SETTLEMENT, known_by="setl_ABCDEFGHIJ", utr="UTR1", settled_at=clock.now())
        session.add_all([odd, read, paid])
        session.flush()
        for n, mismatch_id in enumerate((None, odd.id)):
            session.add(SettlementLine(
                settlement_id=paid.id, file_id=read.id, line=n + 1, kind="payment", entity_id=f"pay_{n}", paise=100,
                fee_paise=2, tax_paise=1, net_paise=97, mismatch_id=mismatch_id,
            ))  # fmt: skip

    def _of_the_house(self) -> None:
        session, kochi, admin = db.session(), self.clinic.kochi, self.staff[Role.ADMIN]
        boss = make.actor(admin, Role.ADMIN)
        leads.add_campaign("kochi-radio", "Radio", "PRESS", clock.today(), None, by=boss)
        session.add(Holiday(centre_id=kochi.id, day=make.tomorrow() + 9 * DAY, reason="Onam"))
        for n in range(2):
            patient = make.patient(f"Walker {n}")
            session.add_all([
                QueueEntry(centre_id=kochi.id, day=clock.today(), token=n + 1, patient_id=patient.id, added_by=admin.id),
                DeliveryReport(known_by=f"k{n}", event="Message.status", body="{}", received_at=clock.now() - DAY),
            ])  # fmt: skip
            extra.open_extra(
                extra.Extra(
                    clinician_id=self.clinic.anita.id, centre_id=kochi.id, day=make.tomorrow() + (3 + n) * DAY, opens=time(19),
                    closes=time(20), slot_minutes=30,
                ),
                by=boss,
            )  # fmt: skip

    def ten_visits_half_of_them_reminded(self) -> None:
        """Of the day before yesterday, booked long before: those who were reminded came, and the others did not."""
        with db.transaction() as session:
            for n in range(10):
                at = make.at(f"{9 + n // 2:02}:{30 * (n % 2):02}", clock.today() - 2 * DAY)
                status = Status.COMPLETED if n < 5 else Status.NO_SHOW
                visit = make.appointment(
                    make.patient(), self.clinic.anita, self.clinic.kochi, at, status=status, minutes=30
                )
                session.execute(update(Appointment).where(Appointment.id == visit.id).values(created_at=at - 9 * DAY))
                if n < 5:
                    session.add(Message(
                        dedupe_key=f"reminder:{visit.id}:1440:{int(at.timestamp())}", template="mibo_reminder", name="X",
                        phone="+919876500001", body={}, about_id=visit.id, status="DELIVERED", kind="REMINDER",
                        delivered_at=at - DAY,
                    ))  # fmt: skip

    def page_of(self, name: str) -> str:
        """Where the list is shown."""
        return PAGES[name][1].format(kochi=self.clinic.kochi.id)

    def visitor(self, role: Role) -> Visitor:
        return Visitor(self.app.test_client()).sign_in(self.staff[role])
