"""Figures as a page says them, and the rows behind one."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import url_for

from mibo import clock, money
from mibo.analytics import Behind
from mibo.analytics.intervals import FEWEST, Share
from mibo.analytics.periods import Period
from mibo.web.filters import clock_time, day


def count(number: float) -> str:
    """`1,20,000`: Indian grouping."""
    return money.rupees(round(number) * 100).replace("₹", "")


def rupees(paise: float) -> str:
    """Whole rupees, as charts and tiles say them."""
    return money.rupees(round(paise / 100) * 100)


def percent(share: float | None) -> str:
    """`8.3 %`."""
    return "–" if share is None else f"{share * 100:.1f} %"


def rate(share: Share) -> str:
    """A share, unless it is of so few that it would tell of one of them."""
    return percent(share.value) if share.tells else f"fewer than {FEWEST} visits"


def between(share: Share) -> str:
    """`6.1 to 9.8 %, 95 % sure`."""
    low, high = share.interval
    return f"{low * 100:.1f} to {high * 100:.1f} %" if share.tells else ""


def one_decimal(unit: str) -> Callable[[float | None], str]:
    """`12.3 days`."""
    return lambda number: "–" if number is None else f"{number:.1f} {unit}"


def mean(value: float | None, of: int, unit: str) -> str:
    """An average, unless it is of fewer than five: that would tell of somebody (M25)."""
    return one_decimal(unit)(value) if of >= FEWEST else "–" if not of else "not told"


def span(period: Period) -> str:
    """`Mon 2 to Sun 8 Nov 2026`."""
    first, last = period.first, period.last
    return f"{day(first)} {first:%Y}" if first == last else f"{day(first)} to {day(last)} {last:%Y}"


def when(period: Period) -> str:
    """`on Mon 2 Nov 2026`, `from Mon 2 Nov to Tue 1 Dec 2026`: as a sentence goes on."""
    return f"{'on' if period.first == period.last else 'from'} {span(period)}"


def short_span(period: Period) -> str:
    """`1–30 Oct`, `28 Sep – 4 Oct`, `2025`."""
    first, last = period.first, period.last
    if (first.month, first.day, last.month, last.day, first.year) == (1, 1, 12, 31, last.year):
        return f"{first:%Y}"
    year = "" if last.year == clock.today().year else f" {last:%Y}"
    if first == last:
        return f"{first.day} {first:%b}{year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{last.day} {last:%b}{year}"
    return f"{first.day} {first:%b} – {last.day} {last:%b}{year}"


AMOUNTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "revenue": ("Amount", money.rupees), "lead_time": ("Days ahead", str), "waiting": ("Minutes waited", str),
    "patients": ("Visits", str),
}  # fmt: skip


def behind_rows(key: str, rows: Sequence[Any]) -> list[dict[str, str]]:
    """The rows behind a figure, ready to be drawn."""
    page = url_for("desk.appointment", appointment_id=0).removesuffix("0")
    words = AMOUNTS.get(key, ("", lambda _: ""))[1]
    return [
        {"href": f"{page}{one.appointment_id}", "reference": one.reference, "patient": one.patient, "clinician": one.clinician,
         "centre": one.centre, "at": f"{day(one.at)} {clock.clinic_day(one.at).year}, {clock_time(one.at)}", "amount": words(one.amount)}
        for one in rows
    ]  # fmt: skip


def sum_words(key: str, found: Behind) -> str:
    """What the rows come to: `84 people, 120 visits`."""
    number, amount = count(found.number), count(found.amount)
    people = f"{number} {'person' if found.number == 1 else 'people'}"
    visits = f"{number} {'visit' if found.number == 1 else 'visits'}"
    return {
        "patients": f"{people}, {amount} {'visit' if found.amount == 1 else 'visits'}",
        "lead_time": f"{visits}, {amount} days together",
        "revenue": f"{number} {'payment or refund' if found.number == 1 else 'payments and refunds'}: {money.rupees(found.amount)}",
        "waiting": f"{visits}, {amount} minutes together",
        "follow_ups": f"{number} {'follow-up' if found.number == 1 else 'follow-ups'}", "new_patients": people,
    }.get(key, visits)  # fmt: skip
