"""The bell as somebody of the staff hears it: what waits at their centres and is theirs to act on, seen or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, cast, exists, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from mibo import clock, db
from mibo.booking.bell_models import Ring, RingSeen
from mibo.booking.models import Appointment
from mibo.booking.ringing import KEPT_FOR
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Patient

COUNTED_TO = 100
PERMISSIONS = {
    "WISH": Permission.DECIDE_CANCELLATIONS, "REFUND": Permission.DECIDE_REFUNDS, "REFUND_DESK": Permission.GIVE_BACK,
    "MESSAGE": Permission.BOOK_AT_DESK, "MEETING": Permission.BOOK_AT_DESK,
    "REPLY": Permission.ANSWER_REPLIES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RingRow:
    """One ring, with whom and which visit it is about."""

    id: int
    kind: str
    about_id: int
    appointment_id: int | None
    rung_at: datetime
    settled_at: datetime | None
    patient: str | None
    starts_at: datetime | None
    seen: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """How many wait unseen, up to a hundred, and which rang last."""

    unseen: int
    newest: int


def heard(*, by: Actor) -> Heard:
    """What the bell shows, in one statement."""
    unseen = select(Ring.id).where(_theirs(by), Ring.settled_at.is_(None), ~_seen(by)).limit(COUNTED_TO).subquery()
    count, newest = db.session().execute(select(func.count(), func.max(unseen.c.id))).one()
    return Heard(count, newest or 0)


def rings(*, by: Actor, unseen: bool, limit: int, offset: int = 0) -> Sequence[RingRow]:
    """What rang in ninety days, the newest first; `unseen`: what waits and they have not seen."""
    seen = _seen(by)
    wanted = (
        select(
            Ring.id, Ring.kind, Ring.about_id, Ring.appointment_id, Ring.rung_at, Ring.settled_at, Patient.full_name,
            Appointment.starts_at, seen,
        )
        .outerjoin(Appointment, Appointment.id == Ring.appointment_id)
        .outerjoin(Patient, Patient.id == Appointment.patient_id)
        .where(_theirs(by), and_(Ring.settled_at.is_(None), ~seen) if unseen else true())
        .order_by(Ring.rung_at.desc(), Ring.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    return [RingRow(*row) for row in db.session().execute(wanted)]


def see(ring_id: int, *, by: Actor) -> Ring:
    """They have seen it. Raises Missing for one that is not theirs."""
    found = db.session().scalar(select(Ring).where(Ring.id == ring_id, _theirs(by)))
    if found is None:
        raise Missing("We could not find that notice.")
    seen = insert(RingSeen).values(account_id=by.account_id, ring_id=found.id)
    db.session().execute(seen.on_conflict_do_nothing())
    return found


def see_all(*, by: Actor) -> None:
    """They have seen all that waits for them now."""
    waiting = select(cast(by.account_id, RingSeen.account_id.type), Ring.id)
    waiting = waiting.where(_theirs(by), Ring.settled_at.is_(None), ~_seen(by))
    seen = insert(RingSeen).from_select(["account_id", "ring_id"], waiting)
    db.session().execute(seen.on_conflict_do_nothing())


def _seen(by: Actor) -> ColumnElement[bool]:
    return exists().where(RingSeen.ring_id == Ring.id, RingSeen.account_id == by.account_id)


def _theirs(by: Actor) -> ColumnElement[bool]:
    """Of kinds that they may act on, at their centres, of ninety days; what belongs to no centre is for managers. What one
    of them alone is told is theirs wherever they are.
    """
    if by.audience != "STAFF":
        return false()
    kinds = [kind for kind, permission in PERMISSIONS.items() if by.may(permission)]
    here = true() if by.everywhere else Ring.centre_id.in_(by.centre_ids)
    recent, own = Ring.rung_at > clock.now() - KEPT_FOR, Ring.account_id == by.account_id
    return and_(or_(and_(Ring.kind.in_(kinds), here), own), recent) if kinds else and_(own, recent)


def tell(known_by: str, *, account_id: int, about_id: int, appointment_id: int | None, kind: str = "GLASS") -> None:
    """Let one of the staff know of something that was done; said twice it rings once."""
    rung = insert(Ring).values(
        kind=kind, known_by=known_by, about_id=about_id, appointment_id=appointment_id, account_id=account_id
    )
    db.session().execute(rung.on_conflict_do_nothing(index_elements=["known_by"]))


def was_told(about_id: int, *, by: Actor) -> bool:
    """Whether the bell told them of this."""
    told = exists().where(Ring.kind == "GLASS", Ring.about_id == about_id, Ring.account_id == by.account_id)
    return bool(db.session().scalar(select(told)))
