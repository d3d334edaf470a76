"""This visit and the following ones of a series, or all to come: moved or cancelled, and what cannot be is told (M7).

One visit alone is moved and cancelled like any appointment. What is over, cancelled or asked to be cancelled stays as it
is. Numbers stay, and the rhythm goes on from the new day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from mibo import audit, clock, db, messaging
from mibo.booking import calling_off, moving, requests, seen, series_telling, taking
from mibo.booking.models import Appointment, Series
from mibo.booking.moving import Place
from mibo.booking.rules import ChangedMeanwhile, NotAllowed, NotOffered, SlotTaken, Status
from mibo.booking.series import TRIES, Choices, check_days, visits_of
from mibo.booking.series_rules import REACH_DAYS, Span, one_after_another, overlaps, rhythm_from, who_stays
from mibo.booking.series_times import Found, Seat, ahead_of
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import RefundReason
from mibo.scheduling.reasons import Reason, Why

Seen = Mapping[int, int]
"""Which version of each visit was shown, by its id."""


class Wish(StrEnum):
    """Whose wish it is that visits are cancelled; so it is decided what goes back."""

    CLINIC = "CLINIC"
    PATIENT = "PATIENT"


@dataclass(frozen=True)
class Shift:
    """A visit that is to move: where to, how that time stands, and whether it goes there."""

    visit: Appointment
    goal: datetime
    found: Found
    moves: bool

    @property
    def number(self) -> int:
        """Its place in the series."""
        return self.visit.series_number or 0


@dataclass(frozen=True)
class Moved:
    """What came of it: the visits that have another time, and those that stay with the reason."""

    visits: Sequence[Appointment]
    stayed: Sequence[Shift]


@dataclass(frozen=True)
class CalledOff:
    """What came of it: the visits that will not take place, and how much goes back."""

    visits: Sequence[Appointment]
    refund_paise: int


def preview_move(series_id: int, *, from_number: int, first: datetime, by: Actor, choices: Choices) -> list[Shift]:
    """Where each visit from this number on would be if the first of them were then. Raises Missing, Refused, NotAllowed,
    Invalid.
    """
    series, visits = _theirs(series_id, by, Permission.MOVE_APPOINTMENTS)
    return _shifts(series, _movable(visits, from_number), first, choices)


def move_series(
    series_id: int, *, from_number: int, first: datetime, by: Actor, choices: Choices, seen_as: Seen
) -> Moved:
    """Move them, in one transaction; `choices` has another time of its day for a number, or None to leave it. Asked
    twice, they are moved once.

    Raises Missing, Refused, ChangedMeanwhile, NotAllowed, NotOffered, SlotTaken, Invalid.
    """
    series, visits = _theirs(series_id, by, Permission.MOVE_APPOINTMENTS, lock=True)
    moving.lock_around(
        {visit.clinician_id for visit in visits}, {visit.centre_id for visit in visits}, series.patient_id
    )
    for _ in range(len(visits) + TRIES):
        shifts = _shifts(series, _movable(visits, from_number), first, choices)
        _check_seen([shift.visit for shift in shifts if shift.visit.starts_at != shift.goal], seen_as)
        try:
            moved = _put(shifts)
        except SlotTaken:
            _, visits = _theirs(series_id, by, Permission.MOVE_APPOINTMENTS, lock=True)
            continue
        return _finish(series, moved, shifts, by)
    raise SlotTaken(taking.wanted_at(series.clinician_id, series.centre_id, series.mode, first))


def to_call_off(series_id: int, *, from_number: int, by: Actor) -> list[Appointment]:
    """Which visits from this number on can be cancelled. Raises Missing, Refused."""
    _, visits = _theirs(series_id, by, Permission.CANCEL_APPOINTMENTS)
    return _standing(visits, from_number)


def returned(visit: Appointment, wish: Wish) -> tuple[int, RefundReason]:
    """What of a visit's money goes back when it is cancelled now: all of it, or the patient's share (R-PAY-15)."""
    if wish == Wish.CLINIC:
        paid = visit.payment.status == "PAID"
        return visit.payment.amount_paise if paid else 0, RefundReason.CANCELLED_BY_CLINIC
    in_time = requests.is_in_time(visit, clock.now())
    why = RefundReason.CANCELLED_IN_TIME if in_time else RefundReason.CANCELLED_LATE
    return requests.share_of(visit, in_time=in_time), why


def call_off_series(
    series_id: int, *, from_number: int, reason: str, wish: Wish, by: Actor, seen_as: Seen
) -> CalledOff:
    """Cancel them, in one transaction; all of a series within the undo delay leaves nobody told. Asked twice, once.

    Raises Missing, Refused, ChangedMeanwhile, NotAllowed, Invalid.
    """
    words = calling_off.worded(reason)
    series, visits = _theirs(series_id, by, Permission.CANCEL_APPOINTMENTS, lock=True)
    off = _standing(visits, from_number)
    if not off:
        if any(visit.id in seen_as and visit.status == Status.CANCELLED for visit in visits):
            return CalledOff([], 0)
        raise NotAllowed("There is nothing left of this series to cancel.")
    _check_seen(off, seen_as)
    back = 0
    for visit in reversed(off):  # so that what is owed with the first wanders to none that goes too
        paise, why = returned(visit, wish)
        back += calling_off.take_off(visit, words, by, paise=paise, why=why)
    audit.record("series.called_off", series.id, by=by.account_id, visits=len(off), wish=wish)
    db.session().flush()
    if len(off) < len(visits) or not messaging.withdraw_about(series.id, since=series.created_at):
        series_telling.called_off(series, off, back, wait_s=seen.patience(by))
    return CalledOff(off, back)


def series_in_full(series_id: int, *, by: Actor) -> tuple[Series, list[Appointment]]:
    """A series with those of its visits that they may see, in order. Raises Missing."""
    series = db.session().get(Series, series_id)
    visits = [visit for visit in visits_of(series_id) if seen.reaches(by, visit)] if series else []
    if series is None or not visits:
        raise Missing("We could not find that series.")
    return series, visits


def _theirs(
    series_id: int, by: Actor, permission: Permission, *, lock: bool = False
) -> tuple[Series, list[Appointment]]:
    if not by.may(permission):
        raise Refused
    if lock:
        taking.in_turn(by)
        db.session().execute(select(Series.id).where(Series.id == series_id).with_for_update(key_share=True))
        visits_of(series_id, lock=True)
    return series_in_full(series_id, by=by)


def _movable(visits: Sequence[Appointment], from_number: int) -> list[Appointment]:
    found = [visit for visit in visits if (visit.series_number or 0) >= from_number and _may_move(visit)]
    if not found:
        raise NotAllowed("There is nothing left of this series to move.")
    return found


def _may_move(visit: Appointment) -> bool:
    now = clock.now()
    return visit.status == Status.CONFIRMED and visit.starts_at > now and visit.arrived_at is None


def _standing(visits: Sequence[Appointment], from_number: int) -> list[Appointment]:
    now = clock.now()
    stand = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED)
    return [
        visit
        for visit in visits
        if (visit.series_number or 0) >= from_number and visit.status in stand and visit.starts_at > now
    ]


def _check_seen(visits: Sequence[Appointment], seen_as: Seen) -> None:
    """Nothing is done to a visit that is not as it was shown."""
    for visit in visits:
        if visit.id not in seen_as:
            raise ChangedMeanwhile
        seen.check_fresh(visit, seen_as[visit.id])


def _shifts(series: Series, visits: Sequence[Appointment], first: datetime, choices: Choices) -> list[Shift]:
    goals = rhythm_from(first, series.every_weeks, [visit.series_number or 0 for visit in visits])
    _check_goals(goals)
    check_days(goals, choices)
    by_number = {visit.series_number or 0: visit for visit in visits}
    found = _found(by_number, {number: choices.get(number) or goal for number, goal in goals.items()})
    now = {number: (visit.starts_at, visit.ends_at) for number, visit in by_number.items()}
    wanted = {
        number: None if choices.get(number, goal) is None else _span(by_number[number], found[number].starts_at)
        for number, goal in goals.items()
    }
    staying = who_stays(now, wanted, lambda number, _: found[number].is_free)
    return [
        Shift(visit, found[number].starts_at, _why(found[number], wanted[number], now, staying - {number}), number not in staying)
        for number, visit in by_number.items()
    ]  # fmt: skip


def _check_goals(goals: Mapping[int, datetime]) -> None:
    ordered = sorted(goals.values())
    if ordered[0] <= clock.now():
        raise Invalid.field("at", "This time has passed. Choose a later one, or another day.")
    if clock.clinic_day(ordered[-1]) > clock.today() + timedelta(days=REACH_DAYS):
        raise Invalid.field("day", f"Then the last one would be more than {REACH_DAYS // 7} weeks ahead.")


def _found(visits: Mapping[int, Appointment], goals: Mapping[int, datetime]) -> dict[int, Found]:
    """How each time stands if all of them left theirs; a visit keeps its own clinician, centre, mode and length."""
    ids = [visit.id for visit in visits.values()]
    days = [clock.clinic_day(goal) for goal in goals.values()]
    seats = {number: _seat(visit) for number, visit in visits.items()}
    ahead = {seat: ahead_of(seat, days, but=ids) for seat in set(seats.values())}
    return {
        number: ahead[seats[number]].at(goal, _minutes(visits[number])) for number, goal in goals.items()
    }  # fmt: skip


def _seat(visit: Appointment) -> Seat:
    return Seat(
        patient_id=visit.patient_id, clinician_id=visit.clinician_id, centre_id=visit.centre_id, mode=visit.mode
    )


def _minutes(visit: Appointment) -> int:
    return (visit.ends_at - visit.starts_at) // timedelta(minutes=1)


def _span(visit: Appointment, starts_at: datetime) -> Span:
    return starts_at, starts_at + (visit.ends_at - visit.starts_at)


def _why(found: Found, goal: Span | None, now: Mapping[int, Span], staying: set[int]) -> Found:
    """Whoever cannot move because another of the series stays where it would go hears which one."""
    for number in sorted(staying) if found.is_free and goal else ():
        if goal and overlaps(goal, now[number]):
            return replace(found, reasons=(Reason(Why.PATIENT_BUSY, f"Number {number} of this series stays there"),))
    return found


def _put(shifts: Sequence[Shift]) -> list[tuple[Appointment, Place]]:
    """All are put there before the buffer of any is looked at: whoever waits there for us must not be waited for."""
    going = {shift.number: shift for shift in shifts if shift.moves and shift.goal != shift.visit.starts_at}
    now = {number: (shift.visit.starts_at, shift.visit.ends_at) for number, shift in going.items()}
    order = one_after_another(now, {number: _span(shift.visit, shift.goal) for number, shift in going.items()})
    if going and len(order) < len(going):
        raise NotOffered("These times change places with one another. Move them one by one.")
    moved = []
    with db.session().begin_nested():
        for number in order:
            visit, goal = going[number].visit, going[number].goal
            place = replace(Place.of(visit), starts_at=goal)
            moved.append((visit, moving.put_there(visit, place)))
        for visit, _ in moved:
            moving.check_buffer(visit, Place.of(visit))
    return sorted(moved, key=lambda each: each[0].starts_at)


def _finish(series: Series, moved: Sequence[tuple[Appointment, Place]], shifts: Sequence[Shift], by: Actor) -> Moved:
    stayed = [shift for shift in shifts if not shift.moves]
    if not moved and len(stayed) == len(shifts):
        raise NotOffered("None of them can be moved there. Please look again.")
    if not moved:
        return Moved([], stayed)
    for visit, was in moved:
        moving.note_move(visit, was, by, None)
    audit.record("series.moved", series.id, by=by.account_id, visits=len(moved), stayed=len(stayed))
    db.session().flush()
    visits = [visit for visit, _ in moved]
    series_telling.moved(series, visits, wait_s=seen.patience(by))
    return Moved(visits, stayed)
