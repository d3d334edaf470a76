"""Money as files: payments, what is owed, what goes back, what was taken, and what the bank got."""

from collections.abc import Sequence
from datetime import date, datetime

from mibo import clock, identity, ledger
from mibo.booking import parked, refund_list
from mibo.exports import Column, Kind, Listing, all_at_once, as_made, by_place
from mibo.identity import Actor
from mibo.identity.permissions import Permission
from mibo.ledger import PaymentRow, lists, settled
from mibo.web import mismatch_rows, payment_rows, refund_rows, settlement_rows, takings_rows
from mibo.web.inputs.exports import RefundsInput, SettlementLinesInput
from mibo.web.inputs.mismatches import MismatchFilter
from mibo.web.inputs.payments import PaymentsInput
from mibo.web.inputs.settlements import SettlementsInput
from mibo.web.inputs.takings import TakingsInput, UnpaidInput
from mibo.web.listings.words import Words, in_words, said

RESOLVED = {True: "Resolved", False: "Waiting"}


Place = tuple[datetime, int] | None


def _payments(asked: PaymentsInput, who: Actor, place: Place, limit: int) -> Sequence[PaymentRow]:
    return lists.every(asked.wish, by=who, place=lists.Place(*place) if place else None, limit=limit)


def _place(row: PaymentRow, asked: PaymentsInput) -> tuple[datetime, int]:
    last = lists.place_of(row, asked.sorted_by)
    return last.at, last.id


def _unpaid(asked: UnpaidInput, who: Actor, limit: int, made_after: int | None) -> Sequence[PaymentRow]:
    return ledger.owed_of(asked.age, by=who, centre_id=asked.centre, limit=limit, made_after=made_after)


def _refunds(asked: RefundsInput, who: Actor, place: Place, limit: int) -> Sequence[refund_list.RefundRow]:
    return refund_list.refunds(asked.which, by=who, after=place, limit=limit)


def _lines(asked: TakingsInput, who: Actor, limit: int, made_after: int | None) -> Sequence[ledger.TakingsLine]:
    return ledger.some_lines(asked.wish, by=who, limit=limit, made_after=made_after)


def _settlements(asked: SettlementsInput, who: Actor, limit: int, made_after: int | None) -> Sequence[settled.Settled]:
    return settled.some_settlements(limit=limit, made_after=made_after)


def _settlement_lines(
    asked: SettlementLinesInput, who: Actor, limit: int, made_after: int | None
) -> Sequence[settled.SettledLine]:
    found = settled.settlement(asked.settlement)
    return settled.lines_of_settlement(found.id, waiting=asked.waiting, limit=limit, made_after=made_after)


def _of_settlement(asked: SettlementLinesInput) -> Words:
    found = settled.settlement(asked.settlement)
    return said(
        ("Settlement", f"{found.known_by}, {settlement_rows.written(found)}"), ("Bank reference", found.utr),
        ("Lines", "Those that do not match" if asked.waiting else ""),
    )  # fmt: skip


def _mismatches(
    asked: MismatchFilter, who: Actor, limit: int, made_after: int | None
) -> Sequence[tuple[parked.Parked, str]]:
    wish = parked.MismatchWish(resolved=asked.resolved, reason=asked.reason)
    found = parked.some(wish, limit=limit, made_after=made_after)
    names = identity.names_of({each.one.resolved_by for each in found if each.one.resolved_by})
    return [(each, names.get(each.one.resolved_by or 0, "")) for each in found]


def _days_since(row: PaymentRow, _: Actor) -> int:
    return max(0, (clock.today() - clock.clinic_day(row.starts_at)).days)


def _due(row: refund_list.RefundRow, _: Actor) -> date | None:
    return row.due(refund_list.working_days()) if row.status in refund_list.OPEN else None


def _both_days(asked: TakingsInput) -> Sequence[tuple[str, str]]:
    words = in_words(method=payment_rows.METHODS)(asked)
    others = [each for each in words if each[0] not in ("From", "To")]
    return [("Days", takings_rows.span(asked.first, asked.last)), *others]


VISIT = (
    Column("Reference", lambda row, _: row.reference, weight=0.9),
    Column("Patient", lambda row, _: row.patient_name, weight=1.5),
    Column("Phone", lambda row, _: row.patient_phone, Kind.PHONE),
    Column("MRN", lambda row, _: row.patient_mrn, weight=0.9),
    Column("Clinician", lambda row, _: row.clinician_name, weight=1.3),
    Column("Centre", lambda row, _: row.centre_name, weight=0.9),
    Column("Visit", lambda row, _: row.starts_at, Kind.MOMENT, weight=1.2),
)

LISTINGS = (
    Listing(
        name="payments", title="Payments", permission=Permission.SEE_PAYMENTS, asks=PaymentsInput,
        endpoint="payments.index", read=by_place(_payments, _place, lambda asked: asked.model_copy(update={"order": "made"})),
        filters=in_words(
            "dates", dates={"made": "by when it was booked", "paid": "by when it was paid"},
            state={state: words for state, (_, _, words) in payment_rows.STATES.items()}, method=payment_rows.METHODS,
        ),
        columns=(
            *VISIT,
            Column("Booked", lambda row, _: row.made_at, Kind.MOMENT, weight=1.2),
            Column("Consultation", lambda row, _: row.consultation_paise, Kind.MONEY),
            Column("Registration", lambda row, _: row.registration_paise, Kind.MONEY),
            Column("State", lambda row, _: payment_rows.words_of(row, row.state(clock.now()))),
            Column("Paid by", lambda row, _: payment_rows.METHODS.get(row.method or "", ""), weight=0.7),
            Column("Paid at", lambda row, _: row.paid_at, Kind.MOMENT, weight=1.2),
            Column("Came in", lambda row, _: row.came_in_paise, Kind.MONEY),
            Column("Given back", lambda row, _: row.returned_paise, Kind.MONEY),
            Column("Still to go back", lambda row, _: row.to_return_paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="unpaid", title="Unpaid", permission=Permission.BOOK_AT_DESK, asks=UnpaidInput, endpoint="unpaid.listing",
        read=as_made(_unpaid), filters=in_words("age", age=payment_rows.AGES),
        columns=(
            *VISIT,
            Column("Days since", _days_since, Kind.NUMBER, weight=0.6),
            Column("To pay", lambda row, _: row.paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="refunds", title="Refunds", permission=Permission.GIVE_BACK, asks=RefundsInput, endpoint="refunds.index",
        read=by_place(_refunds, lambda row, _: row.place), filters=in_words("which", which=refund_rows.TABS),
        columns=(
            Column("Reference", lambda row, _: row.booking, weight=0.9),
            Column("Patient", lambda row, _: row.patient, weight=1.5),
            Column("Phone", lambda row, _: row.phone, Kind.PHONE),
            Column("MRN", lambda row, _: row.mrn, weight=0.9),
            Column("Centre", lambda row, _: row.centre, weight=0.9),
            Column("Amount", lambda row, _: row.paise, Kind.MONEY),
            Column("Why", lambda row, _: refund_rows.why(row), weight=1.5),
            Column("Paid", lambda row, _: row.paid_paise, Kind.MONEY),
            Column("Paid by", lambda row, _: payment_rows.METHODS.get(row.paid_method or "", ""), weight=0.7),
            Column("State", lambda row, _: refund_rows.STATES[row.status][0]),
            Column("Opened", lambda row, _: row.opened_at, Kind.MOMENT, weight=1.2),
            Column("Due", _due, Kind.DAY),
            Column("Decided by", lambda row, _: row.decided_by),
            Column("Given back", lambda row, _: row.done_at, Kind.MOMENT, weight=1.2),
            Column("Whose", lambda row, _: row.owner),
        ),
    ),
    Listing(
        name="takings", title="Takings", permission=Permission.SEE_REVENUE, asks=TakingsInput,
        endpoint="takings.summary", filters=_both_days,
        read=all_at_once(lambda asked, who: ledger.takings(asked.wish, by=who)),
        columns=(
            Column("Centre", lambda row, _: row.centre_name, weight=2),
            Column("Paid by", lambda row, _: payment_rows.METHODS[row.method]),
            Column("Came in", lambda row, _: row.came_in_paise, Kind.MONEY),
            Column("Given back", lambda row, _: row.returned_paise, Kind.MONEY),
            Column("Kept", lambda row, _: row.net_paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="takings-lines", title="Takings, line by line", permission=Permission.SEE_REVENUE, asks=TakingsInput,
        endpoint="takings.lines", filters=_both_days, read=as_made(_lines),
        columns=(
            Column("At", lambda row, _: row.at, Kind.MOMENT),
            Column("Reference", lambda row, _: row.reference),
            Column("Patient", lambda row, _: row.patient_name, weight=1.8),
            Column("Centre", lambda row, _: row.centre_name),
            Column("Paid by", lambda row, _: payment_rows.METHODS[row.method]),
            Column("What", lambda row, _: takings_rows.WHAT[row.kind]),
            Column("Amount", lambda row, _: row.paise, Kind.MONEY),
        ),
    ),
    Listing(
        name="settlements", title="Settlements", permission=Permission.SETTLE_MISMATCHES, asks=SettlementsInput,
        endpoint="settlements.index", read=as_made(_settlements),
        columns=(
            Column("Settled", lambda row, _: row.settled_at, Kind.MOMENT),
            Column("Settlement", lambda row, _: row.known_by, weight=1.3),
            Column("Bank reference", lambda row, _: row.utr, weight=1.3),
            Column("Payments", lambda row, _: row.came_paise, Kind.MONEY),
            Column("Refunds", lambda row, _: -row.back_paise, Kind.MONEY),
            Column("Fees", lambda row, _: -row.fee_paise, Kind.MONEY),
            Column("Tax on fees", lambda row, _: -row.tax_paise, Kind.MONEY),
            Column("Other", lambda row, _: row.other_paise, Kind.MONEY),
            Column("To the bank", lambda row, _: row.net_paise, Kind.MONEY),
            Column("Lines that do not match", lambda row, _: row.waiting, Kind.NUMBER),
        ),
    ),
    Listing(
        name="settlement-lines", title="Settlement, line by line", permission=Permission.SETTLE_MISMATCHES,
        asks=SettlementLinesInput, endpoint="settlements.index", filters=_of_settlement,
        read=as_made(_settlement_lines, lambda row: row.line.id),
        columns=(
            Column("What", lambda row, _: settlement_rows.kind_of(row.line)),
            Column("Known as", lambda row, _: row.line.entity_id, weight=1.5),
            Column("Booking", lambda row, _: row.reference),
            Column("Amount", lambda row, _: row.line.paise, Kind.MONEY),
            Column("Fee", lambda row, _: row.line.fee_paise, Kind.MONEY),
            Column("Tax", lambda row, _: row.line.tax_paise, Kind.MONEY),
            Column("To the bank", lambda row, _: row.line.net_paise, Kind.MONEY),
            Column("State", lambda row, _: settlement_rows.state_of(row)[2], weight=1.4),
        ),
    ),
    Listing(
        name="mismatches", title="Does not match", permission=Permission.SETTLE_MISMATCHES, asks=MismatchFilter,
        endpoint="mismatches.index", read=as_made(_mismatches, lambda row: row[0].one.id),
        filters=in_words(reason=mismatch_rows.TITLES),
        columns=(
            Column("What is wrong", lambda row, _: mismatch_rows.TITLES[row[0].one.reason], weight=1.3),
            Column("Known as", lambda row, _: row[0].one.about, weight=1.5),
            Column("What we asked", lambda row, _: mismatch_rows.asked_words(row[0].attempt), weight=1.3),
            Column("What came", lambda row, _: mismatch_rows.came_words(row[0]), weight=1.3),
            Column("Booking", lambda row, _: row[0].booking.reference if row[0].booking else ""),
            Column("Patient", lambda row, _: row[0].booking.patient if row[0].booking else "", weight=1.3),
            Column("Since", lambda row, _: row[0].one.opened_at, Kind.MOMENT),
            Column("Resolved", lambda row, _: row[0].one.resolved_at, Kind.MOMENT),
            Column("By", lambda row, _: row[1]),
            Column("Note", lambda row, _: row[0].one.note, weight=1.5),
        ),
    ),
)  # fmt: skip
