"""A patient's account with the clinic: what was charged, credited, paid and given back, and what that leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal, or_, select, union_all

from mibo import db
from mibo.booking import Appointment, within_reach
from mibo.identity import Actor
from mibo.ledger.money import came_in
from mibo.ledger.rows import PaymentRow, columns, is_owed, total_of
from mibo.payments import Adjustment, AdjustmentKind, Attempt, Payment, Refund
from mibo.people import Clinician

ORDER = ("CHARGE", "REGISTRATION", "LESS", "CREDIT", "IN", "BACK")  # of what happens at the same instant
PRICE_IS_LOWER = ("PRICE_FELL",)  # so its refund is no credit beside it


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account. What is charged is owed by the patient, what comes in is not any more: `paise` is added to
    the balance, so credits and payments are less than nothing."""

    kind: str
    at: datetime
    payment_id: int
    reference: str
    clinician_name: str
    about: str
    paise: int
    balance_paise: int = 0


@dataclass(frozen=True)
class PatientLedger:
    """All the lines, the oldest first, and the bookings that are owed. Below nothing, the clinic owes the patient."""

    entries: Sequence[Entry]
    owed: Sequence[PaymentRow]

    @property
    def balance_paise(self) -> int:
        """What the patient owes now."""
        return self.entries[-1].balance_paise if self.entries else 0


def ledger_of(patient_id: int, *, by: Actor) -> PatientLedger:
    """A patient's account, as far as its bookings are within reach: two statements."""
    reach = [Appointment.patient_id == patient_id, within_reach(by)]
    found = sorted(_entries(reach), key=lambda row: (row.at, row.payment_id, ORDER.index(row.kind)))
    entries, balance = [], 0
    for row in found:
        balance += row.paise
        entries.append(
            Entry(row.kind, row.at, row.payment_id, row.reference, row.full_name, row.about, row.paise, balance)
        )
    owed = columns().where(*reach, is_owed()).order_by(Appointment.starts_at, Payment.id)
    return PatientLedger(entries, [PaymentRow(*row) for row in db.session().execute(owed)])


def _entries(reach: list[ColumnElement[bool]]) -> Sequence[Any]:
    """Every line of these bookings, in no order yet."""
    lines = union_all(*_charges(reach), *_moves(select(Appointment.payment_id).where(*reach))).subquery()
    wanted = (
        select(lines.c.kind, lines.c.at, lines.c.payment_id, Appointment.reference, Clinician.full_name, lines.c.about, lines.c.paise)
        .join(Appointment, Appointment.payment_id == lines.c.payment_id)
        .join(Clinician, Clinician.id == Appointment.clinician_id)
    )  # fmt: skip
    return db.session().execute(wanted).all()


def _charges(reach: list[ColumnElement[bool]]) -> list[Any]:
    """What was paid for, or is owed; what came to nothing was never charged. Registration is a line of its own (R-PAY-5)."""
    stands = [*reach, or_(Payment.status != "PENDING", is_owed())]

    def of(kind: str, left: Any, *off: AdjustmentKind) -> Any:
        paise = left + _taken_off(off)
        told = _line(kind, Payment.id, Payment.created_at, paise, literal(""))
        return told.join(Appointment, Appointment.payment_id == Payment.id).where(*stands, paise > 0)

    less = (
        _line("LESS", Adjustment.payment_id, Adjustment.at, -Adjustment.paise, Adjustment.kind)
        .join(Payment, Payment.id == Adjustment.payment_id)
        .join(Appointment, Appointment.payment_id == Payment.id)
        .where(*stands, Adjustment.undone_at.is_(None), Adjustment.paise > 0)
    )
    consultation = of("CHARGE", Payment.consultation_paise, AdjustmentKind.DISCOUNT, AdjustmentKind.WAIVE_CONSULTATION)
    return [consultation, of("REGISTRATION", Payment.registration_paise, AdjustmentKind.WAIVE_REGISTRATION), less]


def _taken_off(kinds: Sequence[AdjustmentKind]) -> Any:
    """What discounts and waivers took off: the price itself is lower already, and the account tells both."""
    stands = Adjustment.payment_id == Payment.id, Adjustment.undone_at.is_(None), Adjustment.kind.in_(kinds)
    return select(total_of(Adjustment.paise)).where(*stands).scalar_subquery()


def _moves(payments: Any) -> list[Any]:
    money = came_in(Attempt.payment_id.in_(payments)).subquery()
    back = (
        _line("BACK", Refund.payment_id, Refund.done_at, Refund.paise, func.coalesce(Refund.method, Attempt.method))
        .join(Attempt, Attempt.id == Refund.attempt_id)
        .where(Refund.payment_id.in_(payments), Refund.status == "DONE")
    )
    credits = (
        _line("CREDIT", Refund.payment_id, Refund.opened_at, -Refund.paise, Refund.reason)
        .join(Attempt, Attempt.id == Refund.attempt_id)
        .where(
            Refund.payment_id.in_(payments), Refund.status != "DECLINED", Attempt.status == "PAID",
            Refund.reason.not_in(PRICE_IS_LOWER),
        )
    )  # fmt: skip
    return [_line("IN", money.c.payment_id, money.c.at, -money.c.paise, money.c.method), back, credits]


def _line(kind: str, payment_id: Any, at: Any, paise: Any, about: Any) -> Any:
    return select(
        literal(kind).label("kind"), payment_id.label("payment_id"), at.label("at"), paise.label("paise"),
        cast(about, String).label("about"),
    )  # fmt: skip
