"""What still stands in the book before something closes: a centre, somebody's account (R-ACL-5)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from mibo import clinics, clock, db
from mibo.booking.models import Appointment
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Centre
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.people import Clinician

SHOWN = 50


class StillBooked(Conflict):
    """A centre with appointments to come cannot close."""

    code = "STILL_BOOKED"

    def __init__(self, count: int) -> None:
        one = count == 1
        super().__init__(
            f"{count} {'appointment is' if one else 'appointments are'} still to come here. "
            f"Move or cancel {'it' if one else 'them'} first."
        )


def close_centre(centre_id: int, *, by: Actor) -> Centre:
    """No bookings from now on. Raises Missing, or StillBooked while there are appointments to come."""
    one = clinics.locked_centre(centre_id)
    if ahead := how_many_at(centre_id):
        raise StillBooked(ahead)
    clinics.set_open(one, False, by=by.account_id)
    return one


def how_many_at(centre_id: int) -> int:
    """How many appointments are still to come at a centre."""
    return _count(Appointment.centre_id == centre_id)


def still_at(centre_id: int) -> Sequence[Appointment]:
    """The next of them, with who and with whom."""
    return _listed(Appointment.centre_id == centre_id, _ahead())


def ahead_of_account(account_id: int) -> int:
    """How many appointments are still to come with the clinician behind an account."""
    return _count(Appointment.clinician_id.in_(select(Clinician.id).where(Clinician.account_id == account_id)))


def _count(which: ColumnElement[bool]) -> int:
    return db.session().scalar(select(func.count()).select_from(Appointment).where(which, _ahead())) or 0


def _ahead() -> ColumnElement[bool]:
    return _standing() & (Appointment.ends_at > clock.now())


def _standing() -> ColumnElement[bool]:
    """It holds its time; a hold that ran out does not."""
    return Appointment.status.in_(HOLDS_TIME) & or_(
        Appointment.status != Status.PENDING, Appointment.held_until > clock.now()
    )


def _listed(*conditions: ColumnElement[bool]) -> Sequence[Appointment]:
    wanted = (
        select(Appointment)
        .options(joinedload(Appointment.patient), joinedload(Appointment.clinician))
        .where(*conditions)
        .order_by(Appointment.starts_at)
        .limit(SHOWN)
    )
    return db.session().scalars(wanted).all()
