"""The outbox: each promise to tell somebody something, written in the transaction that made it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.db import Entity
from mibo.messaging.templates import KINDS
from mibo.messaging.words import LANGUAGES

ARRIVED = ("DELIVERED", "READ")
MESSAGE_STATES = ("PENDING", "SENDING", "SENT", "DELIVERED", "READ", "FAILED", "UNKNOWN", "DROPPED")
CHANNELS = ("WHATSAPP", "SMS", "EMAIL")  # in the order in which they are tried
CALL_STATES = ("OPEN", "REACHED", "WRONG_NUMBER", "NOT_NEEDED")
OUTCOMES = ("REACHED", "NO_ANSWER", "WRONG_NUMBER")
ERROR_LENGTH = 200
ADDRESS_LENGTH = 254


class DeliveryReport(Entity):
    """What the WhatsApp provider told us, as it came, kept once; `settled_at` is when nothing of it was left to look for.

    News may come before the answer that names its message, or be of one that is not ours: it is tried again for a day,
    and shown until somebody has seen it. The body holds phone numbers, so it is forgotten after ninety days.
    """

    __tablename__ = "delivery_report"

    known_by: Mapped[str] = mapped_column(String(64))
    event: Mapped[str] = mapped_column(String(60))
    body: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("known_by"),
        Index("ix_delivery_report_open", "received_at", postgresql_where=text("settled_at is null")),
        Index("ix_delivery_report_received", "received_at"),
        CheckConstraint("(seen_at is null) = (seen_by is null)", name="seen"),
    )


class Message(Entity):
    """One message to one person by one way. UNKNOWN may have arrived: it is never resent blindly (integrations.md 5.2).

    PENDING waits, SENT was accepted by the provider, DROPPED was not to be sent any more; the others say what they are.
    The same message by another way has the same key and a `rung` above nought. Until `climbs_until`, the start of what
    it tells of, another way may be tried; `climbed_at` says that this one is done with.
    """

    __tablename__ = "message"

    dedupe_key: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10), server_default="BOOKING")
    channel: Mapped[str] = mapped_column(String(10), server_default="WHATSAPP")
    language: Mapped[str] = mapped_column(String(2), server_default="en")
    template: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # values that may not lie open: a sign-in code
    link: Mapped[str | None] = mapped_column(String(200))
    about_id: Mapped[int | None]
    patient_id: Mapped[int | None]
    centre_id: Mapped[int | None]
    email: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    not_after: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    climbs_until: Mapped[datetime | None]
    climbed_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(10), server_default="PENDING")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease_until: Mapped[datetime | None]
    provider_id: Mapped[str | None] = mapped_column(String(100))
    last_error: Mapped[str | None] = mapped_column(String(ERROR_LENGTH))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("dedupe_key", "channel"),
        Index("uq_message_first", "dedupe_key", unique=True, postgresql_where=text("rung = 0")),
        Index(
            "uq_message_under_way", "dedupe_key", unique=True, postgresql_where=text("status in ('PENDING', 'SENDING')")
        ),
        Index(
            "ix_message_climbing",
            "climbs_until",
            postgresql_where=text(
                "climbed_at is null and climbs_until is not null and status in ('PENDING', 'SENT', 'FAILED', 'UNKNOWN')"
            ),
        ),
        Index("ix_message_due", "next_at", postgresql_where=text("status in ('PENDING', 'SENDING')")),
        Index("ix_message_provider_id", "provider_id", postgresql_where=text("provider_id is not null")),
        Index("ix_message_about", "about_id", postgresql_where=text("about_id is not null")),
        Index("ix_message_created", "created_at", "id"),
        Index("ix_message_patient", "patient_id", postgresql_where=text("patient_id is not null")),
        CheckConstraint(f"status in {MESSAGE_STATES}", name="status"),
        CheckConstraint(f"channel in {CHANNELS}", name="channel"),
        CheckConstraint(f"kind in {tuple(KINDS)}", name="kind"),
        CheckConstraint(f"language in {tuple(LANGUAGES)}", name="language"),
    )


class PhoneCall(Entity):
    """Somebody whom no message reached: the desk calls them, until what it was about begins."""

    __tablename__ = "phone_call"

    dedupe_key: Mapped[str] = mapped_column(String(100))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    about_id: Mapped[int | None]
    patient_id: Mapped[int | None]
    centre_id: Mapped[int | None]
    until: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(12), server_default="OPEN")
    again_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())

    tries: Mapped[list["CallTry"]] = relationship(order_by="CallTry.id", lazy="raise")

    @property
    def standing(self) -> list["CallTry"]:
        """The tries that were not taken back."""
        return [each for each in self.tries if each.taken_back_at is None]

    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_phone_call_open", "until", postgresql_where=text("status = 'OPEN'")),
        Index("ix_phone_call_about", "about_id"),
        CheckConstraint(f"status in {CALL_STATES}", name="status"),
    )


class CallTry(Entity):
    """Somebody at the desk called, and what came of it; said by mistake, it is taken back."""

    __tablename__ = "call_try"

    call_id: Mapped[int] = mapped_column(ForeignKey("phone_call.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(12))
    by_account_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    taken_back_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(f"outcome in {OUTCOMES}", name="outcome"),)
