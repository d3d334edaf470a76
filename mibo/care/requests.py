"""What patients ask about their data, as managers see to it: a worklist with a clock, taken on, and answered once.

Deleting ends what is not care at once: no message leaves any more, nothing new is booked, and what only made things easier is
cleared. What the law has us keep stays, and the patient is told until when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from mibo import audit, clock, db, leads, people
from mibo.booking import Appointment, Status
from mibo.booking.rules import HOLDS_TIME
from mibo.errors import Conflict, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.payments import Receipt
from mibo.people import Patient, RightsRequest, consents, rights, rights_rules
from mibo.people.consent_rules import CARE, MESSAGES
from mibo.turns import in_turn

CLEARED = ("email", "blood_group", "emergency_contact_name", "emergency_contact_phone")


class StillToCome(Conflict):
    """Nothing is deleted of somebody who is still expected."""

    code = "STILL_TO_COME"
    message = "A visit of theirs is still to come. Cancel it first, or answer once it is over."


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, with what was said and answered."""

    id: int
    version: int
    kind: str
    status: str
    patient_id: int
    patient: str
    mrn: str | None
    words: str
    asked_at: datetime
    due_at: datetime
    owner_id: int | None
    owner: str | None
    answer: str
    ground: str | None
    closed_at: datetime | None


def waiting_ids() -> Select[int]:
    """Every request that is not answered."""
    return select(RightsRequest.id).where(_is_open())


def requests(*, closed: bool, by: Actor, limit: int, offset: int = 0, made_after: int | None = None) -> Sequence[Asked]:
    """A page of them: what waits by its clock, what is over the latest first; or as they were made (`turns`). Raises
    Refused.
    """
    _check(by)
    order = (
        (RightsRequest.closed_at.desc(), RightsRequest.id.desc())
        if closed
        else (RightsRequest.due_at, RightsRequest.id)
    )
    wanted = _in_full().where(RightsRequest.closed_at.is_not(None) if closed else _is_open())
    ordered = in_turn(wanted, RightsRequest.id, made_after, *order)
    return [_asked(one) for one in db.session().scalars(ordered.limit(limit).offset(offset))]


def request(request_id: int, *, by: Actor) -> Asked:
    """One of them. Raises Missing, Refused."""
    _check(by)
    found = db.session().scalar(_in_full().where(RightsRequest.id == request_id))
    if found is None:
        raise Missing("We could not find that request.")
    return _asked(found)


def held_back(patient_id: int) -> rights_rules.HeldBack:
    """What the law has us keep of somebody, and until when."""
    visits = select(func.max(Appointment.ends_at)).where(
        Appointment.patient_id == patient_id, Appointment.status.in_((Status.IN_PROGRESS, Status.COMPLETED))
    )
    paid = select(Appointment.payment_id).where(Appointment.patient_id == patient_id)
    receipts = select(func.max(Receipt.issued_on)).where(Receipt.payment_id.in_(paid))
    last, receipt, born = (
        db.session()
        .execute(
            select(visits.scalar_subquery(), receipts.scalar_subquery(), Patient.date_of_birth).where(
                Patient.id == patient_id
            )
        )
        .one()
    )
    return rights_rules.held_back(_day(last), born, receipt, clock.today())


def _day(at: datetime | None) -> date | None:
    return clock.clinic_day(at) if at else None


def take(request_id: int, version: int, *, by: Actor) -> None:
    """Somebody sees to it from now on; theirs already is theirs. Raises Missing, RequestClosed, RequestChanged."""
    one = _locked(request_id, by)
    if one.owner_id == by.account_id and one.status == rights_rules.OPEN:
        return
    _check_as_seen(one, version)
    one.owner_id, one.version = by.account_id, one.version + 1
    db.session().flush()
    audit.record("request.taken", one.id, by=by.account_id, patient=one.patient_id, kind=one.kind)


def answer(request_id: int, version: int, outcome: str, words: str, ground: str | None, *, by: Actor) -> None:
    """Say what became of it; a deletion is done with it. The same answer sent twice is one.

    Raises Missing, Invalid, RequestClosed, RequestChanged, StillToCome.
    """
    one = _locked(request_id, by)
    kept = rights_rules.check_words(words)
    if (one.status, one.closed_by) == (outcome, by.account_id) and rights.answer_of(one) == kept:
        return
    rights_rules.check_answer(one.kind, outcome, ground, held_back(one.patient_id))
    _check_as_seen(one, version)
    if one.kind == rights_rules.ERASURE and outcome != rights_rules.REFUSED:
        _end_processing(one.patient_id, by)
    one.answer, one.ground = rights.seal(kept), None if outcome == rights_rules.DONE else ground
    one.owner_id = one.owner_id or by.account_id
    rights.close(one, outcome, by=by)


def _end_processing(patient_id: int, by: Actor) -> None:
    """What is not care ends now."""
    people.lock_patients(patient_id)
    one = db.session().get_one(Patient, patient_id)
    ahead = select(Appointment.id).where(
        Appointment.patient_id == patient_id, Appointment.status.in_(HOLDS_TIME), Appointment.ends_at > clock.now()
    )
    if db.session().scalar(ahead.limit(1)) is not None:
        raise StillToCome
    for purpose in (CARE, MESSAGES):
        consents.say(one, purpose, given=False, by=by)
    cleared = [name for name in CLEARED if getattr(one, name)]
    for name in cleared:
        setattr(one, name, None)
    db.session().flush()
    leads.forget_of_patient(one.id, one.phone if one.id == one.account_id else None, by=by)
    audit.record("patient.cleared", patient_id, by=by.account_id, fields=cleared)


def _check(by: Actor) -> None:
    if not by.may(Permission.ANSWER_REQUESTS):
        raise Refused


def _check_as_seen(one: RightsRequest, version: int) -> None:
    if one.status != rights_rules.OPEN:
        raise rights_rules.RequestClosed
    if one.version != version:
        raise rights_rules.RequestChanged


def _locked(request_id: int, by: Actor) -> RightsRequest:
    _check(by)
    wanted = select(RightsRequest).where(RightsRequest.id == request_id).with_for_update()
    one = db.session().scalar(wanted.execution_options(populate_existing=True))
    if one is None:
        raise Missing("We could not find that request.")
    return one


def _is_open() -> ColumnElement[bool]:
    return RightsRequest.status == rights_rules.OPEN


def _in_full() -> Select[RightsRequest]:
    return select(RightsRequest).options(
        joinedload(RightsRequest.patient, innerjoin=True), joinedload(RightsRequest.owner)
    )


def _asked(one: RightsRequest) -> Asked:
    return Asked(
        id=one.id, version=one.version, kind=one.kind, status=one.status, patient_id=one.patient_id,
        patient=one.patient.full_name, mrn=one.patient.mrn, words=rights.words_of(one), asked_at=one.asked_at,
        due_at=one.due_at, owner_id=one.owner_id, owner=one.owner.full_name if one.owner else None,
        answer=rights.answer_of(one), ground=one.ground, closed_at=one.closed_at,
    )  # fmt: skip
