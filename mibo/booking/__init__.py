"""An appointment's life: held, confirmed, moved, cancelled, kept."""

from mibo.booking.actions import expire_holds, extend_hold, give_up, release_hold, write_note
from mibo.booking.availability import (
    ASK_DAYS,
    OpenTime,
    days_with_slots,
    month_view,
    next_free,
    open_slots,
    open_times,
)
from mibo.booking.board import GIVEN_UP_AFTER, Board, BoardRow, board_version, day_board
from mibo.booking.cancelling import cancel
from mibo.booking.diaries import Diaries, diaries
from mibo.booking.links import (
    DESK_SOURCES,
    LinkNotSent,
    PaymentLink,
    SentLink,
    link_by_token,
    open_link,
    resend_link,
    send_link,
    send_unsent_links,
)
from mibo.booking.models import NOTE_LENGTH, Appointment, StatusChange
from mibo.booking.paying import CheckoutOrder, PaymentAway, note_failure, open_order, pay_at_desk
from mibo.booking.queries import (
    history_of,
    own_appointment,
    own_appointments,
    past,
    staff_appointment,
    upcoming,
)
from mibo.booking.reconciling import reconcile
from mibo.booking.returning import NotVouchedFor, return_from_checkout, return_from_link
from mibo.booking.rules import (
    CannotCancel,
    HoldOver,
    KeyReused,
    NotOffered,
    SlotTaken,
    Status,
    TooManyAhead,
    TooManyHolds,
    Wanted,
)
from mibo.booking.settling import Outcome, settle, settle_payment, settle_waiting
from mibo.booking.taking import WALK_IN_GRACE, WrongPatient, book_at_desk, hold
from mibo.booking.telling import attach_meeting, attach_wanted_meetings

__all__ = [
    "ASK_DAYS",
    "DESK_SOURCES",
    "GIVEN_UP_AFTER",
    "NOTE_LENGTH",
    "WALK_IN_GRACE",
    "Appointment",
    "Board",
    "BoardRow",
    "CannotCancel",
    "CheckoutOrder",
    "Diaries",
    "HoldOver",
    "KeyReused",
    "LinkNotSent",
    "NotOffered",
    "NotVouchedFor",
    "OpenTime",
    "Outcome",
    "PaymentAway",
    "PaymentLink",
    "SentLink",
    "SlotTaken",
    "Status",
    "StatusChange",
    "TooManyAhead",
    "TooManyHolds",
    "Wanted",
    "WrongPatient",
    "attach_meeting",
    "attach_wanted_meetings",
    "board_version",
    "book_at_desk",
    "cancel",
    "day_board",
    "days_with_slots",
    "diaries",
    "expire_holds",
    "extend_hold",
    "give_up",
    "history_of",
    "hold",
    "link_by_token",
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
    "write_note",
]
