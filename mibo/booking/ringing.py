"""The bell of staff is rung from what stands: whoever asks to cancel, money that waits, messages that failed, meetings
that are missing. Nothing is told to it, so nothing can be forgotten; a run that dies is simply run again.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, String, and_, cast, delete, exists, func, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import clinics, clock, db
from mibo.booking.bell_models import Ring
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.booking.video_list import lacks_link, takes_place
from mibo.jobs import job
from mibo.messaging import Message, PhoneCall, Reply
from mibo.payments import Refund
from mibo.video import Meeting

KEPT_FOR = timedelta(days=90)
MESSAGES_OF = timedelta(days=2)  # of what failed longer ago nobody need call any more

COLUMNS = ("kind", "known_by", "about_id", "appointment_id", "centre_id")


@job
def ring_bell() -> None:
    """Ring for what waits since the last time, and note what waits no more."""
    for kind, waiting in _what_waits().items():
        with db.transaction() as session:
            rung = insert(Ring).from_select(COLUMNS, waiting)
            rung = rung.on_conflict_do_update(
                index_elements=["known_by"], set_={"settled_at": null()}, where=Ring.settled_at.is_not(None)
            )
            session.execute(rung)
            still = select(waiting.subquery().c.known_by)
            over = update(Ring).where(Ring.kind == kind, Ring.settled_at.is_(None), Ring.known_by.not_in(still))
            session.execute(over.values(settled_at=func.now()).execution_options(synchronize_session=False))


@job
def forget_rings() -> None:
    """What rang more than ninety days ago is of no more use; nothing that waits so long is told by a bell."""
    with db.transaction() as session:
        over = or_(Ring.settled_at.is_not(None), Ring.account_id.is_not(None))
        session.execute(delete(Ring).where(Ring.rung_at < func.now() - KEPT_FOR, over))


def _what_waits() -> Mapping[str, Select[*tuple[Any, ...]]]:
    return {
        "WISH": _of_visit("WISH").where(Appointment.status == Status.CANCELLATION_REQUESTED),
        "REFUND": _of_refund("REFUND").where(Refund.status.in_(("REQUESTED", "FAILED"))),
        "REFUND_DESK": _of_refund("REFUND_DESK").where(Refund.status == "APPROVED", Refund.way == "DESK"),
        "MESSAGE": _failed_messages(),
        "MEETING": _missing_meetings(),
        "REPLY": _unanswered(),
    }


def _row(kind: str, about: Any, more: Any, appointment: Any, centre: Any) -> Select[*tuple[Any, ...]]:
    known_by = func.concat(literal(kind, String), ":", about, ":", more).label("known_by")
    return select(literal(kind, String).label("kind"), known_by, about.label("about_id"), appointment, centre)


def _of_visit(kind: str) -> Select[*tuple[Any, ...]]:
    """Asked for again after it was refused, or missing again after a move, it rings again."""
    start = cast(func.floor(func.extract("epoch", Appointment.starts_at)), BigInteger)
    more = start if kind == "MEETING" else Appointment.version
    return _row(kind, Appointment.id, more, Appointment.id.label("appointment_id"), Appointment.centre_id)


def _of_refund(kind: str) -> Select[*tuple[Any, ...]]:
    row = _row(kind, Refund.id, Refund.status, Appointment.id.label("appointment_id"), Appointment.centre_id)
    return row.join(Appointment, Appointment.payment_id == Refund.payment_id)


def _failed_messages() -> Select[*tuple[Any, ...]]:
    """Whom no way reached, or of which no other way is tried; what is a code is asked for anew."""
    to_call = exists().where(PhoneCall.message_id == Message.id, PhoneCall.status == "OPEN")
    row = _row(
        "MESSAGE", Message.id, literal("", String), Appointment.id.label("appointment_id"), Appointment.centre_id
    )
    return row.join(Appointment, Appointment.id == Message.about_id).where(
        or_(and_(Message.status == "FAILED", Message.climbs_until.is_(None)), to_call),
        Message.kind != "CODE",
        Message.created_at > clock.now() - MESSAGES_OF,
    )


def _unanswered() -> Select[*tuple[Any, ...]]:
    """What somebody wrote, and nobody has seen to."""
    about = select(Appointment.id).where(Appointment.id == Reply.about_id).scalar_subquery().label("appointment_id")
    row = _row("REPLY", Reply.id, literal("", String), about, Reply.centre_id)
    return row.where(Reply.outcome.in_(("WAITS", "STOPPED")), Reply.handled_at.is_(None))


def _missing_meetings() -> Select[*tuple[Any, ...]]:
    """R-VID-2; the same as the list of video links shows."""
    now = clock.now()
    alert = timedelta(minutes=clinics.policy_in_force().link_alert_minutes)
    soon = and_(Appointment.starts_at <= now + alert, Appointment.ends_at > now)
    row = _of_visit("MEETING").outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
    return row.where(takes_place(), soon, lacks_link())
