"""Hours are set: a weekly pattern from a day on. What is booked stays as it is (R-SLOT-17); `booking.keeping` asks about it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db
from mibo.errors import Invalid, Missing
from mibo.identity import Actor
from mibo.people import Clinician
from mibo.scheduling.diary import Hours
from mibo.scheduling.models import WeeklyHours
from mibo.scheduling.queries import clinician_with_hours, kept_hours, practice_of, settable, version_of
from mibo.scheduling.rules import (
    LONGEST_BUFFER,
    LONGEST_SESSION,
    SHORTEST_SESSION,
    HoursChanged,
    Window,
    check_rows,
    in_effect,
    is_opening,
    rows_on,
    window_of,
)

FARTHEST = timedelta(days=366 * 2)


@dataclass(frozen=True)
class Standing:
    """What stands before a pattern is set: all that is kept from today on, apart by who may set it."""

    one: Clinician
    kept: Sequence[Hours]
    mine: Sequence[Hours]
    beside: Sequence[Hours]
    centres: frozenset[int]

    def keeps(self, rows: Collection[Window], from_day: date) -> bool:
        """Whether exactly these rows are kept from the day on, and nothing else is planned."""
        ahead = [each for each in self.mine if each.effective_to is None or each.effective_to >= from_day]
        open_ended = all(each.effective_to is None and in_effect(each, from_day) for each in ahead)
        return open_ended and Counter(map(window_of, ahead)) == Counter(rows)

    def after(self, rows: Iterable[Window], from_day: date) -> list[Window]:
        """All rows of a day on which the pattern is in effect, those of other centres included."""
        return [*rows, *(window_of(each) for each in rows_on(self.beside, from_day))]


def standing(clinician_id: int, *, by: Actor) -> Standing:
    """What stands now. Raises Missing for a clinician whose hours are not theirs to see."""
    one = clinician_with_hours(clinician_id, by=by)
    kept = kept_hours([one.id], from_day=clock.today()).get(one.id, ())
    centres = settable(one, by=by)
    mine = [each for each in kept if each.centre_id in centres and not is_opening(each)]
    ids = {each.id for each in mine}
    return Standing(one, kept, mine, [each for each in kept if each.id not in ids], centres)


def check_pattern(now: Standing, rows: Sequence[Window], from_day: date) -> list[Window]:
    """The rows that are to be set: told rows of others that stand already stay as they are. Raises Missing or Invalid."""
    if not now.centres:
        raise Missing("We could not find that clinician.")
    if not clock.today() <= from_day <= clock.today() + FARTHEST:
        raise Invalid.field("from_day", "Hours change from today on, and within two years.")
    theirs = {window_of(each) for each in now.beside if not is_opening(each)}
    told = {number: row for number, row in enumerate(rows) if row.centre_id in now.centres or row not in theirs}
    check_rows(told, practice_of(now.one), now.beside, now.centres, from_day)
    return list(told.values())


def lock_hours(clinician_id: int) -> None:
    """Nobody else sets this clinician's hours, or moves their visits, until the transaction ends."""
    db.session().execute(select(Clinician.id).where(Clinician.id == clinician_id).with_for_update(key_share=True))


def set_pattern(
    clinician_id: int, rows: Sequence[Window], *, from_day: date, version: str | None = None, by: Actor
) -> bool:
    """From this day on these rows are kept every week, at the centres that are theirs to set; False when they were already.

    A `version` that is no longer the present one is refused. Raises Missing, Invalid at `row.field`, or HoursChanged.
    """
    lock_hours(clinician_id)
    now = standing(clinician_id, by=by)
    told = check_pattern(now, rows, from_day)
    if now.keeps(told, from_day):
        return False
    check_version(now, version)
    before = [window_of(each) for each in rows_on(now.mine, from_day)]
    _replace(now, told, from_day)
    _note(now.one.id, from_day, before, told, by)
    return True


def check_version(now: Standing, version: str | None) -> None:
    """Raises HoursChanged when the hours are not what somebody saw."""
    if version is not None and version != version_of(now.one, now.kept):
        raise HoursChanged


def _replace(now: Standing, rows: Sequence[Window], from_day: date) -> None:
    """What goes on unchanged is left alone; the rest ends the day before, or never begins."""
    wanted = Counter(rows)
    ended = []
    for each in now.mine:
        goes_on = in_effect(each, from_day) and each.effective_to is None and wanted[window_of(each)] > 0
        if goes_on:
            wanted[window_of(each)] -= 1
        elif each.effective_to is None or each.effective_to >= from_day:
            ended.append(each)
    _end(ended, from_day)
    _begin(now.one.id, wanted.elements(), from_day)


def _end(ended: Sequence[Hours], from_day: date) -> None:
    begun = [each.id for each in ended if each.effective_from < from_day]
    never = [each.id for each in ended if each.effective_from >= from_day]
    rows = update(WeeklyHours).execution_options(synchronize_session=False)
    if begun:
        last = from_day - timedelta(days=1)
        db.session().execute(rows.where(WeeklyHours.id.in_(begun)).values(effective_to=last))
    if never:
        db.session().execute(rows.where(WeeklyHours.id.in_(never)).values(active=False))


def _begin(clinician_id: int, rows: Iterable[Window], from_day: date) -> None:
    for row in rows:
        db.session().add(
            WeeklyHours(
                clinician_id=clinician_id, centre_id=row.centre_id, weekday=row.weekday, opens_minute=row.opens_minute,
                closes_minute=row.closes_minute, slot_minutes=row.slot_minutes, mode=row.mode, effective_from=from_day,
            )
        )  # fmt: skip
    try:
        db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "weekly_hours_no_overlap":
            raise
        raise Invalid("These hours overlap others of this clinician that were set a moment ago.") from None


def end_hours(clinician_id: int, which: Collection[int], *, by: Actor) -> list[Hours]:
    """These rows are not kept from today on; the rows that ended. Raises Missing when none of them is theirs to end."""
    lock_hours(clinician_id)
    now = standing(clinician_id, by=by)
    today = clock.today()
    ended = [each for each in now.mine if each.id in which]
    if not ended:
        raise Missing("We could not find these hours.")
    before = [window_of(each) for each in rows_on(now.mine, today)]
    _end(ended, today)
    _note(now.one.id, today, before, [window_of(each) for each in rows_on(now.mine, today) if each not in ended], by)
    return ended


def set_pace(clinician_id: int, session_minutes: int, buffer_minutes: int, *, by: Actor) -> bool:
    """A clinician's usual session and the minutes kept free around it (R-SLOT-2, 10); False when they were so already.

    Raises Missing, or Invalid at `session_minutes` or `buffer_minutes`.
    """
    lock_hours(clinician_id)
    one = clinician_with_hours(clinician_id, by=by)
    if not settable(one, by=by):
        raise Missing("We could not find that clinician.")
    if not SHORTEST_SESSION <= session_minutes <= LONGEST_SESSION:
        sentence = f"A session has from {SHORTEST_SESSION} to {LONGEST_SESSION} minutes."
        raise Invalid.field("session_minutes", sentence)
    if not 0 <= buffer_minutes <= LONGEST_BUFFER:
        raise Invalid.field("buffer_minutes", f"A pause has from 0 to {LONGEST_BUFFER} minutes.")
    changed: dict[str, Any] = {}
    for name, value in (("session_minutes", session_minutes), ("buffer_minutes", buffer_minutes)):
        if (was := getattr(one, name)) != value:
            changed[name] = [was, value]
            setattr(one, name, value)
    if changed:
        db.session().flush()
        audit.record("clinician.changed", one.id, by=by.account_id, fields=sorted(changed), **changed)
    return bool(changed)


def _note(clinician_id: int, from_day: date, before: Iterable[Window], after: Iterable[Window], by: Actor) -> None:
    audit.record(
        "clinician.hours_set", clinician_id, by=by.account_id, from_day=from_day.isoformat(),
        before=_told(before), after=_told(after),
    )  # fmt: skip


def _told(rows: Iterable[Window]) -> list[str]:
    """Rows as the audit keeps them: `1 09:00-13:00 centre 17 BOTH 50`."""
    return [
        f"{row.weekday} {row.opens_minute // 60:02d}:{row.opens_minute % 60:02d}-"
        f"{row.closes_minute // 60:02d}:{row.closes_minute % 60:02d} centre {row.centre_id} {row.mode} {row.slot_minutes}"
        for row in sorted(rows)
    ]
