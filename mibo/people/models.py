"""Patients and clinicians: who they are, not how they sign in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.clinics import Centre
from mibo.db import Base, Entity
from mibo.identity import EMAIL_LENGTH, NAME_LENGTH, Account
from mibo.messaging import LANGUAGES, Wishes

GENDERS = ("MALE", "FEMALE", "NON_BINARY", "OTHER", "PREFER_NOT_TO_SAY")
BLOOD_GROUPS = ("A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-")
MODES = ("IN_PERSON", "ONLINE")
MRN_LENGTH = 50
BIO_LENGTH = 4000
NOTES_LENGTH = 2000


class Patient(Entity):
    """A person in care. Their own record shares the account's id; family on the same phone have ids of their own."""

    __tablename__ = "patient"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    full_name: Mapped[str] = mapped_column(String(2 * NAME_LENGTH))
    first_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    last_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    phone: Mapped[str] = mapped_column(String(16))
    email: Mapped[str | None] = mapped_column(String(EMAIL_LENGTH))
    date_of_birth: Mapped[date | None]
    age_told: Mapped[int | None]
    age_told_on: Mapped[date | None]
    gender: Mapped[str | None] = mapped_column(String(20))
    blood_group: Mapped[str | None] = mapped_column(String(3))
    emergency_contact_name: Mapped[str | None] = mapped_column(String(2 * NAME_LENGTH))
    emergency_contact_phone: Mapped[str | None] = mapped_column(String(20))
    notes: Mapped[str | None] = mapped_column(String(NOTES_LENGTH))
    message_language: Mapped[str] = mapped_column(String(2), server_default="en")
    discreet_messages: Mapped[bool] = mapped_column(server_default="false")
    no_messages: Mapped[bool] = mapped_column(server_default="false")
    message_channel: Mapped[str] = mapped_column(String(10), server_default="WHATSAPP")
    guardian_name: Mapped[str | None] = mapped_column(String(2 * NAME_LENGTH))
    guardian_relation: Mapped[str | None] = mapped_column(String(60))
    guardian_phone: Mapped[str | None] = mapped_column(String(16))
    guardian_consent_at: Mapped[datetime | None]
    grown_up_agreed_at: Mapped[datetime | None]  # since when, grown up, they let their phone's holder act for them
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("patient.id"))
    mrn: Mapped[str | None] = mapped_column(String(MRN_LENGTH))
    registration_paid_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    account: Mapped[Account] = relationship(lazy="raise")

    @property
    def wishes(self) -> Wishes:
        """How they want to be told things."""
        return Wishes(
            self.id, self.message_language, self.discreet_messages, self.no_messages, self.message_channel, self.email
        )

    __table_args__ = (
        UniqueConstraint("mrn"),
        Index(
            "ix_patient_phone_reversed",
            literal_column("reverse(phone)").label("phone_reversed"),
            postgresql_ops={"phone_reversed": "text_pattern_ops"},
        ),
        Index(
            "ix_patient_name",
            literal_column("lower(full_name)").label("name_lower"),
            postgresql_using="gin",
            postgresql_ops={"name_lower": "gin_trgm_ops"},
        ),
        Index(
            "ix_patient_mrn_begins",
            literal_column("lower(mrn)").label("mrn_lower"),
            postgresql_ops={"mrn_lower": "text_pattern_ops"},
        ),
        Index("ix_patient_by_name", literal_column("lower(full_name)"), "id"),
        CheckConstraint(r"phone ~ '^\+[1-9][0-9]{7,14}$'", name="phone_format"),
        CheckConstraint("mrn <> ''", name="mrn_not_blank"),
        CheckConstraint("age_told between 0 and 150", name="age_told"),
        CheckConstraint("(age_told is null) = (age_told_on is null)", name="age_told_when"),
        CheckConstraint(f"gender in {GENDERS}", name="gender"),
        CheckConstraint(f"blood_group in {BLOOD_GROUPS}", name="blood_group"),
        CheckConstraint(f"message_language in {tuple(LANGUAGES)}", name="message_language"),
        CheckConstraint("message_channel in ('WHATSAPP', 'SMS', 'EMAIL')", name="message_channel"),
    )


class Clinician(Entity):
    """Someone who sees patients. The id is not the account's id (P3)."""

    __tablename__ = "clinician"

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    full_name: Mapped[str] = mapped_column(String(2 * NAME_LENGTH))
    title: Mapped[str | None] = mapped_column(String(100))
    registration_number: Mapped[str | None] = mapped_column(String(60))
    specialisations: Mapped[list[str]] = mapped_column(ARRAY(Text))
    qualifications: Mapped[list[str]] = mapped_column(ARRAY(Text))
    expertise: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    modes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    years_of_experience: Mapped[int | None]
    fee_paise: Mapped[int | None]
    session_minutes: Mapped[int] = mapped_column(server_default="50")
    buffer_minutes: Mapped[int] = mapped_column(server_default="0")
    bio: Mapped[str | None] = mapped_column(String(BIO_LENGTH))
    picture_url: Mapped[str | None] = mapped_column(String(500))
    picture_key: Mapped[str | None] = mapped_column(String(80))  # where our own copy is kept
    video_url: Mapped[str | None] = mapped_column(String(500))
    active: Mapped[bool] = mapped_column(server_default="true")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    places: Mapped[list["ClinicianCentre"]] = relationship(
        order_by="ClinicianCentre.is_primary.desc(), ClinicianCentre.centre_id", lazy="raise"
    )
    account: Mapped[Account | None] = relationship(lazy="raise")

    @property
    def picture(self) -> str:
        """Where their own picture is shown; empty when there is none."""
        return f"/{self.picture_key}" if self.picture_key else ""

    __table_args__ = (
        CheckConstraint("fee_paise > 0", name="fee_positive"),
        CheckConstraint("years_of_experience >= 0", name="experience"),
        CheckConstraint("session_minutes between 15 and 240", name="session_minutes"),
        CheckConstraint("buffer_minutes between 0 and 120", name="buffer_minutes"),
        CheckConstraint("cardinality(specialisations) > 0", name="specialised"),
        CheckConstraint("cardinality(qualifications) > 0", name="qualified"),
        CheckConstraint("cardinality(languages) > 0", name="speaks"),
        CheckConstraint("cardinality(modes) > 0 and modes <@ array['IN_PERSON', 'ONLINE']", name="modes"),
    )


class ClinicianCentre(Base):
    """A centre at which a clinician works; exactly one of them is the primary one."""

    __tablename__ = "clinician_centre"

    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinician.id"), primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), primary_key=True, index=True)
    is_primary: Mapped[bool] = mapped_column(server_default="false")

    centre: Mapped[Centre] = relationship(lazy="raise")

    __table_args__ = (
        Index("uq_clinician_centre_primary", "clinician_id", unique=True, postgresql_where=text("is_primary")),
    )


class PatientMerge(Entity):
    """Two records found to be one person: what was moved from the one to the other, so that it can be undone for a day."""

    __tablename__ = "patient_merge"

    kept_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    merged_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    moved: Mapped[dict[str, Any]] = mapped_column(JSONB)
    merged_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    merged_at: Mapped[datetime] = mapped_column(server_default=func.now())
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("kept_id <> merged_id", name="two_records"),)


class MrnCounter(Base):
    """The last number given in a year: `MRN-YYYY-NNNNN` without gaps in use or doubles."""

    __tablename__ = "mrn_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
