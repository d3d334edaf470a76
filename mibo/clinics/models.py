"""Centres and their holidays."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity

NAME_LENGTH = 150
ADDRESS_LENGTH = 255
REASON_LENGTH = 500


class Centre(Entity):
    """A place with an address, where clinicians see patients."""

    __tablename__ = "centre"

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    short_name: Mapped[str] = mapped_column(String(40))
    city: Mapped[str] = mapped_column(String(60))
    address_line_1: Mapped[str] = mapped_column(String(ADDRESS_LENGTH))
    address_line_2: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    pincode: Mapped[str] = mapped_column(String(6))
    phone: Mapped[str] = mapped_column(String(16))
    timezone: Mapped[str] = mapped_column(String(40), server_default="Asia/Kolkata")
    map_url: Mapped[str | None] = mapped_column(String(500))
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("length(name) >= 3", name="name_length"),
        CheckConstraint("pincode ~ '^[1-9][0-9]{5}$'", name="pincode_format"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{7,14}$'", name="phone_format"),
    )

    @property
    def address(self) -> str:
        """One line, as it is printed and sent."""
        return ", ".join(line for line in (self.address_line_1, self.address_line_2) if line)


class Holiday(Entity):
    """A day on which a centre is closed."""

    __tablename__ = "holiday"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))

    __table_args__ = (UniqueConstraint("centre_id", "day"),)


class OpeningHours(Entity):
    """When a centre's door is open on a weekday; what clinicians keep is theirs (scheduling)."""

    __tablename__ = "opening_hours"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    weekday: Mapped[int]  # 0 is Sunday
    opens_minute: Mapped[int]
    closes_minute: Mapped[int]

    __table_args__ = (
        UniqueConstraint("centre_id", "weekday", "opens_minute"),
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("opens_minute >= 0 and opens_minute < closes_minute and closes_minute <= 1440", name="minutes"),
    )


class PolicyVersion(Entity):
    """The policy numbers from a moment on, who decided them and why; the newest is in force."""

    __tablename__ = "policy_version"

    numbers: Mapped[dict[str, int]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(String(REASON_LENGTH))
    decided_by: Mapped[int | None] = mapped_column(BigInteger)  # an account; it lies above, so without a foreign key
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
