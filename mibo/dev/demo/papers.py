"""The receipts of the demo clinic: what was paid has its bill, and what went back its credit note, in the order of their days.

One company has the three centres, with a GSTIN in each state; what it does is exempt, so they are bills of supply.
"""

from collections import defaultdict
from datetime import datetime
from typing import Any

from mibo import clock
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.dev.demo.rows import Row, Rows
from mibo.payments import (
    Adjustment,
    Attempt,
    Billing,
    Payment,
    Receipt,
    ReceiptCounter,
    Refund,
    RefundReason,
    Tender,
    credit_content,
    lines_of,
    paid_content,
    whose,
)
from mibo.payments import receipt_rules as rules
from mibo.payments.receipt_rules import Kind, Line
from mibo.people import Clinician, Patient

STATE_OF = {"bengaluru": "29", "kochi": "32", "mumbai": "27"}
COMPANY, PAN = "Mibo Care Private Limited", "AAACM0000A"


def write_papers(rows: Rows) -> None:
    """All documents, numbered as they would have been issued."""
    papers = _Papers(rows)
    bills = [(row["paid_at"], row) for row in rows.of(Attempt) if row["status"] == "PAID"]
    notes = [(row["done_at"], row) for row in rows.of(Refund) if row["status"] == "DONE"]
    for at, row in sorted([*bills, *notes], key=lambda each: (each[0], each[1]["id"])):
        if "attempt_id" in row:
            papers.credit(row, at)
        else:
            papers.bill(row, at)
    papers.count()


class _Papers:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._terms = {row["id"]: self._billing(row) for row in rows.of(Centre)}
        self._centres = {row["id"]: Centre(**row) for row in rows.of(Centre)}
        self._patients = {row["id"]: Patient(**row) for row in rows.of(Patient)}
        self._clinicians = {row["id"]: Clinician(**row) for row in rows.of(Clinician)}
        self._payments = {row["id"]: row for row in rows.of(Payment)}
        self._visits = {row["payment_id"]: row for row in rows.of(Appointment)}
        self._tenders: dict[int, list[Row]] = defaultdict(list)
        for tender in rows.of(Tender):
            self._tenders[tender["attempt_id"]].append(tender)
        self._off: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for off in rows.of(Adjustment):
            self._off[off["payment_id"]][off["kind"]] += off["paise"]
        self._bills: dict[int, tuple[Receipt, Row]] = {}
        self._noted: dict[int, list[Line]] = defaultdict(list)
        self._back: dict[int, int] = defaultdict(int)
        self._last: dict[tuple[str, str, int], int] = defaultdict(int)

    def _billing(self, centre: Row) -> Billing:
        begun = f"{STATE_OF[centre['city'].lower()]}{PAN}1Z"
        row = self._rows.add(
            Billing, centre_id=centre["id"], legal_name=COMPANY, gstin=begun + rules.check_digit(begun),
            prefix=rules.free_prefix(centre["short_name"], [one["prefix"] for one in self._rows.of(Billing)]),
            consultation_sac=rules.USUAL_SAC, consultation_rate_bp=0, registration_sac=rules.USUAL_SAC,
            registration_rate_bp=0,
        )  # fmt: skip
        return Billing(**row)

    def bill(self, attempt: Row, at: datetime) -> None:
        """The bill of what was paid."""
        visit, payment = Appointment(**self._visits[attempt["payment_id"]]), self._payments[attempt["payment_id"]]
        terms = self._terms[visit.centre_id]
        lines = lines_of(Payment(**payment), terms, self._off[payment["id"]])
        about = whose(
            self._centres[visit.centre_id], terms, self._patients[payment["patient_id"]],
            self._clinicians[visit.clinician_id], visit,
        )  # fmt: skip
        parts = [
            {"method": one["method"], "paise": one["paise"], "reference": one["reference"]}
            for one in self._tenders[attempt["id"]]
        ]
        online = {"method": attempt["method"], "paise": attempt["paise"], "reference": attempt["provider_payment_id"]}
        says = paid_content(about, lines, parts or [online], clock.clinic_day(at))
        made = self._issue(Kind.BILL_OF_SUPPLY, terms.prefix, sum(line.paise for line in lines), says, at,
                           payment_id=payment["id"], centre_id=visit.centre_id)  # fmt: skip
        self._bills[attempt["id"]] = Receipt(**made), attempt

    def credit(self, refund: Row, at: datetime) -> None:
        """The credit note of what went back, where there was a bill."""
        if refund["attempt_id"] not in self._bills:
            return
        bill, attempt = self._bills[refund["attempt_id"]]
        self._back[attempt["id"]] += refund["paise"]
        noted = self._noted[attempt["id"]]
        paise = rules.to_credit(
            bill.total_paise, attempt["paise"], self._back[attempt["id"]], sum(line.paise for line in noted)
        )
        if paise <= 0:
            return
        first = refund["reason"] == RefundReason.PRICE_FELL
        lines = rules.credited(rules.lines_from(bill.content["lines"]), noted, paise, registration_first=first)
        noted += lines
        way = {"method": refund["method"] or "ONLINE", "paise": paise, "reference": refund["provider_refund_id"]}
        says = credit_content(bill, lines, [way], clock.clinic_day(at))
        self._issue(
            Kind.CREDIT_NOTE, bill.prefix, paise, says, at, payment_id=bill.payment_id, centre_id=bill.centre_id,
            refund_id=refund["id"], against_id=bill.id,
        )  # fmt: skip

    def _issue(
        self, kind: Kind, prefix: str, paise: int, says: dict[str, Any], at: datetime, *, payment_id: int,
        centre_id: int, refund_id: int | None = None, against_id: int | None = None,
    ) -> Row:  # fmt: skip
        day = clock.clinic_day(at)
        series = (prefix, str(kind), rules.year_of(day))
        self._last[series] += 1
        return self._rows.add(
            Receipt, kind=str(kind), prefix=prefix, year=series[2], number=self._last[series],
            code=rules.code_of(prefix, kind, series[2], self._last[series]), payment_id=payment_id, centre_id=centre_id,
            refund_id=refund_id, against_id=against_id, total_paise=paise, content=says, issued_at=at, issued_on=day,
        )  # fmt: skip

    def count(self) -> None:
        """Where the numbers of each series stand."""
        for (prefix, kind, year), last in self._last.items():
            self._rows.add(ReceiptCounter, prefix=prefix, kind=kind, year=year, last=last)
