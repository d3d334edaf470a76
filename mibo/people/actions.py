"""Making and completing a patient's record."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db
from mibo.errors import Invalid, Problem
from mibo.identity import Account, Actor
from mibo.people import rules
from mibo.people.models import GENDERS, Patient
from mibo.people.rules import OLDEST, Details, PhoneInUse

PATIENT = "PATIENT"


def welcome_patient(phone: str, details: Details) -> tuple[Account, Patient, bool]:
    """The account and own record behind a phone that has just been proved; made now if there is none (True: new).

    What an old record lacks is filled in from `details`, never overwritten (R-AUTH-4). Raises Invalid.
    """
    account, is_new = _account_of(phone)
    own = db.session().get(Patient, account.id)
    if own is None:
        own = Patient(id=account.id, account_id=account.id, phone=phone, full_name="")
        db.session().add(own)
        audit.record("patient.added", account.id, by=account.id)
    fill_in(own, details, only_missing=True)
    if not is_new and db.session().is_modified(own):
        audit.record("patient.changed", own.id, by=account.id)
    account.full_name = own.full_name
    db.session().flush()
    return account, own, is_new


def add_patient(phone: str, details: Details, *, by: Actor, family: bool = False, mrn: str | None = None) -> Patient:
    """The desk adds a patient. With `family` the number may already be another patient's; else raises PhoneInUse.

    A form sent twice adds one patient. Raises Invalid.
    """
    if not details.name:
        raise Invalid.field("full_name", "Enter the patient's name.")
    account, _ = _account_of(phone)
    session = db.session()
    own = session.get(Patient, account.id)
    if own is not None and not family:
        raise PhoneInUse(own.id, own.full_name)
    if same := _the_same(account.id, details):
        return same
    added = Patient(account_id=account.id, phone=phone, full_name="", mrn=mrn or None)
    if own is None:
        added.id = account.id
        account.full_name = details.name
    return _added(added, details, by)


def add_family_member(details: Details, *, by: Actor) -> Patient:
    """A patient adds somebody they book for, once however often it is sent; the phone stays theirs. Raises Invalid."""
    account = db.session().get_one(Account, by.account_id, with_for_update={"key_share": True})
    first_name = details.first_name or details.full_name
    missing = rules.missing_fields(first_name, details.date_of_birth, details.age, details.gender)
    if missing:
        raise Invalid(problems=[Problem(field, "Please fill this in.") for field in missing])
    same = _the_same(account.id, details)
    return same or _added(Patient(account_id=account.id, phone=account.phone, full_name=""), details, by)


def _the_same(account_id: int, details: Details) -> Patient | None:
    """The very person on this account already: a double click must not make two of them."""
    told = (details.name.casefold(), details.date_of_birth, details.gender)
    named = select(Patient).where(Patient.account_id == account_id, Patient.active)
    for one in db.session().scalars(named):
        same_age = details.date_of_birth is not None or details.age == one.age_told
        if same_age and (one.full_name.casefold(), one.date_of_birth, one.gender) == told:
            return one
    return None


def _added(patient: Patient, details: Details, by: Actor) -> Patient:
    session = db.session()
    fill_in(patient, details)
    try:
        with session.begin_nested():
            session.add(patient)
    except IntegrityError as error:
        if db.violated(error) != "uq_patient_mrn":
            raise
        raise Invalid.field("mrn", "Another patient has this number already.") from None
    audit.record("patient.added", patient.id, by=by.account_id)
    return patient


def complete_own(details: Details, *, by: Actor) -> Patient:
    """Somebody says who they are; the account carries the same name. Raises Invalid."""
    own = db.session().get_one(Patient, by.account_id)
    fill_in(own, details)
    db.session().get_one(Account, by.account_id).full_name = own.full_name
    audit.record("patient.changed", own.id, by=by.account_id)
    return own


def fill_in(one: Patient, details: Details, *, only_missing: bool = False) -> None:
    """Put what was told into the record; what was not told stays. Raises Invalid at the field."""
    _check(details)
    first, last = details.first_name, details.last_name
    if details.full_name and not first:
        first, last = rules.split_name(details.full_name)
    told = {
        "first_name": first,
        "last_name": last,
        "email": details.email,
        "date_of_birth": details.date_of_birth,
        "gender": details.gender,
    }
    for field, value in told.items():
        if value is not None and not (only_missing and getattr(one, field)):
            setattr(one, field, value)
    if details.age is not None and not (only_missing and one.age_told is not None) and not details.date_of_birth:
        one.age_told, one.age_told_on = details.age, clock.today()
    if details.name and not (only_missing and one.full_name):
        one.full_name = details.name


def _check(details: Details) -> None:
    problems = []
    if details.age is not None and not 1 <= details.age <= OLDEST:
        problems.append(Problem("age", f"Age must be from 1 to {OLDEST}."))
    if details.date_of_birth and not 0 <= (clock.today().year - details.date_of_birth.year) <= OLDEST:
        problems.append(Problem("date_of_birth", "Check the date of birth."))
    if details.date_of_birth and details.date_of_birth > clock.today():
        problems.append(Problem("date_of_birth", "The date of birth must be in the past."))
    if details.gender is not None and details.gender not in GENDERS:
        problems.append(Problem("gender", "Choose one of the options."))
    if problems:
        raise Invalid(problems=problems)


def _account_of(phone: str) -> tuple[Account, bool]:
    """The patients' account of a phone, made if it is not there; locked, so that two at once make one of everything."""
    session = db.session()
    made = session.scalar(
        insert(Account)
        .values(audience=PATIENT, phone=phone, full_name="")
        .on_conflict_do_nothing(constraint="uq_account_audience_phone")
        .returning(Account.id)
    )
    found = select(Account).where(Account.audience == PATIENT, Account.phone == phone)
    return session.scalars(found.with_for_update(key_share=True)).one(), made is not None
