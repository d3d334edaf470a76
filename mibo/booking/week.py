"""A clinician's week with every centre in it, and why a time of theirs is not offered (M5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from mibo import clock, db
from mibo.booking.board import BoardRow, board_rows
from mibo.booking.known import Facts, as_busy, busy_of, facts_of, offer_of, reach
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.people import Clinician, ClinicianCentre
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.scheduling.diary import MINUTES_A_DAY, Audience, Busy, Hours
from mibo.scheduling.explaining import Cell, DiaryDay, cells

DAYS = 7


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day: every minute offered or explained, and the appointments that stand on it."""

    day: date
    cells: Sequence[Cell]
    appointments: Sequence[BoardRow]
    hours: Sequence[Hours]
    holiday: str


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a clinician; `places` are the short names of the centres where they work."""

    clinician: Clinician
    first: date
    places: dict[int, str]
    days: Sequence[WeekDay]


@dataclass(frozen=True, slots=True)
class DayExplained:
    """A clinician's day at a centre that somebody asks about."""

    clinician: Clinician
    centre: Centre
    day: date
    cells: Sequence[Cell]

    def around(self, minute: int) -> Cell | None:
        """What holds at a minute of the day."""
        return next((cell for cell in self.cells if cell.starts_minute <= minute < cell.ends_minute), None)


def clinician_week(clinician_id: int, first: date, *, by: Actor) -> Week:
    """The week from `first` on, at every centre, in eight statements. Raises Missing for who is not theirs to see."""
    one, places = _within_reach(clinician_id, by)
    last = first + timedelta(days=DAYS - 1)
    facts = facts_of([one.id], first, last)
    starts, ends = reach(first, last)
    wanted = board_rows(
        Appointment.clinician_id == one.id, Appointment.starts_at < ends, Appointment.starts_at >= starts
    )
    rows = [row for row in (BoardRow(*each) for each in db.session().execute(wanted)) if row.status != Status.EXPIRED]
    busy = [as_busy(row) for row in rows if row.status in HOLDS_TIME]
    offer = offer_of(facts.clinicians[one.id], facts, mode=None, centre_id=None, for_whom=Audience.STAFF)
    days = []
    for day in (first + timedelta(days=n) for n in range(DAYS)):
        known = _diary(facts, one.id, day, busy)
        kept = [window for window in known.hours if window.kept_on(day)]
        resting = [rest.reason for rest in known.holidays if rest.day == day and rest.centre_id in places]
        here = [row for row in rows if clock.clinic_day(row.starts_at) == day]
        days.append(WeekDay(day, cells(known, offer, 0, MINUTES_A_DAY), here, kept, ", ".join(resting)))
    return Week(one, first, places, days)


def week_version(clinician_id: int, first: date, *, by: Actor) -> str:
    """Changes whenever anything of the week does, for the 304 of its poll: two statements."""
    one, places = _within_reach(clinician_id, by)
    starts, ends = clock.day_span(first, first + timedelta(days=DAYS - 1))
    held = func.count().filter(Appointment.status == Status.PENDING, Appointment.held_until > clock.now())
    of_week = Appointment.clinician_id == one.id, Appointment.starts_at >= starts, Appointment.starts_at < ends
    blocks = select(func.concat_ws(".", func.count().filter(TimeBlock.lifted_at.is_(None)), func.max(TimeBlock.id)))
    hours = select(func.max(WeeklyHours.updated_at)).where(WeeklyHours.clinician_id == one.id)
    parts = (
        db.session()
        .execute(
            select(
                func.count(),
                func.max(Appointment.updated_at),
                held,
                blocks.scalar_subquery(),
                hours.scalar_subquery(),
            ).where(*of_week)
        )
        .one()
    )
    known = (part.timestamp() if isinstance(part, datetime) else part for part in parts)
    return "-".join(str(part) for part in [*known, len(places)])


def why_not(clinician_id: int, centre_id: int, day: date, *, by: Actor, patient_id: int | None = None) -> DayExplained:
    """A clinician's day at a centre: what is offered, and beside it all that is not, with every reason (M5).

    Raises Missing for a centre or clinician that is not theirs to see.
    """
    one, places = _within_reach(clinician_id, by)
    centre = db.session().get(Centre, centre_id)
    if centre is None or centre.id not in places or not (by.reaches(centre.id) or by.clinician_id == one.id):
        raise Missing("We could not find that centre.")
    facts = facts_of([one.id], day, day)
    offer = offer_of(facts.clinicians[one.id], facts, mode=None, centre_id=centre.id, for_whom=Audience.STAFF)
    known = _diary(
        facts,
        one.id,
        day,
        busy_of(Appointment.clinician_id == one.id, day, day),
        busy_of(Appointment.patient_id == patient_id, day, day) if patient_id else (),
    )
    return DayExplained(one, centre, day, cells(known, offer, 0, MINUTES_A_DAY))


def _within_reach(clinician_id: int, by: Actor) -> tuple[Clinician, dict[int, str]]:
    """A clinician who works where this person may look, or who they are. Raises Missing."""
    rows = (
        db.session()
        .execute(
            select(Clinician, Centre.id, Centre.short_name)
            .join(ClinicianCentre, ClinicianCentre.clinician_id == Clinician.id)
            .join(Centre, Centre.id == ClinicianCentre.centre_id)
            .where(Clinician.id == clinician_id)
            .order_by(ClinicianCentre.is_primary.desc(), Centre.id)
        )
        .all()
    )
    places = {centre_id: name for _, centre_id, name in rows}
    if not rows or not (by.clinician_id == clinician_id or any(by.reaches(centre_id) for centre_id in places)):
        raise Missing("We could not find that clinician.")
    return rows[0][0], places


def _diary(
    facts: Facts, clinician_id: int, day: date, busy: Sequence[Busy], patient_busy: Sequence[Busy] = ()
) -> DiaryDay:
    return DiaryDay(
        day=day,
        hours=facts.hours_of(clinician_id),
        busy=busy,
        closed=facts.closed_of(clinician_id),
        holidays=facts.holidays,
        patient_busy=patient_busy,
    )
