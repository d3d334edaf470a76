"""The hours a clinician keeps, for those who may set them (api-contract.md 3.6 and 5.3)."""

from dataclasses import replace

from flask import Blueprint
from flask.typing import ResponseReturnValue

from mibo import booking, clock, people, scheduling
from mibo.booking import HoursWish
from mibo.errors import Invalid, Missing, Problem
from mibo.identity import Actor, Permission
from mibo.people import Clinician
from mibo.scheduling import Standing
from mibo.scheduling.diary import Hours
from mibo.scheduling.rules import WEEKDAYS, Window, rows_on, window_of
from mibo.web.access import actor, may
from mibo.web.api import clinic_shapes
from mibo.web.api.answers import said, the_id
from mibo.web.api.clinic_shapes import ClinicianInFull
from mibo.web.api.document import documented
from mibo.web.api.shown import Id, Shown
from mibo.web.inputs.hours import AvailabilityWish, RuleWish, WeekdayWish
from mibo.web.inputs.lists import CentreChoice

bp = Blueprint("clinician_hours", __name__)

RULES = "availability_rules"


class EndedHours(Shown):
    """A window that is not kept any more."""

    id: Id
    day_of_week: int
    start_time: str
    end_time: str
    mode: str


class Ended(Shown):
    """What is not kept any more."""

    deleted_count: int
    deleted_rules: list[EndedHours]


class DayHours(EndedHours):
    """A window of a weekday, with how many sessions it gives."""

    centre_id: Id
    slot_count: int


@bp.put("/clinicians/<clinician_id>/availability")
@bp.put("/users/clinicians/<clinician_id>/availability")
@documented(gives=ClinicianInFull, body=AvailabilityWish, tag="Clinicians", refuses=(400, 404, 409))
@may(Permission.SET_HOURS)
def replace_availability(clinician_id: str, told: AvailabilityWish) -> ResponseReturnValue:
    """Keep exactly these hours from today on, or from the told day. What is booked stays as it is."""
    one = scheduling.clinician_with_hours(the_id(clinician_id), by=actor())
    keep_rules(one, told.availability_rules, by=actor(), told=told)
    rules = [clinic_shapes.hours(each) for each in scheduling.weekly_hours(one.id)]
    shown = clinic_shapes.clinician_in_full(people.clinician(one.id, active=None), rules, to_staff=True)
    return said(shown, "Availability updated successfully")


def keep_rules(one: Clinician, rules: list[RuleWish], *, by: Actor, told: AvailabilityWish | None = None) -> None:
    """Set a clinician's weekly hours as an app tells them; the same rule twice is one. Raises Invalid."""
    places = people.places_of(one)
    primary = places.primary_id if places else 0
    windows = list(dict.fromkeys(each.window(primary, one.session_minutes) for each in rules))
    from_day = (told and told.effective_from) or clock.today()
    try:
        booking.set_hours(one.id, HoursWish(rows=windows, from_day=from_day), by=by)
    except Invalid as refused:
        raise Invalid(problems=[_of_rule(problem, windows) for problem in refused.problems]) from None


def _of_rule(problem: Problem, windows: list[Window]) -> Problem:
    """Which of the rules it is about, by its place and day."""
    number, _, field = problem.field.partition(".")
    if not field:
        return replace(problem, field="effective_from" if number == "from_day" else RULES)
    day = windows[int(number)].weekday
    return Problem(
        RULES, f"Rule {int(number) + 1} ({WEEKDAYS[day] if day < len(WEEKDAYS) else day}): {problem.message}"
    )


@bp.delete("/clinicians/<clinician_id>/availability/<rule_id>")
@bp.delete("/users/clinicians/<clinician_id>/availability/<rule_id>")
@documented(gives=None, tag="Clinicians", refuses=(400, 404))
@may(Permission.SET_HOURS)
def end_rule(clinician_id: str, rule_id: str) -> ResponseReturnValue:
    """End one window from today on."""
    scheduling.end_hours(the_id(clinician_id), {the_id(rule_id)}, by=actor())
    return said(None, "Availability rule deleted successfully")


@bp.post("/clinicians/<clinician_id>/availability/delete-by-day")
@bp.post("/users/clinicians/<clinician_id>/availability/delete-by-day")
@documented(gives=Ended, body=WeekdayWish, tag="Clinicians", refuses=(400, 404))
@may(Permission.SET_HOURS)
def end_day(clinician_id: str, told: WeekdayWish) -> ResponseReturnValue:
    """End all windows of a weekday from today on, at one centre or at all that are theirs to set."""
    now = scheduling.standing(the_id(clinician_id), by=actor())
    which = {each.id for each in now.mine if _is_asked(each, told)}
    if not which:
        raise Missing(f"There are no hours on {WEEKDAYS[told.day_of_week]} to delete.")
    ended = scheduling.end_hours(now.one.id, which, by=actor())
    shown = [EndedHours(**_day_hours(each)) for each in ended]
    number = f"{len(shown)} availability rule{'s' if len(shown) > 1 else ''}"
    return said(Ended(deleted_count=len(shown), deleted_rules=shown), f"{number} deleted successfully")


def _is_asked(each: Hours, told: WeekdayWish) -> bool:
    return each.weekday == told.day_of_week and told.centre_id in (None, each.centre_id)


@bp.get("/clinicians/<clinician_id>/availability/by-day")
@bp.get("/users/clinicians/<clinician_id>/availability/by-day")
@documented(gives=dict[str, list[DayHours]], query=CentreChoice, tag="Clinicians", refuses=(404,))
@may(Permission.SET_HOURS)
def show_by_day(clinician_id: str, asked: CentreChoice) -> ResponseReturnValue:
    """A normal week by weekday, "0" (Sunday) to "6"; days without hours are not there."""
    now: Standing = scheduling.standing(the_id(clinician_id), by=actor())
    days: dict[str, list[DayHours]] = {}
    for each in rows_on(now.kept, clock.today()):
        if asked.centre_id in (None, each.centre_id):
            count = len(window_of(each).starts)
            shown = DayHours(**_day_hours(each), centre_id=each.centre_id, slot_count=count)
            days.setdefault(str(each.weekday), []).append(shown)
    return said(days)


def _day_hours(each: Hours) -> dict[str, object]:
    return {
        "id": each.id, "day_of_week": each.weekday, "start_time": clinic_shapes.face(each.opens_minute),
        "end_time": clinic_shapes.face(each.closes_minute), "mode": each.mode,
    }  # fmt: skip
