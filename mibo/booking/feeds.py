"""A calendar address of one's own: whoever has it reads the times and nothing else, and it can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload

from mibo import audit, clinics, clock, db, people
from mibo.booking.models import Appointment, CalendarFeed
from mibo.booking.rules import Status
from mibo.errors import Missing
from mibo.identity import LONGEST_KEY, Account, Actor, hash_of, new_key
from mibo.people import Clinician

BACK = timedelta(days=30)
STANDS = (Status.CONFIRMED, Status.IN_PROGRESS, Status.CANCELLATION_REQUESTED, Status.COMPLETED)
AT_MOST = 2000


def make_feed(*, by: Actor) -> str:
    """A new address; the one before it opens nothing any more. What it ends in is shown this once, and kept as a hash."""
    token = new_key()
    fresh = {"token_hash": hash_of(token), "made_at": clock.now()}
    kept = insert(CalendarFeed).values(account_id=by.account_id, **fresh)
    db.session().execute(kept.on_conflict_do_update(index_elements=["account_id"], set_=fresh))
    audit.record("account.calendar_made", by.account_id, by=by.account_id)
    return token


def end_feed(*, by: Actor) -> bool:
    """The address opens nothing any more. Whether there was one."""
    gone = delete(CalendarFeed).where(CalendarFeed.account_id == by.account_id).returning(CalendarFeed.id)
    ended = bool(db.session().scalars(gone).all())
    if ended:
        audit.record("account.calendar_ended", by.account_id, by=by.account_id)
    return ended


def made_at(*, by: Actor) -> datetime | None:
    """Since when somebody has an address; None where they have none."""
    return db.session().scalar(select(CalendarFeed.made_at).where(CalendarFeed.account_id == by.account_id))


@dataclass(frozen=True, slots=True)
class Feed:
    """Whose calendar it is, PATIENT or STAFF, in which language they read our pages, and what stands in it."""

    audience: str
    language: str | None
    appointments: Sequence[Appointment]


def feed(token: str) -> Feed:
    """Somebody's appointments of the last month and to come, cancelled ones while they are to come. Two statements. Raises
    Missing.
    """
    owner = db.session().execute(
        select(Account.id, Account.audience, Account.language)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .where(CalendarFeed.token_hash == hash_of(token[:LONGEST_KEY]), Account.active)
    ).one_or_none()  # fmt: skip
    if owner is None:
        raise Missing
    account_id, audience, language = owner
    now = clock.now()
    theirs = (
        Appointment.patient_id.in_(people.ids_acted_for(account_id))
        if audience == "PATIENT"
        else Appointment.clinician_id.in_(select(Clinician.id).where(Clinician.account_id == account_id))
    )
    shown = or_(Appointment.status.in_(STANDS), and_(Appointment.status == Status.CANCELLED, Appointment.ends_at > now))
    horizon = timedelta(days=clinics.policy_in_force().horizon_days + 366)
    wanted = (
        select(Appointment)
        .options(joinedload(Appointment.centre))
        .where(theirs, shown, Appointment.starts_at > now - BACK, Appointment.starts_at < now + horizon)
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(AT_MOST)
    )
    return Feed(audience, language, db.session().scalars(wanted).all())
