"""Time is closed and opened again: a stretch, several, a day, with somebody booked in it, and as exceptions of a clinician."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from mibo import db
from mibo.booking import Status
from mibo.identity import Role
from mibo.scheduling import TimeBlock
from tests import make
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Verb, World

WHY = "Training"
BLOCK = "POST /admin/slots/block"
EACH_BY_ITSELF = {
    "time_block.group_id": "an app's stretches are each closed by themselves, a page's together (R-BLK-5)",
}  # fmt: skip


def by_page(world: World, start: str = "10:00", end: str = "11:00", who: Role = Role.MANAGER, **more: Any) -> Any:
    wish = {
        "clinician": world.anita.id, "centre": world.kochi.id, "day": make.tomorrow(), "weeks": 1,
        "key": "the-key-of-a-form", "from_time": start, "to_time": end, "reason": WHY,
    }  # fmt: skip
    return world.page(who, "/time-off/new", **{**wish, **more})


def slot(world: World, start: str = "10:00", end: str = "11:00", **more: Any) -> dict[str, Any]:
    return {
        "clinician_id": world.anita.id, "centre_id": world.kochi.id, "date": str(make.tomorrow()), "start_time": start,
        "end_time": end, **more,
    }  # fmt: skip


def by_app(world: World, who: Role = Role.MANAGER, **more: Any) -> Any:
    return world.app(who, BLOCK, slot(world, **more, reason=WHY))


def several_by_app(world: World) -> Any:
    week = [make.tomorrow(), make.tomorrow() + timedelta(days=7)]
    return world.app(
        Role.MANAGER, "POST /admin/slots/block-multiple",
        {"slots": [slot(world) | {"date": str(day)} for day in week], "reason": WHY},
    )  # fmt: skip


def day_by_app(world: World) -> Any:
    day = {"clinician_id": world.anita.id, "centre_id": world.kochi.id, "date": str(make.tomorrow()), "reason": WHY}
    return world.app(Role.CENTRE_MANAGER, "POST /admin/slots/block-day", day)


def somebody_there(world: World) -> None:
    world.book()


def some_there(world: World) -> None:
    """One paid, one held, one not paid and asked to cancel."""
    world.other = [
        world.book("10:00"), world.book("11:00", status=Status.PENDING),
        world.book("12:00", who=world.ravi, status=Status.CANCELLATION_REQUESTED, paid=False),
    ]  # fmt: skip


def _seen(world: World) -> str:
    return ",".join(str(one.id) for one in world.other)


def closed_for_them_by_page(world: World, choice: str = "cancel") -> Any:
    return by_page(world, seen=str(world.one.id), choice=choice)


def closed(world: World) -> None:
    """It is closed, and somebody had been cancelled for it."""
    world.book()
    assert by_app(world).status_code == 200
    with db.reading() as session:
        world.one = session.scalars(select(TimeBlock)).one()


def exception_by_app(world: World) -> Any:
    told = {
        "centreId": world.kochi.id, "exceptionDate": str(make.tomorrow()), "startTime": "10:00", "endTime": "11:00",
        "mode": "HYBRID", "reason": WHY,
    }  # fmt: skip
    return world.app(Role.CENTRE_MANAGER, f"POST /clinicians/{world.anita.id}/slot-exceptions", told)


def opened_by_page(who: Role) -> Any:
    return lambda world: world.page(who, "/time-off/reopening", id=world.one.id, sure="yes")


VERBS = {
    "a stretch": Verb(BLOCK, by_page, by_app),
    "a stretch by the front desk": Verb(
        BLOCK, lambda world: by_page(world, who=Role.FRONT_DESK), lambda world: by_app(world, Role.FRONT_DESK),
    ),
    "one's own time": Verb(
        BLOCK, lambda world: by_page(world, who=Role.CLINICIAN), lambda world: by_app(world, Role.CLINICIAN),
    ),
    "with somebody in it": Verb(BLOCK, closed_for_them_by_page, by_app, somebody_there),
    "with some in it": Verb(
        BLOCK, lambda world: by_page(world, end="13:00", seen=_seen(world), choice="cancel"),
        lambda world: by_app(world, end="13:00"), some_there,
    ),
    "several": Verb(
        "POST /admin/slots/block-multiple", lambda world: by_page(world, weeks=2), several_by_app, but=EACH_BY_ITSELF,
    ),
    "a day": Verb(
        "POST /admin/slots/block-day", lambda world: by_page(world, "09:00", "18:00", Role.CENTRE_MANAGER), day_by_app,
    ),
    "opened again": Verb(
        "POST /admin/slots/unblock/{block_id}", opened_by_page(Role.MANAGER),
        lambda world: world.app(Role.MANAGER, f"POST /admin/slots/unblock/{world.one.id}", {}), closed,
    ),
    "an exception": Verb(
        "POST /clinicians/{clinician_id}/slot-exceptions",
        lambda world: by_page(world, who=Role.CENTRE_MANAGER), exception_by_app,
    ),
    "an exception with somebody in it": Verb(
        "POST /clinicians/{clinician_id}/slot-exceptions",
        lambda world: by_page(world, who=Role.CENTRE_MANAGER, seen=str(world.one.id), choice="keep"), exception_by_app,
        somebody_there,
    ),
    "an exception taken back": Verb(
        "DELETE /clinicians/{clinician_id}/slot-exceptions/{block_id}", opened_by_page(Role.CENTRE_MANAGER),
        lambda world: world.app(
            Role.CENTRE_MANAGER, f"DELETE /clinicians/{world.anita.id}/slot-exceptions/{world.one.id}"
        ), closed,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_time_is_closed_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
