"""The provider's settlement report is read whole or not at all, and what it tells is held against the books (M15)."""

import csv
import io
from collections.abc import Callable

import pytest
import requests
from flask import Flask
from sqlalchemy import func, select

from mibo import booking, db, payments
from mibo.booking import mismatches, settlements, writing_in
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.ledger import settled
from mibo.payments import SettlementFile, SettlementLine, settlement_rules
from mibo.payments.heard import Mismatch
from mibo.payments.settlement_rules import BadReport
from tests import make
from tests.booking.money import held, standing
from tests.booking.parked import paid, stray
from tests.booking.refunds import called_off, manager_of, paid_online, time_to_undo_over
from tests.booking.test_writing_in import WHY
from tests.machine import Sandbox
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import problems, words

HEAD = ",".join(settlement_rules.NEEDED)
PAID = "payment,pay_ABCDEFGH{},1700.00,INR,34.00,6.12,0.00,1659.88,setl_ABCDEFGH,28/11/2026 23:30:00,UTR1"
GOOD = f"{HEAD}\r\n{PAID.format(1)}\r\n"


def with_cell(name: str, cell: str) -> bytes:
    """A report of one line, in which one cell is another."""
    told = dict(zip(HEAD.split(","), PAID.format(1).split(","), strict=True)) | {name: cell}
    text = io.StringIO()
    csv.writer(text).writerows([HEAD.split(","), list(told.values())])
    return text.getvalue().encode()


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(), GOOD.encode("utf-8-sig"), GOOD.encode("utf-16"), GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(), GOOD.replace("\r\n", "\n\n").strip().encode(),
        GOOD.replace("tax,debit", "Tax ,payment_notes,debit").replace("6.12,", "6.12,Zoé,").encode("cp1252"),
        with_cell("settled_at", "2026-11-28 23:30:00"), with_cell("settled_at", "28/11/2026 23:30"),
    ],
)  # fmt: skip
def test_a_report_is_read_however_it_was_saved(raw: bytes) -> None:
    (line,) = settlement_rules.read(raw).lines
    assert (line.kind, line.entity_id, line.paise) == ("payment", "pay_ABCDEFGH1", 1_700_00)
    assert (line.fee_paise, line.tax_paise, line.net_paise, line.odd_paise) == (34_00, 6_12, 1_659_88, 0)
    assert f"{line.settled_at:%d %H:%M}" == "28 23:30"


BAD = [
    (b"", "The file is empty."),
    (b"\xef\xbb\xbf", "The file is empty."),
    (HEAD.encode(), "The file has a heading and no lines."),
    (b"PK\x03\x04 an xlsx", "This is a spreadsheet, and no CSV."),
    (b"%PDF-1.7 x", "This is no CSV file."),
    (b"a\x00b", "This is no CSV file."),
    (b"id,sum\n1,2", "This is another file: its first line names none of the columns"),
    (b"id,amount\n1,2", "The heading lacks transaction_entity, entity_id, currency"),
    (f"{HEAD},tax\n{PAID},6\n".encode(), "The heading has tax twice."),
    (GOOD.encode()[:-60], "Line 2 is cut off: 5 cells of 11."),
    (GOOD.replace("UTR1", "UTR1,x").encode(), "Line 2 has more cells than the heading: 12 cells of 11."),
    (GOOD.replace("UTR1", '"UTR1').encode(), "cannot be read as CSV, or is cut off."),
    (f"{HEAD}\n{'x' * 200_000}".encode(), "Line 2 cannot be read as CSV"),
    (f"{GOOD}{PAID.format(2)}\r\n{PAID.format(1)}".encode(), "Line 4: pay_ABCDEFGH1 stands on line 2 already."),
    (with_cell("settlement_utr", "=cmd()"), "Line 2: settlement_utr holds a formula, “=cmd()”."),
    (with_cell("transaction_entity", "@x"), "Line 2: transaction_entity holds a formula, “@x”."),
    (with_cell("settlement_utr", "1.57E+15"), "Line 2: settlement_utr “1.57E+15” is no reference of a bank."),
    (with_cell("amount", "-1700"), "Line 2: amount “-1700” is no amount in rupees, such as 1600.50."),
    (with_cell("amount", "1,700.00"), "Line 2: amount “1,700.00” is no amount in rupees"),
    (with_cell("amount", ""), "Line 2: amount is empty and is no amount"),
    (with_cell("credit", "1659.885"), "Line 2: credit “1659.885” is no amount"),
    (with_cell("fee (exclusive tax)", "10" * 20), "is no amount in rupees"),
    (with_cell("entity_id", "rfnd_ABCDEFGH1"), "Line 2: entity_id “rfnd_ABCDEFGH1” is no id like pay_…."),
    (with_cell("settlement_id", "x"), "Line 2: settlement_id “x” is no id like setl_…."),
    (with_cell("settled_at", "31/02/2026 10:00:00"), "Line 2: settled_at “31/02/2026 10:00:00” is no day and time"),
    (with_cell("currency", "₹"), "Line 2: currency “₹” is no currency."),
    (f"{HEAD}\n{','.join('x' * 11)}\n".encode() + GOOD.encode() * 9, "Line 2: entity_id “x” is no id."),
    (GOOD.replace("setl_ABCDEFGH,28/11/2026 23:30:00,UTR1", ",,").encode(), "Nothing in this file is settled yet."),
    (b"x" * (settlement_rules.MOST_BYTES + 1), "The file is larger than 8 MB."),
    (
        "\n".join([HEAD, *map(PAID.format, range(settlement_rules.MOST_LINES + 1))]).encode(),
        "The file has more than 20,000 lines.",
    ),
]


@pytest.mark.parametrize(("raw", "said"), BAD, ids=[said for _, said in BAD])
def test_what_is_no_report_is_refused_with_what_is_wrong(raw: bytes, said: str) -> None:
    with pytest.raises(BadReport) as refused:
        settlement_rules.read(raw)
    assert said in refused.value.problems[0].message
    assert len(refused.value.problems) <= settlement_rules.MOST_PROBLEMS


def report(sandbox: Sandbox) -> str:
    """The provider's own report of all that was paid there."""
    answer = requests.get(f"{sandbox.url}/settlements/report.csv", timeout=10)
    assert answer.status_code == 200
    return answer.text


def kept() -> tuple[int, int, int]:
    """How many files, lines and mismatches there are."""
    with db.reading() as session:
        counts = [
            session.scalar(select(func.count()).select_from(each)) or 0
            for each in (SettlementFile, SettlementLine, Mismatch)
        ]
        return counts[0], counts[1], counts[2]


def only() -> settled.Settled:
    """The one settlement; its lines come to what it says."""
    with db.reading():
        (one,), total = settled.settlements()
        lines = settled.lines_of_settlement(one.id)
    assert (total, sum(each.line.net_paise for each in lines)) == (1, one.net_paise)
    return one


def stand_for(entity_id: str) -> Mismatch:
    with db.reading() as session:
        return session.scalars(select(Mismatch).where(Mismatch.about == entity_id)).one()


@pytest.mark.usefixtures("database", "sandbox")
def test_each_line_is_matched_once_and_what_does_not_match_waits_until_it_is_placed(
    sandbox: Sandbox, work: Callable[[], object]
) -> None:
    manager, back = manager_of(), called_off(paid_online(sandbox))
    back.do(booking.giving_back.approve)
    time_to_undo_over(lambda: (booking.sending_back.send_due_refunds(), work()))
    waiting, unpaid, lost = paid_online(sandbox), held(), held()
    there = razorpay.refund(paid_by(waiting.appointment.payment_id), 500_00, "from-the-dashboard", {})
    unheard = booking.open_order(lost.id, by=lost.by)
    paid(sandbox, order_id=unheard.order_id)
    nobodys = stray(sandbox)
    text = report(sandbox)
    paid_out = ",".join(text.split("\r\n")[1].split(",")[-4:])
    text += f"adjustment,adj_ABCDEFGH1,250.00,INR,0,0,250.00,0,{',' * 15}{paid_out}\r\n"
    with db.transaction():
        file, new = settlements.take_in(text.encode(), "recon.csv", by=manager)
    assert (new, file.lines, file.known, file.odd) == (True, 7, 0, 4)
    work()  # the provider is asked: one of them is ours, its news was lost
    assert standing(lost).appointment == "CONFIRMED"
    one = only()
    assert (one.came_paise, one.back_paise, one.other_paise, one.waiting) == (4 * 1_700_00, 2_200_00, -250_00, 3)
    assert one.fee_paise + one.tax_paise == 4 * 40_12
    assert one.waiting_paise == 1_700_00 - 40_12 - 500_00 - 250_00
    before = kept()
    for raw in (text.encode(), text.encode("utf-16")):  # the same file, and the same lines in another
        with db.transaction():
            file, new = settlements.take_in(raw, "again.csv", by=manager)
    assert (new, file.known, file.odd, kept()) == (True, 7, 0, (before[0] + 1, *before[1:]))
    mismatches.attach(stand_for(nobodys.id).id, unpaid.appointment.reference, by=manager)
    writing_in.write_in(stand_for(there.id).id, WHY, by=manager)
    with pytest.raises(mismatches.DoesNotFit):
        mismatches.look_again(stand_for("adj_ABCDEFGH1").id, by=manager)
    mismatches.set_aside(stand_for("adj_ABCDEFGH1").id, "A dispute that we lost", by=manager)
    assert (only().waiting, only().waiting_paise, standing(unpaid).appointment) == (0, 0, "CONFIRMED")
    with db.reading():
        lines = settled.lines_of_settlement(one.id)
    theirs = [each.appointment.reference for each in (back.booking, back.booking, waiting, waiting, unpaid, lost)]
    assert sorted(each.reference for each in lines if each.reference) == sorted(theirs)
    changed = text.replace("1700.00,INR,34.00", "1700.00,INR,35.00", 1)
    other_bank = text.replace("SANDBOX", "OTHER")
    foreign = "\n".join([HEAD, *map(PAID.format, range(settlements.MOST_ODD + 1))])
    stands, refusals = kept(), ("with other sums", "was paid out as", "101 of 101 lines do not match")
    for bad, said in zip((changed, other_bank, foreign), refusals, strict=True):
        with pytest.raises(BadReport) as refused, db.transaction():
            settlements.take_in(bad.encode(), "bad.csv", by=manager)
        assert said in refused.value.problems[0].message
    assert kept() == stands


def paid_by(payment_id: int) -> str:
    with db.reading() as session:
        of = payments.Attempt.payment_id == payment_id, payments.Attempt.provider_payment_id.is_not(None)
        return session.scalars(select(payments.Attempt.provider_payment_id).where(*of)).one() or ""


@pytest.mark.usefixtures("database", "sandbox")
def test_a_manager_reads_a_report_on_the_page(app: Flask, sandbox: Sandbox) -> None:
    with db.transaction():
        manager = Desk(app.test_client(), make.staff(Role.MANAGER, name="Meera Nair"))
    here, one = "/money/settlements", paid_online(sandbox)
    assert "No settlement yet" in words(manager.get(here))
    assert problems(manager.post(here)) == ["Choose the report as a CSV file."]
    bad = manager.post(here, report=(io.BytesIO(with_cell("amount", "-5")), "bad.csv"))
    assert (bad.status_code, problems(bad)) == (422, ["Line 2: amount “-5” is no amount in rupees, such as 1600.50."])
    sent = report(sandbox).encode()
    for said in ("1 line: all match.", "This file was read before, and nothing has changed."):
        assert manager.post(here, report=(io.BytesIO(sent), "recon <b>.csv")).status_code == 303
        page = words(manager.get(here))
        assert said in page
    assert "recon <b>.csv Meera Nair" in page
    settlement = only()
    shown = words(manager.get(f"{here}/{settlement.id}"))
    for each in (one.appointment.reference, "₹1,700", "-₹34", "-₹6.12", "₹1,659.88", "Matches"):
        assert each in shown, each
    assert "Nothing waits here" in words(manager.get(f"{here}/{settlement.id}?waiting=1"))
