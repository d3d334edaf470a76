"""Booking at the desk: what its page shows for what was chosen, and the booking itself, made once for one form."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from mibo import booking, clinics, clock, db, payments, people
from mibo.booking import Appointment, NotOffered, SlotTaken
from mibo.clinics import Centre
from mibo.errors import Conflict, Missing
from mibo.identity.permissions import Permission
from mibo.ids import read_id
from mibo.people import Patient
from mibo.web import desk_origins, desk_paid, desk_sheet, desk_words
from mibo.web.access import actor
from mibo.web.desk_command import Meant
from mibo.web.forms.desk import BookingForm, FindForm, PatientForm, booking_form
from mibo.web.htmx import go, show, wants_part
from mibo.web.inputs.desk import BookingInput, PaymentInput

KEPT = ("patient", "centre", "clinician", "mode", "day", "at", "walk_in", "pay", *desk_origins.ORIGINS)
NOTHING_MEANT = Meant()


def centres() -> Sequence[Centre]:
    """The centres where they have something to see; nobody without one sees them all (R-ACL-2)."""
    return [centre for centre in clinics.centres(active=True) if actor().works_at(centre.id)]


def centre_of(offered: Sequence[Centre], wanted: str | None) -> Centre:
    """The one that was asked for, or the first. Raises Missing for one that is not theirs."""
    if not wanted:
        return offered[0]
    for centre in offered:
        if centre.id == read_id(wanted):
            return centre
    raise Missing("We could not find that centre.")


def kept(*but: str) -> dict[str, str]:
    """What has been chosen already: ids, a day, a time and how it is paid."""
    return {name: request.args[name] for name in KEPT if request.args.get(name) and name not in but}


def chosen_patient() -> int | None:
    """Who of several was chosen, when a line is sent again for them. Raises Missing for what is no id."""
    wanted = request.args.get("patient")
    if wanted and (found := read_id(wanted)) is None:
        raise Missing("We could not find that patient.")
    return found if wanted else None


def found_rows(found: Sequence[Patient]) -> list[tuple[Any, ...]]:
    """Who was found, with the facts that tell them apart, and how many share a number."""
    numbers, alike = [one.phone for one in found], desk_sheet.look_alikes(found)
    return [
        (one.id, one.full_name, desk_sheet.known_of(one), numbers.count(one.phone), one.id in alike) for one in found
    ]


def answer(meant: Meant, form: FindForm) -> ResponseReturnValue:
    """What was typed is clear, and the page of the booking opens; or the choice is theirs; or it is somebody new."""
    chosen, books = {**kept("patient"), **meant.kept}, actor().may(Permission.BOOK_AT_DESK) and not wants_part()
    if books and len(meant.patients) == 1:
        chosen = {"patient": str(meant.patients[0].id), **chosen}
    if books and (len(meant.patients) == 1 or not meant.who):
        return sheet_page(values=chosen, meant=meant) if meant.is_open else go("desk.new_booking", **chosen)
    if books and not meant.patients and actor().may(Permission.ADD_PATIENTS):
        adding = PatientForm(formdata=None, full_name=meant.name, phone=meant.phone)
        return sheet_page(values=chosen, meant=meant, adding=adding)
    return show(
        "desk/find.html", "desk/_found.html",
        form=form, asked=form.q.data or "", found=found_rows(meant.patients), kept=chosen,
        said_again=form.q.data if meant.is_open else "",
    )  # fmt: skip


def sheet_page(
    form: BookingForm | None = None,
    *,
    adding: PatientForm | None = None,
    known: Sequence[Patient] = (),
    values: Mapping[str, str] | None = None,
    meant: Meant = NOTHING_MEANT,
    status: int = 200,
    asks_for_drawer: bool = False,
) -> ResponseReturnValue:
    """The one page for a booking; `form` or `adding` is the one that was refused, or has something in it already."""
    values = request.values if values is None else values
    offered = [centre for centre in centres() if actor().reaches(centre.id)]
    if not offered:
        return show("desk/no_centre.html", status=status)
    choices, centre = desk_sheet.asked(values), centre_of(offered, values.get("centre"))
    sheet = desk_sheet.look(choices, offered, centre)
    return show(
        "desk/new.html",
        "desk/_sheet_part.html",
        sheet=sheet,
        form=form or _new_form(choices, meant.note),
        adding=adding or PatientForm(formdata=None),
        finding=FindForm(formdata=None, q=meant.who),
        asked=meant.who if not meant.patients else "",
        found=[],
        kept={},
        asks=[(words, {**sheet.carried, "patient": sheet.kept["patient"], **more}) for words, more in meant.asks],
        problems=meant.problems,
        problem_lines=[("#at", words) for words in meant.problems],
        known=found_rows(known),
        request_key=secrets.token_urlsafe(16),
        centre_name=centre.short_name,
        asks_for_drawer=asks_for_drawer,
        status=status,
    )


def _new_form(choices: desk_sheet.Choices, note: str) -> BookingForm:
    form = booking_form(actor(), formdata=None)
    form.walk_in.data, form.desk_note.data = choices.walk_in, note
    if any(value == choices.pay for value, *_ in form.pay_by.iter_choices()):
        form.pay_by.data = choices.pay
    return form


def take_payment(appointment_id: int, said: PaymentInput) -> str:
    """Take it, into a drawer that is opened where that was asked for; says what to give in change."""
    if said.open_drawer:
        payments.drawers.open_drawer(booking.locked(appointment_id).centre_id, None, by=actor())
    paid = booking.pay_at_desk(
        appointment_id, said.method, said.note, by=actor(), reference=said.reference, also=said.also,
        shown_paise=said.shown_paise,
    )  # fmt: skip
    change = desk_paid.change(payments.tenders_of(paid.payment_id), said.received)
    said_of_link = "The payment link works no more." if _closed_a_link(paid) else ""
    return " ".join(f"The payment is noted and the appointment is confirmed. {said_of_link} {change}".split())


def _closed_a_link(paid: Appointment) -> bool:
    """Whether a link could still have been paid until this moment."""
    links = [each for each in paid.payment.attempts if each.provider_link_id and each.status == "VOID"]
    return any(each.closed_at is None and each.expires_at and each.expires_at > clock.now() for each in links)


def book(said: BookingInput) -> tuple[int, str]:
    """Book, and what to say of it; the same form sent again answers the same booking."""
    with db.transaction():
        if said.open_drawer:
            payments.drawers.open_drawer(said.centre, None, by=actor())
        made = booking.book_at_desk(
            patient_id=said.patient,
            clinician_id=said.clinician,
            centre_id=said.centre,
            mode=said.mode,
            starts_at=start_of(said),
            by=actor(),
            pay_by=said.pay_by,
            last_four=said.last_four,
            note=said.note,
            desk_note=said.desk_note,
            walk_in=said.walk_in,
            overbook_reason=said.overbook_reason,
            request_key=said.request_key,
        )
        unlinked = desk_origins.link(
            made, queue_entry=said.queue_entry, follow_up=said.follow_up, enquiry=said.enquiry, by=actor()
        )
        words = desk_words.booked(made.status, made.payment.status, people.patient(said.patient).full_name)
        return made.id, f"{words} {unlinked}".strip()


def refuse(form: BookingForm, error: Conflict, said: BookingInput) -> None:
    """Put why it was not booked where it can be mended."""
    words = desk_words.refused(error, start_of(said), said.walk_in)
    if isinstance(error, SlotTaken) and actor().may(Permission.OVERBOOK):
        words += " To book over it, give a reason."
    if isinstance(error, NotOffered):
        words = " ".join([words, *(f"{reason}." for reason in _reasons(said) if reason not in words)])
    form.say("at" if isinstance(error, SlotTaken | NotOffered) else "", words)


def _reasons(said: BookingInput) -> list[str]:
    """All that stands against the time that was chosen: a holiday is said to be one."""
    with db.reading():
        try:
            day = booking.why_not(said.clinician, said.centre, said.day, by=actor(), patient_id=said.patient)
        except Missing:
            return []
    cell = day.around(said.at.hour * 60 + said.at.minute)
    return [reason.text for reason in cell.reasons] if cell else []


def start_of(said: BookingInput) -> datetime:
    """The instant that was chosen."""
    return clock.instant(said.day, said.at)
