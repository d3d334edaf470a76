"""Patients as staff look at them: those within reach, how often they come, and one with all that happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    any_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import joinedload, selectinload

from mibo import clock, db, people
from mibo.booking.models import Appointment
from mibo.booking.queries import _in_full, within_reach
from mibo.booking.rules import OVER, Status
from mibo.errors import Conflict, Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import MedicalNote, Patient, PatientMerge, search

PAGE = 50
COUNTED_TO = 1_000
FEW = 5
CAME = (Status.CONFIRMED, Status.IN_PROGRESS, Status.COMPLETED)


@dataclass(frozen=True)
class Sought:
    """Which patients are looked for, and in which order: `near` (to what was typed), `name` or `registered`."""

    typed: str = ""
    active: bool | None = True
    centre_id: int | None = None
    sort: str = "registered"
    phone: str = ""


@dataclass(frozen=True)
class Visits:
    """How often somebody came, and when they come next."""

    past: int = 0
    ahead: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True)
class Found:
    """A page of patients; `total` is counted up to a thousand."""

    patients: Sequence[Patient]
    total: int
    page: int
    pages: int


def patients_within_reach(by: Actor) -> ColumnElement[bool]:
    """Patients a member of staff may open: all, those seen at their centres or not yet anywhere, or (clinicians) those
    they treat (R-ACL). Whoever comes to another centre is found by name for a booking, and is then theirs too."""
    if by.everywhere:
        return true()
    treated_only = by.roles == {Role.CLINICIAN}
    if not (treated_only or by.centre_ids or by.clinician_id):
        return false()
    # one look at each patient's own appointments; as two EXISTS the planner hashes everybody's
    seen = select(func.bool_or(within_reach(by))).where(Appointment.patient_id == Patient.id).correlate(Patient)
    return func.coalesce(seen.scalar_subquery(), not treated_only)


def find(sought: Sought, *, by: Actor, page: int = 1, size: int = PAGE) -> Found:
    """A page of the patients within reach; a name that nobody has, or few, also finds those who are spelt like it.

    Of a name that thousands have, the nearest thousand are looked at.
    """
    if search.normal(sought.typed):
        with db.planned_anew():
            return _found(_ids(_sorted(_wanted(sought, by), sought)), sought, by, page, size)
    wanted = _wanted(sought, by)
    total = db.session().scalar(select(func.count()).select_from(wanted.limit(COUNTED_TO).subquery())) or 0
    pages = max(1, -(-total // size))
    page = min(max(page, 1), pages)
    rows = db.session().scalars(_sorted(wanted, sought).limit(size).offset((page - 1) * size)).all()
    return Found(rows, total, page, pages)


def _ids(wanted: Select[Patient]) -> Sequence[int]:
    return db.session().scalars(wanted.with_only_columns(Patient.id)).all()


def _found(ids: Sequence[int], sought: Sought, by: Actor, page: int, size: int) -> Found:
    if len(ids) < FEW and search.may_be_misspelt(sought.typed):
        ids = _ids(_spelt_alike(sought, by).limit(size))
    pages = max(1, -(-len(ids) // size))
    page = min(max(page, 1), pages)
    shown = ids[(page - 1) * size : page * size]
    rows = {one.id: one for one in db.session().scalars(select(Patient).where(Patient.id.in_(shown)))}
    return Found([rows[each] for each in shown], len(ids), page, pages)


def every(sought: Sought, *, by: Actor, limit: int | None = None) -> Sequence[Patient]:
    """All of them in order, for a list that leaves the house or an app that knows no pages."""
    found = db.session().scalars(_sorted(_wanted(sought, by), sought).limit(limit)).all()
    if len(found) < FEW and search.may_be_misspelt(sought.typed):
        return db.session().scalars(_spelt_alike(sought, by).limit(PAGE)).all()
    return found


def some(
    sought: Sought, *, by: Actor, after: Sequence[Any] | None = None, size: int
) -> tuple[Sequence[Patient], list[Any] | None]:
    """Some of them in order, and after what the list goes on; None when that was all, as it is of those that were named."""
    if search.normal(sought.typed):
        with db.planned_anew():
            return every(sought, by=by), None
    wanted = _sorted(_open_to(sought, by), sought)
    if after is not None:
        name, patient_id = after
        beyond = tuple_(func.lower(Patient.full_name), Patient.id) > tuple_(name, patient_id)
        wanted = wanted.where(beyond if sought.sort == "name" else Patient.id < patient_id)
    found = db.session().scalars(wanted.limit(size + 1)).all()
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    name = db.session().scalar(select(func.lower(Patient.full_name)).where(Patient.id == last.id))
    return found[:size], [name, last.id]


def how_many(sought: Sought, *, by: Actor) -> int | None:
    """How many there are in all; of those that were named nobody knows before they are read."""
    if search.normal(sought.typed):
        return None
    return db.session().scalar(select(func.count()).select_from(_open_to(sought, by).subquery()))


def _wanted(sought: Sought, by: Actor) -> Select[Patient]:
    wanted = _open_to(sought, by)
    if not search.normal(sought.typed):
        return wanted
    return _among(wanted, search.literally(sought.typed), search.rank(sought.typed))


def _spelt_alike(sought: Sought, by: Actor) -> Select[Patient]:
    order = search.nearness(sought.typed)
    near = _among(_open_to(sought, by), or_(search.literally(sought.typed), search.alike(sought.typed)), *order)
    return near.order_by(*order, Patient.id.desc())


def _among(wanted: Select[Patient], asked: ColumnElement[bool], *order: ColumnElement[Any]) -> Select[Patient]:
    """The nearest thousand of all who are asked for, found by their indexes, before it is asked who is within reach."""
    nearest = select(Patient.id).where(asked).order_by(*order, Patient.id.desc()).limit(COUNTED_TO)
    matched = nearest.cte("matched").prefix_with("MATERIALIZED", dialect="postgresql")
    return wanted.join(matched, matched.c.id == Patient.id)


def _open_to(sought: Sought, by: Actor) -> Select[Patient]:
    wanted = select(Patient).where(_reached_or_merged(by))
    if sought.active is not None:
        wanted = wanted.where(Patient.active.is_(sought.active))
    if sought.phone:
        wanted = wanted.where(Patient.phone.contains(sought.phone, autoescape=True))
    if sought.centre_id:
        here = Appointment.centre_id == sought.centre_id
        wanted = wanted.where(exists().where(Appointment.patient_id == Patient.id, here))
    return wanted


def _sorted(wanted: Select[Patient], sought: Sought) -> Select[Patient]:
    if sought.sort == "name":
        return wanted.order_by(func.lower(Patient.full_name), Patient.id)
    if sought.sort == "near" and search.normal(sought.typed):
        return wanted.order_by(search.rank(sought.typed), Patient.id.desc())
    return wanted.order_by(Patient.id.desc())  # ids are given in order of registration


def visits_of(patients: Sequence[Patient], *, by: Actor) -> Mapping[int, Visits]:
    """How often each of them came and when they come next, as far as it is within reach: one statement."""
    if not patients:
        return {}
    now = clock.now()
    ahead = (Appointment.starts_at > now) & Appointment.status.not_in(OVER)
    counted = (
        select(
            Appointment.patient_id,
            func.count().filter(Appointment.starts_at <= now, Appointment.status.in_(CAME)),
            func.count().filter(ahead),
            func.min(Appointment.starts_at).filter(ahead),
        )
        .where(_of(patients), within_reach(by))
        .group_by(Appointment.patient_id)
    )
    return {row[0]: Visits(*row[1:]) for row in db.session().execute(counted)}


def _of(patients: Sequence[Patient]) -> ColumnElement[bool]:
    """One array, because a list of more than 65,535 parameters is none."""
    return Appointment.patient_id == any_(literal([one.id for one in patients], ARRAY(BigInteger)))


def patient_within_reach(patient_id: int, *, by: Actor) -> Patient:
    """A patient, also one no longer active or merged. Raises Missing, as for one who never was (R-ACL-1)."""
    which = Patient.id == patient_id, _reached_or_merged(by)
    found = db.session().scalar(select(Patient).where(*which).options(joinedload(Patient.account)))
    if found is None:
        raise Missing("We could not find that patient.")
    return found


def _reached_or_merged(by: Actor) -> ColumnElement[bool]:
    """A merged record has no appointments left; only those who may open all may open it."""
    if by.everywhere:
        return true()
    return patients_within_reach(by) & Patient.merged_into_id.is_(None)


def appointments_of(patient_id: int, *, by: Actor, limit: int = 200) -> Sequence[Appointment]:
    """A patient's appointments within reach, the latest first, with their payments and history."""
    wanted = _in_full().options(selectinload(Appointment.history))
    wanted = wanted.where(Appointment.patient_id == patient_id, within_reach(by))
    return db.session().scalars(wanted.order_by(Appointment.starts_at.desc(), Appointment.id).limit(limit)).all()


def upcoming_of(patients: Sequence[Patient], *, by: Actor) -> Mapping[int, Sequence[Appointment]]:
    """What is still to come for each of these patients, within reach: one statement."""
    wanted = _in_full().where(
        _of(patients), within_reach(by), Appointment.starts_at > clock.now(),
        Appointment.status.not_in(OVER),
    )  # fmt: skip
    coming: dict[int, list[Appointment]] = {}
    for one in db.session().scalars(wanted.order_by(Appointment.starts_at)):
        coming.setdefault(one.patient_id, []).append(one)
    return coming


def messages_of(appointments: Sequence[Appointment], limit: int = 50) -> Sequence[Message]:
    """What was told about these appointments, the latest first."""
    about = [one.id for one in appointments]
    wanted = select(Message).where(Message.about_id.in_(about)).order_by(Message.id.desc()).limit(limit)
    return db.session().scalars(wanted).all()


def treats(patient_id: int, *, by: Actor) -> bool:
    """Whether this person may read and write the patient's notes: an admin, or a clinician who treats them (H23)."""
    if Role.ADMIN in by.roles:
        return True
    if by.clinician_id is None:
        return False
    theirs = exists().where(
        Appointment.patient_id == patient_id, Appointment.clinician_id == by.clinician_id,
        Appointment.status.in_((*CAME, Status.NO_SHOW, Status.CANCELLATION_REQUESTED)),
    )  # fmt: skip
    return bool(db.session().scalar(select(theirs)))


def check_treats(patient_id: int, *, by: Actor) -> None:
    """Raises Missing unless this person may write on the patient's record."""
    patient_within_reach(patient_id, by=by)
    if not treats(patient_id, by=by):
        raise Missing("We could not find that patient.")


def notes_of(patient_id: int) -> Sequence[MedicalNote]:
    """The notes on a patient's record, the latest first. Ask `treats` before."""
    wanted = select(MedicalNote).where(MedicalNote.patient_id == patient_id).order_by(MedicalNote.id.desc())
    return db.session().scalars(wanted).all()


def archive(patient_id: int, *, active: bool, by: Actor) -> Patient:
    """Put a record aside, or take it up again. Raises Missing, and Conflict while appointments are to come."""
    one = people.locked_patient(patient_id)
    coming = exists().where(
        Appointment.patient_id == one.id, Appointment.ends_at > clock.now(), Appointment.status.not_in(OVER)
    )
    if not active and db.session().scalar(select(coming)):
        raise Conflict("This patient has appointments to come. Cancel or finish them first.")
    return people.change_patient(patient_id, {"active": active}, by=by)


def newest_merge(patient_id: int) -> PatientMerge | None:
    """The last merge into a record that still stands."""
    wanted = select(PatientMerge).where(PatientMerge.kept_id == patient_id, PatientMerge.undone_at.is_(None))
    return db.session().scalar(wanted.order_by(PatientMerge.id.desc()).limit(1))


def records_of(patient_id: int) -> frozenset[int]:
    """A patient's record and those that were merged into it: what was told to either was told to them."""
    merged = select(Patient.id).where(Patient.merged_into_id == patient_id)
    return frozenset({patient_id, *db.session().scalars(merged)})
