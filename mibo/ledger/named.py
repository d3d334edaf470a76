"""What the numbers of the audit are called: whose record, which appointment, which centre, in one statement."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all

from mibo import db
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.people import Clinician, Patient


@dataclass(frozen=True, slots=True)
class Named:
    """What has this id: a `staff` or `patient` account, a patient's `record`, a clinician, a centre, an appointment, a payment."""

    kind: str
    name: str


def named(ids: Collection[int]) -> dict[int, Named]:
    """The records behind some ids. Of an account and its owner's record, which share an id, the record is told."""
    if not ids:
        return {}
    wanted = sorted(set(ids))
    kinds = [
        select(Account.id, func.lower(Account.audience).label("kind"), Account.full_name.label("name")).where(
            Account.id.in_(wanted)
        ),
        select(Clinician.id, literal("clinician"), Clinician.full_name).where(Clinician.id.in_(wanted)),
        select(Centre.id, literal("centre"), Centre.name).where(Centre.id.in_(wanted)),
        select(Appointment.id, literal("appointment"), Appointment.reference).where(Appointment.id.in_(wanted)),
        select(Appointment.payment_id, literal("payment"), Appointment.reference).where(
            Appointment.payment_id.in_(wanted)
        ),
        select(Patient.id, literal("record"), Patient.full_name).where(Patient.id.in_(wanted)),
    ]
    return {row.id: Named(row.kind, row.name) for row in db.session().execute(union_all(*kinds))}
