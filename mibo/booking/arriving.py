"""Who comes, comes late, or does not come; and what nobody closed (R-CHG-7, R-SES-11)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mibo import clock, db, messaging
from mibo.booking import actions, rules, seen, telling
from mibo.booking.models import Appointment
from mibo.booking.moving import ONE_PLACE
from mibo.booking.rules import NotAllowed, Status
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician, Patient


def check_in(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """The patient is here. Pressed twice it is one check-in. Raises Missing, Refused, ChangedMeanwhile, NotAllowed."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS)
    if one.arrived_at is not None and one.status == Status.CONFIRMED and _was_me(one, by, "appointment.arrived"):
        return one
    seen.check_fresh(one, version)
    rules.check_may_arrive(one.status, _is_today(one))
    if one.arrived_at is None:
        one.arrived_at, one.expected_at = clock.now(), None
        seen.touch(one, "arrived", by)
        db.session().flush()
    return one


def undo_check_in(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """The patient is not here after all, as long as nothing followed. Raises what `check_in` does."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS, version=version)
    rules.check_may_arrive(one.status, is_today=True)
    if one.arrived_at is not None:
        one.arrived_at = None
        seen.touch(one, "arrival_undone", by)
        db.session().flush()
    return one


def expect_late(
    appointment_id: int, *, expected_at: datetime | None, by: Actor, version: int | None = None
) -> Appointment:
    """The patient said when they come; None takes it back. Raises what `check_in` does, and Invalid."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS, version=version)
    rules.check_may_arrive(one.status, is_today=True)
    if one.arrived_at is not None:
        raise NotAllowed("The patient is here already.")
    if expected_at is not None and not one.starts_at < expected_at < one.ends_at:
        raise Invalid.field("expected_at", "Choose a time between the start and the end, or move the appointment.")
    if one.expected_at != expected_at:
        one.expected_at = expected_at
        seen.touch(one, "expected", by)
        db.session().flush()
    return one


def mark_no_show(
    appointment_id: int, *, by: Actor, reason: str | None = None, version: int | None = None
) -> Appointment:
    """Nobody came; only after the start. Raises Missing, Refused, ChangedMeanwhile, NotAllowed."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS, version=version)
    rules.check_may_miss(one.status, one.starts_at, one.arrived_at, clock.now())
    actions.change_status(one, Status.NO_SHOW, by=by.account_id, reason=reason)
    one.expected_at = None
    telling.missed(one, wait_s=seen.patience(by))
    db.session().flush()
    return one


def undo_no_show(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """They did come: it stands again if nobody has its time by now. Raises also SlotTaken's kin, NotAllowed."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS, version=version)
    rules.check_may_correct(one.status, _is_today(one), everywhere=by.everywhere)
    session = db.session()
    for row, key in ((Clinician, one.clinician_id), (Patient, one.patient_id)):
        session.execute(select(row.id).where(row.id == key).with_for_update(key_share=True))
    actions.clear_ended_holds(one.clinician_id, one.patient_id, one.starts_at, one.ends_at, but=one.id)
    try:
        with session.begin_nested():
            actions.change_status(one, Status.CONFIRMED, by=by.account_id, reason="Marked as a no-show by mistake")
            messaging.withdraw_kind(one.id, "mibo_missed_you")
            session.flush()
    except IntegrityError as error:
        if db.violated(error) not in ONE_PLACE:
            raise
        raise NotAllowed("Somebody else has this time by now. Book the patient another one.") from None
    return one


def complete(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """It took place, and nobody closed it; its clinician may end what they began (R-SES-11). Raises as above."""
    one = seen.staff_locked(appointment_id, by, Permission.MARK_ARRIVALS, version=version)
    rules.check_may_close(one.status, one.ends_at, clock.now(), own=seen.is_own(by, one))
    actions.change_status(one, Status.COMPLETED, by=by.account_id)
    if one.started_at is not None and one.ended_at is None:
        one.ended_at = clock.now()
    db.session().flush()
    return one


def _is_today(one: Appointment) -> bool:
    return clock.clinic_day(one.starts_at) == clock.today()


def _was_me(one: Appointment, by: Actor, act: str) -> bool:
    last = seen.last_touch(one)
    return last is not None and last.act == act and last.by_account_id == by.account_id
