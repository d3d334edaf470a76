"""The diaries of a centre's clinicians over some days, as its desk reads them: few statements, whatever the size."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_, select

from mibo import clinics, clock, db
from mibo.booking.known import LONGEST_APPOINTMENT, as_busy, as_closed, as_hours, reach
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME
from mibo.people import Clinician, ClinicianCentre
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.scheduling.diary import Audience, Busy, Closed, Holiday, Hours, Offer
from mibo.scheduling.slots import Slot, slots_between

Row = TypeVar("Row")


@dataclass(frozen=True)
class Diaries:
    """What a centre's clinicians keep, have and have closed; their time elsewhere counts too (R-SLOT-4)."""

    centre_id: int
    clinicians: Sequence[Clinician]
    hours: Mapping[int, Sequence[Hours]]
    closed: Sequence[tuple[int | None, Closed]]
    holidays: Sequence[Holiday]
    busy: Mapping[int, Sequence[Busy]]
    patient_busy: Sequence[Busy] = field(default=())

    def hours_on(self, clinician_id: int, day: date) -> list[Hours]:
        """The hours that a clinician keeps here on a day."""
        return [window for window in self.hours.get(clinician_id, ()) if window.kept_on(day)]

    def closed_of(self, clinician_id: int) -> list[Closed]:
        """What is closed of a clinician's time here: their own blocks and the centre's."""
        return [closed for whose, closed in self.closed if whose in (clinician_id, None)]

    def slots(self, clinician: Clinician, first: date, last: date | None = None, mode: str | None = None) -> list[Slot]:
        """A clinician's slots here on the days, as staff see them: each with its state and every reason."""
        return slots_between(
            first,
            last or first,
            self.hours.get(clinician.id, ()),
            self._offer(clinician, mode),
            busy=self.busy.get(clinician.id, ()),
            closed=self.closed_of(clinician.id),
            holidays=self.holidays,
            patient_busy=self.patient_busy,
        )

    def next_free(self, clinician: Clinician, first: date, last: date, mode: str | None = None) -> Slot | None:
        """The first time from `first` to `last` that the desk could give with a clinician here."""
        for n in range((last - first).days + 1):
            for slot in self.slots(clinician, first + timedelta(days=n), mode=mode):
                if slot.is_free:
                    return slot
        return None

    def _offer(self, clinician: Clinician, mode: str | None) -> Offer:
        return Offer(
            now=clock.now(),
            policy=clinics.policy_in_force(),
            for_whom=Audience.STAFF,
            mode=mode,
            centre_id=self.centre_id,
            clinician_active=clinician.active,
            clinician_modes=tuple(clinician.modes),
            buffer_minutes=clinician.buffer_minutes,
            zone=clock.CLINIC_ZONE,
        )


def diaries(centre_id: int, first: date, last: date, *, patient_id: int | None = None) -> Diaries:
    """The diaries of all active clinicians of a centre, in five statements; with a patient, what they have as well."""
    works_here = Clinician.id.in_(working_at(centre_id)) & Clinician.active
    clinicians = db.session().scalars(select(Clinician).where(works_here).order_by(Clinician.full_name)).all()
    ids = [one.id for one in clinicians]
    taken = _taken(or_(Appointment.clinician_id.in_(ids), Appointment.patient_id == (patient_id or 0)), first, last)
    return assemble(
        centre_id,
        clinicians,
        first,
        last,
        busy=[(clinician_id, busy) for clinician_id, _, busy in taken],
        patient_busy=[busy for _, whose, busy in taken if whose == patient_id],
    )


def working_at(centre_id: Any) -> ColumnElement[int]:
    """The ids of those who work at a centre, as a part of a statement."""
    return select(ClinicianCentre.clinician_id).where(ClinicianCentre.centre_id == centre_id).scalar_subquery()


def assemble(
    centre_id: int,
    clinicians: Sequence[Clinician],
    first: date,
    last: date,
    *,
    busy: Iterable[tuple[int, Busy]],
    patient_busy: Sequence[Busy] = (),
) -> Diaries:
    """Put together what is known already with the hours, blocks and holidays: three statements."""
    session = db.session()
    ids = [one.id for one in clinicians]
    hours = session.scalars(
        select(WeeklyHours)
        .where(WeeklyHours.clinician_id.in_(ids), WeeklyHours.centre_id == centre_id, WeeklyHours.active)
        .order_by(WeeklyHours.opens_minute)
    ).all()
    blocks = session.scalars(
        select(TimeBlock).where(
            TimeBlock.lifted_at.is_(None),
            TimeBlock.starts_local < datetime.combine(last + timedelta(days=1), time.min),
            TimeBlock.ends_local > datetime.combine(first, time.min),
            or_(TimeBlock.clinician_id.in_(ids), TimeBlock.clinician_id.is_(None)),
            or_(TimeBlock.centre_id == centre_id, TimeBlock.centre_id.is_(None)),
        )
    ).all()
    resting = clinics.Holiday.centre_id == centre_id, clinics.Holiday.day.between(first, last)
    holidays = session.scalars(select(clinics.Holiday).where(*resting)).all()
    return Diaries(
        centre_id=centre_id,
        clinicians=clinicians,
        hours=by_clinician((row.clinician_id, as_hours(row)) for row in hours),
        closed=[(row.clinician_id, as_closed(row)) for row in blocks],
        holidays=[Holiday(row.day, row.centre_id, row.reason) for row in holidays],
        busy=by_clinician(busy),
        patient_busy=patient_busy,
    )


def by_clinician(rows: Iterable[tuple[int, Row]]) -> dict[int, list[Row]]:
    """Sorted out by whose they are."""
    sorted_out: dict[int, list[Row]] = {}
    for clinician_id, row in rows:
        sorted_out.setdefault(clinician_id, []).append(row)
    return sorted_out


def _taken(whose: ColumnElement[bool], first: date, last: date) -> list[tuple[int, int, Busy]]:
    starts, ends = reach(first, last)
    a = Appointment
    rows = db.session().execute(
        select(a.clinician_id, a.patient_id, a.starts_at, a.ends_at, a.id, a.status, a.centre_id, a.held_until).where(
            whose,
            a.status.in_(HOLDS_TIME),
            a.starts_at < ends,
            a.starts_at > starts - LONGEST_APPOINTMENT,
            a.ends_at > starts,
        )
    )
    return [(row.clinician_id, row.patient_id, as_busy(row)) for row in rows]
