"""The audit in the clinic's words: what was done, and what changed, from the short names it is kept under."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from mibo import money
from mibo.ledger import Named
from mibo.web.filters import day

# what somebody may look for: its words, and how the acts begin
AREAS: dict[str, tuple[str, tuple[str, ...]]] = {
    "opened": ("Records opened", ("patient.opened", "appointment.opened", "note.read", "note.glass_broken", "document.opened",
                                  "request.opened")),
    "exported": ("Files taken along", ("list.exported", "export.")),
    "patients": ("Patients", ("patient.", "history.", "document.", "request.")),
    "appointments": ("Appointments", ("appointment.", "series.", "follow_up.", "call.", "note.")),
    "queue": ("Walk-ins", ("queue.",)),
    "money": ("Payments and refunds", ("payment.", "refund.", "receipt.", "drawer.", "mismatch.", "reconciliation.", "settlement.")),
    "clinicians": ("Clinicians and their time", ("clinician.", "time.")),
    "centres": ("Centres", ("centre.",)),
    "staff": ("Staff accounts", ("staff.",)),
    "access": (
        "Passwords and signing in",
        ("account.", "change password", "end ", "new recovery codes", "open password link", "set password by link",
         "set up second factor", "turn off second factor"),
    ),
    "enquiries": ("Enquiries and campaigns", ("enquiry.", "campaign.")),
    "replies": ("What patients write back", ("reply.",)),
    "messages": ("Messages", ("report.",)),
    "policy": ("Policy", ("policy.",)),
}  # fmt: skip

ACTS = {
    "account.calendar_ended": "Ended their calendar address",
    "account.calendar_made": "Made a calendar address",
    "account.phone": "Changed the phone of an account",
    "appointment.coming": "Said that they will come",
    "appointment.call_answered": "Called a patient who could not join by video",
    "appointment.call_asked": "Asked to be called by phone",
    "appointment.call_checked": "Answered the questions before a video call",
    "appointment.call_joined": "Opened a video call",
    "appointment.guardian_seen": "Saw that a grown-up was with a child in a video call",
    "appointment.held": "Booked or held a time",
    "appointment.hold_extended": "Kept a held time longer",
    "appointment.link_pasted": "Pasted a video link",
    "appointment.link_wanted": "Had a video link made again",
    "appointment.link_removed": "Took a video link away",
    "appointment.told_again": "Had a patient told again",
    "appointment.note_written": "Wrote a note for the clinician",
    "appointment.opened": "Opened an appointment",
    "appointment.purpose": "Set what a visit is for",
    "appointment.status": "Changed the state of an appointment",
    "call.no_answer": "Called a patient whom no message reached: no answer",
    "call.reached": "Reached a patient by phone whom no message reached",
    "call.taken_back": "Took back what was noted of a call",
    "call.wrong_number": "Called a patient whom no message reached: wrong number",
    "change password": "Changed their password",
    "clinician.account_opened": "Opened the account of a clinician",
    "clinician.contact_changed": "Changed how a clinician is reached",
    "clinician.credentials_set": "Set a clinician's username or password",
    "clinician.extra_opened": "Opened extra hours",
    "clinician.extra_removed": "Took extra hours away",
    "clinician.late_taken_back": "Took back that a clinician runs late",
    "clinician.opened": "Switched a clinician on",
    "clinician.closed": "Switched a clinician off",
    "clinician.runs_late": "Told patients that a clinician runs late",
    "end all sign-ins": "Signed an account out everywhere",
    "end other sign-ins": "Signed themselves out everywhere else",
    "end sign-in": "Signed out one device",
    "campaign.added": "Added a campaign",
    "campaign.changed": "Changed a campaign",
    "enquiry.asked": "Asked to be called",
    "enquiry.asked_again": "Asked to be called again",
    "enquiry.booked": "An enquiry became a booking",
    "enquiry.called": "Called somebody who enquired",
    "enquiry.forgotten": "Forgot who an enquiry was of",
    "enquiry.hold_ended": "The held time of an enquiry ran out",
    "enquiry.later": "Put off the call of an enquiry",
    "enquiry.lost": "Noted that an enquiry came to nothing",
    "enquiry.opened": "Opened an enquiry",
    "enquiry.patient": "Found the patient of an enquiry",
    "enquiry.placed": "Gave an enquiry to a centre",
    "enquiry.reopened": "Opened a lost enquiry again",
    "enquiry.taken": "Took an enquiry",
    "enquiry.undone": "Took back a step of an enquiry",
    "follow_up.booked": "Booked a follow-up",
    "follow_up.called_off": "Called a follow-up off",
    "follow_up.wanted": "Asked for a follow-up",
    "document.added": "Put a document into a patient's record",
    "document.opened": "Opened a document of a patient",
    "document.removed": "Removed a document of a patient",
    "document.taken_back": "Took a removed document back",
    "history.added": "Added to a patient's history",
    "history.changed": "Changed a line of a patient's history",
    "history.struck": "Struck a line out of a patient's history",
    "export.asked": "Asked for a list as a file",
    "export.cancelled": "Called off an export",
    "list.exported": "Took a list along as a file",
    "new recovery codes": "Made new recovery codes",
    "note.glass_broken": "Opened a patient's notes in an emergency",
    "note.keys_rotated": "Put the keys of notes under a new one",
    "note.read": "Read a consultation note",
    "note.written": "Wrote a consultation note",
    "open password link": "Sent a link to set a password",
    "patient.cleared": "Ended what is not care, and cleared what the patient asked to have deleted",
    "patient.consent": "Noted a consent",
    "patient.merged": "Merged two records of a patient",
    "patient.merged_away": "Merged this record into another",
    "patient.mrn": "Gave a patient a number (MRN)",
    "patient.noted": "Wrote a medical note",
    "patient.copied": "Took a copy of their own data",
    "patient.opened": "Opened a patient's record",
    "patient.phone": "Changed a patient's phone",
    "patient.unmerged": "Undid the merging of two records",
    "drawer.entry": "Noted money in or out of a drawer",
    "drawer.float": "Set what is left in a drawer",
    "drawer.opened": "Opened a drawer",
    "drawer.closed": "Counted and closed a drawer",
    "drawer.reopened": "Opened a closed drawer again",
    "mismatch.opened": "Money came that fits nothing",
    "settlement.read": "Read a settlement report",
    "mismatch.written_in": "Wrote a refund made at the provider into the books",
    "receipt.issued": "Issued a receipt",
    "receipt.cancelled": "Cancelled a receipt",
    "reconciliation.asked": "Asked for a look through the provider's list",
    "payment.adjusted": "Changed the price of a booking",
    "payment.adjustment_undone": "Undid a changed price",
    "payment.refunded": "Money went back",
    "payment.settled_free": "Settled a booking that costs nothing",
    "payment.paid": "Payment received",
    "payment.reference_added": "Noted the reference of a payment later",
    "payment.repriced": "Changed what is to pay",
    "payment.taken": "Took money at the desk",
    "payment.unsaid": "Took back a payment noted by mistake",
    "policy.decided": "Put new policy numbers in force",
    "queue.joined": "Added somebody to the walk-ins",
    "queue.status": "Moved somebody on in the walk-ins",
    "refund.opened": "Opened a refund",
    "request.closed": "Ended a request about a patient's data",
    "request.made": "Asked something about their data",
    "request.opened": "Read what a patient asks about their data",
    "request.taken": "Took on a request about a patient's data",
    "report.seen": "Looked at a delivery report of no known message",
    "series.called_off": "Cancelled visits of a series",
    "set password by link": "Set a password with a link",
    "set up second factor": "Set up an authenticator app",
    "staff.closed": "Closed an account",
    "staff.opened": "Opened an account again",
    "staff.password_set": "Set a password for somebody",
    "staff.role_changed": "Changed somebody's role or centres",
    "time.closed": "Closed time",
    "time.reopened": "Opened closed time again",
    "time.reworded": "Changed the reason of closed time",
    "turn off second factor": "Turned off an authenticator app",
}
_KINDS = {
    "appointment": "an appointment", "campaign": "a campaign", "centre": "a centre", "clinician": "a clinician", "follow_up": "a follow-up",
    "patient": "a patient", "payment": "a payment", "refund": "a refund", "series": "a series", "staff": "an account",
}  # fmt: skip
STATES = {
    "PENDING": "awaiting payment", "CONFIRMED": "confirmed", "IN_PROGRESS": "in consultation", "COMPLETED": "completed",
    "CANCELLED": "cancelled", "NO_SHOW": "no-show", "EXPIRED": "hold ended", "WAITING": "waiting", "CALLED": "called",
    "CANCELLATION_REQUESTED": "cancellation asked for", "DONE": "done", "LEFT": "left", "SKIPPED": "passed over",
    "WEB_PATIENT": "on the website", "APP_PATIENT": "in the app", "FRONT_DESK": "front desk", "MANAGER": "manager",
    "CARE_COORDINATOR": "care coordinator", "ADMIN": "administrator", "CENTRE_MANAGER": "centre manager",
    "CLINICIAN": "clinician", "ONLINE": "online", "IN_PERSON": "in person", "CASH": "cash", "CARD": "card", "UPI": "UPI",
    "PARTLY": "done in part", "REFUSED": "refused", "WITHDRAWN": "taken back", "RECORDS": "medical records",
    "CORRECTION": "a correction", "ERASURE": "deletion", "NOMINEE": "a nominee", "GRIEVANCE": "a complaint",
    "SET_PASSWORD": "first password", "RESET_PASSWORD": "forgotten password", True: "yes", False: "no", None: "none",
}  # fmt: skip
LABELS = {
    "source": "booked", "fields": "changed", "paise": "amount", "fee_paise": "fee", "wanted_on": "wanted on", "opens": "from",
    "closes": "until", "told": "told", "centre_id": "centre", "parent": "follows", "asked_to_move": "asked to move",
    "medical_notes": "medical notes shown",
    "history": "lines of the history shown", "is_primary": "main", "default_minutes": "session", "token": "number",
}  # fmt: skip
# said by the act itself, or a number that means nothing
HIDDEN = {"active", "merge", "holiday", "hours", "refund_id", "opening", "line", "document"}
FACES = {"opens", "closes"}  # minutes of the day
RECORDS = {"merged", "kept", "patient", "account", "centre", "centre_id", "primary", "appointment", "parent", "clinician", "to",
           "clinician_id"}  # fmt: skip


def act_words(act: str) -> str:
    """`Closed an account`; what has no words of its own is told by its parts: `appointment.moved` is `Appointment: moved`."""
    if act in ACTS:
        return ACTS[act]
    kind, _, verb = act.partition(".")
    if verb in ("added", "changed"):
        return f"{verb.capitalize()} {_KINDS.get(kind, kind)}"
    words = f"{kind}: {verb}" if verb else kind
    return words.replace("_", " ").capitalize()


def details_of(told: Mapping[str, Any], names: Mapping[int, Named]) -> list[tuple[str, str]]:
    """What changed, as label and words; a state before and after is one of them."""
    said = []
    if "next" in told:
        said.append(("", f"{_words('', told.get('previous'), names)} → {_words('', told['next'], names)}"))
    elif "after" in told:
        said.append(("", f"{_words('', told.get('before'), names)} → {_words('', told['after'], names)}"))
    for key, value in told.items():
        if key not in HIDDEN | {"previous", "next", "before", "after"} and value not in ([], {}):
            said.append((LABELS.get(key, key.replace("_", " ")), _words(key, value, names)))
    return said


def ids_in(told: Mapping[str, Any]) -> set[int]:
    """The records that these details name by number."""
    return {value for key, value in told.items() if key in RECORDS and type(value) is int}


def _words(key: str, value: Any, names: Mapping[int, Named]) -> str:
    if key in RECORDS and type(value) is int:
        return names[value].name if value in names else f"no. {value}"
    if isinstance(value, bool) or value is None:
        return STATES[value]
    if key.endswith("paise") and isinstance(value, int):
        return money.rupees(value)
    if key in FACES and isinstance(value, int):
        return f"{value // 60:02}:{value % 60:02}"
    if isinstance(value, dict):
        return "; ".join(
            f"{LABELS.get(name, name.replace('_', ' '))} {_words(name, one, names)}" for name, one in value.items()
        )
    if isinstance(value, list):
        return _list_words(key, value, names)
    return _plain(value)


def _list_words(key: str, value: list[Any], names: Mapping[int, Named]) -> str:
    if key == "fields":
        return ", ".join(str(one).replace("_", " ").removesuffix(" paise") for one in value)
    if key not in ("centres", "fields") and len(value) == 2 and not any(isinstance(one, list | dict) for one in value):
        return f"{_words(key, value[0], names)} → {_words(key, value[1], names)}"
    if value and all(type(one) is int for one in value):
        return ", ".join(names[one].name for one in value if one in names) or f"{len(value)}"
    return ", ".join(_words(key, one, names) for one in value)


def _plain(value: Any) -> str:
    if isinstance(value, str) and len(value) == len("2026-01-01") and value[4:5] == "-":
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return STATES.get(value, str(value)) if isinstance(value, str) else str(value)
