"""Closed time is opened again: the time only, nothing that was cancelled comes back (R-BLK-6)."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update

from mibo import audit, clock, db
from mibo.booking.blocking import told_of
from mibo.booking.closable import blocks_in_reach, check_may_close
from mibo.booking.models import Appointment
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.scheduling import TimeBlock


class NotClosed(Conflict):
    """The block was lifted before."""

    code = "SLOT_NOT_BLOCKED"
    message = "This time has been opened again already."


def reopen_time(block_id: int, *, by: Actor, whole_group: bool = False) -> Sequence[TimeBlock]:
    """Open it again, or all that was closed together with it. Cancelled appointments stay cancelled (R-BLK-6).

    Raises Missing, and NotClosed when all of it is open already.
    """
    one = db.session().scalar(select(TimeBlock).where(TimeBlock.id == block_id, blocks_in_reach(by)))
    if one is None:
        raise Missing("We could not find that closed time.")
    check_may_close(one.clinician_id, one.centre_id, by)
    which = TimeBlock.group_id == one.group_id if whole_group and one.group_id else TimeBlock.id == one.id
    lift = update(TimeBlock).where(which, TimeBlock.lifted_at.is_(None)).returning(TimeBlock)
    lifted = db.session().scalars(lift.values(lifted_at=clock.now(), lifted_by=by.account_id)).all()
    if not lifted:
        raise NotClosed
    displaced = _displaced_by([block.id for block in lifted])
    for block in lifted:
        audit.record(
            "time.reopened", block.id, by=by.account_id, **told_of(block), appointments=displaced.get(block.id, [])
        )
    return lifted


def _displaced_by(block_ids: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    which = select(Appointment.displaced_by, Appointment.id).where(Appointment.displaced_by.in_(block_ids))
    for block_id, appointment_id in db.session().execute(which.order_by(Appointment.id)):
        found.setdefault(block_id or 0, []).append(appointment_id)
    return found
