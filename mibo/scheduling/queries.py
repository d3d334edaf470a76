"""The hours that clinicians keep, kept, and will keep."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import or_, select

from mibo import clock, db, people
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.people import Clinician
from mibo.scheduling.diary import BOTH, Hours
from mibo.scheduling.models import WeeklyHours
from mibo.scheduling.rules import Practice, is_opening, rows_on

_HOURS = (
    WeeklyHours.id, WeeklyHours.clinician_id, WeeklyHours.centre_id, WeeklyHours.weekday, WeeklyHours.opens_minute,
    WeeklyHours.closes_minute, WeeklyHours.slot_minutes, WeeklyHours.mode, WeeklyHours.effective_from,
    WeeklyHours.effective_to,
)  # fmt: skip


def weekly_hours(clinician_id: int, *, centre_id: int | None = None) -> Sequence[WeeklyHours]:
    """The rows of the pattern in effect today, or of the next one when there is none, by weekday and time."""
    wanted = select(WeeklyHours).where(WeeklyHours.clinician_id == clinician_id, WeeklyHours.active, _ahead())
    if centre_id is not None:
        wanted = wanted.where(WeeklyHours.centre_id == centre_id)
    rows = db.session().scalars(wanted.order_by(WeeklyHours.weekday, WeeklyHours.opens_minute, WeeklyHours.id)).all()
    kept = {row.id: as_hours(row) for row in rows}
    today = clock.today()
    coming = [each.effective_from for each in kept.values() if not is_opening(each) and each.effective_from > today]
    shown = rows_on(kept.values(), today) or (rows_on(kept.values(), min(coming)) if coming else [])
    ids = {each.id for each in shown}
    return [row for row in rows if row.id in ids]


def kept_hours(clinician_ids: Collection[int], *, from_day: date | None = None) -> Mapping[int, Sequence[Hours]]:
    """All that each of them keeps, kept and will keep, or only what still matters from a day on; one statement."""
    wanted = select(*_HOURS).where(WeeklyHours.clinician_id.in_(clinician_ids), WeeklyHours.active)
    if from_day is not None:
        wanted = wanted.where(_ahead(from_day))
    sorted_out: dict[int, list[Hours]] = defaultdict(list)
    for row in db.session().execute(wanted.order_by(WeeklyHours.weekday, WeeklyHours.opens_minute, WeeklyHours.id)):
        sorted_out[row.clinician_id].append(as_hours(row))
    return sorted_out


def as_hours(row: Any) -> Hours:
    """Weekly hours, or a row with their columns, as the pure core takes them."""
    return Hours(
        row.id,
        row.clinician_id,
        row.centre_id,
        row.weekday,
        row.opens_minute,
        row.closes_minute,
        row.slot_minutes,
        row.mode or BOTH,
        row.effective_from,
        row.effective_to,
    )


def version_of(one: Clinician, kept: Iterable[Hours]) -> str:
    """Changes whenever what is kept from today on does, or a clinician's session length or buffer."""
    yesterday = clock.today() - timedelta(days=1)
    told = [
        (each.id, each.effective_from.isoformat(), str(each.effective_to))
        for each in kept
        if each.effective_to is None or each.effective_to >= yesterday
    ]
    return sha256(repr((sorted(told), one.session_minutes, one.buffer_minutes)).encode()).hexdigest()[:16]


def clinician_with_hours(clinician_id: int, *, by: Actor) -> Clinician:
    """A clinician whose hours are theirs to see: a clinician sees their own. Raises Missing (R-ACL-1)."""
    if by.roles == {Role.CLINICIAN} and by.clinician_id != clinician_id:
        raise Missing("We could not find that clinician.")
    return people.staff_clinician(clinician_id, by=by)


def settable(one: Clinician, *, by: Actor) -> frozenset[int]:
    """The centres at which somebody may set a clinician's hours: all, all of their own, or those they manage."""
    works = frozenset(place.centre_id for place in one.places)
    if by.everywhere or by.clinician_id == one.id:
        return works
    return works & by.centre_ids if Role.CENTRE_MANAGER in by.roles else frozenset()


def practice_of(one: Clinician) -> Practice:
    """What a clinician offers at all."""
    return Practice(one.full_name, {place.centre_id: place.centre.short_name for place in one.places}, one.modes)


def _ahead(day: date | None = None) -> Any:
    return or_(WeeklyHours.effective_to.is_(None), WeeklyHours.effective_to >= (day or clock.today()))
