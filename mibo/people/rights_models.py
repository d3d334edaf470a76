"""What somebody asks for about what is kept of them: a request with a clock, and its answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mibo.db import Entity
from mibo.identity import Account
from mibo.people.models import Patient
from mibo.people.rights_rules import GROUNDS, KINDS, OPEN, STATES, WITHDRAWN


class RightsRequest(Entity):
    """Records, a correction, deletion, a nominee, a complaint. What was said and answered is sealed."""

    __tablename__ = "rights_request"

    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    kind: Mapped[str] = mapped_column(String(12))
    words: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(10), server_default=OPEN)
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    ground: Mapped[str | None] = mapped_column(String(10))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")

    patient: Mapped[Patient] = relationship(lazy="raise")
    owner: Mapped[Account | None] = relationship(foreign_keys=[owner_id], lazy="raise")

    __table_args__ = (
        Index("ix_rights_request_due", "due_at", "id", postgresql_where=text(f"status = '{OPEN}'")),
        Index("ix_rights_request_closed", "closed_at", "id", postgresql_where=text("closed_at is not null")),
        Index("ix_rights_request_patient", "patient_id", "id"),
        CheckConstraint(f"kind in {KINDS}", name="kind"),
        CheckConstraint(f"status in {STATES}", name="status"),
        CheckConstraint(f"ground in {GROUNDS}", name="ground"),
        CheckConstraint(f"(status = '{OPEN}') = (closed_at is null)", name="closed"),
        CheckConstraint("(closed_at is null) = (closed_by is null)", name="closed_by"),
        CheckConstraint(f"(status in ('{OPEN}', '{WITHDRAWN}')) = (answer is null)", name="answered"),
        CheckConstraint("due_at > asked_at", name="due"),
        CheckConstraint("octet_length(words) <= 20000 and octet_length(answer) <= 20000", name="length"),
    )
