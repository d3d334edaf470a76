"""A whole day of a centre is closed as a holiday; whoever is booked there is told, as when a block closes time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from mibo import clinics, clock
from mibo.booking.affected import Affected, affected_by
from mibo.booking.blocking import reason_of
from mibo.booking.displacing import Answers, Outcome, lock_affected, note_closing, settle_all
from mibo.clinics import Holiday
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.scheduling.spans import Span


@dataclass(frozen=True)
class HolidayMade:
    """The holiday, and what became of those who were booked on it."""

    holiday: Holiday
    outcomes: Sequence[Outcome]


def affected_on(centre_id: int, day: date) -> Sequence[Affected]:
    """Who is booked at a centre on a day."""
    return affected_by(None, centre_id, [_whole(day)])


def close_day(centre_id: int, day: date, reason: str, *, by: Actor, answers: Answers) -> HolidayMade:
    """Nothing can be booked at the centre on this day, and for those who are booked it is done what was chosen.

    Raises Missing, AffectedChanged, and Invalid for a day that is over or is a holiday already.
    """
    if day < clock.today():
        raise Invalid.field("day", "This day is over.")
    known = lock_affected(None, centre_id, _whole(day))
    clinics.locked_centre(centre_id)
    found = affected_on(centre_id, day)
    answers.check(found, known)
    words = reason_of(reason)
    holiday = clinics.add_holiday(centre_id, day, words, by=by.account_id)
    outcomes = settle_all(found, answers, f"Centre closed: {words}", by)
    if outcomes:
        note_closing("centre.holiday_answered", centre_id, by, outcomes, day=day.isoformat(), holiday=holiday.id)
    return HolidayMade(holiday, outcomes)


def _whole(day: date) -> Span:
    starts = datetime.combine(day, time.min)
    return Span(starts, starts + timedelta(days=1))
