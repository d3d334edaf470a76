"""The hours that clinicians keep, and who has which time: nobody twice, nobody on a holiday."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from mibo import clock
from mibo.clinics import Holiday
from mibo.dev.demo.roster import Profile
from mibo.dev.demo.rows import Rows
from mibo.scheduling import TimeBlock, WeeklyHours

LONG_AGO = date(2000, 1, 1)
DAY_ENDS = 24 * 60


@dataclass(frozen=True)
class Window:
    """Hours of a weekday at a centre; `only_on` is an opening of a single date."""

    centre_id: int
    weekday: int
    opens: int
    closes: int
    slot_minutes: int
    mode: str
    only_on: date | None = None

    def is_kept_on(self, day: date) -> bool:
        """Whether these hours are kept on a day."""
        return day.isoweekday() % 7 == self.weekday and self.only_on in (None, day)


def on_one_day(centre_id: int, day: date, opens: int, minutes: int, mode: str = "BOTH") -> Window:
    """One slot on a single date."""
    return Window(centre_id, day.isoweekday() % 7, opens, opens + minutes, minutes, mode, only_on=day)


@dataclass
class Doctor:
    """A clinician as planning needs them."""

    id: int
    account_id: int
    phone: str
    profile: Profile
    home_id: int
    windows: list[Window] = field(default_factory=list)

    @cached_property
    def sees_children(self) -> bool:
        return self.profile.kind == "child psychiatrist"

    @property
    def fee_paise(self) -> int:
        return (self.profile.rupees or 0) * 100

    @property
    def bookable(self) -> bool:
        return self.profile.active and self.profile.rupees is not None


@dataclass(frozen=True, eq=False)
class Slot:
    """A time that could be booked."""

    doctor: Doctor
    centre_id: int
    starts_at: datetime
    ends_at: datetime
    modes: tuple[str, ...]

    @cached_property
    def local(self) -> datetime:
        return clock.local(self.starts_at)


Span = tuple[datetime, datetime]


class Diary:
    """Who has which time. What is written in it goes to the rows as well."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._closed: dict[int, list[Span]] = defaultdict(list)
        self._midnights: dict[date, datetime] = {}
        self._shut: set[tuple[int, date]] = set()
        self._taken: dict[tuple[int, date], list[Span]] = defaultdict(list)

    def keep(self, doctor: Doctor, window: Window) -> None:
        """The clinician keeps these hours from now on."""
        doctor.windows.append(window)
        self._rows.add(
            WeeklyHours,
            clinician_id=doctor.id,
            centre_id=window.centre_id,
            weekday=window.weekday,
            opens_minute=window.opens,
            closes_minute=window.closes,
            slot_minutes=window.slot_minutes,
            mode=window.mode,
            effective_from=window.only_on or LONG_AGO,
            effective_to=window.only_on,
        )

    def open_once(self, doctor: Doctor, window: Window) -> None:
        """One more opening on a single date, where the clinician keeps no other hours then."""
        if window.opens < 0 or window.closes > DAY_ENDS or window.only_on is None:
            return
        kept = [other for other in doctor.windows if other.is_kept_on(window.only_on)]
        if not any(other.opens < window.closes and window.opens < other.closes for other in kept):
            self.keep(doctor, window)

    def close(self, doctor: Doctor, starts: datetime, ends: datetime, reason: str, *, by: int, at: datetime) -> None:
        """The clinician is away, told in wall-clock times."""
        self._closed[doctor.id].append((_instant(starts), _instant(ends)))
        self._rows.add(
            TimeBlock,
            clinician_id=doctor.id,
            starts_local=starts,
            ends_local=ends,
            reason=reason,
            created_by=by,
            created_at=at,
        )

    def shut(self, centre_id: int, day: date, reason: str) -> None:
        """The centre is closed for a day."""
        self._shut.add((centre_id, day))
        self._rows.add(Holiday, centre_id=centre_id, day=day, reason=reason)

    def grid(self, doctor: Doctor, day: date) -> Iterator[Slot]:
        """The slots of a clinician's day that are not closed."""
        for window in doctor.windows:
            if window.is_kept_on(day) and (window.centre_id, day) not in self._shut:
                yield from self._cut(doctor, window, day)

    def _cut(self, doctor: Doctor, window: Window, day: date) -> Iterator[Slot]:
        midnight, closed, modes = self._midnight(day), self._closed[doctor.id], _modes(doctor, window)
        for minute in range(window.opens, window.closes - window.slot_minutes + 1, window.slot_minutes):
            starts = midnight + timedelta(minutes=minute)
            ends = starts + timedelta(minutes=window.slot_minutes)
            if not any(_meet((starts, ends), span) for span in closed):
                yield Slot(doctor, window.centre_id, starts, ends, modes)

    def _midnight(self, day: date) -> datetime:
        if day not in self._midnights:
            self._midnights[day] = clock.instant(day, time.min)
        return self._midnights[day]

    def open(self, doctor: Doctor, day: date) -> list[Slot]:
        """The slots of a clinician's day that nobody has."""
        return [slot for slot in self.grid(doctor, day) if self.is_free(slot)]

    def is_free(self, slot: Slot) -> bool:
        """Whether nobody has it, nor any time that meets it."""
        taken = self._taken[slot.doctor.id, slot.local.date()]
        return not any(_meet((slot.starts_at, slot.ends_at), span) for span in taken)

    def take(self, slot: Slot) -> None:
        """It is somebody's now."""
        assert self.is_free(slot), slot
        self._taken[slot.doctor.id, slot.local.date()].append((slot.starts_at, slot.ends_at))


def _modes(doctor: Doctor, window: Window) -> tuple[str, ...]:
    return doctor.profile.modes if window.mode == "BOTH" else (window.mode,)


def _instant(local: datetime) -> datetime:
    return clock.instant(local.date(), local.time())


def _meet(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
