"""The gate before an online appointment: questions first, then the room, for that person and at that time alone (M20).

Where a patient is, and whom to call for them, is needed while they are in the call, and is sealed; it is asked again each
time with what was said last filled in, and forgotten after the policy's days.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clinics, clock, db, people, sealing
from mibo.booking import queries, seen
from mibo.booking.by_video import NotByVideo, check_video
from mibo.booking.gate_rules import (
    CONSENT_VERSION,
    Answers,
    CheckNeeded,
    Doors,
    LinkMissing,
    NoCall,
    NotOpen,
    check_answers,
    doors,
    has_call,
)
from mibo.booking.models import Appointment, CallWish, VideoCheck
from mibo.booking.rules import Status
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.jobs import job
from mibo.people import guardians
from mibo.people.consent_rules import ONLINE, capacity_of

PURPOSE = "whereabouts"
JOINED = "appointment.call_joined"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a patient is during the call, and whom to call if something happens to them."""

    place: str
    contact_name: str
    contact_phone: str


def id_of(reference: str) -> int:
    """Of which appointment it is the reference; 0, which none has, where it is of none. Who may see it is asked elsewhere."""
    return db.session().scalar(select(Appointment.id).where(Appointment.reference == reference.upper())) or 0


def doors_of(one: Appointment) -> Doors:
    """When its call opens and closes. Raises NoCall."""
    if not has_call(one.mode, one.status):
        raise NoCall
    return doors(one.starts_at, one.ends_at, clinics.policy_in_force())


def is_for_minor(one: Appointment) -> bool:
    """Whether its patient may not be alone in the call (security.md line 78)."""
    return guardians.is_minor(people.age_of(one.patient))


def why_not(one: Appointment, *, by: Actor) -> str:
    """What is missing on record so that nobody may join, in words; empty where nothing is."""
    try:
        check_video(one.mode, one.clinician, one.patient, by=by)
    except NotByVideo as error:
        return error.message
    return ""


def answer(reference: str, said: Answers, *, by: Actor) -> Appointment:
    """Keep what was said before the call; said again, what was said last. Raises Missing, NoCall, NotOpen,
    NotByVideo, Invalid.
    """
    one = queries.own_appointment(by, reference=reference)
    if not doors_of(one).are_open(clock.now()):
        raise NotOpen
    check_video(one.mode, one.clinician, one.patient, by=by)
    check_answers(said, is_minor=is_for_minor(one))
    told = Whereabouts(said.place, said.contact_name, said.contact_phone)
    facts = {
        "account_id": by.account_id, "joins_as": said.joins_as, "private": said.private,
        "adult_present": said.adult_present, "consent_version": CONSENT_VERSION, "said_at": clock.now(),
        "whereabouts": sealing.box(PURPOSE).encrypt(json.dumps(asdict(told)).encode()),
    }  # fmt: skip
    kept = insert(VideoCheck).values(appointment_id=one.id, **facts)
    db.session().execute(kept.on_conflict_do_update(index_elements=["appointment_id"], set_=facts))
    audit.record(
        "appointment.call_checked", one.id, by=by.account_id, joins_as=said.joins_as, private=said.private,
        adult_present=said.adult_present, consent=CONSENT_VERSION,
    )  # fmt: skip
    as_whom = capacity_of(own=one.patient_id == by.account_id, is_minor=is_for_minor(one))
    people.consents.note(
        one.patient, ONLINE, given=True, by=by.account_id, capacity=as_whom, version=str(CONSENT_VERSION)
    )
    return one


def check_of(one: Appointment) -> VideoCheck | None:
    """What was said for this very time; what was said before a move does not count, nor what was taken back."""
    found = db.session().scalar(select(VideoCheck).where(VideoCheck.appointment_id == one.id))
    if found is None or found.said_at < doors_of(one).opens_at:
        return None
    return None if people.consents.was_withdrawn(one.patient_id, ONLINE, found.said_at) else found


def enter(reference: str, *, by: Actor) -> str:
    """The address of the room, for the patient or guardian whose it is, noted each time. Raises Missing, NoCall, NotOpen,
    NotByVideo, CheckNeeded, LinkMissing.
    """
    one = queries.own_appointment(by, reference=reference)
    if not doors_of(one).are_open(clock.now()):
        raise NotOpen
    check_video(one.mode, one.clinician, one.patient, by=by)
    check = check_of(one)
    if check is None or check.account_id != by.account_id:
        raise CheckNeeded
    return _room(one, "PATIENT", by)


def enter_as_clinician(one: Appointment, *, by: Actor) -> str:
    """The address of the room for the clinician whose appointment it is, as long as the consultation goes on. Raises Missing,
    NoCall, NotOpen, LinkMissing.
    """
    if not seen.is_own(by, one):
        raise NoCall
    if not is_open_for_clinician(one):
        raise NotOpen
    return _room(one, "CLINICIAN", by)


def is_open_for_clinician(one: Appointment) -> bool:
    """As for the patient, and beyond it while the consultation goes on."""
    if not has_call(one.mode, one.status):
        return False
    now, its = clock.now(), doors_of(one)
    return its.are_open(now) or (one.status == Status.IN_PROGRESS and now >= its.opens_at)


def _room(one: Appointment, side: str, by: Actor) -> str:
    if one.meeting is None or one.meeting.status != "READY" or one.meeting.join_url is None:
        raise LinkMissing
    audit.record(JOINED, one.id, by=by.account_id, side=side)
    return one.meeting.join_url


def whereabouts(check: VideoCheck | None) -> Whereabouts | None:
    """Unsealed; None where nothing was said, it was forgotten, or was sealed under a key that is gone."""
    if check is None or check.whereabouts is None:
        return None
    try:
        return Whereabouts(**json.loads(sealing.box(PURPOSE).decrypt(check.whereabouts)))
    except (sealing.InvalidToken, TypeError, ValueError):
        return None


def checks_of(patient_id: int) -> Sequence[VideoCheck]:
    """All that was said before calls of this patient, the first first."""
    theirs = select(VideoCheck).join(Appointment, Appointment.id == VideoCheck.appointment_id)
    return db.session().scalars(theirs.where(Appointment.patient_id == patient_id).order_by(VideoCheck.said_at)).all()


def said_last(patient_id: int) -> Whereabouts | None:
    """What this patient said before their last call, to be looked at again."""
    newest = (
        select(VideoCheck)
        .join(Appointment, Appointment.id == VideoCheck.appointment_id)
        .where(Appointment.patient_id == patient_id, VideoCheck.whereabouts.is_not(None))
        .order_by(VideoCheck.said_at.desc())
        .limit(1)
    )
    return whereabouts(db.session().scalar(newest))


def ask_for_call(reference: str, *, by: Actor) -> Appointment:
    """The video does not work for them: the centre calls by phone instead. Raises Missing, NoCall, NotOpen."""
    one = queries.own_appointment(by, reference=reference)
    if not doors_of(one).are_open(clock.now()):
        raise NotOpen
    wish = {"asked_at": clock.now(), "done_at": None, "done_by": None}
    asked = insert(CallWish).values(appointment_id=one.id, **wish)
    db.session().execute(
        asked.on_conflict_do_update(index_elements=["appointment_id"], set_=wish, where=CallWish.done_at.is_not(None))
    )
    audit.record("appointment.call_asked", one.id, by=by.account_id)
    return one


def note_called(appointment_id: int, *, by: Actor) -> None:
    """Somebody has called them; once is enough. Raises Refused, Missing."""
    one = seen.staff_locked(appointment_id, by, Permission.SET_MEETINGS)
    done = db.session().execute(
        update(CallWish)
        .where(CallWish.appointment_id == one.id, CallWish.done_at.is_(None))
        .values(done_at=clock.now(), done_by=by.account_id)
        .returning(CallWish.id)
    )
    if done.all():
        audit.record("appointment.call_answered", one.id, by=by.account_id)


def call_wish_of(appointment_id: int) -> CallWish | None:
    """That they asked to be called, and whether somebody did."""
    return db.session().scalar(select(CallWish).where(CallWish.appointment_id == appointment_id))


def told_clinician(one: Appointment, *, by: Actor) -> VideoCheck | None:
    """What was said before the call, for the clinician who is treating them now, and for nobody else or at another time."""
    return check_of(one) if seen.is_own(by, one) and is_open_for_clinician(one) else None


@job
def forget_whereabouts() -> None:
    """Where patients were, and whom to call, is forgotten after the policy's days."""
    over = clock.now() - timedelta(days=clinics.policy_in_force().whereabouts_days)
    with db.transaction() as session:
        session.execute(
            update(VideoCheck)
            .where(VideoCheck.whereabouts.is_not(None), VideoCheck.said_at < over)
            .values(whereabouts=None)
        )
