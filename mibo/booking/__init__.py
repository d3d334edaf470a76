"""An appointment's life: held, confirmed, moved, cancelled, kept."""

from mibo.booking.actions import WrongPatient, book_at_desk, expire_holds, extend_hold, hold, release_hold
from mibo.booking.availability import (
    ASK_DAYS,
    OpenTime,
    days_with_slots,
    month_view,
    next_free,
    open_slots,
    open_times,
)
from mibo.booking.links import LinkNotSent, PaymentLink, open_link, resend_link, send_link, send_unsent_links
from mibo.booking.models import NOTE_LENGTH, Appointment, StatusChange
from mibo.booking.paying import CheckoutOrder, PaymentAway, note_failure, open_order, pay_at_desk
from mibo.booking.queries import (
    Board,
    BoardRow,
    board_version,
    day_board,
    history_of,
    own_appointment,
    own_appointments,
    past,
    staff_appointment,
    upcoming,
)
from mibo.booking.reconciling import reconcile
from mibo.booking.returning import NotVouchedFor, return_from_checkout, return_from_link
from mibo.booking.rules import HoldOver, NotOffered, SlotTaken, Status, Wanted
from mibo.booking.settling import Outcome, settle, settle_payment, settle_waiting
from mibo.booking.telling import attach_meeting, attach_wanted_meetings

__all__ = [
    "ASK_DAYS",
    "NOTE_LENGTH",
    "Appointment",
    "Board",
    "BoardRow",
    "CheckoutOrder",
    "HoldOver",
    "LinkNotSent",
    "NotOffered",
    "NotVouchedFor",
    "OpenTime",
    "Outcome",
    "PaymentAway",
    "PaymentLink",
    "SlotTaken",
    "Status",
    "StatusChange",
    "Wanted",
    "WrongPatient",
    "attach_meeting",
    "attach_wanted_meetings",
    "board_version",
    "book_at_desk",
    "day_board",
    "days_with_slots",
    "expire_holds",
    "extend_hold",
    "history_of",
    "hold",
    "month_view",
    "next_free",
    "note_failure",
    "open_link",
    "open_order",
    "open_slots",
    "open_times",
    "own_appointment",
    "own_appointments",
    "past",
    "pay_at_desk",
    "reconcile",
    "release_hold",
    "resend_link",
    "return_from_checkout",
    "return_from_link",
    "send_link",
    "send_unsent_links",
    "settle",
    "settle_payment",
    "settle_waiting",
    "staff_appointment",
    "upcoming",
]
