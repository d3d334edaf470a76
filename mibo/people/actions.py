"""Making and completing a patient's record."""

from mibo import audit, clock, db
from mibo.errors import Invalid, Problem
from mibo.identity import Account, Actor
from mibo.people import guardians, queries, records, rules
from mibo.people.models import GENDERS, Patient
from mibo.people.records import Told
from mibo.people.rules import OLDEST, Details, KeptElsewhere
from mibo.people.wishes import WISHES
from mibo.phrases import phrase


def welcome_patient(phone: str, details: Details) -> tuple[Account, Patient, bool]:
    """The account and own record behind a phone that has just been proved; made now if there is none (True: new).

    A phone whose record was merged into another opens that one. What an old record lacks is filled in from `details`,
    never overwritten (R-AUTH-4). Raises Invalid, KeptElsewhere.
    """
    account, is_new = records.account_on(phone)
    if not is_new and (kept := queries.kept_instead(account.id)):
        if kept.id != kept.account_id:
            raise KeptElsewhere
        account = db.session().get_one(Account, kept.account_id, with_for_update={"key_share": True})
    own = db.session().get(Patient, account.id)
    if own is None:
        own = Patient(id=account.id, account_id=account.id, phone=account.phone or phone, full_name="")
        db.session().add(own)
        audit.record("patient.added", account.id, by=account.id)
    had_name = bool(own.full_name)
    fill_in(own, details)
    if not had_name:
        records.number(own)
    if not is_new and db.session().is_modified(own):
        audit.record("patient.changed", own.id, by=account.id)
    account.full_name = own.full_name
    db.session().flush()
    return account, own, is_new


def add_family_member(told: Told, *, by: Actor) -> Patient:
    """A patient adds somebody they book for, once however often it is sent; the phone stays theirs. Raises Invalid."""
    account = db.session().get_one(Account, by.account_id)
    first_name = told.get("first_name") or told.get("full_name")
    missing = rules.missing_fields(first_name, told.get("date_of_birth"), told.get("age"), told.get("gender"))
    if missing:
        raise Invalid(problems=[Problem(field, phrase("Please fill this in.")) for field in missing])
    own = db.session().get(Patient, by.account_id)
    if own and guardians.is_minor(queries.age_of(own)) and guardians.is_minor(rules.age_told(told, clock.today())):
        raise Invalid.field("guardian_name", guardians.TOO_YOUNG)
    wishes = {field: getattr(own, field) for field in WISHES} if own else {}
    return records.register_patient({**wishes, **told, "phone": account.phone}, by=by, family=True)


def complete_own(told: Told, *, by: Actor) -> Patient:
    """Somebody says who they are; the account carries the same name. Raises Invalid."""
    had_name = bool(db.session().get_one(Patient, by.account_id).full_name)
    own = records.change_patient(by.account_id, told, by=by)
    if not had_name:
        records.number(own)
    return own


def fill_in(one: Patient, details: Details) -> None:
    """Put what was told into the record where nothing stands yet. Raises Invalid at the field."""
    _check(details)
    first, last = details.first_name, details.last_name
    if details.full_name and not first:
        first, last = rules.split_name(details.full_name)
    told = {
        "first_name": first,
        "last_name": last,
        "full_name": details.name,
        "email": details.email,
        "date_of_birth": details.date_of_birth,
        "gender": details.gender,
    }
    for field, value in told.items():
        if value and not getattr(one, field):
            setattr(one, field, value)
    if details.age is not None and one.age_told is None and not details.date_of_birth:
        one.age_told, one.age_told_on = details.age, clock.today()


def _check(details: Details) -> None:
    problems = []
    if details.age is not None and not 1 <= details.age <= OLDEST:
        problems.append(Problem("age", phrase("Age must be from 1 to %(oldest)s.", oldest=OLDEST)))
    if details.date_of_birth and not 0 <= (clock.today().year - details.date_of_birth.year) <= OLDEST:
        problems.append(Problem("date_of_birth", phrase("Check the date of birth.")))
    if details.date_of_birth and details.date_of_birth > clock.today():
        problems.append(Problem("date_of_birth", phrase("The date of birth must be in the past.")))
    if details.gender is not None and details.gender not in GENDERS:
        problems.append(Problem("gender", phrase("Choose one of the options.")))
    if problems:
        raise Invalid(problems=problems)
