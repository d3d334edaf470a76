"""The grid of a clinician's days, as those who look after it see it (api-contract.md 5.3)."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking
from mibo.scheduling.reasons import SlotState, Why
from mibo.scheduling.slots import Slot
from mibo.web.access import public
from mibo.web.api.answers import said, the_id
from mibo.web.api.clinicians import asked_by_staff
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Shown
from mibo.web.api.slots import FACES
from mibo.web.inputs.hours import GridWish
from mibo.web.inputs.taking import DaysWish, RangeWish

bp = Blueprint("clinician_slots", __name__)

STATUS = {SlotState.FREE: "available", SlotState.BOOKED: "booked", SlotState.HELD: "booked"}


class GridSlot(Shown):
    """A slot of the grid: `available`, `booked` or `blocked`; what has it, and what closes it, is told to staff only."""

    clinician_id: Id
    centre_id: Id
    date: str
    start_time: str
    end_time: str
    status: str
    mode: str
    state: SlotState | None = None
    appointment_id: Id | None = None
    blocked_slot_id: int | None = None


@bp.get("/clinicians/<clinician_id>/slots")
@bp.get("/users/clinicians/<clinician_id>/slots")
@documented(gives=list[GridSlot], query=GridWish, tag="Clinicians", refuses=(400, 404))
@public
def show_slots(clinician_id: str, asked: GridWish) -> ResponseReturnValue:
    """All slots of a clinician's day, past, booked and blocked ones too."""
    to_staff = asked_by_staff()
    found = booking.clinician_grid(
        the_id(clinician_id), asked.date, asked.date, centre_id=asked.centre_id, everywhere=True,
        also_inactive=to_staff,
    )  # fmt: skip
    return said(grid(found, to_staff))


@bp.get("/booking/clinician-slots")
@documented(gives=list[GridSlot], query=DaysWish, tag="Booking", refuses=(400, 404))
@public
def list_slots(asked: DaysWish) -> ResponseReturnValue:
    """The same over up to 62 days, at one centre: the primary one, unless told."""
    return _range(asked.clinician_id, asked)


@bp.get("/booking/clinician/<clinician_id>/slots-range")
@documented(gives=list[GridSlot], query=RangeWish, tag="Booking", refuses=(400, 404))
@public
def list_slots_of(clinician_id: str, asked: RangeWish) -> ResponseReturnValue:
    """The same by the other name that a document of the old system gave it (api-contract.md 4)."""
    return _range(the_id(clinician_id), asked)


def _range(clinician_id: int, asked: RangeWish) -> ResponseReturnValue:
    to_staff = asked_by_staff()
    found = booking.clinician_grid(
        clinician_id, asked.start_date, asked.end_date, centre_id=asked.centre_id, mode=asked.appointment_type,
        also_inactive=to_staff,
    )  # fmt: skip
    return said(grid(found, to_staff))


def grid(slots: Iterable[Slot], to_staff: bool) -> list[dict[str, Any]]:
    """The slots as GridSlot describes them; plain values, because there may be a thousand of them."""
    if not to_staff:
        return [_seen_by_all(slot) for slot in slots]
    return [_seen_by_all(slot) | _seen_by_staff(slot) for slot in slots]


def _seen_by_all(slot: Slot) -> dict[str, Any]:
    modes = slot.modes
    return {
        "clinicianId": str(slot.clinician_id),
        "centreId": str(slot.centre_id),
        "date": slot.day.isoformat(),
        "startTime": FACES[slot.starts_minute],
        "endTime": FACES[slot.ends_minute],
        "status": _status(slot) if slot.reasons else "available",
        "mode": modes[0].value if len(modes) == 1 else "BOTH",
    }


def _status(slot: Slot) -> str:
    """One of the three words that apps know: a time kept free around an appointment is as good as booked."""
    if slot.reasons[0].why is Why.BUFFER:
        return "booked"
    return STATUS.get(slot.state, "blocked")


def _seen_by_staff(slot: Slot) -> dict[str, Any]:
    told: dict[str, Any] = {"state": slot.state.value}
    if (appointment_id := slot.appointment_id) is not None:
        told["appointmentId"] = str(appointment_id)
    if (block_id := slot.block_id) is not None:
        told["blockedSlotId"] = block_id
    return told
