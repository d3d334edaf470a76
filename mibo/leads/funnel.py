"""What becomes of enquiries: asked, reached, booked, attended, paid; each step counts those of the step before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select, true

from mibo import clock, db
from mibo.booking import Appointment, Status
from mibo.clinics import Centre
from mibo.identity import Actor
from mibo.leads.models import Campaign, Enquiry
from mibo.leads.steps import within_reach
from mibo.payments import Payment

STEPS = ("asked", "reached", "booked", "attended", "paid")
BY = ("source", "heard_of", "campaign", "centre")
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Enquiries of a period that came as far as a step; of one source, campaign or centre where it says so."""

    first: date
    last: date
    step: str = "asked"
    by: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the funnel: what it is of, its name, and how many came as far as each step."""

    value: str
    name: str
    counts: tuple[int, ...]


def funnel(first: date, last: date, by_what: str, *, by: Actor, centres: Collection[int] | None = None) -> list[Row]:
    """The lines, the longest first; what has no campaign, or no centre yet, is a line as well."""
    key, name = _column(by_what)
    within = [within_reach(by), _in_period(first, last)]
    if centres is not None:
        within.append(Enquiry.centre_id.in_(centres))
    counts = [func.count().filter(and_(*_so_far(step))).label(step) for step in STEPS]
    wanted = (
        select(key.label("value"), func.max(name).label("name"), *counts)
        .select_from(Enquiry)
        .outerjoin(Campaign, Campaign.id == Enquiry.campaign_id)
        .outerjoin(Centre, Centre.id == Enquiry.centre_id)
        .where(*within)
        .group_by(key)
        .order_by(func.count().desc(), key)
    )
    return [
        Row(NONE if row.value is None else str(row.value), row.name or "", tuple(getattr(row, step) for step in STEPS))
        for row in db.session().execute(wanted)
    ]


def total(rows: Sequence[Row]) -> tuple[int, ...]:
    """What all lines have together."""
    return tuple(sum(row.counts[n] for row in rows) for n in range(len(STEPS)))


def at_step(cut: Cut) -> ColumnElement[bool]:
    """The enquiries that a number of the funnel counts: its list is as long as it says."""
    wanted = [_in_period(cut.first, cut.last), *_so_far(cut.step)]
    if cut.by:
        key, _ = _column(cut.by)
        wanted.append(
            key.is_(None)
            if cut.value == NONE
            else key == (int(cut.value) if cut.by in ("campaign", "centre") else cut.value)
        )
    return and_(*wanted)


def _in_period(first: date, last: date) -> ColumnElement[bool]:
    begins, ends = clock.day_span(first, last)
    return and_(Enquiry.created_at >= begins, Enquiry.created_at < ends)


def _so_far(step: str) -> list[ColumnElement[bool]]:
    reached, booked = Enquiry.reached_at.is_not(None), Enquiry.status == "BOOKED"
    attended = _visit(Appointment.status.in_((Status.COMPLETED, Status.IN_PROGRESS)))
    paid = _visit(
        Appointment.status.in_((Status.COMPLETED, Status.IN_PROGRESS)),
        exists().where(Payment.id == Appointment.payment_id, Payment.status == "PAID"),
    )
    came: dict[str, list[ColumnElement[bool]]] = {
        "asked": [true()], "reached": [reached], "booked": [reached, booked], "attended": [reached, booked, attended],
        "paid": [reached, booked, paid],
    }  # fmt: skip
    return came[step]


def _visit(*what: ColumnElement[bool]) -> ColumnElement[bool]:
    """The booking it became was so; moved, it is the same booking."""
    return exists().where(Appointment.id == Enquiry.appointment_id, *what)


def _column(by_what: str) -> tuple[ColumnElement[object], ColumnElement[str]]:
    """What the lines are of, and what they are called."""
    return {
        "source": (Enquiry.source, Enquiry.source),
        "heard_of": (Enquiry.heard_of, Enquiry.heard_of),
        "campaign": (Enquiry.campaign_id, Campaign.name),
        "centre": (Enquiry.centre_id, Centre.short_name),
    }[by_what]  # type: ignore[return-value]
