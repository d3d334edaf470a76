"""The worklists as values ready to draw: what waits, since when, and what may be done about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for

from mibo import clock, money, phone
from mibo.booking import AppointmentRow, worklists
from mibo.care import Due
from mibo.identity import Actor
from mibo.web.appointment_rows import Line, lines
from mibo.web.filters import clock_time, day, moment


@dataclass(frozen=True, slots=True)
class Late:
    """A visit that nobody closed."""

    line: Line
    since: str
    begun: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A time that waits for its money: how long still, how its link stands, and what is to be paid."""

    line: Line
    amount: str
    until: datetime
    ends: str
    link: tuple[str, str]
    by_desk: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A patient's wish to cancel."""

    line: Line
    age: str
    asked: str
    reason: str
    back: str


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A patient who is due to come again."""

    id: int
    name: str
    about: str
    clinician: str
    centre: str
    day: str
    due: tuple[str, str, str]
    note: str
    seen: str
    parent: str
    book: str
    again: bool
    told: str


def late(rows: Sequence[AppointmentRow], who: Actor) -> list[Late]:
    """What needs closing."""
    now = clock.now()
    return [
        Late(line, age(now - row.ends_at), row.status == "IN_PROGRESS")
        for row, line in zip(rows, lines(rows, who), strict=True)
    ]


def holds(found: Sequence[worklists.UnpaidHold], who: Actor) -> list[Hold]:
    """The unpaid holds."""
    drawn = lines([one.row for one in found], who)
    return [_hold(one, line) for one, line in zip(found, drawn, strict=True)]


def _hold(one: worklists.UnpaidHold, line: Line) -> Hold:
    until = one.row.held_until
    assert until is not None
    return Hold(line, money.rupees(one.paise), until, clock_time(until), link_of(one), one.row.by_desk)


def link_of(one: worklists.UnpaidHold) -> tuple[str, str]:
    """A key of the table of states, and its words where they are other."""
    if one.link_sent:
        return "LINK_SENT", ""
    if one.link_failed:
        return "LINK_NOT_SENT", ""
    return ("PROCESSING", "Link is being sent") if one.row.by_desk else ("PENDING", "Paying on the web")


def wishes(found: Sequence[worklists.WishToCancel], who: Actor) -> list[Wish]:
    """The wishes to cancel."""
    now = clock.now()
    drawn = lines([one.row for one in found], who)
    return [
        Wish(line, age(now - one.asked_at), moment(one.asked_at), one.reason, money.rupees(one.refund_paise))
        for one, line in zip(found, drawn, strict=True)
    ]


def follow_ups(found: Iterable[Due]) -> list[FollowUpLine]:
    """Who is due to come again."""
    today = clock.today()
    return [_follow_up(one, today) for one in found]


def _follow_up(one: Due, today: date) -> FollowUpLine:
    facts = [phone.shown(one.patient_phone), one.patient_mrn or ""]
    return FollowUpLine(
        id=one.id, name=one.patient_name, about=" · ".join(filter(None, facts)), clinician=one.clinician_name,
        centre=one.centre_name, day=day(one.wanted_on), due=_due(one.days_left(today), one.is_due(today)),
        note=one.note or "", seen=day(one.seen_at),
        parent=url_for("desk.appointment", appointment_id=one.parent_id),
        book=url_for(
            "desk.new_booking", patient=one.patient_id, centre=one.centre_id, clinician=one.clinician_id, mode=one.mode,
            day=max(one.wanted_on, today).isoformat(), follow_up=one.id,
        ), again=one.fell_through, told=day(one.told_at) if one.told_at else '',
    )  # fmt: skip


def _due(left: int, is_due: bool) -> tuple[str, str, str]:
    """How due it is: words, colour and drawing."""
    if left < 0:
        return f"{_days(-left)} overdue", "bad", "warning"
    words = "Today" if left == 0 else f"In {_days(left)}"
    return (words, "pend", "clock") if is_due else (words, "gone", "calendar")


def _days(n: int) -> str:
    return f"{n} day{'' if n == 1 else 's'}"


def age(span: timedelta) -> str:
    """`3 hours`, `2 days`: how long something has waited."""
    hours = span // timedelta(hours=1)
    if hours >= 48:
        return _days(hours // 24)
    if hours:
        return f"{hours} hour{'' if hours == 1 else 's'}"
    minutes = max(0, span // timedelta(minutes=1))
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
