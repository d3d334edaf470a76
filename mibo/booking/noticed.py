"""What a patient's notices are about, as programs ask: the appointments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from mibo import db
from mibo.booking.models import Appointment
from mibo.payments import Refund
from mibo.people import Clinician


@dataclass(frozen=True, slots=True)
class Noticed:
    """An appointment that somebody was told of; `comes_back`: whether money does."""

    clinician: str
    starts_at: datetime
    reason: str | None
    comes_back: bool


def noticed(ids: Collection[int]) -> dict[int, Noticed]:
    """Those of these ids that are appointments."""
    comes_back = exists().where(Refund.payment_id == Appointment.payment_id)
    rows = db.session().execute(
        select(
            Appointment.id, Clinician.full_name, Appointment.starts_at, Appointment.cancel_reason,
            comes_back,
        )
        .join(Clinician, Clinician.id == Appointment.clinician_id)
        .where(Appointment.id.in_(ids))
    )  # fmt: skip
    return {row[0]: Noticed(*row[1:]) for row in rows}
