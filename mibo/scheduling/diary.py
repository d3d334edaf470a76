"""What is known of a clinician's time (hours kept, time taken, time closed) and what is asked of it: plain values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from mibo.clinics.policy import Policy

MINUTES_A_DAY = 1440
KOLKATA = ZoneInfo("Asia/Kolkata")


class Mode(StrEnum):
    """How patient and clinician meet."""

    IN_PERSON = "IN_PERSON"
    ONLINE = "ONLINE"


BOTH = "BOTH"  # hours in which either mode can be booked
MODE_BITS = {"IN_PERSON": 1, "ONLINE": 2, BOTH: 3}
MODES_OF_BITS: tuple[tuple[Mode, ...], ...] = ((), (Mode.IN_PERSON,), (Mode.ONLINE,), (Mode.IN_PERSON, Mode.ONLINE))


class Audience(StrEnum):
    """Who is asking: patients need more notice than the desk (R-SLOT-8)."""

    PATIENT = "PATIENT"
    STAFF = "STAFF"


@dataclass(frozen=True, slots=True)
class Hours:
    """A window of a weekday that a clinician keeps at a centre: minutes after midnight, both effective days count."""

    id: int
    clinician_id: int
    centre_id: int
    weekday: int  # 0 is Sunday
    opens_minute: int
    closes_minute: int
    slot_minutes: int
    mode: str = BOTH  # a Mode, or BOTH
    effective_from: date = date.min
    effective_to: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.opens_minute < self.closes_minute <= MINUTES_A_DAY or self.slot_minutes < 1:
            raise ValueError("hours open before they close, within a day, and have slots of at least a minute")

    def kept_on(self, day: date) -> bool:
        """Whether these hours are kept on a day."""
        return (
            day.isoweekday() % 7 == self.weekday
            and self.effective_from <= day
            and (self.effective_to is None or day <= self.effective_to)
        )


@dataclass(frozen=True, slots=True)
class Busy:
    """Time that an appointment or a hold takes, at whatever centre; `until` is the end of a hold."""

    starts_at: datetime
    ends_at: datetime
    appointment_id: int
    kind: Literal["booked", "held"] = "booked"
    centre_id: int | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        _refuse_naive(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Closed:
    """Time that a block closes, at one centre or (None) at all; `centre_wide` when it is the centre that is closed."""

    starts_at: datetime
    ends_at: datetime
    reason: str
    block_id: int
    centre_id: int | None = None
    centre_wide: bool = False

    def __post_init__(self) -> None:
        _refuse_naive(self.starts_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day on which a centre is closed."""

    day: date
    centre_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is asked for and by whom, and what the clinician offers at all. A mode or centre of None means any."""

    now: datetime
    policy: Policy
    for_whom: Audience = Audience.PATIENT
    mode: str | None = None
    centre_id: int | None = None
    clinician_active: bool = True
    clinician_modes: Collection[str] = tuple(Mode)
    inactive_centres: Collection[int] = ()
    buffer_minutes: int = 0
    zone: tzinfo = KOLKATA

    def __post_init__(self) -> None:
        _refuse_naive(self.now)

    @property
    def lead_minutes(self) -> int:
        """How long before its start a slot must be taken (R-SLOT-8)."""
        return self.policy.desk_lead_minutes if self.for_whom == Audience.STAFF else self.policy.lead_minutes

    @property
    def earliest(self) -> float:
        """The first instant, in unix seconds, at which a slot may start."""
        return self.now.timestamp() + self.lead_minutes * 60

    @property
    def last_day(self) -> date:
        """The last day of the clinic on which slots are offered (R-SLOT-9)."""
        return self.now.astimezone(self.zone).date() + timedelta(days=self.policy.horizon_days)

    @property
    def clinician_bits(self) -> int:
        """The modes the clinician offers, as bits."""
        return sum([MODE_BITS[mode] for mode in set(self.clinician_modes)])

    @property
    def asked_bits(self) -> int:
        """The modes that would do, as bits."""
        return MODE_BITS[self.mode or BOTH]

    def midnight(self, day: date) -> int:
        """The instant, in unix seconds, at which a day of the clinic begins."""
        return int(datetime.combine(day, time.min, self.zone).timestamp())


def _refuse_naive(*instants: datetime) -> None:
    """An instant without a zone would be read in the server's (P4)."""
    if any(instant.tzinfo is None for instant in instants):
        raise ValueError("an instant needs a zone")
