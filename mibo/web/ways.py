"""The ways to meet a clinician, as a patient chooses them: in person at one of their centres, or online."""

from dataclasses import dataclass

from mibo.booking import Appointment
from mibo.people import Clinician
from mibo.phrases import phrase

ONLINE = "online"


@dataclass(frozen=True)
class Way:
    """One way: `key` stands in the address, `centre_id` is empty when any centre's hours will do."""

    key: str
    words: str
    mode: str
    centre_id: int | None


def of(one: Clinician) -> list[Way]:
    """Every way this clinician can be met, in person first; by video only who is registered (security.md line 79)."""
    places = [place.centre for place in one.places if place.centre.active]
    found = [
        Way(str(centre.id), phrase("In person, %(centre)s", centre=centre.short_name), "IN_PERSON", centre.id)
        for centre in places
    ]
    if "IN_PERSON" not in one.modes:
        found = []
    if "ONLINE" in one.modes and places and one.registration_number:
        found.append(Way(ONLINE, phrase("Online, by video"), "ONLINE", None))
    return found


def chosen(one: Clinician, key: str | None) -> Way | None:
    """The way that was asked for, or the first there is."""
    offered = of(one)
    return next((way for way in offered if way.key == key), offered[0] if offered else None)


def again(one: Appointment) -> str:
    """The way in which an appointment was booked, to look for another time of the same."""
    return ONLINE if one.mode == "ONLINE" else str(one.centre_id)
