"""What may be done with an appointment right now, by the one who looks at it (R-CHG-9)."""

from collections.abc import Callable
from datetime import datetime

from mibo import booking, clock
from mibo.booking import Appointment, Status, rules
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.identity.permissions import Permission


def offered(one: Appointment, who: Actor, now: datetime) -> frozenset[str]:
    """The names of what the page offers; who sends something else is refused by the rules themselves."""
    found: set[str] = set()
    if who.may(Permission.MARK_ARRIVALS):
        found |= _arrivals(one, who, now)
    if who.may(Permission.MOVE_APPOINTMENTS) and _passes(
        rules.check_may_move, one.status, one.held_until, one.ends_at, now
    ):
        found.add("move")
    if who.may(Permission.CANCEL_APPOINTMENTS) and _passes(
        rules.check_may_call_off, one.status, one.held_until, one.ends_at, now
    ):
        found.add("cancel")
    if who.may(Permission.DECIDE_CANCELLATIONS) and one.status == Status.CANCELLATION_REQUESTED:
        found.add("decide")
    if booking.may_undo(one, who, now):
        found.add("undo-booking")
    return frozenset(found)


def _arrivals(one: Appointment, who: Actor, now: datetime) -> set[str]:
    today = clock.clinic_day(one.starts_at) == clock.clinic_day(now)
    own = who.clinician_id == one.clinician_id
    here = one.arrived_at is not None
    may_arrive = _passes(rules.check_may_arrive, one.status, today)
    found = {
        "arrive": may_arrive and not here and one.mode == "IN_PERSON",
        "undo-arrival": one.status == Status.CONFIRMED and here,
        "late": may_arrive and not here and one.ends_at > now,
        "miss": _passes(rules.check_may_miss, one.status, one.starts_at, one.arrived_at, now)
        and one.status == Status.CONFIRMED,
        "correct": _correctable(one, who, today=today),
        "close": _closable(one, now, own=own),
    }
    return {name for name, may in found.items() if may}


def _correctable(one: Appointment, who: Actor, *, today: bool) -> bool:
    return one.status == Status.NO_SHOW and (today or who.everywhere)


def _closable(one: Appointment, now: datetime, *, own: bool) -> bool:
    return one.status in (Status.CONFIRMED, Status.IN_PROGRESS) and (
        one.ends_at <= now or (own and one.status == Status.IN_PROGRESS)
    )


def _passes(check: Callable[..., None], *about: object) -> bool:
    try:
        check(*about)
    except Conflict:
        return False
    return True
