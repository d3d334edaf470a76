"""Reading in an emergency: whoever has the right to read, but does not treat the patient, says why and reads for half an hour.

Whoever wrote is told at once, by their bell; administrators see every opening with its reason, the patient when and by whom.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true, union
from sqlalchemy.orm import joinedload

from mibo import audit, booking, clock, db, sealing
from mibo.booking import Appointment
from mibo.care.models import ConsultationNote, GlassOpening
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Account, Actor
from mibo.identity.permissions import Permission
from mibo.people import Clinician, HistoryLine, MedicalNote, Patient, PatientMerge
from mibo.phrases import phrase
from mibo.turns import in_turn

READ_FOR = timedelta(minutes=30)
REASON_SHORTEST = 15
REASON_LENGTH = 500
CLINICIAN = phrase("Clinician")
ADMINISTRATOR = phrase("Administrator")
UNKNOWN = "We know no patient of your centres by this. Enter the MRN, or the reference of a visit."


@dataclass(frozen=True, slots=True)
class Seen:
    """A patient, and the last time that this person broke the glass, be it over; None when they never did."""

    patient: Patient
    opening: GlassOpening | None


@dataclass(frozen=True, slots=True)
class Opening:
    """Who read whose notes, from when until when, and why."""

    id: int
    patient_id: int
    patient: str
    account_id: int
    who: str
    opened_at: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An opening as the patient is told of it: when, and by whom, not why."""

    patient_id: int
    who: str
    role: str
    opened_at: datetime


def is_open(by: Actor) -> ColumnElement[bool]:
    """Whether this person broke the glass of the patient less than half an hour ago; `appointment` must be joined."""
    return _theirs(by, Appointment.patient_id).correlate(Appointment).exists()


def _theirs(by: Actor, patient: object) -> Select[int]:
    return select(GlassOpening.id).where(
        GlassOpening.patient_id == patient, GlassOpening.account_id == by.account_id, GlassOpening.until > clock.now()
    )


def break_glass(patient_id: int, reason: str, *, by: Actor) -> GlassOpening:
    """Open what was written of a patient for half an hour, and tell whoever wrote it; while it is open, once. Whether they
    gave their second factor just now has been asked before. Raises Missing, Refused, Invalid.
    """
    patient = seen(patient_id, by=by).patient
    words = check_reason(reason)
    session = db.session()
    session.execute(select(Patient.id).where(Patient.id == patient.id).with_for_update(key_share=True))
    if (
        standing := session.scalar(select(GlassOpening).where(GlassOpening.id.in_(_theirs(by, patient.id))))
    ) is not None:
        return standing
    now = clock.now()
    new_id = session.scalars(select(db.entity_id.next_value())).one()
    made = GlassOpening(id=new_id, patient_id=patient.id, account_id=by.account_id, opened_at=now, until=now + READ_FOR)
    sealed = sealing.seal_note(words, made.about)
    made.key_name, made.key, made.reason = sealed.key_name, sealed.key, sealed.text
    session.add(made)
    session.flush()
    told = _tell_writers(made, by)
    audit.record("note.glass_broken", patient.id, by=by.account_id, opening=made.id, told=told)
    return made


def check_reason(typed: str) -> str:
    """The reason as it is kept. Raises Invalid at `reason`."""
    words = " ".join(typed.split())
    if len(words) < REASON_SHORTEST:
        raise Invalid.field("reason", f"Say why in a sentence: at least {REASON_SHORTEST} letters.")
    if len(words) > REASON_LENGTH:
        raise Invalid.field("reason", f"That is too long. It may have up to {REASON_LENGTH} letters.")
    return words


def _tell_writers(made: GlassOpening, by: Actor) -> int:
    """Everybody who wrote of this patient: of their consultations, or in their record. How many are told."""
    of_visits = (
        select(Clinician.account_id)
        .join(Appointment, Appointment.clinician_id == Clinician.id)
        .join(ConsultationNote, ConsultationNote.appointment_id == Appointment.id)
        .where(Appointment.patient_id == made.patient_id, Clinician.account_id.is_not(None))
    )
    in_record = [select(one.author_id).where(one.patient_id == made.patient_id) for one in (MedicalNote, HistoryLine)]
    visit = select(func.max(Appointment.id)).where(Appointment.patient_id == made.patient_id)
    newest = db.session().scalar(visit)
    writers = set(db.session().scalars(union(of_visits, *in_record))) - {by.account_id}
    for account_id in writers:
        booking.bell.tell(
            f"GLASS:{made.id}:{account_id}", account_id=account_id, about_id=made.id, appointment_id=newest
        )
    return len(writers)


def patient_called(typed: str, *, by: Actor) -> Patient:
    """The patient whose whole MRN this is, or the reference of one of their visits, at a centre of theirs. Nothing is
    found by a part, so that nobody can be looked up here. Raises Invalid at `who`.
    """
    word = typed.strip()
    visited = select(Appointment.patient_id).where(Appointment.reference == word.upper())
    found = _in_reach(or_(func.lower(Patient.mrn) == word.lower(), Patient.id.in_(visited)), by=by) if word else None
    if found is None:
        raise Invalid.field("who", UNKNOWN)
    return found


def _in_reach(which: ColumnElement[bool], *, by: Actor) -> Patient | None:
    """A patient of every centre, or who has been booked at one of theirs. Raises Refused for who may never read."""
    if not by.may(Permission.BREAK_GLASS):
        raise Refused
    here = Appointment.centre_id.in_(by.centre_ids | by.practice_ids)
    booked = exists().where(Appointment.patient_id == Patient.id, here)
    reached = true() if by.everywhere else booked
    return db.session().scalar(select(Patient).where(which, Patient.merged_into_id.is_(None), reached).limit(1))


def seen(patient_id: int, *, by: Actor) -> Seen:
    """The patient as who reads in an emergency sees them. Raises Missing, Refused."""
    patient = _in_reach(Patient.id == patient_id, by=by)
    if patient is None:
        raise Missing("We could not find that patient.")
    wanted = select(GlassOpening).where(GlassOpening.patient_id == patient_id, GlassOpening.account_id == by.account_id)
    return Seen(patient, db.session().scalar(wanted.order_by(GlassOpening.until.desc()).limit(1)))


def reads(patient_id: int, *, by: Actor) -> bool:
    """Whether they may read in an emergency right now."""
    return db.session().scalar(_theirs(by, patient_id).limit(1)) is not None


def opening(opening_id: int, *, by: Actor) -> Opening:
    """One opening, for whoever was told of it and for administrators. Raises Missing."""
    found = db.session().scalar(_in_full().where(GlassOpening.id == opening_id))
    if found is None or not (by.may(Permission.SEE_GLASS) or booking.bell.was_told(opening_id, by=by)):
        raise Missing("We could not find that notice.")
    return _shown(found)


def openings(*, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Opening]:
    """Every time somebody read in an emergency, the newest first or as they were made (`turns`)."""
    newest = (GlassOpening.opened_at.desc(), GlassOpening.id.desc())
    wanted = in_turn(_in_full(), GlassOpening.id, made_after, *newest)
    return [_shown(one) for one in db.session().scalars(wanted.limit(limit).offset(offset))]


def readings_of(patient_ids: Sequence[int]) -> Sequence[Reading]:
    """Each time somebody read in an emergency what was written of these patients, or of a record that was merged into
    theirs; the newest first.
    """
    theirs = (
        select(Patient.id.label("id"), Patient.id.label("kept_id"))
        .where(Patient.id.in_(patient_ids))
        .cte(recursive=True)
    )
    merged = select(PatientMerge.merged_id, theirs.c.kept_id).where(
        PatientMerge.kept_id == theirs.c.id, PatientMerge.undone_at.is_(None)
    )
    theirs = theirs.union_all(merged)
    wanted = (
        select(theirs.c.kept_id, Account.full_name, Clinician.id, Clinician.title, GlassOpening.opened_at)
        .join(theirs, theirs.c.id == GlassOpening.patient_id)
        .join(Account, Account.id == GlassOpening.account_id)
        .outerjoin(Clinician, Clinician.account_id == Account.id)
        .order_by(GlassOpening.opened_at.desc(), GlassOpening.id.desc())
    )
    return [
        Reading(patient_id, who, (title or CLINICIAN) if clinician else ADMINISTRATOR, opened_at)
        for patient_id, who, clinician, title, opened_at in db.session().execute(wanted)
    ]


def _in_full() -> Select[GlassOpening]:
    return select(GlassOpening).options(
        joinedload(GlassOpening.patient, innerjoin=True), joinedload(GlassOpening.account, innerjoin=True)
    )


def _shown(one: GlassOpening) -> Opening:
    reason = sealing.open_note(sealing.Sealed(one.key_name, one.key, one.reason), one.about)
    return Opening(
        one.id, one.patient_id, one.patient.full_name, one.account_id, one.account.full_name, one.opened_at, one.until,
        reason,
    )  # fmt: skip
