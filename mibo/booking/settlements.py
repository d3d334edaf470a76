"""The provider's settlement report is held against our books, line by line (M15).

What does not match waits for a person, where all money waits that fits nothing; the provider is asked about it meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db, jobs, payments
from mibo.booking import comparing, mismatches
from mibo.errors import Conflict
from mibo.identity import Actor
from mibo.jobs import job
from mibo.payments import Attempt, Refund, Settlement, SettlementFile, SettlementLine, settlement_rules
from mibo.payments.rules import MismatchReason
from mibo.payments.settlement_rules import FILE_NAME_LENGTH, BadReport, SettledLine

AT_ONCE = 1_000
MOST_ODD = 100  # more than that is the report of another account, and no task for a person
SENT_BACK = ("SENT", "DONE")
ASKED_ABOUT = (MismatchReason.NOT_OURS, MismatchReason.REFUND_NOT_OURS, MismatchReason.BOOKS_DIFFER)

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class Books:
    """What our books hold of the lines' payments, by the provider's ids."""

    came: Mapping[str, comparing.HeldMoney]
    back: Mapping[str, tuple[int, int]]  # the attempt, and how much went back of it
    of_order: Mapping[str, tuple[int, str | None]]  # the attempt, and the provider's payment


def take_in(raw: bytes, name: str, *, by: Actor) -> tuple[SettlementFile, bool]:
    """Read a report: whole, or not at all. The same file again changes nothing; False says that it was read before.

    Raises BadReport.
    """
    digest = sha256(raw).hexdigest()
    if before := _read_before(digest):
        return before, False
    report = settlement_rules.read(raw)
    file_id = _begin(digest, name, len(report.lines), report.waiting, by)
    if file_id is None:
        return _file(digest), False
    new = _unknown(report.lines, _settlements(report.lines))
    odd = _keep(new, file_id)
    counts = {"known": len(report.lines) - len(new), "odd": odd}
    db.session().execute(update(SettlementFile).where(SettlementFile.id == file_id).values(**counts))
    audit.record("settlement.read", file_id, by=by.account_id, lines=len(report.lines), **counts)
    return _file(digest), True


@job
def look_into(mismatch_id: int) -> None:
    """Ask the provider about what does not match: where its news was lost, it may fit by now."""
    with suppress(Conflict):  # somebody was quicker, or the provider is away: it stands on the list
        mismatches.look_again(mismatch_id, by=None)


def _read_before(digest: str) -> SettlementFile | None:
    return db.session().scalar(select(SettlementFile).where(SettlementFile.digest == digest))


def _file(digest: str) -> SettlementFile:
    wanted = select(SettlementFile).where(SettlementFile.digest == digest).execution_options(populate_existing=True)
    return db.session().scalars(wanted).one()


def _begin(digest: str, name: str, lines: int, waiting: int, by: Actor) -> int | None:
    """The file's row; None where somebody else reads the same at this moment, and has finished."""
    plain = "".join(each for each in name if each.isprintable())[-FILE_NAME_LENGTH:] or "report.csv"
    values = {
        "digest": digest, "name": plain, "lines": lines, "waiting": waiting, "known": 0, "odd": 0,
        "read_by": by.account_id, "read_at": clock.now(),
    }  # fmt: skip
    begun = insert(SettlementFile).values(**values).on_conflict_do_nothing().returning(SettlementFile.id)
    return db.session().scalar(begun)


def _settlements(lines: Sequence[SettledLine]) -> Mapping[str, int]:
    """Our id of each settlement. Raises BadReport where another file tells of it otherwise."""
    told = {line.settlement_id: line for line in reversed(lines)}
    for part in _parts(sorted(told)):
        values = [
            {"known_by": each, "utr": told[each].utr, "settled_at": told[each].settled_at.replace(tzinfo=clock.CLINIC_ZONE)}
            for each in part
        ]  # fmt: skip
        db.session().execute(insert(Settlement).values(values).on_conflict_do_nothing())
    ours: dict[str, int] = {}
    for part in _parts(sorted(told)):
        wanted = select(Settlement.id, Settlement.known_by, Settlement.utr).where(Settlement.known_by.in_(part))
        for number, known_by, utr in db.session().execute(wanted.order_by(Settlement.id).with_for_update()):
            if utr != told[known_by].utr:
                raise BadReport(
                    f"Line {told[known_by].number}: {known_by} was paid out as “{utr}”, by what we have read before."
                )
            ours[known_by] = number
    return ours


def _unknown(lines: Sequence[SettledLine], ours: Mapping[str, int]) -> list[tuple[int, SettledLine]]:
    """Those that stand in no settlement of ours yet. Raises BadReport where one stands with other sums."""
    key = tuple_(SettlementLine.settlement_id, SettlementLine.kind, SettlementLine.entity_id)
    stand: dict[tuple[int, str, str], tuple[int, ...]] = {}
    for part in _parts([(ours[one.settlement_id], one.kind, one.entity_id) for one in lines]):
        wanted = select(SettlementLine).where(key.in_(part))
        for each in db.session().scalars(wanted):
            stand[each.settlement_id, each.kind, each.entity_id] = (
                each.paise,
                each.fee_paise,
                each.tax_paise,
                each.net_paise,
            )
    new: list[tuple[int, SettledLine]] = []
    changed: list[str] = []
    for line in lines:
        of = ours[line.settlement_id]
        known = stand.get((of, line.kind, line.entity_id))
        if known is None:
            new.append((of, line))
        elif known != (line.paise, line.fee_paise, line.tax_paise, line.net_paise):
            changed.append(
                f"Line {line.number}: {line.entity_id} stands in {line.settlement_id} with other sums, by a file of before."
            )
    if changed:
        raise BadReport(*changed[: settlement_rules.MOST_PROBLEMS])
    return new


def _keep(new: Sequence[tuple[int, SettledLine]], file_id: int) -> int:
    """Write the lines, and open what does not match. How many do not."""
    books = _books([line for _, line in new])
    odd = {line.number: why for _, line in new if (why := _why(line, books))}
    if len(odd) > MOST_ODD:
        raise BadReport(
            f"{len(odd):,} of {len(new):,} lines do not match our books, more than a person can look at. Is it the"
            " report of this clinic’s account, and of its payments?"
        )
    waits = {line.number: _park(line, odd[line.number], books) for _, line in new if line.number in odd}
    for part in _parts(new):
        values = [
            {
                "settlement_id": of, "file_id": file_id, "line": line.number, "kind": line.kind,
                "entity_id": line.entity_id, "paise": line.paise, "fee_paise": line.fee_paise,
                "tax_paise": line.tax_paise, "net_paise": line.net_paise, "mismatch_id": waits.get(line.number),
            }
            for of, line in part
        ]  # fmt: skip
        db.session().execute(insert(SettlementLine), values)
    return len(odd)


def _books(lines: Sequence[SettledLine]) -> Books:
    came: dict[str, comparing.HeldMoney] = {}
    for ids in _ids(lines, "payment"):
        came.update(comparing.books_of(ids))
    back: dict[str, tuple[int, int]] = {}
    for ids in _ids(lines, "refund"):
        wanted = select(Refund.provider_refund_id, Refund.attempt_id, Refund.paise).where(
            Refund.provider_refund_id.in_(ids), Refund.status.in_(SENT_BACK)
        )
        back.update({str(known): (attempt, paise) for known, attempt, paise in db.session().execute(wanted)})
    orders = {line.order_id for line in lines if line.order_id and line.kind == "refund" and line.entity_id not in back}
    of_order: dict[str, tuple[int, str | None]] = {}
    for ids in _parts(sorted(orders)):
        named = select(Attempt.provider_order_id, Attempt.id, Attempt.provider_payment_id)
        for order, attempt, payment in db.session().execute(named.where(Attempt.provider_order_id.in_(ids))):
            of_order[str(order)] = (attempt, payment)
    return Books(came, back, of_order)


def _ids(lines: Sequence[SettledLine], kind: str) -> Iterator[Sequence[str]]:
    return _parts([line.entity_id for line in lines if line.kind == kind])


def _parts(all_of_them: Sequence[Each]) -> Iterator[Sequence[Each]]:
    """As many at a time as one statement takes."""
    for begin in range(0, len(all_of_them), AT_ONCE):
        yield all_of_them[begin : begin + AT_ONCE]


def _why(line: SettledLine, books: Books) -> MismatchReason | None:
    if line.kind == "refund":
        back = books.back.get(line.entity_id)
        return settlement_rules.unlike_books(line, back[1] if back else None)
    held = books.came.get(line.entity_id)
    left_only = held is not None and held.status == "SURPLUS"
    return settlement_rules.unlike_books(line, held.paise if held else None, left_only=left_only)


def _park(line: SettledLine, reason: MismatchReason, books: Books) -> int:
    """It waits for a person; and the provider is asked about it, where it can be."""
    facts: dict[str, Any] = {"attempt_id": None, "provider_payment_id": None, "told_status": None}
    if line.kind == "payment":
        held = books.came.get(line.entity_id)
        facts = {
            "attempt_id": held.attempt_id if held else None,
            "provider_payment_id": line.entity_id,
            "told_status": "captured",
        }
    elif line.kind == "refund":
        known = books.back.get(line.entity_id)
        of = books.of_order.get(line.order_id or "", (None, None))
        facts = {"attempt_id": known[0] if known else of[0], "provider_payment_id": of[1], "told_status": "processed"}
    opened = payments.parking.park_settled(
        line.entity_id, reason, told_paise=line.odd_paise if reason is MismatchReason.ADJUSTED else line.paise,
        told_currency=line.currency, told_order_id=line.order_id, **facts,
    )  # fmt: skip
    if reason in ASKED_ABOUT:
        jobs.defer(look_into, opened)
    return opened
