"""Two records found to be one person: everything moves to the one, and for a day it can be moved back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from mibo import audit, clock, db, identity, payments, people
from mibo.booking import actions
from mibo.booking.at_desk import WrongPatient
from mibo.booking.models import Appointment, QueueEntry, Series
from mibo.booking.patients import patient_within_reach
from mibo.booking.queue_rules import HERE
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.errors import Conflict, Missing
from mibo.identity import Account, Actor
from mibo.messaging import Message
from mibo.payments import Payment
from mibo.people import (
    Consent,
    HistoryLine,
    MedicalNote,
    Notice,
    Patient,
    PatientDocument,
    PatientMerge,
    RightsRequest,
    search,
)

UNDO_WITHIN = timedelta(hours=24)
LIKELY_AT_MOST = 10
IN_THE_WAY = ("appointment_patient_free", "uq_payment_registration_once", "ix_queue_entry_once")
OF_A_PATIENT: tuple[tuple[str, Any], ...] = (
    ("appointments", Appointment), ("payments", Payment), ("notes", MedicalNote), ("series", Series),
    ("queue", QueueEntry), ("notices", Notice), ("consents", Consent), ("history", HistoryLine), ("documents", PatientDocument),
    ("requests", RightsRequest),
)  # fmt: skip


class CannotMerge(Conflict):
    """These two records cannot become one as they stand."""

    code = "CANNOT_MERGE"


class CannotUndo(Conflict):
    """A merge is kept once a day has passed, or something else has been built on it."""

    code = "CANNOT_UNDO"


@dataclass(frozen=True)
class Preview:
    """What a merge would move to the record that is kept, and what stands in its way."""

    kept: Patient
    merged: Patient
    appointments: int
    payments: int
    messages: int
    notes: int
    mrn: str | None
    registration: bool
    fee_goes_back: bool
    account_closes: bool
    overlaps: Sequence[tuple[Appointment, Appointment]]
    refusal: str


def likely_doubles(one: Patient) -> Sequence[Patient]:
    """Other records that may be the same person's: the same phone first, then the nearest names."""
    same = Patient.phone == one.phone
    near = func.similarity(func.lower(Patient.full_name), one.full_name.lower())
    wanted = select(Patient).where(
        Patient.id != one.id, Patient.active, Patient.merged_into_id.is_(None), search.same_or_like(one)
    )
    return db.session().scalars(wanted.order_by(same.desc(), near.desc(), Patient.id).limit(LIKELY_AT_MOST)).all()


def merge_preview(kept_id: int, merged_id: int, *, by: Actor) -> Preview:
    """What would happen. Raises Missing."""
    kept, merged = _two(kept_id, merged_id, by)
    return Preview(
        kept=kept,
        merged=merged,
        appointments=_count(Appointment, merged.id),
        payments=_count(Payment, merged.id),
        messages=db.session().scalar(
            select(func.count())
            .select_from(Message)
            .where(Message.about_id.in_(select(Appointment.id).where(Appointment.patient_id == merged.id)))
        )
        or 0,
        notes=_count(MedicalNote, merged.id),
        mrn=merged.mrn if not kept.mrn else None,
        registration=bool(merged.registration_paid_at and not kept.registration_paid_at),
        fee_goes_back=payments.second_registration(kept.id, merged.id) is not None,
        account_closes=_account_closes(kept, merged),
        overlaps=(overlaps := _overlaps(kept.id, merged.id)),
        refusal=_refusal(kept, merged, overlapping=bool(overlaps)),
    )


def merge(kept_id: int, merged_id: int, last_four: str, *, by: Actor) -> PatientMerge:
    """Move everything of `merged` to `kept`, in one go; `last_four` is what was typed of the merged record's phone.

    Raises Missing, WrongPatient, CannotMerge.
    """
    _lock_all_of(kept_id, merged_id)
    kept, merged = _two(kept_id, merged_id, by)
    if merged.phone[-4:] != last_four:
        raise WrongPatient
    _clear_ended_holds(kept.id, merged.id)
    if refusal := _refusal(kept, merged, overlapping=bool(_overlaps(kept.id, merged.id))):
        raise CannotMerge(refusal)
    try:
        with db.session().begin_nested():
            moved = _move(kept, merged)
            db.session().flush()
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") not in IN_THE_WAY:
            raise
        raise CannotMerge("Something was booked or paid in the meantime. Please look again.") from None
    done = PatientMerge(kept_id=kept.id, merged_id=merged.id, moved=moved, merged_by=by.account_id)
    db.session().add(done)
    db.session().flush()
    audit.record("patient.merged", kept.id, by=by.account_id, merged=merged.id, merge=done.id, moved=moved)
    audit.record("patient.merged_away", merged.id, by=by.account_id, kept=kept.id, merge=done.id)
    return done


def undo_merge(merge_id: int, *, by: Actor) -> PatientMerge:
    """Move back what was moved, within a day. Raises Missing, CannotUndo."""
    done = db.session().get(PatientMerge, merge_id, with_for_update=True, populate_existing=True)
    if done is None:
        raise Missing("We could not find that merge.")
    _lock_all_of(done.kept_id, done.merged_id)
    kept, merged = (db.session().get_one(Patient, one) for one in (done.kept_id, done.merged_id))
    if done.undone_at or done.merged_at < clock.now() - UNDO_WITHIN:
        raise CannotUndo("A merge can be undone once, within a day.")
    if kept.merged_into_id or merged.merged_into_id != kept.id:
        raise CannotUndo("This record has been merged again since. Undo that first.")
    _move_back(kept, merged, done.moved)
    done.undone_at, done.undone_by = clock.now(), by.account_id
    db.session().flush()
    audit.record("patient.unmerged", kept.id, by=by.account_id, merged=merged.id, merge=done.id)
    return done


def _lock_all_of(kept_id: int, merged_id: int) -> None:
    """Both records with what is theirs: series, appointments in the order of time, then the patients, as everywhere."""
    both = (kept_id, merged_id)
    series = select(Series.id).where(Series.patient_id.in_(both)).order_by(Series.id)
    db.session().scalars(series.with_for_update(key_share=True)).all()
    visits = select(Appointment.id).where(Appointment.patient_id.in_(both))
    actions.lock_in_order(db.session().scalars(visits).all())
    people.lock_patients(*both)


def _two(kept_id: int, merged_id: int, by: Actor) -> tuple[Patient, Patient]:
    kept, merged = (patient_within_reach(one, by=by) for one in (kept_id, merged_id))
    if kept.id == merged.id or kept.merged_into_id or merged.merged_into_id:
        raise Missing("We could not find that patient.")
    return kept, merged


def _refusal(kept: Patient, merged: Patient, *, overlapping: bool) -> str:
    if not (kept.active and merged.active):
        return "One of the two records is not active."
    if merged.id == merged.account_id and kept.account_id == merged.account_id:
        return "This phone belongs to the record that would go. Open that record and merge this one into it."
    if merged.id == merged.account_id and any(one.id != merged.id for one in people.all_of(merged.account_id)):
        return (
            "There is family on the phone of the record that would go. Change their phone first, or keep that record."
        )
    if overlapping:
        return "Both records have an appointment at the same time. Cancel or move one of them first."
    return ""


def _account_closes(kept: Patient, merged: Patient) -> bool:
    """A phone on which nobody is left opens the record that is kept (`people.welcome_patient`), or says where it is."""
    others = [one for one in people.all_of(merged.account_id) if one.id != merged.id]
    return merged.account_id != kept.account_id and not others


def _overlaps(kept_id: int, merged_id: int) -> Sequence[tuple[Appointment, Appointment]]:
    one, other = aliased(Appointment), aliased(Appointment)
    now = clock.now()
    found = db.session().execute(
        select(one, other)
        .where(
            one.patient_id == kept_id, other.patient_id == merged_id,
            one.status.in_(HOLDS_TIME), other.status.in_(HOLDS_TIME),
            one.starts_at < other.ends_at, other.starts_at < one.ends_at,
            (one.status != Status.PENDING) | (one.held_until > now),
            (other.status != Status.PENDING) | (other.held_until > now),
        )
        .options(joinedload(one.clinician), joinedload(other.clinician))
        .order_by(one.starts_at)
    )  # fmt: skip
    return [(row[0], row[1]) for row in found]


def _clear_ended_holds(*patients: int) -> None:
    ended = select(Appointment).where(
        Appointment.patient_id.in_(patients),
        Appointment.status == Status.PENDING,
        Appointment.held_until <= clock.now(),
    )
    for one in db.session().scalars(ended).all():
        actions.clear_ended_holds(one.clinician_id, one.patient_id, one.starts_at, one.ends_at)


def _move(kept: Patient, merged: Patient) -> dict[str, Any]:
    moved: dict[str, Any] = {"mrn": False, "registration": False, "account": None, "fee": None}
    if twice := payments.second_registration(kept.id, merged.id):
        moved["fee"] = [twice.id, *payments.give_back_registration(twice)]
    moved["left_queue"] = _leave_queue_twice_joined(kept.id, merged.id)
    for name, kind in OF_A_PATIENT:
        moved[name] = _hand_over(kind, merged.id, kept.id)
    if merged.mrn and not kept.mrn:
        mrn, merged.mrn, moved["mrn"] = merged.mrn, None, True
        db.session().flush()
        kept.mrn = mrn
    if merged.registration_paid_at and not kept.registration_paid_at:
        kept.registration_paid_at, moved["registration"] = merged.registration_paid_at, True
    if _account_closes(kept, merged):
        moved["account"] = merged.account_id
        identity.end_all(merged.account_id, "patient merged")
    merged.active, merged.merged_into_id = False, kept.id
    return moved


def _move_back(kept: Patient, merged: Patient, moved: dict[str, Any]) -> None:
    for name, kind in OF_A_PATIENT:
        _hand_over(kind, kept.id, merged.id, only=moved.get(name, ()))
    _join_queue_again(moved.get("left_queue", ()))
    if moved["fee"]:
        payments.keep_registration(*moved["fee"])
    if moved["mrn"] and not merged.mrn:
        mrn, kept.mrn = kept.mrn, None
        db.session().flush()
        merged.mrn = mrn
    if moved["registration"] and not payments.has_paid_registration(kept.id):
        kept.registration_paid_at = None
    if moved["account"]:
        db.session().get_one(Account, moved["account"]).active = True
        identity.end_all(kept.account_id, "merge undone")  # among them whoever came in by the other phone
    merged.active, merged.merged_into_id = True, None


def _hand_over(kind: Any, giver: int, taker: int, only: Sequence[int] | None = None) -> list[int]:
    step = update(kind).where(kind.patient_id == giver).values(patient_id=taker).returning(kind.id)
    if only is not None:
        step = step.where(kind.id.in_(only))
    step = step.execution_options(synchronize_session=False)
    return sorted(db.session().scalars(step))


def _leave_queue_twice_joined(kept_id: int, merged_id: int) -> list[list[Any]]:
    """Who waits under both records has one number too many: the merged record's leaves, and each is noted as it was."""
    theirs = aliased(QueueEntry)
    both = exists().where(
        theirs.patient_id == kept_id, theirs.centre_id == QueueEntry.centre_id, theirs.day == QueueEntry.day,
        theirs.status.in_(HERE),
    )  # fmt: skip
    twice = select(QueueEntry).where(QueueEntry.patient_id == merged_id, QueueEntry.status.in_(HERE), both)
    left = []
    for entry in db.session().scalars(twice.with_for_update(of=QueueEntry)).all():
        left.append([entry.id, entry.status])
        entry.status, entry.finished_at, entry.version = "LEFT", clock.now(), entry.version + 1
    db.session().flush()
    return left


def _join_queue_again(left: Sequence[Sequence[Any]]) -> None:
    for entry_id, status in left:
        entry = db.session().get(QueueEntry, entry_id, with_for_update=True, populate_existing=True)
        if entry is not None and entry.status == "LEFT" and entry.day == clock.today():
            entry.status, entry.finished_at, entry.version = status, None, entry.version + 1


def _count(kind: Any, patient_id: int) -> int:
    return db.session().scalar(select(func.count()).where(kind.patient_id == patient_id)) or 0
