"""Lists of appointments for apps: the staff's, a clinician's own, and their days in numbers (api-contract.md 3.3, 5.2)."""

from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clock
from mibo.booking import Appointment, Status, lists
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Actor, Permission
from mibo.web.access import actor, may
from mibo.web.api import dialect, keyset
from mibo.web.api.answers import said
from mibo.web.api.appointment_shapes import AppointmentLine, DayCounts, OwnCounts, OwnLists, eyes, line
from mibo.web.api.document import documented
from mibo.web.api.shown import Listed, Page
from mibo.web.inputs.appointment_lists import AppointmentFilter, DaysFilter, DaysOfState

bp = Blueprint("appointment_lists", __name__, url_prefix="/appointments")

SHOWN_STATES = frozenset(Status) - {Status.EXPIRED}  # a hold that ended was never an appointment to the staff's app
TOLD_AT_MOST = 10_000
OWN_AT_MOST = 50
COUNTED = (Status.PENDING, Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED)


@bp.get("")
@documented(gives=Listed[AppointmentLine], query=AppointmentFilter, tag="Appointments")
@may(Permission.SEE_SELF)
def list_appointments(asked: AppointmentFilter) -> ResponseReturnValue:
    """The appointments within reach, the latest start first; older apps get all of them at once, others a page.

    Clinicians and patients see their own. Holds that ended are left out unless `status` asks for them.
    """
    who = actor()
    _check_asks_for_own(asked.clinician_id, who)
    wish = _wish(asked)
    if dialect.is_incumbent() and not asked.is_paged:
        found = booking.lists.appointments(wish, by=who, limit=TOLD_AT_MOST)
        return said(_lines(found, who))
    limit = asked.limit or keyset.PAGE
    found = booking.lists.appointments(wish, by=who, place=keyset.read(asked.cursor), limit=limit + 1)
    more = keyset.write(lists.place_of(found[limit - 1], wish.order)) if len(found) > limit else None
    meta = Page(total=booking.lists.how_many(wish, by=who), next_cursor=more)
    return said(_lines(found[:limit], who), meta=meta)


@bp.get("/my-appointments")
@documented(gives=OwnLists, tag="Appointments", refuses=(404,))
@may(Permission.CONSULT)
def list_own() -> ResponseReturnValue:
    """A clinician's own: what is going on, the next fifty of what is to come, and the last fifty of what is past."""
    who = _clinician()
    now, live = clock.now(), frozenset({Status.CONFIRMED, Status.IN_PROGRESS})
    begun = lists.ListWish(clinician_id=who.clinician_id, states=live, span="past", order="-starts")
    coming = lists.ListWish(clinician_id=who.clinician_id, states=live, span="upcoming", order="starts")
    past = lists.ListWish(clinician_id=who.clinician_id, states=SHOWN_STATES, span="past", order="-starts")
    current = [one for one in _own(begun, who) if one.ends_at > now or one.status == Status.IN_PROGRESS]
    kept = {one.id for one in current}
    ahead = _own(coming, who)[:OWN_AT_MOST]
    over = [one for one in _own(past, who) if one.id not in kept][:OWN_AT_MOST]
    seen = eyes(who, [*current, *ahead, *over])
    parts = [[line(one, seen) for one in part] for part in (current, ahead, over)]
    counts = OwnCounts(current_count=len(current), upcoming_count=len(ahead), past_count=len(over))
    return said(OwnLists(current=parts[0], upcoming=parts[1], past=parts[2], summary=counts))


@bp.get("/dashboard/stats")
@documented(gives=DayCounts, query=DaysFilter, tag="Appointments")
@may(Permission.CONSULT)
def count_days(asked: DaysFilter) -> ResponseReturnValue:
    """A clinician's days in numbers, by the clinic's clock; today unless told otherwise. `waiting` is not paid yet."""
    found = booking.lists.states_of(_days(asked), by=_clinician())
    counts = {state: found.get(state, 0) for state in COUNTED}
    return said(
        DayCounts(
            total=sum(count for state, count in found.items() if state in SHOWN_STATES),
            waiting=counts[Status.PENDING], ongoing=counts[Status.IN_PROGRESS], confirmed=counts[Status.CONFIRMED],
            completed=counts[Status.COMPLETED], cancelled=counts[Status.CANCELLED],
        )
    )  # fmt: skip


@bp.get("/dashboard/appointments")
@documented(gives=list[AppointmentLine], query=DaysOfState, tag="Appointments")
@may(Permission.CONSULT)
def list_days(asked: DaysOfState) -> ResponseReturnValue:
    """The appointments behind those numbers, in order of time."""
    who = _clinician()
    states = dialect.appointment_states(asked.status) or SHOWN_STATES
    found = booking.lists.appointments(_days(asked, frozenset(map(Status, states))), by=who, limit=TOLD_AT_MOST)
    return said(_lines(found, who))


def _lines(found: Sequence[Appointment], who: Actor) -> list[AppointmentLine]:
    seen = eyes(who, list(found))
    return [line(one, seen) for one in found]


def _check_asks_for_own(clinician_id: int | None, who: Actor) -> None:
    """A clinician who asks for a colleague's is refused; everybody else finds what is within reach."""
    only_own = who.may(Permission.CONSULT) and not who.may(Permission.BOOK_AT_DESK)
    if only_own and clinician_id is not None and clinician_id != who.clinician_id:
        raise Refused


def _wish(asked: AppointmentFilter) -> lists.ListWish:
    states = dialect.appointment_states(asked.status) or SHOWN_STATES
    return lists.ListWish(
        centre_id=asked.centre_id, clinician_id=asked.clinician_id, patient_id=asked.patient_id,
        states=frozenset(map(Status, states)), first=asked.date, last=asked.date,
    )  # fmt: skip


def _days(asked: DaysFilter, states: frozenset[Status] = frozenset()) -> lists.ListWish:
    first, last = asked.start_date or clock.today(), asked.end_date or asked.start_date or clock.today()
    if last < first:
        raise Invalid.field("endDate", "endDate must not be before startDate.")
    own = actor().clinician_id
    return lists.ListWish(clinician_id=own, states=states, first=first, last=last, order="starts")


def _clinician() -> Actor:
    """Whoever asks, if they practise. Raises Missing."""
    who = actor()
    if who.clinician_id is None:
        raise Missing("Clinician profile not found")
    return who


def _own(wish: lists.ListWish, who: Actor) -> Sequence[Appointment]:
    return booking.lists.appointments(wish, by=who, limit=2 * OWN_AT_MOST)
