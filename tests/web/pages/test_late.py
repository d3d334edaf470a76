"""Telling that a clinician runs late: shown first, told once, undone for a moment."""

import pytest
import time_machine
from sqlalchemy import select

from mibo import clock, db
from mibo.identity.permissions import Role
from mibo.messaging import Message
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import words

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A clinician with two visits ahead, and the desk of her centre."""

    def __init__(self):
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=account)
            make.hours(self.anita, self.kochi)
            self.account = account
            self.staff, self.outsider = (
                make.staff(Role.FRONT_DESK, self.kochi),
                make.staff(Role.FRONT_DESK, self.mumbai),
            )
            for face, name in (("11:00", "Asha Menon"), ("12:00", "Ravi Kumar")):
                make.appointment(make.patient(name), self.anita, self.kochi, make.at(face, clock.today()))

    def path(self, end="", **more):
        query = "&".join(f"{name}={value}" for name, value in {"centre": self.kochi.id, **more}.items())
        return f"/late/{self.anita.id}{end}?{query}"


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


@pytest.fixture
def world(ten):
    return World()


@pytest.fixture
def desk(client, world):
    return Desk(client, world.staff)


def statuses():
    with db.reading() as session:
        return [(one.status, one.body["minutes"]) for one in session.scalars(select(Message).order_by(Message.id))]


def test_who_would_be_told_is_shown_and_nobody_is_told_by_looking(desk, world):
    page = words(desk.get(world.path(minutes=20)))
    assert "11:00 am 11:20 am A. Menon Nothing" in page
    assert "Tell 2 patients on WhatsApp" in page
    assert statuses() == []


def test_told_once_and_undone_and_told_again(desk, world):
    tell = {"centre": world.kochi.id, "minutes": "20"}
    for _ in range(2):
        answer = desk.post(f"/late/{world.anita.id}", **tell)
        assert answer.status_code == 303
    assert statuses() == [("PENDING", "20")] * 2
    page = desk.get(answer.location)
    assert "Everybody knows" in words(page)
    assert f'action="/late/{world.anita.id}/undo"' in page.text
    assert desk.post(f"/late/{world.anita.id}/undo", **tell).status_code == 303
    assert statuses() == [("DROPPED", "20")] * 2
    assert "Undone. 2 messages were not sent." in words(desk.get(world.path(minutes=20)))
    desk.post(f"/late/{world.anita.id}", **tell)
    assert statuses()[2:] == [("PENDING", "20")] * 2


def test_undone_too_late_it_says_so(desk, world):
    desk.post(f"/late/{world.anita.id}/undo", centre=world.kochi.id, minutes=20)
    assert "have left already" in words(desk.get(world.path()))


@pytest.mark.parametrize("minutes", ["", "many", "4", "1000"])
def test_a_delay_that_is_none_is_refused(desk, world, minutes):
    assert desk.post(f"/late/{world.anita.id}", centre=world.kochi.id, minutes=minutes).status_code == 422
    assert statuses() == []


def test_nobody_from_elsewhere_and_no_colleague(app, world):
    with db.transaction():
        other = make.staff(Role.CLINICIAN, world.kochi, name="Dr. Ravi Nair")
        make.clinician(world.kochi, name="Dr. Ravi Nair", account=other)
    for who in (world.outsider, other):
        visitor = Desk(app.test_client(), who)
        assert visitor.get(world.path()).status_code == 404
        assert visitor.post(f"/late/{world.anita.id}", centre=world.kochi.id, minutes=20).status_code == 404
        assert visitor.post(f"/late/{world.anita.id}/undo", centre=world.kochi.id, minutes=20).status_code == 404
    assert statuses() == []


def test_the_clinician_finds_it_on_her_day_and_the_desk_on_the_board(app, desk, world):
    mine = Desk(app.test_client(), world.account).get("/my-day").text
    assert f'href="/late/{world.anita.id}?centre={world.kochi.id}"' in mine
    board = desk.get(f"/desk?centre={world.kochi.id}").text
    assert f"/late/{world.anita.id}?centre={world.kochi.id}" in board
    tomorrow = desk.get(f"/desk?centre={world.kochi.id}&day={make.tomorrow()}").text
    assert "/late/" not in tomorrow
