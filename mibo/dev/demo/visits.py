"""What is planned of one appointment, before it becomes rows."""

from dataclasses import dataclass
from datetime import datetime

from mibo.booking import Status
from mibo.dev.demo.diary import Slot
from mibo.dev.demo.patients import Person

HOLDS_TIME = frozenset(
    {Status.PENDING, Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS, Status.COMPLETED}
)
PAID_FOR = frozenset(
    {Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS, Status.COMPLETED, Status.NO_SHOW}
)


@dataclass(kw_only=True)
class Visit:
    """One appointment: whose, when, how it was booked and paid, and how far it has come.

    `pay_by` is ORDER (the checkout), LINK, CASH, CARD, UPI at the desk, or LATER. A cancelled one had been paid unless
    `unpaid`; it was called off by the patient unless `by_clinic`.
    """

    slot: Slot
    person: Person
    status: Status
    mode: str
    source: str
    pay_by: str
    booked_at: datetime
    held_until: datetime | None = None
    changed_at: datetime | None = None
    arrived_at: datetime | None = None
    note: str | None = None
    reason: str | None = None
    desk_note: str | None = None
    purpose: str = "CONSULTATION"
    walk_in: bool = False
    unpaid: bool = False
    discount_paise: int = 0
    by_clinic: bool = False
    failed_first: bool = False
    # deliberate traps (clinic.md 6)
    voided_link: bool = False
    paid_too_late: bool = False
    refund: str | None = None
    meeting: str | None = None
    message: str | None = None

    @property
    def starts_at(self) -> datetime:
        return self.slot.starts_at

    @property
    def pays_later(self) -> bool:
        """Whether it stands without money, to be paid at the visit."""
        return self.pay_by == "LATER"

    @property
    def is_paid(self) -> bool:
        """Whether its money came, and in time."""
        if self.pays_later:
            return False
        return self.status in PAID_FOR or (self.status == Status.CANCELLED and not self.unpaid)
