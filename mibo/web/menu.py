"""The staff menu, drawn from the permission table: nobody sees a door they cannot open (R-ACL-4)."""

from dataclasses import dataclass

from flask import g, request, url_for

from mibo import care, db, people
from mibo.care import Waiting
from mibo.identity import Actor
from mibo.identity.permissions import Permission, Role
from mibo.web.htmx import wants_part


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    label: str
    href: str
    current: bool
    count: int = 0


_GROUPS: list[tuple[str, list[tuple[str, str, Permission]]]] = [
    (
        "",
        [
            ("Today", "desk.board", Permission.SEE_DAY),
            ("Week", "week.index", Permission.SEE_DAY),
            ("Find a patient", "desk.find", Permission.SEE_PATIENTS),
            ("New booking", "desk.new_booking", Permission.BOOK_AT_DESK),
            ("Walk-ins", "queue.board", Permission.RUN_QUEUE),
            ("My day", "my_day.today", Permission.CONSULT),
            ("Appointments", "appointments.index", Permission.SEE_APPOINTMENTS),
        ],
    ),
    (
        "Work",
        [
            ("Needs closing", "worklists.closing", Permission.MARK_ARRIVALS),
            ("To call", "calls.listing", Permission.BOOK_AT_DESK),
            ("Unpaid holds", "worklists.holds", Permission.BOOK_AT_DESK),
            ("Cancellation requests", "worklists.wishes", Permission.DECIDE_CANCELLATIONS),
            ("Enquiries", "enquiries.listing", Permission.ANSWER_ENQUIRIES),
            ("Replies", "replies.inbox", Permission.ANSWER_REPLIES),
            ("Data requests", "data_requests.listing", Permission.ANSWER_REQUESTS),
            ("Follow-ups due", "worklists.follow_ups", Permission.SEE_FOLLOW_UPS),
            ("Video links", "video_links.listing", Permission.SEE_MEETINGS),
        ],
    ),
    (
        "Money",
        [
            ("Payments", "payments.index", Permission.SEE_PAYMENTS),
            ("Unpaid", "unpaid.listing", Permission.BOOK_AT_DESK),
            ("Takings", "takings.summary", Permission.SEE_REVENUE),
            ("Does not match", "mismatches.index", Permission.SETTLE_MISMATCHES),
            ("Settlements", "settlements.index", Permission.SETTLE_MISMATCHES),
            ("Refunds", "refunds.index", Permission.GIVE_BACK),
            ("Receipts", "receipts.index", Permission.SEE_RECEIPTS),
            ("Drawers", "drawers.listing", Permission.SEE_DRAWERS),
        ],
    ),
    (
        "People",
        [
            ("Patients", "patients.index", Permission.SEE_PATIENTS),
            ("Clinicians", "clinicians.index", Permission.SEE_CLINICIANS),
            ("Hours", "hours.index", Permission.SEE_HOURS),
            ("Time off", "blocks.listing", Permission.SEE_HOURS),
            ("Emergency access", "emergency.ask", Permission.BREAK_GLASS),
        ],
    ),
    (
        "The clinic",
        [
            ("Figures", "figures.dashboard", Permission.SEE_FIGURES),
            ("Staff", "staff.listing", Permission.SEE_STAFF),
            ("Centres", "centres.listing", Permission.SEE_CENTRES),
            ("Enquiry funnel", "funnel.summary", Permission.SEE_FUNNEL),
            ("Campaigns", "campaigns.listing", Permission.KEEP_CAMPAIGNS),
            ("Messages", "message_log.listing", Permission.SEE_MESSAGES),
            ("Policy", "policy.numbers", Permission.SEE_POLICY),
            ("Audit", "audit.listing", Permission.SEE_AUDIT),
        ],
    ),
    (
        "You",
        [
            ("Exports", "exports.listing", Permission.EXPORT_LISTS),
            ("Signed-in devices", "stays.staff", Permission.MANAGE_OWN_SIGN_INS),
            ("Your phone", "phones.staff", Permission.MANAGE_OWN_SIGN_INS),
            ("My calendar", "calendars.clinician", Permission.CONSULT),
            ("Password", "passwords.change", Permission.MANAGE_OWN_SIGN_INS),
            ("Second step", "second_factor.status", Permission.MANAGE_OWN_SIGN_INS),
        ],
    ),
]
ROLE_WORDS = {
    Role.ADMIN: "Administrator",
    Role.MANAGER: "Manager",
    Role.CENTRE_MANAGER: "Centre manager",
    Role.CLINICIAN: "Clinician",
    Role.CARE_COORDINATOR: "Care coordinator",
    Role.FRONT_DESK: "Front desk",
}
COUNTS = {
    "calls.listing": "calls",
    "enquiries.listing": "enquiries",
    "worklists.closing": "to_close",
    "worklists.holds": "unpaid",
    "worklists.wishes": "wishes",
    "worklists.follow_ups": "follow_ups",
    "video_links.listing": "no_link",
    "mismatches.index": "mismatches",
    "refunds.index": "refunds",
    "message_log.listing": "reports",
    "data_requests.listing": "requests",
}


@dataclass(frozen=True)
class Group:
    """Entries under one heading."""

    label: str
    entries: list[Entry]


def role_words(who: Actor | None) -> str:
    """What somebody is at the clinic: `Centre manager, clinician`."""
    return ", ".join(words for role, words in ROLE_WORDS.items() if who and role in who.roles).capitalize()


def menu_for(who: Actor | None) -> list[Group]:
    """The groups with at least one entry that this person may open."""
    if who is None or who.audience != "STAFF":
        return []
    waiting = _waiting(who)
    groups = [Group(label, [_entry(*line, waiting) for line in lines if who.may(line[2])]) for label, lines in _GROUPS]
    return [group for group in groups if group.entries]


def unread_notices(who: Actor | None) -> int:
    """How many notices a patient has not read: asked once for a whole page, unless its view has asked already."""
    if "unread_notices" in g:
        return int(g.unread_notices)
    asks = who is not None and who.audience == "PATIENT" and not wants_part() and db.is_under_way()
    return people.inbox.unread(by=who) if who and asks else 0


def _waiting(who: Actor) -> Waiting:
    """How much waits for them: asked once for a whole page, never for a part of one, nor for a page without a database."""
    return Waiting() if wants_part() or not db.is_under_way() else care.waiting(by=who)


def _entry(label: str, endpoint: str, _: Permission, waiting: Waiting) -> Entry:
    count = getattr(waiting, COUNTS[endpoint]) if endpoint in COUNTS else 0
    return Entry(label, url_for(endpoint), request.endpoint == endpoint, count)
