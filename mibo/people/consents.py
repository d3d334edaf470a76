"""Consent given and taken back, for each purpose apart, with its history (security.md lines 75, 76, 78, 79)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from mibo import audit, db, messaging
from mibo.identity import Actor
from mibo.people import consent_rules as rules
from mibo.people import guardians, queries
from mibo.people.consent_models import Consent
from mibo.people.consent_rules import CARE, MESSAGES, NOTICE_VERSION, ConsentWithdrawn, Said
from mibo.people.models import Patient

Latest = Mapping[str, Said]


def say(one: Patient, purpose: str, *, given: bool, by: Actor) -> None:
    """Note a yes or a no; said again nothing is added. A no to messages stops those that wait as well.

    For a child its guardian says yes: raises Invalid where the record does not name one.
    """
    age = queries.age_of(one)
    if given and purpose == CARE:
        guardians.check(one, age)
    if purpose == MESSAGES:
        put_messages(one, given=given)
    note(one, purpose, given=given, by=by.account_id, capacity=_capacity(one, age, by))


def note(one: Patient, purpose: str, *, given: bool, by: int, capacity: str, version: str = NOTICE_VERSION) -> None:
    """Keep what was said, unless it is what was said last."""
    last = latest(one.id).get(purpose)
    if last and (last.given, last.version, last.capacity) == (given, version, capacity):
        return
    kept = Consent(
        patient_id=one.id, purpose=purpose, given=given, version=version, capacity=capacity, by_account_id=by
    )
    db.session().add(kept)
    db.session().flush()
    audit.record("patient.consent", one.id, by=by, kind=purpose.lower(), given=given, version=version, as_=capacity)


def stop_messages(one: Patient) -> None:
    """The phone's holder asked for silence, in a message of their own."""
    put_messages(one, given=False)
    own, is_minor = one.id == one.account_id, guardians.is_minor(queries.age_of(one))
    note(one, MESSAGES, given=False, by=one.account_id, capacity=rules.capacity_of(own=own, is_minor=is_minor))


def note_messages(one: Patient, *, wanted_none: bool, by: Actor) -> None:
    """Their wish about messages has changed, wherever it was changed: that is a yes or a no as well."""
    if one.no_messages != wanted_none:
        note(
            one, MESSAGES, given=not one.no_messages, by=by.account_id, capacity=_capacity(one, queries.age_of(one), by)
        )


def was_withdrawn(patient_id: int, purpose: str, after: datetime) -> bool:
    """Whether a yes that was said then has been taken back since."""
    last = latest(patient_id).get(purpose)
    return last is not None and not last.given and last.at > after


def put_messages(one: Patient, *, given: bool) -> None:
    """Whether messages about their appointments leave; a no is heard by those that wait, too."""
    one.no_messages = not given
    if not given:
        messaging.silence(one.id)


def latest(patient_id: int) -> Latest:
    """The last word on each purpose of which anything was said."""
    newest = select(Consent).ext(distinct_on(Consent.purpose)).where(Consent.patient_id == patient_id)
    found = db.session().scalars(newest.order_by(Consent.purpose, Consent.id.desc())).all()
    return {each.purpose: as_said(each) for each in found}


def history(patient_ids: Sequence[int]) -> Sequence[Consent]:
    """All that was said, the latest first."""
    wanted = select(Consent).where(Consent.patient_id.in_(patient_ids))
    return db.session().scalars(wanted.order_by(Consent.id.desc())).all()


def as_said(one: Consent) -> Said:
    """The same, without its row."""
    return Said(one.purpose, one.given, one.version, one.capacity, one.said_at)


def stands(one: Patient, last: Latest, purpose: str) -> bool:
    """Whether it is agreed to now."""
    return rules.stands(last.get(purpose), is_minor=guardians.is_minor(queries.age_of(one)))


def is_to_ask(one: Patient) -> bool:
    """Whether they must be asked before the next booking."""
    return not stands(one, latest(one.id), CARE)


def check_may_book(patient_id: int) -> None:
    """Raises ConsentWithdrawn. Whom an older app never asked may book with it."""
    last = latest(patient_id).get(CARE)
    if last is not None and not last.given:
        raise ConsentWithdrawn


def _capacity(one: Patient, age: int | None, by: Actor) -> str:
    if by.audience == "STAFF":
        return rules.DESK
    return rules.capacity_of(own=one.id == by.account_id, is_minor=guardians.is_minor(age))
