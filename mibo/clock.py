"""The only place that may ask the time. Instants are aware, in UTC; the wall clock is Asia/Kolkata (R-TIME-1)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CLINIC_ZONE = ZoneInfo("Asia/Kolkata")


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The clinic's day right now (R-TIME-2)."""
    return clinic_day(now())


def clinic_day(instant: datetime) -> date:
    """The clinic's calendar day on which an instant falls."""
    return local(instant).date()


def local(instant: datetime) -> datetime:
    """An instant on the clinic's wall clock, still aware."""
    return instant.astimezone(CLINIC_ZONE)


def instant(day: date, at: time) -> datetime:
    """The instant at which the clinic's clock shows `at` on `day`."""
    return datetime.combine(day, at, CLINIC_ZONE).astimezone(UTC)


def day_span(first: date, last: date | None = None) -> tuple[datetime, datetime]:
    """The half-open span of instants of the clinic's days from `first` to `last`, both included."""
    return instant(first, time.min), instant((last or first) + timedelta(days=1), time.min)


def read_instant(text: str) -> datetime:
    """An ISO instant from outside; without an offset it is clinic-local (R-TIME-5). Raises ValueError."""
    read = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    try:
        return (read if read.tzinfo else read.replace(tzinfo=CLINIC_ZONE)).astimezone(UTC)
    except OverflowError:
        raise ValueError("no such instant") from None
