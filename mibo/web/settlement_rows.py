"""Settlements, their lines and the reports that were read, as values ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import clock
from mibo.ledger import settled
from mibo.money import rupees
from mibo.payments import SettlementFile, SettlementLine
from mibo.web.filters import moment
from mibo.web.mismatch_rows import ENDS, TITLES

KINDS = {"payment": "Payment", "refund": "Refund"}
MATCHES = ("done", "tick", "Matches")


@dataclass(frozen=True, slots=True)
class Row:
    """One settlement in the list."""

    href: str
    known_by: str
    utr: str
    when: str
    sums: Sequence[tuple[str, str]]  # what came, went back, was charged, and what the bank gets
    waiting: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a settlement."""

    kind: str
    entity_id: str
    booking: str
    href: str
    amount: str
    fee: str
    tax: str
    net: str
    state: tuple[str, str, str]
    mismatch_href: str


@dataclass(frozen=True, slots=True)
class File:
    """One report that was read, and what came of it."""

    name: str
    whose: str
    came: str


def rows(found: Sequence[settled.Settled]) -> list[Row]:
    """The list."""
    return [
        Row(
            url_for("settlements.one", settlement_id=one.id), one.known_by, one.utr, written(one), _columns(one),
            one.waiting,
        )
        for one in found
    ]  # fmt: skip


def written(one: settled.Settled) -> str:
    """`Sat 28 Nov 2026`: settlements are looked for by their year as well."""
    return f"{clock.local(one.settled_at):%a %-d %b %Y}"


def _columns(one: settled.Settled) -> list[tuple[str, str]]:
    return [
        ("Came in", rupees(one.came_paise)), ("Given back", minus(one.back_paise)),
        ("Fee and tax", minus(one.fee_paise + one.tax_paise)),
        ("To the bank", rupees(one.net_paise)),
    ]  # fmt: skip


def sums(one: settled.Settled) -> list[tuple[str, str]]:
    """What it is made of, line by line, and the sum last."""
    told = [
        ("Payments", rupees(one.came_paise)), ("Given back", minus(one.back_paise) if one.back_paise else ""),
        ("Fee", minus(one.fee_paise)), ("Tax on the fee", minus(one.tax_paise)),
        ("Taken off or added", rupees(one.other_paise) if one.other_paise else ""),
        ("To the bank", rupees(one.net_paise)),
    ]  # fmt: skip
    return [(label, words) for label, words in told if words]


def minus(paise: int) -> str:
    """What is taken off."""
    return rupees(-paise) if paise else rupees(0)


def lines(found: Sequence[settled.SettledLine]) -> list[Line]:
    """The table of one."""
    return [_line(each) for each in found]


def _line(each: settled.SettledLine) -> Line:
    one, mismatch = each.line, each.mismatch
    return Line(
        kind_of(one), one.entity_id, each.reference or "",
        url_for("payments.one", payment_id=each.payment_id) if each.payment_id and each.reference else "",
        rupees(one.paise), rupees(one.fee_paise), rupees(one.tax_paise), rupees(one.net_paise),
        state_of(each),
        url_for("mismatches.one", mismatch_id=mismatch.id) if mismatch else "",
    )  # fmt: skip


def kind_of(one: SettlementLine) -> str:
    """What a line is."""
    return KINDS.get(one.kind, one.kind.replace("_", " ").capitalize())


def state_of(each: settled.SettledLine) -> tuple[str, str, str]:
    """Whether it matches our books, or how it ended."""
    if (mismatch := each.mismatch) is None:
        return MATCHES
    return ENDS.get(mismatch.resolution or "", ("bad", "warning", TITLES[mismatch.reason]))


def files(found: Sequence[SettlementFile], names: Mapping[int, str]) -> list[File]:
    """The reports that were read last."""
    return [File(one.name, f"{names.get(one.read_by, '')}, {moment(one.read_at)}", came_of(one)) for one in found]


def came_of(one: SettlementFile) -> str:
    """`128 lines: 3 known before, 2 that do not match.`"""
    known = f"{one.known} known before" if one.known else ""
    odd = f"{one.odd} that {'does' if one.odd == 1 else 'do'} not match" if one.odd else "all match"
    odd = "" if one.known == one.lines else odd
    waiting = f"{one.waiting} not settled yet and left out" if one.waiting else ""
    return f"{one.lines} line{'' if one.lines == 1 else 's'}: {', '.join(filter(None, (known, odd, waiting)))}."
