"""A clinician leaves, or leaves a centre: not while somebody is still coming to see them there (R-ACL-5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from mibo import audit, clock, db, people
from mibo.booking.models import Appointment
from mibo.booking.rules import Status
from mibo.clinics import Centre
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.people import Clinician, Contact, Places, Profile
from mibo.scheduling import WeeklyHours

LIVE = (Status.CONFIRMED, Status.CANCELLATION_REQUESTED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class VisitAhead:
    """A visit that would have nobody to see."""

    id: int
    reference: str
    starts_at: datetime
    centre_id: int
    centre: str


class VisitsToCome(Conflict):
    """There are visits to come; they are moved or cancelled first."""

    code = "HAS_APPOINTMENTS"
    api_status = 400

    def __init__(self, visits: Sequence[VisitAhead]) -> None:
        number = f"{len(visits)} visit{'s' if len(visits) > 1 else ''}"
        super().__init__(f"This clinician still has {number} to come. Move or cancel them first.")
        self.visits = visits


def visits_ahead(clinician_id: int, *, at: Collection[int] | None = None) -> Sequence[VisitAhead]:
    """What is still to come with a clinician (at some centres), holds that live included; the next first."""
    now = clock.now()
    held = (Appointment.status == Status.PENDING) & (Appointment.held_until > now)
    wanted = (
        select(Appointment.id, Appointment.reference, Appointment.starts_at, Appointment.centre_id, Centre.short_name)
        .join(Centre, Centre.id == Appointment.centre_id)
        .where(Appointment.clinician_id == clinician_id, Appointment.ends_at > now)
        .where(or_(Appointment.status.in_(LIVE), held))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if at is not None:
        wanted = wanted.where(Appointment.centre_id.in_(sorted(at)))
    return [VisitAhead(*row) for row in db.session().execute(wanted)]


def close_clinician(clinician_id: int, *, by: Actor) -> Clinician:
    """Switch a clinician off. Raises Missing, and VisitsToCome with the visits to come (R-ACL-5)."""
    one = people.clinician_to_change(clinician_id, by=by)
    if one.active and (visits := visits_ahead(one.id)):
        raise VisitsToCome(visits)
    people.switch_off(one, by=by)
    return one


def change_clinician(clinician_id: int, profile: Profile, contact: Contact, places: Places, *, by: Actor) -> Clinician:
    """Change a clinician; a centre where visits are still to come is not taken away. Raises what people.change_clinician does."""
    one = people.clinician_to_change(clinician_id, by=by)
    before = people.places_of(one)
    gone = before.centre_ids - places.centre_ids if before else frozenset()
    if gone and (visits := visits_ahead(one.id, at=gone)):
        raise VisitsToCome(visits)
    changed = people.change_clinician(clinician_id, profile, contact, places, by=by)
    if gone:
        _end_hours(one.id, gone, by)
    return changed


def _end_hours(clinician_id: int, gone: Collection[int], by: Actor) -> None:
    """Nothing is offered any more where they do not work; hours at a centre given back later are set anew."""
    theirs = (WeeklyHours.clinician_id == clinician_id, WeeklyHours.centre_id.in_(sorted(gone)), WeeklyHours.active)
    ended = db.session().scalars(
        update(WeeklyHours).where(*theirs).values(active=False).returning(WeeklyHours.id)
    ).all()  # fmt: skip
    if ended:
        audit.record("clinician.hours_ended", clinician_id, by=by.account_id, hours=sorted(ended))
