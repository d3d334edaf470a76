"""Random weeks of invented clinicians, for the property tests of slots."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mibo.clinics.policy import Policy
from mibo.scheduling.slots import Audience, Busy, Closed, Holiday, Hours, Offer
from tests.scheduling.obvious import Known, at

MODES = ("IN_PERSON", "ONLINE")
CENTRES = st.sampled_from([1, 2])
EDGES = [0, 15, 5 * 60 + 15, 5 * 60 + 45, 10 * 60 + 30, 23 * 60 + 30, 1435]  # where zones and midnights go wrong (P4)

days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def windows(draw: Any, day: date, number: int) -> Hours:
    """Hours on a day's weekday or the next; on the quarter hour as the clinic has them, or on any minute."""
    grain = draw(st.sampled_from([15, 15, 5, 1]))
    opens = grain * draw(st.integers(0, 1439 // grain))
    closes = draw(st.one_of(st.just(1440), st.integers(opens + 1, 1440)))
    lengths = [50, 30, 45, 60, 15, 240] if grain > 1 else [7, 52, 90]
    return Hours(
        id=number,
        clinician_id=7,
        centre_id=draw(CENTRES),
        weekday=(day.isoweekday() + draw(st.sampled_from([0, 0, 0, 1]))) % 7,
        opens_minute=opens,
        closes_minute=closes,
        slot_minutes=draw(st.sampled_from(lengths)),
        mode=draw(st.sampled_from([*MODES, "BOTH"])),
        effective_from=day + timedelta(days=draw(st.sampled_from([-30, -30, 0, 1]))),
        effective_to=draw(st.sampled_from([None, None, day, day - timedelta(days=1), day + timedelta(days=3)])),
    )


@st.composite
def spans(draw: Any, day: date, longest: int = 300) -> tuple[datetime, datetime]:
    """Some minutes of a day or of its neighbours; now and then off the minute."""
    start = draw(st.one_of(st.sampled_from(EDGES), st.integers(-60, 300).map(lambda n: 5 * n), st.integers(-400, 1600)))
    minutes = draw(st.one_of(st.sampled_from([15, 45, 50]), st.integers(1, longest)))
    off = draw(st.sampled_from([0, 0, 0, 1, 29, 59]))
    begins = (at(day, start) + timedelta(seconds=off)).astimezone(UTC)
    return begins, begins + timedelta(minutes=minutes)


@st.composite
def takings(draw: Any, day: date, now: datetime, number: int) -> Busy:
    """An appointment, or a hold that may have run out."""
    begins, ends = draw(spans(day))
    until = draw(st.sampled_from([None, now, now - timedelta(minutes=1), now + timedelta(minutes=9)]))
    return Busy(begins, ends, number, "booked" if until is None else "held", draw(CENTRES), until)


@st.composite
def closures(draw: Any, day: date, number: int) -> Closed:
    begins, ends = draw(spans(day, longest=2000))
    return Closed(begins, ends, "leave", number, draw(st.sampled_from([None, 1, 2])), draw(st.booleans()))


@st.composite
def offers(draw: Any, day: date) -> Offer:
    """Somebody asking a little before, on, or after the day."""
    now = at(day, draw(st.sampled_from([-60 * 24 * 3, -90, 0, 600, 611, 1000, 1500]))).astimezone(UTC)
    return Offer(
        now=now + timedelta(seconds=draw(st.sampled_from([0, 0, 30]))),
        policy=Policy(lead_minutes=draw(st.sampled_from([0, 15, 61])), horizon_days=draw(st.sampled_from([1, 2, 60]))),
        for_whom=draw(st.sampled_from(Audience)),
        mode=draw(st.sampled_from([None, None, *MODES])),
        centre_id=draw(st.sampled_from([None, None, 1])),
        clinician_active=draw(st.sampled_from([True, True, True, True, False])),
        clinician_modes=draw(st.sampled_from([MODES, MODES, MODES, ("ONLINE",), ("IN_PERSON",), ()])),
        inactive_centres=draw(st.sampled_from([(), (), (), (2,)])),
        buffer_minutes=draw(st.sampled_from([0, 0, 5, 10, 17])),
    )


@st.composite
def worlds(draw: Any, most_busy: int = 6, with_patient: bool = True) -> tuple[date, Known]:
    """A day, and all that is known of it."""
    day = draw(days)
    offer = draw(offers(day))
    near = st.sampled_from([day - timedelta(days=1), day, day, day, day + timedelta(days=1)])
    hours = [draw(windows(day, 1 + n)) for n in range(draw(st.integers(0, 4)))]
    busy = [draw(takings(draw(near), offer.now, 100 + n)) for n in range(draw(st.integers(0, most_busy)))]
    closed = [draw(closures(draw(near), 200 + n)) for n in range(draw(st.integers(0, 2)))]
    holidays = [Holiday(draw(near), draw(CENTRES), "Onam") for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2])))]
    own = [draw(takings(day, offer.now, 300 + n)) for n in range(draw(st.integers(0, 1)) if with_patient else 0)]
    return day, Known(hours, offer, busy, closed, holidays, own)
