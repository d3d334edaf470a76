"""Extra openings: hours that a clinician keeps on one day only. Kept as weekly hours in effect on that day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db
from mibo.booking.affected import Affected, affected_by, closed_over, wall_clock
from mibo.booking.closable import check_may_close, has_post
from mibo.clinics import Centre
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician
from mibo.scheduling import WeeklyHours, kept_hours
from mibo.scheduling.slots import clock_face
from mibo.scheduling.spans import Span

MINUTES_A_DAY = 1440
SHORTEST, LONGEST = 15, 240


@dataclass(frozen=True, kw_only=True)
class Extra:
    """Hours on one day. A last time of midnight is the end of the day; `mode` is a mode, or BOTH."""

    clinician_id: int
    centre_id: int
    day: date
    opens: time
    closes: time
    slot_minutes: int
    mode: str = "BOTH"

    @property
    def opens_minute(self) -> int:
        """In minutes after midnight."""
        return self.opens.hour * 60 + self.opens.minute

    @property
    def closes_minute(self) -> int:
        """In minutes after midnight."""
        return self.closes.hour * 60 + self.closes.minute or MINUTES_A_DAY


@dataclass(frozen=True)
class ExtraRow:
    """An extra opening as it is listed."""

    id: int
    clinician_id: int
    clinician: str
    centre_id: int
    centre: str
    day: date
    opens_minute: int
    closes_minute: int
    slot_minutes: int
    mode: str

    @property
    def span(self) -> Span:
        """On the wall clock."""
        midnight = datetime.combine(self.day, time.min)
        return Span(midnight + timedelta(minutes=self.opens_minute), midnight + timedelta(minutes=self.closes_minute))


def open_extra(wish: Extra, *, by: Actor) -> int:
    """Keep hours on one day only; answers their id. Raises Missing, and Invalid at the field."""
    check_may_close(wish.clinician_id, wish.centre_id, by, Permission.SET_HOURS)
    _check(wish)
    _check_open(wish)
    told = {
        "clinician_id": wish.clinician_id, "centre_id": wish.centre_id, "weekday": wish.day.isoweekday() % 7,
        "opens_minute": wish.opens_minute, "closes_minute": wish.closes_minute, "slot_minutes": wish.slot_minutes,
        "mode": wish.mode, "effective_from": wish.day, "effective_to": wish.day,
    }  # fmt: skip
    kept = insert(WeeklyHours).values(**told).on_conflict_do_nothing().returning(WeeklyHours.id)
    made: int | None = db.session().scalar(kept)
    if made is None:
        raise Invalid.field("from_time", f"There are hours on this day already: {_kept_on(wish)}.")
    audit.record("clinician.extra_opened", wish.clinician_id, by=by.account_id, hours=made, centre=wish.centre_id,
                 day=wish.day.isoformat(), opens=wish.opens_minute, closes=wish.closes_minute)  # fmt: skip
    return made


def _check(wish: Extra) -> None:
    if wish.opens_minute % 15:
        raise Invalid.field("from_time", "Hours begin at a quarter of an hour, for example 10:15.")
    if wish.closes_minute <= wish.opens_minute:
        raise Invalid.field("to_time", "The end must be after the start.")
    if not SHORTEST <= wish.slot_minutes <= LONGEST:
        raise Invalid.field("minutes", f"A session has {SHORTEST} to {LONGEST} minutes.")
    if wish.slot_minutes > wish.closes_minute - wish.opens_minute:
        raise Invalid.field("minutes", "Not even one session of this length fits in.")
    today = clock.today()
    if wish.day < today:
        raise Invalid.field("day", "This day is over. Choose today or a later day.")
    if wish.day > today + timedelta(days=366):
        raise Invalid.field("day", "Choose a day within a year.")
    if _instants(wish)[1] <= clock.now():
        raise Invalid.field("to_time", "This time is over.")


def _check_open(wish: Extra) -> None:
    """Hours that would be hidden by closed time help nobody (P1)."""
    closed = closed_over(wish.clinician_id, wish.centre_id, *_instants(wish))
    if closed is not None:
        raise Invalid.field("day", f"Some of this time is closed: {closed}. Open it again first.")


def _instants(wish: Extra) -> tuple[datetime, datetime]:
    midnight = clock.instant(wish.day, time.min)
    return midnight + timedelta(minutes=wish.opens_minute), midnight + timedelta(minutes=wish.closes_minute)


def _kept_on(wish: Extra) -> str:
    kept = db.session().scalars(
        select(WeeklyHours)
        .where(
            WeeklyHours.clinician_id == wish.clinician_id, WeeklyHours.active,
            WeeklyHours.weekday == wish.day.isoweekday() % 7, WeeklyHours.effective_from <= wish.day,
            or_(WeeklyHours.effective_to.is_(None), WeeklyHours.effective_to >= wish.day),
            WeeklyHours.opens_minute < wish.closes_minute, WeeklyHours.closes_minute > wish.opens_minute,
        )
        .order_by(WeeklyHours.opens_minute)
    )  # fmt: skip
    return ", ".join(f"{clock_face(one.opens_minute)} to {clock_face(one.closes_minute)}" for one in kept)


def extras(*, by: Actor, clinician_id: int | None = None, centre_id: int | None = None) -> Sequence[ExtraRow]:
    """The extra openings that are not over, the next first."""
    wanted = _rows().where(WeeklyHours.effective_to >= clock.today(), _in_reach(by))
    if clinician_id is not None:
        wanted = wanted.where(WeeklyHours.clinician_id == clinician_id)
    if centre_id is not None:
        wanted = wanted.where(WeeklyHours.centre_id == centre_id)
    found = db.session().execute(wanted.order_by(WeeklyHours.effective_from, WeeklyHours.opens_minute, WeeklyHours.id))
    return [ExtraRow(*row) for row in found]


def opening(extra_id: int, *, by: Actor) -> ExtraRow:
    """One of them. Raises Missing."""
    row = db.session().execute(_rows().where(WeeklyHours.id == extra_id, _in_reach(by))).first()
    if row is None:
        raise Missing("We could not find that extra opening.")
    return ExtraRow(*row)


def booked_in(one: ExtraRow) -> Sequence[Affected]:
    """Who is booked in an extra opening."""
    return affected_by(one.clinician_id, one.centre_id, [one.span])


def remove_extra(extra_id: int, *, by: Actor) -> ExtraRow:
    """Nothing more is offered there; who is booked already stays (R-SLOT-17). Raises Missing."""
    one = opening(extra_id, by=by)
    check_may_close(one.clinician_id, one.centre_id, by, Permission.SET_HOURS)
    db.session().get_one(WeeklyHours, one.id, with_for_update=True).active = False
    booked = [each.id for each in booked_in(one)] if one.span.ends > wall_clock(clock.now()) else []
    audit.record("clinician.extra_removed", one.clinician_id, by=by.account_id, hours=one.id, day=one.day.isoformat(),
                 appointments=booked)  # fmt: skip
    return one


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            WeeklyHours.id, Clinician.id, Clinician.full_name, Centre.id, Centre.short_name, WeeklyHours.effective_from,
            WeeklyHours.opens_minute, WeeklyHours.closes_minute, WeeklyHours.slot_minutes, WeeklyHours.mode,
        )
        .join(Clinician, Clinician.id == WeeklyHours.clinician_id)
        .join(Centre, Centre.id == WeeklyHours.centre_id)
        .where(WeeklyHours.active, WeeklyHours.effective_from == WeeklyHours.effective_to)
    )  # fmt: skip


def _in_reach(by: Actor) -> ColumnElement[bool]:
    if by.everywhere:
        return true()
    own = WeeklyHours.clinician_id == by.clinician_id if by.clinician_id else false()
    if not has_post(by):
        return own
    return or_(own, WeeklyHours.centre_id.in_(sorted(by.centre_ids)))


def hours_on(clinician_id: int, centre_id: int, day: date) -> list[tuple[int, int]]:
    """The windows that a clinician keeps at a centre on a day, in minutes after midnight."""
    kept = kept_hours([clinician_id], from_day=day).get(clinician_id, ())
    here = (one for one in kept if one.centre_id == centre_id and one.kept_on(day))
    return sorted((one.opens_minute, one.closes_minute) for one in here)
