"""Pure: how somebody wants to be told, and when it is too late in the evening to tell them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

NEAR = timedelta(hours=3)  # what takes place sooner than this after the quiet hours cannot wait for their end


@dataclass(frozen=True, slots=True)
class Wishes:
    """A patient's wishes about messages. `discreet`: no centre, no clinician. `silent`: none at all, codes aside.

    `channel` is the way they would like best, of those in the outbox; `email` their address, where we know one.
    """

    patient_id: int | None = None
    language: str = "en"
    discreet: bool = False
    silent: bool = False
    channel: str = "WHATSAPP"
    email: str | None = None


NO_WISHES = Wishes()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From this full hour until that one, on the clinic's wall clock; the same hour twice means none."""

    since: int
    until: int

    def hold(self, local: datetime) -> bool:
        """Whether this moment lies within them."""
        if self.since <= self.until:
            return self.since <= local.hour < self.until
        return local.hour >= self.since or local.hour < self.until

    def end(self, local: datetime) -> datetime:
        """When those in which this moment lies are over."""
        day = local + timedelta(days=1) if self.until <= local.hour else local
        return day.replace(hour=self.until, minute=0, second=0, microsecond=0)


def after_quiet(
    local: datetime, quiet: QuietHours, *, not_after: datetime | None = None, concerns_at: datetime | None = None
) -> datetime:
    """When something that is not urgent leaves: at the end of the quiet hours, or at once where that would be too late."""
    if not quiet.hold(local):
        return local
    end = quiet.end(local)
    is_late = not_after is not None and not_after <= end
    is_near = concerns_at is not None and concerns_at < end + NEAR
    return local if is_late or is_near else end
