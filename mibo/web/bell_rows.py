"""Rings of the bell as values ready to draw."""

from dataclasses import dataclass
from datetime import timedelta

from flask import url_for

from mibo import booking, clock
from mibo.web.filters import moment

WORDS = {
    "WISH": "asks to cancel", "REFUND": "Refund to decide", "REFUND_DESK": "Refund to hand over",
    "MESSAGE": "A message did not arrive", "MEETING": "Video call has no link yet", "REPLY": "wrote to the clinic",
    "GLASS": "Your notes were read in an emergency", "EXPORT": "Your export has ended",
}  # fmt: skip
BY_NAME = ("WISH", "REPLY")  # the patient does it
JUST_NOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One of them."""

    id: int
    words: str
    about: str
    since: str
    seen: bool
    over: bool


def row(one: booking.bell.RingRow) -> Line:
    """`Asha Menon asks to cancel`, of which visit, and since when."""
    who = one.patient or "Somebody"
    words = f"{who} {WORDS[one.kind]}" if one.kind in BY_NAME else WORDS[one.kind]
    visit = moment(one.starts_at) if one.starts_at else ""
    about = visit if one.kind in BY_NAME else ", ".join(filter(None, (one.patient, visit)))
    return Line(one.id, words, about, _since(one), one.seen, one.settled_at is not None)


def _since(one: booking.bell.RingRow) -> str:
    return "Just now" if clock.now() - one.rung_at < JUST_NOW else moment(one.rung_at)


def leads_to(kind: str, about_id: int, appointment_id: int | None) -> str:
    """Where one acts on it."""
    if kind in ("REFUND", "REFUND_DESK"):
        return url_for("refunds.one", refund_id=about_id)
    if kind == "GLASS":
        return url_for("emergency.told", opening_id=about_id)
    if kind == "EXPORT":
        return url_for("exports.listing")
    if kind == "REPLY":
        return url_for("replies.inbox", part="waiting" if appointment_id else "unknown")
    return url_for("desk.appointment", appointment_id=appointment_id)
