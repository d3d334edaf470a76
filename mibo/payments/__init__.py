"""What is owed, asked, taken and given back."""

from mibo.payments.actions import (
    Recorded,
    ask_by,
    close_link,
    close_links,
    is_recorded,
    locked,
    open_payment,
    open_refund,
    record_failure,
    record_paid,
    record_surplus,
    take_at_desk,
    void,
    void_links,
    void_open_attempts,
)
from mibo.payments.models import DESK_NOTE_LENGTH, Attempt, Payment, ProviderEvent, Refund
from mibo.payments.queries import (
    Registration,
    asked,
    attempt_by_link,
    attempt_by_order,
    attempt_by_reference,
    newest_attempt,
    reference,
    registration,
)
from mibo.payments.rules import (
    DESK_METHODS,
    AlreadyPaid,
    Asked,
    Due,
    FeeMissing,
    RefundReason,
    Told,
    Verdict,
    amount_due,
    matches,
    refund_of_own_cancellation,
    refuse_card_number,
)
from mibo.payments.two_records import (
    give_back_registration,
    has_paid_registration,
    keep_registration,
    second_registration,
)

__all__ = [
    "DESK_METHODS", "DESK_NOTE_LENGTH", "AlreadyPaid", "Asked", "Attempt", "Due", "FeeMissing", "Payment",
    "ProviderEvent", "Recorded", "Refund", "RefundReason", "Registration", "Told", "Verdict", "amount_due", "ask_by",
    "asked", "attempt_by_link", "attempt_by_order", "attempt_by_reference", "close_link", "close_links", "give_back_registration", "has_paid_registration", "is_recorded", "keep_registration", "locked", "matches", "newest_attempt", "open_payment", "open_refund", "record_failure", "record_paid", "record_surplus", "reference", "refund_of_own_cancellation", "refuse_card_number", "registration", "second_registration", "take_at_desk",
    "void", "void_links", "void_open_attempts",
]  # fmt: skip
