"""Appointments as calendar files, in the language in force. A calendar is often shared, so it says nothing of the care, and
names nobody.
"""

from collections.abc import Callable, Iterable

from flask_babel import gettext
from icalendar import Calendar, Event

from mibo import clock
from mibo.booking import Appointment, Status

REFRESH = "PT1H"
GONE = (Status.CANCELLED, Status.EXPIRED)


def event(one: Appointment, address: str) -> bytes:
    """The file of one appointment: its id stays, its sequence grows with each change; one that is off takes itself away."""
    calendar = _calendar("CANCEL" if one.status in GONE else "PUBLISH")
    calendar.add_component(_event(one, address))
    return _written(calendar)


def feed(ones: Iterable[Appointment], address_of: Callable[[Appointment], str]) -> bytes:
    """All of somebody's appointments; the same bytes as long as nothing has changed."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", gettext("Appointments"))
    calendar.add("x-published-ttl", REFRESH)
    for one in ones:
        calendar.add_component(_event(one, address_of(one)))
    return _written(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Mibo//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(one: Appointment, address: str) -> Event:
    entry = Event()
    entry.add("uid", f"{one.reference}@mibo")
    entry.add("sequence", one.version)
    entry.add("dtstamp", one.updated_at)
    entry.add("last-modified", one.updated_at)
    entry.add("dtstart", clock.local(one.starts_at))
    entry.add("dtend", clock.local(one.ends_at))
    entry.add("summary", gettext("Appointment %(reference)s", reference=one.reference))
    entry.add("location", gettext("Online") if one.mode == "ONLINE" else f"{one.centre.name}, {one.centre.address}")
    entry.add("url", address)
    entry.add("status", _status(one))
    entry.add("class", "PRIVATE")
    return entry


def _status(one: Appointment) -> str:
    if one.status in GONE:
        return "CANCELLED"
    return "TENTATIVE" if one.status in (Status.PENDING, Status.CANCELLATION_REQUESTED) else "CONFIRMED"


def _written(calendar: Calendar) -> bytes:
    """With the rules of the zone that its times are in (VTIMEZONE)."""
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
