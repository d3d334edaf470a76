"""What a booking costs and how it was paid, in words: the price with what was taken off it, and each way of paying."""

from collections.abc import Sequence

from mibo import money
from mibo.booking import Appointment
from mibo.errors import Invalid
from mibo.payments import Adjustment, AdjustmentKind, Tender
from mibo.web.filters import moment

METHOD_WORDS = {"ONLINE": "online", "CASH": "in cash", "CARD": "by card", "UPI": "by UPI"}
OFF_WORDS = {
    AdjustmentKind.DISCOUNT: "Discount", AdjustmentKind.WAIVE_CONSULTATION: "Consultation waived",
    AdjustmentKind.WAIVE_REGISTRATION: "Registration waived",
}  # fmt: skip


def lines(one: Appointment, off: Sequence[Adjustment]) -> list[tuple[str, str]]:
    """Consultation as it was frozen, what was taken off, and registration on its own line (R-PAY-5)."""
    of_fee = sum(each.paise for each in off if each.kind != AdjustmentKind.WAIVE_REGISTRATION)
    shown = [("Consultation", money.rupees(one.payment.consultation_paise + of_fee))]
    waived = sum(each.paise for each in off if each.kind == AdjustmentKind.WAIVE_REGISTRATION)
    if one.payment.registration_paise + waived:
        shown.append(("Registration, once", money.rupees(one.payment.registration_paise + waived)))
    return shown + [(OFF_WORDS[AdjustmentKind(each.kind)], f"−{money.rupees(each.paise)}") for each in off]


def total(one: Appointment, handed: Sequence[Tender]) -> tuple[str, str]:
    """`Paid in cash`, `Paid in 2 ways`, `Nothing to pay`, and how much."""
    payment = one.payment
    words = {"PAID": "Paid", "REFUNDED": "Refunded", "FAILED": "Not paid"}.get(payment.status, "To pay")
    if payment.status == "PAID" and payment.method:
        words = f"Paid in {len(handed)} ways" if len(handed) > 1 else f"Paid {METHOD_WORDS[payment.method]}"
    elif payment.status == "PAID" and not payment.amount_paise:
        words = "Nothing to pay"
    return words, money.rupees(payment.amount_paise)


def paid(one: Appointment, handed: Sequence[Tender]) -> list[str]:
    """`Tue 24 Nov, 10:41 am · paid by brother`, and each part with its reference."""
    if not one.payment.paid_at:
        return []
    notes = [attempt.note for attempt in one.payment.attempts if attempt.status == "PAID" and attempt.note]
    return [" · ".join([moment(one.payment.paid_at), *notes]), *_parts(handed)]


def change(handed: Sequence[Tender], received: int | None) -> str:
    """What to give back of the cash that was received, in rupees. Raises Invalid where it is not enough."""
    cash = sum(each.paise for each in handed if each.method == "CASH")
    if received is None or not cash:
        return ""
    if received * 100 < cash:
        raise Invalid.field("received", f"That is less than the {money.rupees(cash)} to pay in cash.")
    return f"Give {money.rupees(received * 100 - cash)} in change." if received * 100 > cash else ""


def _parts(handed: Sequence[Tender]) -> list[str]:
    if len(handed) == 1 and not handed[0].reference:
        return []
    return [
        f"{money.rupees(each.paise)} {METHOD_WORDS[each.method]}" + (f", {each.reference}" if each.reference else "")
        for each in handed
    ]
