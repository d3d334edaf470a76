"""On what terms something is booked, in words, before anybody pays (M9); and where money that goes back is (P9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext

from mibo import clinics, clock, money, payments
from mibo.booking import Appointment
from mibo.payments import Due, Refund, RefundState, Terms
from mibo.people import Clinician, Patient
from mibo.phrases import phrase
from mibo.web.filters import day, moment

HANDED = {
    "CASH": phrase("%(money)s was given back to you on %(day)s, at the desk, in cash."),
    "CARD": phrase("%(money)s was given back to you on %(day)s, at the desk, to your card."),
    "UPI": phrase("%(money)s was given back to you on %(day)s, at the desk, by UPI."),
}
GOING = {
    RefundState.REQUESTED: phrase("A refund of %(money)s was requested on %(day)s. The clinic looks at it."),
    RefundState.APPROVED: phrase("%(money)s is approved, and is being sent to your bank."),
    RefundState.SENT: phrase("%(money)s was sent to your bank on %(day)s. It can take up to %(days)s working days."),
    RefundState.FAILED: phrase("%(money)s could not be sent to your bank yet. The clinic sees to it."),
    RefundState.DECLINED: phrase("The clinic decided not to give back %(money)s. Please call us with any question."),
}


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
    lines = [(gettext("Consultation"), money.rupees(due.consultation_paise))]
    if due.registration_paise:
        lines.append((gettext("Registration, once"), money.rupees(due.registration_paise)))
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
        words.append(gettext("The registration fee, paid once for life, stays paid."))
    return [*words, gettext("If the clinic cancels, all of it comes back.")]


def _until(hours: int, starts_at: datetime | None, early: str, late: str) -> list[str]:
    if starts_at is None:
        by = gettext("Cancelled before it begins, %(back)s.", back=early)
        if hours:
            by = gettext("Cancelled %(hours)s hours before or earlier, %(back)s.", hours=hours, back=early)
        return [by, gettext("Later the clinic decides, and %(back)s.", back=late)]
    ends = starts_at - timedelta(hours=hours)
    if ends <= clock.now():
        only = phrase("It begins in less than %(hours)s hours, so only the clinic can cancel it, and %(back)s.")
        return [gettext(only, hours=hours, back=late)]
    return [
        gettext("Cancel by %(when)s and %(back)s.", when=moment(ends), back=early),
        gettext("After that the clinic decides, and %(back)s.", back=late),
    ]


def _back(paise: int) -> str:
    if not paise:
        return str(gettext("nothing comes back"))
    return str(gettext("%(money)s comes back", money=money.rupees(paise)))


def where_it_is(refund: Refund, centre: str) -> tuple[str, str]:
    """Where a patient's money is, and in which colour that is said: only of a refund that stands."""
    amount = money.rupees(refund.paise)
    if refund.status == RefundState.APPROVED and refund.way == "DESK":
        return gettext(
            "%(money)s is approved. You get it at the desk, %(centre)s.", money=amount, centre=centre
        ), "info"
    if refund.status == RefundState.DONE:
        words = HANDED.get(refund.method or "", phrase("%(money)s was given back to you on %(day)s, the way you paid."))
        return gettext(words, money=amount, day=_on(refund.done_at)), "success"
    state = RefundState(refund.status)
    on = _on(refund.opened_at if state == RefundState.REQUESTED else refund.sent_at)
    words = gettext(GOING[state], money=amount, day=on, days=clinics.policy_in_force().refund_days)
    return words, "warn" if state == RefundState.FAILED else "info"


def _on(at: datetime | None) -> str:
    return day(at) if at else str(gettext("an earlier day"))
