"""What is owed, each try to pay it, what the provider told us, and what must be given back."""

from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.db import Entity
from mibo.payments.heard import ProviderEvent
from mibo.payments.rules import DESK_METHODS, REFERENCE_LENGTH, AdjustmentKind, Terms

DESK_NOTE_LENGTH = 500
WHY_LENGTH = 200
PAYMENT_STATES = ("PENDING", "PAID", "FAILED", "REFUNDED")
ATTEMPT_KINDS = ("ORDER", "LINK", "DESK")
ATTEMPT_STATES = ("OPEN", "PAID", "SURPLUS", "VOID")
METHODS = ("ONLINE", "CASH", "CARD", "UPI")
REFUND_STATES = ("REQUESTED", "APPROVED", "SENT", "DONE", "FAILED", "DECLINED")
REFUND_WAYS = ("PROVIDER", "DESK")
REFUND_REFERENCE_LENGTH = 60
REFUND_NOTE_LENGTH = 500
FAILURE_LENGTH = 200
PAID_OR_NEVER = "COALESCE(paid_at, '1970-01-01 00:00:00+00'::timestamp with time zone)"


class Payment(Entity):
    """What one booking owes: consultation plus registration, frozen when it was made (R-PAY-1, R-BOOK-12).

    Frozen with it are the terms on which it may be cancelled, as they were shown before paying (M9).

    What a discount took off the consultation, or a waiver off the registration, stands beside it as an Adjustment. What is
    waived to nothing is PAID without any attempt.
    """

    __tablename__ = "payment"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    consultation_paise: Mapped[int]
    registration_paise: Mapped[int]
    cutoff_hours: Mapped[int] = mapped_column(SmallInteger, server_default="24")
    in_time_percent: Mapped[int] = mapped_column(SmallInteger, server_default="100")
    late_percent: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    status: Mapped[str] = mapped_column(String(10), server_default="PENDING")
    method: Mapped[str | None] = mapped_column(String(10))
    paid_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]  # when its booking came to nothing before it was paid: it is owed no more
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # what lists ask of millions of payments, told by the booking, the attempts and the refunds: triggers write it, nobody else
    centre_id: Mapped[int | None]
    clinician_id: Mapped[int | None]
    taken_by: Mapped[int | None]  # who took the money that paid it at the desk
    came_in_paise: Mapped[int] = mapped_column(server_default="0")
    returned_paise: Mapped[int] = mapped_column(server_default="0")
    to_return_paise: Mapped[int] = mapped_column(server_default="0")

    attempts: Mapped[list["Attempt"]] = relationship(order_by="Attempt.id", lazy="raise")
    adjusted: Mapped[list["Adjustment"]] = relationship(
        primaryjoin="and_(Adjustment.payment_id == Payment.id, Adjustment.undone_at.is_(None))",
        order_by="Adjustment.id",
        lazy="raise",
        viewonly=True,
    )

    __table_args__ = (
        Index("ix_payment_patient", "patient_id", "created_at"),
        Index("ix_payment_made", "created_at", "id"),
        Index("ix_payment_paid", text(PAID_OR_NEVER), "id"),
        Index("ix_payment_centre_made", "centre_id", "created_at", "id"),
        Index("ix_payment_centre_paid", "centre_id", text(PAID_OR_NEVER), "id"),
        Index("ix_payment_clinician", "clinician_id", "created_at", "id", postgresql_include=["centre_id"]),
        Index(
            "ix_payment_taken",
            "taken_by",
            "centre_id",
            "created_at",
            "id",
            postgresql_include=["patient_id"],
            postgresql_where=text("taken_by is not null"),
        ),
        Index(
            "ix_payment_taken_paid",
            "taken_by",
            "centre_id",
            text(PAID_OR_NEVER),
            "id",
            postgresql_where=text("taken_by is not null"),
        ),
        Index("ix_payment_returned", "created_at", "id", postgresql_where=text("returned_paise > 0")),
        Index(
            "ix_payment_centre_returned", "centre_id", "created_at", "id", postgresql_where=text("returned_paise > 0")
        ),
        Index("ix_payment_to_return", "created_at", "id", postgresql_where=text("to_return_paise > 0")),
        Index(
            "ix_payment_owed",
            "centre_id",
            "created_at",
            "id",
            postgresql_where=text("status = 'PENDING' and released_at is null"),
        ),
        Index(
            "uq_payment_registration_once",
            "patient_id",
            unique=True,
            postgresql_where=text("registration_paise > 0 and status = 'PAID'"),
        ),
        CheckConstraint("consultation_paise >= 0", name="consultation"),
        CheckConstraint("registration_paise >= 0", name="registration"),
        CheckConstraint(
            "cutoff_hours >= 0 and in_time_percent between 0 and 100 and late_percent between 0 and 100", name="terms"
        ),
        CheckConstraint(f"status in {PAYMENT_STATES}", name="status"),
        CheckConstraint(f"method in {METHODS}", name="method"),
        CheckConstraint("(status in ('PAID', 'REFUNDED')) = (paid_at is not null)", name="paid_at"),
    )

    @property
    def amount_paise(self) -> int:
        """All of it."""
        return self.consultation_paise + self.registration_paise

    @property
    def terms(self) -> Terms:
        """On what terms the booking was made."""
        return Terms(self.cutoff_hours, self.in_time_percent, self.late_percent)


class Attempt(Entity):
    """One try to pay: an order of the checkout, a hosted link, or money handed over at the desk.

    SURPLUS is money that arrived although the booking was already paid or gone: a refund stands beside it.
    """

    __tablename__ = "attempt"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"))
    kind: Mapped[str] = mapped_column(String(5))
    paise: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3), server_default="INR")
    status: Mapped[str] = mapped_column(String(10), server_default="OPEN")
    method: Mapped[str | None] = mapped_column(String(10))
    provider_order_id: Mapped[str | None] = mapped_column(String(60))
    provider_link_id: Mapped[str | None] = mapped_column(String(60))
    provider_payment_id: Mapped[str | None] = mapped_column(String(60))
    token: Mapped[str] = mapped_column(String(32), default=lambda: token_urlsafe(16))  # stands in the link that is sent
    link_url: Mapped[str | None] = mapped_column(String(500))
    expires_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # when the provider closed the link of a void attempt
    asked_at: Mapped[datetime | None]  # when we last asked the provider how it stands
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(DESK_NOTE_LENGTH))
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    paid_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    payment: Mapped[Payment] = relationship(lazy="raise", overlaps="attempts")
    tenders: Mapped[list["Tender"]] = relationship(order_by="Tender.id", lazy="raise")
    told: Mapped[list["ProviderEvent"]] = relationship(order_by="ProviderEvent.id", lazy="raise", viewonly=True)

    __table_args__ = (
        Index("ix_attempt_payment", "payment_id"),
        Index(
            "ix_attempt_taken",
            "taken_by",
            "payment_id",
            postgresql_where=text("taken_by is not null and status = 'PAID'"),
        ),
        Index(
            "ix_attempt_came_in",
            "paid_at",
            postgresql_include=["payment_id", "paise", "method"],
            postgresql_where=text("status in ('PAID', 'SURPLUS')"),
        ),
        Index("ix_attempt_awaited", "expires_at", postgresql_where=text("status in ('OPEN', 'VOID')")),
        Index("uq_attempt_paid_once", "payment_id", unique=True, postgresql_where=text("status = 'PAID'")),
        UniqueConstraint("token"),
        UniqueConstraint("provider_order_id"),
        UniqueConstraint("provider_link_id"),
        UniqueConstraint("provider_payment_id"),
        CheckConstraint("paise > 0", name="paise"),
        CheckConstraint(f"kind in {ATTEMPT_KINDS}", name="kind"),
        CheckConstraint(f"status in {ATTEMPT_STATES}", name="status"),
        CheckConstraint(f"method in {METHODS}", name="method"),
    )


class Tender(Entity):
    """Money handed over at the desk in one way: what a desk attempt is made of, one or several that sum to it.

    Voided when the desk unsays it. `with_id` is the tender by which one transfer also paid for this booking.
    """

    __tablename__ = "tender"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    method: Mapped[str] = mapped_column(String(10))
    paise: Mapped[int]
    reference: Mapped[str | None] = mapped_column(String(REFERENCE_LENGTH))  # UPI: twelve digits; card: slip, last four
    taken_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    with_id: Mapped[int | None] = mapped_column(ForeignKey("tender.id"))
    drawer_id: Mapped[int | None] = mapped_column(ForeignKey("drawer.id"), index=True)

    __table_args__ = (
        Index(
            "uq_tender_upi_reference",
            "reference",
            unique=True,
            postgresql_where=text("method = 'UPI' and voided_at is null and with_id is null"),
        ),
        Index("ix_tender_taken", "taken_by", "taken_at"),
        CheckConstraint("paise > 0", name="paise"),
        CheckConstraint(f"method in {DESK_METHODS}", name="method"),
    )


class Adjustment(Entity):
    """Why somebody owes less: a discount, a fee that was waived, or a registration that was paid before Mibo knew them.

    PAID_ELSEWHERE is of a patient and no booking. One that was undone before the money came counts no more.
    """

    __tablename__ = "adjustment"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    paise: Mapped[int]
    reason: Mapped[str] = mapped_column(String(WHY_LENGTH))
    by_account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint(f"kind in {tuple(AdjustmentKind)}", name="kind"),
        CheckConstraint("paise >= 0", name="paise"),
        CheckConstraint("(payment_id is null) = (kind = 'PAID_ELSEWHERE')", name="payment"),
    )


class Refund(Entity):
    """Money to give back: opened by a rule or a manager, decided by a manager, sent by a job or handed over at the desk.

    A trigger keeps what goes back of an attempt within what came by it. `round` counts the refunds that we asked the
    provider for: another only after the provider said that the one before has failed.
    """

    __tablename__ = "refund"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payment.id"), index=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), index=True)
    paise: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(String(REFUND_NOTE_LENGTH))  # why, where a manager opened it
    status: Mapped[str] = mapped_column(String(10), server_default="REQUESTED")
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    opened_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    decided_reason: Mapped[str | None] = mapped_column(String(REFUND_NOTE_LENGTH))
    way: Mapped[str | None] = mapped_column(String(10))
    method: Mapped[str | None] = mapped_column(String(10))  # how it was handed over at the desk
    reference: Mapped[str | None] = mapped_column(String(REFUND_REFERENCE_LENGTH))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))  # at whose desk
    provider_refund_id: Mapped[str | None] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_try_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(FAILURE_LENGTH))
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        Index(
            "uq_refund_by_rule", "attempt_id", "reason", unique=True, postgresql_where=text("reason <> 'BY_MANAGER'")
        ),
        Index("uq_refund_upi_reference", "reference", unique=True, postgresql_where=text("method = 'UPI'")),
        Index("ix_refund_opened", "opened_at", "id"),
        Index("ix_refund_done", "payment_id", postgresql_include=["paise"], postgresql_where=text("status = 'DONE'")),
        Index(
            "ix_refund_open",
            "opened_at",
            "id",
            postgresql_where=text("status in ('REQUESTED', 'APPROVED', 'SENT', 'FAILED')"),
        ),
        Index("ix_refund_due", "next_try_at", postgresql_where=text("status in ('APPROVED', 'SENT')")),
        UniqueConstraint("provider_refund_id"),
        CheckConstraint("paise > 0", name="paise"),
        CheckConstraint(f"status in {REFUND_STATES}", name="status"),
        CheckConstraint(f"way in {REFUND_WAYS}", name="way"),
        CheckConstraint("method in ('CASH', 'CARD', 'UPI')", name="method"),
        CheckConstraint("status = 'REQUESTED' or decided_at is not null", name="decided"),
        CheckConstraint("status in ('REQUESTED', 'DECLINED') or way is not null", name="way_chosen"),
        CheckConstraint("status <> 'DECLINED' or decided_reason is not null", name="declined_why"),
        CheckConstraint("(status = 'DONE') = (done_at is not null)", name="done"),
        CheckConstraint("(way = 'DESK' and status = 'DONE') = (method is not null)", name="handed_over"),
    )
