"""The hours clinicians keep, and the time that is closed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from mibo.clinics import REASON_LENGTH
from mibo.db import Entity

MINUTES_A_DAY = 1440


class WeeklyHours(Entity):
    """A window of a weekday that a clinician keeps while it is in effect, in wall-clock minutes (R-TIME-1).

    An extra opening on one day is a window that is in effect on that day only.
    """

    __tablename__ = "weekly_hours"

    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    weekday: Mapped[int] = mapped_column(SmallInteger)  # 0 is Sunday
    opens_minute: Mapped[int] = mapped_column(SmallInteger)
    closes_minute: Mapped[int] = mapped_column(SmallInteger)
    slot_minutes: Mapped[int] = mapped_column(SmallInteger)
    mode: Mapped[str] = mapped_column(String(10), server_default="BOTH")
    effective_from: Mapped[date] = mapped_column(server_default="2000-01-01")
    effective_to: Mapped[date | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (
        Index("ix_weekly_hours_clinician", "clinician_id", "weekday", postgresql_where=text("active")),
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("mode in ('IN_PERSON', 'ONLINE', 'BOTH')", name="mode"),
        CheckConstraint("mod(opens_minute, 15) = 0 and opens_minute >= 0", name="opens_minute"),
        CheckConstraint(f"closes_minute > opens_minute and closes_minute <= {MINUTES_A_DAY}", name="closes_minute"),
        CheckConstraint(
            "slot_minutes between 15 and 240 and slot_minutes <= closes_minute - opens_minute", name="slot_minutes"
        ),
        CheckConstraint("effective_to >= effective_from", name="effective"),
        ExcludeConstraint(
            ("clinician_id", "="),
            ("weekday", "="),
            (text("int4range(opens_minute, closes_minute)"), "&&"),
            (text("daterange(effective_from, effective_to, '[]')"), "&&"),
            where=text("active"),
            using="gist",
            name="weekly_hours_no_overlap",
        ),
    )


class TimeBlock(Entity):
    """Closed time of a clinician, a centre, or a clinician at a centre; wall-clock, without a zone (R-BLK-1)."""

    __tablename__ = "time_block"

    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("clinician.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    starts_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    ends_local: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH), server_default="unavailable")
    group_id: Mapped[int | None]  # the id of the first block of those that were made at once, and are lifted at once
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lifted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    lifted_at: Mapped[datetime | None]
    request_key: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("created_by", "request_key"),
        Index("ix_time_block_made", "ends_local", "id"),
        Index("ix_time_block_clinician", "clinician_id", "ends_local", postgresql_where=text("lifted_at is null")),
        Index("ix_time_block_group", "group_id", postgresql_where=text("group_id is not null")),
        Index("ix_time_block_centre", "centre_id", "ends_local", postgresql_where=text("lifted_at is null")),
        CheckConstraint("num_nonnulls(clinician_id, centre_id) > 0", name="of_something"),
        CheckConstraint("ends_local > starts_local", name="span"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )
