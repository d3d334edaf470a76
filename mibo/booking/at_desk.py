"""The desk books for a patient: paid now, by a link, later at the centre, or over a time that is taken (P8, R-BOOK-13)."""

from datetime import datetime, timedelta

from mibo import clinics, clock, db, payments, people
from mibo.booking import actions, desk_money, seen, taking, telling
from mibo.booking.calling_off import worded
from mibo.booking.models import Appointment
from mibo.booking.taking import Terms
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Permission, Role
from mibo.payments import DESK_METHODS
from mibo.people import Patient
from mibo.scheduling.diary import Audience

LINK, LATER, HELD = "LINK", "LATER", "HELD"
WAYS_TO_PAY = (LINK, *DESK_METHODS, LATER, HELD)
SOURCE_OF = {Role.FRONT_DESK: "FRONT_DESK", Role.CARE_COORDINATOR: "CARE_COORDINATOR"}


class WrongPatient(Conflict):
    """The last four digits that the desk confirmed are not this patient's (security.md line 44)."""

    code = "WRONG_PATIENT"
    message = "This is not the patient you confirmed. Check the last four digits of the phone number."


def book_at_desk(
    *,
    patient_id: int,
    clinician_id: int,
    centre_id: int,
    mode: str,
    starts_at: datetime,
    by: Actor,
    pay_by: str,
    last_four: str | None = None,
    note: str | None = None,
    desk_note: str | None = None,
    walk_in: bool = False,
    overbook_reason: str | None = None,
    request_key: str | None = None,
) -> Appointment:
    """The desk books for a patient. CASH, CARD or UPI is taken now and LATER is paid at the centre: both are confirmed.
    With a LINK, or HELD until somebody asks for the money, the time waits. With a reason it may be one that is taken.

    Raises Missing (not a centre of theirs), Refused, WrongPatient, SlotTaken, NotOffered, KeyReused, Invalid.
    """
    check_may_book(by, centre_id, pay_by, overbook_reason)
    payments.refuse_card_number(note)
    wish = (patient_id, clinician_id, centre_id, mode, starts_at)
    if already := taking.asked_before(by, request_key, wish):
        return already
    patient = confirmed_patient(patient_id, last_four)
    reason = worded(overbook_reason) if overbook_reason else None
    slot = taking.free_slot(
        clinician_id, centre_id, mode, starts_at,
        patient_id=patient.id, for_whom=Audience.STAFF, walk_in=walk_in, overbook=reason is not None,
    )  # fmt: skip
    terms = Terms(
        mode=mode, by=by, source=source_of(by), pay_by=LINK if pay_by == LINK else "DESK", held_until=_link_ends(),
        note=note, request_key=request_key, walk_in=walk_in, overbook_reason=reason if taking.is_taken(slot) else None,
    )  # fmt: skip
    made = taking.take(slot, patient, terms)
    _go_on(made, pay_by, desk_note, by)
    return made


def source_of(by: Actor) -> str:
    """From where a booking of theirs comes."""
    return next((source for role, source in SOURCE_OF.items() if role in by.roles), "MANAGER")


def check_may_book(by: Actor, centre_id: int, pay_by: str, overbook_reason: str | None = None) -> None:
    """Whether they may book there and take the money so. Raises Missing, Refused, Invalid."""
    if not by.reaches(centre_id):
        raise Missing("We could not find that centre.")
    if pay_by not in WAYS_TO_PAY:
        raise Invalid.field("pay_by", "Choose how the patient pays.")
    if pay_by in DESK_METHODS and not by.may(Permission.TAKE_PAYMENT):
        raise Refused("You may not take payments. Choose a payment link, or that the patient pays at the centre.")
    if overbook_reason and not by.may(Permission.OVERBOOK):
        raise Refused("You may not book over a time that is taken. Ask a manager of the centre.")


def confirmed_patient(patient_id: int, last_four: str | None) -> Patient:
    """The patient whose last four digits the desk has read back. Raises Missing, WrongPatient."""
    patient = people.patient(patient_id)
    if last_four is not None and patient.phone[-4:] != last_four:
        raise WrongPatient
    return patient


def _link_ends() -> datetime:
    return clock.now() + timedelta(minutes=clinics.policy_in_force().link_hold_minutes)


def _go_on(made: Appointment, pay_by: str, desk_note: str | None, by: Actor) -> None:
    """What follows from how it is paid; nobody is told while it can be undone (M13)."""
    if pay_by in DESK_METHODS:
        desk_money.take(made, pay_by, desk_note, by=by)
        actions.confirm(made, by=by.account_id, reason="Paid at the desk", wait_s=seen.patience(by))
    elif pay_by == LATER:
        actions.confirm(made, by=by.account_id, reason="Pays at the centre", wait_s=seen.patience(by))
    elif pay_by == LINK:
        telling.promise_payment_link(made)
    db.session().flush()
