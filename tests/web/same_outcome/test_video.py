"""The video link of an online appointment: pasted by staff, or asked for once more."""

from datetime import date

import pytest

from mibo import db, jobs
from mibo.booking import Appointment
from mibo.identity import Role
from mibo.video import Meeting
from tests import make
from tests.web.same_outcome.twins import Twins
from tests.web.same_outcome.world import Step, Verb, World

LINK = "https://meet.google.com/abc-defg-hij"


def online(status: str, day: date | None = None) -> Step:
    def given(world: World) -> None:
        one = world.book(at=make.at("10:00", day), mode="ONLINE")
        with db.transaction() as session:
            meeting = Meeting(
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                status=status,
                join_url=LINK if status == "READY" else None,
            )
            session.add(meeting)
            session.flush()
            session.get_one(Appointment, one.id).meeting_id = meeting.id

    return given


VERBS = {
    "pasted": Verb(
        "PUT /video/appointment/{appointment_id}/meet-link",
        lambda world: world.page(
            Role.MANAGER, f"/video-links/{world.one.id}/link", link=LINK, version=world.one.version
        ),
        lambda world: world.app(
            Role.MANAGER, f"PUT /video/appointment/{world.one.id}/meet-link", {"meet_link": LINK}
        ), online("FAILED"),
    ),
    "made once more": Verb(
        "POST /video/generate-meet-link",
        lambda world: world.page(Role.FRONT_DESK, f"/video-links/{world.one.id}/again", version=world.one.version),
        lambda world: world.app(Role.FRONT_DESK, "POST /video/generate-meet-link", {"appointment_id": world.one.id}),
        online("FAILED"), {"meeting.join_url": "the provider draws it anew each time"}, jobs.work_off,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VERBS)
def test_a_link_is_kept_by_page_and_by_app(name: str, twins: Twins) -> None:
    twins.check_same(VERBS[name])
