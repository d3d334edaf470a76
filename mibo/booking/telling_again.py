"""Staff have a patient told again what they were told before: at most once an hour, to the phone of the booking (P3)."""

from typing import Any

from sqlalchemy import select

from mibo import audit, clock, db, people
from mibo.booking import seen, telling
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging import Message, wording


class NothingToTell(Conflict):
    """It is not confirmed, or over."""

    code = "NOTHING_TO_TELL"
    message = "The appointment is not confirmed, or is over, so there is nothing to tell."


def confirm_again(appointment_id: int, *, by: Actor) -> int:
    """Promise the confirmation once more; the id of its message. Raises Refused, Missing, NothingToTell."""
    one = _standing(appointment_id, by, Permission.BOOK_AT_DESK)
    return _tell(one, telling.confirmation_of(one), "confirmed-again", by)


def remind_again(appointment_id: int, *, by: Actor) -> int:
    """Remind now; the id of the message. Raises Refused, Missing, NothingToTell."""
    one = _standing(appointment_id, by, Permission.OVERSEE_MESSAGES)
    about: dict[str, Any] = {"when": clock.local(one.starts_at), "reference": one.reference}
    where = telling.where(one.mode, one.centre.short_name)
    name = one.patient.full_name
    told = (
        wording.reminder_online(name, **about, where=where, link=f"my/{one.reference}")
        if one.mode == "ONLINE"
        else wording.reminder(name, **about, where=where)
    )
    return _tell(one, told, "reminded-again", by)


def _standing(appointment_id: int, by: Actor, permission: Permission) -> Appointment:
    one = seen.staff_locked(appointment_id, by, permission)
    if one.status != Status.CONFIRMED or one.starts_at <= clock.now():
        raise NothingToTell
    return one


def _tell(one: Appointment, told: wording.Wording, what: str, by: Actor) -> int:
    key = f"{what}:{one.id}:{one.version}:{clock.now():%Y%m%d%H}"
    message_id = people.inbox.tell(
        told, one.patient, dedupe_key=key, about_id=one.id, not_after=one.starts_at, centre_id=one.centre_id,
        concerns_at=one.starts_at,
    )  # fmt: skip
    if message_id is None:
        return (
            db.session().scalars(select(Message.id).where(Message.dedupe_key == key).order_by(Message.rung)).first()
            or 0
        )
    audit.record("appointment.told_again", one.id, by=by.account_id, what=what)
    return message_id
