"""What waits for somebody at the clinic: visits to be closed, holds that are not paid for, wishes to cancel."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute

from mibo import clinics, clock, db, payments
from mibo.booking.board import GIVEN_UP_AFTER
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.queries import within_reach
from mibo.booking.rows import AppointmentRow, columns
from mibo.booking.rules import Status
from mibo.identity import Actor
from mibo.payments import Attempt, Payment, Terms
from mibo.turns import in_turn

AT_MOST = 200
_TERMS = (Payment.cutoff_hours, Payment.in_time_percent, Payment.late_percent)


@dataclass(frozen=True, slots=True)
class UnpaidHold:
    """A time that waits for its money, and how the payment link stands."""

    row: AppointmentRow
    link_sent: bool
    link_failed: bool

    @property
    def paise(self) -> int:
        """What is to be paid."""
        return self.row.consultation_paise + self.row.registration_paise


@dataclass(frozen=True, slots=True)
class WishToCancel:
    """A patient asked to cancel: when, why, and what would go back to them."""

    row: AppointmentRow
    asked_at: datetime
    reason: str
    refund_paise: int


def needs_closing(by: Actor) -> ColumnElement[bool]:
    """Visits within reach that are long over and still stand as confirmed or under way (R-SES-11)."""
    late = clock.now() - timedelta(hours=clinics.policy_in_force().closing_hours)
    # written out, so that the planner sees that the partial index holds them all
    open_states: ColumnElement[bool] = literal_column("appointment.status in ('CONFIRMED', 'IN_PROGRESS')")
    return and_(open_states, Appointment.ends_at < late, within_reach(by))


def is_unpaid_hold(by: Actor) -> ColumnElement[bool]:
    """Times within reach that wait for their money; holds that ran out wait for nothing (P6)."""
    held: ColumnElement[bool] = literal_column("appointment.status = 'PENDING'")
    return and_(held, Appointment.held_until > clock.now(), within_reach(by))


def is_wish_to_cancel(by: Actor) -> ColumnElement[bool]:
    """Appointments within reach whose patients asked to cancel them."""
    return and_(literal_column("appointment.status = 'CANCELLATION_REQUESTED'"), within_reach(by))


def visits_to_close(*, by: Actor, limit: int = AT_MOST, made_after: int | None = None) -> Sequence[AppointmentRow]:
    """What needs closing, the oldest first, or as they were made (`turns`); two hundred at a time."""
    wanted = columns().where(needs_closing(by))
    ordered = in_turn(wanted, Appointment.id, made_after, Appointment.ends_at, Appointment.id)
    return [AppointmentRow(*row) for row in db.session().execute(ordered.limit(limit))]


def unpaid_holds(*, by: Actor, limit: int = AT_MOST, made_after: int | None = None) -> Sequence[UnpaidHold]:
    """The holds, the one that ends first at the head, or as they were made (`turns`)."""
    wanted = (
        columns()
        .add_columns(
            _link(Attempt.link_url.is_not(None)),
            _link(Attempt.link_url.is_(None), Attempt.asked_at < clock.now() - GIVEN_UP_AFTER),
        )
        .where(is_unpaid_hold(by))
    )
    ordered = in_turn(wanted, Appointment.id, made_after, Appointment.held_until, Appointment.id)
    found = db.session().execute(ordered.limit(limit))
    return [UnpaidHold(AppointmentRow(*row[:-2]), row[-2], row[-1]) for row in found]


def wishes_to_cancel(*, by: Actor, limit: int = AT_MOST, made_after: int | None = None) -> Sequence[WishToCancel]:
    """The wishes, the one whose appointment comes first at the head, or as they were made (`turns`)."""
    asked = (_of_the_asking(StatusChange.at), _of_the_asking(StatusChange.reason))
    wanted = columns().add_columns(*asked, *_TERMS).where(is_wish_to_cancel(by))
    ordered = in_turn(wanted, Appointment.id, made_after, Appointment.starts_at, Appointment.id)
    found = db.session().execute(ordered.limit(limit))
    return [_wish(AppointmentRow(*row[:-5]), row[-5], row[-4], Terms(*row[-3:])) for row in found]


def _wish(row: AppointmentRow, asked_at: datetime, reason: str | None, terms: Terms) -> WishToCancel:
    return WishToCancel(row, asked_at, row.cancel_reason or reason or "", _refund(row, asked_at, terms))


def _refund(row: AppointmentRow, asked_at: datetime, terms: Terms) -> int:
    """What goes back if the wish is granted: decided by when it was asked, not by when somebody reads it (R-PAY-15)."""
    if row.payment_status != "PAID":
        return 0
    in_time = row.starts_at - asked_at >= timedelta(hours=terms.cutoff_hours)
    owed = payments.Due(row.consultation_paise, row.registration_paise)
    return payments.refund_of_own_cancellation(owed, terms, in_time=in_time)


def _of_the_asking(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """Of the newest step to the wish: when it was taken, or why."""
    step = StatusChange.appointment_id == Appointment.id, StatusChange.next == Status.CANCELLATION_REQUESTED
    return select(column).where(*step).order_by(StatusChange.id.desc()).limit(1).scalar_subquery()


def _link(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    of_payment = Attempt.payment_id == Appointment.payment_id
    return select(Attempt.id).where(of_payment, Attempt.kind == "LINK", Attempt.status == "OPEN", *which).exists()
