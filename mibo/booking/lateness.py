"""A clinician runs late: the next patients of the day are told, once for each delay, and for a moment it can be undone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from mibo import audit, clinics, clock, db, messaging, people
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message, wording
from mibo.people import Clinician

REACH = timedelta(hours=4)  # by then the delay has grown or gone
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 180
TEMPLATE = "mibo_running_late"


class GoneAlready(Conflict):
    """The messages have left, so they cannot be taken back."""

    code = "GONE_ALREADY"
    message = "The messages have left already, so they cannot be taken back."


@dataclass(frozen=True, slots=True)
class Waiter:
    """A patient who will be told, and what they were told before: about how many minutes, and whether that has
    not left yet.
    """

    appointment: Appointment
    told_minutes: int | None
    not_left: bool

    def knows(self, minutes: int) -> bool:
        """Whether they were told of this very delay."""
        return self.told_minutes == minutes


def who_waits(clinician_id: int, centre_id: int, minutes: int, *, by: Actor) -> Sequence[Waiter]:
    """The patients whom a delay of so many minutes touches: confirmed, not begun, in the next hours of today. Raises
    Missing, Invalid.
    """
    check_reach(clinician_id, centre_id, by)
    _check_minutes(minutes)
    return _waiters(clinician_id, centre_id, minutes)


def tell_running_late(clinician_id: int, centre_id: int, minutes: int, *, by: Actor) -> Sequence[Appointment]:
    """Tell them that it begins about so many minutes late; who knows that already is not told again. The messages wait
    for a moment, in which `take_back_running_late` undoes it. Raises Missing, Invalid.
    """
    check_reach(clinician_id, centre_id, by)
    _check_minutes(minutes)
    wait_s = clinics.policy_in_force().undo_seconds
    waiters = [one.appointment for one in _waiters(clinician_id, centre_id, minutes) if not one.knows(minutes)]
    taken_back = _taken_back([one.id for one in waiters])
    told = [one for one in waiters if _tell(one, minutes, taken_back.get(one.id, 0), wait_s)]
    if told:
        ids = [one.id for one in told]
        audit.record("clinician.runs_late", clinician_id, by=by.account_id, centre=centre_id, minutes=minutes, told=ids)
    return told


def take_back_running_late(clinician_id: int, centre_id: int, minutes: int, *, by: Actor) -> int:
    """Take back what has not left yet; how many are not told after all. Raises Missing, GoneAlready."""
    check_reach(clinician_id, centre_id, by)
    waiting = (
        select(Message.dedupe_key)
        .join(Appointment, Appointment.id == Message.about_id)
        .where(
            _of(clinician_id, centre_id), Message.template == TEMPLATE, Message.status == "PENDING",
            Message.body["minutes"].astext == str(minutes),
        )
    )  # fmt: skip
    keys = db.session().scalars(waiting).all()
    if not keys:
        raise GoneAlready
    messaging.withdraw(*keys)
    audit.record("clinician.late_taken_back", clinician_id, by=by.account_id, centre=centre_id, minutes=minutes)
    return len(keys)


def check_reach(clinician_id: int, centre_id: int, by: Actor) -> Clinician:
    """The clinician, if their day at this centre is one's own, or at a centre of one's own. Raises Missing."""
    clinician = db.session().get(Clinician, clinician_id)
    own = clinician_id == by.clinician_id
    theirs = own or (by.reaches(centre_id) and by.roles != {Role.CLINICIAN})
    if clinician is None or not theirs or not people.works_at(clinician_id, centre_id):
        raise Missing("We could not find that clinician.")
    return clinician


def _check_minutes(minutes: int) -> None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        raise Invalid.field("minutes", f"Give from {SHORTEST_MINUTES} to {LONGEST_MINUTES} minutes.")


def _of(clinician_id: int, centre_id: int) -> ColumnElement[bool]:
    return and_(Appointment.clinician_id == clinician_id, Appointment.centre_id == centre_id)


def _waiters(clinician_id: int, centre_id: int, minutes: int) -> list[Waiter]:
    """Who was due a moment ago and would begin still later is among them."""
    now = clock.now()
    _, midnight = clock.day_span(clock.today())
    found = db.session().scalars(
        select(Appointment)
        .where(
            _of(clinician_id, centre_id), Appointment.status == Status.CONFIRMED,
            Appointment.starts_at > now - timedelta(minutes=minutes),
            Appointment.starts_at < min(now + REACH, midnight),
        )
        .options(joinedload(Appointment.patient, innerjoin=True))
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()  # fmt: skip
    told = _told(found)
    return [Waiter(one, *told.get(_subject(one), (None, False))) for one in found]


def _subject(one: Appointment) -> str:
    """The appointment at its time: who is moved is told anew."""
    return f"late:{one.id}:{clock.local(one.starts_at):%Y%m%d%H%M}:"


def _told(found: Sequence[Appointment]) -> dict[str, tuple[int | None, bool]]:
    """What each was told last, and has not been taken back."""
    said = db.session().execute(
        select(Message.dedupe_key, Message.body["minutes"].astext, Message.status)
        .where(
            Message.about_id.in_([one.id for one in found]), Message.template == TEMPLATE, Message.status != "DROPPED"
        )
        .order_by(Message.id)
    )
    subjects = [_subject(one) for one in found]
    return {
        subject: (int(minutes), status == "PENDING")
        for key, minutes, status in said
        for subject in subjects
        if key.startswith(subject)
    }


def _taken_back(ids: Collection[int]) -> dict[int, int]:
    """How often each was taken back: said again, it is a new message."""
    dropped = Message.about_id.in_(ids), Message.template == TEMPLATE, Message.status == "DROPPED"
    rows = db.session().execute(select(Message.about_id, func.count()).where(*dropped).group_by(Message.about_id))
    return {about: count for about, count in rows if about is not None}


def _tell(one: Appointment, minutes: int, again: int, wait_s: int) -> bool:
    when: datetime = clock.local(one.starts_at)
    said = wording.running_late(one.patient.full_name, when=when, minutes=minutes, reference=one.reference)
    promised = people.inbox.tell(
        said,
        one.patient,
        dedupe_key=f"{_subject(one)}{minutes}:{again}",
        about_id=one.id,
        not_after=one.starts_at + timedelta(minutes=minutes),
        wait_s=wait_s,
        centre_id=one.centre_id,
    )
    return promised is not None
