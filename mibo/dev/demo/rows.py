"""Rows that are to be written, table by table, and writing them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import func, select, text

from mibo import db
from mibo.audit import AuditEntry
from mibo.booking import Appointment, StatusChange
from mibo.care import ConsultationNote, FollowUp
from mibo.clinics import Centre, Holiday, OpeningHours
from mibo.identity import Account, RoleGrant
from mibo.leads import Campaign, Enquiry, EnquiryStep
from mibo.messaging import Message
from mibo.payments import (
    Adjustment,
    Attempt,
    Billing,
    Drawer,
    DrawerClosing,
    Payment,
    ProviderEvent,
    Receipt,
    ReceiptCounter,
    Refund,
    Tender,
    heard,
)  # fmt: skip
from mibo.people import Clinician, ClinicianCentre, Consent, HistoryLine, MedicalNote, Patient
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.video import Meeting

Row = dict[str, Any]

# parents before their children
TABLES: tuple[type[db.Base], ...] = (
    Centre, Billing, OpeningHours, Holiday,
    Account, RoleGrant, Clinician, ClinicianCentre, WeeklyHours, TimeBlock, Patient, Consent, Payment, Attempt,
    Drawer, DrawerClosing, Tender, Adjustment, Refund, Meeting, Appointment, ReceiptCounter, Receipt, StatusChange,
    ProviderEvent, heard.Mismatch, Message, AuditEntry, ConsultationNote, FollowUp, HistoryLine, MedicalNote,
    Campaign, Enquiry, EnquiryStep,
)  # fmt: skip


class Rows:
    """All that is to be written; each entity gets its id when it is added."""

    def __init__(self, next_id: Callable[[], int]) -> None:
        self._next_id = next_id
        self._of: dict[type[db.Base], list[Row]] = defaultdict(list)

    def add(self, table: type[db.Base], **values: Any) -> Row:
        """Add a row; an entity's id stands in it at once."""
        if issubclass(table, db.Entity) and "id" not in values and table not in (StatusChange, AuditEntry, Message):
            values["id"] = self._next_id()
        self._of[table].append(values)
        return values

    def new_id(self) -> int:
        """An id for a row that is added later."""
        return self._next_id()

    def of(self, table: type[db.Base]) -> list[Row]:
        """The rows of a table, in the order in which they were added."""
        return self._of[table]

    def write(self) -> None:
        """Insert everything, oldest messages and acts first, so that ids tell their order."""
        self._of[Message].sort(key=lambda row: row["created_at"])
        self._of[AuditEntry].sort(key=lambda row: row["at"])
        for table in TABLES:
            self._insert(table)

    def _insert(self, table: type[db.Base]) -> None:
        """By COPY, which takes a fraction of the time of INSERT."""
        rows, names = self._of[table], sorted({name for row in self._of[table] for name in row})
        if any(len(row) != len(names) for row in rows):
            raise ValueError(f"rows of {table.__tablename__} tell different things")
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table.__tablename__), columns)
        cursor = db.session().connection().connection.cursor()
        with cursor.copy(statement) as stream:
            for row in rows:
                stream.write_row([_sent(row[name]) for name in names])


def _sent(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


def ids_of_the_database(at_once: int = 2_000) -> Callable[[], int]:
    """Ids from the one sequence that all entities share, fetched many at once."""

    def drawn() -> Iterator[int]:
        many = select(db.entity_id.next_value()).select_from(func.generate_series(1, at_once))
        while True:
            yield from db.session().scalars(many).all()

    return drawn().__next__


def take_all_the_time_it_needs() -> None:
    """Lift the limits that keep a page quick, for this transaction."""
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        db.session().execute(text(f"set local {limit} = 0"))
