"""Which centres there are, and when their doors are open."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from mibo import db
from mibo.clinics.models import Centre, Holiday, OpeningHours


def centre(centre_id: int) -> Centre | None:
    """One centre, active or not."""
    return db.session().get(Centre, centre_id)


def centres(*, city: str | None = None, active: bool | None = None) -> Sequence[Centre]:
    """Centres by name."""
    wanted = select(Centre).order_by(Centre.name)
    if city:
        wanted = wanted.where(Centre.city.ilike(city))
    if active is not None:
        wanted = wanted.where(Centre.active.is_(active))
    return db.session().scalars(wanted).all()


def holidays_from(centre_id: int, first: date) -> Sequence[Holiday]:
    """The holidays of a centre from a day on, the next one first."""
    return (
        db.session()
        .scalars(select(Holiday).where(Holiday.centre_id == centre_id, Holiday.day >= first).order_by(Holiday.day))
        .all()
    )


def door_hours(centre_id: int) -> dict[int, list[tuple[int, int]]]:
    """When the door is open on each weekday (0 is Sunday), in minutes since midnight."""
    doors: dict[int, list[tuple[int, int]]] = {weekday: [] for weekday in range(7)}
    wanted = select(OpeningHours).where(OpeningHours.centre_id == centre_id).order_by(OpeningHours.opens_minute)
    for one in db.session().scalars(wanted):
        doors[one.weekday].append((one.opens_minute, one.closes_minute))
    return doors
