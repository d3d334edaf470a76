"""Enquiries with every step of them, campaigns, and how a new patient heard of the clinic."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.db import Base, Entity
from mibo.identity import NAME_LENGTH, Account
from mibo.leads.rules import CALL_TIMES, CARES, HEARD_OF, LOST_REASONS, OPEN, SOURCES, State
from mibo.messaging import LANGUAGES

WORDS_LENGTH = 300
STEP_NOTE_LENGTH = 300
REFERRER_LENGTH = 120
CAMPAIGN_NAME_LENGTH = 80
CODE_LENGTH = 30
KEY_LENGTH = 80
STEPS = (
    "ASKED",
    "ASKED_AGAIN",
    "CALLED",
    "TAKEN",
    "PLACED",
    "LATER",
    "LOST",
    "REOPENED",
    "PATIENT",
    "BOOKED",
    "HOLD_ENDED",
)

_open = "status in ({})".format(", ".join(f"'{state}'" for state in OPEN))


class Campaign(Entity):
    """Something that the clinic does to be heard of; its code stands in the links that are handed out."""

    __tablename__ = "campaign"

    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    name: Mapped[str] = mapped_column(String(CAMPAIGN_NAME_LENGTH))
    heard_of: Mapped[str] = mapped_column(String(10))
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default="1")
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="code"),
        CheckConstraint(f"heard_of in {HEARD_OF}", name="heard_of"),
        CheckConstraint("from_on <= to_on", name="span"),
    )


class Enquiry(Entity):
    """Somebody would like to hear from the clinic. Of one phone one is open at a time; what they wrote is sealed.

    Once it is forgotten, nothing in it names anybody; it counts where it counted.
    """

    __tablename__ = "enquiry"

    full_name: Mapped[str | None] = mapped_column(String(2 * NAME_LENGTH))
    phone: Mapped[str | None] = mapped_column(String(16))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    online: Mapped[bool] = mapped_column(server_default="false")
    care: Mapped[str] = mapped_column(String(12), server_default="OUT_PATIENT")
    for_other: Mapped[bool] = mapped_column(server_default="false")
    call_at: Mapped[str] = mapped_column(String(10), server_default="ANY")
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(2), server_default="en")
    source: Mapped[str] = mapped_column(String(10))
    heard_of: Mapped[str | None] = mapped_column(String(10))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    referrer: Mapped[str | None] = mapped_column(String(REFERRER_LENGTH))
    consent_version: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12), server_default=State.NEW)
    lost_reason: Mapped[str | None] = mapped_column(String(15))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    next_call_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # calls in a row that nobody answered
    reached_at: Mapped[datetime | None]
    patient_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointment.id"), unique=True)
    booked_at: Mapped[datetime | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # empty: on the website
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    touched_at: Mapped[datetime] = mapped_column(server_default=func.now())
    forgotten_at: Mapped[datetime | None]

    centre: Mapped[Centre | None] = relationship(lazy="raise")
    campaign: Mapped[Campaign | None] = relationship(lazy="raise")
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id], lazy="raise")
    appointment: Mapped[Appointment | None] = relationship(lazy="raise")
    steps: Mapped[list["EnquiryStep"]] = relationship(order_by="EnquiryStep.id", lazy="raise")

    __table_args__ = (
        Index("uq_enquiry_open_phone", "phone", unique=True, postgresql_where=text(_open)),
        Index("ix_enquiry_phone", "phone", postgresql_where=text("phone is not null")),
        Index("ix_enquiry_open", "centre_id", "next_call_at", postgresql_where=text(_open)),
        Index("ix_enquiry_created", "created_at", "id"),
        Index("ix_enquiry_patient", "patient_id", postgresql_where=text("patient_id is not null")),
        Index("ix_enquiry_kept", "touched_at", postgresql_where=text("forgotten_at is null")),
        CheckConstraint("status in ({})".format(", ".join(f"'{state}'" for state in State)), name="status"),
        CheckConstraint(f"care in {CARES}", name="care"),
        CheckConstraint(f"call_at in {CALL_TIMES}", name="call_at"),
        CheckConstraint(f"language in {tuple(LANGUAGES)}", name="language"),
        CheckConstraint(f"source in {SOURCES}", name="source"),
        CheckConstraint(f"heard_of in {HEARD_OF}", name="heard_of"),
        CheckConstraint(f"lost_reason in {LOST_REASONS}", name="lost_reason"),
        CheckConstraint("(status = 'LOST') = (lost_reason is not null)", name="lost_why"),
        CheckConstraint("(status = 'BOOKED') = (booked_at is not null)", name="booked_when"),
        CheckConstraint("status <> 'BOOKED' or appointment_id is not null", name="booked_what"),
        CheckConstraint("tries >= 0", name="tries"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{7,14}$'", name="phone_format"),
        CheckConstraint("(full_name is null) = (phone is null)", name="whole"),
        CheckConstraint("(phone is null) = (forgotten_at is not null)", name="forgotten"),
        CheckConstraint("forgotten_at is null or (words is null and referrer is null)", name="forgotten_words"),
    )


class EnquiryStep(Entity):
    """One thing that happened with an enquiry: how it stood before, so that a slip can be taken back; its note is sealed."""

    __tablename__ = "enquiry_step"

    enquiry_id: Mapped[int] = mapped_column(ForeignKey("enquiry.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str | None] = mapped_column(String(15))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    by_account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_at: Mapped[datetime | None]
    request_key: Mapped[str | None] = mapped_column(String(KEY_LENGTH), unique=True)  # of the form by which they asked

    __table_args__ = (CheckConstraint(f"kind in {STEPS}", name="kind"),)


class PatientOrigin(Base):
    """How a new patient heard of the clinic, as they told the desk."""

    __tablename__ = "patient_origin"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), primary_key=True, autoincrement=False)
    heard_of: Mapped[str] = mapped_column(String(10))
    told_to: Mapped[int] = mapped_column(ForeignKey("account.id"))
    told_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint(f"heard_of in {HEARD_OF}", name="heard_of"),)
