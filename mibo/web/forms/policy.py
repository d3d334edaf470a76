"""The form of the policy page: a field for each number."""

from dataclasses import asdict
from typing import Any

from wtforms import SelectField, TextAreaField

from mibo.clinics.policy import BOUNDS, Policy
from mibo.web.forms.base import InputForm
from mibo.web.forms.fields import WholeNumber

YES_OR_NO = ("no", "yes")
PAISE = ("registration_fee_paise", "drawer_float_paise")
GROUPS = (
    ("Which times are offered", ("lead_minutes", "desk_lead_minutes", "horizon_days")),
    (
        "Holding a time until it is paid",
        ("hold_minutes", "hold_extensions", "link_hold_minutes", "unpaid_holds", "future_per_clinician"),
    ),
    ("Cancelling and moving", ("patient_cutoff_hours", "patient_moves")),
    ("Money", ("registration_fee_paise", "refund_in_time_percent", "refund_late_percent", "refund_days")),
    ("The day of the visit", ("start_early_minutes", "closing_hours")),
    ("Online appointments", ("join_minutes_before", "join_minutes_after", "link_alert_minutes", "whereabouts_days")),
    ("At the desk", ("desk_discount_percent", "drawer_float_paise", "drawer_opens_itself")),
    ("Reminders", ("reminder_first_hours", "reminder_second_hours", "reminder_third_hours")),
    (
        "When messages leave",
        ("quiet_from_hour", "quiet_until_hour", "undo_seconds", "ladder_minutes", "replies_kept_days"),
    ),
    ("What patients ask about their data", ("records_hours", "request_days")),
    ("Enquiries", ("enquiries_kept_days",)),
)
WORDS = {
    "hold_minutes": ("Hold on the web, minutes", "How long a time is kept while the patient pays."),
    "link_hold_minutes": ("Hold with a payment link, minutes", "As long as the link works."),
    "hold_extensions": ("Prolonging a hold, times", "How often a patient who needs more time may have it."),
    "lead_minutes": ("Lead time on the web, minutes", "From now to the first time a patient may take."),
    "desk_lead_minutes": ("Lead time at the desk, minutes", "From now to the first time the desk may give."),
    "horizon_days": ("Booking horizon, days", "How far ahead times are offered."),
    "registration_fee_paise": ("Registration fee, rupees", "Once per patient, for life."),
    "refund_in_time_percent": ("Refund in time, percent", "Of the consultation fee, when the patient cancels in time."),
    "refund_late_percent": ("Refund later, percent", "Of the consultation fee, when the patient cancels later than that."),
    "refund_days": ("Refund arrives within, working days", "What patients are told; a refund that takes longer is overdue."),
    "desk_discount_percent": ("Discount at the desk, percent", "Of the consultation fee, without a manager. 0 leaves it to managers."),
    "drawer_float_paise": ("Drawer's float, rupees", "In the drawer before the first patient pays."),
    "drawer_opens_itself": ("Drawers open by themselves", "With the first money of a shift; else their keeper opens them."),
    "patient_cutoff_hours": ("Cancelling online, hours before", "Until then a patient may cancel or move by themselves."),
    "patient_moves": ("Moves per appointment, times", "How often a patient may move one online."),
    "unpaid_holds": ("Unpaid holds at once", "Per patient."),
    "future_per_clinician": ("Appointments ahead per clinician", "Per patient."),
    "join_minutes_before": ("Join button, minutes before", "From when an online appointment can be joined."),
    "join_minutes_after": ("Joining late, minutes after", "After its end an online appointment can still be joined this long."),
    "link_alert_minutes": ("Link missing, minutes before", "From when an online appointment without a link is an alarm."),
    "whereabouts_days": ("Where patients were, days", "Then it is forgotten where they joined from, and whom to call for them."),
    "start_early_minutes": ("Starting early, minutes before", "From when a consultation can be started."),
    "closing_hours": ("To be closed after, hours", "After its end, a confirmed appointment is listed as needing to be closed."),
    "undo_seconds": ("Time to undo, seconds", "How long a message caused by staff waits before it leaves."),
    "reminder_first_hours": ("First reminder, hours before", "0 for none. Nobody is reminded who booked later than that."),
    "reminder_second_hours": ("Second reminder, hours before", "0 for none."),
    "reminder_third_hours": ("Last reminder, hours before", "0 for none."),
    "ladder_minutes": ("Another way after, minutes", "Without news of a message: then SMS, then e-mail, then the desk calls."),
    "records_hours": ("Records given out within, hours", "Patients are told this. The law allows fifteen days."),
    "request_days": ("Other requests answered within, days", "Correction, deletion, nominee, complaint. The law allows ninety."),
    "enquiries_kept_days": ("Enquiries kept, days", "After that long without news name, phone and words are forgotten."),
    "replies_kept_days": ("Replies kept, days", "What patients write back is forgotten after that."),
    "quiet_from_hour": ("Quiet from, full hour", "From then on only what is urgent leaves, such as codes and delays."),
    "quiet_until_hour": ("Quiet until, full hour", "Then the rest leaves. The same hour twice: no quiet hours."),
}  # fmt: skip
SHOWN = tuple(name for _, names in GROUPS for name in names)
"""The numbers of the page."""


class PolicyForm(InputForm):
    """Every number, and why it changes."""

    reason = TextAreaField("Why", description="Whoever looks here in a year wants to know.")

    @classmethod
    def of(cls, policy: Policy | None = None) -> "PolicyForm":
        """The form as it stands in force, or (None) as it was sent."""
        if policy is None:
            return _Whole()
        return _Whole(
            formdata=None, data={name: shown(name, value) for name, value in asdict(policy).items() if name in SHOWN}
        )


def shown(name: str, value: int) -> int:
    """A number as people say it: money in rupees."""
    return value // 100 if name in PAISE else value


def said(name: str, value: int) -> str:
    """The same as a word: what is either so or not is `yes` or `no`."""
    return YES_OR_NO[value] if is_switch(name) else str(shown(name, value))


def is_switch(name: str) -> bool:
    """Whether a number is only whether something is so."""
    return BOUNDS[name] == (0, 1)


def bounds_shown(name: str) -> str:
    """`15 to 1440`."""
    least, most = BOUNDS[name]
    return f"{shown(name, least)} to {shown(name, most)}"


def _field(name: str) -> WholeNumber | SelectField:
    words, hint = WORDS[name]
    if is_switch(name):
        ways = {str(value): YES_OR_NO[value].capitalize() for value in (1, 0)}
        return SelectField(words, description=hint, choices=ways, validate_choice=False)
    quiet: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "off"}
    return WholeNumber(words, description=f"{hint} {bounds_shown(name)}.", render_kw=quiet)


class _Whole(PolicyForm):
    """The form with its numbers."""


for _name in SHOWN:
    setattr(_Whole, _name, _field(_name))
