"""Whom no message reached: the desk calls them, and notes what came of it (M3).

A call is for an appointment as it stands: one that is moved, cancelled or begun meanwhile needs none, so the list leaves
it out, and nothing has to be tidied away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select
from sqlalchemy.orm import selectinload

from mibo import audit, clock, db
from mibo.booking.climbing import what_it_tells_of
from mibo.booking.models import Appointment
from mibo.booking.queries import within_reach
from mibo.clinics import Centre
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.messaging import CallTry, Message, PhoneCall
from mibo.people import Clinician, Patient
from mibo.turns import in_turn

PAGE = 25
AGAIN_AFTER = timedelta(hours=1)
DONE_SINCE = timedelta(hours=24)
DONE_AT_MOST = 10
ACTS = {"REACHED": "call.reached", "NO_ANSWER": "call.no_answer", "WRONG_NUMBER": "call.wrong_number"}


class AlreadyNoted(Conflict):
    """Somebody else at the desk was quicker."""

    code = "CALL_NOTED"
    message = "Somebody has noted a call to them meanwhile. Please look at the list again."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody to call, what they were to be told, and of which appointment."""

    call: PhoneCall
    message: Message
    patient: Patient
    appointment: Appointment
    clinician: str
    centre: str


def waits_for(by: Actor) -> Select[tuple[int]]:
    """The calls within reach that somebody should make now; who did not answer is left alone for an hour."""
    now = clock.now()
    due = PhoneCall.again_at.is_(None) | (PhoneCall.again_at <= now)
    return _of(select(PhoneCall.id)).where(_is_open(now), due, within_reach(by))


def to_call(*, by: Actor, offset: int = 0, limit: int = PAGE) -> tuple[Sequence[Wanted], int]:
    """A page of the list, and how many there are: the visit that begins first at the head, and last who is left alone."""
    wanted = (_is_open(clock.now()), within_reach(by))
    total = db.session().scalar(_of(select(func.count(PhoneCall.id))).where(*wanted)) or 0
    return some_to_call(by=by, offset=offset, limit=limit), total


def some_to_call(*, by: Actor, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Wanted]:
    """Some of them, in the order of the list or as they were made (`turns`)."""
    now = clock.now()
    order = (func.coalesce(PhoneCall.again_at > now, False), PhoneCall.until, PhoneCall.id)
    wanted = _whole().where(_is_open(now), within_reach(by))
    return _found(in_turn(wanted, PhoneCall.id, made_after, *order).offset(offset).limit(limit))


def just_noted(*, by: Actor) -> Sequence[Wanted]:
    """The last ten that were settled since yesterday: what was noted by mistake can be taken back."""
    newest = select(func.max(CallTry.at)).where(CallTry.call_id == PhoneCall.id).scalar_subquery()
    settled = PhoneCall.status.in_(("REACHED", "WRONG_NUMBER"))
    wanted = _whole().where(settled, newest > clock.now() - DONE_SINCE, within_reach(by))
    return _found(wanted.order_by(newest.desc()).limit(DONE_AT_MOST))


def note_call(call_id: int, outcome: str, *, by: Actor, seen: int) -> PhoneCall:
    """Note what came of a call, as it was seen with so many tries. Raises Missing, AlreadyNoted."""
    call = _locked(call_id, by)
    if call.status != "OPEN" or len(call.standing) != seen:
        raise AlreadyNoted
    db.session().add(CallTry(call_id=call.id, outcome=outcome, by_account_id=by.account_id))
    if outcome == "NO_ANSWER":
        call.again_at = min(clock.now() + AGAIN_AFTER, call.until)
    else:
        call.status, call.again_at = outcome, None
    audit.record(ACTS[outcome], call.about_id, by=by.account_id)
    db.session().flush()
    return call


def take_back(call_id: int, *, by: Actor, seen: int) -> None:
    """The last thing noted was a mistake: they are to be called, as before. Raises Missing, AlreadyNoted."""
    call = _locked(call_id, by)
    standing = call.standing
    if not standing or len(standing) != seen:
        raise AlreadyNoted
    standing[-1].taken_back_at = clock.now()
    call.status, call.again_at = "OPEN", None
    audit.record("call.taken_back", call.about_id, by=by.account_id, outcome=standing[-1].outcome)
    db.session().flush()


def _locked(call_id: int, by: Actor) -> PhoneCall:
    wanted = _of(select(PhoneCall)).where(PhoneCall.id == call_id, within_reach(by))
    locking = wanted.with_for_update(of=PhoneCall).options(selectinload(PhoneCall.tries))
    found: PhoneCall | None = db.session().scalars(locking.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise Missing("We could not find that call.")
    return found


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(literal_column("phone_call.status = 'OPEN'"), PhoneCall.until > now)


def _of(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With the message, and the appointment as long as it is what the message tells of."""
    return wanted.join(Message, Message.id == PhoneCall.message_id).join(Appointment, what_it_tells_of())


def _whole() -> Select[*tuple[Any, ...]]:
    wanted = select(PhoneCall, Message, Patient, Appointment, Clinician.full_name, Centre.short_name)
    return (
        _of(wanted)
        .join(Patient, Patient.id == PhoneCall.patient_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .options(selectinload(PhoneCall.tries))
    )


def _found(wanted: Select[*tuple[Any, ...]]) -> list[Wanted]:
    return [Wanted(*row) for row in db.session().execute(wanted)]
