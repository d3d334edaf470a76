"""On what terms something is booked, in words, before anybody pays (M9); and where money that goes back is (P9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mibo import clinics, clock, money, payments
from mibo.booking import Appointment
from mibo.payments import Due, Refund, RefundState, Terms
from mibo.people import Clinician, Patient
from mibo.web.filters import day, moment

HANDED = {"CASH": "in cash", "CARD": "to your card", "UPI": "by UPI"}


@dataclass(frozen=True)
class Quote:
    """What a booking will cost, line by line, and on what terms."""

    lines: Sequence[tuple[str, str]]
    total: str
    terms: Sequence[str]


def quote(patient: Patient | None, clinician: Clinician | None) -> Quote | None:
    """What will be asked for, before anything is confirmed (R-PAY-5); None where there is no fee (R-PAY-13)."""
    if clinician is None or clinician.fee_paise is None:
        return None
    registered = patient is None or patient.registration_paid_at is not None
    policy = clinics.policy_in_force()
    due = payments.amount_due(clinician.fee_paise, registered, policy)
    lines = [("Consultation", money.rupees(due.consultation_paise))]
    if due.registration_paise:
        lines.append(("Registration, once", money.rupees(due.registration_paise)))
    return Quote(lines, money.rupees(due.paise), in_words(payments.terms_of(policy), due))


def of(one: Appointment) -> list[str]:
    """The terms of a booking, as they were frozen when it was made."""
    owed = Due(one.payment.consultation_paise, one.payment.registration_paise)
    return in_words(one.payment.terms, owed, one.starts_at)


def in_words(terms: Terms, due: Due, starts_at: datetime | None = None) -> list[str]:
    """What comes back when it is called off, by whom and when; with a time, until exactly when."""
    early, late = (_back(payments.refund_of_own_cancellation(due, terms, in_time=so)) for so in (True, False))
    words = _until(terms.cutoff_hours, starts_at, early, late)
    if due.registration_paise:
        words.append("The registration fee, paid once for life, stays paid.")
    return [*words, "If the clinic cancels, all of it comes back."]


def _until(hours: int, starts_at: datetime | None, early: str, late: str) -> list[str]:
    if starts_at is None:
        by = f"{hours} hours before or earlier" if hours else "before it begins"
        return [f"Cancelled {by}, {early}.", f"Later the clinic decides, and {late}."]
    ends = starts_at - timedelta(hours=hours)
    if ends <= clock.now():
        return [f"It begins in less than {hours} hours, so only the clinic can cancel it, and {late}."]
    return [f"Cancel by {moment(ends)} and {early}.", f"After that the clinic decides, and {late}."]


def _back(paise: int) -> str:
    return f"{money.rupees(paise)} comes back" if paise else "nothing comes back"


def where_it_is(refund: Refund, centre: str) -> tuple[str, str]:
    """Where a patient's money is, and in which colour that is said: only of a refund that stands."""
    amount = money.rupees(refund.paise)
    if refund.status == RefundState.APPROVED and refund.way == "DESK":
        return f"{amount} is approved. You get it at the desk, {centre}.", "info"
    if refund.status == RefundState.DONE:
        how = f"at the desk, {HANDED[refund.method]}" if refund.method else "the way you paid"
        return f"{amount} was given back to you on {_on(refund.done_at)}, {how}.", "success"
    days = clinics.policy_in_force().refund_days
    words = {
        RefundState.REQUESTED: f"A refund of {amount} was requested on {_on(refund.opened_at)}. The clinic looks at it.",
        RefundState.APPROVED: f"{amount} is approved, and is being sent to your bank.",
        RefundState.SENT: f"{amount} was sent to your bank on {_on(refund.sent_at)}. It can take up to {days} working days.",
        RefundState.FAILED: f"{amount} could not be sent to your bank yet. The clinic sees to it.",
        RefundState.DECLINED: f"The clinic decided not to give back {amount}. Please call us with any question.",
    }  # fmt: skip
    return words[RefundState(refund.status)], "warn" if refund.status == RefundState.FAILED else "info"


def _on(at: datetime | None) -> str:
    return day(at) if at else "an earlier day"
