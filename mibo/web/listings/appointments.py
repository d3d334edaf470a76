"""Appointments as a file. What patients wrote stays at the clinic."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mibo import clock, phone
from mibo.booking import AppointmentRow, lists
from mibo.exports import Column, Kind, Listing, by_place
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.web import appointment_rows
from mibo.web.forms.appointments import PAYMENTS, SOURCES, TIMES
from mibo.web.inputs.appointments import AppointmentsInput
from mibo.web.listings.words import STATES, Words, centre_name, clinician_name, is_of_the_desk, said
from mibo.web.payment_rows import METHODS


def _read(
    asked: AppointmentsInput, who: Actor, place: tuple[datetime, int] | None, limit: int
) -> Sequence[AppointmentRow]:
    return lists.every(asked.wish, by=who, place=lists.Place(*place) if place else None, limit=limit)


def _place(row: AppointmentRow, asked: AppointmentsInput) -> tuple[datetime, int]:
    last = lists.place_of(row, asked.sorted_by)
    return last.at, last.id


def _count(asked: AppointmentsInput, who: Actor) -> int | None:
    return None if asked.q else lists.how_many(asked.wish, by=who)


def _filters(asked: AppointmentsInput) -> Words:
    named = {choice.value: choice.label for choice in (*TIMES, *SOURCES, *PAYMENTS)}
    return said(
        ("Searched for", asked.q), ("When", named.get(asked.time)), ("From", asked.since), ("To", asked.until),
        ("Centre", centre_name(asked.centre)), ("Clinician", clinician_name(asked.clinician)),
        ("State", STATES.get(asked.state)), ("Booked", named.get(asked.source) if asked.source else ""),
        ("Payment", named.get(asked.payment) if asked.payment else ""),
    )  # fmt: skip


def _number(row: AppointmentRow, who: Actor) -> str:
    return phone.shown(row.patient_phone) if is_of_the_desk(who) else phone.masked(row.patient_phone)


def _minutes(row: AppointmentRow, _: Actor) -> int:
    return (row.ends_at - row.starts_at) // timedelta(minutes=1)


def _method(row: AppointmentRow, _: Actor) -> str:
    return METHODS.get(row.payment_method or "", "")


def _note(row: AppointmentRow, _: Actor) -> str | None:
    return row.paid_note if row.payment_status in ("PAID", "REFUNDED") else None


LISTINGS = (
    Listing(
        name="appointments",
        title="Appointments",
        permission=Permission.SEE_APPOINTMENTS,
        asks=AppointmentsInput,
        endpoint="appointments.index",
        read=by_place(_read, _place, lambda asked: asked.model_copy(update={"order": "booked"})),
        count=_count,
        filters=_filters,
        columns=(
            Column("Reference", lambda row, _: row.reference, weight=0.9),
            Column("Patient", lambda row, _: row.patient_name, weight=1.5),
            Column("Phone", _number),
            Column("MRN", lambda row, _: row.patient_mrn, weight=0.9),
            Column("Clinician", lambda row, _: row.clinician_name, weight=1.3),
            Column("Centre", lambda row, _: row.centre_name, weight=0.9),
            Column("Starts", lambda row, _: row.starts_at, Kind.MOMENT, weight=1.2),
            Column("Minutes", _minutes, Kind.NUMBER, weight=0.7),
            Column("Kind", lambda row, _: appointment_rows.kind_of(row), weight=0.9),
            Column("State", lambda row, _: STATES[row.state(clock.now())]),
            Column("Booked by", lambda row, _: appointment_rows.SOURCE_WORDS[row.source], weight=0.9),
            Column("Booked", lambda row, _: row.created_at, Kind.MOMENT, weight=1.2),
            Column("Payment", lambda row, _: appointment_rows.paid_of(row), seen_by=is_of_the_desk, weight=0.8),
            Column("Paid by", _method, seen_by=is_of_the_desk, weight=0.7),
            Column("Payment note", _note, seen_by=is_of_the_desk),
            Column("Fee", lambda row, _: row.consultation_paise, Kind.MONEY, is_of_the_desk, 0.8),
            Column("Registration", lambda row, _: row.registration_paise, Kind.MONEY, is_of_the_desk, 1.0),
        ),
    ),
)
