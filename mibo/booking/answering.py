"""A patient answers a reminder: by a button on their phone or on the page of its link. Each acts once, and for that time
only; whose token it is not is nobody here.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import joinedload

from mibo import audit, clock, db, jobs, messaging, people
from mibo.booking import actions, cancelling, moving, requests
from mibo.booking.answer_models import AnswerToken
from mibo.booking.answer_tokens import keep_token, locked_token, still_good
from mibo.booking.models import Appointment
from mibo.booking.rules import CannotCancel
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.messaging import Reply, wording
from mibo.people import Patient
from mibo.phrases import phrase

ASKED = "Asked by the button of the reminder."
AT_ONCE = 100
KEPT_AFTER = timedelta(days=7)  # so that a late press is told kindly
VERB_AT = {"confirm": "confirmed_at", "move": "move_at", "cancel": "cancel_at"}
STOP_WORDS = frozenset({
    "stop", "unsubscribe", "stop all", "stop messages", "opt out", "optout",
    "रोकें", "रोको", "बंद", "बंद करो", "बंद करें", "स्टॉप", "संदेश बंद करें",
    "നിർത്തുക", "നിര്‍ത്തുക", "നിർത്തൂ", "വേണ്ട", "സ്റ്റോപ്പ്",
    "ನಿಲ್ಲಿಸಿ", "ನಿಲ್ಲಿಸು", "ಬೇಡ", "ಸ್ಟಾಪ್",
})  # fmt: skip

log = structlog.get_logger(__name__)


class AnswerOver(Missing):
    """The button is of a time that has changed, is over, or never was."""

    code = "ANSWER_OVER"
    message = phrase(
        "This link no longer works: the appointment has changed or is over. Please sign in to see your appointments."
    )


@jobs.job
def settle_reply(reply_id: int) -> None:
    """Do what a reply asks for, once."""
    with db.transaction() as session:
        wanted = select(Reply).where(Reply.id == reply_id, Reply.settled_at.is_(None)).with_for_update(skip_locked=True)
        if (reply := session.scalar(wanted)) is None:
            return
        reply.outcome = _pressed(reply) if reply.verb else _wrote(reply)
        reply.settled_at = clock.now()
        log.info("replies.settled", reply=reply.id, outcome=reply.outcome)


@jobs.job
def settle_replies() -> None:
    """Those whose bell nobody heard."""
    with db.reading() as session:
        waiting = session.scalars(
            select(Reply.id).where(Reply.settled_at.is_(None)).order_by(Reply.received_at).limit(AT_ONCE)
        ).all()
    for reply_id in waiting:
        settle_reply(reply_id)


@jobs.job
def forget_answer_tokens() -> None:
    """A week after its time a button is of no use, not even to be told so."""
    with db.transaction() as session:
        session.execute(delete(AnswerToken).where(AnswerToken.starts_at < func.now() - KEPT_AFTER))


def _pressed(reply: Reply) -> str:
    token = locked_token(reply.token_hash or b"")
    if token is None or reply.phone != token.phone:
        log.warning("replies.stranger", reply=reply.id)
        return "STRANGER"
    one = _whose(token)
    reply.about_id, reply.patient_id, reply.centre_id = one.id, one.patient_id, one.centre_id
    return _act(token, one, reply.verb or "")


def _whose(token: AnswerToken) -> Appointment:
    return actions.locked(token.appointment_id)


def _act(token: AnswerToken, one: Appointment, verb: str) -> str:
    """Pressed twice it is done once; what has changed meanwhile is told kindly."""
    if not still_good(token, one):
        used = getattr(token, VERB_AT[verb])
        return "CANCELLED" if verb == "cancel" and used else _over(token, one)
    if getattr(token, VERB_AT[verb]) is not None:
        return {"confirm": "CONFIRMED", "move": "MOVES", "cancel": "ASKED"}[verb]
    setattr(token, VERB_AT[verb], clock.now())
    return {"confirm": _confirm, "move": _move, "cancel": _cancel}[verb](token, one)


def _confirm(token: AnswerToken, one: Appointment) -> str:
    """They mean to come: shown to the desk."""
    one.coming_at = one.coming_at or clock.now()
    audit.record("appointment.coming", one.id, by=one.patient.account_id)
    _tell(one, wording.answer_thanks(one.patient.full_name, **_about(one)), f"answer-thanks:{token.id}")
    return "CONFIRMED"


def _move(token: AnswerToken, one: Appointment) -> str:
    """They get a link to the page on which they choose another time."""
    key = f"answer-move:{token.id}"
    keep_token(one, key)
    _tell(one, wording.answer_move(one.patient.full_name, **_about(one), link=f"my/{one.reference}/move"), key)
    return "MOVES"


def _cancel(token: AnswerToken, one: Appointment) -> str:
    """In time it is cancelled, by the terms of the booking; later it is asked for, and the clinic decides."""
    by = _patient(one)
    try:
        with db.session().begin_nested():
            cancelling.cancel(one.id, by=by, reason=None)
        return "CANCELLED"
    except CannotCancel:
        pass
    except Missing:  # they turned eighteen: this phone acts for them no longer
        return _over(token, one)
    try:
        with db.session().begin_nested():
            requests.ask_to_cancel(one.id, reason=ASKED, by=by)
    except CannotCancel:
        return _over(token, one)
    _tell(one, wording.answer_asked(one.patient.full_name, **_about(one)), f"answer-asked:{token.id}")
    return "ASKED"


def _over(token: AnswerToken, one: Appointment) -> str:
    """Said once, kindly, with where to look."""
    _tell(one, wording.answer_over(one.patient.full_name, link="my"), f"answer-over:{token.id}")
    return "OVER"


def _patient(one: Appointment) -> Actor:
    return Actor.patient(one.patient.account_id, one.patient.full_name)


def _about(one: Appointment) -> dict[str, Any]:
    return {"when": clock.local(one.starts_at), "reference": one.reference}


def _tell(one: Appointment, told: wording.Wording, key: str) -> None:
    patient = one.patient
    messaging.tell(
        told, phone=patient.phone, name=patient.full_name, dedupe_key=key, about_id=one.id, wishes=patient.wishes,
        centre_id=one.centre_id, concerns_at=one.starts_at,
    )  # fmt: skip


def _wrote(reply: Reply) -> str:
    """Words wait for staff of the centre where they were last, or come next; who asks for silence has it at once."""
    family = _family(reply.phone)
    if not family:
        return "WAITS"
    visit = _latest_visit(family)
    reply.patient_id = visit.patient_id if visit else family[0].id
    reply.about_id, reply.centre_id = (visit.id, visit.centre_id) if visit else (None, None)
    if not asks_to_stop(messaging.words_of(reply)):
        return "WAITS"
    for one in family:
        if not one.no_messages:
            audit.record("patient.changed", one.id, by=one.account_id, fields=["no_messages"], active=one.active)
        people.consents.stop_messages(one)
    return "STOPPED"


def asks_to_stop(words: str) -> bool:
    """Whether that is all they say, in any of our languages."""
    return " ".join(words.strip(" \t\r\n.!?।\"'").casefold().split()) in STOP_WORDS


def _family(phone: str | None) -> list[Patient]:
    """Everybody on this phone, whose own it is first."""
    if not phone:
        return []
    found = select(Patient).where(Patient.phone == phone, Patient.active).with_for_update()
    return list(db.session().scalars(found.order_by((Patient.id == Patient.account_id).desc(), Patient.id)))


def _latest_visit(family: list[Patient]) -> Appointment | None:
    """Their next appointment, or else the last one."""
    now = clock.now()
    theirs = select(Appointment).where(Appointment.patient_id.in_([one.id for one in family]))
    coming = theirs.where(Appointment.starts_at >= now).order_by(Appointment.starts_at).limit(1)
    past = theirs.where(Appointment.starts_at < now).order_by(Appointment.starts_at.desc()).limit(1)
    return db.session().scalar(coming) or db.session().scalar(past)


def by_link(token: str) -> tuple[Appointment, bool]:
    """The appointment that a link answers for, and whether it still does. Raises AnswerOver for one that never did."""
    wanted = (
        select(Appointment, AnswerToken)
        .join(AnswerToken, AnswerToken.appointment_id == Appointment.id)
        .where(AnswerToken.token_hash == messaging.hash_of(token))
        .options(joinedload(Appointment.patient), joinedload(Appointment.centre), joinedload(Appointment.payment))
    )
    row = db.session().execute(wanted).first()
    if row is None:
        raise AnswerOver
    return row[0], still_good(row[1], row[0])


def answer_by_link(token: str, verb: str) -> tuple[Appointment, str]:
    """Do what the button of the page says, as the one on the phone does. Raises AnswerOver."""
    found = locked_token(messaging.hash_of(token))
    if found is None:
        raise AnswerOver
    one = _whose(found)
    if not still_good(found, one):
        raise AnswerOver
    return one, _act(found, one, verb)


def move_by_link(
    token: str, *, starts_at: datetime, centre_id: int, mode: str, version: int | None = None
) -> Appointment:
    """Give it another time, once, by the rules of patients' own moves. Pressed twice, it is moved once.

    Raises AnswerOver, and what `reschedule` does.
    """
    found = locked_token(messaging.hash_of(token))
    if found is None:
        raise AnswerOver
    one = _whose(found)
    if found.moved_at and one.starts_at == starts_at:
        return one
    if not still_good(found, one):
        raise AnswerOver
    by = _patient(one)
    moved = moving.reschedule(
        one.id, starts_at=starts_at, by=by, centre_id=centre_id, mode=mode, version=version
    )  # fmt: skip
    found.moved_at = clock.now()
    return moved
