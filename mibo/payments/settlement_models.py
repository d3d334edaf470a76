"""What the provider paid out to our bank, as its reports say: each file, each settlement, each line of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.payments.settlement_rules import FILE_NAME_LENGTH, UTR_LENGTH, WORD_LENGTH


class SettlementFile(Entity):
    """A report that was read: once, by what is in it."""

    __tablename__ = "settlement_file"

    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(FILE_NAME_LENGTH))
    lines: Mapped[int]
    known: Mapped[int]  # of them stood in the books already, by another file
    waiting: Mapped[int]  # were not settled yet, and not kept
    odd: Mapped[int]  # did not match our books when it was read
    read_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    read_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (UniqueConstraint("digest"),)


class Settlement(Entity):
    """One sum that the provider paid out to our bank."""

    __tablename__ = "settlement"

    known_by: Mapped[str] = mapped_column(String(60))  # the provider's id
    utr: Mapped[str] = mapped_column(String(UTR_LENGTH))  # by which the bank knows it
    settled_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("known_by"), Index("ix_settlement_settled", "settled_at", "id"))


class SettlementLine(Entity):
    """A payment, a refund, or what the provider took off or added, as a settlement counts it."""

    __tablename__ = "settlement_line"

    settlement_id: Mapped[int] = mapped_column(ForeignKey("settlement.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("settlement_file.id"), index=True)
    line: Mapped[int]  # of the file
    kind: Mapped[str] = mapped_column(String(WORD_LENGTH))
    entity_id: Mapped[str] = mapped_column(String(60))
    paise: Mapped[int]
    fee_paise: Mapped[int]
    tax_paise: Mapped[int]
    net_paise: Mapped[int]
    mismatch_id: Mapped[int | None] = mapped_column(ForeignKey("mismatch.id"))

    __table_args__ = (
        UniqueConstraint("settlement_id", "entity_id", "kind"),
        Index(
            "ix_settlement_line_odd", "settlement_id", "mismatch_id", postgresql_where=text("mismatch_id is not null")
        ),
        CheckConstraint("paise >= 0 and fee_paise >= 0 and tax_paise >= 0", name="sums"),
    )
