"""Patients as a file."""

from dataclasses import replace
from typing import Any

from mibo import booking, people
from mibo.booking import Visits
from mibo.exports import Batch, Column, Kind, Listing
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.people import Patient
from mibo.web.desk_patients import GENDERS
from mibo.web.forms.patients import WHICH as WHICH_WORDS
from mibo.web.inputs.patients import PatientsInput
from mibo.web.listings.words import Words, centre_name, said

Row = tuple[Patient, Visits]


def _read(asked: PatientsInput, who: Actor, mark: list[Any] | None, size: int) -> Batch:
    """By name where all fit into one piece; of more, in the order in which they were registered, which nothing changes."""
    found, after = booking.patients.some(asked.sought, by=who, size=size) if mark is None else ([], mark)
    if after is not None:
        registered = replace(asked.sought, sort="registered")
        found, after = booking.patients.some(registered, by=who, after=mark, size=size)
    visits = booking.patients.visits_of(found, by=who)
    return Batch([(one, visits.get(one.id, Visits())) for one in found], after)


def _count(asked: PatientsInput, who: Actor) -> int | None:
    return booking.patients.how_many(asked.sought, by=who)


def _filters(asked: PatientsInput) -> Words:
    which = {choice.value: choice.label for choice in WHICH_WORDS}
    return said(("Searched for", asked.q), ("Which", which[asked.which]), ("Centre", centre_name(asked.centre)))


LISTINGS = (
    Listing(
        name="patients",
        title="Patients",
        permission=Permission.SEE_PATIENTS,
        asks=PatientsInput,
        endpoint="patients.index",
        read=_read,
        count=_count,
        filters=_filters,
        columns=(
            Column("Name", lambda row, _: row[0].full_name, weight=1.8),
            Column("Age", lambda row, _: people.age_of(row[0]), Kind.NUMBER, weight=0.4),
            Column("Gender", lambda row, _: GENDERS.get(row[0].gender or "", ""), weight=0.8),
            Column("MRN", lambda row, _: row[0].mrn),
            Column("Phone", lambda row, _: row[0].phone, Kind.PHONE),
            Column("E-mail", lambda row, _: row[0].email, weight=1.8),
            Column("Visits", lambda row, _: row[1].past, Kind.NUMBER, weight=0.5),
            Column("Next visit", lambda row, _: row[1].next_at, Kind.MOMENT, weight=1.2),
            Column("Registered", lambda row, _: row[0].created_at, Kind.DAY),
            Column("Active", lambda row, _: "yes" if row[0].active else "no", weight=0.5),
        ),
    ),
)
