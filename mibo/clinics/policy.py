"""The policy numbers of the clinic: lead time, horizon, holds, fees and limits. Rules take a Policy as an argument."""

from dataclasses import dataclass, fields

from mibo.errors import Invalid, Problem

SHORTEST_LINK_MINUTES = 15  # the provider refuses a payment link that expires sooner

BOUNDS = {
    "hold_minutes": (SHORTEST_LINK_MINUTES, 24 * 60),
    "link_hold_minutes": (SHORTEST_LINK_MINUTES + 1, 7 * 24 * 60),
    "hold_extensions": (0, 5),
    "lead_minutes": (0, 7 * 24 * 60),
    "desk_lead_minutes": (0, 7 * 24 * 60),
    "horizon_days": (1, 366),
    "registration_fee_paise": (0, 100_000_00),
    "patient_cutoff_hours": (0, 14 * 24),
    "patient_moves": (0, 20),
    "unpaid_holds": (1, 20),
    "future_per_clinician": (1, 100),
    "join_minutes_before": (0, 24 * 60),
    "join_minutes_after": (0, 4 * 60),
    "link_alert_minutes": (0, 24 * 60),
    "whereabouts_days": (1, 366),
    "closing_hours": (0, 14 * 24),
    "undo_seconds": (0, 300),
    "start_early_minutes": (0, 24 * 60),
    "refund_in_time_percent": (0, 100),
    "refund_late_percent": (0, 100),
    "refund_days": (1, 30),
    "desk_discount_percent": (0, 100),
    "drawer_float_paise": (0, 1_000_000_00),
    "drawer_opens_itself": (0, 1),
    "reminder_first_hours": (0, 14 * 24),
    "reminder_second_hours": (0, 14 * 24),
    "reminder_third_hours": (0, 14 * 24),
    "ladder_minutes": (2, 24 * 60),
    "quiet_from_hour": (0, 23),
    "quiet_until_hour": (0, 23),
    "replies_kept_days": (7, 400),
    "records_hours": (1, 15 * 24),
    "request_days": (1, 90),
    "enquiries_kept_days": (30, 1100),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the clinic has decided, as numbers. Raises Invalid, naming every field that is out of its bounds."""

    hold_minutes: int = 15
    """Minutes a web hold lives while the patient pays (R-BOOK-3)."""

    link_hold_minutes: int = 30
    """Minutes a hold with a payment link lives, as long as its link (R-BOOK-4)."""

    hold_extensions: int = 1
    """How many times a patient may prolong a hold (WCAG 2.2.1)."""

    lead_minutes: int = 15
    """Minutes from now to the first time a patient may take on the web (R-SLOT-8)."""

    desk_lead_minutes: int = 0
    """Minutes from now to the first time the desk may give (R-SLOT-8)."""

    horizon_days: int = 60
    """Days after today on which the last slots are offered, to patients and desk alike (R-SLOT-9)."""

    registration_fee_paise: int = 100_00
    """Paise, once per patient for life (R-PAY-2)."""

    patient_cutoff_hours: int = 24
    """Hours before the start until which a patient may cancel or move online (R-CHG-2, R-CHG-4)."""

    patient_moves: int = 2
    """How many times a patient may move one appointment (R-CHG-2)."""

    unpaid_holds: int = 2
    """How many unpaid holds a patient may have at once (security 73)."""

    future_per_clinician: int = 4
    """How many appointments to come a patient may have with one clinician (security 73)."""

    join_minutes_before: int = 15
    """Minutes before the start from which the join button of an online appointment works (R-VID-3)."""

    join_minutes_after: int = 15
    """Minutes after its end until which an online appointment can still be joined (M20)."""

    link_alert_minutes: int = 30
    """Minutes before the start from which an online appointment without a link is an alarm (R-VID-2)."""

    whereabouts_days: int = 90
    """Days after which it is forgotten where a patient was during a call, and whom to call for them (M20)."""

    closing_hours: int = 2
    """Hours after its end from which a still confirmed appointment is listed as needing to be closed (R-SES-11)."""

    undo_seconds: int = 20
    """Seconds that a message caused by staff waits before it leaves, in which what caused it can be undone (M13)."""

    start_early_minutes: int = 15
    """Minutes before its time from which a consultation may be started (R-SES-2)."""

    refund_in_time_percent: int = 100
    """Percent of the consultation fee that goes back when a patient cancels in time (R-PAY-15)."""

    refund_late_percent: int = 0
    """Percent of the consultation fee that goes back when a patient's cancellation comes later (R-PAY-15)."""

    refund_days: int = 7
    """Working days in which money that goes back reaches the patient: what they are told (R-PAY-14)."""

    desk_discount_percent: int = 0
    """Percent of the consultation fee that whoever takes payments may discount without a manager (R-PAY-7)."""

    drawer_float_paise: int = 0
    """Paise that a drawer begins with, unless somebody says otherwise (M15)."""

    drawer_opens_itself: int = 1
    """1 where a drawer opens with the first money of a shift; 0 where its keeper opens it before (M15)."""

    reminder_first_hours: int = 72
    """Hours before the start of the first reminder; 0 for none (R-MSG-2)."""

    reminder_second_hours: int = 24
    """Hours before the start of the second reminder; 0 for none (R-MSG-2)."""

    reminder_third_hours: int = 2
    """Hours before the start of the last reminder; 0 for none (R-MSG-2)."""

    ladder_minutes: int = 10
    """Minutes without news of a message after which another way is tried, and at last the desk calls (M3)."""

    replies_kept_days: int = 90
    """Days that what patients write back is kept, sealed (M3)."""

    records_hours: int = 72
    """Hours in which somebody who asks for their medical records is answered; the law allows fifteen days (security 80)."""

    request_days: int = 30
    """Days in which any other request about one's data is answered; the law allows ninety (security 76)."""

    enquiries_kept_days: int = 180
    """Days without news after which an enquiry names nobody any more."""

    quiet_from_hour: int = 21
    """The full hour from which only urgent messages leave; the same as the next: no quiet hours."""

    quiet_until_hour: int = 8
    """The full hour at which what waited leaves."""

    def __post_init__(self) -> None:
        problems = [problem for field in fields(self) if (problem := _problem(field.name, getattr(self, field.name)))]
        if problems:
            raise Invalid(problems=problems)


def _problem(name: str, value: int) -> Problem | None:
    least, most = BOUNDS[name]
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return None
    return Problem(name, f"{name.replace('_', ' ').capitalize()} must be a whole number from {least} to {most}.")
