"""The queue of those who walk in: a number each, called in turn, and in the end a booking or good-bye (R-CHG-8).

A queue is a day's: yesterday's is over at midnight, because nothing here looks at another day than today.
"""

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from mibo import audit, clock, db, identity, payments, people
from mibo.booking import actions
from mibo.booking.at_desk import WrongPatient
from mibo.booking.models import QueueEntry
from mibo.booking.queue_rules import HERE, OVER, AlreadyWaiting, Step, check_step
from mibo.booking.rules import ChangedMeanwhile
from mibo.booking.waiting import entries_within_reach
from mibo.clinics import Centre
from mibo.errors import Conflict, Invalid, Missing
from mibo.identity import Actor
from mibo.messaging import wording
from mibo.messaging.wording import first_name
from mibo.people import Clinician, Patient


def join(
    patient_id: int,
    centre_id: int,
    *,
    last_four: str,
    by: Actor,
    clinician_id: int | None = None,
    note: str | None = None,
) -> QueueEntry:
    """Somebody walked in and gets the next number of the centre's day; `last_four` is of the phone that the desk saw.

    Raises Missing, WrongPatient, Invalid, AlreadyWaiting.
    """
    payments.refuse_card_number(note)
    patient, today = people.patient(patient_id), clock.today()
    if patient.phone[-4:] != last_four:
        raise WrongPatient
    _check_place(centre_id, clinician_id, by)
    _one_after_another(centre_id)
    _check_not_merged_meanwhile(patient.id)
    if (waiting := _waiting_already(patient.id, centre_id)) is not None:
        raise AlreadyWaiting(waiting.token)
    last = select(func.coalesce(func.max(QueueEntry.token), 0))
    token = db.session().scalars(last.where(QueueEntry.centre_id == centre_id, QueueEntry.day == today)).one() + 1
    entry = QueueEntry(
        centre_id=centre_id, day=today, token=token, patient_id=patient.id, clinician_id=clinician_id, status="WAITING",
        note=note or None, added_by=by.account_id, joined_at=clock.now(), version=1,
    )  # fmt: skip
    db.session().add(entry)
    db.session().flush()
    audit.record("queue.joined", entry.id, by=by.account_id, patient=patient.id, token=token)
    return entry


def call(entry_id: int, *, by: Actor, version: int | None = None) -> QueueEntry:
    """Their number is called: for the first time, or again after they were skipped."""
    return _step(entry_id, "CALLED", by, version)


def skip(entry_id: int, *, by: Actor, version: int | None = None) -> QueueEntry:
    """They were called and did not come; they can be called back."""
    return _step(entry_id, "SKIPPED", by, version)


def finish(entry_id: int, *, by: Actor, version: int | None = None) -> QueueEntry:
    """They got what they came for."""
    return _step(entry_id, "DONE", by, version)


def leave(entry_id: int, *, by: Actor, version: int | None = None) -> QueueEntry:
    """They went away."""
    return _step(entry_id, "LEFT", by, version)


def bring_back(entry_id: int, *, by: Actor, version: int | None = None) -> QueueEntry:
    """It was a slip, or they came back: they wait again with their number and from when they came."""
    return _step(entry_id, "WAITING", by, version)


def link_booking(entry_id: int, appointment_id: int, *, by: Actor) -> QueueEntry:
    """What they walked in for is booked: the entry is done and knows its booking; twice is once. Raises Missing,
    Conflict for another patient's booking or another centre's.
    """
    appointment = actions.locked(appointment_id)
    entry = _locked(entry_id, by)
    if entry.appointment_id == appointment_id:
        return entry
    if (appointment.patient_id, appointment.centre_id) != (entry.patient_id, entry.centre_id):
        raise Conflict("This number in the queue is somebody else's. Nothing was linked.")
    check_step(entry.status, "DONE")
    entry.appointment_id = appointment.id
    _change(entry, "DONE", by)
    return entry


def _check_place(centre_id: int, clinician_id: int | None, by: Actor) -> None:
    centre = db.session().get(Centre, centre_id) if by.reaches(centre_id) else None
    if centre is None:
        raise Missing("We could not find that centre.")
    if not centre.active:
        raise Invalid("This centre is closed, so nobody can wait there.")
    if clinician_id is None:
        return
    clinician = db.session().get(Clinician, clinician_id)
    if clinician is None or not clinician.active or not people.works_at(clinician_id, centre_id):
        raise Invalid.field("clinician", "Choose a clinician of this centre.")


def _one_after_another(centre_id: int) -> None:
    """Numbers have no gaps: until the end of the transaction nobody else joins at this centre."""
    db.session().execute(select(func.pg_advisory_xact_lock(centre_id)))


def _check_not_merged_meanwhile(patient_id: int) -> None:
    """Who merges two records holds both rows; what is read once we have it is the truth. Raises Missing."""
    held = select(Patient.active).where(Patient.id == patient_id).with_for_update(read=True, key_share=True)
    if not db.session().scalar(held):
        raise Missing("We could not find that patient.")


def _waiting_already(patient_id: int, centre_id: int) -> QueueEntry | None:
    wanted = select(QueueEntry).where(
        QueueEntry.patient_id == patient_id,
        QueueEntry.centre_id == centre_id,
        QueueEntry.day == clock.today(),
        QueueEntry.status.in_(HERE),
    )
    return db.session().scalar(wanted)


def _step(entry_id: int, wanted: Step, by: Actor, version: int | None) -> QueueEntry:
    """Raises Missing, ChangedMeanwhile, NotAllowed."""
    entry = _locked(entry_id, by)
    if version is not None and entry.version != version:
        raise ChangedMeanwhile(_changed(entry))
    check_step(entry.status, wanted, booked=entry.appointment_id is not None)
    _change(entry, wanted, by)
    return entry


def _changed(entry: QueueEntry) -> str:
    """`Asha changed number 7 at 10:41 am.`"""
    found, _ = audit.entries(audit.AuditWish(subject_id=entry.id, acts=("queue.",)), limit=1)
    if not found:
        return f"Number {entry.token} was changed in the meantime. This is how it stands now."
    by, at = found[0].by_account_id or 0, wording.moment(clock.local(found[0].at)).split(", ")[-1]
    who = first_name(identity.names_of({by}).get(by, "")) if by else "The system"
    return f"{who} changed number {entry.token} in the meantime, at {at}. This is how it stands now."


def _change(entry: QueueEntry, wanted: Step, by: Actor) -> None:
    previous, now = entry.status, clock.now()
    entry.status = wanted
    entry.version += 1
    if wanted in ("CALLED", "WAITING"):
        entry.called_at = now if wanted == "CALLED" else None
    entry.finished_at = now if wanted in OVER else None
    try:
        db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "ix_queue_entry_once":
            raise
        raise Conflict("They have another number by now, and wait with that one.") from None
    facts = {"appointment": entry.appointment_id} if entry.appointment_id else {}
    audit.record("queue.status", entry.id, by=by.account_id, previous=previous, next=wanted, **facts)


def _locked(entry_id: int, by: Actor) -> QueueEntry:
    """The entry, locked, if it is today's and within reach. Raises Missing; and Conflict for another day's."""
    db.session().execute(select(QueueEntry.id).where(QueueEntry.id == entry_id).with_for_update())
    entry = db.session().scalar(
        select(QueueEntry)
        .where(QueueEntry.id == entry_id, entries_within_reach(by))
        .options(joinedload(QueueEntry.patient, innerjoin=True))
        .execution_options(populate_existing=True)
    )
    if entry is None:
        raise Missing("We could not find that number in the queue.")
    if entry.day != clock.today():
        raise Conflict("This is another day's queue, and it is over. Let them join today's.")
    return entry


STEP_VERBS: dict[Step, Callable[..., QueueEntry]] = {
    "CALLED": call,
    "SKIPPED": skip,
    "DONE": finish,
    "LEFT": leave,
    "WAITING": bring_back,
}
