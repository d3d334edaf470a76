"""Patients as the desk reads them, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from mibo import booking, clock, identity, money, people, phone
from mibo.audit import AuditEntry
from mibo.booking import Appointment, Status, Visits
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.messaging import LANGUAGES, Message
from mibo.people import MedicalNote, Patient
from mibo.people.consent_rules import CARE
from mibo.web import consent_rows, desk_sheet, message_words
from mibo.web.desk_record import MESSAGE_STATES, METHOD_WORDS
from mibo.web.desk_words import MODES
from mibo.web.filters import clock_time, day, moment
from mibo.web.forms.booking import GENDER_WORDS

GENDERS = {choice.value: choice.label for choice in GENDER_WORDS}


@dataclass(frozen=True)
class Row:
    """A patient in the list."""

    href: str
    name: str
    about: str
    mrn: str
    phone: str
    visits: int
    next: str
    registered: str
    active: bool


@dataclass(frozen=True)
class Page:
    """All that a patient's page shows; what somebody may not see is empty."""

    facts: Sequence[tuple[str, object]]
    contact: Sequence[tuple[str, str, str]]
    family: Sequence[tuple[str, str, str]]
    ahead: Sequence[tuple[str, str, str, str]]
    past: Sequence[tuple[str, str, str, str]]
    payments: Sequence[tuple[str, str, str, str]]
    messages: Sequence[tuple[str, str, tuple[str, str, str]]]
    lacks_guardian: bool
    holder: str
    """Who turned eighteen on another's phone: whose it is, for the desk to ask whether they go on acting for them."""
    consents: Sequence[tuple[str, str, str]]
    may_keep: bool
    """Whether they agree, as of now, that their records are kept."""


def rows(patients: Sequence[Patient], visits: Mapping[int, Visits]) -> list[Row]:
    """The list."""
    return [_row(one, visits.get(one.id, Visits())) for one in patients]


def look(
    one: Patient, appointments: Sequence[Appointment], told: Sequence[Message], recorded_by: str, who: Actor
) -> Page:
    """One patient as this person may see them: clinicians see no money, no contact and no whole number."""
    desk = who.may(Permission.SEE_PATIENTS)
    now = clock.now()
    coming = [each for each in appointments if each.ends_at > now and state_of(each) not in ("CANCELLED", "EXPIRED")]
    over = [each for each in appointments if each not in coming]
    return Page(
        facts=desk_sheet.facts_of(one),
        contact=_contact(one) if desk else [],
        family=_family(one) if desk else [],
        ahead=[_visit(each) for each in reversed(coming)],
        past=[_visit(each) for each in over],
        payments=[_payment(each) for each in appointments] if desk else [],
        messages=[_message(each) for each in told] if desk else [],
        lacks_guardian=people.guardians.is_missing(one, people.age_of(one)),
        holder=_holder(one) if desk else "",
        consents=[*_consents(one, recorded_by), *_said(one)] if desk else [],
        may_keep=desk and people.consents.stands(one, people.consents.latest(one.id), CARE),
    )


def openings(entries: Sequence[AuditEntry], names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Who opened a record and when, and whether they read the medical notes."""
    return [
        (
            moment(one.at),
            names.get(one.by_account_id or 0, "Mibo"),
            "with the medical notes" if "medical_notes" in one.details else "",
        )
        for one in entries
    ]


def _said(one: Patient) -> list[tuple[str, str, str]]:
    said = people.consents.history([one.id])
    return consent_rows.for_staff(said, {each.id: _date(each.said_at) for each in said})


def _holder(one: Patient) -> str:
    if one.id == one.account_id or not people.guardians.has_grown_up(one, clock.today()):
        return ""
    return identity.names_of({one.account_id}).get(one.account_id, "")


def _consents(one: Patient, recorded_by: str) -> list[tuple[str, str, str]]:
    """What was agreed to, when, and who recorded it."""
    grown = one.grown_up_agreed_at
    family = [(_date(grown), "Whose phone it is goes on acting for them", "agreed when grown up")] if grown else []
    if one.guardian_consent_at is None:
        return family
    guardian = ", ".join(filter(None, (one.guardian_name, one.guardian_relation)))
    note = f"by {guardian}" + (f"; recorded by {recorded_by}" if recorded_by else "")
    return [*family, (_date(one.guardian_consent_at), "Guardian agreed to the treatment and to these records", note)]


def doubles(patients: Sequence[Patient]) -> list[tuple[int, str, str]]:
    """Records that may be the same person's, with what tells them apart."""
    return [(one.id, one.full_name, in_a_line(one)) for one in patients]


def known_on(number: str, *, but: int | None = None) -> list[tuple[int, str, str]]:
    """Who has a phone already, for a desk that is about to write it down."""
    known = [one for one in people.on_phone(number) if one.id != but]
    return [(one.id, one.full_name, in_a_line(one)) for one in known]


def in_a_line(one: Patient) -> str:
    """`Age 31 · Phone ••••3210 · MRN K-00418`."""
    facts = desk_sheet.facts_of(one)
    return " · ".join(str(fact) if str(fact).startswith(label) else f"{label} {fact}" for label, fact in facts)


def notes(written: Sequence[MedicalNote], names: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Notes with their authors."""
    return [(moment(one.created_at), names.get(one.author_id, ""), people.opened_note(one)) for one in written]


def _row(one: Patient, visits: Visits) -> Row:
    age = people.age_of(one)
    return Row(
        href=url_for("patients.show_patient", patient_id=one.id),
        name=one.full_name,
        about=", ".join(filter(None, (str(age) if age is not None else "", GENDERS.get(one.gender or "", "")))),
        mrn=one.mrn or "",
        phone=phone.shown(one.phone),
        visits=visits.past,
        next=moment(visits.next_at) if visits.next_at else "",
        registered=_date(one.created_at),
        active=one.active,
    )


def _date(at: datetime) -> str:
    return f"{day(at)} {clock.local(at):%Y}"


def _contact(one: Patient) -> list[tuple[str, str, str]]:
    born = f"{one.date_of_birth.day} {one.date_of_birth:%B %Y}" if one.date_of_birth else ""
    guardian = [one.guardian_name, one.guardian_relation, _shown(one.guardian_phone)]
    told = [
        ("Phone", phone.shown(one.phone)),
        ("E-mail", one.email),
        ("Messages", _wishes(one)),
        ("Date of birth", born),
        ("Gender", GENDERS.get(one.gender or "")),
        ("Blood group", one.blood_group),
        (
            "Emergency contact",
            ", ".join(filter(None, (one.emergency_contact_name, _shown(one.emergency_contact_phone)))),
        ),
        ("Guardian", ", ".join(filter(None, guardian))),
        ("Guardian agreed", _date(one.guardian_consent_at) if one.guardian_consent_at else ""),
        ("Notes for the desk", one.notes),
        ("Registered", _date(one.created_at)),
        ("Registration fee", f"Paid {_date(one.registration_paid_at)}" if one.registration_paid_at else "To pay"),
    ]
    return [(label, words, "") for label, words in told if words]


def _wishes(one: Patient) -> str:
    """How they want to be told things, where that is not the usual way."""
    if one.no_messages:
        return "None, as they wish"
    way = {"SMS": "by SMS", "EMAIL": "by e-mail"}.get(one.message_channel, "")
    language = LANGUAGES[one.message_language] if one.message_language != "en" else ""
    return ", ".join(filter(None, (way, language, "discreet" if one.discreet_messages else "")))


def _shown(number: str | None) -> str:
    return phone.shown(number) if number else ""


def _family(one: Patient) -> list[tuple[str, str, str]]:
    others = [each for each in people.all_of(one.account_id) if each.id != one.id]
    return [(each.full_name, in_a_line(each), url_for("patients.show_patient", patient_id=each.id)) for each in others]


def state_of(one: Appointment) -> str:
    """Its state; a hold that ran out has ended."""
    over = one.status == Status.PENDING and one.held_until is not None and one.held_until <= clock.now()
    return "EXPIRED" if over else str(one.status)


def _visit(one: Appointment) -> tuple[str, str, str, str]:
    about = f"{one.clinician.full_name}, {one.centre.short_name}, {MODES[one.mode].lower()}"
    when = f"{_date(one.starts_at)}, {clock_time(one.starts_at)}"
    return when, about, state_of(one), url_for("desk.appointment", appointment_id=one.id)


def _payment(one: Appointment) -> tuple[str, str, str, str]:
    paid = one.payment
    state = "UNPAID" if paid.status == "PENDING" else paid.status
    if state == "UNPAID" and state_of(one) in ("EXPIRED", "CANCELLED"):
        state = "CANCELLED"
    how = METHOD_WORDS.get(paid.method or "", "")
    return (
        _date(paid.paid_at or paid.created_at),
        f"{money.rupees(paid.amount_paise)} {how}".strip(),
        state,
        one.reference,
    )


def _message(message: Message) -> tuple[str, str, tuple[str, str, str]]:
    at = message.sent_at or message.created_at
    return message_words.of(message.template), moment(at), MESSAGE_STATES[message.status]


def overlap_words(pairs: Sequence[tuple[Appointment, Appointment]]) -> list[tuple[str, str]]:
    """What stands in the way of a merge: links and words."""
    return [
        (
            url_for("desk.appointment", appointment_id=other.id),
            f"{moment(one.starts_at)} with {one.clinician.full_name} and {moment(other.starts_at)} with "
            f"{other.clinician.full_name}",
        )
        for one, other in pairs
    ]


def moved_words(seen: booking.Preview) -> list[str]:
    """What a merge moves, in words."""
    counts = [(seen.appointments, "appointment"), (seen.payments, "payment"), (seen.messages, "message")]
    words = [f"{n} {what}{'' if n == 1 else 's'}" for n, what in (*counts, (seen.notes, "medical note"))]
    own = seen.kept.id == seen.kept.account_id
    more = [
        (bool(seen.mrn), f"the MRN {seen.mrn}"),
        (seen.registration, "the registration fee that was paid"),
        (seen.fee_goes_back, "and the second registration fee is put on the refunds list"),
        (seen.account_closes and own, "and whoever signs in by its phone comes to the record that is kept"),
        (seen.account_closes and not own, "and whoever signs in by its phone is told to use the other one"),
    ]
    return [*words, *(what for holds, what in more if holds)]
