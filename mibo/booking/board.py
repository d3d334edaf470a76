"""A centre's day as its board shows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, bindparam, func, or_, select, text

from mibo import clock, db
from mibo.booking.diaries import Diaries, by_clinician, working_at
from mibo.booking.known import as_busy
from mibo.booking.links import DESK_SOURCES
from mibo.booking.models import Appointment, StatusChange
from mibo.booking.queries import within_reach
from mibo.booking.rules import HOLDS_TIME, Status
from mibo.clinics import Holiday as CentreHoliday
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Payment
from mibo.people import Clinician, Patient
from mibo.scheduling import TimeBlock, WeeklyHours
from mibo.scheduling.diary import BOTH, Busy, Closed, Holiday, Hours
from mibo.video import Meeting

GIVEN_UP_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An appointment on the day board. `since` is when it came to its state."""

    id: int
    reference: str
    clinician_id: int
    centre_id: int
    patient_name: str
    patient_mrn: str | None
    starts_at: datetime
    ends_at: datetime
    status: str
    mode: str
    held_until: datetime | None
    arrived_at: datetime | None
    walk_in: bool
    by_desk: bool
    payment_status: str
    link_sent: bool
    link_failed: bool
    meeting_ready: bool
    since: datetime | None
    overbooked: bool
    expected_at: datetime | None
    version: int
    coming: bool = False


@dataclass(frozen=True, slots=True)
class Board:
    """A centre's day: its appointments in order of time, the diaries of its clinicians, and which state of it this is."""

    day: date
    appointments: Sequence[BoardRow]
    diaries: Diaries
    version: str


def board_version(centre_id: int, day: date, *, by: Actor) -> str:
    """Changes whenever an appointment, a hold or a block of the day does: for the 304 of its poll. One statement."""
    if not _sees_all(centre_id, by):
        return str(db.session().scalar(select(_version(centre_id, day, by))))
    starts, ends = clock.day_span(day)
    ((found,),) = _whole_version().rows(
        centre=centre_id, starts=starts, ends=ends, now=clock.now(), local=datetime.combine(day, time.min),
        next_local=datetime.combine(day + timedelta(days=1), time.min),
    )  # fmt: skip
    return str(found)


def _sees_all(centre_id: int, by: Actor) -> bool:
    return (by.everywhere or by.reaches(centre_id)) and by.roles != {Role.CLINICIAN}


def day_board(centre_id: int, day: date, *, by: Actor) -> Board:
    """A centre's day in two statements: ended holds are not on it (P6), and clinicians see their own column only."""
    session = db.session()
    rows = [BoardRow(*row) for row in _found(centre_id, day, by)]
    here = [row for row in rows if row.centre_id == centre_id and row.status != Status.EXPIRED]
    seen = {row.clinician_id for row in here}
    wanted = or_(and_(Clinician.id.in_(working_at(centre_id)), Clinician.active), Clinician.id.in_(seen))
    if by.roles == {Role.CLINICIAN} or not by.reaches(centre_id):
        wanted = Clinician.id == (by.clinician_id or 0)
    facts: Sequence[Sequence[Any]] = session.execute(
        select(
            Clinician, _hours(centre_id, day), _blocks(centre_id, day), _holidays(centre_id, day),
            _version(centre_id, day, by),
        ).where(wanted).order_by(Clinician.full_name)
    ).all()  # fmt: skip
    busy = [(row.clinician_id, as_busy(row)) for row in rows if row.status in HOLDS_TIME]
    version = facts[0][-1] if facts else board_version(centre_id, day, by=by)
    return Board(day, here, _diaries(centre_id, facts, busy), version)


def _diaries(centre_id: int, facts: Sequence[Sequence[Any]], busy: Iterable[tuple[int, Busy]]) -> Diaries:
    """What the rows of clinicians bring along as JSON, as the plain values of the core."""
    blocks, holidays = (facts[0][2], facts[0][3]) if facts else ([], [])
    return Diaries(
        centre_id=centre_id,
        clinicians=[clinician for clinician, *_ in facts],
        hours={clinician.id: [_window(row) for row in hours] for clinician, hours, *_ in facts},
        closed=[_closure(row) for row in blocks],
        holidays=[Holiday(date.fromisoformat(day), centre_id, reason) for day, reason in holidays],
        busy=by_clinician(busy),
    )


def _window(row: Sequence[Any]) -> Hours:
    key, whose, where, weekday, opens, closes, minutes, mode, begins, ends = row
    begin, end = date.fromisoformat(begins), date.fromisoformat(ends) if ends else None
    return Hours(key, whose, where, weekday, opens, closes, minutes, mode or BOTH, begin, end)


def _closure(row: Sequence[Any]) -> tuple[int | None, Closed]:
    key, clinician_id, centre_id, starts, ends, reason = row
    starts_at, ends_at = (datetime.fromisoformat(local).replace(tzinfo=clock.CLINIC_ZONE) for local in (starts, ends))
    return clinician_id, Closed(starts_at, ends_at, reason, key, centre_id, centre_wide=clinician_id is None)


def _list(*columns: Any) -> ColumnElement[Any]:
    """Rows of these columns as one JSON array."""
    return func.coalesce(func.json_agg(func.json_build_array(*columns)), text("'[]'::json"))


def _hours(centre_id: int, day: date) -> ScalarSelect[Any]:
    """What each clinician keeps here on the weekday, inside the statement that reads the clinicians."""
    h = WeeklyHours
    columns = (h.id, h.clinician_id, h.centre_id, h.weekday, h.opens_minute, h.closes_minute, h.slot_minutes, h.mode,
               h.effective_from, h.effective_to)  # fmt: skip
    of_the_day = h.weekday == day.isoweekday() % 7, h.centre_id == centre_id, h.active
    return select(_list(*columns)).where(h.clinician_id == Clinician.id, *of_the_day).scalar_subquery()


def _touching(centre_id: int, day: date) -> ColumnElement[bool]:
    """Blocks in force on the day, here or everywhere."""
    starts = datetime.combine(day, time.min)
    return _blocking(centre_id, starts, starts + timedelta(days=1))


def _blocking(centre_id: Any, starts: Any, ends: Any) -> ColumnElement[bool]:
    return and_(
        TimeBlock.lifted_at.is_(None),
        TimeBlock.starts_local < ends,
        TimeBlock.ends_local > starts,
        or_(TimeBlock.centre_id == centre_id, TimeBlock.centre_id.is_(None)),
    )


def _blocks(centre_id: int, day: date) -> ScalarSelect[Any]:
    b = TimeBlock
    columns = (b.id, b.clinician_id, b.centre_id, b.starts_local, b.ends_local, b.reason)
    return select(_list(*columns)).where(_touching(centre_id, day)).scalar_subquery()


def _holidays(centre_id: int, day: date) -> ScalarSelect[Any]:
    on_it = CentreHoliday.centre_id == centre_id, CentreHoliday.day == day
    return select(_list(CentreHoliday.day, CentreHoliday.reason)).where(*on_it).scalar_subquery()


def _version(centre_id: int, day: date, by: Actor) -> ScalarSelect[str]:
    words = _version_words(clock.now(), _touching(centre_id, day))
    return select(words).where(_on(day), _here(centre_id, by)).scalar_subquery()


def _version_words(now: Any, touching: ColumnElement[bool]) -> ColumnElement[str]:
    changed = func.date_part("epoch", func.max(Appointment.updated_at))
    held = func.count().filter(Appointment.status == Status.PENDING, Appointment.held_until > now)
    blocks = select(func.concat_ws(".", func.count(), func.max(TimeBlock.id))).where(touching)
    return func.concat_ws("-", func.count(Appointment.id), changed, held, blocks.scalar_subquery())


@cache
def _whole_version() -> db.Prepared:
    """The version for whoever sees all of the centre, which is what is polled: its words are made once."""
    touching = _blocking(bindparam("centre", type_=BigInteger), bindparam("local"), bindparam("next_local"))
    whole = (
        Appointment.centre_id == bindparam("centre", type_=BigInteger),
        Appointment.starts_at >= bindparam("starts"),
        Appointment.starts_at < bindparam("ends"),
    )
    return db.Prepared(select(_version_words(bindparam("now"), touching)).where(*whole))


def _on(day: date) -> ColumnElement[bool]:
    starts, ends = clock.day_span(day)
    return and_(Appointment.starts_at >= starts, Appointment.starts_at < ends)


def _here(centre_id: int, by: Actor) -> ColumnElement[bool]:
    return and_(Appointment.centre_id == centre_id, within_reach(by))


def board_rows(*which: ColumnElement[bool], now: Any = None, given_up: Any = None) -> Select[*tuple[Any, ...]]:
    """Appointments as a board shows them, in order of time; ended holds are none (P6)."""
    now = clock.now() if now is None else now
    live = or_(Appointment.status != Status.PENDING, Appointment.held_until > now)
    given_up = now - GIVEN_UP_AFTER if given_up is None else given_up
    return (
        select(
            Appointment.id, Appointment.reference, Appointment.clinician_id, Appointment.centre_id, Patient.full_name,
            Patient.mrn, Appointment.starts_at, Appointment.ends_at, Appointment.status, Appointment.mode,
            Appointment.held_until, Appointment.arrived_at, Appointment.walk_in,
            _one_of(Appointment.source, DESK_SOURCES), Payment.status, _link(Attempt.link_url.is_not(None)),
            _link(Attempt.link_url.is_(None), Attempt.asked_at < given_up),
            func.coalesce(Meeting.status == "READY", False), _since(),
            Appointment.overbooked, Appointment.expected_at, Appointment.version, Appointment.coming_at.is_not(None),
        )
        .join(Patient, Patient.id == Appointment.patient_id)
        .join(Payment, Payment.id == Appointment.payment_id)
        .outerjoin(Meeting, Meeting.id == Appointment.meeting_id)
        .where(live, *which)
        .order_by(Appointment.starts_at, Appointment.id)
    )  # fmt: skip


def _found(centre_id: int, day: date, by: Actor) -> Iterable[Sequence[Any]]:
    """The day's appointments here, and what its clinicians have elsewhere, so that nothing looks free that is not."""
    session = db.session()
    if not _sees_all(centre_id, by):
        return session.execute(board_rows(_on(day), or_(_here(centre_id, by), _elsewhere(centre_id))))
    if not session.info.get("read_only"):
        session.flush()
    starts, ends = clock.day_span(day)
    now = clock.now()
    return _whole_rows().rows(centre=centre_id, starts=starts, ends=ends, now=now, given_up=now - GIVEN_UP_AFTER)


@cache
def _whole_rows() -> db.Prepared:
    """The rows for whoever sees all of the centre: as with its version, their words are made once."""
    centre = bindparam("centre", type_=BigInteger)
    of_the_day = Appointment.starts_at >= bindparam("starts"), Appointment.starts_at < bindparam("ends")
    here = or_(Appointment.centre_id == centre, _elsewhere(centre))
    return db.Prepared(board_rows(*of_the_day, here, now=bindparam("now"), given_up=bindparam("given_up")))


def _elsewhere(centre_id: Any) -> ColumnElement[bool]:
    return and_(
        Appointment.centre_id != centre_id,
        Appointment.clinician_id.in_(working_at(centre_id)),
        _one_of(Appointment.status, HOLDS_TIME),
    )


def _one_of(column: Any, words: Iterable[str]) -> ColumnElement[bool]:
    """In words that can be made once, as those of a list cannot."""
    return or_(*(column == word for word in words))


def _link(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    of_payment = Attempt.payment_id == Appointment.payment_id
    return select(Attempt.id).where(of_payment, Attempt.kind == "LINK", Attempt.status == "OPEN", *which).exists()


def _since() -> ScalarSelect[datetime]:
    changes = StatusChange.appointment_id == Appointment.id, StatusChange.next == Appointment.status
    return select(func.max(StatusChange.at)).where(*changes).scalar_subquery()
