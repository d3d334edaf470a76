"""A run of appointments, every so many weeks (M7): looked at first, then booked, the rest where some cannot be.

Each visit is an appointment of its own, with its own number, payment and fee. A number is its place in the plan, so it
stays whatever becomes of the others.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from mibo import audit, clinics, clock, db, payments, people
from mibo.booking import actions, at_desk, desk_money, moving, seen, series_telling, taking
from mibo.booking.models import Appointment, Series
from mibo.booking.rules import HOLDS_TIME, KeyReused, NotOffered, SlotTaken
from mibo.booking.series_rules import Rhythm, days_of
from mibo.booking.series_times import Found, Seat, ahead_of
from mibo.booking.taking import Terms
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.people import Patient

TRIES = 3
WAYS_TO_PAY = (at_desk.LATER, *payments.DESK_METHODS)

Choices = Mapping[int, datetime | None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is wanted: with whom, where, how, on which days and at which time of the clinic's clock."""

    seat: Seat
    rhythm: Rhythm
    at: time


@dataclass(frozen=True)
class Planned:
    """One number of a series that is not booked (yet): how its time stands, and whether patients could see that day."""

    number: int
    found: Found
    far: bool

    @property
    def starts_at(self) -> datetime:
        """When it would begin by the plan."""
        return self.found.starts_at


@dataclass(frozen=True)
class Booked:
    """What came of it: the visits that stand, and what could not be booked, each with its reason and what is near."""

    series: Series
    visits: Sequence[Appointment]
    left: Sequence[Planned] = ()


class _Rival(Exception):
    """Somebody was quicker to one of the times: look again."""


def preview_series(plan: Plan, *, by: Actor) -> list[Planned]:
    """Each date with every reason why it is not free, and what is near on that day. Raises Missing, NotOffered, Invalid."""
    if not by.reaches(plan.seat.centre_id):
        raise Missing("We could not find that centre.")
    starts = _starts(plan)
    if not people.works_at(plan.seat.clinician_id, plan.seat.centre_id):
        raise NotOffered("This clinician cannot be booked there. Please choose another one.")
    planned = _look(plan.seat, starts, {})
    if all(one.found.slot is None for one in planned):
        raise Invalid.field("at", "No hours are kept then on any of these days. Choose another time.")
    return planned


def book_series(
    plan: Plan,
    *,
    by: Actor,
    pay_by: str,
    choices: Choices,
    request_key: str,
    last_four: str | None = None,
    desk_note: str | None = None,
) -> Booked:
    """Book what can be booked, in one transaction. `choices` has another time of its day for a number, or None to leave
    it out; what is not named is booked as planned, if it is free. Paid all now, or each visit LATER at the centre.

    Asked again with the same key it answers the same series.
    Raises Missing, Refused, WrongPatient, NotOffered, SlotTaken, KeyReused, Invalid, and payments' FeeMissing.
    """
    _check_may(by, plan.seat.centre_id, pay_by, desk_note)
    taking.in_turn(by)
    if (already := _asked_before(by, request_key, plan)) is not None:
        return already
    starts = _starts(plan)
    patient = at_desk.confirmed_patient(plan.seat.patient_id, last_four)
    _hold_still(plan.seat, patient)
    series = _open(plan, starts, by, request_key)
    visits, left = _take(series, patient, starts, choices, by=by, owes=True)
    if not visits:
        raise NotOffered("None of these times can be booked any more. Please look again.")
    _finish(series, visits, pay_by, desk_note, by)
    return Booked(series, visits, left)


def book_missing(series_id: int, *, by: Actor, pay_by: str, choices: Choices, desk_note: str | None = None) -> Booked:
    """Book numbers of a series that never were: taken at the last moment, or left out. Asked twice, each is booked once.

    Raises Missing, Refused, NotOffered, SlotTaken, Invalid, and payments' FeeMissing.
    """
    taking.in_turn(by)
    series = db.session().scalar(select(Series).where(Series.id == series_id).with_for_update())
    if series is None or not by.reaches(series.centre_id):
        raise Missing("We could not find that series.")
    _check_may(by, series.centre_id, pay_by, desk_note)
    patient = people.patient(series.patient_id)
    _hold_still(seat_of(series), patient)
    starts = {number: at for number, at in missing_of(series).items() if choices.get(number)}
    visits, left = _take(series, patient, starts, choices, by=by, owes=not _owed_already(series))
    if visits:
        _finish(series, visits, pay_by, desk_note, by)
    return Booked(series, visits, left)


def planned_start(series: Series, number: int) -> datetime:
    """When a number is by the plan; the clinic's zone keeps no daylight saving time."""
    return series.first_starts_at + timedelta(weeks=series.every_weeks * (number - 1))


def missing_of(series: Series) -> dict[int, datetime]:
    """The numbers that never were booked and are to come, with their times."""
    there = set(db.session().scalars(select(Appointment.series_number).where(Appointment.series_id == series.id)))
    planned = {number: planned_start(series, number) for number in range(1, series.planned + 1) if number not in there}
    return {number: at for number, at in planned.items() if at > clock.now()}


def not_booked(series: Series) -> list[Planned]:
    """The same, with how each stands now."""
    starts = missing_of(series)
    return _look(seat_of(series), starts, {}) if starts else []


def seat_of(series: Series) -> Seat:
    """With whom, where and how it was planned."""
    return Seat(
        patient_id=series.patient_id, clinician_id=series.clinician_id, centre_id=series.centre_id, mode=series.mode
    )


def _check_may(by: Actor, centre_id: int, pay_by: str, desk_note: str | None) -> None:
    if pay_by not in WAYS_TO_PAY:
        raise Invalid.field("pay_by", "Choose how the patient pays.")
    at_desk.check_may_book(by, centre_id, pay_by)
    payments.refuse_card_number(desk_note, "desk_note")


def _starts(plan: Plan) -> dict[int, datetime]:
    days = days_of(plan.rhythm, clock.today())
    starts = {number: clock.instant(day, plan.at) for number, day in enumerate(days, start=1)}
    if starts[1] <= clock.now():
        raise Invalid.field("at", "This time has passed. Choose a later one, or another day.")
    return starts


def _look(seat: Seat, starts: Mapping[int, datetime], choices: Choices) -> list[Planned]:
    ahead = ahead_of(seat, [clock.clinic_day(at) for at in starts.values()])
    seen_until = clock.today() + timedelta(days=clinics.policy_in_force().horizon_days)
    return [
        Planned(number, ahead.at(choices.get(number) or at), clock.clinic_day(at) > seen_until)
        for number, at in starts.items()
    ]


def _asked_before(by: Actor, request_key: str, plan: Plan) -> Booked | None:
    same = Series.created_by == by.account_id, Series.request_key == request_key
    series = db.session().scalar(select(Series).where(*same))
    if series is None:
        return None
    first = clock.instant(plan.rhythm.first, plan.at)
    wanted = (plan.seat, first, plan.rhythm.every_weeks)
    if (seat_of(series), series.first_starts_at, series.every_weeks) != wanted:
        raise KeyReused
    return Booked(series, visits_of(series.id), not_booked(series))


def visits_of(series_id: int, *, numbers: Collection[int] | None = None, lock: bool = False) -> list[Appointment]:
    """The visits of a series in their order, with all that belongs to them."""
    which = select(Appointment.id).where(Appointment.series_id == series_id).order_by(Appointment.series_number)
    if numbers is not None:
        which = which.where(Appointment.series_number.in_(numbers))
    return actions.all_in_full(db.session().scalars(which).all(), lock=lock)


def _hold_still(seat: Seat, patient: Patient) -> None:
    """Nobody closes an account, a centre or time there until we are done (R-ACL-5). Raises Missing, NotOffered."""
    moving.lock_around({seat.clinician_id}, {seat.centre_id}, seat.patient_id)
    db.session().refresh(patient)
    if not patient.active:
        raise Missing("We could not find that patient.")
    if not people.works_at(seat.clinician_id, seat.centre_id):
        raise NotOffered("This clinician cannot be booked there any more. Please choose another one.")


def _open(plan: Plan, starts: Mapping[int, datetime], by: Actor, request_key: str) -> Series:
    seat = plan.seat
    made = Series(
        patient_id=seat.patient_id,
        clinician_id=seat.clinician_id,
        centre_id=seat.centre_id,
        mode=seat.mode,
        first_starts_at=starts[1],
        every_weeks=plan.rhythm.every_weeks,
        planned=len(starts),
        created_by=by.account_id,
        request_key=request_key,
    )
    db.session().add(made)
    db.session().flush()
    return made


def _take(
    series: Series, patient: Patient, starts: Mapping[int, datetime], choices: Choices, *, by: Actor, owes: bool
) -> tuple[list[Appointment], list[Planned]]:
    """What can be taken, and what cannot. A rival who is quicker makes us look again, and then stands in the reasons."""
    seat = seat_of(series)
    wanted = {number: at for number, at in starts.items() if choices.get(number, at) is not None}
    check_days(starts, choices)
    for _ in range(len(wanted) + TRIES):  # each rival takes one of them at least, or gives it back
        looked = _look(seat, wanted, choices) if wanted else []
        free = [one for one in looked if one.found.is_free]
        try:
            with db.session().begin_nested():
                visits = _seat(series, free, patient, by, owes=owes)
        except _Rival:
            continue
        left = [one for one in looked if not one.found.is_free]
        return visits, left
    raise SlotTaken(taking.wanted_at(seat.clinician_id, seat.centre_id, seat.mode, next(iter(wanted.values()))))


def check_days(starts: Mapping[int, datetime], choices: Choices) -> None:
    """Another time is one of the same day. Raises Invalid."""
    for number, at in starts.items():
        chosen = choices.get(number)
        if chosen is not None and clock.clinic_day(chosen) != clock.clinic_day(at):
            raise Invalid.field("choice", "Choose a time of the same day.")


def _seat(series: Series, free: Sequence[Planned], patient: Patient, by: Actor, *, owes: bool) -> list[Appointment]:
    """All are inserted before the buffer of any is looked at: whoever waits there for us must not be waited for."""
    until = clock.now() + timedelta(minutes=clinics.policy_in_force().link_hold_minutes)
    ids = []
    for n, one in enumerate(free):
        assert one.found.slot is not None
        terms = Terms(
            mode=series.mode, by=by, source=at_desk.source_of(by), pay_by="DESK", held_until=until, note=None,
            request_key=None, series=(series.id, one.number), registration=owes and n == 0,
        )  # fmt: skip
        taken = taking.put_in(one.found.slot, patient, terms)
        if taken is None:
            raise _Rival
        ids.append(taken)
    visits = actions.all_in_full(ids)
    if any(actions.is_too_near(visit) for visit in visits):
        raise _Rival
    return visits


def _owed_already(series: Series) -> bool:
    """Whether a visit that stands owes the registration already."""
    return any(
        visit.payment.status == "PENDING" and visit.payment.registration_paise and visit.status in HOLDS_TIME
        for visit in visits_of(series.id)
    )


def _finish(series: Series, visits: Sequence[Appointment], pay_by: str, desk_note: str | None, by: Actor) -> None:
    now, with_id = pay_by in payments.DESK_METHODS, None
    for visit in visits:
        if now:  # one transfer pays for all of them
            taken = desk_money.take(visit, pay_by, desk_note, by=by, with_id=with_id)
            with_id = with_id or taken.tenders[0].id
        actions.let_stand(visit, by=by.account_id, reason="Paid at the desk" if now else "Pays at the centre")
    audit.record("series.booked", series.id, by=by.account_id, visits=len(visits), planned=series.planned)
    db.session().flush()
    series_telling.booked(series, visits, wait_s=seen.patience(by))
