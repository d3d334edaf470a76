"""How the API shows money: rupees as numbers, and paise only where the provider's checkout wants them."""

from mibo.booking import Appointment, CheckoutOrder, Status
from mibo.payments import Attempt, Payment
from mibo.web.api.call_links import call_link
from mibo.web.api.shown import Id, Instant, Paise, PaymentStatus, Rupees, Shown


class PaidFor(Shown):
    """What an order pays for."""

    id: Id
    clinician_name: str
    specialization: list[str]
    scheduled_start_at: Instant
    appointment_type: str


class OrderShown(Shown):
    """What the provider's checkout needs; `amount` is in paise, as the checkout wants it."""

    order_id: str
    amount: Paise
    currency: str
    razorpay_key_id: str
    appointment_id: Id
    appointment: PaidFor
    registration_fee: Rupees
    consultation_fee: Rupees


class PaidAppointment(Shown):
    """The appointment that was paid for."""

    id: Id
    status: Status
    scheduled_start_at: Instant
    clinician_name: str
    centre_name: str


class PaidPayment(Shown):
    """The payment, as it stands now."""

    id: Id
    amount: Rupees
    status: PaymentStatus
    paid_at: Instant | None


class Verified(Shown):
    """What became of a payment that the checkout reported."""

    success: bool = True
    appointment: PaidAppointment
    payment: PaidPayment
    appointment_id: Id
    status: Status
    payment_status: PaymentStatus
    meeting_link: str | None


class PaymentShown(Shown):
    """What one booking owes or has paid."""

    id: Id
    appointment_id: Id
    order_id: str | None
    payment_id: str | None
    razorpay_order_id: str | None
    razorpay_payment_id: str | None
    amount: Rupees
    currency: str
    status: PaymentStatus
    payment_method: str | None
    paid_at: Instant | None
    created_at: Instant


class PaymentRow(PaymentShown):
    """The same in a list, with what it was for."""

    appointment_date: Instant
    appointment_type: str
    clinician_name: str


class PaymentList(Shown):
    """One's own payments."""

    payments: list[PaymentRow]
    total: int


class RegistrationShown(Shown):
    """Whether the registration fee, once for life, is paid, and what is still to pay."""

    has_paid_registration_fee: bool
    registration_fee: Rupees


def _latest(one: Payment) -> Attempt | None:
    """The try that was paid, else the last one."""
    return max(one.attempts, key=lambda attempt: (attempt.status == "PAID", attempt.id), default=None)


def status_of_payment(one: Payment) -> PaymentStatus:
    """Its state; one whose last try failed is told as failed, and may still be paid."""
    latest = _latest(one)
    if one.status == "PENDING" and latest is not None and latest.failed_at is not None:
        return PaymentStatus.FAILED
    return PaymentStatus(one.status)


def order(one: CheckoutOrder, about: Appointment) -> OrderShown:
    """What the checkout needs to take the money of this appointment."""
    return OrderShown(
        order_id=one.order_id, amount=one.paise, currency=one.currency, razorpay_key_id=one.key_id,
        appointment_id=about.id, registration_fee=about.payment.registration_paise,
        consultation_fee=about.payment.consultation_paise,
        appointment=PaidFor(
            id=about.id, clinician_name=about.clinician.full_name, specialization=about.clinician.specialisations,
            scheduled_start_at=about.starts_at, appointment_type=about.mode,
        ),
    )  # fmt: skip


def verified(about: Appointment) -> Verified:
    """An appointment and its payment, now that the provider has been asked."""
    status, paid = Status(about.status), status_of_payment(about.payment)
    return Verified(
        appointment=PaidAppointment(
            id=about.id, status=status, scheduled_start_at=about.starts_at, clinician_name=about.clinician.full_name,
            centre_name=about.centre.name,
        ),
        payment=PaidPayment(
            id=about.payment.id, amount=about.payment.amount_paise, status=paid, paid_at=about.payment.paid_at
        ),
        appointment_id=about.id, status=status, payment_status=paid,
        meeting_link=call_link(about),
    )  # fmt: skip


def payment(about: Appointment) -> PaymentShown:
    """What an appointment owes or has paid."""
    return PaymentShown(**_payment(about))


def payment_row(about: Appointment) -> PaymentRow:
    """The same in a list."""
    return PaymentRow(
        **_payment(about), appointment_date=about.starts_at, appointment_type=about.mode,
        clinician_name=about.clinician.full_name,
    )  # fmt: skip


def _payment(about: Appointment) -> dict[str, object]:
    one, latest = about.payment, _latest(about.payment)
    order_id = latest.provider_order_id if latest else None
    payment_id = latest.provider_payment_id if latest else None
    return {
        "id": one.id,
        "appointment_id": about.id,
        "order_id": order_id,
        "payment_id": payment_id,
        "razorpay_order_id": order_id,
        "razorpay_payment_id": payment_id,
        "amount": one.amount_paise,
        "currency": latest.currency if latest else "INR",
        "status": status_of_payment(one),
        "payment_method": one.method,
        "paid_at": one.paid_at,
        "created_at": one.created_at,
    }
