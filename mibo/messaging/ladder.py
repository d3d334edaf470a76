"""The ladder: whom one way does not reach is tried by the next, and at last called by the desk (M3).

One way at a time: the database holds each way at most once for a message, and only one of them under way.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import clock, db
from mibo.messaging import channels
from mibo.messaging.actions import wait_for
from mibo.messaging.models import ARRIVED, CHANNELS, Message, PhoneCall

OTHER_WAY = "OTHER_WAY"  # given up here, because another way is tried
ARRIVED_OTHERWISE = "ARRIVED_OTHERWISE"


def is_stuck(patience: timedelta) -> ColumnElement[bool]:
    """What did not reach anybody: refused, or tried that long ago without news. Only WhatsApp tells that it arrived, so
    an SMS or a mail that was accepted counts as told.
    """
    waited = Message.tried_at <= func.now() - patience
    silent = or_(
        Message.status == "UNKNOWN",
        and_(Message.status == "SENT", Message.channel == "WHATSAPP"),
        and_(Message.status == "PENDING", Message.attempts > 0),
    )
    return and_(
        # written out, so that the planner sees that the partial index holds them all
        literal_column("message.climbed_at is null and message.climbs_until is not null"),
        literal_column("message.status in ('PENDING', 'SENT', 'FAILED', 'UNKNOWN')"),
        Message.climbs_until > func.now(),
        or_(Message.not_after.is_(None), Message.not_after > func.now()),
        or_(Message.status == "FAILED", and_(silent, waited)),
    )


def leave(message: Message) -> None:
    """No other way is tried for this message."""
    message.climbed_at = clock.now()


def climb(message: Message, *, phone: str, email: str | None) -> str | None:
    """Try the next way that is open, or have the desk call; which it is, or None where somebody was reached meanwhile.

    The message is locked. Its former way is given up first, so that never two are under way.
    """
    leave(message)
    tried = db.session().execute(
        select(Message.channel, Message.status).where(Message.dedupe_key == message.dedupe_key)
    ).all()  # fmt: skip
    if any(status in ARRIVED for _, status in tried):
        return None
    if message.status == "PENDING":
        message.status, message.last_error = "DROPPED", OTHER_WAY
    db.session().flush()
    used = {channel for channel, _ in tried}
    way = next((each for each in CHANNELS if each not in used and channels.is_open(each, email)), None)
    if way is None:
        _have_called(message)
        return "CALL"
    _promise(message, way, phone, email, rung=len(used))
    return way


def _promise(message: Message, way: str, phone: str, email: str | None, *, rung: int) -> None:
    wait = wait_for(message.template, 0, message.not_after, message.climbs_until)
    same = ("dedupe_key", "kind", "language", "template", "name", "body", "link", "about_id", "patient_id", "centre_id",
            "not_after", "climbs_until")  # fmt: skip
    again = {name: getattr(message, name) for name in same}
    own = {"channel": way, "phone": phone, "email": email, "rung": rung, "next_at": func.now() + wait}
    db.session().execute(insert(Message).values(again | own).on_conflict_do_nothing())


def _have_called(message: Message) -> None:
    call = {"dedupe_key": message.dedupe_key, "message_id": message.id, "about_id": message.about_id,
            "patient_id": message.patient_id, "centre_id": message.centre_id, "until": message.climbs_until}  # fmt: skip
    db.session().execute(insert(PhoneCall).values(call).on_conflict_do_nothing())


def step_down(dedupe_key: str) -> None:
    """It did arrive, if late: no other way is tried, and nobody is called."""
    session = db.session()
    rungs = Message.dedupe_key == dedupe_key, Message.rung > 0, Message.status == "PENDING"
    session.execute(update(Message).where(*rungs).values(status="DROPPED", last_error=ARRIVED_OTHERWISE))
    waiting = PhoneCall.dedupe_key == dedupe_key, PhoneCall.status == "OPEN"
    session.execute(update(PhoneCall).where(*waiting).values(status="NOT_NEEDED"))
