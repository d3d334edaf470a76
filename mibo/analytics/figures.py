"""The clinic's figures of some days: in all, or by day, month, centre or clinician.

Days that are over are read from what was kept of them, unless something of them has changed since; these and the last days
are counted live, in the same statement. So a figure is at every moment what plain SQL would count (P20).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

from mibo import db
from mibo.analytics.counting import COLUMNS, COUNTED, SPAN_OF, ZONE
from mibo.analytics.intervals import Share
from mibo.analytics.periods import Period
from mibo.errors import Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission

By = Literal["all", "day", "month", "centre", "clinician"]

_KEYS: dict[By, str] = {
    "all": "0", "day": "day", "month": "date_trunc('month', day::timestamp)::date", "centre": "centre_id",
    "clinician": "clinician_id",
}  # fmt: skip
# a day's count fits four bytes, and those are added up several times as fast as eight, for which PostgreSQL takes numeric
_SUMS = ", ".join(
    f"coalesce(sum({name}{'' if name.endswith('_paise') else '::int4'}), 0)::bigint as {name}" for name in COLUMNS
)
LIVE = f"""asked as (select d::date as day from generate_series(%(first)s::date, %(last)s::date, interval '1 day') d),
live as materialized (select day, {SPAN_OF} from asked
    where not exists (select from rolled_day r where r.day = asked.day)
       or exists (select from stale_days s where asked.day between s.first_on and s.last_on))"""
_FIGURES = f"""with {LIVE},
every as (
    select day, centre_id, clinician_id, {", ".join(COLUMNS)} from day_figures
     where day between %(first)s and %(last)s and not exists (select from live where live.day = day_figures.day)
    union all {COUNTED})
select KEY as key, {_SUMS},
       count(distinct clinician_id) filter (where kept > 0) as clinicians
  from every where (%(everywhere)s or centre_id = any(%(centres)s)) GROUP"""
_SEEN = f"""select count(distinct patient_id) as seen from appointment
 where status = 'COMPLETED' and starts_at >= (%(first)s::date::timestamp at time zone '{ZONE}')
   and starts_at < ((%(last)s::date + 1)::timestamp at time zone '{ZONE}')
   and (%(everywhere)s or centre_id = any(%(centres)s))"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The figures of which days, at which centre; None is all that somebody may see."""

    period: Period
    centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers that add up; amounts are paise. What each of them is stands in the dictionary."""

    kept: int
    missed: int
    cancelled: int
    new_patients: int
    planned: int
    planned_days: int
    waits: int
    wait_minutes: int
    late_starts: int
    reminded_kept: int
    reminded_missed: int
    unreminded_kept: int
    unreminded_missed: int
    offered_minutes: int
    booked_minutes: int
    came_in_paise: int
    returned_paise: int
    follow_ups: int
    clinicians: int

    @property
    def revenue_paise(self) -> int:
        """What came in, less what of it went back (R-PAY-17)."""
        return self.came_in_paise - self.returned_paise

    @property
    def no_shows(self) -> Share:
        """Visits that the patient missed, of those that were to take place."""
        return Share(self.missed, self.kept + self.missed)

    @property
    def filled(self) -> float | None:
        """Booked minutes of offered minutes."""
        return self.booked_minutes / self.offered_minutes if self.offered_minutes else None

    @property
    def lead_days(self) -> float | None:
        """Days from booking to visit, on average."""
        return self.planned_days / self.planned if self.planned else None

    @property
    def wait(self) -> float | None:
        """Minutes from arrival to the start, on average."""
        return self.wait_minutes / self.waits if self.waits else None

    @property
    def late(self) -> Share:
        """Visits that began more than a quarter of an hour late, of those whose arrival was noted."""
        return Share(self.late_starts, self.waits)

    @property
    def reminded(self) -> Share:
        """No-shows of those whose reminder had arrived."""
        return Share(self.reminded_missed, self.reminded_kept + self.reminded_missed)

    @property
    def unreminded(self) -> Share:
        """No-shows of those whom no reminder reached."""
        return Share(self.unreminded_missed, self.unreminded_kept + self.unreminded_missed)


NOTHING = Figures(*[0] * len(fields(Figures)))


def figures(asked: Asked, *, by: Actor) -> Figures:
    """The sums. Raises Refused for whoever may not know them, or not of that centre."""
    return _told(asked, "all", by)[0][1]


def figures_by(key: Literal["day", "month"], asked: Asked, *, by: Actor) -> dict[date, Figures]:
    """The same for each day, or each month by its first day, of which there is something to tell."""
    return dict(sorted(_told(asked, key, by)))


def figures_and_steps(key: Literal["day", "month"], asked: Asked, *, by: Actor) -> tuple[Figures, dict[date, Figures]]:
    """The sums, and the same for each day or month: both in the time that one of them takes."""
    told = dict(_told(asked, key, by, "group by grouping sets ((), (1))"))
    whole = told.pop(None)
    return whole, dict(sorted(told.items()))


def figures_of(key: Literal["centre", "clinician"], asked: Asked, *, by: Actor) -> dict[int, Figures]:
    """The same for each centre or clinician of whom there is something to tell."""
    return dict(_told(asked, key, by))


def patients_seen(asked: Asked, *, by: Actor) -> int:
    """How many people had a visit that took place, each counted once. Raises Refused."""
    (row,) = db.rows(_SEEN, values(asked, by), anew=True)
    return int(row.seen)


def values(asked: Asked, by: Actor) -> dict[str, Any]:
    """The days and centres as statements take them. Raises Refused."""
    centres = centres_of(asked.centre_id, by)
    return {
        "first": asked.period.first, "last": asked.period.last, "everywhere": centres is None,
        "centres": sorted(centres or ()),
    }  # fmt: skip


def centres_of(centre_id: int | None, by: Actor) -> Collection[int] | None:
    """At which centres somebody's figures are counted; None is everywhere. Raises Refused."""
    if not by.may(Permission.SEE_FIGURES):
        raise Refused
    if centre_id is not None:
        if not by.reaches(centre_id):
            raise Refused
        return [centre_id]
    return None if by.everywhere else by.centre_ids


def _told(asked: Asked, key: By, by: Actor, group: str = "group by 1") -> Sequence[tuple[Any, Figures]]:
    statement = _FIGURES.replace("KEY", _KEYS[key]).replace("GROUP", "" if key == "all" else group)
    return [(row[0], Figures(*row[1:])) for row in db.rows(statement, values(asked, by), anew=True)]
