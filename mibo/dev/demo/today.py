"""The day on the board: at whatever hour it is loaded, something has happened, something goes on, something comes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from mibo import clock
from mibo.booking import Status
from mibo.dev.demo.bookings import Bookings
from mibo.dev.demo.diary import Diary, Doctor, Slot, on_one_day
from mibo.dev.demo.visits import Visit

FULLNESS = {"Kochi": 0.62, "Bengaluru": 0.22, "Mumbai": 0.6}
ON_DUTY = ("Dr. George Tharakan", "Ms. Neethu Nambiar")
WEEKEND_LANES = {"Kochi": 5, "Bengaluru": 4, "Mumbai": 1}
DUTY_SLOT = 30
LEFT_FREE = 3
DUTY_SLOTS = range(-4, 8)  # half hours around now
NIGHT_SLOTS = range(-4, 3)  # at night only what goes on, and all of it is taken: nobody is offered a time at three
NIGHT = (21, 7)  # from this hour until that one the clinic is shut, and two take turns with emergencies
NIGHT_NOTE = "It is urgent. I was told to ask for the night duty."
FRIDAY = 5
SOON = timedelta(minutes=75)


def open_up(diary: Diary, doctors: list[Doctor], now: datetime) -> None:
    """Where the weekly hours leave the board empty now, some clinicians keep more hours, on this one day."""
    today = clock.clinic_day(now)
    if today.isoweekday() > FRIDAY:
        for city, lanes in WEEKEND_LANES.items():
            here = [doctor for doctor in doctors if doctor.profile.city == city and doctor.bookable]
            for doctor in [each for each in here if each.profile.week != "nights"][:lanes]:
                _as_on_a_weekday(diary, doctor, today)
    kochi = [doctor for doctor in doctors if doctor.profile.city == "Kochi"]
    if not _is_lively([slot for doctor in kochi for slot in diary.grid(doctor, today)], now):
        for doctor in kochi:
            if doctor.profile.name in ON_DUTY:
                _stand_by(diary, doctor, now)


def _as_on_a_weekday(diary: Diary, doctor: Doctor, today: date) -> None:
    days = sorted({window.weekday for window in doctor.windows} - {0, 6})
    for window in [each for each in doctor.windows if each.weekday == days[0] and each.centre_id == doctor.home_id]:
        diary.open_once(doctor, replace(window, only_on=today, weekday=today.isoweekday() % 7))


def _is_lively(slots: list[Slot], now: datetime) -> bool:
    """Two at least go on, four are over and eight are to come."""
    over = sum(slot.ends_at <= now for slot in slots)
    to_come = sum(slot.starts_at > now for slot in slots)
    return over >= 4 and to_come >= 8 and len(slots) - over - to_come >= 2


def _stand_by(diary: Diary, doctor: Doctor, now: datetime) -> None:
    """Half hours around now, as far as they lie in today."""
    here = clock.local(now)
    base = (here.hour * 60 + here.minute) // DUTY_SLOT * DUTY_SLOT
    for step in NIGHT_SLOTS if is_night(now) else DUTY_SLOTS:
        opens = base + step * DUTY_SLOT
        diary.open_once(doctor, on_one_day(doctor.home_id, here.date(), opens, DUTY_SLOT))


def is_night(at: datetime) -> bool:
    """Whether the clinic is shut at this hour."""
    begins, ends = NIGHT
    return not ends <= clock.local(at).hour < begins


def fill_today(bookings: Bookings, doctors: list[Doctor]) -> None:
    """Today at each centre: first one of each state, then the rest of the day."""
    for city, centre_id in bookings.house.centre_ids.items():
        slots = [
            slot
            for doctor in doctors
            if doctor.bookable
            for slot in bookings.diary.open(doctor, clock.clinic_day(bookings.now))
            if slot.centre_id == centre_id
        ]
        _Board(bookings, slots).fill(FULLNESS[city])
    for visit in bookings.visits:
        if visit.slot.doctor.profile.name in ON_DUTY and is_night(visit.starts_at):
            visit.note = NIGHT_NOTE


class _Board:
    """One centre's day: what is over, what goes on, what is to come."""

    def __init__(self, bookings: Bookings, slots: list[Slot]) -> None:
        now = bookings.now
        self._bookings, self._rng, self._now = bookings, bookings.rng, now
        self._over = [slot for slot in slots if slot.ends_at <= now]
        self._going_on = [slot for slot in slots if slot.starts_at <= now < slot.ends_at]
        self._soon = [slot for slot in slots if now < slot.starts_at <= now + SOON]
        self._later = [slot for slot in slots if slot.starts_at > now + SOON]
        for several in (self._over, self._going_on, self._soon, self._later):
            self._rng.shuffle(several)

    def fill(self, share: float) -> None:
        """One of each, wherever it makes sense at this hour; then what is usual."""
        self._one_of_each()
        for slot in self._free(self._over):
            if self._rng.random() < share + 0.1:
                self._bookings.book(slot, self._how_it_went())
        for slot in self._free(self._going_on):
            if self._rng.random() < share + 0.1:
                self._bookings.book(slot, Status.IN_PROGRESS)
        if is_night(self._now):
            for slot in self._free(self._soon):
                self._bookings.book(slot, Status.CONFIRMED)
        for slot in self._free([*self._soon, *self._later])[LEFT_FREE:]:
            if self._rng.random() < share:
                self._bookings.book(slot, Status.CONFIRMED)

    def _one_of_each(self) -> None:
        """In this order, since what can only be now comes first. On a tiny board not all of them find room."""
        cast: tuple[tuple[Callable[[Slot], Visit], tuple[list[Slot], ...]], ...] = (
            (self._state(Status.IN_PROGRESS), (self._going_on,)),
            (self._state(Status.COMPLETED), (self._over, self._going_on)),
            (self._held, (self._later, self._soon, self._going_on)),
            (self._state(Status.CONFIRMED), (self._later, self._soon, self._over)),
            (self._arrived, (self._soon,)),
            (self._link_sent, (self._later, self._soon)),
            (self._state(Status.CANCELLATION_REQUESTED), (self._later, self._over, self._soon)),
            (self._state(Status.COMPLETED), (self._over,)),
        )
        for book, places in cast:
            if slot := self._first_free(*places):
                book(slot)
        for status, places in (
            (Status.NO_SHOW, (self._over, self._going_on)),
            (Status.CANCELLED, (self._later, self._soon, self._over, self._going_on)),
            (Status.EXPIRED, (self._later, self._soon, self._over, self._going_on)),
        ):
            if slot := self._first_free(*places) or next((slot for place in places for slot in place), None):
                self._bookings.book(slot, status)

    def _state(self, status: Status) -> Callable[[Slot], Visit]:
        return lambda slot: self._bookings.book(slot, status)

    def _arrived(self, slot: Slot) -> Visit:
        arrived = self._now - timedelta(minutes=self._rng.randint(1, 9))
        return self._bookings.book(slot, Status.CONFIRMED, mode=_in_person(slot), arrived_at=arrived)

    def _held(self, slot: Slot) -> Visit:
        """Somebody pays at the checkout; somebody who just walked in pays by link, and their time has begun."""
        begun = slot.starts_at <= self._now
        return self._bookings.hold(slot, 3, by_link=begun, walk_in=begun, mode=_in_person(slot) if begun else None)

    def _link_sent(self, slot: Slot) -> Visit:
        return self._bookings.hold(slot, 8, by_link=True)

    def _how_it_went(self) -> Status:
        return self._rng.choices((Status.COMPLETED, Status.NO_SHOW, Status.CONFIRMED), (88, 8, 4))[0]

    def _first_free(self, *places: list[Slot]) -> Slot | None:
        return next((slot for place in places for slot in self._free(place)), None)

    def _free(self, slots: list[Slot]) -> list[Slot]:
        return [slot for slot in slots if self._bookings.diary.is_free(slot)]


def _in_person(slot: Slot) -> str:
    return "IN_PERSON" if "IN_PERSON" in slot.modes else slot.modes[0]
