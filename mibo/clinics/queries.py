"""Which centres there are, and the policy in force."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import select

from mibo import db
from mibo.clinics.models import Centre
from mibo.clinics.policy import Policy
from mibo.config import settings


@cache
def policy_in_force() -> Policy:
    """The policy numbers of this deployment."""
    chosen = settings()
    return Policy(
        hold_minutes=chosen.policy_hold_minutes,
        link_hold_minutes=chosen.policy_link_hold_minutes,
        lead_minutes=chosen.policy_lead_minutes,
        horizon_days=chosen.policy_horizon_days,
        registration_fee_paise=chosen.policy_registration_fee_rupees * 100,
        patient_cutoff_hours=chosen.policy_patient_cutoff_hours,
        unpaid_holds=chosen.policy_unpaid_holds,
    )


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
