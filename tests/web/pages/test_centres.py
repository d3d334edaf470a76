"""The centre pages: added, changed, their hours and holidays, closed when nobody is booked any more."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from mibo import clinics, clock, db
from mibo.booking import Appointment
from mibo.clinics import Centre, Holiday
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")

TOLD = {
    "name": "Mibo Thrissur", "short_name": "Thrissur", "city": "Thrissur", "address_line_1": "4 Round West",
    "address_line_2": "Swaraj Ground", "pincode": "680 001", "phone": "0487 2441234", "map_url": "https://maps.example/t",
}  # fmt: skip


class World:
    """Two centres, an administrator, and the manager of the first."""

    def __init__(self, app) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi)
            admin, head = make.staff(Role.ADMIN), make.staff(Role.CENTRE_MANAGER, self.kochi)
            desk, lost = make.staff(Role.FRONT_DESK, self.kochi), make.staff(Role.FRONT_DESK)
        self.admin, self.head, self.desk, self.lost = (
            Desk(app.test_client(), who) for who in (admin, head, desk, lost)
        )
        self.page = f"/desk/centres/{self.kochi.id}"

    def book(self):
        with db.transaction():
            return make.appointment(make.patient(), self.anita, self.kochi, make.at("10:00"))

    def now(self) -> Centre:
        with db.reading() as session:
            return session.get_one(Centre, self.kochi.id)


@pytest.fixture
def world(app) -> World:
    return World(app)


def test_all_that_is_typed_is_kept_and_stands_in_the_form_again(world):
    answer = world.admin.post("/desk/centres/new", **TOLD)
    assert answer.status_code == 303
    page = world.admin.get(answer.location).text
    for typed in {**TOLD, "pincode": "680001", "phone": "4872441234"}.values():
        assert f'value="{typed}"' in page
    with db.reading() as session:
        added = session.scalars(select(Centre).where(Centre.name == TOLD["name"])).one()
    assert (added.city, added.phone, added.active) == ("thrissur", "+914872441234", True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "M"}, "Enter a name of at least 3 letters."),
        ({"pincode": "12345"}, "A PIN code has 6 digits, for example 682001."),
        ({"phone": "12"}, "Enter a phone number of 10 digits, with its area code."),
        ({"map_url": "javascript:alert(1)"}, "Enter a link that begins with https://."),
        ({"name": "Mibo Kochi"}, "There is a centre of this name already."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(world, wrong, said):
    answer = world.admin.post("/desk/centres/new", **{**TOLD, **wrong})
    assert answer.status_code in (409, 422)
    assert problems(answer) == [said]
    assert 'value="4 Round West"' in answer.text


def test_a_centre_is_changed_by_those_of_the_centre(world):
    assert world.head.post(world.page, **TOLD).status_code == 303
    assert world.now().name == "Mibo Thrissur"
    other = f"/desk/centres/{world.mumbai.id}"
    assert world.head.get(other).status_code == world.head.post(other, **TOLD).status_code == 404
    assert world.desk.get(world.page).status_code == 200
    assert world.desk.post(world.page, **TOLD).status_code == 403
    assert world.head.post("/desk/centres/new", **TOLD).status_code == 403
    assert world.head.post(f"{world.page}/state").status_code == 403


def test_everybody_sees_their_centres_and_somebody_without_one_is_told(world):
    assert "Mibo Mumbai" in words(world.admin.get("/desk/centres"))
    assert "Mibo Mumbai" not in words(world.head.get("/desk/centres"))
    assert "You have no centre yet" in words(world.lost.get("/desk/centres"))


def test_opening_hours_are_kept_and_shown(world):
    told = {"day_1": "9:00-13:00, 14.00 - 18:00", "day_6": "10:00 to 14:00"}
    assert world.head.post(f"{world.page}/hours", **told).status_code == 303
    page = world.head.get(world.page).text
    assert 'value="09:00-13:00, 14:00-18:00"' in page
    assert "10:00-14:00" in words(world.desk.get(world.page))
    with db.reading():
        assert clinics.door_hours(world.kochi.id)[0] == []


@pytest.mark.parametrize("typed", ["nine to five", "18:00-09:00", "09:00-12:00, 11:00-13:00", "09:00-25:00"])
def test_hours_that_make_no_sense_are_said_at_the_day(world, typed):
    answer = world.head.post(f"{world.page}/hours", day_2=typed, day_3="09:00-12:00")
    assert answer.status_code == 422
    assert len(problems(answer)) == 1
    assert 'href="#day_2"' in answer.text


def test_a_holiday_shows_who_is_booked_before_it_is_added(world):
    booked = world.book()
    told = {"day": make.tomorrow().isoformat(), "reason": "Onam"}
    first = world.head.post(f"{world.page}/holidays", **told)
    assert first.status_code == 200
    assert "1 is booked" in words(first)
    assert "Asha Menon" in words(first)
    seen = {"seen": booked.id, "seen_day": told["day"], "choice": "each", f"of-{booked.id}": "move"}
    with db.transaction():
        late = make.appointment(make.patient(), world.anita, world.kochi, make.at("12:00"))
    caught = world.head.post(f"{world.page}/holidays", **told, **seen)
    assert (caught.status_code, "2 are booked" in words(caught)) == (409, True)
    seen |= {"seen": f"{booked.id},{late.id}", f"of-{late.id}": "cancel"}
    added = world.head.post(f"{world.page}/holidays", **told, **seen)
    assert added.status_code == 303
    with db.reading() as session:
        found = {one.id: one.status for one in session.scalars(select(Appointment))}
    assert found == {booked.id: "CONFIRMED", late.id: "CANCELLED"}
    again = world.head.post(f"{world.page}/holidays", **told, **seen)
    assert problems(again) == ["This day is a holiday already."]
    removal = re.search(r'action="([^"]+/removal)"', world.head.get(world.page).text)[1]
    assert world.head.post(removal).status_code == 303
    with db.reading() as session:
        assert session.scalar(select(Holiday)) is None


def test_a_holiday_has_a_day_to_come_and_a_reason(world):
    past = (clock.today() - timedelta(days=1)).isoformat()
    assert problems(world.head.post(f"{world.page}/holidays", day=past, reason="Onam")) == ["This day is over."]
    assert problems(world.head.post(f"{world.page}/holidays")) == ["Choose the day.", "Say why, for example Onam."]
    assert world.head.post(f"{world.page}/holidays", day="soon", reason="Onam").status_code == 422


def test_a_centre_closes_when_nobody_is_booked_any_more(world):
    booked = world.book()
    shown = world.admin.get(f"{world.page}/state")
    assert "1 appointment is still to come here." in words(shown)
    assert f"/desk/appointments/{booked.id}" in shown.text
    refused = world.admin.post(f"{world.page}/state")
    assert refused.status_code == 409
    assert world.now().active
    with db.transaction() as session:
        session.execute(text("set local session_replication_role = replica"))
        session.execute(text("delete from appointment"))
    assert world.admin.post(f"{world.page}/state").status_code == 303
    assert not world.now().active
    assert world.admin.post(f"{world.page}/state", active="yes").status_code == 303
    assert world.now().active
