"""An appointment as a calendar file. A calendar is often shared, so it says nothing of the care."""

from icalendar import Calendar, Event

from mibo import clock
from mibo.booking import Appointment, Status


def event(one: Appointment, address: str) -> bytes:
    """The iCalendar file of one appointment; its id stays the same when it is moved."""
    calendar = Calendar()
    calendar.add("prodid", "-//Mibo//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    entry = Event()
    entry.add("uid", f"{one.reference}@mibo")
    entry.add("sequence", one.version)
    entry.add("dtstamp", clock.now())
    entry.add("dtstart", one.starts_at)
    entry.add("dtend", one.ends_at)
    entry.add("summary", f"Appointment {one.reference}")
    entry.add("location", "Online" if one.mode == "ONLINE" else f"{one.centre.name}, {one.centre.address}")
    entry.add("url", address)
    entry.add("status", "CONFIRMED" if one.status == Status.CONFIRMED else "TENTATIVE")
    entry.add("class", "PRIVATE")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())
