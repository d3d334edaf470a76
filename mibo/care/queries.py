"""A clinician's own day, and who is due to come again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased, joinedload

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.care.due_telling import key_of
from mibo.care.models import FollowUp
from mibo.clinics import Centre
from mibo.errors import Missing, Refused
from mibo.identity import Actor
from mibo.messaging import Message
from mibo.people import Clinician, Patient
from mibo.turns import in_turn

DUE_SOON_DAYS = 3
PAGE = 50


@dataclass(frozen=True, slots=True)
class Due:
    """A patient who is due to come again; `fell_through` when a booking for it was cancelled or not paid for."""

    id: int
    wanted_on: date
    note: str | None
    since: datetime
    patient_id: int
    patient_name: str
    patient_phone: str
    patient_mrn: str | None
    clinician_id: int
    clinician_name: str
    centre_id: int
    centre_name: str
    mode: str
    parent_id: int
    parent_reference: str
    seen_at: datetime
    fell_through: bool
    told_at: datetime | None = None

    def days_left(self, today: date) -> int:
        """Days until the day that was wanted; below nothing when it is past."""
        return (self.wanted_on - today).days

    def is_due(self, today: date) -> bool:
        """Within three days, or past (R-SES-10)."""
        return self.days_left(today) <= DUE_SOON_DAYS

    @property
    def place(self) -> tuple[date, int]:
        """Where the next page goes on from."""
        return self.wanted_on, self.id


def parents_within_reach(by: Actor) -> ColumnElement[bool]:
    """Follow-ups of the appointments that this member of staff may see; `appointment` must be joined."""
    return booking.within_reach(by)


def follow_ups_due(
    *,
    by: Actor,
    centre_id: int | None = None,
    clinician_id: int | None = None,
    until: date | None = None,
    after: tuple[date, int] | None = None,
    limit: int = PAGE,
    made_after: int | None = None,
) -> Sequence[Due]:
    """Who is due to come again, the longest due first; `after` pages on from a row's `place`. Or as they were made
    (`turns`). One statement.
    """
    wanted = _due(by, centre_id, clinician_id, until)
    if after is not None:
        wanted = wanted.where(tuple_(FollowUp.wanted_on, FollowUp.id) > after)
    ordered = in_turn(wanted, FollowUp.id, made_after, FollowUp.wanted_on, FollowUp.id)
    return [Due(*row) for row in db.session().execute(ordered.limit(limit))]


def count_follow_ups_due(
    *, by: Actor, centre_id: int | None = None, clinician_id: int | None = None, until: date | None = None
) -> int:
    """How many they are in all; `until` counts those that are wanted by then."""
    rows = _due(by, centre_id, clinician_id, until).with_only_columns(func.count())
    return db.session().scalar(rows) or 0


def follow_ups_waiting(by: Actor, *, until: date) -> Select[*tuple[Any, ...]]:
    """The ids of those wanted by then, for whoever counts them among other things."""
    return _due(by, None, None, until).with_only_columns(FollowUp.id)


def due_soon(today: date) -> date:
    """The last day that counts as soon."""
    return today + timedelta(days=DUE_SOON_DAYS)


def _due(by: Actor, centre_id: int | None, clinician_id: int | None, until: date | None) -> Select[*tuple[Any, ...]]:
    wanted: Select[*tuple[Any, ...]] = (
        select(
            FollowUp.id, FollowUp.wanted_on, FollowUp.note, FollowUp.created_at, Patient.id, Patient.full_name,
            Patient.phone, Patient.mrn, Clinician.id, Clinician.full_name, Centre.id, Centre.short_name,
            Appointment.mode, Appointment.id, Appointment.reference, Appointment.starts_at, FollowUp.status == "BOOKED", _told(),
        )
        .join(Appointment, Appointment.id == FollowUp.parent_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .where(_waits(), booking.within_reach(by))
    )  # fmt: skip
    if centre_id is not None:
        wanted = wanted.where(Appointment.centre_id == centre_id)
    if clinician_id is not None:
        wanted = wanted.where(Appointment.clinician_id == clinician_id)
    return wanted.where(FollowUp.wanted_on <= until) if until is not None else wanted


def _told() -> ScalarSelect[datetime]:
    """Since when the patient knows that it comes near."""
    return select(Message.created_at).where(Message.dedupe_key == key_of()).scalar_subquery()


def _waits() -> ColumnElement[bool]:
    """Open, or booked by an appointment that came to nothing: it was cancelled, or its hold ended unpaid. Each by an
    index of its own, so that all that was ever booked need not be read.
    """
    ended = select(Appointment.id).where(Appointment.status == Status.PENDING, Appointment.held_until <= clock.now())
    return FollowUp.id.in_(
        union_all(
            select(FollowUp.id).where(FollowUp.status == "OPEN"),
            select(FollowUp.id).where(FollowUp.fell_through),
            select(FollowUp.id).where(FollowUp.booked_id.in_(ended)),
        )
    )


@dataclass(frozen=True, slots=True)
class Visit:
    """One appointment of a clinician's day; `nth` counts the completed ones of this patient with them, and this one."""

    appointment: Appointment
    nth: int

    @property
    def has_arrived(self) -> bool:
        """Whether the patient sits in the waiting room."""
        return self.appointment.status == Status.CONFIRMED and self.appointment.arrived_at is not None


def my_day(day: date, *, by: Actor) -> Sequence[Visit]:
    """A clinician's appointments of a day at all centres, and whatever is still in consultation; one statement."""
    starts, ends = clock.day_span(day)
    live = or_(Appointment.status != Status.PENDING, Appointment.held_until > clock.now())
    of_the_day = and_(
        Appointment.starts_at >= starts, Appointment.starts_at < ends, Appointment.status != Status.EXPIRED, live
    )
    wanted = _visits().where(
        Appointment.clinician_id == (by.clinician_id or 0),
        or_(of_the_day, Appointment.status == Status.IN_PROGRESS),
    )
    rows = db.session().execute(wanted.order_by(Appointment.starts_at, Appointment.id))
    return [Visit(appointment, nth) for appointment, nth in rows]


def my_visit(appointment_id: int, *, by: Actor) -> Visit:
    """One of a clinician's own appointments. Raises Refused for a colleague's at a centre of theirs, else Missing."""
    row = db.session().execute(_visits().where(Appointment.id == appointment_id)).one_or_none()
    if row is not None and row[0].clinician_id == by.clinician_id:
        return Visit(*row)
    if row is not None and by.reaches(row[0].centre_id):
        raise Refused("This is another clinician's appointment.")
    raise Missing("We could not find that appointment.")


def _visits() -> Select[*tuple[Any, ...]]:
    before = aliased(Appointment)
    done = select(func.count() + 1).where(
        before.patient_id == Appointment.patient_id, before.clinician_id == Appointment.clinician_id,
        before.status == Status.COMPLETED, before.starts_at < Appointment.starts_at,
    )  # fmt: skip
    return select(Appointment, done.correlate(Appointment).scalar_subquery()).options(
        joinedload(Appointment.patient, innerjoin=True),
        joinedload(Appointment.centre, innerjoin=True),
        joinedload(Appointment.clinician, innerjoin=True),
        joinedload(Appointment.meeting),
    )


def follow_up_of(parent_id: int) -> FollowUp | None:
    """What was said last of when the patient should come again."""
    return db.session().scalar(
        select(FollowUp)
        .where(FollowUp.parent_id == parent_id)
        .options(joinedload(FollowUp.booked))
        .order_by(FollowUp.id.desc())
        .limit(1)
    )
