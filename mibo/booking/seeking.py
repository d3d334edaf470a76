"""What somebody who types part of a name, a number or a reference may mean among appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    any_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from mibo import db
from mibo.booking.models import Appointment
from mibo.booking.rules import LETTERS
from mibo.identity import Actor
from mibo.people import Clinician, ClinicianCentre, Patient, search
from mibo.scheduling import WeeklyHours

NAMED_AT_MOST = 2_000  # a name that more have is looked for among the appointments, not the other way round
REFERENCE_LENGTHS = (4, 7)


@dataclass(frozen=True)
class Meant:
    """Whom and what it may be: patients (None: too many to name), clinicians, and the one appointment of a reference."""

    typed: str
    patients: Sequence[int] | None
    clinicians: Sequence[int]
    reference: str

    def ways(self, of: Any = Appointment) -> list[ColumnElement[bool]]:
        """The conditions of an appointment, or of its payment, of which one must hold."""
        ways: list[ColumnElement[bool]] = []
        if self.patients is None:
            ways.append(of.patient_id.in_(select(Patient.id).where(search.literally(self.typed))))
        elif self.patients:
            ways.append(of.patient_id == _one_of(self.patients))
        if self.clinicians:
            ways.append(of.clinician_id == _one_of(self.clinicians))
        if self.reference:
            of_reference = Appointment.reference == self.reference
            if of is not Appointment:
                of_reference = of.id == select(Appointment.payment_id).where(of_reference).scalar_subquery()
            ways.append(of_reference)
        return ways or [false()]


def meant(typed: str, *, by: Actor) -> Meant:
    """Who and what fits: names by each of their words, phones by their end, an MRN by its beginning. One statement.

    Of clinicians only those who work, or have had hours, where this person looks: the appointments of all others would
    be read for nothing.
    """
    named = select(literal(False), Patient.id).where(search.literally(typed)).limit(NAMED_AT_MOST + 1).subquery()
    treating = select(literal(True), Clinician.id).where(_is_called(typed), _works_where_one_looks(by)).subquery()
    patients: list[int] = []
    clinicians: list[int] = []
    for treats, found in db.session().execute(union_all(select(named), select(treating))):
        (clinicians if treats else patients).append(found)
    few = len(patients) <= NAMED_AT_MOST
    return Meant(typed, patients if few else None, clinicians, reference_in(typed))


def reference_in(typed: str) -> str:
    """`MB-7F3K` of what is typed as `mb 7f3k` or `7F3K`; empty where it cannot be one."""
    signs = "".join(ch for ch in typed.upper() if ch.isalnum()).removeprefix("MB")
    return f"MB-{signs}" if len(signs) in REFERENCE_LENGTHS and set(signs) <= set(LETTERS) else ""


def _is_called(typed: str) -> ColumnElement[bool]:
    asked: ColumnElement[bool] | None = None
    for word in search.normal(typed).split():
        has = func.lower(Clinician.full_name).contains(word, autoescape=True)
        asked = has if asked is None else asked & has
    return false() if asked is None else asked


def _works_where_one_looks(by: Actor) -> ColumnElement[bool]:
    if by.everywhere:
        return true()
    here = sorted(by.centre_ids)
    works = exists().where(ClinicianCentre.clinician_id == Clinician.id, ClinicianCentre.centre_id.in_(here))
    worked = exists().where(WeeklyHours.clinician_id == Clinician.id, WeeklyHours.centre_id.in_(here))
    return or_(works, worked, Clinician.id == (by.clinician_id or 0))


def _one_of(ids: Sequence[int]) -> ColumnElement[bool]:
    """One array, because a list of more than 65,535 parameters is none."""
    return any_(literal(list(ids), ARRAY(BigInteger)))
