"""The hours that clinicians keep."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from mibo import clock, db
from mibo.scheduling.models import WeeklyHours


def hours_of(clinician_id: int, *, centre_id: int | None = None) -> Sequence[WeeklyHours]:
    """A clinician's weekly hours that are in effect or will be, by weekday and time."""
    wanted = select(WeeklyHours).where(
        WeeklyHours.clinician_id == clinician_id,
        WeeklyHours.active,
        or_(WeeklyHours.effective_to.is_(None), WeeklyHours.effective_to >= clock.today()),
    )
    if centre_id is not None:
        wanted = wanted.where(WeeklyHours.centre_id == centre_id)
    return db.session().scalars(wanted.order_by(WeeklyHours.weekday, WeeklyHours.opens_minute, WeeklyHours.id)).all()
