"""What patients agreed to and took back: every word of it kept, the last one counts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.people.consent_rules import CAPACITIES, PURPOSES


class Consent(Entity):
    """One yes or no to one purpose, in the words of a version of the notice, by an account and in which capacity."""

    __tablename__ = "consent"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    purpose: Mapped[str] = mapped_column(String(10))
    given: Mapped[bool]
    version: Mapped[str] = mapped_column(String(20))
    capacity: Mapped[str] = mapped_column(String(10))
    by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    said_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_consent_patient", "patient_id", "purpose", "id"),
        CheckConstraint(f"purpose in {PURPOSES}", name="purpose"),
        CheckConstraint(f"capacity in {CAPACITIES}", name="capacity"),
    )
