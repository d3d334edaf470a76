"""Slot exceptions (api-contract.md 5.3): another name for blocks of one clinician at one centre (P2).

An exception closes time for every mode, as it always did, and touches nobody who is booked.
"""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, db, people
from mibo.booking import Answers, Choice, Closing, blocks
from mibo.errors import Missing
from mibo.identity import Permission
from mibo.web.access import actor, may
from mibo.web.api import block_shapes
from mibo.web.api.answers import said, the_id
from mibo.web.api.block_shapes import SlotException
from mibo.web.api.document import documented
from mibo.web.api.slot_blocks import check_span
from mibo.web.inputs.slot_blocks import LONGEST_PAGE, WHY, ExceptionFilter, NewException

bp = Blueprint("slot_exceptions", __name__)

PATH = "/clinicians/<clinician_id>/slot-exceptions"


@bp.post(PATH)
@bp.post(f"/users{PATH}")
@documented(gives=SlotException, body=NewException, tag="Clinicians", status=201, refuses=(400, 404, 409))
@may(Permission.EDIT_CLINICIANS, own_transactions=True)
def add_exception(clinician_id: str, told: NewException) -> ResponseReturnValue:
    """Close time of one day. The same span again only gets the new reason."""
    found, by = the_id(clinician_id), actor()
    check_span(told.span)
    reason = told.reason or WHY
    with db.transaction():
        block_id = booking.reword(found, told.centre_id, told.span, reason, by=by)
    if block_id is None:
        wish = Closing(clinician_id=found, centre_id=told.centre_id, spans=[told.span], reason=reason)
        block_id = booking.close_time(wish, by=by, answers=Answers(otherwise=Choice.KEEP)).blocks[0].id
    with db.reading():
        return said(block_shapes.exception(blocks.block(block_id, by=by), found), status=201)


@bp.get(PATH)
@bp.get(f"/users{PATH}")
@documented(gives=list[SlotException], query=ExceptionFilter, tag="Clinicians", refuses=(400, 404))
@may(Permission.EDIT_CLINICIANS)
def list_exceptions(clinician_id: str, asked: ExceptionFilter) -> ResponseReturnValue:
    """What is closed for a clinician between two days."""
    one = people.staff_clinician(the_id(clinician_id), by=actor())
    wish = blocks.BlockWish(
        clinician_id=one.id, centre_id=asked.centre_id, first=asked.start_date, last=asked.end_date, live=True
    )  # fmt: skip
    rows, _ = blocks.blocks_page(wish, by=actor(), limit=LONGEST_PAGE)
    return said([block_shapes.exception(row, one.id) for row in rows])


@bp.delete(f"{PATH}/<block_id>")
@bp.delete(f"/users{PATH}/<block_id>")
@documented(gives=None, tag="Clinicians", refuses=(400, 404, 409))
@may(Permission.EDIT_CLINICIANS)
def remove_exception(clinician_id: str, block_id: str) -> ResponseReturnValue:
    """Open the time again."""
    one = blocks.block(the_id(block_id), by=actor())
    if one.clinician_id != the_id(clinician_id) or one.lifted_at is not None:
        raise Missing("We could not find that closed time.")
    booking.reopen_time(one.id, by=actor())
    return said(None, "Slot exception removed successfully")
