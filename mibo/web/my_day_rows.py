"""A clinician's day as values ready to draw. No money and no whole phone number stand on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import get_template_attribute, url_for

from mibo import care, clinics, clock, people, phone
from mibo.booking import Appointment, Status, gate
from mibo.care import Visit
from mibo.web.desk_words import MODES, Standing, minutes
from mibo.web.filters import clock_time, day, moment

Is = Callable[[Visit], bool]


def _is(*statuses: str) -> Is:
    return lambda visit: visit.appointment.status in statuses


FILTERS: dict[str, tuple[str, Is]] = {
    "all": ("All", lambda _: True),
    "waiting": ("Waiting", lambda visit: visit.has_arrived),
    "ongoing": ("Ongoing", _is(Status.IN_PROGRESS)),
    "confirmed": ("Confirmed", _is(Status.CONFIRMED, Status.CANCELLATION_REQUESTED)),
    "completed": ("Completed", _is(Status.COMPLETED)),
    "cancelled": ("Cancelled", _is(Status.CANCELLED)),
    "missed": ("No-show", _is(Status.NO_SHOW)),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One visit: the list draws part of it, the card of the next one all of it."""

    id: int
    version: int
    who: str
    when: str
    until: str
    mode: str
    centre: str
    nth: str
    look: str
    icon: str
    words: str
    href: str
    facts: Sequence[tuple[str, object]]
    note: str
    join: str
    join_from: str
    starts_from: str
    may_start: bool
    asks_guardian: bool
    may_end: bool
    may_miss: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows."""

    counts: Sequence[tuple[str, str, int, bool]]
    ongoing: Sequence[Card]
    next_up: Card | None
    lines: Sequence[Card]
    hidden: int
    centres: Sequence[tuple[int, str]]


def look(visits: Sequence[Visit], wanted: str) -> Shown:
    """The day, of which `wanted` is shown in the list."""
    _, belongs = FILTERS.get(wanted, FILTERS["all"])
    listed = [card(visit) for visit in visits if belongs(visit)]
    upcoming = next_of(visits)
    places = {visit.appointment.centre_id: visit.appointment.centre.short_name for visit in visits}
    return Shown(
        counts=[
            (name, words, sum(map(fits, visits)), name == wanted)
            for name, (words, fits) in FILTERS.items()
            if name != "missed" or any(map(fits, visits))
        ],
        ongoing=[card(visit) for visit in visits if visit.appointment.status == Status.IN_PROGRESS],
        next_up=card(upcoming) if upcoming else None,
        lines=listed,
        hidden=len(visits) - len(listed),
        centres=sorted(places.items(), key=lambda place: place[1]),
    )


def next_of(visits: Sequence[Visit]) -> Visit | None:
    """Who sits in the waiting room longest overdue, or else who comes next; what is over and not closed comes last."""
    waiting = [visit for visit in visits if visit.has_arrived]
    to_come = [visit for visit in visits if visit.appointment.status == Status.CONFIRMED]
    ahead = [visit for visit in to_come if visit.appointment.ends_at > clock.now()]
    return next(iter([*waiting, *ahead, *to_come]), None)


def card(visit: Visit) -> Card:
    """One visit."""
    one, now, policy = visit.appointment, clock.now(), clinics.policy_in_force()
    key, words = _standing(one).reads(now)
    colour, icon, own = get_template_attribute("ui/tags.html", "statuses")[key]
    opens = one.starts_at - timedelta(minutes=policy.start_early_minutes)
    doors = one.starts_at - timedelta(minutes=policy.join_minutes_before)
    confirmed = one.status == Status.CONFIRMED
    live = confirmed or one.status == Status.IN_PROGRESS
    age = people.age_of(one.patient)
    return Card(
        id=one.id,
        version=one.version,
        who=one.patient.full_name,
        when=_when(one.starts_at),
        until=clock_time(one.ends_at),
        mode=MODES[one.mode],
        centre=one.centre.short_name,
        nth="First visit" if visit.nth == 1 else f"Visit {visit.nth}",
        look=colour,
        icon=get_template_attribute("ui/icons.html", "icon")(icon),
        words=words or own,
        href=url_for("my_day.visit", appointment_id=one.id),
        facts=[
            ("Age", age if age is not None else "–"),
            ("Phone", phone.masked(one.patient.phone)),
            ("MRN", one.patient.mrn or "–"),
        ],
        note=one.patient_note or "",
        join=url_for("video_calls.clinician_room", appointment_id=one.id)
        if _has_link(one) and gate.is_open_for_clinician(one)
        else "",
        join_from=clock_time(doors) if live and one.mode == "ONLINE" and now < doors else "",
        starts_from=_when(opens) if confirmed and now < opens else "",
        may_start=confirmed and now >= opens,
        asks_guardian=care.asks_for_guardian(one),
        may_end=one.status == Status.IN_PROGRESS or (confirmed and now >= opens),
        may_miss=confirmed and one.arrived_at is None and now >= one.starts_at,
    )


def _when(at: datetime) -> str:
    return clock_time(at) if clock.clinic_day(at) == clock.today() else moment(at)


def _has_link(one: Appointment) -> bool:
    return one.meeting is not None and one.meeting.status == "READY"


def _standing(one: Appointment) -> Standing:
    return Standing(
        one.status, one.mode, one.held_until, one.arrived_at, one.started_at, by_desk=False, link_sent=False,
        link_failed=False, meeting_ready=_has_link(one),
    )  # fmt: skip


def lasted(one: Appointment) -> str:
    """`10:02 am to 10:51 am, 49 min`, of a consultation that is over."""
    if one.started_at is None or one.ended_at is None:
        return ""
    length = minutes(one.ended_at - one.started_at)
    return f"{day(one.started_at)}, {clock_time(one.started_at)} to {clock_time(one.ended_at)}, {length} min"
