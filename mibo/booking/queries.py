"""Appointments as people look at them: one's own, and one in full. A centre's day is in `board`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from mibo import clock, db, people
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.rules import OVER, Status, is_ahead
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Payment
from mibo.people import Patient
from mibo.phrases import phrase

PAGE = 20
SOONEST = (Appointment.starts_at, Appointment.id)
LATEST = (Appointment.starts_at.desc(), Appointment.id.desc())


def _brief() -> Select[Appointment]:
    """With all that a line of a list says, in one statement."""
    return select(Appointment).options(
        joinedload(Appointment.patient),
        joinedload(Appointment.clinician),
        joinedload(Appointment.centre),
        joinedload(Appointment.meeting),
        joinedload(Appointment.series),
        joinedload(Appointment.payment),
    )


def _in_full() -> Select[Appointment]:
    return _brief().options(joinedload(Appointment.payment).selectinload(Payment.attempts))


def _own(by: Actor, patient_id: int | None = None) -> ColumnElement[bool]:
    """Appointments of the account's own patients, or of one of them."""
    mine = people.ids_acted_for(by.account_id)
    return Appointment.patient_id.in_(mine.where(Patient.id == patient_id) if patient_id else mine)


def own_appointment(by: Actor, *, appointment_id: int | None = None, reference: str | None = None) -> Appointment:
    """One of the visitor's own appointments. Raises Missing, as for one that never was."""
    which = Appointment.id == appointment_id if reference is None else Appointment.reference == reference.upper()
    return _one(_in_full().where(which, _own(by)))


def own_appointments(by: Actor) -> Sequence[Appointment]:
    """All of the visitor's own appointments, newest first."""
    return db.session().scalars(_in_full().where(_own(by)).order_by(Appointment.starts_at.desc(), Appointment.id)).all()


def all_of_patient(patient_id: int) -> Sequence[Appointment]:
    """Everything of one patient, the latest first; whose it is to see is asked before."""
    wanted = _brief().where(Appointment.patient_id == patient_id)
    return db.session().scalars(wanted.order_by(*LATEST)).all()


def upcoming(
    by: Actor, *, patient_id: int | None = None, limit: int | None = None, offset: int = 0
) -> Sequence[Appointment]:
    """What is still to come of the visitor's own, the next one first; holds that ran out are not."""
    wanted = _brief().where(_own(by, patient_id), _ahead(clock.now()))
    return db.session().scalars(wanted.order_by(*SOONEST).limit(limit).offset(offset)).all()


def upcoming_in_full(by: Actor) -> Sequence[Appointment]:
    """The same with every try to pay for each, as apps are told of them."""
    wanted = _in_full().where(_own(by), _ahead(clock.now()))
    return db.session().scalars(wanted.order_by(*SOONEST)).all()


def past(by: Actor, *, patient_id: int | None = None, limit: int = PAGE, offset: int = 0) -> Sequence[Appointment]:
    """What is over or came to nothing, the latest first."""
    wanted = _brief().where(_own(by, patient_id), ~_ahead(clock.now()))
    return db.session().scalars(wanted.order_by(*LATEST).limit(limit).offset(offset)).all()


def at_home(
    by: Actor, *, ahead: int, over: int, patient_id: int | None = None
) -> tuple[Sequence[Appointment], Sequence[Appointment]]:
    """The next ones and the last ones of the visitor's own, at most so many of each: one statement."""
    now, own = clock.now(), _own(by, patient_id)
    coming = select(Appointment.id).where(own, _ahead(now)).order_by(*SOONEST).limit(ahead)
    gone = select(Appointment.id).where(own, ~_ahead(now)).order_by(*LATEST).limit(over)
    either = union_all(select(coming.subquery()), select(gone.subquery()))
    found = db.session().scalars(_brief().where(Appointment.id.in_(either)).order_by(*SOONEST)).all()
    to_come = [one for one in found if is_ahead(one.status, one.ends_at, one.held_until, now)]
    return to_come, [one for one in reversed(found) if one not in to_come]


def _ahead(now: datetime) -> ColumnElement[bool]:
    """`rules.is_ahead`, asked of the table."""
    unpaid = and_(Appointment.status == Status.PENDING, Appointment.held_until <= now)
    return and_(Appointment.ends_at > now, Appointment.status.not_in(OVER), not_(unpaid))


def within_reach(by: Actor, of: Any = Appointment) -> ColumnElement[bool]:
    """The appointments a member of staff may see: all, their centres' and their own, or (clinicians) their own (R-ACL).

    What else knows its centre and its clinician, as a payment does, may be asked the same.
    """
    own: ColumnElement[bool] = of.clinician_id == (by.clinician_id or 0)
    at_their_centres: ColumnElement[bool] = of.centre_id.in_(by.centre_ids)
    if by.everywhere:
        return Appointment.id.is_not(None) if of is Appointment else true()
    if by.roles == {Role.CLINICIAN}:
        return own
    return or_(at_their_centres, own) if by.clinician_id else at_their_centres


def staff_appointment(appointment_id: int, *, by: Actor) -> Appointment:
    """One appointment within this member of staff's reach, with its history, moves and discounts. Raises Missing."""
    discounts = joinedload(Appointment.payment).joinedload(Payment.adjusted)
    wanted = _in_full().options(selectinload(Appointment.history), selectinload(Appointment.moved), discounts)
    return _one(wanted.where(Appointment.id == appointment_id, within_reach(by)))


def _one(wanted: Select[Appointment]) -> Appointment:
    found = db.session().scalars(wanted).unique().one_or_none()
    if found is None:
        raise Missing(phrase("We could not find that appointment."))
    return found


def history_of(appointment_id: int) -> Sequence[StatusChange]:
    """The steps of an appointment's life in order."""
    return (
        db.session()
        .scalars(select(StatusChange).where(StatusChange.appointment_id == appointment_id).order_by(StatusChange.id))
        .all()
    )
