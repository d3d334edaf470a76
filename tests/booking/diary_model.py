"""A brute-force model of the clinic's diary, to hold the real one against: it looks at every visit for every question.

It shares no code with the real one but the policy's numbers. Everything lasts an hour and begins on the hour.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mibo.clinics.policy import Policy

ZONE = ZoneInfo("Asia/Kolkata")
HOUR = timedelta(hours=1)
TAKES_TIME = {"PENDING", "CONFIRMED", "CANCELLATION_REQUESTED", "IN_PROGRESS", "COMPLETED"}


@dataclass
class Visit:
    """What the model knows of an appointment."""

    id: int
    patient: int
    clinician: int
    starts: datetime
    status: str = "PENDING"
    until: datetime | None = None
    extended: bool = False
    paid: bool = False
    arrived: bool = False
    over: bool = False
    moves: int = 0
    own_moves: int = 0

    @property
    def ends(self) -> datetime:
        return self.starts + HOUR

    def row(self) -> tuple[object, ...]:
        return (
            self.id, self.patient, self.clinician, self.starts, self.status, self.paid, self.arrived, self.over,
            self.moves, self.own_moves,
        )  # fmt: skip


@dataclass
class Block:
    """Closed time of one clinician, or (None) of everybody at the centre."""

    id: int
    clinician: int | None
    starts: datetime
    ends: datetime
    lifted: bool = False


@dataclass
class Diary:
    """All that is known, and the rules read slowly."""

    now: datetime
    policy: Policy
    hours: dict[int, list[tuple[date, int, int]]]  # of each clinician: from which day, opens, closes
    visits: list[Visit] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    # what stands in the way

    def takes_time(self, one: Visit) -> bool:
        return one.status in TAKES_TIME and (one.status != "PENDING" or self.is_live_hold(one))

    def is_live_hold(self, one: Visit) -> bool:
        return one.status == "PENDING" and one.until is not None and one.until > self.now

    def is_kept(self, clinician: int, starts: datetime) -> bool:
        wall = starts.astimezone(ZONE)
        begun = [window for window in self.hours[clinician] if window[0] <= wall.date()]
        _, opens, closes = begun[-1]
        return wall.minute == 0 and opens <= wall.hour < closes

    def is_closed(self, clinician: int, starts: datetime) -> bool:
        return any(
            not block.lifted and block.clinician in (clinician, None)
            and block.starts < starts + HOUR and starts < block.ends
            for block in self.blocks
        )  # fmt: skip

    def against(self, clinician: int, patient: int, starts: datetime, *, lead: int, but: int = 0) -> set[str]:
        """Every reason why this cannot be taken."""
        return set(self._against(clinician, patient, starts, lead, but))

    def _against(self, clinician: int, patient: int, starts: datetime, lead: int, but: int) -> Iterator[str]:
        if not self.is_kept(clinician, starts):
            yield "HOURS"
        if starts < self.now:
            yield "PAST"
        elif starts < self.now + timedelta(minutes=lead):
            yield "SOON"
        if self.is_closed(clinician, starts):
            yield "CLOSED"
        for other in self.visits:
            if other.id != but and self.takes_time(other) and other.starts == starts:
                if other.clinician == clinician:
                    yield "TAKEN"
                if other.patient == patient:
                    yield "ELSEWHERE"

    # who may do what

    def may_hold(self, clinician: int, patient: int, starts: datetime) -> bool:
        mine = [one for one in self.visits if one.patient == patient and one.starts > self.now]
        holds = [one for one in mine if self.is_live_hold(one)]
        standing = [one for one in mine if one.status in ("CONFIRMED", "CANCELLATION_REQUESTED")]
        ahead = [one for one in holds + standing if one.clinician == clinician]
        return (
            len(holds) < self.policy.unpaid_holds
            and len(ahead) < self.policy.future_per_clinician
            and not self.against(clinician, patient, starts, lead=self.policy.lead_minutes)
        )

    def may_book(self, clinician: int, patient: int, starts: datetime, *, walk_in: bool, over: bool) -> bool:
        against = self.against(clinician, patient, starts, lead=self.policy.desk_lead_minutes)
        if walk_in and starts > self.now - HOUR:
            against.discard("PAST")
        if over:
            against.discard("TAKEN")
        return not against

    def may_pay(self, one: Visit) -> bool:
        if one.paid or one.status in ("CANCELLED", "NO_SHOW"):
            return False
        return one.status != "EXPIRED" or (not self.is_closed(one.clinician, one.starts) and self.has_seat(one))

    def has_seat(self, one: Visit) -> bool:
        """Whether nobody else has its time; for one that was put over others only the patient's own visits count."""
        others = [
            each for each in self.visits if each is not one and self.takes_time(each) and each.starts == one.starts
        ]
        rivals = [each for each in others if each.clinician == one.clinician and not (one.over or each.over)]
        return not rivals and not any(each.patient == one.patient for each in others)

    def may_move(self, one: Visit, clinician: int, starts: datetime) -> bool:
        """By staff."""
        fit = self.is_live_hold(one) or (one.status == "CONFIRMED" and one.ends > self.now)
        return fit and self._may_go(one, clinician, starts, self.policy.desk_lead_minutes)

    def may_move_own(self, one: Visit, starts: datetime) -> bool:
        if one.status != "CONFIRMED":
            return False
        displaced = self.is_closed(one.clinician, one.starts) and one.starts > self.now
        in_time = one.starts - self.now >= timedelta(hours=self.policy.patient_cutoff_hours)
        if not (displaced or (in_time and one.own_moves < self.policy.patient_moves)):
            return False
        return self._may_go(one, one.clinician, starts, self.policy.lead_minutes)

    def _may_go(self, one: Visit, clinician: int, starts: datetime, lead: int) -> bool:
        if (clinician, starts) == (one.clinician, one.starts):
            return False
        return not self.against(clinician, one.patient, starts, lead=lead, but=one.id)

    def may_cancel(self, one: Visit) -> bool:
        if one.status == "PENDING":
            return True
        in_time = one.starts - self.now >= timedelta(hours=self.policy.patient_cutoff_hours)
        return one.status == "CONFIRMED" and in_time

    def may_call_off(self, one: Visit) -> bool:
        if one.status == "PENDING" and not self.is_live_hold(one):
            return False
        fit = one.status in ("PENDING", "CONFIRMED", "CANCELLATION_REQUESTED", "IN_PROGRESS")
        return fit and one.ends > self.now

    def is_today(self, one: Visit) -> bool:
        return one.starts.astimezone(ZONE).date() == self.now.astimezone(ZONE).date()

    def has_nearly_come(self, one: Visit) -> bool:
        return self.now >= one.starts - timedelta(minutes=self.policy.start_early_minutes)

    # what becomes of it

    def tick(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def tidy(self) -> None:
        """Every hold that has run out is ended."""
        for one in self.visits:
            if one.status == "PENDING" and not self.is_live_hold(one):
                one.status = "EXPIRED"

    def clear(self, clinician: int, patient: int, starts: datetime) -> None:
        """So are those in the way of somebody who takes this time."""
        for one in self.visits:
            near = one.starts == starts and (one.clinician == clinician or one.patient == patient)
            if near and one.status == "PENDING" and not self.is_live_hold(one):
                one.status = "EXPIRED"

    def put(self, one: Visit, clinician: int, starts: datetime) -> None:
        """It is moved there."""
        self.clear(clinician, one.patient, starts)
        if one.starts.astimezone(ZONE).date() != starts.astimezone(ZONE).date():
            one.arrived = False
        one.starts, one.clinician, one.over, one.moves = starts, clinician, False, one.moves + 1

    def set_hours(self, clinician: int, from_day: date, opens: int, closes: int) -> None:
        self.hours[clinician] = [each for each in self.hours[clinician] if each[0] < from_day]
        self.hours[clinician].append((from_day, opens, closes))

    def covering(self, clinician: int | None, starts: datetime, ends: datetime) -> list[Block]:
        """The blocks that close all of it already."""
        return [
            block for block in self.blocks
            if not block.lifted and block.starts <= starts and ends <= block.ends
            and block.clinician in ((clinician, None) if clinician is not None else (None,))
        ]  # fmt: skip

    def in_the_way(self, clinician: int | None, starts: datetime, ends: datetime) -> list[Visit]:
        """Who is booked in time that closes."""
        return [
            one for one in self.visits
            if clinician in (one.clinician, None) and one.starts < ends and starts < one.ends
            and (one.status in ("CONFIRMED", "CANCELLATION_REQUESTED") or self.is_live_hold(one))
        ]  # fmt: skip
