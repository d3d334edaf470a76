"""The tokens behind the links and buttons with which a patient answers: made from a message's key, kept as a hash."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mibo import clock, db, messaging
from mibo.booking.answer_models import AnswerToken
from mibo.booking.models import Appointment
from mibo.booking.rules import Status

STANDS = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED)


def keep_token(one: Appointment, dedupe_key: str) -> None:
    """Whoever has the message of this key may answer for this appointment, at the time that it has now."""
    kept = {
        "token_hash": messaging.hash_of(messaging.token_of(dedupe_key)), "appointment_id": one.id,
        "phone": one.patient.phone, "starts_at": one.starts_at,
    }  # fmt: skip
    db.session().execute(insert(AnswerToken).values(kept).on_conflict_do_nothing())


def locked_token(token_hash: bytes) -> AnswerToken | None:
    """Its row, locked: of two who come with it at once, one waits."""
    return db.session().scalar(select(AnswerToken).where(AnswerToken.token_hash == token_hash).with_for_update())


def still_good(token: AnswerToken, one: Appointment) -> bool:
    """As long as the appointment stands at that time, on that phone, and was not moved with it."""
    same = (one.starts_at, one.patient.phone) == (token.starts_at, token.phone)
    return one.status in STANDS and same and token.moved_at is None and clock.now() < one.starts_at
