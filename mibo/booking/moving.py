"""An appointment gets another time or place: by the rules of booking there, and it keeps all the rest (R-CHG-1, 2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mibo import clinics, clock, db, jobs, messaging, payments, people, video
from mibo.booking import actions, rules, seen, taking, telling
from mibo.booking.affected import closed_over
from mibo.booking.availability import slot_of_span
from mibo.booking.by_video import check_video
from mibo.booking.models import REASON_LENGTH, Appointment, Move
from mibo.booking.rules import CannotMove, NotAllowed, NotOffered, SlotTaken, Status
from mibo.clinics import Centre
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician, Patient
from mibo.phrases import phrase
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import SlotState
from mibo.video import Meeting

ONE_PLACE = ("appointment_clinician_free", "appointment_patient_free")


@dataclass(frozen=True)
class Place:
    """When, with whom, where and how an appointment is."""

    starts_at: datetime
    clinician_id: int
    centre_id: int
    mode: str

    @classmethod
    def of(cls, one: Appointment) -> "Place":
        """Where it is now."""
        return cls(one.starts_at, one.clinician_id, one.centre_id, one.mode)


def reschedule(
    appointment_id: int,
    *,
    starts_at: datetime,
    by: Actor,
    clinician_id: int | None = None,
    centre_id: int | None = None,
    mode: str | None = None,
    reason: str | None = None,
    version: int | None = None,
) -> Appointment:
    """Move an appointment, one's own or as staff; what is not named stays as it is. Asked twice, it is moved once.

    Raises Missing, Refused, ChangedMeanwhile, CannotMove, NotAllowed, HoldOver, SlotTaken, NotOffered, Invalid.
    """
    reason = _worded(reason)
    one = _theirs(appointment_id, by)
    goal = Place(starts_at, clinician_id or one.clinician_id, centre_id or one.centre_id, mode or one.mode)
    if goal == Place.of(one) and one.moves:
        return one
    seen.check_fresh(one, version)
    displaced = is_displaced(one)
    _check_may(one, goal, by, displaced=displaced)
    if goal == Place.of(one):
        raise Invalid.field("at", phrase("That is the time it has already. Choose another one."))
    lock_around({one.clinician_id, goal.clinician_id}, {goal.centre_id}, one.patient_id)
    if (goal.mode, goal.clinician_id) != (one.mode, one.clinician_id):
        check_video(goal.mode, db.session().get_one(Clinician, goal.clinician_id), one.patient, by=by)
    _check_offered(one, goal, by)
    was = put_there(one, goal)
    check_buffer(one, goal)
    one.moves_by_patient += by.audience == "PATIENT" and not displaced
    note_move(one, was, by, reason)
    telling.moved(one, was.starts_at, was.clinician_id, wait_s=seen.patience(by))
    return one


def undo_move(appointment_id: int, *, by: Actor, version: int | None = None) -> Appointment:
    """Staff take their own last move back before anybody is told of it (M13). Raises what `reschedule` does."""
    one = seen.staff_locked(appointment_id, by, Permission.MOVE_APPOINTMENTS, version=version)
    last = db.session().scalar(
        select(Move).where(Move.appointment_id == one.id).order_by(Move.id.desc()).limit(1)
    )  # fmt: skip
    touch = seen.last_touch(one)
    if last is None or touch is None or touch.act != "appointment.moved" or touch.by_account_id != by.account_id:
        raise NotAllowed("There is no move of yours to undo here.")
    if not messaging.withdraw_about(one.id, since=last.at):
        raise NotAllowed("The patient has been told of the new time already. Move it again instead.")
    mode = str(touch.details.get("mode") or one.mode)
    goal = Place(last.from_starts_at, last.from_clinician_id, last.from_centre_id, mode)
    lock_around({one.clinician_id, goal.clinician_id}, {goal.centre_id}, one.patient_id)
    was = put_there(one, goal)
    check_buffer(one, goal)
    _note(one, was, by, "Undone")
    one.moves -= 2
    seen.touch(one, "move_undone", by)
    _move_meeting(one)
    telling.moved_back(one, wait_s=seen.patience(by))
    return one


def _theirs(appointment_id: int, by: Actor) -> Appointment:
    if by.audience == "PATIENT":
        return actions.own_locked(appointment_id, by)
    return seen.staff_locked(appointment_id, by, Permission.MOVE_APPOINTMENTS)


def why_not_own(one: Appointment, *, displaced: bool) -> str:
    """Why the patient cannot move it any more; empty when they can."""
    try:
        _check_own(one, displaced=displaced)
    except CannotMove as error:
        return error.message
    return ""


def is_displaced(one: Appointment) -> bool:
    """Whether the clinic has closed its time: then its patient may choose another, however late and often."""
    return closed_over(one.clinician_id, one.centre_id, one.starts_at, one.ends_at) is not None


def _check_may(one: Appointment, goal: Place, by: Actor, *, displaced: bool) -> None:
    if by.audience == "PATIENT":
        _check_own(one, displaced=displaced)
        if goal.clinician_id != one.clinician_id:
            raise CannotMove(phrase("To see another clinician, please book a new appointment or call the centre."))
        return
    if not by.reaches(goal.centre_id):
        raise Missing("We could not find that centre.")
    rules.check_may_move(one.status, one.held_until, one.ends_at, clock.now())


def _check_own(one: Appointment, *, displaced: bool) -> None:
    rules.check_may_move_own(
        one.status, one.starts_at, one.moves_by_patient, clock.now(), clinics.policy_in_force(),
        cutoff_hours=one.payment.cutoff_hours, displaced=displaced,
    )  # fmt: skip


def lock_around(clinician_ids: Collection[int], centre_ids: Collection[int], patient_id: int) -> None:
    """Clinicians, centre and patient, always in this order: an UPDATE into an exclusion constraint can deadlock with
    another, and nobody closes an account or a centre meanwhile (R-ACL-5).
    """
    session = db.session()
    session.execute(select(Clinician.id).where(Clinician.id.in_(clinician_ids)).order_by(Clinician.id)
                    .with_for_update(key_share=True))  # fmt: skip
    session.execute(select(Centre.id).where(Centre.id.in_(centre_ids)).order_by(Centre.id)
                    .with_for_update(read=True, key_share=True))  # fmt: skip
    session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))


def _check_offered(one: Appointment, goal: Place, by: Actor) -> None:
    """The same rules as for a new booking there (R-SLOT); its own time is not in its way."""
    whom = Audience.PATIENT if by.audience == "PATIENT" else Audience.STAFF
    if not people.works_at(goal.clinician_id, goal.centre_id):
        raise NotOffered(phrase("This clinician cannot be booked there. Please choose another time."))
    slot = slot_of_span(
        goal.clinician_id, goal.starts_at, goal.starts_at + _length(one), centre_id=goal.centre_id, mode=goal.mode,
        for_whom=whom, patient_id=one.patient_id, but=one.id,
    )  # fmt: skip
    if slot is None:
        raise NotOffered(phrase("That is not one of the times offered. Please choose a time from the list."))
    if slot.state in (SlotState.BOOKED, SlotState.HELD):
        raise _taken(goal)
    if not slot.is_free:
        raise NotOffered(taking.sentence_of(slot, whom))


def put_there(one: Appointment, goal: Place) -> Place:
    """Put it there, and say where it was. Raises SlotTaken when a rival was quicker; the buffer is not looked at."""
    session, was, length = db.session(), Place.of(one), _length(one)
    ends_at = goal.starts_at + length
    actions.clear_ended_holds(goal.clinician_id, one.patient_id, goal.starts_at, ends_at, but=one.id)
    try:
        with session.begin_nested():
            one.starts_at, one.ends_at, one.mode = goal.starts_at, ends_at, goal.mode
            one.clinician = session.get_one(Clinician, goal.clinician_id)
            one.centre = session.get_one(Centre, goal.centre_id)
            one.overbooked, one.overbook_reason = False, None
            session.flush()
    except IntegrityError as error:
        if db.violated(error) not in ONE_PLACE:
            raise
        raise _taken(goal) from None
    return was


def check_buffer(one: Appointment, goal: Place) -> None:
    """Raises SlotTaken when a rival beside it was quicker."""
    if actions.is_too_near(one):
        raise _taken(goal)


def note_move(one: Appointment, was: Place, by: Actor, reason: str | None) -> None:
    """Write down where it was, and move the meeting along. Nobody is told yet."""
    _note(one, was, by, reason)
    seen.touch(one, "moved", by, mode=was.mode)
    _move_meeting(one)
    db.session().flush()


def _note(one: Appointment, was: Place, by: Actor, reason: str | None) -> None:
    one.moves += 1
    one.expected_at = one.coming_at = None
    messaging.withdraw_overtaken(one.id)
    if clock.clinic_day(was.starts_at) != clock.clinic_day(one.starts_at):
        one.arrived_at = None
    db.session().add(
        Move(
            appointment_id=one.id,
            from_starts_at=was.starts_at,
            to_starts_at=one.starts_at,
            from_clinician_id=was.clinician_id,
            to_clinician_id=one.clinician_id,
            from_centre_id=was.centre_id,
            to_centre_id=one.centre_id,
            by_patient=by.audience == "PATIENT",
            by_account_id=by.account_id,
            reason=reason,
        )
    )


def _move_meeting(one: Appointment) -> None:
    """One meeting per online appointment, at its time; none any more for one in person (R-VID-4)."""
    if one.mode != "ONLINE":
        if one.meeting is not None:
            video.call_off(one.meeting)
            one.meeting = None
        return
    if one.status != Status.CONFIRMED:
        return
    if one.meeting is None:
        one.meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at)
        db.session().add(one.meeting)
    else:
        video.move(one.meeting, one.starts_at, one.ends_at)
    db.session().flush()
    jobs.defer(telling.attach_meeting, one.meeting.id)


def _length(one: Appointment) -> timedelta:
    return one.ends_at - one.starts_at


def _taken(goal: Place) -> SlotTaken:
    return SlotTaken(taking.wanted_at(goal.clinician_id, goal.centre_id, goal.mode, goal.starts_at))


def _worded(reason: str | None) -> str | None:
    payments.refuse_card_number(reason, "reason")
    said = (reason or "").strip()
    if len(said) > REASON_LENGTH:
        raise Invalid.field("reason", f"Please use {REASON_LENGTH} characters at most.")
    return said or None
