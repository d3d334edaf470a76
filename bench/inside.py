"""What free times cost inside one process, without a server: `python -m bench.inside` prints JSON.

Run by bench/slots.py, with DATABASE_URL of a loaded database and the question in the environment's BENCH_WORLD.
"""

import json
import os
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median

from sqlalchemy import event

from mibo import booking, clinics, clock, db
from mibo.scheduling.diary import Offer
from mibo.scheduling.openings import free_times

REPEATS = 15
CHANCE = random.Random(7)


def main() -> None:
    """Measure each question, and count what it asks the database."""
    asked = json.loads(os.environ["BENCH_WORLD"])
    pairs, today = asked["pairs"], clock.today()
    clinicians = [clinician for clinician, _ in pairs]
    days = [date.fromisoformat(day) for day in asked["days"]]
    first, last = today + timedelta(days=1), today + timedelta(days=60)

    def one_day() -> None:
        booking.open_times(*CHANCE.choice(pairs), CHANCE.choice(days))

    def sixty_days() -> None:
        clinician, centre = CHANCE.choice(pairs)
        booking.days_with_slots(clinician, first, last, centre_id=centre)

    def month() -> None:
        booking.month_view(clinicians, first, first + timedelta(days=30))

    print(
        json.dumps(
            {
                "free_times_us": _best_us(_core_of_a_day()),
                "open_times_ms": _in_reading(one_day, each=50),
                "days_with_slots_60_ms": _in_reading(sixty_days, each=5),
                "month_view_30_x_31_ms": _in_reading(month, each=1),
            }
        )
    )


def _core_of_a_day() -> Callable[[], object]:
    """The pure core alone: two windows of eight slots, nine appointments, a block."""
    offer = Offer(now=clock.now(), policy=clinics.policy_in_force())
    rows = [(3, 540, 780, 30), (3, 840, 1080, 30), (4, 660, 720, 0)]
    rows += [(0, minute, minute + 30, 0) for minute in (540, 570, 630, 690, 840, 870, 930, 990, 1020)]
    day = clock.today() + timedelta(days=10)
    return lambda: free_times(day, rows, offer)


def _best_us(ask: Callable[[], object], each: int = 2_000) -> float:
    """The least disturbed of several rounds, in microseconds."""
    return round(min(_seconds(ask, each) for _ in range(REPEATS)) * 1e6, 2)


def _in_reading(ask: Callable[[], object], *, each: int) -> dict[str, float]:
    """Milliseconds of one question on a connection that is warm, and the statements it takes."""
    with db.reading():
        for _ in range(10):
            ask()
        rounds = [_seconds(ask, each) * 1e3 for _ in range(REPEATS)]
        statements = _statements(ask)
    return {"median": round(median(rounds), 3), "least": round(min(rounds), 3), "statements": statements}


def _seconds(ask: Callable[[], object], each: int) -> float:
    began = time.perf_counter()
    for _ in range(each):
        ask()
    return (time.perf_counter() - began) / each


def _statements(ask: Callable[[], object]) -> int:
    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(db.read_engine(), "before_cursor_execute", count)
    ask()
    event.remove(db.read_engine(), "before_cursor_execute", count)
    return len(seen)


if __name__ == "__main__":
    main()
