"""All that is kept of a patient, for a copy of their own (security.md line 76).

What clinicians write is not in it: records are given out at the centre, where a clinician looks at them first (line 80).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from mibo import clock, db, leads, messaging, payments, people
from mibo.booking import Appointment, gate, queries
from mibo.care import glass
from mibo.identity import Actor, SignIn
from mibo.messaging import Message
from mibo.payments import Refund
from mibo.people import Notice, Patient, RightsRequest, rights

NOT_IN_IT = (
    "What your clinicians wrote. Ask your centre for these records: a clinician looks at them first, and you get them"
    " within 72 hours."
)
KNOWN = (
    "full_name", "first_name", "last_name", "phone", "email", "date_of_birth", "age_told", "gender", "blood_group", "mrn",
    "emergency_contact_name", "emergency_contact_phone", "notes", "guardian_name", "guardian_relation", "guardian_phone",
    "guardian_consent_at", "grown_up_agreed_at", "message_language", "message_channel", "discreet_messages", "no_messages",
    "registration_paid_at", "created_at",
)  # fmt: skip
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's: what we know of them, and lists of what happened, as the database has it."""

    whose: str
    known: dict[str, Any]
    parts: dict[str, Rows]
    not_in_it: str = NOT_IN_IT


def own_copy(patient_id: int, *, by: Actor) -> Copy:
    """Of oneself or of somebody one acts for. Raises Missing, as for one who never was."""
    one = people.own_patient(patient_id, by=by)
    visits = queries.all_of_patient(one.id)
    parts = {
        "appointments": [_visit(each) for each in visits],
        "refunds": _refunds([each.payment_id for each in visits]),
        "receipts": _receipts([each.payment_id for each in visits]),
        "notices": _notices(one.id),
        "consents": [
            _of(each, "purpose", "given", "version", "capacity", "said_at") for each in people.consents.history([one.id])
        ],
        "before_video_calls": _checks(one.id),
        "requests": [_request(each) for each in rights.of_patient(one.id)],
        "emergency_readings": [
            {"opened_at": each.opened_at, "read_by": each.who, "role": each.role} for each in glass.readings_of([one.id])
        ],
    }  # fmt: skip
    parts["enquiries"] = _enquiries(one)
    if one.id == one.account_id:
        parts["sign_ins"] = _sign_ins(one)
    return Copy(one.full_name, _of(one, *KNOWN), parts)


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _visit(one: Appointment) -> dict[str, Any]:
    paid = one.payment
    return {
        **_of(one, "reference", "starts_at", "ends_at", "mode", "status", "patient_note", "cancel_reason", "created_at"),
        "clinician": one.clinician.full_name, "centre": one.centre.name,
        "price_paise": paid.amount_paise, "payment": paid.status, "paid_by": paid.method, "paid_at": paid.paid_at,
    }  # fmt: skip


def _refunds(of: Sequence[int]) -> Rows:
    found = db.session().scalars(select(Refund).where(Refund.payment_id.in_(of)).order_by(Refund.id))
    return [_of(each, "paise", "status", "opened_at", "sent_at", "done_at", "method") for each in found]


def _receipts(of: Sequence[int]) -> Rows:
    return [_of(each, "code", "kind", "issued_on", "total_paise") for each in payments.receipts_of(of)]


def _notices(patient_id: int) -> Rows:
    wanted = select(Notice).join(Message).where(Notice.patient_id == patient_id).options(contains_eager(Notice.message))
    found = db.session().scalars(wanted.order_by(Notice.shows_at.desc()))
    return [
        {**_of(each.message, "template", "language", "channel", "status"), "at": each.shows_at,
         "says": _sentence(each.message)}
        for each in found if each.shows_at <= clock.now()
    ]  # fmt: skip


def _sentence(one: Message) -> str | dict[str, Any]:
    """As it was sent; of one that is not said any more, what it was made of."""
    known = one.template in messaging.templates.TEMPLATES
    return messaging.rendered(one.template, one.body, one.language) if known else one.body


def _checks(patient_id: int) -> Rows:
    found = []
    for each in gate.checks_of(patient_id):
        told = gate.whereabouts(each)
        place = {"place": told.place, "contact": f"{told.contact_name}, {told.contact_phone}"} if told else {}
        found.append({**_of(each, "said_at", "joins_as", "private", "adult_present", "consent_version"), **place})
    return found


def _request(one: RightsRequest) -> dict[str, Any]:
    return {
        **_of(one, "kind", "status", "asked_at", "due_at", "closed_at"),
        "asked": rights.words_of(one), "answered": rights.answer_of(one) or None,
    }  # fmt: skip


def _enquiries(one: Patient) -> Rows:
    """What they asked, or what was asked for them: who asked is said only where it was by their own phone."""
    told = ("care", "for_other", "call_at", "source", "heard_of", "referrer", "status", "created_at")
    found = leads.of_patient([one.id], one.phone if one.id == one.account_id else None)
    rows = []
    for each in found:
        who = _of(each, "full_name", "phone") if each.phone == one.phone else {}
        rows.append({**who, **_of(each, *told), "words": leads.unseal(each.words)})
    return rows


def _sign_ins(one: Patient) -> Rows:
    wanted = select(SignIn).where(SignIn.account_id == one.account_id).order_by(SignIn.id.desc())
    return [
        _of(each, "channel", "device", "network", "created_at", "last_seen_at", "ended_at")
        for each in db.session().scalars(wanted)
    ]
