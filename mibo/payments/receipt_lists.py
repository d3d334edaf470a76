"""Documents as they are found: one's own, those of a payment, and the register with its numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from mibo import db, people
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.payments.models import Payment
from mibo.payments.receipt_models import Receipt, ReceiptCopy, ReceiptCounter
from mibo.people import Patient

PAGE = 50


@dataclass(frozen=True)
class ReceiptWish:
    """Which documents are wanted: of which centre and kind, issued when, and whose number reads how."""

    centre_id: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None
    number: str = ""


@dataclass(frozen=True)
class Series:
    """The numbers of a series and financial year. Complete where none is missing between the first and the last."""

    prefix: str
    kind: str
    year: int
    last: int
    issued: int
    cancelled: int

    @property
    def is_complete(self) -> bool:
        """Whether every number up to the last is there."""
        return self.issued == self.last


def staff_receipt(receipt_id: int, *, by: Actor) -> Receipt:
    """One document within this member of staff's reach. Raises Missing."""
    return _one(select(Receipt).where(Receipt.id == receipt_id, _reached(by)))


def own_receipt(receipt_id: int, *, by: Actor) -> Receipt:
    """One document of one's own or one's family. Raises Missing."""
    return _one(select(Receipt).where(Receipt.id == receipt_id, _own(by)))


def own_receipts(*, by: Actor, before: int | None = None) -> tuple[Sequence[Receipt], bool]:
    """The documents of one's own and one's family, the newest first, and whether there are more."""
    wanted = select(Receipt).where(_own(by), Receipt.id < before if before else Receipt.id > 0)
    found = db.session().scalars(wanted.order_by(Receipt.id.desc()).limit(PAGE + 1)).all()
    return found[:PAGE], len(found) > PAGE


def receipts_of(payment_ids: Collection[int]) -> Sequence[Receipt]:
    """All documents of some payments, in the order in which they were issued."""
    wanted = select(Receipt).where(Receipt.payment_id.in_(payment_ids)).order_by(Receipt.id)
    return db.session().scalars(wanted).all()


def register(wish: ReceiptWish, *, by: Actor, after: Receipt | None = None, limit: int = PAGE) -> Sequence[Receipt]:
    """The documents within reach that are wanted, the newest first; one more than `limit` where there are more."""
    wanted = select(Receipt).where(_reached(by), *_wished(wish))
    if after is not None:
        place = and_(Receipt.issued_on == after.issued_on, Receipt.id < after.id)
        wanted = wanted.where(or_(Receipt.issued_on < after.issued_on, place))
    return db.session().scalars(wanted.order_by(Receipt.issued_on.desc(), Receipt.id.desc()).limit(limit + 1)).all()


def series(*, by: Actor, year: int) -> Sequence[Series]:
    """How the numbers of a financial year stand, of the series within reach."""
    counted = func.count(Receipt.id), func.count(Receipt.cancelled_at)
    same = and_(
        Receipt.prefix == ReceiptCounter.prefix, Receipt.kind == ReceiptCounter.kind,
        Receipt.year == ReceiptCounter.year,
    )  # fmt: skip
    mine = select(Receipt.prefix).where(_reached(by)).distinct()
    rows = db.session().execute(
        select(ReceiptCounter.prefix, ReceiptCounter.kind, ReceiptCounter.year, ReceiptCounter.last, *counted)
        .outerjoin(Receipt, same)
        .where(ReceiptCounter.year == year, ReceiptCounter.prefix.in_(mine))
        .group_by(ReceiptCounter.prefix, ReceiptCounter.kind, ReceiptCounter.year, ReceiptCounter.last)
        .order_by(ReceiptCounter.prefix, ReceiptCounter.kind)
    )
    return [Series(*row) for row in rows]


def copies_of(receipt_id: int) -> Sequence[ReceiptCopy]:
    """When it was printed at the desk, the first time first."""
    wanted = select(ReceiptCopy).where(ReceiptCopy.receipt_id == receipt_id).order_by(ReceiptCopy.id)
    return db.session().scalars(wanted).all()


def note_copy(one: Receipt, *, by: Actor) -> ReceiptCopy:
    """It is printed now: the first is the original, any other a duplicate."""
    made = ReceiptCopy(receipt_id=one.id, made_by=by.account_id)
    db.session().add(made)
    db.session().flush()
    return made


def _one(wanted: Select[Receipt]) -> Receipt:
    found = db.session().scalar(wanted)
    if found is None:
        raise Missing("We could not find that receipt.")
    return found


def _reached(by: Actor) -> ColumnElement[bool]:
    return Receipt.id.is_not(None) if by.everywhere else Receipt.centre_id.in_(by.centre_ids)


def _own(by: Actor) -> ColumnElement[bool]:
    mine = select(Payment.id).join(Patient, Patient.id == Payment.patient_id)
    return Receipt.payment_id.in_(mine.where(people.acted_for(by.account_id)))


def _wished(wish: ReceiptWish) -> list[ColumnElement[bool]]:
    asked = []
    if wish.centre_id:
        asked.append(Receipt.centre_id == wish.centre_id)
    if wish.kind:
        asked.append(Receipt.kind == wish.kind)
    if wish.since:
        asked.append(Receipt.issued_on >= wish.since)
    if wish.until:
        asked.append(Receipt.issued_on <= wish.until)
    if wish.number:
        typed = wish.number.strip().upper()
        asked.append(
            Receipt.number == int(typed) if typed.isdecimal() else Receipt.code.startswith(typed, autoescape=True)
        )
    return asked
