"""Closed time over the API (api-contract.md 5.4): the same verbs as on the pages, by the same rules of who may."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from mibo import booking, clock, db
from mibo.booking import Affected, Closing, Summary, blocks
from mibo.errors import Conflict, DomainError, Invalid, Missing
from mibo.identity import Permission
from mibo.ids import read_id
from mibo.scheduling.spans import Span, next_quarter
from mibo.web import errors
from mibo.web.access import actor, may
from mibo.web.api import block_shapes
from mibo.web.api.answers import said
from mibo.web.api.block_shapes import AffectedList, AffectedPatient, Blocked, BlockedList, BlockResult, FailedSlot
from mibo.web.api.document import documented
from mibo.web.api.shown import Done
from mibo.web.inputs import read
from mibo.web.inputs.slot_blocks import WHY, BlockedFilter, DayToBlock, SlotsToBlock, SlotToBlock

bp = Blueprint("slot_blocks", __name__, url_prefix="/admin/slots")

REQUIRED = " is required."
TAG = "Closed time"


class PastSlot(Invalid):
    """No block in the past (R-BLK-2)."""

    code = "PAST_SLOT_BLOCKING"
    message = "This time is over. Only time that lies ahead can be blocked."


class WrongRange(Invalid):
    """It ends before it starts."""

    code = "INVALID_TIME_RANGE"
    message = "End time must be after start time."


class NoSuchSlot(Missing):
    """Not there, or not theirs."""

    code = "SLOT_NOT_FOUND"
    message = "We could not find that closed time."


class NoSuchId(Invalid):
    """What stands in the address is no id."""

    code = "INVALID_SLOT_ID"
    message = "An id is a number."


@bp.errorhandler(Invalid)
def _refused(error: Invalid) -> Response:
    """What is missing has a code of its own here."""
    missing = error.problems and all(one.message.endswith(REQUIRED) for one in error.problems)
    code = "MISSING_REQUIRED_FIELDS" if missing else error.code
    details = [(one.field, one.message) for one in error.problems]
    return errors.answer(400, error.message, code=code, details=details)


@bp.post("/block")
@documented(gives=Blocked, body=SlotToBlock, tag=TAG, refuses=(400, 404, 409))
@may(Permission.BLOCK_TIME, own_transactions=True)
def block(told: SlotToBlock) -> ResponseReturnValue:
    """Close a stretch of a day. Whoever is booked in it is cancelled, told, and paid back."""
    done = booking.close_time(wish_of(told, told.reason), by=actor())
    return said(Blocked(blocked_slot=_shown(done)[0], affected_patients=_affected(done)))


@bp.post("/block-multiple")
@documented(gives=BlockResult, body=SlotsToBlock, tag=TAG, refuses=(400,))
@may(Permission.BLOCK_TIME, own_transactions=True)
def block_multiple(told: SlotsToBlock) -> ResponseReturnValue:
    """Close several; what fails stops nothing else (R-BLK-5)."""
    done: list[Summary] = []
    failed: list[FailedSlot] = []
    for sent in told.slots:
        try:
            slot = read(SlotToBlock, sent, strangers="ignore")
            done.append(booking.close_time(wish_of(slot, slot.reason or told.reason), by=actor()))
        except DomainError as error:
            failed.append(_failed(sent, error))
    return _result(done, failed)


@bp.post("/block-day")
@documented(gives=BlockResult, body=DayToBlock, tag=TAG, refuses=(400, 404))
@may(Permission.BLOCK_TIME, own_transactions=True)
def block_day(told: DayToBlock) -> ResponseReturnValue:
    """Close all hours of a day that lie ahead, each window by itself so that each can be opened again by itself."""
    spans = _windows(told)
    wish = Closing(
        clinician_id=told.clinician_id, centre_id=told.centre_id, spans=spans, reason=told.reason or WHY
    )  # fmt: skip
    try:
        done = booking.close_time(wish, by=actor())
    except Conflict as error:
        return _result([], [_failed(_as_sent(told, each), error) for each in spans])
    refused = [(one.span, one.refusal) for one in done.refused]
    return _result([done], [_failed(_as_sent(told, each), why) for each, why in refused if why])


@bp.post("/unblock/<block_id>")
@documented(gives=Done, tag=TAG, refuses=(400, 404, 409))
@may(Permission.BLOCK_TIME)
def unblock(block_id: str) -> ResponseReturnValue:
    """Open it again: the time only, no appointment comes back (R-BLK-6)."""
    found = read_id(block_id)
    if found is None:
        raise NoSuchId
    try:
        booking.reopen_time(found, by=actor())
    except (Missing, Invalid):
        raise NoSuchSlot from None
    return said(message="Slot unblocked successfully")


@bp.get("/blocked")
@documented(gives=BlockedList, query=BlockedFilter, tag=TAG, refuses=(400,))
@may(Permission.BLOCK_TIME)
def blocked(asked: BlockedFilter) -> ResponseReturnValue:
    """Closed time within reach, newest first."""
    rows, total = blocks.blocks_page(asked.wish, by=actor(), limit=asked.limit, offset=asked.offset)
    return said(BlockedList(blocked_slots=[block_shapes.blocked(one) for one in rows], total=total))


@bp.post("/affected-patients")
@documented(gives=AffectedList, body=SlotsToBlock, tag=TAG, refuses=(400, 404))
@may(Permission.BLOCK_TIME)
def affected_patients(told: SlotsToBlock) -> ResponseReturnValue:
    """Who is booked there, each once, before anything is closed."""
    slots = [read(SlotToBlock, sent, strangers="ignore") for sent in told.slots]
    found = [one for slot in slots for one in booking.preview_closing(wish_of(slot, None), by=actor())]
    shown = shown_affected({one.id: one for one in found}.values())
    return said(AffectedList(affected_patients=shown, total_count=len(shown)))


def wish_of(slot: SlotToBlock, reason: str | None) -> Closing:
    """What is asked for. Raises PastSlot and WrongRange."""
    check_span(slot.span)
    return Closing(
        clinician_id=slot.clinician_id, centre_id=slot.centre_id, spans=[slot.span], reason=reason or WHY
    )  # fmt: skip


def check_span(span: Span) -> None:
    """Raises PastSlot and WrongRange."""
    if span.ends <= span.starts:
        raise WrongRange
    if span.starts < _now():
        raise PastSlot


def _now() -> datetime:
    return clock.local(clock.now()).replace(tzinfo=None)


def _windows(told: DayToBlock) -> list[Span]:
    """The hours kept there on that day, from the next quarter of an hour on. Raises Missing and PastSlot."""
    midnight, now = datetime.combine(told.date, datetime.min.time()), _now()
    with db.reading():
        booking.check_may_close(told.clinician_id, told.centre_id, actor())
        kept = booking.hours_on(told.clinician_id, told.centre_id, told.date)
    if not kept:
        raise Missing("This clinician keeps no hours there on that day.")
    first = next_quarter(now)
    whole = [Span(midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)) for opens, closes in kept]
    spans = [Span(max(one.starts, first), one.ends) for one in whole if one.ends > first]
    if not spans:
        raise PastSlot
    return spans


def _as_sent(told: DayToBlock, span: Span) -> dict[str, Any]:
    return {
        "clinician_id": str(told.clinician_id), "centre_id": str(told.centre_id), "date": told.date.isoformat(),
        "start_time": f"{span.starts:%H:%M}", "end_time": f"{span.ends:%H:%M}",
    }  # fmt: skip


def _failed(sent: dict[str, Any], error: DomainError) -> FailedSlot:
    missing = isinstance(error, Invalid) and any(one.message.endswith(REQUIRED) for one in error.problems)
    return FailedSlot(slot=sent, error="MISSING_REQUIRED_FIELDS" if missing else error.code, message=error.message)


def _result(done: Sequence[Summary], failed: Sequence[FailedSlot]) -> ResponseReturnValue:
    ids = [one.id for summary in done for one in summary.blocks]
    affected = {one.affected.id: one.affected for summary in done for one in summary.outcomes}
    return said(
        BlockResult(
            success=not failed, blocked_count=len(ids), failed_count=len(failed), blocked_slot_ids=ids,
            failed_slots=list(failed), affected_patients=shown_affected(affected.values()),
        )
    )  # fmt: skip


def _shown(done: Summary) -> list[block_shapes.BlockedSlot]:
    with db.reading():
        rows = blocks.blocks_of([one.id for one in done.blocks], by=actor())
    return [block_shapes.blocked(one) for one in rows]


def _affected(done: Summary) -> list[AffectedPatient]:
    return shown_affected(one.affected for one in done.outcomes)


def shown_affected(found: Iterable[Affected]) -> list[AffectedPatient]:
    """Who is booked there; a phone only for those who may find patients."""
    with_phone = actor().may(Permission.SEE_PATIENTS)
    return [block_shapes.affected(one, with_phone=with_phone) for one in found]
