"""What there is of one patient as files: their visits, and their account. They are no lists of their own: each is
downloaded from the patient's pages, and noted as an opening of that record.
"""

from collections.abc import Sequence

from mibo import booking, ledger
from mibo.booking import Appointment
from mibo.exports import Column, Kind, Listing, all_at_once
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ledger import Entry
from mibo.web.desk_patients import state_of
from mibo.web.desk_record import METHOD_WORDS
from mibo.web.desk_words import MODES
from mibo.web.inputs.exports import OfPatient
from mibo.web.ledger_rows import CHARGES, words_of
from mibo.web.listings.words import STATES, Words


def _visits(asked: OfPatient, who: Actor) -> Sequence[Appointment]:
    return booking.patients.appointments_of(asked.patient, by=who)


def _entries(asked: OfPatient, who: Actor) -> Sequence[Entry]:
    """The oldest first."""
    return ledger.ledger_of(asked.patient, by=who).entries


def _whose(asked: OfPatient) -> Words:
    return [("Patient", asked.name)]


def _charged(row: Entry, _: Actor) -> int | None:
    return row.paise if row.kind in CHARGES else None


def _paid(row: Entry, _: Actor) -> int | None:
    return None if row.kind in CHARGES else -row.paise


HISTORY = Listing(
    name="patient-history", title="Visits of a patient", permission=Permission.SEE_PATIENTS, asks=OfPatient,
    endpoint="patients.show_patient", read=all_at_once(_visits), filters=_whose,
    columns=(
        Column("Reference", lambda row, _: row.reference, weight=0.9),
        Column("Start", lambda row, _: row.starts_at, Kind.MOMENT, weight=1.2),
        Column("Clinician", lambda row, _: row.clinician.full_name, weight=1.4),
        Column("Centre", lambda row, _: row.centre.short_name),
        Column("Kind", lambda row, _: MODES[row.mode]),
        Column("State", lambda row, _: STATES[state_of(row)]),
        Column("Fee", lambda row, _: row.payment.amount_paise, Kind.MONEY, weight=0.8),
        Column("Payment", lambda row, _: row.payment.status.capitalize(), weight=0.8),
        Column("Method", lambda row, _: METHOD_WORDS.get(row.payment.method or "", ""), weight=0.8),
        Column("Paid on", lambda row, _: row.payment.paid_at, Kind.DAY),
    ),
)  # fmt: skip
ACCOUNT = Listing(
    name="patient-account", title="Account of a patient", permission=Permission.SEE_PATIENTS, asks=OfPatient,
    endpoint="ledgers.account", read=all_at_once(_entries), filters=_whose,
    columns=(
        Column("When", lambda row, _: row.at, Kind.MOMENT, weight=1.2),
        Column("What", lambda row, _: words_of(row), weight=1.6),
        Column("Booking", lambda row, _: row.reference, weight=0.9),
        Column("Clinician", lambda row, _: row.clinician_name, weight=1.4),
        Column("Charged", _charged, Kind.MONEY),
        Column("Paid", _paid, Kind.MONEY),
        Column("Balance", lambda row, _: row.balance_paise, Kind.MONEY),
    ),
)  # fmt: skip
