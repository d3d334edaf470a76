"""What stands in a patient's record for those who treat them, every word of it sealed."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mibo.db import Entity
from mibo.people.models import BIO_LENGTH

LINE_LENGTH = 1_000
LINE_KINDS = ("RISK", "CONDITION", "MEDICATION", "ALLERGY", "PAST_CARE")


class MedicalNote(Entity):
    """A note on a patient's record; not a consultation's. `clear` is empty but for what a former version of Mibo wrote
    while this one was put in its place, and that is sealed within minutes.
    """

    __tablename__ = "medical_note"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    clear: Mapped[str] = mapped_column("text", String(BIO_LENGTH), server_default="")
    key_name: Mapped[str | None] = mapped_column(String(16))
    key: Mapped[bytes | None]
    sealed: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_medical_note_key", "key_name", "id"),
        Index("ix_medical_note_clear", "id", postgresql_where=text("text <> ''")),
        CheckConstraint(
            "(text = '') = (sealed is not null and key is not null and key_name is not null)", name="sealed"
        ),
    )

    @property
    def about(self) -> str:
        """What the seal is bound to: a merge may give the note to another record, nothing may give its text to another note."""
        return f"medical/{self.id}"


class HistoryLine(Entity):
    """A version of one line of a patient's history, or of what puts them at risk. It stands for good, by trigger: what
    changes is a new version, and the last one may say that the line holds no more, and why (`gone`).
    """

    __tablename__ = "history_line"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    line_id: Mapped[int]  # the id of its first version
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(12))
    gone: Mapped[bool] = mapped_column(server_default="false")
    key_name: Mapped[str] = mapped_column(String(16))
    key: Mapped[bytes]
    text: Mapped[bytes]
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("line_id", "version"),
        Index("ix_history_line_key", "key_name", "id"),
        CheckConstraint(f"kind in {LINE_KINDS}", name="kind"),
        CheckConstraint("version > 0 and (version = 1) = (line_id = id)", name="version"),
        CheckConstraint(f"octet_length(text) <= {4 * LINE_LENGTH + 100}", name="length"),
    )

    @property
    def about(self) -> str:
        """What the seal is bound to."""
        return f"history/{self.id}"


class PatientDocument(Entity):
    """A file in a patient's record: its name sealed here, what is in it sealed in the store, under one key. Removed for a
    day it can be taken back; then the file goes (`store_key`), and that there was one stays.
    """

    __tablename__ = "patient_document"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    store_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    kept_as: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(4))
    size: Mapped[int] = mapped_column(Integer)
    key_name: Mapped[str] = mapped_column(String(16))
    key: Mapped[bytes]
    name: Mapped[bytes]
    added_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_patient_document_key", "key_name", "id"),
        Index("ix_patient_document_removed", "removed_at", postgresql_where=text("removed_at is not null")),
        CheckConstraint("kind in ('pdf', 'jpg', 'png')", name="kind"),
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("(removed_at is null) = (removed_by is null)", name="removed"),
        CheckConstraint("store_key is not null or removed_at is not null", name="kept"),
    )

    @property
    def about(self) -> str:
        """What the seals are bound to."""
        return f"document/{self.kept_as}"
