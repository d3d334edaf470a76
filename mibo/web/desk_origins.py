"""What a booking at the desk came of: a number in the queue, a follow-up that was due, or an enquiry.

It is linked as it is made.
"""

from collections.abc import Callable

from flask import request

from mibo import booking, care, leads, phone
from mibo.booking import Appointment
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.ids import read_id
from mibo.web.access import actor

ORIGINS = ("queue_entry", "follow_up", "enquiry")


def link(made: Appointment, *, queue_entry: int | None, follow_up: int | None, enquiry: int | None, by: Actor) -> str:
    """Note what the booking came of. The booking stands whatever is wrong with that; what is said of it comes back."""
    said = []
    if queue_entry is not None:
        said.append(_tried(lambda: booking.queue.link_booking(queue_entry, made.id, by=by)))
    if follow_up is not None:
        said.append(_tried(lambda: care.link(follow_up, made.id, by=by)))
    if enquiry is not None:
        said.append(_tried(lambda: leads.link_booking(enquiry, made.id, by=by)))
    return " ".join(filter(None, said))


def new_patient() -> dict[str, str]:
    """What is known of whom an enquiry is for, where the address names one: they need not be asked again."""
    enquiry_id = read_id(request.args.get("enquiry", ""))
    if enquiry_id is None or request.args.get("patient"):
        return {}
    found = leads.enquiry(enquiry_id, by=actor())
    known = {"phone": phone.ten_digits(found.phone or "")}
    return known if found.for_other else {**known, "full_name": found.full_name or ""}


def link_patient(patient_id: int, *, by: Actor) -> None:
    """A patient who is added for an enquiry is that enquiry's. Raises Missing, Conflict."""
    if (enquiry_id := read_id(request.args.get("enquiry", ""))) is not None:
        leads.link_patient(enquiry_id, patient_id, by=by)


def _tried(act: Callable[[], object]) -> str:
    try:
        act()
    except (Conflict, Missing) as error:
        return error.message
    return ""
