"""What staff do with an enquiry: take it, call, call later, give it up, open it again; and take a slip back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from mibo import audit, clinics, clock, db, payments
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.leads import steps
from mibo.leads.call_times import first_call
from mibo.leads.models import Enquiry, EnquiryStep
from mibo.leads.rules import State, after_call, check_open

NO_ANSWER_AGAIN = timedelta(hours=3)
REACHED_AGAIN = timedelta(days=2)
LATEST_CALL = timedelta(days=180)
UNDO_WITHIN = timedelta(hours=24)
CAN_BE_UNDONE = ("CALLED", "TAKEN", "PLACED", "LATER", "LOST", "REOPENED", "PATIENT")


class CannotUndo(Conflict):
    """There is nothing of theirs to take back."""

    code = "CANNOT_UNDO"
    message = "Only the last step can be taken back, by whoever made it, within a day."


def take(enquiry_id: int, *, by: Actor, seen: int) -> Enquiry:
    """It is theirs to see to; taken twice is once. Raises Missing, ChangedMeanwhile, EnquiryClosed."""
    one, again = steps.sent_again(enquiry_id, "TAKEN", by=by, seen=seen)
    if again:
        return one
    check_open(one.status)
    if one.owner_id != by.account_id:
        steps.step(one, "TAKEN", by=by.account_id, owner_id=by.account_id)
    return one


def place(enquiry_id: int, centre_id: int, *, by: Actor, seen: int) -> Enquiry:
    """It belongs to this centre from now on. Raises Missing, ChangedMeanwhile, EnquiryClosed."""
    one, again = steps.sent_again(enquiry_id, "PLACED", by=by, seen=seen, centre_id=centre_id)
    if again:
        return one
    check_open(one.status)
    centre = clinics.centre(centre_id)
    if centre is None or not centre.active or not by.reaches(centre_id):
        raise Missing("We could not find that centre.")
    if one.centre_id != centre_id:
        steps.step(one, "PLACED", by=by.account_id, centre_id=centre_id)
    return one


def note_call(
    enquiry_id: int, outcome: str, note: str | None, next_call_at: datetime | None, *, by: Actor, seen: int
) -> Enquiry:
    """What came of a call. Whoever calls has taken it; a wrong number ends it. Raises as `take`, and Invalid."""
    payments.refuse_card_number(note)
    one, again = steps.sent_again(
        enquiry_id, "CALLED", by=by, seen=seen, outcome=outcome, note=note, next_call_at=next_call_at
    )
    if again:
        return one
    check_open(one.status)
    now, status = clock.now(), after_call(outcome)
    changes: dict[str, Any] = {"status": status, "owner_id": one.owner_id or by.account_id}
    if status is State.LOST:
        changes |= {"lost_reason": "WRONG_NUMBER", "next_call_at": None}
    elif status is State.NOT_REACHED:
        changes |= {"tries": one.tries + 1, "next_call_at": next_call_at or _next(now + NO_ANSWER_AGAIN, one)}
        if one.reached_at is not None:
            changes["status"] = State.CONTACTED  # somebody has talked to them before
    else:
        changes |= {
            "tries": 0,
            "reached_at": one.reached_at or now,
            "next_call_at": next_call_at or _next(now + REACHED_AGAIN, one),
        }
    _check_when(next_call_at, now)
    steps.step(one, "CALLED", by=by.account_id, outcome=outcome, note=note, **changes)
    return one


def call_later(enquiry_id: int, next_call_at: datetime, note: str | None, *, by: Actor, seen: int) -> Enquiry:
    """They are called then, and leave the list of those to call now. Raises as `take`, and Invalid."""
    payments.refuse_card_number(note)
    one, again = steps.sent_again(enquiry_id, "LATER", by=by, seen=seen, note=note, next_call_at=next_call_at)
    if again:
        return one
    check_open(one.status)
    _check_when(next_call_at, clock.now())
    steps.step(one, "LATER", by=by.account_id, note=note, next_call_at=next_call_at)
    return one


def lose(enquiry_id: int, reason: str, note: str | None, *, by: Actor, seen: int) -> Enquiry:
    """It came to nothing, and why. Raises as `take`."""
    payments.refuse_card_number(note)
    one, again = steps.sent_again(enquiry_id, "LOST", by=by, seen=seen, outcome=reason, note=note)
    if again:
        return one
    check_open(one.status)
    changes: dict[str, Any] = {"status": State.LOST, "lost_reason": reason, "next_call_at": None}
    steps.step(one, "LOST", by=by.account_id, outcome=reason, note=note, **changes)
    return one


def reopen(enquiry_id: int, *, by: Actor, seen: int) -> Enquiry:
    """Somebody should see to it again, now. Raises Missing, ChangedMeanwhile, and Conflict for what is open or booked."""
    one, again = steps.sent_again(enquiry_id, "REOPENED", by=by, seen=seen)
    if again:
        return one
    if one.status != State.LOST:
        raise Conflict("Only an enquiry that came to nothing can be opened again.")
    status = State.CONTACTED if one.reached_at else State.NOT_REACHED if one.tries else State.NEW
    changes: dict[str, Any] = {
        "status": status,
        "lost_reason": None,
        "next_call_at": clock.now(),
        "owner_id": by.account_id,
    }
    steps.step(one, "REOPENED", by=by.account_id, **changes)
    return one


def undo(enquiry_id: int, *, by: Actor, seen: int) -> Enquiry:
    """The last step was a slip: as before it. Raises Missing, ChangedMeanwhile, CannotUndo."""
    one, again = steps.sent_again(enquiry_id, steps.UNDOING, by=by, seen=seen)
    if again:
        return one
    last = undoable(one.id, by=by)
    if last is None:
        raise CannotUndo
    steps.put_back(one, last.before)
    last.undone_at = clock.now()
    audit.record("enquiry.undone", one.id, by=by.account_id, step=last.kind.lower())
    return one


def undoable(enquiry_id: int, *, by: Actor) -> EnquiryStep | None:
    """The step that this person could take back now."""
    newest = select(EnquiryStep).where(EnquiryStep.enquiry_id == enquiry_id, EnquiryStep.undone_at.is_(None))
    last = db.session().scalar(newest.order_by(EnquiryStep.id.desc()).limit(1))
    theirs = last is not None and last.by_account_id == by.account_id and last.kind in CAN_BE_UNDONE
    return last if theirs and last is not None and last.at > clock.now() - UNDO_WITHIN else None


def _next(at: datetime, one: Enquiry) -> datetime:
    due, _ = first_call(clock.local(at), one.call_at)
    return due


def _check_when(at: datetime | None, now: datetime) -> None:
    if at is not None and not now < at < now + LATEST_CALL:
        raise Invalid.field("next_on", "Choose a time to come, within half a year.")
