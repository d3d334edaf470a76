"""A clinician's week, the answer to why a time is not offered, and the panel beside the boards."""

import re
from datetime import datetime

import pytest
import time_machine

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.scheduling import TimeBlock
from mibo.web.desk_lanes import Entry, side_by_side
from tests import make
from tests.counting import statements
from tests.web.pages.desk import Desk
from tests.web.pages.test_desk_board import World, events, words_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.staff)


def week(world: World) -> str:
    return f"/week/{world.anita.id}?day={make.tomorrow()}"


def why(world: World, at: str = "13:00", **more: object) -> str:
    asked = {"clinician": world.anita.id, "centre": world.kochi.id, "day": make.tomorrow(), "at": at, **more}
    return "/why?" + "&".join(f"{name}={value}" for name, value in asked.items())


def close(world: World, starts: int, ends: int, **more: object) -> TimeBlock:
    local = datetime.combine(make.tomorrow(), datetime.min.time())
    with db.transaction():
        return make.block(local.replace(hour=starts), local.replace(hour=ends), who=world.anita, **more)


def now(one: Appointment) -> Appointment:
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


# the week


def test_the_week_shows_every_centre_and_names_nobody_of_another_one(desk, world):
    world.book("10:00")
    with db.transaction():
        make.appointment(make.patient("Ravi Nair"), world.anita, world.mumbai, make.at("15:00"))
    page = desk.get(week(world)).text
    assert events(page) == ["10:00 am A. Menon Confirmed"]
    assert "At another centre" in page
    assert "Nair" not in page


def test_free_times_of_the_week_lead_to_booking_and_closed_ones_to_why(desk, world):
    close(world, 13, 14)
    page = desk.get(week(world)).text
    assert f"centre={world.kochi.id}&amp;day={make.tomorrow()}&amp;clinician={world.anita.id}" in page
    assert "Training" in words_of(page, "shut")
    assert f'href="{why(world)}"'.replace("&", "&amp;") in page


def test_ones_own_week_is_found_and_another_clinicians_is_not_there(client, world):
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi)
        db.session().merge(world.anita).account_id = account.id
        other = make.clinician(make.centre())
    mine = Desk(client, account)
    assert mine.get("/week").headers["Location"] == f"/week/{world.anita.id}"
    assert mine.get(f"/week/{other.id}").status_code == 404
    assert "/desk/new" not in mine.get(week(world)).text


def test_the_week_asks_the_same_few_statements_however_full_it_is(desk, world):
    desk.get(week(world))
    with statements() as few:
        desk.get(week(world))
    for hour in range(9, 15):
        world.book(f"{hour}:00", f"Patient {hour}")
    with statements() as many:
        desk.get(week(world))
    assert len(few) == len(many) <= 14


def test_a_poll_of_the_week_without_news_is_a_304_and_a_block_ends_that(desk, world):
    with time_machine.travel(make.at("08:00"), tick=False):
        desk = Desk(desk.client, world.staff)
        path = f"/week/{world.anita.id}"
        tag = desk.get(path).headers["ETag"]
        assert desk.part(path, **{"If-None-Match": tag}).status_code == 304
        local = datetime.combine(clock.today(), datetime.min.time())
        with db.transaction():
            make.block(local.replace(hour=13), local.replace(hour=14), who=world.anita)
        assert desk.part(path, **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("wrong", ["day=2026-02-31", "day=1000-01-01", "day=9999-12-31", "day=x"])
def test_a_week_that_cannot_be_is_not_found(desk, world, wrong):
    assert desk.get(f"/week/{world.anita.id}?{wrong}").status_code == 404


# why


def test_a_closed_time_answers_with_every_reason_and_can_be_reopened_there(desk, world):
    block = close(world, 9, 10, where=world.kochi)
    page = desk.get(why(world, "09:00")).text
    assert "Blocked: Training." in page
    assert f'name="id" value="{block.id}"' in page
    assert desk.post("/time-off/reopening", id=block.id, sure="yes").status_code == 303
    assert "This time is offered" in desk.get(why(world, "09:00")).text
    assert "Free 9:00 am" in desk.get(world.board()).text


def test_a_block_that_is_not_theirs_to_lift_says_who_closed_it_and_has_no_button(desk, world):
    close(world, 9, 10)  # at Mumbai too, where this desk has no say
    page = desk.get(why(world, "09:00")).text
    assert "Blocked: Training." in page
    assert "Who closed it" in page
    assert "Reopen this time" not in page


def test_hours_bookings_and_holds_are_each_a_reason_with_a_way_on(desk, world):
    one = world.book("10:00")
    assert f'href="/desk/appointments/{one.id}"' in desk.get(why(world, "10:15")).text
    page = desk.get(why(world, "20:00")).text
    assert "No hours here at this time." in page
    assert f'href="/hours/{world.anita.id}"' in page


def test_the_board_hatches_what_is_taken_in_part_and_leads_to_why(desk, world):
    world.book("10:00", minutes=30)
    page = desk.get(world.board()).text
    assert "Partly taken" in words_of(page, "shut")
    assert (
        f'href="/why?centre={world.kochi.id}&amp;day={make.tomorrow()}&amp;clinician={world.anita.id}&amp;at=10:30"'
        in page
    )


@pytest.mark.parametrize("wrong", ["at=25", "at=ab:cd", "day=x", "clinician=0", "centre=999999999", "clinician=abc"])
def test_a_question_that_cannot_be_is_not_found(desk, world, wrong):
    name, _, value = wrong.partition("=")
    assert desk.get(why(world, **{name: value}) if name != "at" else why(world, value)).status_code == 404


def test_another_centres_closed_time_is_not_there(client, world):
    with db.transaction():
        far = make.staff(Role.FRONT_DESK, make.centre())
    assert Desk(client, far).get(why(world)).status_code == 404


# what the board draws


def test_what_is_overbooked_stands_beside_what_was_there_with_a_mark(desk, world):
    world.book("10:00")
    with db.transaction() as session:
        over = make.appointment(
            make.patient("Gita Hegde"), world.anita, world.kochi, make.at("10:30"), status=Status.NO_SHOW
        )
        over.overbooked, over.overbook_reason = True, "Came from far away"
        session.flush()
        booking.change_status(over, Status.CONFIRMED, by=world.staff.id)
    page = desk.get(world.board()).text
    assert events(page) == ["10:00 am A. Menon Confirmed", "10:30 am G. Hegde Confirmed Overbooked"]
    assert re.findall(r'data-lane="(\d)"', page) == ["1", "2"]
    assert "1 overbooked" in re.sub(r"<svg.*?</svg>", "", page)


def test_who_comes_late_and_what_is_not_paid_is_said_in_words(client, world):
    with time_machine.travel(make.at("08:00"), tick=False):
        day = clock.today()
        with db.transaction():
            late = make.appointment(make.patient(), world.anita, world.kochi, make.at("10:00", day))
            late.expected_at = make.at("10:20", day)
            make.appointment(make.patient("Ravi Nair"), world.anita, world.kochi, make.at("11:00", day), paid=False)
        page = Desk(client, world.staff).get(f"/desk?day={day}").text
    assert events(page) == ["10:00 am A. Menon Late, expected 10:20 am", "11:00 am R. Nair Confirmed · to pay"]


def entry(starts: str, ends: str, look: str = "conf", words: str = "Confirmed") -> Entry:
    return Entry("ev", starts, ends, words, id=f"a-{starts}-{look}", look=look)


def test_lanes_are_given_only_where_time_is_shared_and_never_overlap():
    placed = side_by_side([
        entry("09:00", "10:00"), entry("10:00", "11:00"), entry("10:30", "11:30"), entry("10:45", "11:00", "gone"),
        entry("11:30", "12:00"),
    ])  # fmt: skip
    assert [(one.starts, one.lane, one.lanes) for one in placed] == [
        ("09:00", "", ""), ("10:00", "2", "3"), ("10:30", "3", "3"), ("10:45", "1", "3"), ("11:30", "", ""),
    ]  # fmt: skip


# the panel


def test_the_panel_shows_who_it_is_and_only_what_may_be_done(desk, world):
    one = world.book("10:00")
    part = desk.part(f"/desk/board/{one.id}").text
    assert "<html" not in part
    assert "Asha Menon" in part
    assert "Move" in part
    assert "Check in" not in part, "it is for tomorrow"


def test_a_step_draws_its_row_anew_and_can_be_taken_back(client, world):
    with time_machine.travel(make.at("08:00"), tick=False):
        desk = Desk(client, world.staff)
        one = make_today(world)
        answer = desk.post(f"/desk/board/{one.id}", part=True, step="arrival", version=one.version)
        assert answer.status_code == 200
        assert events(answer.text) == ["10:00 am A. Menon Arrived 8:00 am"]
        assert f'id="a-{one.id}"' in answer.text
        assert "hx-swap-oob" in answer.text
        assert 'value="arrival-undone"' in answer.text
        fresh = now(one).version
        assert desk.post(f"/desk/board/{one.id}", part=True, step="arrival-undone", version=fresh).status_code == 200
    assert now(one).arrived_at is None


def make_today(world: World) -> Appointment:
    with db.transaction():
        return make.appointment(make.patient(), world.anita, world.kochi, make.at("10:00", clock.today()))


def test_a_stale_panel_hears_who_was_quicker_and_sees_the_row_as_it_is(client, world):
    with time_machine.travel(make.at("10:41"), tick=False):
        desk = Desk(client, world.staff)
        one = make_today(world)
        with db.transaction():
            asha = make.staff(Role.FRONT_DESK, world.kochi, name="Asha Desk")
            booking.check_in(one.id, by=make.actor(asha, Role.FRONT_DESK, centres=(world.kochi,)))
        answer = desk.post(f"/desk/board/{one.id}", part=True, step="no-show", version=one.version)
    assert answer.status_code == 409
    assert "Asha checked this in at" in answer.text
    assert events(answer.text) == ["10:00 am A. Menon Arrived 10:41 am"]
    assert now(one).status == Status.CONFIRMED


@pytest.mark.parametrize("step", ["", "delete", "arrival; drop"])
def test_a_step_that_is_none_is_refused(desk, world, step):
    one = world.book()
    assert desk.post(f"/desk/board/{one.id}", part=True, step=step).status_code == 422


def test_the_panel_of_another_centre_is_not_there(client, world):
    one = world.book()
    far = Desk(client, world.outsider)
    assert far.part(f"/desk/board/{one.id}").status_code == 404
    assert far.part(f"/desk/board/{one.id}/move").status_code == 404
    assert far.post(f"/desk/board/{one.id}", part=True, step="arrival").status_code == 404


def test_a_clinician_begins_a_consultation_from_the_board(client, world):
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi)
        db.session().merge(world.anita).account_id = account.id
    with time_machine.travel(make.at("10:00"), tick=False):
        mine = Desk(client, account)
        one = make_today(world)
        assert "Start consultation" in mine.part(f"/desk/board/{one.id}").text
        answer = mine.post(f"/desk/board/{one.id}", part=True, step="start", version=one.version)
        assert answer.status_code == 200
        assert "End consultation" in answer.text
    assert now(one).status == Status.IN_PROGRESS


# moving


def put(world: World, one: Appointment, at: str, **more: object) -> str:
    asked = {"clinician": world.anita.id, "centre": world.kochi.id, "day": make.tomorrow(), "at": at, **more}
    return f"/desk/board/{one.id}/move?" + "&".join(f"{name}={value}" for name, value in asked.items())


def test_a_free_time_is_asked_once_more_with_names_from_and_to(desk, world):
    one = world.book("10:00")
    answer = desk.part(put(world, one, "11:00"))
    assert answer.status_code == 200
    assert "Asha Menon" in answer.text
    assert f'name="version" value="{one.version}"' in answer.text
    assert now(one).starts_at == make.at("10:00"), "asking moves nothing"


def test_a_time_that_is_not_free_says_why_and_moves_nothing(desk, world):
    one = world.book("10:00")
    world.book("11:00", "Ravi Nair")
    close(world, 13, 14)
    for at, words in (
        ("11:00", "Booked from 11:00 am to 12:00 pm"), ("13:00", "Blocked: Training"), ("10:00", "the time it has already"),
        ("20:00", "No hours here"), ("13:15", "Blocked: Training"),
    ):  # fmt: skip
        answer = desk.part(put(world, one, at))
        assert (answer.status_code, at) == (409, at)
        assert words in answer.text
    assert now(one).starts_at == make.at("10:00")


def test_what_is_over_is_not_moved(desk, world):
    one = world.book("10:00", status=Status.COMPLETED)
    assert desk.part(put(world, one, "11:00")).status_code == 409


@pytest.mark.parametrize("wrong", ["at=99:99", "day=x", "clinician=999999999", "centre=999999999"])
def test_a_place_that_cannot_be_is_not_found(desk, world, wrong):
    one, (name, _, value) = world.book("10:00"), wrong.partition("=")
    asked = {"at": "11:00", name: value}
    assert desk.part(put(world, one, **asked)).status_code == 404


def test_after_a_move_the_board_offers_to_take_it_back(desk, world):
    page = desk.get(world.board(moved=world.book().id)).text
    assert "Undo the move" in page
    assert "Undo the move" not in desk.get(world.board(moved="x")).text
