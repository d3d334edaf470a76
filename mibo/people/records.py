"""A patient's record as the desk keeps it: added, changed, numbered."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db, identity
from mibo.errors import Invalid, Missing, Refused
from mibo.identity import Account, Actor, Permission
from mibo.people import consents, guardians, phones, queries, rules
from mibo.people.models import MrnCounter, Patient
from mibo.people.rules import MrnTaken, PhoneInUse, SamePerson
from mibo.people.wishes import WISHES, put_wishes

PLAIN = (
    "email", "date_of_birth", "gender", "blood_group", "emergency_contact_name", "emergency_contact_phone", "notes",
    "guardian_name", "guardian_relation", "guardian_phone",
)  # fmt: skip
NAMES = ("first_name", "last_name", "full_name")
Told = Mapping[str, Any]


def register_patient(told: Told, *, by: Actor, family: bool = False, guardian_later: bool = False) -> Patient:
    """Make a patient's record, whoever asks for it: with all that is told, a number of its own, and for a child a
    guardian, unless the program that asks has no words for one (`guardian_later`). A form sent twice makes one.

    Raises Invalid, MrnTaken; PhoneInUse where the number is somebody's already, unless it is to be shared with them
    (`family`); SamePerson where it is shared with somebody of that name who cannot be told apart.
    """
    account, _ = account_on(told["phone"])
    known = queries.all_of(account.id)
    holder = known[0] if known else queries.kept_instead(account.id)
    if holder and not family:
        raise PhoneInUse(holder.id, holder.full_name)
    session = db.session()
    added = Patient(account_id=account.id, phone=account.phone, full_name="")
    if session.get(Patient, account.id) is None:
        added.id = account.id
    with session.no_autoflush:
        _put(added, told, guardian_later=guardian_later)
    if same := _the_same(added, known):
        return same
    _name_account(added, account)
    session.add(added)
    session.flush()
    _set_mrn(added, told.get("mrn") or None, by=by)
    number(added)
    session.flush()
    audit.record("patient.added", added.id, by=by.account_id, fields=sorted(key for key in told if told[key]))
    _note_consent(added, None, by)
    return added


def number(one: Patient) -> None:
    """A record with a name has a number."""
    if one.full_name and not one.mrn:
        one.mrn = next_mrn()


def change_patient(
    patient_id: int, told: Told, *, by: Actor, family: bool = False, guardian_later: bool = False
) -> Patient:
    """Put what is told into the record; None clears. What is not told stays.

    Raises Missing, Invalid, MrnTaken, PhoneInUse, and Refused where an MRN may not be set by them.
    """
    one = locked_patient(patient_id)
    before = {field: getattr(one, field) for field in (*NAMES, *PLAIN, *WISHES, "active", "mrn", "phone", "age_told")}
    agreed = one.guardian_consent_at
    account = db.session().get_one(Account, one.account_id)
    if (wanted := told.get("phone")) and wanted != one.phone:
        account = _move(one, account, wanted, by=by, family=family)
    _put(one, told, guardian_later=guardian_later)
    _name_account(one, account)
    if "mrn" in told:
        _set_mrn(one, told["mrn"] or None, by=by)
    changed = sorted(field for field, value in before.items() if getattr(one, field) != value)
    audit.record("patient.changed", one.id, by=by.account_id, fields=changed, active=one.active)
    _note_consent(one, agreed, by)
    consents.note_messages(one, wanted_none=before["no_messages"], by=by)
    db.session().flush()
    return one


def assign_mrn(patient_id: int, *, by: Actor) -> Patient:
    """Give the next number to a patient who has none. Raises Missing."""
    one = locked_patient(patient_id)
    if not one.mrn:
        one.mrn = next_mrn()
        audit.record("patient.mrn", one.id, by=by.account_id, previous=None, next=one.mrn)
    return one


def next_mrn() -> str:
    """`MRN-2026-00042`: the year's next number that nobody has (two at once wait for each other)."""
    year = clock.today().year
    counted = insert(MrnCounter).values(year=year, last=1)
    step = counted.on_conflict_do_update(index_elements=[MrnCounter.year], set_={"last": MrnCounter.last + 1})
    while True:
        mrn = f"MRN-{year}-{db.session().scalars(step.returning(MrnCounter.last)).one():05d}"
        if not db.session().scalar(select(exists().where(Patient.mrn == mrn))):
            return mrn


def locked_patient(patient_id: int) -> Patient:
    """A patient whose record stays ours until the end; one merged into another is missing. Raises Missing."""
    wanted = select(Patient).where(Patient.id == patient_id, Patient.merged_into_id.is_(None)).with_for_update()
    found = db.session().scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise Missing("We could not find that patient.")
    return found


def lock_patients(*patient_ids: int) -> None:
    """Nobody books for, changes or merges these records meanwhile; always locked in one order."""
    wanted = select(Patient).where(Patient.id.in_(patient_ids)).order_by(Patient.id).with_for_update()
    db.session().scalars(wanted.execution_options(populate_existing=True)).all()


def _note_consent(one: Patient, before: datetime | None, by: Actor) -> None:
    """Consent is noted by itself, so that its day and whoever recorded it can be shown beside it."""
    if (before is None) != (one.guardian_consent_at is None):
        given = one.guardian_consent_at is not None
        audit.record("patient.consent", one.id, by=by.account_id, kind="guardian", given=given)


def _the_same(added: Patient, known: Sequence[Patient]) -> Patient | None:
    """The very person on this phone already: a double click must not make two of them. Raises SamePerson."""
    for one in known:
        if one.full_name.casefold() != added.full_name.casefold():
            continue
        ages = queries.age_of(one), queries.age_of(added)
        if None not in ages and (ages[0] != ages[1] or one.date_of_birth != added.date_of_birth):
            continue
        if ages[0] == ages[1] and one.gender == added.gender:
            return one
        raise SamePerson
    return None


def _put(one: Patient, told: Told, *, guardian_later: bool) -> None:
    problems = rules.problems_of(told, clock.today())
    if problems:
        raise Invalid(problems=problems)
    for field in PLAIN:
        if field in told:
            setattr(one, field, told[field] or None)
    put_wishes(one, told)
    if "active" in told:
        one.active = bool(told["active"])
    _put_names(one, told)
    _put_age(one, told.get("date_of_birth"), told.get("age"), "age" in told)
    if guardians.concerns(told):
        one.guardian_consent_at = guardians.consent(one.guardian_consent_at, told.get("guardian_consent"), clock.now())
        if guardians.is_named(told) or not guardian_later:
            guardians.check(one, queries.age_of(one))
            _check_grown_up(one)


def _check_grown_up(one: Patient) -> None:
    """The guardian of a child is no child themselves, as far as we know those on their phone. Raises Invalid."""
    if not one.guardian_phone or not guardians.is_minor(queries.age_of(one)):
        return
    if guardians.names_a_child(queries.on_phone(one.guardian_phone), one, queries.age_of):
        raise Invalid.field("guardian_name", guardians.TOO_YOUNG)


def _put_names(one: Patient, told: Told) -> None:
    if not any(field in told for field in NAMES):
        return
    first, last, full = (told.get(field, getattr(one, field) if field != "full_name" else None) for field in NAMES)
    if full and "first_name" not in told:
        first, last = rules.split_name(full)
    one.first_name, one.last_name = first or None, last or None
    one.full_name = full or " ".join(part for part in (first, last) if part)
    if not one.full_name:
        raise Invalid.field("full_name", "Enter the patient's name.")


def _put_age(one: Patient, born: date | None, age: int | None, age_is_told: bool) -> None:
    """An age that still holds keeps the day on which it was told."""
    if born or (age_is_told and age is None):
        one.age_told = one.age_told_on = None
    elif age is not None and queries.age_of(one) != age:
        one.age_told, one.age_told_on = age, clock.today()


def _set_mrn(one: Patient, mrn: str | None, *, by: Actor) -> None:
    if mrn == one.mrn:
        return
    if not by.may(Permission.SET_MRN):
        raise Refused("You may not set a patient's record number.")
    previous, session = one.mrn, db.session()
    session.flush()
    try:
        with session.begin_nested():
            one.mrn = mrn
            session.flush()
    except IntegrityError as error:
        if getattr(getattr(error.orig, "diag", None), "constraint_name", "") != "uq_patient_mrn":
            raise
        raise MrnTaken from None
    audit.record("patient.mrn", one.id, by=by.account_id, previous=previous, next=mrn)


def account_on(phone: str) -> tuple[Account, bool]:
    """The patients' account of a phone, locked, made if it is not there (True): two at once make one of everything."""
    session = db.session()
    made = session.scalar(
        insert(Account)
        .values(audience="PATIENT", phone=phone, full_name="")
        .on_conflict_do_nothing(constraint="uq_account_audience_phone")
        .returning(Account.id)
    )
    wanted = select(Account).where(Account.audience == "PATIENT", Account.phone == phone)
    wanted = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(wanted).one(), made is not None


def _move(one: Patient, account: Account, number: str, *, by: Actor, family: bool) -> Account:
    """To another phone: family goes to that phone's account; whoever the account belongs to takes it along, and
    everybody who is signed in by the former number is signed out. Raises PhoneInUse."""
    taken = identity.account_by_phone("PATIENT", number)
    known = queries.all_of(taken.id) if taken else []
    own = one.id == account.id
    if (taken and own) or (known and not family):
        raise PhoneInUse(known[0].id if known else one.id, known[0].full_name if known else "")
    if not own:
        account, _ = account_on(number)
        one.account_id, one.phone = account.id, number
    else:
        phones.move_everybody(account, number, by=by)
    db.session().flush()
    audit.record("patient.phone", one.id, by=by.account_id, account=account.id)
    return account


def _name_account(one: Patient, account: Account) -> None:
    """An account carries the name of whoever it belongs to."""
    if one.id == account.id or not account.full_name:
        account.full_name = one.full_name
