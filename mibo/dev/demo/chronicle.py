"""From planned visits to rows: the appointment, its history, its money, its meeting, and who was told."""

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta
from random import Random
from secrets import token_urlsafe

from mibo.audit import AuditEntry
from mibo.booking import Appointment, Status, StatusChange
from mibo.booking.rules import reference_of
from mibo.clinics.policy import Policy
from mibo.dev.demo.centres import House
from mibo.dev.demo.letters import Letters
from mibo.dev.demo.rows import Row, Rows
from mibo.dev.demo.tills import Tills
from mibo.dev.demo.timelines import Step, Timelines
from mibo.dev.demo.visits import HOLDS_TIME, Visit
from mibo.identity import Role
from mibo.integrations.google_meet import event_id_of
from mibo.payments import Adjustment, Attempt, Payment, Refund, RefundReason, Tender, terms_of
from mibo.video import Meeting

COMES_TO_NOTHING = (Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW)
ROOM_LETTERS = "abcdefghijkmnopqrstuvwxyz"
DESK = ("CASH", "CARD", "UPI")
REFUND_TAKES_DAYS = 7


class Chronicle:
    """Writes visits down in the order in which they were booked, since the first that is paid bears the registration."""

    def __init__(self, rows: Rows, house: House, rng: Random, now: datetime, policy: Policy) -> None:
        self._rows, self._rng, self._now, self._policy = rows, rng, now, policy
        self._manager = house.staff_ids[Role.MANAGER, None]
        self._timelines = Timelines(house, rng, now, policy)
        self._tills = Tills(rows, now)
        self._letters = Letters(rows, house, rng)
        self._unpaid: dict[int, list[tuple[Row, list[Row]]]] = defaultdict(list)

    def write_down(self, visits: list[Visit]) -> None:
        """All visits, each whole."""
        for visit in sorted(visits, key=lambda each: each.booked_at):
            self._write(visit)
        self._tills.close()

    def _write(self, visit: Visit) -> None:
        visit.person.known_since(visit.booked_at)
        steps = self._timelines.steps(visit)
        payment, attempt = self._payment(visit, steps)
        meeting_id = self._meeting(visit, steps)
        appointment = self._appointment(visit, steps, int(payment["id"]), meeting_id)
        self._history(int(appointment["id"]), steps, visit.source)
        self._refund(visit, steps, payment, attempt)
        self._letters.write(visit, appointment, steps, attempt)

    def _appointment(self, visit: Visit, steps: list[Step], payment_id: int, meeting_id: int | None) -> Row:
        new_id = self._rows.new_id()
        slot, waits = visit.slot, not (visit.is_paid or visit.pays_later)
        cancelled = visit.status in (Status.CANCELLED, Status.CANCELLATION_REQUESTED)
        return self._rows.add(
            Appointment,
            id=new_id,
            reference=reference_of(new_id),
            patient_id=visit.person.id,
            clinician_id=slot.doctor.id,
            centre_id=slot.centre_id,
            mode=visit.mode,
            purpose=visit.purpose,
            parent_id=None,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            status=visit.status,
            held_until=self._timelines.hold_ends(visit) if waits else None,
            arrived_at=visit.arrived_at,
            started_at=_at(steps, Status.IN_PROGRESS),
            ended_at=_at(steps, Status.COMPLETED),
            payment_id=payment_id,
            meeting_id=meeting_id,
            patient_note=visit.note,
            cancel_reason=visit.reason if cancelled else None,
            source=visit.source,
            walk_in=visit.walk_in,
            booked_by=self._timelines.booker(visit),
            version=len(steps),
            created_at=visit.booked_at,
            updated_at=steps[-1].at,
        )

    def _history(self, appointment_id: int, steps: list[Step], source: str) -> None:
        self._note("appointment.held", appointment_id, steps[0], source=source)
        previous: Status | None = None
        for step in steps:
            self._rows.add(
                StatusChange,
                appointment_id=appointment_id,
                previous=previous,
                next=step.status,
                by_account_id=step.by,
                reason=step.reason,
                at=step.at,
            )
            if previous:
                self._note("appointment.status", appointment_id, step, previous=previous, next=step.status)
            previous = step.status

    def _payment(self, visit: Visit, steps: list[Step]) -> tuple[Row, Row]:
        """What it owes and the attempt that counts; the once-for-life registration goes with the first that is paid."""
        patient, paid = visit.person.row, visit.is_paid
        registration = 0 if patient["registration_paid_at"] else self._policy.registration_fee_paise
        paid_at = steps[1].at if paid else None
        at_desk = visit.pay_by in DESK
        method = (visit.pay_by if at_desk else "ONLINE") if paid else None
        payment = self._rows.add(
            Payment,
            patient_id=visit.person.id,
            consultation_paise=visit.slot.doctor.fee_paise - visit.discount_paise,
            registration_paise=registration,
            **asdict(terms_of(self._policy)),
            status="PAID" if paid else "PENDING",
            method=method,
            paid_at=paid_at,
            released_at=steps[-1].at if not paid and visit.status in COMES_TO_NOTHING else None,
            created_at=visit.booked_at,
        )
        if visit.discount_paise:
            self._discount(visit, payment, steps[0])
        attempts = self._attempts(visit, payment, steps)
        if paid:
            self._paid(visit, payment, registration, steps[1])
        else:
            self._unpaid[visit.person.id].append((payment, attempts))
        return payment, attempts[-1]

    def _discount(self, visit: Visit, payment: Row, booked: Step) -> None:
        """Given by a manager when it was booked."""
        paise, reason, by = visit.discount_paise, visit.reason or "A student, by agreement", self._manager
        self._rows.add(
            Adjustment, patient_id=visit.person.id, payment_id=payment["id"], kind="DISCOUNT", paise=paise, reason=reason,
            by_account_id=by, at=booked.at,
        )  # fmt: skip
        step = Step(booked.at, booked.status, by, None)
        self._note("payment.adjusted", int(payment["id"]), step, kind="DISCOUNT", paise=paise, reason=reason)

    def _paid(self, visit: Visit, payment: Row, registration: int, step: Step) -> None:
        amount = payment["consultation_paise"] + registration
        act = "payment.taken" if visit.pay_by in DESK else "payment.paid"
        self._note(act, int(payment["id"]), step, method=payment["method"], paise=amount)
        if registration:
            visit.person.row["registration_paid_at"] = step.at
            for waiting, attempts in self._unpaid[visit.person.id]:
                waiting["registration_paise"] = 0  # R-PAY-4
                for attempt in attempts:
                    attempt["paise"] -= registration if attempt["status"] == "OPEN" else 0

    def _attempts(self, visit: Visit, payment: Row, steps: list[Step]) -> list[Row]:
        attempts = [self._attempt(visit, payment, steps, kind="LINK", status="VOID")] if visit.voided_link else []
        kind = "DESK" if visit.pay_by in DESK or visit.pays_later else visit.pay_by
        return [*attempts, self._attempt(visit, payment, steps, kind=kind, status=_status_of_attempt(visit))]

    def _attempt(self, visit: Visit, payment: Row, steps: list[Step], *, kind: str, status: str) -> Row:
        """One try. What nobody opened at the provider has no ids of theirs, so that nobody asks there in vain."""
        came = status in ("PAID", "SURPLUS")
        opened = came or visit.voided_link
        failed = visit.failed_first and kind == "ORDER"
        at_desk = kind == "DESK"
        attempt = self._rows.add(
            Attempt,
            payment_id=payment["id"],
            kind=kind,
            paise=payment["consultation_paise"] + payment["registration_paise"],
            status=status,
            method=(visit.pay_by if at_desk else "ONLINE") if came else None,
            provider_order_id=self._code("order_") if opened and kind == "ORDER" else None,
            provider_link_id=(link := self._code("plink_") if opened and kind == "LINK" else None),
            provider_payment_id=self._code("pay_") if came and not at_desk else None,
            token=token_urlsafe(16),
            link_url=f"https://rzp.io/rzp/{link[-8:]}" if link else None,
            expires_at=None if at_desk else self._timelines.hold_ends(visit),
            failed_at=visit.booked_at if failed else None,
            failure="BAD_REQUEST_ERROR: Payment was declined by the bank" if failed else None,
            note=visit.desk_note if at_desk else None,
            taken_by=self._timelines.booker(visit) if at_desk else None,
            paid_at=steps[1].at if came else None,
            created_at=visit.booked_at,
        )
        if at_desk and came:
            self._tenders(attempt, visit.slot.centre_id)
        return attempt

    def _tenders(self, attempt: Row, centre_id: int) -> None:
        """Handed over in one way; of some by UPI a part came in cash, and of some nobody noted the reference."""
        number = int(attempt["id"])
        cash = 500_00 if attempt["method"] == "UPI" and number % 4 == 0 and attempt["paise"] > 1_000_00 else 0
        references = {
            "UPI": f"{600_000_000_000 + number}" if number % 7 else None,
            "CARD": f"Slip {number % 10_000:04}",
        }
        parts = [(attempt["method"], attempt["paise"] - cash, references.get(attempt["method"])), ("CASH", cash, None)]
        for method, paise, reference in parts:
            if paise:
                tender = self._rows.add(
                    Tender, attempt_id=number, method=method, paise=paise, reference=reference,
                    taken_by=attempt["taken_by"], taken_at=attempt["paid_at"],
                )  # fmt: skip
                self._tills.put(tender, centre_id)

    def _refund(self, visit: Visit, steps: list[Step], payment: Row, attempt: Row) -> None:
        in_time = (visit.starts_at - steps[-1].at).total_seconds() >= self._policy.patient_cutoff_hours * 3600
        if attempt["status"] == "SURPLUS":
            self._give_back(visit, steps[-1], attempt, attempt["paise"], RefundReason.PAID_TOO_LATE)
        elif visit.status == Status.CANCELLED and visit.is_paid and (in_time or visit.by_clinic):
            paise = attempt["paise"] if visit.by_clinic else payment["consultation_paise"]
            reason = RefundReason.CANCELLED_BY_CLINIC if visit.by_clinic else RefundReason.CANCELLED_IN_TIME
            status = self._give_back(visit, steps[-1], attempt, paise, reason)
            if status == "DONE" and paise == attempt["paise"]:
                payment["status"] = "REFUNDED"

    def _give_back(self, visit: Visit, step: Step, attempt: Row, paise: int, reason: RefundReason) -> str:
        old, at_desk = (self._now - step.at).days > REFUND_TAKES_DAYS, attempt["provider_payment_id"] is None
        recent = self._rng.choice(("REQUESTED", "APPROVED" if at_desk else "SENT"))
        status = visit.refund or ("DONE" if old else recent)
        refund = self._rows.add(
            Refund, payment_id=attempt["payment_id"], attempt_id=attempt["id"], paise=paise, reason=reason,
            status=status, opened_at=step.at, **self._way_of(status, step.at, attempt),
        )  # fmt: skip
        opened = Step(step.at, step.status, None, None)
        self._note("refund.opened", attempt["payment_id"], opened, refund_id=refund["id"], paise=paise, reason=reason)
        return status

    def _way_of(self, status: str, opened_at: datetime, attempt: Row) -> Row:
        """How far it has come: decided the same day, back two days later."""
        open_still, at_desk = status == "REQUESTED", attempt["provider_payment_id"] is None
        done, failed, declined = status == "DONE", status == "FAILED", status == "DECLINED"
        sent = not (open_still or at_desk or declined)
        decided, later = (min(opened_at + after, self._now) for after in (timedelta(hours=3), timedelta(days=2)))
        manager = None if open_still else self._manager
        return {
            "decided_by": manager, "decided_at": None if open_still else decided, "assigned_to": manager,
            "decided_reason": "Agreed with the patient: the next visit is free of charge." if declined else None,
            "way": None if open_still or declined else "DESK" if at_desk else "PROVIDER",
            "method": "CASH" if done and at_desk else None, "done_by": manager if done and at_desk else None,
            "done_at": later if done else None, "sent_at": decided if sent and not failed else None,
            "provider_refund_id": self._code("rfnd_") if sent and not failed else None,
            "failed_at": later if failed else None, "tries": int(sent),
            "failure": "The provider refused: not enough balance for refunds." if failed else None,
        }  # fmt: skip

    def _meeting(self, visit: Visit, steps: list[Step]) -> int | None:
        """An online one that was ever confirmed has its meeting."""
        if visit.mode != "ONLINE" or not visit.is_paid:
            return None
        new_id = self._rows.new_id()
        status = visit.meeting or ("READY" if visit.status in (*HOLDS_TIME, Status.NO_SHOW) else "CANCELLED")
        made = status != "FAILED"
        self._rows.add(
            Meeting,
            id=new_id,
            status=status,
            starts_at=visit.starts_at,
            ends_at=visit.slot.ends_at,
            event_id=event_id_of(str(new_id), 1) if made else None,
            join_url=f"https://meet.google.com/{self._room()}" if made else None,
            attempts=0 if made else 20,
            last_error=None if made else "503",
            created_at=steps[1].at,
        )
        return new_id

    def _note(self, act: str, subject_id: int, step: Step, **details: object) -> None:
        self._rows.add(AuditEntry, at=step.at, by_account_id=step.by, act=act, subject_id=subject_id, details=details)

    def _code(self, prefix: str) -> str:
        return f"{prefix}{self._rng.getrandbits(56):014x}"

    def _room(self) -> str:
        letters = "".join(self._rng.choices(ROOM_LETTERS, k=10))
        return f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"


def _status_of_attempt(visit: Visit) -> str:
    if visit.is_paid:
        return "PAID"
    if visit.paid_too_late:
        return "SURPLUS"
    return "OPEN" if visit.status == Status.PENDING or visit.pays_later else "VOID"


def _at(steps: list[Step], status: Status) -> datetime | None:
    """When it came to that, if it did."""
    return next((step.at for step in steps if step.status == status), None)
