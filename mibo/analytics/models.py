"""What was counted of days that are over, so that a year is told as fast as a week; and which of them changed since."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Base, Entity


class DayFigures(Base):
    """What a clinician did at a centre on one of the clinic's days, in numbers; `counting` says what each of them is."""

    __tablename__ = "day_figures"

    day: Mapped[date] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    kept: Mapped[int]
    missed: Mapped[int]
    cancelled: Mapped[int]
    new_patients: Mapped[int]
    planned: Mapped[int]
    planned_days: Mapped[int]
    waits: Mapped[int]
    wait_minutes: Mapped[int]
    late_starts: Mapped[int]
    reminded_kept: Mapped[int]
    reminded_missed: Mapped[int]
    unreminded_kept: Mapped[int]
    unreminded_missed: Mapped[int]
    offered_minutes: Mapped[int]
    booked_minutes: Mapped[int]
    came_in_paise: Mapped[int]
    returned_paise: Mapped[int]
    follow_ups: Mapped[int]

    keys: ClassVar[tuple[str, ...]] = ("day", "centre_id", "clinician_id")


class RolledDay(Base):
    """A day whose figures are kept."""

    __tablename__ = "rolled_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StaleDays(Entity):
    """Something of these days has changed: triggers say so in the transaction that changed it, and until they are
    counted anew nobody reads what is kept of them.
    """

    __tablename__ = "stale_days"

    first_on: Mapped[date]
    last_on: Mapped[date]
    transaction_id: Mapped[str] = mapped_column(String(20), server_default=text("pg_current_xact_id()::text"))

    __table_args__ = (
        Index("ix_stale_days_span", "first_on", "last_on"),
        CheckConstraint("first_on <= last_on", name="span"),
    )
