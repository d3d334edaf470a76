"""Drawers as values ready to draw: the list, and one with all that went through it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from mibo import clock, money
from mibo.booking import desk_money
from mibo.payments import Drawer, DrawerClosing, DrawerEntry, DrawerFlows, DrawerRow, Taken, drawer_lists
from mibo.web.filters import clock_time, day, moment

METHODS = (("CASH", "Cash"), ("CARD", "Card"), ("UPI", "UPI"))
METHOD_WORDS = dict(METHODS)
KINDS = {"IN": "Put in", "OUT": "Taken out", "REFUND": "Given back"}
OPEN, COUNTED, OFF = ("live", "dot", "Open"), ("done", "tick", "Counted"), ("bad", "warning", "")
OLD = ("pend", "clock", "Open since an earlier day")


@dataclass(frozen=True, slots=True)
class Line:
    """A drawer in the list."""

    href: str
    keeper: str
    centre: str
    opened: str
    closed: str
    taken: str
    given_back: str
    state: tuple[str, str, str]


@dataclass(frozen=True)
class Page:
    """One drawer."""

    title: str
    about: Sequence[tuple[str, str, str]]
    state: tuple[str, str, str]
    is_open: bool
    sums: Sequence[tuple[str, str, str, str, str, str, str]]
    totals: tuple[str, str, str]
    moneys: Sequence[tuple[str, str, str, str, str, str]]
    entries: Sequence[tuple[str, str, str, str, str]]
    counts: Sequence[tuple[str, str]]
    without_reference: int


def line(row: DrawerRow, names: Mapping[int, str], centres: Mapping[int, str]) -> Line:
    """A drawer, with how it stands."""
    closed = moment(row.closed_at) if row.closed_at else ""
    return Line(
        url_for("drawers.drawer", drawer_id=row.id), names.get(row.account_id, "Somebody"), centres.get(row.centre_id, ""),
        moment(row.opened_at), closed, money.rupees(row.taken_paise),
        money.rupees(row.given_back_paise) if row.given_back_paise else "", _state(row),
    )  # fmt: skip


def _state(row: DrawerRow) -> tuple[str, str, str]:
    if row.closed_at is None:
        return OPEN if clock.clinic_day(row.opened_at) == clock.today() else OLD
    return _differs(row.difference_paise or 0)


def _differs(paise: int) -> tuple[str, str, str]:
    """Whether a count was right, too little or too much."""
    if paise == 0:
        return COUNTED
    return OFF[0], OFF[1], f"{money.rupees(abs(paise))} {'short' if paise < 0 else 'over'}"


@dataclass(frozen=True)
class Read:
    """A drawer as the database has it."""

    drawer: Drawer
    flows: DrawerFlows
    taken: Sequence[Taken]
    entries: Sequence[DrawerEntry]
    closings: Sequence[DrawerClosing]

    @property
    def people(self) -> set[int]:
        """Whose names the page needs."""
        found = {self.drawer.account_id, self.drawer.opened_by, *(each.by_account_id for each in self.entries)}
        found |= {who for each in self.closings for who in (each.closed_by, each.reopened_by)}
        return {who for who in found if who}


def read(one: Drawer) -> Read:
    """All that went through it."""
    return Read(
        one, drawer_lists.flows_of(one), drawer_lists.taken_in(one), drawer_lists.entries_of(one),
        drawer_lists.closings_of(one),
    )  # fmt: skip


def look(found: Read, names: Mapping[int, str], booked: Mapping[int, desk_money.Booked], centre: str) -> Page:
    """One drawer with all that went through it; what was counted stands beside what is expected."""
    one, flows, taken, entries, closings = found.drawer, found.flows, found.taken, found.entries, found.closings
    last = closings[0] if closings and closings[0].reopened_at is None else None
    return Page(
        title=f"{names.get(one.account_id, 'Drawer')}, {day(clock.clinic_day(one.opened_at))}",
        about=_about(one, names, centre),
        state=_standing(one, last),
        is_open=one.closed_at is None,
        sums=[_sum(method, words, flows, last) for method, words in METHODS],
        totals=_totals(flows, last),
        moneys=[_money(each, booked) for each in taken],
        entries=[_entry(each, names) for each in entries],
        counts=[_count(each, names) for each in closings],
        without_reference=sum(1 for each in taken if each.method == "UPI" and not each.reference),
    )


def _about(one: Drawer, names: Mapping[int, str], centre: str) -> list[tuple[str, str, str]]:
    how = f"by {names.get(one.opened_by, 'somebody')}" if one.opened_by else "by itself, with the first money"
    told = [
        ("Centre", centre), ("Whose", names.get(one.account_id, "")), ("Opened", f"{moment(one.opened_at)}, {how}"),
        ("Counted", moment(one.closed_at) if one.closed_at else ""), ("Float", money.rupees(one.float_paise)),
    ]  # fmt: skip
    return [(label, words, "") for label, words in told if words]


def _standing(one: Drawer, last: DrawerClosing | None) -> tuple[str, str, str]:
    if last is None:
        return OPEN if clock.clinic_day(one.opened_at) == clock.today() else OLD
    return _differs(_counted(last) - _expected(last))


def _counted(one: DrawerClosing) -> int:
    return one.counted_cash_paise + one.counted_card_paise + one.counted_upi_paise


def _expected(one: DrawerClosing) -> int:
    return one.expected_cash_paise + one.expected_card_paise + one.expected_upi_paise


def _sum(
    method: str, words: str, flows: DrawerFlows, last: DrawerClosing | None
) -> tuple[str, str, str, str, str, str, str]:
    """A method: taken, given back, put in less taken out, expected, counted, and by how much they differ."""
    flow, expected = flows.flow(method), flows.expected(method)
    counted = getattr(last, f"counted_{method.lower()}_paise") if last else None
    moved = flow.put_in - flow.taken_out + (flows.float_paise if method == "CASH" else 0)
    return (
        words, money.rupees(flow.taken), money.rupees(flow.given_back) if flow.given_back else "–",
        money.rupees(moved) if moved else "–", money.rupees(expected),
        money.rupees(counted) if counted is not None else "",
        _signed(counted - expected) if counted is not None else "",
    )  # fmt: skip


def _totals(flows: DrawerFlows, last: DrawerClosing | None) -> tuple[str, str, str]:
    if last is None:
        return money.rupees(flows.total), "", ""
    return money.rupees(_expected(last)), money.rupees(_counted(last)), _signed(_counted(last) - _expected(last))


def _signed(paise: int) -> str:
    return "0" if paise == 0 else f"{'+' if paise > 0 else '−'}{money.rupees(abs(paise))}"


def _money(one: Taken, booked: Mapping[int, desk_money.Booked]) -> tuple[str, str, str, str, str, str]:
    """When, from whom with the way to the booking, how, its reference, how much."""
    visit = booked.get(one.payment_id)
    href = url_for("desk.appointment", appointment_id=visit.id) if visit else ""
    reference = one.reference or ("–" if one.method != "UPI" else "no reference")
    reference += ", one transfer with the visit before" if one.shared and one.method == "UPI" else ""
    return (
        clock_time(one.at), f"{one.patient}" + (f", {visit.reference}" if visit else ""), href, METHOD_WORDS[one.method],
        reference, money.rupees(one.paise),
    )  # fmt: skip


def _entry(one: DrawerEntry, names: Mapping[int, str]) -> tuple[str, str, str, str, str]:
    who = names.get(one.by_account_id, "")
    return clock_time(one.at), KINDS[one.kind], one.reason or METHOD_WORDS[one.method], who, money.rupees(one.paise)


def _largest_first(pieces: Mapping[str, int] | None) -> list[tuple[str, int]]:
    return sorted((pieces or {}).items(), key=lambda each: -int(each[0]))


def _count(one: DrawerClosing, names: Mapping[int, str]) -> tuple[str, str]:
    """A count: when and by whom, and what came of it."""
    head = f"Counted {moment(one.closed_at)} by {names.get(one.closed_by, 'somebody')}"
    told = [
        f"{words} {money.rupees(getattr(one, f'counted_{method.lower()}_paise'))} of"
        f" {money.rupees(getattr(one, f'expected_{method.lower()}_paise'))}"
        for method, words in METHODS
    ]
    notes = [f"{count} × ₹{worth}" for worth, count in _largest_first(one.pieces) if count]
    if notes:
        told.append("notes and coins: " + ", ".join(notes))
    if one.explanation:
        told.append(one.explanation)
    if one.reopened_at:
        by = names.get(one.reopened_by or 0, "a manager")
        told.append(f"opened again {moment(one.reopened_at)} by {by}: {one.reopen_reason}")
    return head, "; ".join(told)
