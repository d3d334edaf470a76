"""What people wrote, as staff see to it: at their centres, each once; from unknown numbers, managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select, true

from mibo import audit, clock, db, messaging
from mibo.clinics import Centre
from mibo.errors import Conflict, Missing
from mibo.identity import Account, Actor
from mibo.messaging import Reply, Wishes, wording
from mibo.people import Patient
from mibo.turns import in_turn

FOR_STAFF = ("WAITS", "STOPPED")


class Part(StrEnum):
    """The parts of the inbox."""

    WAITING = "waiting"
    UNKNOWN = "unknown"
    HANDLED = "handled"


class AlreadyHandled(Conflict):
    """A colleague was quicker."""

    code = "ALREADY_HANDLED"
    message = "Somebody has seen to this message already."


class WantsSilence(Conflict):
    """They asked for no more messages."""

    code = "WANTS_SILENCE"
    message = "They want no more messages. Please call them instead."


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One message, with whose it is and who has seen to it."""

    id: int
    words: str
    phone: str | None
    outcome: str
    received_at: datetime
    patient_id: int | None
    patient: str | None
    about_id: int | None
    centre: str | None
    centre_phone: str | None
    handled_at: datetime | None
    handled_by: str | None
    answered_with: str | None


def replies(part: Part, *, by: Actor, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[ReplyRow]:
    """A page of them: what waits the oldest first, what is done the newest first; or as they were made (`turns`)."""
    order = Reply.received_at.desc() if part is Part.HANDLED else Reply.received_at.asc()
    wanted = (
        select(Reply, Patient.full_name, Centre.short_name, Centre.phone, Account.full_name)
        .outerjoin(Patient, Patient.id == Reply.patient_id)
        .outerjoin(Centre, Centre.id == Reply.centre_id)
        .outerjoin(Account, Account.id == Reply.handled_by)
        .where(_within(by), _part(part))
        .limit(limit)
        .offset(offset)
    )
    return [_row(*row) for row in db.session().execute(in_turn(wanted, Reply.id, made_after, order, Reply.id))]


def _row(one: Reply, patient: str | None, centre: str | None, phone: str | None, who: str | None) -> ReplyRow:
    return ReplyRow(
        one.id, messaging.words_of(one), one.phone, one.outcome or "", one.received_at, one.patient_id, patient,
        one.about_id, centre, phone, one.handled_at, who, one.answered_with,
    )  # fmt: skip


def handle(reply_id: int, *, by: Actor) -> Reply:
    """Somebody has seen to it. Raises Missing, AlreadyHandled."""
    one = _open(reply_id, by)
    one.handled_at, one.handled_by = clock.now(), by.account_id
    audit.record("reply.handled", one.id, by=by.account_id, patient=one.patient_id)
    return one


def answer(reply_id: int, with_: str, *, by: Actor) -> Reply:
    """Answer with one of the approved texts: that we call, or that they please call. Raises Missing, AlreadyHandled,
    WantsSilence.
    """
    one = _open(reply_id, by)
    patient = db.session().get(Patient, one.patient_id or 0)
    if patient is None or not one.phone:
        raise Missing("There is nobody to answer: this number is not a patient's.")
    if one.outcome == "STOPPED":
        raise WantsSilence
    centre = db.session().get(Centre, one.centre_id or 0)
    told = (
        wording.please_call(patient.full_name, phone=centre.phone)
        if with_ == "please_call" and centre
        else wording.will_call(patient.full_name)
    )
    wishes = Wishes(patient.id, patient.message_language)  # whoever writes wants to be answered
    messaging.tell(
        told, phone=one.phone, name=patient.full_name, dedupe_key=f"reply-answer:{one.id}", about_id=one.about_id,
        wishes=wishes, centre_id=one.centre_id,
    )  # fmt: skip
    one.handled_at, one.handled_by, one.answered_with = clock.now(), by.account_id, told.template
    audit.record("reply.answered", one.id, by=by.account_id, patient=one.patient_id, template=told.template)
    return one


def _open(reply_id: int, by: Actor) -> Reply:
    wanted = select(Reply).where(Reply.id == reply_id, _within(by), Reply.outcome.in_(FOR_STAFF))
    one = db.session().scalar(wanted.with_for_update())
    if one is None:
        raise Missing("We could not find that message.")
    if one.handled_at is not None:
        raise AlreadyHandled
    return one


def _within(by: Actor) -> ColumnElement[bool]:
    """Of their centres; what belongs to no centre is for those who see all of them."""
    return true() if by.everywhere else Reply.centre_id.in_(by.centre_ids)


def _part(part: Part) -> ColumnElement[bool]:
    for_staff = Reply.outcome.in_(FOR_STAFF)
    if part is Part.HANDLED:
        return and_(for_staff, Reply.handled_at.is_not(None))
    known = Reply.patient_id.is_(None) if part is Part.UNKNOWN else Reply.patient_id.is_not(None)
    return and_(for_staff, Reply.handled_at.is_(None), known)
