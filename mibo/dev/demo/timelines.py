"""How an appointment came to stand where it stands: its steps, each at a time that makes sense."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from mibo.booking import Status
from mibo.clinics.policy import Policy
from mibo.dev.demo.centres import House
from mibo.dev.demo.visits import Visit
from mibo.identity.permissions import Role

DESK_ROLES = {
    "FRONT_DESK": Role.FRONT_DESK,
    "CARE_COORDINATOR": Role.CARE_COORDINATOR,
    "MANAGER": Role.CENTRE_MANAGER,
}


@dataclass(frozen=True)
class Step:
    """One change of state; `by` an account, empty for the system."""

    at: datetime
    status: Status
    by: int | None
    reason: str | None


class Timelines:
    """Makes the steps of each visit; none is later than now, none earlier than the one before."""

    def __init__(self, house: House, rng: Random, now: datetime, policy: Policy) -> None:
        self._house, self._rng, self._now, self._policy = house, rng, now, policy

    def booker(self, visit: Visit) -> int:
        """The account that booked it."""
        role = DESK_ROLES.get(visit.source)
        return self._desk(visit, role) if role else visit.person.account_id

    def hold_ends(self, visit: Visit) -> datetime:
        """When its time was to be released unless paid."""
        desk = visit.source in DESK_ROLES
        minutes = self._policy.link_hold_minutes if desk else self._policy.hold_minutes
        return visit.held_until or visit.booked_at + timedelta(minutes=minutes)

    def steps(self, visit: Visit) -> list[Step]:
        """All of them, the first one the hold."""
        steps = [Step(visit.booked_at, Status.PENDING, self.booker(visit), visit.source)]
        for step in (*self._settling(visit), *self._ending(visit)):
            at = min(max(step.at, steps[-1].at), self._now)
            steps.append(Step(at, step.status, step.by, step.reason))
        return steps

    def _settling(self, visit: Visit) -> list[Step]:
        """Paid, let go, or run out."""
        if visit.is_paid:
            by, reason = (self.booker(visit), "Paid at the desk") if visit.pay_by in _DESK else (None, "Paid online")
            return [Step(visit.booked_at + self._takes(visit.pay_by), Status.CONFIRMED, by, reason)]
        if visit.pays_later:
            return [Step(visit.booked_at, Status.CONFIRMED, self.booker(visit), "Pays at the centre")]
        if visit.status == Status.EXPIRED:
            return [Step(self.hold_ends(visit), Status.EXPIRED, None, "Not paid in time")]
        if visit.status == Status.CANCELLED:
            at = visit.booked_at + timedelta(minutes=6)
            return [Step(at, Status.CANCELLED, visit.person.account_id, "Let go by the patient")]
        return []

    def _ending(self, visit: Visit) -> list[Step]:
        rng, starts = self._rng, visit.starts_at
        if visit.status == Status.CANCELLED and visit.is_paid:
            by = self._desk(visit, Role.CENTRE_MANAGER) if visit.by_clinic else visit.person.account_id
            return [Step(self._called_off_at(visit), Status.CANCELLED, by, visit.reason)]
        if visit.status == Status.CANCELLATION_REQUESTED:
            at = self._called_off_at(visit)
            return [Step(at, Status.CANCELLATION_REQUESTED, visit.person.account_id, visit.reason)]
        if visit.status == Status.NO_SHOW:
            at = starts + timedelta(minutes=rng.randint(15, 40))
            return [Step(at, Status.NO_SHOW, self._desk(visit, Role.FRONT_DESK), None)]
        if visit.status not in (Status.IN_PROGRESS, Status.COMPLETED):
            return []
        clinician = visit.slot.doctor.account_id
        begun = Step(starts + timedelta(minutes=rng.randint(0, 4)), Status.IN_PROGRESS, clinician, None)
        ended = Step(visit.slot.ends_at - timedelta(minutes=rng.randint(0, 4)), Status.COMPLETED, clinician, None)
        return [begun, ended] if visit.status == Status.COMPLETED else [begun]

    def _called_off_at(self, visit: Visit) -> datetime:
        """Mostly well before the start, but after the booking."""
        if visit.changed_at:
            return visit.changed_at
        latest = min(visit.starts_at - timedelta(hours=25), self._now)
        span = (latest - visit.booked_at).total_seconds()
        return visit.booked_at + timedelta(seconds=max(1200.0, span * self._rng.uniform(0.3, 1.0)))

    def _takes(self, pay_by: str) -> timedelta:
        if pay_by in _DESK:
            return timedelta()
        return timedelta(seconds=self._rng.randint(60, 360) if pay_by == "ORDER" else self._rng.randint(240, 1500))

    def _desk(self, visit: Visit, role: Role) -> int:
        return self._house.staff_ids[role, self._house.short_name(visit.slot.centre_id)]


_DESK = ("CASH", "CARD", "UPI")
