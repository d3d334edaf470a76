"""Who is booked inside time that is to be closed, and what is closed over a time (R-BLK-3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.clinics import Centre
from mibo.payments import Payment
from mibo.people import Clinician, Patient
from mibo.scheduling import TimeBlock
from mibo.scheduling.spans import Span

STANDING = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED)
PAID = "PAID"


@dataclass(frozen=True, slots=True)
class Affected:
    """An appointment that stands in the way: whose, when, and whether money was taken for it."""

    id: int
    reference: str
    patient_id: int
    patient: str
    phone: str
    email: str | None
    clinician_id: int
    clinician: str
    centre_id: int
    centre: str
    mode: str
    starts_at: datetime
    ends_at: datetime
    status: str
    payment: str
    paise: int

    @property
    def is_paid(self) -> bool:
        """Whether money would go back."""
        return self.payment == PAID

    @property
    def may_be_moved(self) -> bool:
        """Whether the patient can be asked to choose another time; an unpaid one is simply let go."""
        return self.status == Status.CONFIRMED


def affected_by(clinician_id: int | None, centre_id: int | None, spans: Collection[Span]) -> Sequence[Affected]:
    """Who would have nobody to see, the next first: by overlap and by the clinic's clock, never the server's (P4)."""
    wanted = (
        select(
            Appointment.id, Appointment.reference, Patient.id, Patient.full_name, Patient.phone, Patient.email,
            Clinician.id, Clinician.full_name, Centre.id, Centre.short_name, Appointment.mode, Appointment.starts_at,
            Appointment.ends_at, Appointment.status, Payment.status,
            Payment.consultation_paise + Payment.registration_paise,
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .join(Centre, Centre.id == Appointment.centre_id)
        .join(Payment, Payment.id == Appointment.payment_id)
        .where(in_the_way(clinician_id, centre_id, spans))
        .order_by(Appointment.starts_at, Appointment.id)
    )  # fmt: skip
    rows: Sequence[Any] = db.session().execute(wanted).all()
    return [Affected(*row) for row in rows]


def in_the_way(clinician_id: int | None, centre_id: int | None, spans: Collection[Span]) -> ColumnElement[bool]:
    """The condition on an appointment: it stands, is of this clinician and centre, and overlaps one of the spans."""
    held = and_(Appointment.status == Status.PENDING, Appointment.held_until > clock.now())
    overlaps = [_overlaps(instant_of(span.starts), instant_of(span.ends)) for span in spans]
    return and_(
        or_(Appointment.status.in_(STANDING), held),
        *([Appointment.clinician_id == clinician_id] if clinician_id is not None else []),
        *([Appointment.centre_id == centre_id] if centre_id is not None else []),
        or_(*overlaps),
    )


def _overlaps(starts_at: datetime, ends_at: datetime) -> ColumnElement[bool]:
    return and_(Appointment.starts_at < ends_at, Appointment.ends_at > starts_at)


def instant_of(wall: datetime) -> datetime:
    """The instant at which the clinic's clock shows this."""
    return clock.instant(wall.date(), wall.time())


def wall_clock(instant: datetime) -> datetime:
    """What the clinic's clock shows at an instant, without a zone, as blocks keep it."""
    return clock.local(instant).replace(tzinfo=None)


def closed_over(clinician_id: int, centre_id: int, starts_at: datetime, ends_at: datetime) -> str | None:
    """Why a time is closed to a clinician at a centre, if it is: a block or a holiday. One statement."""
    starts, ends = wall_clock(starts_at), wall_clock(ends_at)
    theirs = and_(
        TimeBlock.clinician_id == clinician_id, or_(TimeBlock.centre_id.is_(None), TimeBlock.centre_id == centre_id)
    )
    everybodys = and_(TimeBlock.clinician_id.is_(None), TimeBlock.centre_id == centre_id)
    block = select(TimeBlock.reason).where(
        TimeBlock.lifted_at.is_(None), or_(theirs, everybodys), TimeBlock.ends_local > starts,
        TimeBlock.starts_local < ends,
    )  # fmt: skip
    days = {starts.date(), (ends - timedelta(microseconds=1)).date()}
    holiday = select(clinics.Holiday.reason).where(
        clinics.Holiday.centre_id == centre_id, clinics.Holiday.day.in_(days)
    )
    return db.session().scalar(block.union_all(holiday).limit(1))
