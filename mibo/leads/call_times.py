"""Pure: when somebody who asked is called: as they wish, in the hours in which the clinic calls, never on a Sunday."""

from datetime import datetime, time, timedelta

SUNDAY = 6
WINDOWS = {
    "ANY": (time(9), time(19)), "MORNING": (time(9), time(12)), "AFTERNOON": (time(12), time(16)),
    "EVENING": (time(16), time(19)),
}  # fmt: skip
LAST_START = timedelta(minutes=30)  # what comes later in a window is called in the next one


def first_call(asked: datetime, call_at: str) -> tuple[datetime, datetime]:
    """From when somebody is called who asked at this moment of the clinic's clock, and by when they have been called."""
    opens, closes = WINDOWS[call_at]
    day = asked
    while True:
        begins = day.replace(hour=opens.hour, minute=0, second=0, microsecond=0)
        ends = day.replace(hour=closes.hour, minute=0, second=0, microsecond=0)
        if day.weekday() != SUNDAY and asked <= ends - LAST_START:
            return max(asked, begins), ends
        day += timedelta(days=1)
        asked = max(asked, day.replace(hour=0, minute=0, second=0, microsecond=0))
