"""Messages as lines of the log, and their numbers as a drawing, ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mibo import phone
from mibo.messaging import LANGUAGES, UNWANTED, Message, Tally, templates, wording
from mibo.web.desk_record import MESSAGE_STATES
from mibo.web.filters import moment

CHANNELS = {"WHATSAPP": "WhatsApp", "SMS": "SMS", "EMAIL": "E-mail"}
WHY = {
    UNWANTED: "The patient wants no messages",
    "TOO_LATE": "It would have come too late",
    "WORKER_GONE": "Mibo was interrupted while it sent this",
    "TOO_MANY_ATTEMPTS": "Tried eight times",
    "SECRET_KEY_CHANGED": "The secret key was changed meanwhile",
    "131026": "The number is not on WhatsApp, or cannot get it",
    "131047": "More than a day since they wrote, and not a template",
    "131049": "WhatsApp held it back",
    "131042": "The WhatsApp account has a billing problem",
    "131031": "The WhatsApp account is locked",
    "132001": "The template is not approved in this language",
    "132000": "The template has other variables",
    "132012": "A value did not fit the template",
    "132015": "The template is paused",
    "132016": "The template is switched off",
}
LAYERS = (
    ("read", "Read"),
    ("delivered", "Delivered"),
    ("accepted", "Sent"),
    ("waiting", "Waiting"),
    ("failed", "Not delivered"),
)
HEIGHT, STEP, BAR = 120, 14, 10


@dataclass(frozen=True, slots=True)
class LogLine:
    """One message of the log."""

    at: str
    name: str
    address: str
    what: str
    text: str
    how: str
    state: tuple[str, str, str]
    why: str
    seen: str
    reference: str
    appointment: str


def line(one: Message, references: Mapping[int, str]) -> LogLine:
    """A message as the log shows it; what is sealed is not said."""
    how = [CHANNELS[one.channel]] + ([LANGUAGES[one.language]] if one.language != "en" else [])
    reference = references.get(one.about_id or 0, "")
    return LogLine(
        at=moment(one.created_at),
        name=one.name or "Nobody known yet",
        address=address(one),
        what=templates.KINDS[one.kind],
        text=_text(one),
        how=", ".join(how),
        state=MESSAGE_STATES[one.status],
        why=why(one),
        seen=_seen(one),
        reference=reference,
        appointment=f"/desk/appointments/{one.about_id}" if reference else "",
    )


def address(one: Message) -> str:
    """Where it went: of a mail address only as much as tells it from another."""
    if one.channel != "EMAIL":
        return phone.shown(one.phone)
    name, at, host = (one.email or "").partition("@")
    return f"{name[:1]}•••{at}{host}" if at else "No e-mail address"


def _text(one: Message) -> str:
    if one.template not in wording.SENTENCES or one.kind == "CODE":
        return ""
    try:
        return wording.rendered(one.template, one.body, one.language)
    except KeyError:  # a text that had other gaps when it was sent
        return ""


def why(one: Message) -> str:
    """Why it did not arrive; empty when it did."""
    if one.status in ("DELIVERED", "READ", "SENT") or not one.last_error:
        return ""
    if one.last_error in WHY:
        return WHY[one.last_error]
    return "" if one.status == "PENDING" and not one.attempts else one.last_error


def _seen(one: Message) -> str:
    if one.read_at:
        return f"read {moment(one.read_at)}"
    if one.delivered_at:
        return f"arrived {moment(one.delivered_at)}"
    return f"leaves {moment(one.next_at)}" if one.status == "PENDING" else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A rectangle of the drawing."""

    layer: str
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Days side by side, each a bar of pieces; a table beside it says the same."""

    width: int
    height: int
    bar: int
    most: int
    pieces: Sequence[Piece]
    labels: Sequence[tuple[int, str]]


def chart(days: Sequence[Tally]) -> Chart:
    """The bars, the highest of them as high as the drawing; every seventh day has its date below."""
    most = max((one.total for one in days), default=0)
    pieces, labels = [], []
    for place, one in enumerate(days):
        x, top = place * STEP, HEIGHT
        for layer, _ in LAYERS:
            count = one.counts.get(layer, 0) + (one.counts.get("unsure", 0) if layer == "failed" else 0)
            height = max(round(HEIGHT * count / most), 1) if count else 0
            top -= height
            if height:
                pieces.append(Piece(layer, x, top, height))
        if place % 7 == 0:
            labels.append((x, short_day(one.of)))
    return Chart(max(len(days) * STEP, STEP), HEIGHT, BAR, most, pieces, labels)


def short_day(iso: str) -> str:
    """`1 Dec`, of an ISO day."""
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b}"
