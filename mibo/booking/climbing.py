"""Whom a message did not reach is tried another way, as long as what it tells still stands (M3).

Computed from what stands, by one clock: a run that dies is simply run again, and each message is looked at under its own
lock, so one that cannot be sent on stops no other.
"""

from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.exc import DBAPIError

from mibo import clinics, db
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.jobs import job
from mibo.messaging import Message, ladder
from mibo.people import Patient

AT_ONCE = 200
OF_ITS_END = ("mibo_booking_cancelled", "mibo_booking_off", "mibo_series_off")
OF_A_HOLD = ("mibo_payment_link",)
OF_BOTH = ("mibo_booking_moved", "mibo_series_moved", "mibo_series_booked")

log = structlog.get_logger(__name__)


@job
def climb_due() -> None:
    """Try another way for whoever has not been reached for as long as the policy says."""
    patience = timedelta(minutes=clinics.policy_in_force().ladder_minutes)
    with db.reading() as session:
        wanted = select(Message.id).where(ladder.is_stuck(patience)).order_by(Message.climbs_until).limit(AT_ONCE)
        stuck = session.scalars(wanted).all()
    for message_id in stuck:
        try:
            with db.transaction():
                _climb(message_id, patience)
        except DBAPIError as error:
            log.error("ladder.failed", message=message_id, constraint=db.violated(error))


def _climb(message_id: int, patience: timedelta) -> None:
    """The recipient is read from the patient's own row, in the same statement (R-MSG-6)."""
    found = db.session().execute(
        select(Message, Patient, tells_what_stands())
        .join(Patient, Patient.id == Message.patient_id, isouter=True)
        .where(Message.id == message_id, ladder.is_stuck(patience))
        .with_for_update(of=Message, skip_locked=True)
    ).one_or_none()  # fmt: skip
    if found is None:
        return
    message, patient, stands = found
    if patient is None or patient.no_messages or not stands:
        ladder.leave(message)
        return
    way = ladder.climb(message, phone=patient.phone, email=patient.email)
    log.info("ladder.climbed", message=message_id, template=message.template, way=way)


def tells_what_stands() -> ColumnElement[bool]:
    """Whether there still is what a message tells of."""
    return select(Appointment.id).where(what_it_tells_of()).exists()


def what_it_tells_of() -> ColumnElement[bool]:
    """The appointment (or the first of a series) at the time, and in the state, that a message tells of."""
    state = Appointment.status
    fitting = case(
        (Message.template.in_(OF_ITS_END), state == Status.CANCELLED),
        (Message.template.in_(OF_A_HOLD), and_(state == Status.PENDING, Appointment.held_until > func.now())),
        (Message.template.in_(OF_BOTH), state.in_((Status.PENDING, Status.CONFIRMED))),
        else_=state == Status.CONFIRMED,
    )
    theirs = or_(Appointment.id == Message.about_id, Appointment.series_id == Message.about_id)
    return and_(theirs, Appointment.starts_at == Message.climbs_until, fitting)
