"""How much waits for somebody, for the menu: every worklist counted in one statement."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, literal_column, select

from mibo import booking, clock, db, leads, messaging
from mibo.booking import Appointment, reaching, video_list
from mibo.care import requests
from mibo.care.queries import due_soon, follow_ups_waiting
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import heard

COUNTED_TO = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many visits need closing, holds are unpaid, wishes to cancel are open, follow-ups are due, refunds wait, how much
    money does not match, how many calls are about to begin without a link, who is to be called, how many delivery
    reports are of no message, how many patients ask about their data, and who enquired and is to be called.
    """

    to_close: int = 0
    unpaid: int = 0
    wishes: int = 0
    follow_ups: int = 0
    mismatches: int = 0
    refunds: int = 0
    no_link: int = 0
    calls: int = 0
    reports: int = 0
    requests: int = 0
    enquiries: int = 0


def waiting(*, by: Actor) -> Waiting:
    """The counts of the worklists that are this person's; others are nought. One statement, each up to a thousand."""
    lists = {
        "to_close": (Permission.MARK_ARRIVALS, select(Appointment.id).where(booking.worklists.needs_closing(by))),
        "unpaid": (Permission.BOOK_AT_DESK, select(Appointment.id).where(booking.worklists.is_unpaid_hold(by))),
        "wishes": (
            Permission.DECIDE_CANCELLATIONS, select(Appointment.id).where(booking.worklists.is_wish_to_cancel(by)),
        ),
        "follow_ups": (Permission.SEE_FOLLOW_UPS, follow_ups_waiting(by, until=due_soon(clock.today()))),
        "no_link": (Permission.SEE_MEETINGS, video_list.waiting_ids(by)),
        "mismatches": (Permission.SETTLE_MISMATCHES, select(heard.Mismatch.id).where(booking.parked.is_open_mismatch())),
        "refunds": (Permission.GIVE_BACK, booking.refund_list.waits_for(by)),
        "calls": (Permission.BOOK_AT_DESK, reaching.waits_for(by)),
        "enquiries": (Permission.ANSWER_ENQUIRIES, leads.waits_for(by)),
        "reports": (Permission.OVERSEE_MESSAGES, messaging.unmatched.waiting_ids()),
        "requests": (Permission.ANSWER_REQUESTS, requests.waiting_ids()),
    }  # fmt: skip
    counts = {name: _counted(wanted) for name, (permission, wanted) in lists.items() if by.may(permission)}
    if not counts:
        return Waiting()
    row = db.session().execute(select(*(count.label(name) for name, count in counts.items()))).one()
    return Waiting(**row._mapping)


def _counted(wanted: Select[Any]) -> Any:
    """The limit stands in the statement itself: plans made for any limit would read all appointments there ever were."""
    few = wanted.limit(literal_column(str(COUNTED_TO)))
    return select(func.count()).select_from(few.subquery()).scalar_subquery()
