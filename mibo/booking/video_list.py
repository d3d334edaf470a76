"""Online appointments and their links as a list: which are there, which are missing, and which are an alarm (R-VID-2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select

from mibo import clinics, clock, db
from mibo.booking.models import Appointment, CallWish
from mibo.booking.queries import within_reach
from mibo.booking.rows import AppointmentRow, columns
from mibo.identity import Actor
from mibo.turns import in_turn
from mibo.video import Meeting

AT_MOST = 300
LONGEST = timedelta(days=1)  # no call lasts longer


class LinkState(StrEnum):
    """How a link stands."""

    READY = "ready"
    MISSING = "missing"
    FAILED = "failed"

    @classmethod
    def of(cls, status: str) -> "LinkState":
        """There, still missing, or given up, by the status of its meeting."""
        return {"READY": cls.READY, "FAILED": cls.FAILED}.get(status, cls.MISSING)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """An online appointment and its link, who gave it, and how often the provider was asked for it in vain."""

    row: AppointmentRow
    status: str
    join_url: str | None
    pasted: bool
    attempts: int
    last_error: str | None

    @property
    def state(self) -> LinkState:
        """There, still missing, or given up."""
        return LinkState.of(self.status)


def is_without_link(by: Actor) -> ColumnElement[bool]:
    """Online appointments within reach that begin soon, or have begun, and have no link; `meeting` must be outer-joined."""
    return and_(_is_near(), Appointment.ends_at > clock.now(), lacks_link(), within_reach(by))


def _is_near() -> ColumnElement[bool]:
    """It begins soon, or began in the last day: few rows, found by their start."""
    now = clock.now()
    soon = now + timedelta(minutes=clinics.policy_in_force().link_alert_minutes)
    return and_(takes_place(), Appointment.starts_at <= soon, Appointment.starts_at > now - LONGEST)


def without_link_ids(by: Actor) -> Select[*tuple[Any, ...]]:
    """The ids of the alarms, for whoever counts them among other things."""
    joined = select(Appointment.id).outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
    return joined.where(is_without_link(by))


def waiting_ids(by: Actor) -> Select[*tuple[Any, ...]]:
    """The ids of the alarms, and of those whose patients wait to be called by phone."""
    joined = select(Appointment.id).outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
    wishes = select(CallWish.id).where(CallWish.appointment_id == Appointment.id, CallWish.done_at.is_(None)).exists()
    lacks = and_(Appointment.ends_at > clock.now(), lacks_link())
    return joined.where(_is_near(), or_(lacks, wishes), within_reach(by))


def calls_wanted(*, by: Actor) -> Sequence[tuple[AppointmentRow, datetime]]:
    """Who waits to be called by phone, and since when; the longest waiting at the head. One statement."""
    wanted = (
        columns()
        .add_columns(CallWish.asked_at)
        .join(CallWish, CallWish.appointment_id == Appointment.id)
        .where(CallWish.done_at.is_(None), _is_near(), within_reach(by))
        .order_by(CallWish.asked_at)
        .limit(AT_MOST)
    )
    return [(AppointmentRow(*row[:-1]), row[-1]) for row in db.session().execute(wanted)]


def count_without_link(*, by: Actor) -> int:
    """How many alarms there are, for whoever shows a number."""
    return db.session().scalar(without_link_ids(by).with_only_columns(func.count())) or 0


def without_link(*, by: Actor, limit: int = AT_MOST) -> Sequence[LinkRow]:
    """The alarms, the one that begins first at the head: for the desk's list and its bell. One statement."""
    return _found(is_without_link(by), limit=limit)


def links(
    *,
    by: Actor,
    first: date,
    last: date,
    state: LinkState | None = None,
    centre_id: int | None = None,
    limit: int = AT_MOST,
    made_after: int | None = None,
) -> Sequence[LinkRow]:
    """The online appointments of some days within reach, in one state or all, by their times or as they were made (`turns`).
    One statement.
    """
    wanted = [*_of_days(by, first, last, centre_id)]
    if state is not None:
        wanted.append(_in_state(state))
    return _found(*wanted, limit=limit, made_after=made_after)


def counts(*, by: Actor, first: date, last: date, centre_id: int | None = None) -> Mapping[LinkState, int]:
    """How many of those days are in each state; the failed ones are missing as well. One statement."""
    each = [func.count().filter(_in_state(state)) for state in LinkState]
    joined = select(*each).select_from(Appointment).outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
    found = db.session().execute(joined.where(*_of_days(by, first, last, centre_id))).one()
    return dict(zip(LinkState, found, strict=True))


def _of_days(by: Actor, first: date, last: date, centre_id: int | None) -> list[ColumnElement[bool]]:
    begins, ends = clock.day_span(first)[0], clock.day_span(last)[1]
    wanted = [takes_place(), Appointment.starts_at >= begins, Appointment.starts_at < ends, within_reach(by)]
    return wanted if centre_id is None else [*wanted, Appointment.centre_id == centre_id]


def _found(*wanted: ColumnElement[bool], limit: int, made_after: int | None = None) -> Sequence[LinkRow]:
    rows = columns().add_columns(
        func.coalesce(Meeting.status, "WANTED"), Meeting.join_url, Meeting.pasted_by.is_not(None),
        func.coalesce(Meeting.attempts, 0), Meeting.last_error,
    )  # fmt: skip
    ordered = in_turn(rows.where(*wanted), Appointment.id, made_after, Appointment.starts_at, Appointment.id)
    return [LinkRow(AppointmentRow(*row[:-5]), *row[-5:]) for row in db.session().execute(ordered.limit(limit))]


def takes_place() -> ColumnElement[bool]:
    """Online, and standing: also where its patient asks to cancel, until somebody decides it."""
    states: ColumnElement[bool] = literal_column(
        "appointment.status in ('CONFIRMED', 'IN_PROGRESS', 'CANCELLATION_REQUESTED')"
    )
    return and_(Appointment.mode == "ONLINE", states)


def lacks_link() -> ColumnElement[bool]:
    """Nobody can join yet; `meeting` must be outer-joined."""
    return or_(Meeting.id.is_(None), Meeting.status != "READY")


def _in_state(state: LinkState) -> ColumnElement[bool]:
    if state is LinkState.READY:
        return Meeting.status == "READY"
    return Meeting.status == "FAILED" if state is LinkState.FAILED else lacks_link()
