"""A consultation is started and ended, by the clinician whose it is and by nobody else (R-SES-1)."""

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from mibo import audit, booking, clinics, clock, db
from mibo.booking import Appointment, Status, gate
from mibo.care import rules
from mibo.care.models import ConsultationNote
from mibo.care.rules import GuardianNeeded, StillInConsultation
from mibo.errors import Missing, Refused
from mibo.identity import Actor
from mibo.messaging import wording
from mibo.people import Clinician


def start(appointment_id: int, *, by: Actor, guardian_present: bool = False) -> Appointment:
    """The patient is in; started once however often it is said. With a child in a video call somebody grown-up is.

    Raises Missing, Refused, CannotStart, GuardianNeeded, StillInConsultation.
    """
    appointment = own_locked(appointment_id, by)
    if appointment.status == Status.IN_PROGRESS:
        return appointment
    now = clock.now()
    rules.check_may_start(appointment.status, appointment.starts_at, now, clinics.policy_in_force())
    asks = asks_for_guardian(appointment)
    if asks and not guardian_present:
        raise GuardianNeeded
    _check_alone(appointment)
    try:
        with db.session().begin_nested():
            booking.change_status(appointment, Status.IN_PROGRESS, by=by.account_id)
            appointment.started_at = appointment.started_at or now
            db.session().flush()
    except IntegrityError as error:  # whoever writes past the check is stopped by the database
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") != "uq_appointment_in_consultation":
            raise
        _check_alone(appointment)
        raise
    if asks:
        audit.record("appointment.guardian_seen", appointment.id, by=by.account_id)
    return appointment


def asks_for_guardian(appointment: Appointment) -> bool:
    """Whether its clinician must see that a grown-up is with the child before they start."""
    return appointment.mode == "ONLINE" and gate.is_for_minor(appointment)


def end(appointment_id: int, *, by: Actor) -> Appointment:
    """The consultation is over; one that nobody started began when it was due. Raises Missing, Refused, CannotEnd."""
    appointment = own_locked(appointment_id, by)
    now = clock.now()
    rules.check_may_end(appointment.status, appointment.starts_at, now, clinics.policy_in_force())
    booking.change_status(appointment, Status.COMPLETED, by=by.account_id)
    appointment.started_at = appointment.started_at or min(appointment.starts_at, now)
    appointment.ended_at = appointment.ended_at or now
    db.session().flush()
    _settle_draft(appointment.id)
    return appointment


def _settle_draft(appointment_id: int) -> None:
    """What was saved by itself while it was written stands from now on."""
    drafts = (ConsultationNote.appointment_id == appointment_id, ConsultationNote.draft)
    db.session().execute(update(ConsultationNote).where(*drafts).values(draft=False))


def own_locked(appointment_id: int, by: Actor) -> Appointment:
    """The appointment, locked, for the clinician whose it is. Raises Refused for a colleague at a centre of theirs,
    who sees that it is there, and Missing for anybody else.
    """
    appointment = booking.locked(appointment_id)
    if appointment.clinician_id == by.clinician_id:
        return appointment
    if not by.reaches(appointment.centre_id):
        raise Missing("We could not find that appointment.")
    raise Refused("This is another clinician's appointment.")


def _check_alone(appointment: Appointment) -> None:
    """One consultation at a time (R-SES-4). Two starts at once come one after the other by the clinician's row, which is
    locked after the appointment's, as everywhere.
    """
    session = db.session()
    mine = appointment.clinician_id
    session.execute(select(Clinician.id).where(Clinician.id == mine).with_for_update(key_share=True))
    still = session.scalar(
        select(Appointment)
        .where(Appointment.clinician_id == mine, Appointment.status == Status.IN_PROGRESS)
        .options(joinedload(Appointment.patient))
        .limit(1)
    )
    if still is not None:
        since = wording.moment(clock.local(still.starts_at))
        raise StillInConsultation(
            f"You are still in consultation with {still.patient.full_name} ({since}). End that first.", still.id
        )
