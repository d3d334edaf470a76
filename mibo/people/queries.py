"""Who is who: patients of an account, patients the desk looks for, clinicians of the directory."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    any_,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import joinedload, selectinload

from mibo import clock, db
from mibo.clinics import Centre
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.people import rules
from mibo.people.models import Clinician, ClinicianCentre, Patient
from mibo.phrases import phrase

SHORTEST_SEARCH = 3
FOUND_AT_MOST = 20


def patient(patient_id: int) -> Patient:
    """A patient, for staff. Raises Missing."""
    found = db.session().get(Patient, patient_id)
    if found is None or not found.active:
        raise Missing(phrase("We could not find that patient."))
    return found


def own_patient(patient_id: int, *, by: Actor) -> Patient:
    """A patient of this account: oneself or family. Raises Missing, as for a patient who never was."""
    found = db.session().scalar(
        select(Patient).where(Patient.id == patient_id, acted_for(by.account_id), Patient.active)
    )
    if found is None:
        raise Missing(phrase("We could not find that patient."))
    return found


def acted_for(account_id: int) -> ColumnElement[bool]:
    """Patients whom an account's holder acts for: themselves, and family who did not turn eighteen on their phone, or
    agreed since (M12). It ends by itself, at the clinic's midnight: nothing has to run for it. As `guardians.has_left`.
    """
    told = Patient.age_told_on - func.make_interval(cast(Patient.age_told, Integer))
    born = func.coalesce(Patient.date_of_birth, cast(told, Date))
    made_on = cast(func.timezone(clock.CLINIC_ZONE.key, Patient.created_at), Date)
    was_a_child = born > cast(made_on - func.make_interval(cast(rules.OF_AGE, Integer)), Date)
    grew_up = func.coalesce(and_(was_a_child, born <= rules.years_before(clock.today(), rules.OF_AGE)), false())
    theirs = or_(Patient.id == Patient.account_id, Patient.grown_up_agreed_at.is_not(None), not_(grew_up))
    return and_(Patient.account_id == account_id, theirs)


def ids_acted_for(account_id: int) -> Select[int]:
    """Asks for the ids of everybody whose things an account's holder may see and change."""
    return select(Patient.id).where(acted_for(account_id))


def everybody_on(account_id: int) -> Select[Patient]:
    """Asks for the patients in use of an account, whoever may act for them, its holder first."""
    own = select(Patient).where(Patient.account_id == account_id, Patient.active)
    return own.order_by((Patient.id == Patient.account_id).desc(), Patient.id)


def family_of(account_id: int) -> Sequence[Patient]:
    """Everybody an account may book for, themselves first."""
    return db.session().scalars(everybody_on(account_id).where(acted_for(account_id))).all()


def all_of(account_id: int) -> Sequence[Patient]:
    """Everybody on an account's phone, also who has turned eighteen and left: for the clinic, not for its holder."""
    return db.session().scalars(everybody_on(account_id)).all()


def on_phone(number: str) -> Sequence[Patient]:
    """The active patients of a canonical phone, wherever they are seen."""
    wanted = select(Patient).where(
        func.reverse(Patient.phone).startswith(number[::-1], autoescape=True), Patient.phone == number, Patient.active
    )
    return db.session().scalars(wanted.order_by(Patient.id)).all()


def patients_of(account_id: int) -> Sequence[Patient]:
    """Every record of an account, also those no longer active."""
    return db.session().scalars(select(Patient).where(Patient.account_id == account_id).order_by(Patient.id)).all()


def kept_instead(account_id: int) -> Patient | None:
    """The record that an account's own were merged into, when none is left on it; else nobody's."""
    known = patients_of(account_id)
    if not known or not all(one.merged_into_id for one in known):
        return None
    one = known[0]
    while one.merged_into_id:
        one = db.session().get_one(Patient, one.merged_into_id)
    return one


def find_patients(typed: str) -> Sequence[Patient]:
    """Patients by the last digits of the phone, by part of the name, or by MRN; the newest first, at most twenty."""
    typed = " ".join(typed.split())
    if len(typed) < SHORTEST_SEARCH:
        return []
    digits = "".join(ch for ch in typed if ch.isdigit())
    ways: list[ColumnElement[bool]] = [func.lower(Patient.mrn).startswith(typed.lower(), autoescape=True)]
    if len(digits) >= SHORTEST_SEARCH and not any(ch.isalpha() for ch in typed):
        ways.append(func.reverse(Patient.phone).startswith(digits[::-1][:10], autoescape=True))
    else:
        words = typed.lower().split()
        ways.extend([_all_words(words)])
    wanted = select(Patient).where(Patient.active, or_(*ways)).order_by(Patient.id.desc()).limit(FOUND_AT_MOST)
    with db.planned_anew():
        return db.session().scalars(wanted).all()


def _all_words(words: Sequence[str]) -> ColumnElement[bool]:
    parts = [func.lower(Patient.full_name).contains(word, autoescape=True) for word in words]
    joined = parts[0]
    for part in parts[1:]:
        joined &= part
    return joined


def age_of(one: Patient) -> int | None:
    """How old a patient is today."""
    return rules.age_on(clock.today(), one.date_of_birth, one.age_told, one.age_told_on)


def missing_of(one: Patient) -> list[str]:
    """What a patient must still tell us before booking."""
    return rules.missing_fields(one.first_name, one.date_of_birth, one.age_told, one.gender)


@dataclass(frozen=True)
class Wish:
    """What somebody looks for in the directory; None means any. Fees in paise."""

    centre_id: int | None = None
    specialisation: str | None = None
    language: str | None = None
    mode: str | None = None
    fee_from: int | None = None
    fee_to: int | None = None
    name: str | None = None


def directory(wish: Wish = Wish(), *, active: bool | None = True) -> Sequence[Clinician]:
    """Clinicians by name, with their centres: three statements."""
    wanted = _with_places(select(Clinician).order_by(Clinician.full_name, Clinician.id))
    if active is not None:
        wanted = wanted.where(Clinician.active.is_(active))
    return db.session().scalars(wanted.where(*_conditions(wish))).all()


def _conditions(wish: Wish) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wish.centre_id:
        asked.append(Clinician.places.any(ClinicianCentre.centre_id == wish.centre_id))
    if wish.specialisation:
        asked.append(_any_contains(Clinician.specialisations, wish.specialisation))
    if wish.language:
        asked.append(any_(Clinician.languages) == wish.language)
    if wish.mode:
        asked.append(any_(Clinician.modes) == wish.mode)
    if wish.fee_from is not None:
        asked.append(Clinician.fee_paise >= wish.fee_from)
    if wish.fee_to is not None:
        asked.append(Clinician.fee_paise < wish.fee_to)
    if wish.name:
        asked.append(func.lower(Clinician.full_name).contains(wish.name.lower(), autoescape=True))
    return asked


def _any_contains(column: object, part: str) -> ColumnElement[bool]:
    """Whether a word of the list contains the part; the words are joined by what no part contains."""
    joined = func.lower(func.array_to_string(column, "\n"))
    return joined.contains(" ".join(part.lower().split()), autoescape=True)


def clinician(clinician_id: int, *, active: bool | None = True) -> Clinician:
    """One clinician with their centres. Raises Missing; an inactive one is missing to the public (line 45)."""
    wanted = _with_places(select(Clinician).where(Clinician.id == clinician_id))
    if active is not None:
        wanted = wanted.where(Clinician.active.is_(active))
    found = db.session().scalar(wanted)
    if found is None:
        raise Missing(phrase("We could not find that clinician."))
    return found


def _with_places(wanted: Select[Clinician]) -> Select[Clinician]:
    return wanted.options(
        selectinload(Clinician.places).joinedload(ClinicianCentre.centre), joinedload(Clinician.account)
    )


def works_at(clinician_id: int, centre_id: int) -> bool:
    """Whether a centre is one of a clinician's, as it is at this moment."""
    one = select(ClinicianCentre.centre_id).where(
        ClinicianCentre.clinician_id == clinician_id, ClinicianCentre.centre_id == centre_id
    )
    return db.session().scalar(one) is not None


def clinicians_at(centre_id: int) -> Sequence[Clinician]:
    """The active clinicians who work at a centre, by name."""
    return (
        db.session()
        .scalars(
            select(Clinician)
            .join(ClinicianCentre, ClinicianCentre.clinician_id == Clinician.id)
            .join(Centre, Centre.id == ClinicianCentre.centre_id)
            .where(ClinicianCentre.centre_id == centre_id, Clinician.active)
            .order_by(Clinician.full_name)
        )
        .all()
    )


def directory_choices() -> tuple[list[str], list[str]]:
    """The specialisations and the languages that active clinicians have, for the directory's filters."""
    kinds = [("specialisation", Clinician.specialisations), ("language", Clinician.languages)]
    each = [
        select(literal(kind).label("kind"), func.unnest(words).label("word")).where(Clinician.active)
        for kind, words in kinds
    ]
    found = db.session().execute(union(*each).order_by("word")).all()
    specialisations = [word for kind, word in found if kind == "specialisation"]
    return specialisations, [word for kind, word in found if kind == "language"]
