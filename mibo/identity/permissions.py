"""The one table of who may do what (R-ACL). Routes and menus both read it; nothing else decides."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is at the clinic."""

    ADMIN = "ADMIN"
    MANAGER = "MANAGER"
    CENTRE_MANAGER = "CENTRE_MANAGER"
    CLINICIAN = "CLINICIAN"
    CARE_COORDINATOR = "CARE_COORDINATOR"
    FRONT_DESK = "FRONT_DESK"
    PATIENT = "PATIENT"


class Permission(StrEnum):
    """A thing one may do. The scope (own, centre, all) is applied in the query, from the actor's centres."""

    BOOK_OWN = "book for oneself and one's family"
    SEE_OWN = "see one's own appointments and payments"
    SEE_DAY = "see the day board"
    SEE_APPOINTMENTS = "see appointments"
    SEE_PATIENTS = "find patients"
    ADD_PATIENTS = "add patients"
    BOOK_AT_DESK = "book for a patient"
    TAKE_PAYMENT = "take payment at the desk or send a link"
    SEE_PAYMENTS = "see payments: all, those of one's centre, or those one took"
    SEE_REVENUE = "see what the clinic takes"
    SEE_FIGURES = "see the clinic's figures: of all centres, or of one's own"
    DECIDE_REFUNDS = "decide whether money goes back, and send it"
    GIVE_BACK = "give back at the desk what a manager approved"
    ADJUST_PRICE = "give a discount, waive a fee, or note that registration was paid elsewhere"
    SEE_RECEIPTS = "find receipts in their register"
    GIVE_RECEIPTS = "print receipts and send them"
    SET_BILLING = "decide in whose name and with which tax a centre issues receipts"
    SEE_DRAWERS = "see drawers: one's own, or those of one's centres"
    REOPEN_DRAWERS = "open a drawer again that was counted"
    SEE_PAYMENT_LINKS = "see how a payment link stands, one's own or of one's centre"
    SETTLE_MISMATCHES = "say what becomes of money that does not match, reconcile, and read settlement reports"
    EDIT_PATIENTS = "change a patient's record"
    SET_MRN = "set a patient's record number"
    MERGE_PATIENTS = "merge two records of one patient, and undo it"
    ADD_TO_NOTES = "write a consultation note: one's own, or add to one unseen"
    WRITE_MEDICAL_NOTES = "write a note on a patient's record"
    KEEP_RECORD = "read and keep the history, risks and documents of whom one treats"
    BREAK_GLASS = "read in an emergency what was written of patients whom one does not treat"
    SEE_GLASS = "see who read in an emergency, and why"
    SEE_STAFF = "see the staff"
    ADD_FRONT_DESK = "add and change front desk staff"
    EDIT_STAFF = "add and change staff of every role"
    SEE_CLINICIANS = "see clinicians as staff do"
    EDIT_CLINICIANS = "add and change clinicians"
    SET_CLINICIAN_CREDENTIALS = "give a clinician a username or a password"
    SEE_CENTRES = "see centres as staff do"
    ADD_CENTRES = "add centres"
    EDIT_CENTRES = "change centres"
    CLOSE_CENTRES = "deactivate centres"
    SEE_POLICY = "see the policy numbers"
    SET_POLICY = "decide the policy numbers"
    SEE_AUDIT = "see the audit"
    SEE_MESSAGES = "see the messages that were sent"
    MANAGE_OWN_SIGN_INS = "see and end one's own sign-ins, password and second factor"
    SEE_STYLEGUIDE = "see the style guide"
    SEE_SELF = "see who is signed in"
    MOVE_APPOINTMENTS = "move an appointment"
    CANCEL_APPOINTMENTS = "cancel an appointment for the clinic"
    DECIDE_CANCELLATIONS = "grant or refuse a patient's wish to cancel"
    MARK_ARRIVALS = "check in, note a late arrival or a no-show"
    OVERBOOK = "book over a time that is taken"
    RUN_QUEUE = "keep the queue of those who walked in"
    TELL_LATE = "tell the next patients that a clinician runs late"
    SEE_MEETINGS = "see which online appointments have their video link"
    SET_MEETINGS = "paste a video link, have one made again, and call who cannot join"
    CONSULT = "start and end one's own consultations"
    HEAR_BELL = "hear of what waits, and of what one is told: wishes to cancel, refunds, who read one's notes"
    ANSWER_REPLIES = "see and answer what patients write back"
    ANSWER_REQUESTS = "see and answer what patients ask about their data"
    REPLACE_MEETINGS = "replace a video link over the API, or take it away"
    OVERSEE_MESSAGES = "see all messages, their unmatched reports and video links at once, and remind by hand"
    EXPORT_LISTS = "take a list along as a file, as far as one may see it"
    SEE_FOLLOW_UPS = "see who is due to come again"
    ANSWER_ENQUIRIES = "see enquiries of one's centres and of none yet, call, and turn them into patients and bookings"
    SEE_FUNNEL = "see what became of enquiries, counted"
    KEEP_CAMPAIGNS = "keep the campaigns and their links"
    SEE_HOURS = "see the hours of clinicians"
    SET_HOURS = "set the hours of clinicians"
    BLOCK_TIME = "close and reopen clinicians' time"


_ALL_CENTRES = {Role.ADMIN, Role.MANAGER}
_DESK = {Role.CARE_COORDINATOR, Role.FRONT_DESK}
_STAFF = _ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER, Role.CLINICIAN}

GRANTED: dict[Permission, frozenset[Role]] = {
    Permission.BOOK_OWN: frozenset({Role.PATIENT}),
    Permission.SEE_OWN: frozenset({Role.PATIENT}),
    Permission.SEE_DAY: frozenset(_STAFF),
    Permission.SEE_APPOINTMENTS: frozenset(_STAFF),
    Permission.SEE_PATIENTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.ADD_PATIENTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.BOOK_AT_DESK: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.TAKE_PAYMENT: frozenset(_ALL_CENTRES | _DESK),
    Permission.SEE_PAYMENTS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER, Role.FRONT_DESK}),
    Permission.SEE_REVENUE: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.SEE_FIGURES: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.DECIDE_REFUNDS: frozenset(_ALL_CENTRES),
    Permission.GIVE_BACK: frozenset(_ALL_CENTRES | _DESK),
    Permission.ADJUST_PRICE: frozenset(_ALL_CENTRES),
    Permission.SEE_RECEIPTS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.GIVE_RECEIPTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.SET_BILLING: frozenset({Role.ADMIN}),
    Permission.SEE_DRAWERS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.REOPEN_DRAWERS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.SEE_PAYMENT_LINKS: frozenset(_ALL_CENTRES | _DESK | {Role.PATIENT}),
    Permission.SETTLE_MISMATCHES: frozenset(_ALL_CENTRES),
    Permission.EDIT_PATIENTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.SET_MRN: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER, Role.FRONT_DESK}),
    Permission.MERGE_PATIENTS: frozenset(_ALL_CENTRES),
    Permission.ADD_TO_NOTES: frozenset(_ALL_CENTRES | {Role.CLINICIAN}),
    Permission.WRITE_MEDICAL_NOTES: frozenset({Role.ADMIN, Role.CLINICIAN}),
    Permission.KEEP_RECORD: frozenset({Role.ADMIN, Role.CLINICIAN}),
    Permission.BREAK_GLASS: frozenset({Role.ADMIN, Role.CLINICIAN}),
    Permission.SEE_GLASS: frozenset({Role.ADMIN}),
    Permission.SEE_STAFF: frozenset(_ALL_CENTRES),
    Permission.ADD_FRONT_DESK: frozenset(_ALL_CENTRES),
    Permission.EDIT_STAFF: frozenset({Role.ADMIN}),
    Permission.SEE_CLINICIANS: frozenset(_STAFF),
    Permission.EDIT_CLINICIANS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.SET_CLINICIAN_CREDENTIALS: frozenset(_ALL_CENTRES),
    Permission.SEE_CENTRES: frozenset(_STAFF),
    Permission.ADD_CENTRES: frozenset(_ALL_CENTRES),
    Permission.EDIT_CENTRES: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.CLOSE_CENTRES: frozenset({Role.ADMIN}),
    Permission.SEE_POLICY: frozenset(_ALL_CENTRES),
    Permission.SET_POLICY: frozenset({Role.ADMIN}),
    Permission.SEE_AUDIT: frozenset(_ALL_CENTRES),
    Permission.SEE_MESSAGES: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.MANAGE_OWN_SIGN_INS: frozenset(Role),
    Permission.SEE_STYLEGUIDE: frozenset(_STAFF),
    Permission.SEE_SELF: frozenset(Role),
    Permission.MOVE_APPOINTMENTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.CANCEL_APPOINTMENTS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.DECIDE_CANCELLATIONS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.MARK_ARRIVALS: frozenset(_STAFF),
    Permission.OVERBOOK: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.RUN_QUEUE: frozenset(_STAFF),
    Permission.TELL_LATE: frozenset(_STAFF),
    Permission.SEE_MEETINGS: frozenset(_STAFF),
    Permission.SET_MEETINGS: frozenset(_STAFF),
    Permission.CONSULT: frozenset({Role.CLINICIAN}),
    Permission.HEAR_BELL: frozenset(_STAFF),
    Permission.ANSWER_REQUESTS: frozenset(_ALL_CENTRES),
    Permission.ANSWER_REPLIES: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.REPLACE_MEETINGS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.OVERSEE_MESSAGES: frozenset(_ALL_CENTRES),
    Permission.EXPORT_LISTS: frozenset(_STAFF),
    Permission.SEE_FOLLOW_UPS: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.ANSWER_ENQUIRIES: frozenset(_ALL_CENTRES | _DESK | {Role.CENTRE_MANAGER}),
    Permission.SEE_FUNNEL: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER}),
    Permission.KEEP_CAMPAIGNS: frozenset(_ALL_CENTRES),
    Permission.SEE_HOURS: frozenset(_STAFF),
    Permission.SET_HOURS: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER, Role.CLINICIAN}),
    Permission.BLOCK_TIME: frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER, Role.FRONT_DESK, Role.CLINICIAN}),
}

TWO_FACTORS = frozenset(_ALL_CENTRES | {Role.CENTRE_MANAGER, Role.CLINICIAN})


def asks_for_second_factor(roles: frozenset[Role]) -> bool:
    """Whether somebody with one of these roles must prove who they are in two ways (security.md line 14)."""
    return not roles.isdisjoint(TWO_FACTORS)


def may(roles: frozenset[Role], permission: Permission) -> bool:
    """Whether somebody with these roles may do this somewhere."""
    return not roles.isdisjoint(GRANTED[permission])


def everywhere(roles: frozenset[Role]) -> bool:
    """Whether these roles reach every centre, whatever centre they were granted at."""
    return not roles.isdisjoint(_ALL_CENTRES)
