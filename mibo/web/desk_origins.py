"""What a booking at the desk came of: a number in the queue, or a follow-up that was due. It is linked as it is made."""

from collections.abc import Callable

from mibo import booking, care
from mibo.booking import Appointment
from mibo.errors import Conflict, Missing
from mibo.identity import Actor

ORIGINS = ("queue_entry", "follow_up")


def link(made: Appointment, *, queue_entry: int | None, follow_up: int | None, by: Actor) -> str:
    """Note what the booking came of. The booking stands whatever is wrong with that; what is said of it comes back."""
    said = []
    if queue_entry is not None:
        said.append(_tried(lambda: booking.queue.link_booking(queue_entry, made.id, by=by)))
    if follow_up is not None:
        said.append(_tried(lambda: care.link(follow_up, made.id, by=by)))
    return " ".join(filter(None, said))


def _tried(act: Callable[[], object]) -> str:
    try:
        act()
    except (Conflict, Missing) as error:
        return error.message
    return ""
