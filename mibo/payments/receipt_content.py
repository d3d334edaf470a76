"""What a document says, from what is known when it is issued: frozen then, for people and prices change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Protocol

from mibo import clock
from mibo.clinics import Centre
from mibo.payments import receipt_rules as rules
from mibo.payments.models import Payment
from mibo.payments.receipt_models import Billing, Receipt
from mibo.payments.receipt_rules import CONSULTATION, REGISTRATION, Line
from mibo.payments.rules import AdjustmentKind
from mibo.people import Clinician, Patient

Paid = Sequence[Mapping[str, Any]]  # method, paise and the reference by which a bank knows it


class Visit(Protocol):
    """For which visit it is."""

    @property
    def reference(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def mode(self) -> str: ...


def lines_of(payment: Payment, terms: Billing, taken_off: Mapping[str, int]) -> list[Line]:
    """What was paid for, at its full price, and what was taken off it, by the kind of adjustment."""
    off = dict(taken_off)
    waived = off.pop(AdjustmentKind.WAIVE_REGISTRATION, 0)
    less, full = sum(off.values()), payment.consultation_paise + sum(off.values())
    sac, rate = terms.consultation_sac, terms.consultation_rate_bp
    told = [(CONSULTATION, "Consultation", sac, rate, full), (CONSULTATION, "Discount", sac, rate, -less)]
    sac, rate = terms.registration_sac, terms.registration_rate_bp
    told.append((REGISTRATION, "Registration, once", sac, rate, payment.registration_paise + waived))
    told.append((REGISTRATION, "Registration waived", sac, rate, -waived))
    return [Line(*each) for each in told if each[-1]]


def whose(centre: Centre, terms: Billing, patient: Patient, who: Clinician, visit: Visit) -> dict[str, Any]:
    """Who gives it to whom, and for which visit."""
    return {
        "issuer": {
            "name": terms.legal_name, "centre": centre.name, "phone": centre.phone, "gstin": terms.gstin,
            "address": f"{centre.address}, {centre.city.title()} {centre.pincode}",
        },
        "patient": {"name": patient.full_name, "mrn": patient.mrn},
        "clinician": {
            "name": who.full_name, "title": who.title, "qualifications": list(who.qualifications),
            "registration_number": who.registration_number,
        },
        "visit": {
            "reference": visit.reference, "on": clock.clinic_day(visit.starts_at).isoformat(), "mode": visit.mode
        },
    }  # fmt: skip


def paid_content(about: Mapping[str, Any], lines: Sequence[Line], paid: Paid, on: date) -> dict[str, Any]:
    """All that a receipt, bill or invoice says."""
    return {**about, **_amounts(lines), "paid": list(paid), "paid_on": on.isoformat()}


def credit_content(bill: Receipt, lines: Sequence[Line], paid: Paid, on: date) -> dict[str, Any]:
    """All that a credit note says of the bill that it credits."""
    about = {name: bill.content[name] for name in ("issuer", "patient", "clinician", "visit")}
    against = {"code": bill.code, "on": bill.issued_on.isoformat()}
    return {**paid_content(about, lines, paid, on), "against": against}


def _amounts(lines: Sequence[Line]) -> dict[str, Any]:
    return {"lines": [asdict(line) for line in lines], "taxes": [asdict(tax) for tax in rules.taxes_of(lines)]}
