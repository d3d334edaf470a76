"""Centres: opened, changed, their door hours and holidays. Closing one asks the bookings first, so it is `booking`'s."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, db
from mibo.clinics.models import Centre, Holiday, OpeningHours
from mibo.errors import Conflict, Invalid, Missing

Door = tuple[int, int]  # from and to, in minutes since midnight


class NameTaken(Conflict):
    """Two centres of one name would be mixed up."""

    code = "CENTRE_NAME_TAKEN"
    message = "There is a centre of this name already."


@dataclass(frozen=True, kw_only=True)
class CentreDetails:
    """What a centre is called and where it is. `phone` is canonical."""

    name: str
    short_name: str
    city: str
    address_line_1: str
    address_line_2: str | None = None
    pincode: str
    phone: str
    map_url: str | None = None


def add_centre(told: CentreDetails, *, by: int) -> Centre:
    """A new centre, open at once. `by` is an account. Raises NameTaken."""
    added: Centre | None = db.session().scalar(
        insert(Centre).values(**asdict(told)).on_conflict_do_nothing().returning(Centre)
    )
    if added is None:
        raise NameTaken
    audit.record("centre.added", added.id, by=by)
    return added


def change_centre(centre_id: int, told: Mapping[str, str | None], *, by: int) -> Centre:
    """Change some of what is known of a centre, by the names of CentreDetails. Raises Missing or NameTaken."""
    one = locked_centre(centre_id)
    changed = {name: value for name, value in told.items() if getattr(one, name) != value}
    if "name" in changed and _named(str(changed["name"])) is not None:
        raise NameTaken
    before_and_after = {name: [getattr(one, name), changed[name]] for name in sorted(changed)}
    for name, value in changed.items():
        setattr(one, name, value)
    db.session().flush()
    if changed:
        audit.record("centre.changed", one.id, by=by, changed=before_and_after)
    return one


def set_open(one: Centre, wanted: bool, *, by: int) -> None:
    """A centre that is not open takes no bookings and stands on no public page; what was, stays (R-ACL-6)."""
    if one.active == wanted:
        return
    audit.record("centre.opened" if wanted else "centre.closed", one.id, by=by, active=[one.active, wanted])
    one.active = wanted
    db.session().flush()


def set_door_hours(centre_id: int, told: Mapping[int, Sequence[Door]], *, by: int) -> None:
    """When the door is open on each weekday (0 is Sunday); a weekday without hours is closed. Raises Missing or Invalid."""
    locked_centre(centre_id)
    for weekday, doors in told.items():
        _check_doors(weekday, sorted(doors))
    db.session().execute(delete(OpeningHours).where(OpeningHours.centre_id == centre_id))
    for weekday, doors in told.items():
        for opens, closes in sorted(doors):
            db.session().add(
                OpeningHours(centre_id=centre_id, weekday=weekday, opens_minute=opens, closes_minute=closes)
            )
    db.session().flush()
    shown = {str(weekday): [list(door) for door in sorted(doors)] for weekday, doors in told.items() if doors}
    audit.record("centre.hours_set", centre_id, by=by, hours=shown)


def _check_doors(weekday: int, doors: Sequence[Door]) -> None:
    before = -1
    for opens, closes in doors:
        if not 0 <= opens < closes <= 24 * 60:
            raise Invalid.field(f"day_{weekday}", "The end must be after the start.")
        if opens <= before:
            raise Invalid.field(f"day_{weekday}", "These hours overlap.")
        before = closes


def add_holiday(centre_id: int, day: date, reason: str, *, by: int) -> Holiday:
    """Nothing can be booked at the centre on this day; what is booked already stays until somebody moves it."""
    locked_centre(centre_id)
    added: Holiday | None = db.session().scalar(
        insert(Holiday).values(centre_id=centre_id, day=day, reason=reason).on_conflict_do_nothing().returning(Holiday)
    )
    if added is None:
        raise Invalid.field("day", "This day is a holiday already.")
    audit.record("centre.holiday_added", centre_id, by=by, day=day.isoformat(), holiday=added.id)
    return added


def remove_holiday(centre_id: int, holiday_id: int, *, by: int) -> None:
    """The day can be booked again. Twice does no harm."""
    day = db.session().scalar(
        delete(Holiday).where(Holiday.id == holiday_id, Holiday.centre_id == centre_id).returning(Holiday.day)
    )
    if day is not None:
        audit.record("centre.holiday_removed", centre_id, by=by, day=day.isoformat(), holiday=holiday_id)


def locked_centre(centre_id: int) -> Centre:
    """A centre that nobody else changes meanwhile. Raises Missing."""
    one = db.session().get(Centre, centre_id, with_for_update=True)
    if one is None:
        raise Missing("We could not find that centre.")
    return one


def _named(name: str) -> int | None:
    return db.session().scalar(select(Centre.id).where(func.lower(Centre.name) == name.lower()))
