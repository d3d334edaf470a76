"""Who sees how many: the clinicians by the people whom they saw, and how long one waits for each of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from mibo import booking, clinics, clock, db
from mibo.analytics.counting import ZONE
from mibo.analytics.figures import Asked, centres_of, values
from mibo.identity import Actor
from mibo.people import Clinician, ClinicianCentre

_TOP = f"""select c.id, c.full_name, c.specialisations, c.picture_key, c.picture_url, s.patients, s.visits
  from (select clinician_id, count(distinct patient_id) as patients, count(*) as visits from appointment
         where status = 'COMPLETED' and starts_at >= (%(first)s::date::timestamp at time zone '{ZONE}')
           and starts_at < ((%(last)s::date + 1)::timestamp at time zone '{ZONE}')
           and (%(everywhere)s or centre_id = any(%(centres)s))
         group by clinician_id) s
  join clinician c on c.id = s.clinician_id
 order by s.patients desc, s.visits desc, c.full_name, c.id limit %(limit)s"""


@dataclass(frozen=True, slots=True)
class TopClinician:
    """A clinician, and how many people and visits they had."""

    id: int
    name: str
    specialisations: Sequence[str]
    picture: str
    patients: int
    visits: int


@dataclass(frozen=True, slots=True)
class Wait:
    """When a clinician has a time again that a patient could take; None within the days looked at."""

    clinician_id: int
    name: str
    free_at: datetime | None

    def days(self) -> int | None:
        """How many days from today."""
        return (clock.clinic_day(self.free_at) - clock.today()).days if self.free_at else None


def top_clinicians(asked: Asked, limit: int, *, by: Actor) -> Sequence[TopClinician]:
    """Who saw the most people, each of these counted once for each clinician. Raises Refused."""
    found = db.rows(_TOP, values(asked, by) | {"limit": limit}, anew=True)
    return [
        TopClinician(
            row.id, row.full_name, row.specialisations, f"/{row.picture_key}" if row.picture_key else row.picture_url or "",
            row.patients, row.visits,
        )
        for row in found
    ]  # fmt: skip


def waits(centre_id: int | None, *, by: Actor) -> Sequence[Wait]:
    """How soon each clinician in service has a free time, whoever is booked longest first. Raises Refused."""
    centres = centres_of(centre_id, by)
    wanted = (
        select(Clinician.id, Clinician.full_name).where(Clinician.active).order_by(Clinician.full_name, Clinician.id)
    )
    if centres is not None:
        there = select(ClinicianCentre.clinician_id).where(ClinicianCentre.centre_id.in_(centres))
        wanted = wanted.where(Clinician.id.in_(there))
    people = db.session().execute(wanted).all()
    free = _next_free([one.id for one in people], centres)
    found = [Wait(one.id, one.full_name, free.get(one.id)) for one in people]
    never = datetime.max.replace(tzinfo=clock.CLINIC_ZONE)
    return sorted(found, key=lambda one: one.free_at or never, reverse=True)


def clinician_names(ids: Collection[int]) -> dict[int, str]:
    """What clinicians are called, those who have left among them; the order is that of their names."""
    wanted = select(Clinician.id, Clinician.full_name).where(Clinician.id.in_(ids))
    named = db.session().execute(wanted.order_by(Clinician.full_name, Clinician.id))
    return {one.id: one.full_name for one in named}


def _next_free(ids: Collection[int], centres: Collection[int] | None) -> dict[int, datetime]:
    """The next free time of each, at the centres that count; a time elsewhere is none (M25)."""
    days = clinics.policy_in_force().horizon_days
    found: dict[int, datetime] = {}
    for centre_id in [None] if centres is None else sorted(centres):
        for key, at in booking.next_free(ids, days=days, centre_id=centre_id).items():
            found[key] = min(at, found.get(key, at))
    return found
