"""The hours a clinician keeps are set anew: the week that results, and the visits that would fall outside (R-SLOT-17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mibo import clock, scheduling
from mibo.booking.affected import Affected, affected_by
from mibo.booking.displacing import Answers, Choice, Outcome, lock_affected, note_closing, settle_all
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.scheduling import Standing
from mibo.scheduling.diary import Hours
from mibo.scheduling.rules import Cover, Window, cover, is_covered, window_of
from mibo.scheduling.spans import Span

FARTHEST = timedelta(days=366 * 3)
REASON = "The clinician's hours have changed"


@dataclass(frozen=True, kw_only=True)
class HoursWish:
    """A weekly pattern from a day on; a session length or buffer of None stays as it is."""

    rows: Sequence[Window]
    from_day: date
    session_minutes: int | None = None
    buffer_minutes: int | None = None


@dataclass(frozen=True)
class WeekAhead:
    """What would come of it: all that is kept in a normal week then, who is booked outside, and what it replaces."""

    rows: Sequence[Window]
    outside: Sequence[Affected]
    replaced: Sequence[date]


@dataclass(frozen=True)
class Kept:
    """What came of it; `changed` is False when it was so already."""

    changed: bool
    outcomes: Sequence[Outcome] = ()


class VisitsOutside(Conflict):
    """Somebody is booked outside the new hours, and nobody has said what becomes of them."""

    code = "VISITS_OUTSIDE"

    def __init__(self, outside: Sequence[Affected]) -> None:
        one = len(outside) == 1
        super().__init__(
            f"{len(outside)} booked {'visit falls' if one else 'visits fall'} outside these hours. "
            f"Choose what becomes of {'it' if one else 'them'}, then save again."
        )
        self.outside = outside


def preview_hours(clinician_id: int, wish: HoursWish, *, by: Actor) -> WeekAhead:
    """What would come of it; nothing changes. Raises Missing, or Invalid at `row.field`."""
    now = scheduling.standing(clinician_id, by=by)
    rows = scheduling.check_pattern(now, wish.rows, wish.from_day)
    replaced = sorted({each.effective_from for each in now.mine if each.effective_from > wish.from_day})
    return WeekAhead(now.after(rows, wish.from_day), _outside(now, rows, wish.from_day), replaced)


def set_hours(
    clinician_id: int,
    wish: HoursWish,
    *,
    answers: Mapping[int, Choice] | None = None,
    version: str | None = None,
    by: Actor,
) -> Kept:
    """Keep these hours from the day on, and do for every visit outside them what was chosen; all of it or nothing.

    Without `answers` all visits stay. Sent twice, it is done once. Raises Missing, Invalid at `row.field`, HoursChanged,
    or VisitsOutside for visits without an answer.
    """
    known = lock_affected(clinician_id, None, _ahead(wish.from_day))
    scheduling.lock_hours(clinician_id)
    now = scheduling.standing(clinician_id, by=by)
    rows = scheduling.check_pattern(now, wish.rows, wish.from_day)
    session_minutes = wish.session_minutes or now.one.session_minutes
    buffer_minutes = now.one.buffer_minutes if wish.buffer_minutes is None else wish.buffer_minutes
    if now.keeps(rows, wish.from_day) and (session_minutes, buffer_minutes) == _pace(now):
        return Kept(False)
    scheduling.check_version(now, version)
    outside = _outside(now, rows, wish.from_day)
    if answers is not None and any(one.id not in answers or one.id not in known for one in outside):
        raise VisitsOutside(outside)
    scheduling.set_pattern(clinician_id, wish.rows, from_day=wish.from_day, by=by)
    scheduling.set_pace(clinician_id, session_minutes, buffer_minutes, by=by)
    return Kept(True, _settle(outside, answers or {}, wish.from_day, clinician_id, by))


def _pace(now: Standing) -> tuple[int, int]:
    return now.one.session_minutes, now.one.buffer_minutes


def _settle(
    outside: Sequence[Affected], answers: Mapping[int, Choice], from_day: date, clinician_id: int, by: Actor
) -> list[Outcome]:
    chosen = Answers(each=answers, otherwise=Choice.KEEP)
    outcomes = settle_all(outside, chosen, REASON, by)
    if outcomes:
        note_closing("clinician.hours_visits", clinician_id, by, outcomes, from_day=from_day.isoformat())
    return outcomes


def _outside(now: Standing, rows: Sequence[Window], from_day: date) -> list[Affected]:
    """Who is booked inside the hours as they stand and outside the new ones; who was outside before is no news."""
    ahead = affected_by(now.one.id, None, [_ahead(from_day)])
    new, seen, found = cover(rows), {}, []
    for one in ahead:
        if one.starts_at <= clock.now():
            continue
        day = clock.clinic_day(one.starts_at)
        if day not in seen:
            seen[day] = cover(map(window_of, _kept_on(now.kept, day))), _with(new, _kept_on(now.beside, day))
        before, after = seen[day]
        if _inside(before, one, day) and not _inside(after, one, day):
            found.append(one)
    return found


def _ahead(from_day: date) -> Span:
    begins = datetime.combine(from_day, time.min)
    return Span(begins, begins + FARTHEST)


def _kept_on(hours: Sequence[Hours], day: date) -> list[Hours]:
    return [each for each in hours if each.kept_on(day)]


def _with(covered: Cover, beside: Sequence[Hours]) -> Cover:
    if not beside:
        return covered
    more = cover(map(window_of, beside))
    return {key: covered.get(key, 0) | more.get(key, 0) for key in covered.keys() | more.keys()}


def _inside(covered: Cover, one: Affected, day: date) -> bool:
    starts = clock.local(one.starts_at)
    opens = starts.hour * 60 + starts.minute
    closes = opens + -(-int((one.ends_at - one.starts_at).total_seconds()) // 60)
    return is_covered(covered, day.isoweekday() % 7, one.centre_id, one.mode, (opens, closes))
