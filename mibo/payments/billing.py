"""In whose name and with which tax a centre issues documents."""

from collections.abc import Mapping

from sqlalchemy import func, select

from mibo import audit, clinics, db
from mibo.clinics import Centre
from mibo.errors import Invalid
from mibo.payments import receipt_rules as rules
from mibo.payments.receipt_models import Billing

BILLING_LOCK = 0x6D69626F_62696C6C  # two new centres at once do not choose the same prefix


def billing_of(centre_id: int) -> Billing | None:
    """What is set for a centre; None while nothing is, and nothing was issued there."""
    return db.session().scalar(select(Billing).where(Billing.centre_id == centre_id))


def billing_for(centre: Centre) -> Billing:
    """What is set for a centre; where nothing is, it begins with its own name and a prefix that nobody has."""
    if (found := billing_of(centre.id)) is not None:
        return found
    db.session().execute(select(func.pg_advisory_xact_lock(BILLING_LOCK)))
    if (found := billing_of(centre.id)) is not None:
        return found
    made = suggested_billing(centre)
    db.session().add(made)
    db.session().flush()
    return made


def suggested_billing(centre: Centre) -> Billing:
    """What a centre begins with where nothing is set: its own name, a prefix that no centre has, and no tax. Not kept yet."""
    prefix = rules.free_prefix(centre.short_name, db.session().scalars(select(Billing.prefix)).all())
    sac = rules.USUAL_SAC
    return Billing(
        centre_id=centre.id, legal_name=centre.name, gstin=None, prefix=prefix, consultation_sac=sac,
        consultation_rate_bp=0, registration_sac=sac, registration_rate_bp=0,
    )  # fmt: skip


def set_billing(centre_id: int, told: Mapping[str, str | int | None], *, by: int) -> Billing:
    """Decide how a centre issues documents from now on; what was issued stays as it is.

    Raises Missing, and Invalid for tax without a GSTIN or a prefix under which somebody else counts.
    """
    centre = clinics.locked_centre(centre_id)
    one = billing_for(centre)
    db.session().execute(select(func.pg_advisory_xact_lock(BILLING_LOCK)))
    _check(one, told)
    changed = {name: [getattr(one, name), value] for name, value in told.items() if getattr(one, name) != value}
    for name, value in told.items():
        setattr(one, name, value)
    db.session().flush()
    if changed:
        audit.record("centre.billing_set", centre_id, by=by, changed=changed)
    return one


def _check(one: Billing, told: Mapping[str, str | int | None]) -> None:
    if not told["gstin"] and (told["consultation_rate_bp"] or told["registration_rate_bp"]):
        raise Invalid.field("gstin", "Enter the GSTIN: without one no tax may be charged.")
    others = select(Billing).where(Billing.prefix == told["prefix"], Billing.id != one.id)
    for other in db.session().scalars(others):
        if (other.legal_name, other.gstin) != (told["legal_name"], told["gstin"]):
            raise Invalid.field("prefix", "Another centre counts under this prefix in another name. Choose another.")
