"""The refunds as a worklist: by state, with whose they are, how old, of what, and how they were paid (P9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.identity import Account, Actor
from mibo.identity.permissions import Permission
from mibo.payments import Attempt, Refund, RefundState, due_on
from mibo.people import Patient

Place = tuple[datetime, int]
PAGE = 50


class Which(StrEnum):
    """The parts of the list."""

    WAITING = "waiting"
    APPROVED = "approved"
    SENT = "sent"
    FAILED = "failed"
    DONE = "done"
    DECLINED = "declined"
    MINE = "mine"


STATES = {
    Which.WAITING: "REQUESTED", Which.APPROVED: "APPROVED", Which.SENT: "SENT", Which.FAILED: "FAILED",
    Which.DONE: "DONE", Which.DECLINED: "DECLINED",
}  # fmt: skip
OPEN = (RefundState.REQUESTED, RefundState.APPROVED, RefundState.SENT, RefundState.FAILED)
NEWEST_FIRST = (Which.DONE, Which.DECLINED)
# written out, so that the planner sees that the partial index holds them all
_IS_OPEN: ColumnElement[bool] = literal_column("refund.status in ('REQUESTED', 'APPROVED', 'SENT', 'FAILED')")
_owner, _decider, _giver, _opener = (aliased(Account) for _ in range(4))


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund, with all that a line and its page say of it."""

    id: int
    version: int
    status: str
    paise: int
    reason: str
    note: str | None
    way: str | None
    method: str | None
    reference: str | None
    provider_refund_id: str | None
    tries: int
    next_try_at: datetime | None
    failure: str | None
    opened_at: datetime
    decided_at: datetime | None
    decided_reason: str | None
    sent_at: datetime | None
    failed_at: datetime | None
    done_at: datetime | None
    owner_id: int | None
    owner: str | None
    decided_by: str | None
    done_by: str | None
    opened_by: str | None
    appointment_id: int
    payment_id: int
    booking: str
    starts_at: datetime
    centre_id: int
    centre: str
    patient: str
    phone: str
    mrn: str | None
    paid_paise: int
    paid_method: str | None
    paid_online: bool
    paid_at: datetime | None

    @property
    def place(self) -> Place:
        """Where a page goes on after it."""
        return self.opened_at, self.id

    def due(self, working_days: int) -> date:
        """The day by which the patient should have it."""
        return due_on(clock.clinic_day(self.opened_at), working_days)

    def is_late(self, working_days: int) -> bool:
        """Whether the patient should have it by now, and has not."""
        return self.status in OPEN and self.due(working_days) < clock.today()


def refunds(which: Which, *, by: Actor, after: Place | None = None, limit: int = PAGE + 1) -> Sequence[RefundRow]:
    """A page of them: what is open the oldest first, what is over the newest first."""
    at = tuple_(Refund.opened_at, Refund.id)
    newest = which in NEWEST_FIRST
    wanted = _columns().where(_part(which, by), _within(by))
    if after is not None:
        wanted = wanted.where(at < after if newest else at > after)
    order = (Refund.opened_at.desc(), Refund.id.desc()) if newest else (Refund.opened_at, Refund.id)
    return [RefundRow(*row) for row in db.session().execute(wanted.order_by(*order).limit(limit))]


def refund(refund_id: int, *, by: Actor) -> RefundRow:
    """One of them. Raises Missing, as for one that never was."""
    row = db.session().execute(_columns().where(Refund.id == refund_id, _within(by))).first()
    if row is None:
        raise Missing("We could not find that refund.")
    return RefundRow(*row)


def counts(*, by: Actor) -> dict[Which, int]:
    """How many are open in each part, in one statement; of what is over nobody counts."""
    parts = {which: _part(which, by) for which in (*list(STATES)[:4], Which.MINE)}
    wanted = select(*(func.count().filter(part) for part in parts.values()))
    row = db.session().execute(_joined(wanted.select_from(Refund)).where(_IS_OPEN, _within(by))).one()
    return dict(zip(parts, row, strict=True))


def waits_for(by: Actor) -> Select[*tuple[Any, ...]]:
    """What waits for this person, for the menu: managers decide and see to what failed, the desk hands over."""
    to_hand_over = and_(Refund.status == "APPROVED", Refund.way == "DESK")
    decides = Refund.status.in_(("REQUESTED", "FAILED")) if by.may(Permission.DECIDE_REFUNDS) else false()
    return _joined(select(Refund.id)).where(_IS_OPEN, or_(decides, to_hand_over), _within(by))


def working_days() -> int:
    """Within how many working days patients are told that their money is back."""
    return clinics.policy_in_force().refund_days


def _part(which: Which, by: Actor) -> ColumnElement[bool]:
    if which is Which.MINE:
        return and_(_IS_OPEN, Refund.assigned_to == by.account_id)
    if STATES[which] in OPEN:
        return and_(_IS_OPEN, Refund.status == STATES[which])
    return Refund.status == STATES[which]


def _within(by: Actor) -> ColumnElement[bool]:
    """At the centres that are theirs (R-ACL-1)."""
    if by.audience != "STAFF" or not by.may(Permission.GIVE_BACK):
        return false()
    return Appointment.id.is_not(None) if by.everywhere else Appointment.centre_id.in_(by.centre_ids)


def _joined(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return wanted.join(Appointment, Appointment.payment_id == Refund.payment_id)


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        _joined(
            select(
                Refund.id, Refund.version, Refund.status, Refund.paise, Refund.reason, Refund.note, Refund.way,
                Refund.method, Refund.reference, Refund.provider_refund_id, Refund.tries, Refund.next_try_at,
                Refund.failure, Refund.opened_at, Refund.decided_at, Refund.decided_reason, Refund.sent_at,
                Refund.failed_at, Refund.done_at, Refund.assigned_to, _owner.full_name, _decider.full_name,
                _giver.full_name, _opener.full_name, Appointment.id, Appointment.payment_id, Appointment.reference, Appointment.starts_at,
                Appointment.centre_id, Centre.short_name, Patient.full_name, Patient.phone, Patient.mrn, Attempt.paise,
                Attempt.method, Attempt.provider_payment_id.is_not(None), Attempt.paid_at,
            ).select_from(Refund)
        )
        .join(Attempt, Attempt.id == Refund.attempt_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .outerjoin(_owner, _owner.id == Refund.assigned_to)
        .outerjoin(_decider, _decider.id == Refund.decided_by)
        .outerjoin(_giver, _giver.id == Refund.done_by)
        .outerjoin(_opener, _opener.id == Refund.opened_by)
    )  # fmt: skip
