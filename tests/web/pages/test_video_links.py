"""The list of video links, and the page on which one is mended."""

from datetime import timedelta

import pytest

from mibo import clock, db
from mibo.identity.permissions import Role
from tests import make
from tests.booking.test_video_links import LINK, meeting_of, online
from tests.counting import statements
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Clinic, clinic, now_of, problems, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def desk(client, world) -> Desk:
    with db.transaction():
        return Desk(client, make.staff(Role.FRONT_DESK, world.kochi))


def test_the_list_says_how_each_link_stands_and_costs_the_same_for_one_and_three(desk, world):
    online(world, make.at("10:00"), "READY")
    desk.get("/video-links")
    with statements() as one:
        assert "All 1 Ready 1 Missing 0 Failed 0" in words(desk.get("/video-links"))
    with db.transaction():
        others = [make.patient("Ravi Kumar"), make.patient("Leela Nair")]
    online(world, make.at("11:00"), "FAILED", who=others[0])
    online(world, make.at("12:00"), who=others[1])
    with statements() as three:
        page = desk.get("/video-links")
    assert len(one) == len(three)
    assert "All 3 Ready 1 Missing 2 Failed 1" in words(page)
    assert "Could not be made" in words(page)
    assert "Ravi Kumar" not in words(desk.get("/video-links?state=ready"))
    assert "No online appointments here" in words(desk.get("/video-links?days=today"))
    assert desk.get("/video-links?state=nonsense&days=x&centre=%00").status_code == 200


def test_an_alarm_stands_at_the_head_and_in_the_menu(desk, world):
    online(world, clock.now() + timedelta(minutes=20), "FAILED")
    page = desk.get("/video-links?days=week")
    assert "1 call begins within 30 minutes, or has begun, without a link." in words(page)
    assert "Video links 1 waiting" in words(page, "nav")


def test_a_link_is_pasted_and_a_wrong_one_is_refused_at_its_field(desk, world):
    one = online(world, status="FAILED")
    url = f"/video-links/{one.id}"
    refused = desk.post(f"{url}/link", version=one.version, link="https://evil.example/x")
    assert (refused.status_code, meeting_of(one).join_url) == (422, None)
    assert problems(refused)[0].startswith("Meetings of this clinic are at meet.google.com")
    assert 'value="https://evil.example/x"' in refused.text
    done = desk.post(f"{url}/link", version=one.version, link=LINK)
    assert (done.status_code, done.location, meeting_of(one).join_url) == (303, url, LINK)
    page = desk.get(url)
    assert f'value="{LINK}"' in page.text
    assert f"/my/{one.reference}" in page.text
    late = desk.post(f"{url}/link", version=one.version, link=LINK)
    assert late.status_code == 409
    assert "pasted a video link" in problems(late)[0]


def test_one_that_failed_is_asked_for_again_and_one_that_stands_is_not(desk, world, work):
    one = online(world, status="FAILED")
    url = f"/video-links/{one.id}"
    assert "Try again now" in words(desk.get(url))
    assert desk.post(f"{url}/again", version=one.version).status_code == 303
    work()
    assert meeting_of(one).status == "READY"
    assert "Try again now" not in words(desk.get(url))
    again = desk.post(f"{url}/again", version=now_of(one).version)
    assert (again.status_code, problems(again)) == (409, ["The link is there already."])
