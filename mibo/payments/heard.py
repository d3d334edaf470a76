"""What the provider told us, what of it does not match, and each look through its list."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.payments.rules import MismatchReason

MISMATCH_REASONS = tuple(str(each) for each in MismatchReason)
MISMATCH_ENDS = ("SETTLED", "ATTACHED", "GIVEN_BACK", "SET_ASIDE", "WRITTEN_IN")
MISMATCH_NOTE_LENGTH = 500
TELLERS = ("WEBHOOK", "BROWSER", "RECONCILER", "PERSON", "SETTLEMENT")


class ProviderEvent(Entity):
    """What the provider told us, word for word, once per event id."""

    __tablename__ = "provider_event"

    provider: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))  # which try it is about, once settled

    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_provider_event_attempt", "attempt_id", postgresql_where=text("attempt_id is not null")),
        Index("ix_provider_event_unsettled", "received_at", postgresql_where=text("settled_at is null")),
    )


class Mismatch(Entity):
    """Money that does not match what we asked for, parked until a person says what it is.

    It is opened once for each thing the provider told of and each reason, whoever told of it and however often.
    """

    __tablename__ = "mismatch"

    about: Mapped[str] = mapped_column(
        String(120)
    )  # the provider's payment or refund; `event:<id>` where none is named
    reason: Mapped[str] = mapped_column(String(20))
    told_by: Mapped[str] = mapped_column(String(10))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("provider_event.id"))
    provider_payment_id: Mapped[str | None] = mapped_column(String(60))
    told_paise: Mapped[int | None]
    told_currency: Mapped[str | None] = mapped_column(String(10))
    told_status: Mapped[str | None] = mapped_column(String(20))
    told_order_id: Mapped[str | None] = mapped_column(String(60))
    told_link_id: Mapped[str | None] = mapped_column(String(60))
    told_at: Mapped[datetime | None]  # when the payer paid, by the provider's clock
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    looked_at: Mapped[datetime | None]  # when the provider was last asked about it
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # empty where it settled by itself
    resolution: Mapped[str | None] = mapped_column(String(12))
    note: Mapped[str | None] = mapped_column(String(MISMATCH_NOTE_LENGTH))

    __table_args__ = (
        UniqueConstraint("about", "reason"),
        Index("ix_mismatch_open", "opened_at", postgresql_where=text("resolved_at is null")),
        Index("ix_mismatch_payment", "provider_payment_id"),
        CheckConstraint(f"reason in {MISMATCH_REASONS}", name="reason"),
        CheckConstraint(f"told_by in {TELLERS}", name="told_by"),
        CheckConstraint(f"resolution in {MISMATCH_ENDS}", name="resolution"),
        CheckConstraint("(resolution is null) = (resolved_at is null)", name="resolved"),
    )


class Reconciliation(Entity):
    """One look through all that the provider has been paid in some days: how far it has come, and what it found."""

    __tablename__ = "reconciliation"

    on_day: Mapped[date | None]  # the clinic's day of a daily one; empty where somebody asked for it
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]
    seen: Mapped[int] = mapped_column(server_default="0")
    found: Mapped[int] = mapped_column(server_default="0")  # money that nobody had told us of, settled now
    parked: Mapped[int] = mapped_column(server_default="0")  # what does not match
    trouble: Mapped[str | None] = mapped_column(String(200))  # why it could not go on
    leased_until: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("on_day"),
        Index(
            "uq_reconciliation_open", text("(done_at is null)"), unique=True, postgresql_where=text("done_at is null")
        ),
        CheckConstraint("since < until", name="span"),
    )
