"""Random days of invented clinicians, for the property tests of slots.

All is drawn from strategies made once and put on the drawn day afterwards: making strategies inside a draw costs more
than all that is tested.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mibo.clinics.policy import Policy
from mibo.scheduling.slots import Audience, Busy, Closed, Holiday, Hours, Offer
from tests.scheduling.obvious import Known, at

World = tuple[date, Known]

MODES = ("IN_PERSON", "ONLINE")
EDGES = [0, 15, 5 * 60 + 15, 5 * 60 + 45, 10 * 60 + 30, 23 * 60 + 30, 1435]  # where zones and midnights go wrong (P4)

centres = st.sampled_from([1, 2])
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


class Window(NamedTuple):
    """Hours before they are put on a day; on the quarter hour as the clinic has them, or on any minute."""

    grain: int
    opens: int
    closes: int
    length: int
    centre_id: int
    mode: str
    days_on: int
    kept_from: int
    kept_to: int | None


class Span(NamedTuple):
    """Some minutes of a day or of its neighbours, now and then off the minute."""

    days_on: int
    start: int
    minutes: int
    seconds: int


windows = st.builds(
    Window,
    grain=st.sampled_from([15, 15, 5, 1]),
    opens=st.integers(0, 1439),
    closes=st.one_of(st.just(1440), st.integers(1, 1440)),
    length=st.sampled_from([50, 30, 45, 60, 15, 240, 7, 52]),
    centre_id=centres,
    mode=st.sampled_from([*MODES, "BOTH"]),
    days_on=st.sampled_from([0, 0, 0, 1]),
    kept_from=st.sampled_from([-30, -30, 0, 1]),
    kept_to=st.sampled_from([None, None, 0, -1, 3]),
)
spans = st.builds(
    Span,
    days_on=st.sampled_from([0, 0, 0, -1, 1]),
    start=st.one_of(st.sampled_from(EDGES), st.integers(-60, 300).map(lambda n: 5 * n), st.integers(-400, 1600)),
    minutes=st.one_of(st.sampled_from([15, 45, 50]), st.integers(1, 300)),
    seconds=st.sampled_from([0, 0, 0, 1, 29, 59]),
)
ends_of_holds = st.sampled_from([None, None, 0, -1, 9])
takings = st.tuples(spans, centres, ends_of_holds)
closures = st.tuples(spans, st.sampled_from([1, 1, 7]), st.sampled_from([None, 1, 2]), st.booleans())
holidays = st.tuples(st.sampled_from([-1, 0, 0, 1]), centres)
policies = st.builds(
    Policy, lead_minutes=st.sampled_from([0, 15, 61]), horizon_days=st.sampled_from([1, 2, 60, 60, 60, 60])
)
moments = st.tuples(st.sampled_from([*[-60 * 24 * 2] * 5, -90, 0, 600, 611, 1000]), st.sampled_from([0, 0, 30]))
wishes = st.fixed_dictionaries(
    {
        "policy": policies,
        "for_whom": st.sampled_from(Audience),
        "mode": st.sampled_from([*[None] * 4, *MODES]),
        "centre_id": st.sampled_from([None, None, 1]),
        "clinician_active": st.sampled_from([*[True] * 9, False]),
        "clinician_modes": st.sampled_from([*[MODES] * 5, ("ONLINE",), ("IN_PERSON",), ()]),
        "inactive_centres": st.sampled_from([(), (), (), (2,)]),
        "buffer_minutes": st.sampled_from([0, 0, 5, 10, 17]),
    }
)


class Raw(NamedTuple):
    """A world before it is put on a day."""

    moment: tuple[int, int]
    wish: dict[str, Any]
    kept: Sequence[Window]
    taken: Sequence[tuple[Span, int, int | None]]
    shut: Sequence[tuple[Span, int, int | None, bool]]
    resting: Sequence[tuple[int, int]]
    own: Sequence[tuple[Span, int, int | None]]


def _raws(patients: int) -> st.SearchStrategy[Raw]:
    return st.builds(
        Raw,
        moments,
        wishes,
        st.lists(windows, max_size=4),
        st.lists(takings, max_size=5),
        st.lists(closures, max_size=2),
        st.lists(holidays, max_size=1),
        st.lists(takings, max_size=patients),
    )


def worlds(patients: int = 1) -> st.SearchStrategy[World]:
    """A day, and all that is known of one clinician's."""
    return st.builds(_world, days, _raws(patients))


def crowds() -> st.SearchStrategy[tuple[date, list[Known]]]:
    """A day, and all that is known of several clinicians'."""
    return st.builds(_crowd, days, st.lists(_raws(0), min_size=1, max_size=3))


def taking(day: date, now: datetime, drawn: tuple[Span, int, int | None], number: int) -> Busy:
    """An appointment, or a hold that may have run out."""
    span, centre_id, until = drawn
    begins, ends = _instants(day, span)
    if until is None:
        return Busy(begins, ends, number, "booked", centre_id)
    return Busy(begins, ends, number, "held", centre_id, now + timedelta(minutes=until))


def _crowd(day: date, raws: Sequence[Raw]) -> tuple[date, list[Known]]:
    return day, [_world(day, raw)[1] for raw in raws]


def _world(day: date, raw: Raw) -> World:
    minute, seconds = raw.moment
    now = at(day, minute).astimezone(UTC) + timedelta(seconds=seconds)
    known = Known(
        [_hours(day, window, 1 + n) for n, window in enumerate(raw.kept)],
        Offer(now=now, **raw.wish),
        [taking(day, now, one, 100 + n) for n, one in enumerate(raw.taken)],
        [_closed(day, one, 200 + n) for n, one in enumerate(raw.shut)],
        [Holiday(day + timedelta(days=n), centre_id, "Onam") for n, centre_id in raw.resting],
        [taking(day, now, one, 300 + n) for n, one in enumerate(raw.own)],
    )
    return day, known


def _hours(day: date, drawn: Window, number: int) -> Hours:
    opens = drawn.opens // drawn.grain * drawn.grain
    return Hours(
        id=number,
        clinician_id=7,
        centre_id=drawn.centre_id,
        weekday=(day.isoweekday() + drawn.days_on) % 7,
        opens_minute=opens,
        closes_minute=drawn.closes if drawn.closes > opens else 1440,
        slot_minutes=drawn.length,
        mode=drawn.mode,
        effective_from=day + timedelta(days=drawn.kept_from),
        effective_to=None if drawn.kept_to is None else day + timedelta(days=drawn.kept_to),
    )


def _closed(day: date, drawn: tuple[Span, int, int | None, bool], number: int) -> Closed:
    span, times, centre_id, centre_wide = drawn
    begins, ends = _instants(day, span._replace(minutes=span.minutes * times))
    return Closed(begins, ends, "leave", number, centre_id, centre_wide)


def _instants(day: date, span: Span) -> tuple[datetime, datetime]:
    begins = (at(day + timedelta(days=span.days_on), span.start) + timedelta(seconds=span.seconds)).astimezone(UTC)
    return begins, begins + timedelta(minutes=span.minutes)
