"""What staff do with an appointment: moved, cancelled, decided, missed, closed."""

from datetime import timedelta
from typing import Any

import pytest

from mibo import db, jobs
from mibo.booking import Status
from mibo.identity import Role
from tests import make
from tests.web.same_outcome import test_video as video
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import WHY, Step, Verb, World

CHANGE = "PUT /appointments/{appointment_id}"


def booked(**more: Any) -> Step:
    return lambda world: world.book(**more)


def over(**more: Any) -> Step:
    """It began a quarter of an hour ago, and is over by now."""
    return lambda world: world.book(at=world.now - timedelta(minutes=15), minutes=10, **more)


def page(who: Role, path: str, **fields: Any) -> Step:
    """A button or a form on the appointment's page."""
    return lambda world: world.page(
        who, f"/desk/appointments/{world.one.id}/{path}", version=world.one.version, **fields
    )


def change(who: Role, **sent: Any) -> Step:
    return lambda world: world.app(who, f"PUT /appointments/{world.one.id}", sent)


def moved_by_page(world: World, **other: Any) -> Any:
    goal = {"clinician": world.anita.id, "centre": world.kochi.id, "mode": "IN_PERSON", "day": _day(), "at": "15:00"}
    return page(Role.FRONT_DESK, "move", **{**goal, **other}, reason="Asked on the phone")(world)


def _day() -> Any:
    return make.tomorrow() + timedelta(days=1)


def moved_by_app(world: World, **other: Any) -> Any:
    return change(Role.FRONT_DESK, scheduledStartAt=f"{_day()}T15:00:00", reason="Asked on the phone", **other)(world)


def with_colleague(world: World) -> None:
    """Dr. Leela is there as well, and Asha is booked with Dr. Anita."""
    with db.transaction():
        world.other = make.clinician(world.kochi, name="Dr. Leela Rao")
        make.hours(world.other, world.kochi)
    world.book()


WISHED = booked(status=Status.CANCELLATION_REQUESTED)
VERBS = {
    "move": Verb(CHANGE, moved_by_page, moved_by_app, booked()),
    "move online": Verb(
        CHANGE, lambda world: moved_by_page(world, mode="ONLINE"), lambda world: moved_by_app(world, appointmentType="ONLINE"),
        booked(),
    ),
    "move to a colleague": Verb(
        CHANGE, lambda world: moved_by_page(world, clinician=world.other.id),
        lambda world: moved_by_app(world, clinicianId=world.other.id), with_colleague,
    ),
    "move what is online": Verb(
        CHANGE, lambda world: moved_by_page(world, mode="ONLINE"), moved_by_app, video.online("READY"),
        {"meeting.join_url": "the provider draws it anew each time"}, jobs.work_off,
    ),
    "move what is held": Verb(CHANGE, moved_by_page, moved_by_app, booked(status=Status.PENDING)),
    "cancel what is online": Verb(
        CHANGE, page(Role.FRONT_DESK, "cancellation", reason=WHY), change(Role.FRONT_DESK, status="CANCELLED", reason=WHY),
        video.online("READY"), afterwards=jobs.work_off,
    ),
    "cancel what is not paid": Verb(
        CHANGE, page(Role.FRONT_DESK, "cancellation", reason=WHY), change(Role.FRONT_DESK, status="CANCELLED", reason=WHY),
        booked(paid=False),
    ),
    "cancel": Verb(
        "DELETE /appointments/{appointment_id}", page(Role.FRONT_DESK, "cancellation", reason=WHY),
        lambda world: world.app(Role.FRONT_DESK, f"DELETE /appointments/{world.one.id}", {"reason": WHY}), booked(),
    ),
    "cancel as a state": Verb(
        CHANGE, page(Role.CARE_COORDINATOR, "cancellation", reason=WHY),
        change(Role.CARE_COORDINATOR, status="CANCELLED", reason=WHY), booked(),
    ),
    "cancel what is held": Verb(
        CHANGE, page(Role.FRONT_DESK, "cancellation", reason=WHY), change(Role.FRONT_DESK, status="CANCELLED", reason=WHY),
        booked(status=Status.PENDING),
    ),
    "grant a wish to cancel": Verb(
        CHANGE, page(Role.MANAGER, "cancellation-decision", decision="GRANT", words="Get well soon"),
        change(Role.MANAGER, status="CANCELLED", reason="Get well soon"), WISHED,
    ),
    "refuse a wish to cancel": Verb(
        CHANGE, page(Role.MANAGER, "cancellation-decision", decision="REFUSE", words="Please call us"),
        change(Role.MANAGER, status="CONFIRMED", reason="Please call us"), WISHED,
    ),
    "nobody came": Verb(
        CHANGE, page(Role.FRONT_DESK, "no-show"), change(Role.FRONT_DESK, status="NO_SHOW"), over(),
    ),
    "they came after all": Verb(
        CHANGE, page(Role.MANAGER, "no-show-undone"), change(Role.MANAGER, status="CONFIRMED"),
        over(status=Status.NO_SHOW),
    ),
    "it took place": Verb(
        CHANGE, page(Role.CENTRE_MANAGER, "completion"), change(Role.CENTRE_MANAGER, status="COMPLETED"), over(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_the_desk_and_its_app_do_the_same(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
