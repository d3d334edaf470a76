"""Receipts, bills, invoices and credit notes as they were issued, their numbers, and the links by which they are sent."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Base, Entity
from mibo.payments.receipt_rules import CODE_LENGTH, PREFIX_LENGTH, RATES, Kind

KINDS = tuple(kind.value for kind in Kind)
LEGAL_NAME_LENGTH = 150


class Billing(Entity):
    """How a centre issues documents: in whose name, under which GSTIN and prefix, with which tax on what."""

    __tablename__ = "billing"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), unique=True)
    legal_name: Mapped[str] = mapped_column(String(LEGAL_NAME_LENGTH))
    gstin: Mapped[str | None] = mapped_column(String(15))
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH))
    consultation_sac: Mapped[str] = mapped_column(String(6), server_default="999312")
    consultation_rate_bp: Mapped[int] = mapped_column(server_default="0")
    registration_sac: Mapped[str] = mapped_column(String(6), server_default="999312")
    registration_rate_bp: Mapped[int] = mapped_column(server_default="0")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (
        CheckConstraint("prefix ~ '^[A-Z0-9]{2,3}$'", name="prefix"),
        CheckConstraint("consultation_sac ~ '^9993[0-9]{2}$' and registration_sac ~ '^9993[0-9]{2}$'", name="sac"),
        CheckConstraint(f"consultation_rate_bp in {RATES} and registration_rate_bp in {RATES}", name="rates"),
        CheckConstraint("gstin is not null or consultation_rate_bp + registration_rate_bp = 0", name="no_tax_unregistered"),
    )  # fmt: skip


class ReceiptCounter(Base):
    """The last number given in a series and financial year. Its row stays locked until the document is committed."""

    __tablename__ = "receipt_counter"

    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH), primary_key=True)
    kind: Mapped[str] = mapped_column(String(14), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class Receipt(Entity):
    """A document as it was issued. Nothing of it changes but that it may be cancelled, once; it is never deleted."""

    __tablename__ = "receipt"

    kind: Mapped[str] = mapped_column(String(14))
    prefix: Mapped[str] = mapped_column(String(PREFIX_LENGTH))
    year: Mapped[int]  # in which the financial year began
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(CODE_LENGTH), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    refund_id: Mapped[int | None] = mapped_column(ForeignKey("refund.id"), unique=True)
    against_id: Mapped[int | None] = mapped_column(ForeignKey("receipt.id"), index=True)
    total_paise: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        UniqueConstraint("prefix", "kind", "year", "number"),
        Index(
            "uq_receipt_payment_once", "payment_id", unique=True,
            postgresql_where=text("kind <> 'CREDIT_NOTE' and cancelled_at is null"),
        ),
        Index("ix_receipt_register", "issued_on", "id"),
        Index("ix_receipt_centre", "centre_id", "issued_on", "id"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint("number > 0 and total_paise > 0", name="positive"),
        CheckConstraint(
            "(kind = 'CREDIT_NOTE') = (refund_id is not null) and (kind = 'CREDIT_NOTE') = (against_id is not null)",
            name="credits_something",
        ),
    )  # fmt: skip


class ReceiptCopy(Entity):
    """A document was printed at the desk: what follows the first is a duplicate."""

    __tablename__ = "receipt_copy"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ReceiptLink(Entity):
    """A link that shows one document to whoever has it, until it ends or is taken back; only its token's hash is kept."""

    __tablename__ = "receipt_link"

    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipt.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
