"""The hours a clinician keeps: set anew, a weekday of them ended, a row of them ended."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mibo import clock, db, scheduling
from mibo.identity import Role
from mibo.scheduling import WeeklyHours
from tests import make
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Verb, World

HOURS = [
    (1, "09:00", "13:00", "BOTH", ""),
    (1, "14:00", "18:00", "ONLINE", "30"),
    (4, "10:00", "12:00", "IN_PERSON", ""),
]
ALL_DAY = [(weekday, "09:00", "18:00", "BOTH", "") for weekday in range(7)]
SUNDAY = 0


def booked_outside(world: World) -> None:
    """Asha comes on a day on which no hours are kept any more."""
    ahead = (SUNDAY - clock.today().isoweekday()) % 7 + 7
    world.book(at=make.at("10:00", clock.today() + timedelta(days=ahead)))


def by_page(world: World, rows: Any, who: Role = Role.CENTRE_MANAGER, **more: Any) -> Any:
    """The editor, with all rows that are to be kept from today on."""
    with db.reading():
        one = scheduling.clinician_with_hours(world.anita.id, by=make.actor(world.staff[Role.ADMIN], Role.ADMIN))
        seen = scheduling.version_of(one, scheduling.kept_hours([one.id], from_day=clock.today()).get(one.id, ()))
    fields: dict[str, Any] = {}
    for number, (weekday, opens, closes, mode, minutes) in enumerate(rows):
        row = {"weekday": weekday, "opens": opens, "closes": closes, "centre": world.kochi.id, "mode": mode}
        fields |= {f"row-{number}-{name}": value for name, value in {**row, "minutes": minutes}.items()}
    pace = {"session_minutes": 60, "buffer_minutes": 0, "version": seen, "from_day": clock.today()}
    return world.page(who, f"/hours/{world.anita.id}", **fields, **pace, **more)


def by_app(world: World, who: Role = Role.CENTRE_MANAGER) -> Any:
    rules = [
        {"centreId": world.kochi.id, "dayOfWeek": weekday, "startTime": opens, "endTime": closes, "mode": mode,
         "slotDurationMinutes": int(minutes or 60)}
        for weekday, opens, closes, mode, minutes in HOURS
    ]  # fmt: skip
    return world.app(who, f"PUT /clinicians/{world.anita.id}/availability", {"availability_rules": rules})


def without_sunday(world: World) -> Any:
    return by_page(world, [row for row in ALL_DAY if row[0] != SUNDAY])


def sunday_ended(world: World) -> Any:
    path = f"/clinicians/{world.anita.id}/availability/delete-by-day"
    return world.app(Role.CENTRE_MANAGER, f"POST {path}", {"dayOfWeek": SUNDAY, "centreId": world.kochi.id})


def row_ended(world: World) -> Any:
    with db.reading() as session:
        row = session.scalars(select(WeeklyHours).where(WeeklyHours.weekday == SUNDAY)).one()
    return world.app(Role.CENTRE_MANAGER, f"DELETE /clinicians/{world.anita.id}/availability/{row.id}")


VERBS = {
    "set anew": Verb("PUT /clinicians/{clinician_id}/availability", lambda world: by_page(world, HOURS), by_app),
    "set by herself": Verb(
        "PUT /clinicians/{clinician_id}/availability", lambda world: by_page(world, HOURS, Role.CLINICIAN),
        lambda world: by_app(world, Role.CLINICIAN),
    ),
    "set anew while somebody is booked": Verb(
        "PUT /clinicians/{clinician_id}/availability",
        lambda world: by_page(world, HOURS, **{f"visit-{world.one.id}": "keep"}), by_app, booked_outside,
    ),
    "a weekday ended": Verb(
        "POST /clinicians/{clinician_id}/availability/delete-by-day", without_sunday, sunday_ended
    ),
    "a row ended": Verb("DELETE /clinicians/{clinician_id}/availability/{rule_id}", without_sunday, row_ended),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_hours_are_set_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
