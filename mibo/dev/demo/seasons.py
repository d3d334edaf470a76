"""The days before and after today: a young clinic's few, or eighteen busy months."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mibo.booking import Status
from mibo.dev.demo.bookings import Bookings
from mibo.dev.demo.diary import Doctor, Slot

MONDAY, SATURDAY, SUNDAY = 1, 6, 7
EVENING_FROM = 16
PAST = (
    (Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED, Status.EXPIRED, Status.CONFIRMED),
    (74, 7, 12, 6, 1),
)
FUTURE = (
    (Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.CANCELLED, Status.EXPIRED),
    (84, 3, 5, 8),
)


@dataclass(frozen=True)
class Size:
    """How large a clinic: days back and ahead, sessions on a working day, and how many of them come for the first time."""

    back: int
    ahead: int
    a_day: int
    share_new: float
    holds: int


SMALL = Size(back=18, ahead=7, a_day=9, share_new=0.4, holds=4)
BUSY = Size(back=546, ahead=45, a_day=65, share_new=0.22, holds=25)


def fill(bookings: Bookings, doctors: list[Doctor], today: date, size: Size) -> None:
    """Book every day but today, the oldest first."""
    bookings.share_new = size.share_new
    for offset in range(-size.back, size.ahead + 1):
        day = today + timedelta(days=offset)
        if offset:
            _fill_day(bookings, doctors, day, _sessions(day, offset, size), PAST if offset < 0 else FUTURE)
    _hold_some(bookings, doctors, today, size.holds)


def _sessions(day: date, offset: int, size: Size) -> int:
    """Mondays are heaviest, weekends light, and far ahead there is not much yet."""
    share = {MONDAY: 1.2, SATURDAY: 0.45, SUNDAY: 0.2}.get(day.isoweekday(), 1.0)
    ahead = max(0.25, 1 - offset / 40) if offset > 0 else 1.0
    growth = 0.8 + 0.4 * (offset + size.back) / size.back if offset < 0 else 1.2
    return round(size.a_day * share * ahead * growth)


def _fill_day(
    bookings: Bookings,
    doctors: list[Doctor],
    day: date,
    sessions: int,
    mix: tuple[tuple[Status, ...], tuple[int, ...]],
) -> None:
    future = mix is FUTURE
    slots = [slot for doctor in doctors if _takes(doctor, future) for slot in bookings.diary.open(doctor, day)]
    for slot in _some(bookings.rng, slots, sessions):
        status = bookings.rng.choices(*mix)[0]
        bookings.book(slot, status, unpaid=status == Status.CANCELLED and bookings.rng.random() < 0.2)


def _takes(doctor: Doctor, future: bool) -> bool:
    return doctor.bookable if future else doctor.fee_paise > 0


def _some(rng: Random, slots: list[Slot], wanted: int) -> list[Slot]:
    """Some of the slots, evenings sooner than mornings, in order of time."""
    weights = {slot: rng.random() * (1.6 if slot.local.hour >= EVENING_FROM else 1.0) for slot in slots}
    return sorted(sorted(slots, key=weights.__getitem__)[-wanted:] if wanted else [], key=lambda slot: slot.starts_at)


def _hold_some(bookings: Bookings, doctors: list[Doctor], today: date, holds: int) -> None:
    """Others are paying just now, for one of the next days."""
    days = [today + timedelta(days=n) for n in range(1, 8)]
    slots = [slot for day in days for doctor in doctors if doctor.bookable for slot in bookings.diary.open(doctor, day)]
    for number, slot in enumerate(bookings.rng.sample(slots, holds)):
        bookings.hold(slot, bookings.rng.randint(1, 13), by_link=bool(number % 2))
