"""The drawer in which the money of a shift is kept, what else went through it, and how it was counted (M15)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.payments.models import DESK_NOTE_LENGTH, WHY_LENGTH
from mibo.payments.rules import DESK_METHODS


class Drawer(Entity):
    """The money of one person's shift at one centre, from when it is opened until it is counted (M15)."""

    __tablename__ = "drawer"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    float_paise: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # none: by itself, with the first money
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_drawer_open", "account_id", "centre_id", unique=True, postgresql_where=text("closed_at is null")),
        Index("ix_drawer_listed", "opened_at", "id"),
        CheckConstraint("float_paise >= 0", name="float"),
    )


class DrawerEntry(Entity):
    """Money that a drawer gave or got and no booking paid: given back, put in, or taken out."""

    __tablename__ = "drawer_entry"

    drawer_id: Mapped[int] = mapped_column(ForeignKey("drawer.id"), index=True)
    kind: Mapped[str] = mapped_column(String(6))
    method: Mapped[str] = mapped_column(String(10))
    paise: Mapped[int]
    reason: Mapped[str | None] = mapped_column(String(WHY_LENGTH))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"))
    by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("refund_id", "method"),
        CheckConstraint("kind in ('IN', 'OUT', 'REFUND')", name="kind"),
        CheckConstraint(f"method in {DESK_METHODS}", name="method"),
        CheckConstraint("paise > 0", name="paise"),
        CheckConstraint("(kind = 'REFUND') = (refund_id is not null)", name="refund"),
        CheckConstraint("kind = 'REFUND' or method = 'CASH'", name="cash"),
    )


class DrawerClosing(Entity):
    """A drawer counted: what was expected, what was there, and why the two differ; and why it was opened again."""

    __tablename__ = "drawer_closing"

    drawer_id: Mapped[int] = mapped_column(ForeignKey("drawer.id"), index=True)
    expected_cash_paise: Mapped[int]
    expected_card_paise: Mapped[int]
    expected_upi_paise: Mapped[int]
    counted_cash_paise: Mapped[int]
    counted_card_paise: Mapped[int]
    counted_upi_paise: Mapped[int]
    pieces: Mapped[dict[str, int] | None] = mapped_column(JSONB)  # notes and coins by their rupees
    explanation: Mapped[str | None] = mapped_column(String(DESK_NOTE_LENGTH))
    closed_at: Mapped[datetime]
    closed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reopen_reason: Mapped[str | None] = mapped_column(String(WHY_LENGTH))

    __table_args__ = (
        Index("uq_drawer_closing_stands", "drawer_id", unique=True, postgresql_where=text("reopened_at is null")),
        CheckConstraint(
            "counted_cash_paise >= 0 and counted_card_paise >= 0 and counted_upi_paise >= 0", name="counted"
        ),
        CheckConstraint(
            "(expected_cash_paise, expected_card_paise, expected_upi_paise)"
            " = (counted_cash_paise, counted_card_paise, counted_upi_paise) or explanation is not null",
            name="explained",
        ),
        CheckConstraint("(reopened_at is null) = (reopen_reason is null)", name="reopened"),
    )
