"""A patient is told, once, when a follow-up comes near and nothing is booked (R-SES-10)."""

from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, String, cast, exists, func, or_, select

from mibo import clinics, clock, db, messaging
from mibo.booking import Appointment, Status
from mibo.care.models import FollowUp
from mibo.clinics import Centre
from mibo.jobs import job
from mibo.messaging import Message, Promised, QuietHours, wording
from mibo.people import Patient

DAYS_BEFORE = 7
SETTLED = timedelta(days=1)  # a clinician may change their mind, and the centre may book, before anybody is told
AT_ONCE = 500
KNOWN_BY = "come-again:"

log = structlog.get_logger(__name__)


def key_of() -> ColumnElement[str]:
    """By what the message of a follow-up is known, so that there is one for each."""
    return func.concat(KNOWN_BY, cast(FollowUp.id, String))


@job
def tell_due() -> None:
    """Promise what is due; in the quiet hours nothing. A run that dies is simply run again."""
    policy = clinics.policy_in_force()
    if QuietHours(policy.quiet_from_hour, policy.quiet_until_hour).hold(clock.local(clock.now())):
        return
    with db.transaction() as session:
        found = session.execute(_due()).all()
        told = messaging.tell_all([_promise(one) for one in found])
    if told:
        log.info("follow_ups.promised", count=told)


def _due() -> Any:
    """Open, near, and nothing to come with that clinician; the recipient stands in the same row (R-MSG-6)."""
    today, now = clock.today(), clock.now()
    return (
        select(
            FollowUp.id, FollowUp.wanted_on, Appointment.id.label("parent_id"), Appointment.centre_id,
            Patient.id.label("patient_id"), Patient.full_name, Patient.phone, Patient.message_language,
            Patient.discreet_messages,
        )
        .join(Appointment, Appointment.id == FollowUp.parent_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .where(
            FollowUp.status == "OPEN",
            FollowUp.wanted_on.between(today, today + timedelta(days=DAYS_BEFORE)),
            FollowUp.created_at <= now - SETTLED,
            Patient.no_messages.is_(False),
            Patient.active,
            Centre.active,
            ~exists().where(Message.dedupe_key == key_of()),
            ~_has_booked(),
        )
        .order_by(FollowUp.wanted_on, FollowUp.id)
        .limit(AT_ONCE)
        .with_for_update(of=FollowUp, read=True, skip_locked=True)
    )  # fmt: skip


def _has_booked() -> ColumnElement[bool]:
    """Whether something is to come with the same clinician, however it was booked."""
    other = Appointment.__table__.alias("other")
    live = or_(
        other.c.status.in_((Status.CONFIRMED, Status.CANCELLATION_REQUESTED)),
        (other.c.status == Status.PENDING) & (other.c.held_until > clock.now()),
    )
    same = (other.c.patient_id == Appointment.patient_id) & (other.c.clinician_id == Appointment.clinician_id)
    return exists().where(same, live, other.c.starts_at > clock.now()).correlate(Appointment)


def _promise(one: Row[Any]) -> Promised:
    return Promised(
        wording=wording.come_again(one.full_name, day=one.wanted_on, link="my"),
        phone=one.phone,
        name=one.full_name,
        dedupe_key=f"{KNOWN_BY}{one.id}",
        about_id=one.parent_id,
        centre_id=one.centre_id,
        not_after=clock.day_span(one.wanted_on)[1],
        wishes=messaging.Wishes(one.patient_id, one.message_language, one.discreet_messages),
    )
