"""An appointment's life: held, confirmed, moved, cancelled, kept."""

from mibo.booking import (
    adjusting,
    answering,
    bell,
    blocks,
    desk_money,
    extra,
    giving_back,
    lateness,
    listening,
    lists,
    mismatches,
    noticed,
    parked,
    patients,
    queue,
    refund_list,
    removing_links,
    reply_inbox,
    ringing,
    sending_back,
    series,
    series_changes,
    series_rules,
    series_times,
    settlements,
    sweeping,
    telling_again,
    waiting,
    worklists,
)
from mibo.booking.actions import (
    change_status,
    expire_holds,
    extend_hold,
    give_up,
    lock_in_order,
    locked,
    release_hold,
    write_note,
)
from mibo.booking.affected import Affected, closed_over
from mibo.booking.arriving import check_in, complete, expect_late, mark_no_show, undo_check_in, undo_no_show
from mibo.booking.at_desk import WrongPatient, book_at_desk
from mibo.booking.availability import (
    ASK_DAYS,
    OpenTime,
    days_with_slots,
    month_view,
    next_free,
    open_slots,
    open_spans,
    open_times,
    slot_of_span,
)
from mibo.booking.blocking import UNAVAILABLE, AlreadyClosed, Closing, Summary, close_time, preview_closing, reword
from mibo.booking.board import GIVEN_UP_AFTER, Board, BoardRow, board_version, day_board
from mibo.booking.calling_off import call_off
from mibo.booking.cancelling import cancel
from mibo.booking.closable import check_may_close, may_open
from mibo.booking.closable import has_post as closes_for_others
from mibo.booking.closing import ahead_of_account, close_centre, how_many_at, still_at
from mibo.booking.diaries import Diaries, diaries
from mibo.booking.displacing import AffectedChanged, Answers, Choice
from mibo.booking.displacing import Outcome as Answered
from mibo.booking.extra import hours_on
from mibo.booking.following import name_purpose
from mibo.booking.grid import clinician_grid
from mibo.booking.holidays import affected_on, close_day
from mibo.booking.keeping import HoursWish, Kept, VisitsOutside, WeekAhead, preview_hours, set_hours
from mibo.booking.leaving import VisitAhead, VisitsToCome, change_clinician, close_clinician, visits_ahead
from mibo.booking.links import (
    DESK_SOURCES,
    LinkNotSent,
    link_by_token,
    open_link,
    resend_link,
    send_link,
    send_unsent_links,
)
from mibo.booking.merging import (
    UNDO_WITHIN,
    CannotMerge,
    CannotUndo,
    Preview,
    likely_doubles,
    merge,
    merge_preview,
    undo_merge,
)
from mibo.booking.models import NOTE_LENGTH, REASON_LENGTH, Appointment, Move, QueueEntry, Series, StatusChange
from mibo.booking.moving import Place, is_displaced, reschedule, undo_move, why_not_own
from mibo.booking.patients import Sought, Visits
from mibo.booking.paying import CheckoutOrder, PaymentAway, PriceChanged, note_failure, open_order, pay_at_desk
from mibo.booking.queries import (
    at_home,
    history_of,
    own_appointment,
    own_appointments,
    past,
    staff_appointment,
    upcoming,
    upcoming_in_full,
    within_reach,
)
from mibo.booking.queue_rules import AlreadyWaiting
from mibo.booking.reconciling import reconcile
from mibo.booking.reminding import remind_due
from mibo.booking.reopening import NotClosed, reopen_time
from mibo.booking.requests import (
    SHORTEST_REASON,
    Asked,
    ask_to_cancel,
    asked,
    grant_cancellation,
    is_in_time,
    refuse_cancellation,
    share_of,
)
from mibo.booking.returning import NotVouchedFor, return_from_checkout, return_from_link
from mibo.booking.rows import AppointmentRow
from mibo.booking.rules import (
    CannotCancel,
    CannotMove,
    ChangedMeanwhile,
    HoldOver,
    KeyReused,
    NotAllowed,
    NotOffered,
    SlotTaken,
    Status,
    TooManyAhead,
    TooManyHolds,
)
from mibo.booking.seen import Touch, last_touch, patience, staff_locked
from mibo.booking.settling import Outcome, settle, settle_payment, settle_waiting
from mibo.booking.taking import WALK_IN_GRACE, hold, in_turn
from mibo.booking.telling import attach_meeting, attach_wanted_meetings
from mibo.booking.undoing import UNDONE, may_undo, undo_booking
from mibo.booking.waiting import QueueRow
from mibo.booking.week import DayExplained, Week, WeekDay, clinician_week, week_version, why_not

__all__ = [
    "ASK_DAYS", "DESK_SOURCES", "GIVEN_UP_AFTER", "NOTE_LENGTH", "REASON_LENGTH", "SHORTEST_REASON", "UNAVAILABLE",
    "UNDONE", "UNDO_WITHIN", "WALK_IN_GRACE", "Affected", "AffectedChanged", "AlreadyClosed", "AlreadyWaiting",
    "Answered", "Answers", "Appointment", "AppointmentRow", "Asked", "Board", "BoardRow", "CannotCancel", "CannotMerge",
    "CannotMove", "CannotUndo", "ChangedMeanwhile", "CheckoutOrder", "Choice", "Closing", "DayExplained", "Diaries",
    "HoldOver", "HoursWish", "Kept", "KeyReused", "LinkNotSent", "Move", "NotAllowed", "NotClosed", "NotOffered",
    "NotVouchedFor", "OpenTime", "Outcome", "PaymentAway", "Place", "Preview", "PriceChanged", "QueueEntry", "QueueRow",
    "Series", "SlotTaken", "Sought", "Status", "StatusChange", "Summary", "TooManyAhead", "TooManyHolds", "Touch",
    "VisitAhead", "Visits", "VisitsOutside", "VisitsToCome", "Week", "WeekAhead", "WeekDay", "WrongPatient",
    "adjusting", "affected_on", "ahead_of_account", "answering", "ask_to_cancel", "asked", "at_home", "attach_meeting",
    "attach_wanted_meetings", "bell", "blocks", "board_version", "book_at_desk", "call_off", "cancel",
    "change_clinician", "change_status", "check_in", "check_may_close", "clinician_grid", "clinician_week",
    "close_centre", "close_clinician", "close_day", "close_time", "closed_over", "closes_for_others", "complete",
    "day_board", "days_with_slots", "desk_money", "diaries", "expect_late", "expire_holds", "extend_hold", "extra",
    "give_up", "giving_back", "grant_cancellation", "history_of", "hold", "hours_on", "how_many_at", "in_turn",
    "is_displaced", "is_in_time", "last_touch", "lateness", "likely_doubles", "link_by_token", "listening", "lists",
    "lock_in_order", "locked", "mark_no_show", "may_open", "may_undo", "merge", "merge_preview", "mismatches",
    "month_view", "name_purpose", "next_free", "note_failure", "noticed", "open_link", "open_order", "open_slots",
    "open_spans", "open_times", "own_appointment", "own_appointments", "parked", "past", "patience", "patients",
    "pay_at_desk", "preview_closing", "preview_hours", "queue", "reconcile", "refund_list", "refuse_cancellation",
    "release_hold", "remind_due", "removing_links", "reopen_time", "reply_inbox", "reschedule", "resend_link",
    "return_from_checkout", "return_from_link", "reword", "ringing", "send_link", "send_unsent_links", "sending_back",
    "series", "series_changes", "series_rules", "series_times", "set_hours", "settle", "settle_payment",
    "settle_waiting", "settlements", "share_of", "slot_of_span", "staff_appointment", "staff_locked", "still_at", "sweeping",
    "telling_again", "undo_booking", "undo_check_in", "undo_merge", "undo_move", "undo_no_show", "upcoming",
    "upcoming_in_full",
    "visits_ahead", "waiting", "week_version", "why_not", "why_not_own", "within_reach", "worklists", "write_note",
]  # fmt: skip
