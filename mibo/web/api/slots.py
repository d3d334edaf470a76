"""Free times. This is what is asked most, so it is one statement and no models (design: measured)."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, people
from mibo.booking import OpenTime
from mibo.errors import Missing
from mibo.web.access import public
from mibo.web.api.answers import said
from mibo.web.api.document import documented
from mibo.web.api.shown import Shown
from mibo.web.inputs.taking import DaysWish, SlotWish

bp = Blueprint("slots", __name__, url_prefix="/booking")

FACES = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60 + 1)]


class SlotShown(Shown):
    """A time that can be taken, on the clinic's clock; `mode` BOTH leaves the choice to the patient."""

    start_time: str
    end_time: str
    available: bool
    mode: str


class DayOfSlots(Shown):
    """What can be taken of one day."""

    date: date
    slots: list[SlotShown]


class DayWithSlots(Shown):
    """A day on which something can be taken."""

    date: date
    slot_count: int
    first_slot: str


@bp.get("/available-slots")
@documented(gives=DayOfSlots, query=SlotWish, tag="Booking", refuses=(404,))
@public
def available_slots(asked: SlotWish) -> ResponseReturnValue:
    """The times of one day that a patient may take with a clinician at a centre."""
    free = booking.open_times(asked.clinician_id, asked.centre_id, asked.date, asked.appointment_type)
    if free is None:
        raise Missing("We could not find that clinician or centre.")
    return said({"date": asked.date.isoformat(), "slots": slots_of(free)})


def slots_of(free: Sequence[OpenTime]) -> list[dict[str, Any]]:
    """The times as SlotShown describes them."""
    return [
        {
            "startTime": FACES[one.starts_minute],
            "endTime": FACES[one.ends_minute],
            "available": True,
            "mode": one.modes[0] if len(one.modes) == 1 else "BOTH",
        }
        for one in free
    ]


@bp.get("/dates-with-slots")
@documented(gives=list[DayWithSlots], query=DaysWish, tag="Booking", refuses=(404,))
@public
def dates_with_slots(asked: DaysWish) -> ResponseReturnValue:
    """The days on which a patient may take a time, with how many there are and the first of them."""
    people.clinician(asked.clinician_id)
    centre = clinics.centre(asked.centre_id) if asked.centre_id else None
    if asked.centre_id and (centre is None or not centre.active):
        raise Missing("We could not find that centre.")
    days = booking.days_with_slots(
        asked.clinician_id, asked.start_date, asked.end_date, centre_id=asked.centre_id, mode=asked.appointment_type
    )
    return said(
        [
            {"date": day.isoformat(), "slotCount": count.free, "firstSlot": FACES[count.first_minute]}
            for day, count in sorted(days.items())
            if count.first_minute is not None
        ]
    )
