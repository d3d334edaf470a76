"""The whole grid of a clinician's days, taken and closed times included: seven statements, however many days."""

from datetime import date

from sqlalchemy import select

from mibo import db
from mibo.booking.availability import open_slots
from mibo.errors import Missing
from mibo.people import Clinician, ClinicianCentre
from mibo.scheduling.diary import Audience
from mibo.scheduling.slots import Slot


def clinician_grid(
    clinician_id: int, first: date, last: date, *, centre_id: int | None = None, everywhere: bool = False,
    mode: str | None = None, also_inactive: bool = False,
) -> list[Slot]:  # fmt: skip
    """Every slot of the days at a centre, else at the primary one, or `everywhere`. Raises Missing (R-SLOT-15)."""
    found = (
        db.session()
        .execute(
            select(Clinician.active, ClinicianCentre.centre_id)
            .outerjoin(ClinicianCentre, (ClinicianCentre.clinician_id == Clinician.id) & ClinicianCentre.is_primary)
            .where(Clinician.id == clinician_id)
        )
        .first()
    )
    if found is None or not (found.active or also_inactive):
        raise Missing("We could not find that clinician.")
    where = centre_id or (None if everywhere else found.centre_id)
    return open_slots(clinician_id, first, last, centre_id=where, mode=mode, for_whom=Audience.STAFF)
