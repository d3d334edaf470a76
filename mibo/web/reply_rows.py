"""What patients write back, as values ready to draw."""

from dataclasses import dataclass

from flask import url_for

from mibo import booking, phone
from mibo.web.filters import moment

ANSWERED = {"mibo_will_call": "answered: we will call", "mibo_please_call": "answered: please call us"}


@dataclass(frozen=True, slots=True)
class Line:
    """One message, whose it is, and what became of it."""

    id: int
    who: str
    href: str
    number: str
    call: str
    words: str
    stopped: bool
    at: str
    centre: str
    done: str
    known: bool
    has_centre: bool


def row(one: booking.reply_inbox.ReplyRow) -> Line:
    """Who wrote, from where, when, and what."""
    href = url_for("desk.appointment", appointment_id=one.about_id) if one.about_id else ""
    if not href and one.patient_id:
        href = url_for("patients.show_patient", patient_id=one.patient_id)
    return Line(
        id=one.id, who=one.patient or "Unknown number", href=href, number=phone.shown(one.phone) if one.phone else "",
        call=one.phone or "", words=one.words or "A picture, a recording or something else that is no text.",
        stopped=one.outcome == "STOPPED", at=moment(one.received_at), centre=one.centre or "", done=_done(one),
        known=bool(one.patient_id and one.phone) and one.outcome != "STOPPED", has_centre=bool(one.centre_phone),
    )  # fmt: skip


def _done(one: booking.reply_inbox.ReplyRow) -> str:
    if one.handled_at is None:
        return ""
    how = ANSWERED.get(one.answered_with or "", "seen to")
    return f"{moment(one.handled_at)}: {how} by {one.handled_by or 'somebody'}"
