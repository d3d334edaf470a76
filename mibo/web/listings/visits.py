"""Visits that wait for somebody, and who walked in today, as files. What patients wrote stays in Mibo."""

from collections.abc import Callable, Sequence
from typing import Any

from mibo import booking, clinics, clock, phone
from mibo.booking import AppointmentRow, QueueRow, worklists
from mibo.exports import Column, Kind, Listing, all_at_once, as_made
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web.inputs.exports import Everything, QueueInput
from mibo.web.listings.words import STATES, in_words, is_of_the_desk
from mibo.web.queue_rows import LOOKS
from mibo.web.worklist_rows import link_of

LINKS = {"LINK_SENT": "Sent", "LINK_NOT_SENT": "Not sent"}


def _closing(asked: Everything, who: Actor, limit: int, made_after: int | None) -> Sequence[AppointmentRow]:
    return worklists.visits_to_close(by=who, limit=limit, made_after=made_after)


def _holds(asked: Everything, who: Actor, limit: int, made_after: int | None) -> Sequence[worklists.UnpaidHold]:
    return worklists.unpaid_holds(by=who, limit=limit, made_after=made_after)


def _wishes(asked: Everything, who: Actor, limit: int, made_after: int | None) -> Sequence[worklists.WishToCancel]:
    return worklists.wishes_to_cancel(by=who, limit=limit, made_after=made_after)


def _queue(asked: QueueInput, who: Actor) -> Sequence[tuple[QueueRow, str]]:
    """Of one centre, or of each within reach."""
    places = [one for one in clinics.centres() if who.reaches(one.id) and asked.centre in (None, one.id)]
    return [(row, one.short_name) for one in places for row in booking.waiting.queue_today(one.id, by=who)]


def _number(number: str, who: Actor) -> str:
    return phone.shown(number) if is_of_the_desk(who) else phone.masked(number)


def _link(row: worklists.UnpaidHold, _: Actor) -> str:
    state, words = link_of(row)
    return words or LINKS[state]


def _visit(of: Callable[[Any], AppointmentRow]) -> tuple[Column, ...]:
    """Whose visit it is, when and where."""
    return (
        Column("Reference", lambda row, _: of(row).reference, weight=0.9),
        Column("Patient", lambda row, _: of(row).patient_name, weight=1.5),
        Column("Phone", lambda row, who: _number(of(row).patient_phone, who)),
        Column("MRN", lambda row, _: of(row).patient_mrn, weight=0.9),
        Column("Clinician", lambda row, _: of(row).clinician_name, weight=1.3),
        Column("Centre", lambda row, _: of(row).centre_name, weight=0.9),
        Column("Visit", lambda row, _: of(row).starts_at, Kind.MOMENT, weight=1.2),
    )


LISTINGS = (
    Listing(
        name="closing", title="Visits to close", permission=Permission.MARK_ARRIVALS, asks=Everything,
        endpoint="worklists.closing", read=as_made(_closing),
        columns=(
            *_visit(lambda row: row),
            Column("State", lambda row, _: STATES[row.status]),
            Column("Over since", lambda row, _: row.ends_at, Kind.MOMENT, weight=1.2),
        ),
    ),
    Listing(
        name="holds", title="Unpaid holds", permission=Permission.BOOK_AT_DESK, asks=Everything,
        endpoint="worklists.holds", read=as_made(_holds, lambda row: row.row.id),
        columns=(
            *_visit(lambda row: row.row),
            Column("Held until", lambda row, _: row.row.held_until, Kind.MOMENT, weight=1.2),
            Column("Link", _link),
            Column("To pay", lambda row, _: row.paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="cancellations", title="Cancellation requests", permission=Permission.DECIDE_CANCELLATIONS, asks=Everything,
        endpoint="worklists.wishes", read=as_made(_wishes, lambda row: row.row.id),
        columns=(
            *_visit(lambda row: row.row),
            Column("Asked", lambda row, _: row.asked_at, Kind.MOMENT, weight=1.2),
            Column("Goes back", lambda row, _: row.refund_paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="walk-ins", title="Walk-ins of today", permission=Permission.RUN_QUEUE, asks=QueueInput,
        endpoint="queue.board", read=all_at_once(_queue), filters=in_words(),
        columns=(
            Column("Number", lambda row, _: row[0].token, Kind.NUMBER, weight=0.5),
            Column("Centre", lambda row, _: row[1]),
            Column("Patient", lambda row, _: row[0].patient_name, weight=1.6),
            Column("Phone", lambda row, who: _number(row[0].patient_phone, who)),
            Column("MRN", lambda row, _: row[0].patient_mrn),
            Column("Wants to see", lambda row, _: row[0].clinician_name or "Anybody", weight=1.3),
            Column("Came", lambda row, _: row[0].joined_at, Kind.MOMENT),
            Column("Called", lambda row, _: row[0].called_at, Kind.MOMENT),
            Column("Waited, minutes", lambda row, _: row[0].waited_minutes(clock.now()), Kind.NUMBER, weight=0.6),
            Column("State", lambda row, _: LOOKS[row[0].status][2]),
        ),
    ),
)  # fmt: skip
