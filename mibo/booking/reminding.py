"""Reminders: computed from what stands, at the policy's times, once for each appointment, mark and start (R-MSG-2).

A reminder is promised while its appointment is locked for a moment, so whoever cancels or moves it comes before, and
there is none, or after, and takes it back. Nothing is kept of former runs: a run that dies is simply run again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Row,
    Select,
    String,
    Text,
    and_,
    cast,
    column,
    exists,
    extract,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from mibo import clinics, clock, db, messaging
from mibo.booking.answer_models import AnswerToken
from mibo.booking.models import Appointment, Move, StatusChange
from mibo.booking.rules import Status
from mibo.booking.telling import where
from mibo.clinics import Centre
from mibo.clinics.policy import Policy
from mibo.jobs import job
from mibo.messaging import Message, Promised, QuietHours, wording
from mibo.messaging.wording import Wording
from mibo.people import Patient

AT_ONCE = 1000
SOONEST = timedelta(minutes=30)  # nearer to the start nobody is reminded any more

log = structlog.get_logger(__name__)
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class Mark:
    """A time before the start at which patients are reminded, and when the next one comes."""

    name: str
    before: timedelta
    until: timedelta


def marks(policy: Policy) -> list[Mark]:
    """The policy's marks, the earliest first. Each reminds until the next one does; two at the same time are one."""
    asked = {
        "first": policy.reminder_first_hours, "second": policy.reminder_second_hours, "third": policy.reminder_third_hours,
    }  # fmt: skip
    hours = {value: name for name, value in asked.items() if value}
    ahead = sorted(hours, reverse=True)
    ends = [timedelta(hours=following) for following in ahead[1:]] + [SOONEST]
    return [Mark(hours[value], timedelta(hours=value), end) for value, end in zip(ahead, ends, strict=True)]


@job
def remind_due() -> None:
    """Promise what is due now; in the quiet hours nothing, and after them what is still of use."""
    policy = clinics.policy_in_force()
    if QuietHours(policy.quiet_from_hour, policy.quiet_until_hour).hold(clock.local(clock.now())):
        return
    told = sum(_remind(mark) for mark in marks(policy))
    if told:
        log.info("reminders.promised", count=told)


def _remind(mark: Mark) -> int:
    """All that one mark is due for, some hundreds at a time, each in a transaction of its own."""
    told, place = 0, None
    while True:
        with db.transaction() as session:
            found = session.execute(_due(mark, clock.now(), place)).all()
            promised = [_promise(one, mark) for one in found]
            told += messaging.tell_all(promised)
            _let_answer(found, promised)
        if len(found) < AT_ONCE:
            return told
        place = found[-1].starts_at, found[-1].id


def _due(mark: Mark, now: datetime, place: Place | None) -> Select[*tuple[Any, ...]]:
    """Confirmed, to come, known since before the mark, and not reminded of yet; who is being changed waits for the next
    run. The recipient is read from the booking's own row, in the same statement (R-MSG-6).
    """
    return (
        select(
            Appointment.id, Appointment.reference, Appointment.starts_at, Appointment.mode, Appointment.centre_id,
            Centre.short_name, Patient.id.label("patient_id"), Patient.full_name, Patient.phone,
            Patient.message_language, Patient.discreet_messages, Patient.message_channel, Patient.email,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .where(
            Appointment.status == Status.CONFIRMED,
            Appointment.starts_at > now + mark.until,
            Appointment.starts_at <= now + mark.before,
            _known_since() <= Appointment.starts_at - mark.before,
            Patient.no_messages.is_(False),
            ~exists().where(Message.dedupe_key == _key(mark)),
            _after(place),
        )
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(AT_ONCE)
        .with_for_update(of=Appointment, read=True, skip_locked=True)
    )  # fmt: skip


def _known_since() -> ColumnElement[datetime]:
    """Since when the patient knows of this very time: booked, confirmed or moved."""
    confirmed = select(func.max(StatusChange.at)).where(
        StatusChange.appointment_id == Appointment.id, StatusChange.next == Status.CONFIRMED
    )
    moved = select(func.max(Move.at)).where(Move.appointment_id == Appointment.id)
    return func.greatest(Appointment.created_at, confirmed.scalar_subquery(), moved.scalar_subquery())


def _key(mark: Mark) -> ColumnElement[str]:
    start = cast(func.floor(extract("epoch", Appointment.starts_at)), BigInteger)
    return func.concat("reminder:", cast(Appointment.id, String), f":{mark.name}:", cast(start, String))


def _after(place: Place | None) -> ColumnElement[bool]:
    if place is None:
        return and_(True)
    starts_at, last_id = place
    return tuple_(Appointment.starts_at, Appointment.id) > tuple_(literal(starts_at), literal(last_id))


def _promise(one: Row[Any], mark: Mark) -> Promised:
    return Promised(
        wording=_wording(one),
        phone=one.phone,
        name=one.full_name,
        dedupe_key=f"reminder:{one.id}:{mark.name}:{int(one.starts_at.timestamp())}",
        about_id=one.id,
        centre_id=one.centre_id,
        not_after=one.starts_at,
        concerns_at=one.starts_at,
        wishes=messaging.Wishes(
            one.patient_id, one.message_language, one.discreet_messages, False, one.message_channel, one.email
        ),
    )


def _let_answer(found: Sequence[Row[Any]], promised: Sequence[Promised]) -> None:
    """Each reminder can be answered, from its phone and for its time; the tokens themselves are nowhere kept."""
    rows = [
        {"token_hash": messaging.hash_of(messaging.token_of(said.dedupe_key)).hex(), "appointment_id": one.id,
         "phone": one.phone, "starts_at": one.starts_at.isoformat()}
        for one, said in zip(found, promised, strict=True)
    ]  # fmt: skip
    if not rows:
        return
    given = func.jsonb_to_recordset(literal(rows, JSONB)).table_valued(
        column("token_hash", Text), column("appointment_id", BigInteger), column("phone", String),
        column("starts_at", DateTime(timezone=True)),
    ).render_derived(with_types=True)  # fmt: skip
    tokens = select(func.decode(given.c.token_hash, "hex"), given.c.appointment_id, given.c.phone, given.c.starts_at)
    kept = insert(AnswerToken).from_select(["token_hash", "appointment_id", "phone", "starts_at"], tokens)
    db.session().execute(kept.on_conflict_do_nothing())


def _wording(one: Row[Any]) -> Wording:
    when, place = clock.local(one.starts_at), where(one.mode, one.short_name)
    if one.mode == "ONLINE":
        return wording.reminder_online(
            one.full_name, when=when, where=place, reference=one.reference, link=f"my/{one.reference}"
        )
    return wording.reminder(one.full_name, when=when, where=place, reference=one.reference)
