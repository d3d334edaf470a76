"""The time off pages; the two incidents of blocked time (P1, P2), lived through and solved."""

import re
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.scheduling import TimeBlock
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")
HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">')


class World:
    """Two clinicians in Kochi and one in Mumbai, and everybody who closes time."""

    def __init__(self, app) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            login = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=login)
            self.ravi = make.clinician(self.kochi, name="Dr. Ravi Nair")
            self.leela = make.clinician(self.mumbai, name="Dr. Leela Rao")
            make.hours(self.anita, self.kochi)
            boss, desk = make.staff(Role.MANAGER), make.staff(Role.FRONT_DESK, self.kochi)
            care = make.staff(Role.CARE_COORDINATOR, self.kochi)
        self.boss, self.desk, self.care, self.herself = (
            Desk(app.test_client(), who) for who in (boss, desk, care, login)
        )

    def book(self, face: str, name: str = "Asha Menon", **more):
        with db.transaction():
            return make.appointment(make.patient(name), self.anita, self.kochi, make.at(face), **more)

    def wish(self, **more: object) -> dict[str, object]:
        told = {"clinician": self.anita.id, "day": make.tomorrow(), "weeks": 1, "key": "the-key-of-a-form"}
        return {**told, "from_time": "10:00", "to_time": "12:00", **more}


@pytest.fixture
def world(app) -> World:
    return World(app)


def hidden(answer) -> dict[str, str]:
    """What the second step sends back by itself; the `next` of the page around it is another form's."""
    return {name: value for name, value in HIDDEN.findall(answer.text) if name not in ("csrf_token", "next")}


def blocks() -> list[TimeBlock]:
    with db.reading() as session:
        return list(session.scalars(select(TimeBlock).order_by(TimeBlock.starts_local)))


def now_of(one):
    with db.reading() as session:
        return session.get_one(booking.Appointment, one.id)


def free(world: World) -> set[str]:
    with db.reading():
        slots = booking.open_slots(world.anita.id, make.tomorrow(), centre_id=world.kochi.id)
    return {f"{clock.local(one.starts_at):%H:%M}" for one in slots if one.is_free}


def test_time_in_which_nobody_is_booked_is_closed_at_once(world):
    answer = world.desk.post("/time-off/new", **world.wish(reason="Training", centre=world.kochi.id))
    assert answer.status_code == 303
    page = world.desk.get(answer.location)
    assert "The time is closed." in page.text
    assert "Training" in words(page)
    [made] = blocks()
    assert (made.clinician_id, made.centre_id, made.reason) == (world.anita.id, world.kochi.id, "Training")
    assert made.starts_local == datetime.combine(make.tomorrow(), time(10))
    again = world.desk.post("/time-off/new", **world.wish(reason="Training", centre=world.kochi.id))
    assert again.location == answer.location
    assert len(blocks()) == 1


def test_who_is_booked_is_listed_first_and_answered_one_by_one(world):
    asha, binu = world.book("10:00"), world.book("11:00", "Binu Jose")
    held = world.book("12:00", "Chitra Das", status=Status.PENDING)
    first = world.desk.post("/time-off/new", **world.wish(to_time="13:00"))
    assert first.status_code == 200
    assert "3 appointments are booked in this time" in first.text
    shown = words(first)
    for each in ("Asha Menon", "Binu Jose", "Chitra Das", "Paid ₹1,700", "Held, not paid", "10:00 am"):
        assert each in shown
    assert f'name="of-{held.id}"' in first.text
    assert blocks() == []
    answers = {f"of-{asha.id}": "cancel", f"of-{binu.id}": "move", f"of-{held.id}": "cancel", "choice": "each"}
    done = world.desk.post("/time-off/new", **{**hidden(first), **answers})
    assert done.status_code == 303, problems(done)
    page = world.desk.get(done.location)
    assert "2 appointments are cancelled. 1 patient is asked to choose another time." in page.text
    assert [now_of(one).status for one in (asha, binu, held)] == ["CANCELLED", "CONFIRMED", "CANCELLED"]
    told = words(page)
    assert "Still booked in this time" in told
    assert "Cancelled because of it" in told


def test_what_is_drawn_on_a_board_is_read_back_with_who_is_booked_in_it_and_leads_back_there(world):
    world.book("10:00")
    asked = f"/time-off/new?clinician={world.anita.id}&centre={world.kochi.id}&day={make.tomorrow()}"
    board = f"/desk?centre={world.kochi.id}&day={make.tomorrow()}"
    told = world.desk.part(f"{asked}&from=09:00&to=11:00", **{"HX-Current-URL": f"http://localhost{board}&moved=5"})
    assert "<html" not in told.text
    assert "1 appointment is booked in it" in words(told)
    assert "Asha Menon" in words(told)
    back = dict(HIDDEN.findall(told.text))["next"].replace("&amp;", "&")
    sent = world.desk.post(
        "/time-off/new", **world.wish(centre=world.kochi.id, from_time="13:00", to_time="14:00", next=back)
    )
    [made] = blocks()
    assert sent.location == f"{board}&closed={made.id}"
    assert "Open it again" in world.desk.get(sent.location).text
    opened = world.desk.post("/time-off/reopening", id=made.id, sure="yes", next=board)
    assert opened.location == board
    elsewhere = world.desk.post(
        "/time-off/new", **world.wish(key="another-key", from_time="14:00", to_time="15:00", next="//evil.example")
    )
    assert elsewhere.location.startswith("/time-off/")


def test_what_cannot_be_closed_says_so_where_it_was_drawn_and_nobody_else_s_time_is_shown(world):
    day = clock.today() - timedelta(days=1)
    asked = f"/time-off/new?clinician={world.anita.id}&from=09:00&to=11:00"
    assert "This day is over" in words(world.desk.part(f"{asked}&day={day}"))
    leela = asked.replace(str(world.anita.id), str(world.leela.id))
    assert world.desk.part(f"{leela}&day={make.tomorrow()}").status_code == 404
    assert world.care.part(f"{asked}&day={make.tomorrow()}").status_code == 403
    boards = {
        who: 'data-closing="/time-off/new' in world_of.get(f"/desk?centre={world.kochi.id}").text
        for who, world_of in (("desk", world.desk), ("care", world.care), ("herself", world.herself))
    }
    assert boards == {"desk": True, "care": False, "herself": True}
    assert (
        f'data-only="{world.anita.id}"' in world.herself.get(f"/desk?centre={world.kochi.id}&day={clock.today()}").text
    )


def test_one_answer_for_all_and_back_to_the_form(world):
    one = world.book("10:00")
    first = world.desk.post("/time-off/new", **world.wish())
    form = world.desk.post("/time-off/new", **hidden(first), back="yes")
    assert form.status_code == 200, problems(form)
    assert 'value="10:00"' in form.text
    world.desk.post("/time-off/new", **hidden(first), choice="keep")
    assert now_of(one).status == Status.CONFIRMED
    assert len(blocks()) == 1


def test_somebody_booked_between_the_two_steps_is_shown(world):
    known = world.book("10:00")
    first = world.desk.post("/time-off/new", **world.wish())
    world.book("11:00", "Late Comer")
    second = world.desk.post("/time-off/new", **hidden(first), choice="cancel")
    assert second.status_code == 409
    assert problems(second) == [
        "Somebody has been booked in this time since you looked. Please look at the list again."
    ]
    assert "Late Comer" in words(second)
    assert now_of(known).status == Status.CONFIRMED
    third = world.desk.post("/time-off/new", **hidden(second), choice="cancel")
    assert third.status_code == 303
    assert now_of(known).status == Status.CANCELLED


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"day": "2020-01-01"}, "This day is over. Choose today or a later day."),
        ({"from_time": "12:00", "to_time": "11:00"}, "The end must be after the start."),
        ({"from_time": ""}, "Say from when, or choose the whole day."),
        ({"to_time": ""}, "Say until when, or choose the whole day."),
        ({"until": "2020-01-01"}, "The last day is before the first."),
        ({"weeks": "60"}, "Repeat it for 1 to 52 weeks."),
        ({"clinician": ""}, "Choose whose time is closed."),
        ({"clinician": "everybody"}, "Choose a clinician, a centre, or both."),
        ({"reason": "card 4111 1111 1111 1111"}, None),
        ({"day": ""}, "Choose the day."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_all_is_kept(world, wrong, said):
    answer = world.boss.post("/time-off/new", **{**world.wish(reason="Kept words"), **wrong})
    assert answer.status_code == 422
    assert len(problems(answer)) == 1
    assert said is None or problems(answer) == [said]
    assert blocks() == []


def test_leave_of_some_days_is_one_span_and_a_weekly_one_is_several(world):
    last = make.tomorrow() + timedelta(days=4)
    world.boss.post("/time-off/new", **world.wish(from_time="", to_time="", until=last))
    [leave] = blocks()
    assert (leave.starts_local.time(), leave.ends_local) == (
        time(0),
        datetime.combine(last + timedelta(days=1), time(0)),
    )
    answer = world.boss.post(
        "/time-off/new", **world.wish(clinician=world.ravi.id, weeks=4, key="another-key", reason="Supervision")
    )
    page = world.boss.get(answer.location)
    assert "4 times are closed." in page.text
    assert "Closed at the same time" in page.text
    mine = [one for one in blocks() if one.clinician_id == world.ravi.id]
    assert len({one.group_id for one in mine}) == 1
    sure = world.boss.post("/time-off/reopening", id=mine[0].id, whole="yes")
    assert "Open 4 times again?" in sure.text
    done = world.boss.post("/time-off/reopening", id=[one.id for one in mine], sure="yes")
    assert done.status_code == 303, problems(done)
    assert all(one.lifted_at for one in blocks() if one.clinician_id == world.ravi.id)


def test_a_whole_centre_is_closed_for_everybody_there(world):
    one = world.book("10:00")
    wish = world.wish(clinician="everybody", centre=world.kochi.id, reason="Water")
    first = world.desk.post("/time-off/new", **wish)
    assert "Everybody at the centre" in words(first)
    done = world.desk.post("/time-off/new", **hidden(first), choice="cancel")
    assert done.status_code == 303
    [made] = blocks()
    assert (made.clinician_id, made.centre_id) == (None, world.kochi.id)
    assert now_of(one).status == Status.CANCELLED


def test_each_sees_and_closes_only_what_is_theirs(world):
    with db.transaction():
        day = datetime.combine(make.tomorrow(), time(10))
        for who in (world.anita, world.ravi, world.leela):
            make.block(day, day + timedelta(hours=1), who=who)
    assert [count(each) for each in (world.boss, world.desk, world.care, world.herself)] == [3, 2, 2, 1]
    form = world.herself.get("/time-off/new").text
    assert "Dr. Anita Kurian" in form
    assert "Dr. Ravi Nair" not in form
    assert "Everybody at the centre" not in form
    refused = world.herself.post("/time-off/new", **world.wish(clinician=world.ravi.id))
    assert refused.status_code == 404
    assert world.desk.post("/time-off/new", **world.wish(clinician=world.leela.id)).status_code == 404
    theirs = next(one for one in blocks() if one.clinician_id == world.leela.id)
    assert world.desk.get(f"/time-off/{theirs.id}").status_code == 404
    world.desk.post("/time-off/reopening", id=theirs.id, sure="yes")
    assert next(one for one in blocks() if one.id == theirs.id).lifted_at is None


def count(desk: Desk) -> int:
    return len(set(re.findall(r'href="/time-off/(\d+)"', desk.get("/time-off").text)))


def test_the_list_is_filtered_and_takes_as_many_statements_for_many_blocks_as_for_few(world):
    def fill(number: int) -> None:
        with db.transaction():
            for hour in range(number):
                day = datetime.combine(make.tomorrow() + timedelta(days=hour), time(10))
                make.block(day, day + timedelta(hours=1), who=world.anita)

    fill(2)
    with statements() as few:
        world.boss.get("/time-off")
    fill(45)
    with statements() as many:
        world.boss.get("/time-off")
    assert len(many) == len(few)
    assert "Page 1 of" not in world.boss.get("/time-off").text
    for query, expected in (
        (f"clinician={world.ravi.id}", 0), (f"centre={world.mumbai.id}", 0), (f"centre={world.kochi.id}", 47),
        (f"since={make.tomorrow()}&until={make.tomorrow()}", 2), ("state=reopened", 0), ("far=yes", 0), ("state=any", 47),
    ):  # fmt: skip
        found = re.findall(r'href="/time-off/(\d+)"', world.boss.get(f"/time-off?{query}").text)
        assert len(found) == expected, query
    assert world.boss.get("/time-off?clinician=abc").status_code == 422


def test_p1_the_nine_o_clock_that_nobody_could_book_is_explained_found_and_opened(world):
    """121 forgotten blocks of one clinician's 9 am: each says why and by whom, and all are opened from one list."""
    with db.transaction():
        tester = make.staff(Role.MANAGER, name="Test Writer")
        for number in range(30):
            day = datetime.combine(make.tomorrow() + timedelta(days=number * 3), time(9))
            one = make.block(day, day + timedelta(hours=1), who=world.anita)
            one.reason, one.created_by = "testing exceptions", tester.id
    assert "09:00" not in free(world)
    with db.reading():
        nine = next(
            one
            for one in booking.open_slots(
                world.anita.id, make.tomorrow(), centre_id=world.kochi.id, for_whom=booking_staff()
            )
            if clock.local(one.starts_at).hour == 9
        )
    assert "testing exceptions" in nine.reasons[0].text  # the desk reads why
    page = world.boss.get("/time-off")
    assert "more than 60 days ahead" in page.text
    far = world.boss.get("/time-off?far=yes")
    assert "Test Writer" in words(far)
    everything = world.boss.get(f"/time-off?clinician={world.anita.id}&author={one.created_by}")
    ids = re.findall(r'name="id" value="(\d+)"', everything.text)
    assert len(ids) == 30
    assert world.boss.post("/time-off/reopening", id=ids).status_code == 200
    world.boss.post("/time-off/reopening", id=ids, sure="yes")
    assert "09:00" in free(world)
    assert "No closed time here" in world.boss.get("/time-off").text


def booking_staff():
    from mibo.scheduling.diary import Audience

    return Audience.STAFF


def test_p2_one_block_closes_all_it_touches_and_one_click_opens_it(world):
    """10:30 to 11:15 hides both hours that it touches, wherever one looks, and its button opens them."""
    made = world.desk.post("/time-off/new", **world.wish(from_time="10:30", to_time="11:15"))
    assert {"10:00", "11:00"}.isdisjoint(free(world))
    assert {"09:00", "12:00"} <= free(world)
    twice = world.desk.post("/time-off/new", **world.wish(from_time="10:30", to_time="11:15", key="a-second-form"))
    assert twice.status_code == 409
    assert problems(twice) == ["This time is closed already: unavailable."]
    whole = world.desk.post("/time-off/new", **world.wish(from_time="", to_time="", key="a-third-form"))
    assert free(world) == set()
    for page in (whole, made):
        one = page.location.rsplit("/", 1)[1]
        world.desk.post("/time-off/reopening", id=one, sure="yes")
    assert {"10:00", "11:00", "17:00"} <= free(world)


def test_an_extra_opening_is_offered_listed_and_removed(world):
    day = make.tomorrow() + timedelta(days=1)
    wish = {"clinician": world.ravi.id, "centre": world.kochi.id, "day": day, "from_time": "14:00", "to_time": "16:00",
            "minutes": 60, "mode": "ONLINE"}  # fmt: skip
    assert world.boss.post("/time-off/openings/new", **wish).status_code == 303
    with db.reading():
        slots = booking.open_slots(world.ravi.id, day, centre_id=world.kochi.id, mode="ONLINE")
        assert [clock.local(one.starts_at).hour for one in slots if one.is_free] == [14, 15]
        assert booking.open_slots(world.ravi.id, day + timedelta(days=7), centre_id=world.kochi.id) == []
    twice = world.boss.post("/time-off/openings/new", **wish)
    assert problems(twice) == ["There are hours on this day already: 2:00 pm to 4:00 pm."]
    page = world.boss.get("/time-off/openings")
    assert "2:00 pm to 4:00 pm" in page.text
    with db.transaction():
        make.appointment(make.patient("Dev Pillai"), world.ravi, world.kochi, make.at("14:00", day), mode="ONLINE")
    [path] = re.findall(r'href="(/time-off/openings/\d+/removal)"', page.text)
    assert "Dev Pillai" in world.boss.get(path).text
    assert world.boss.post(path).status_code == 303
    assert "No extra opening is ahead" in world.boss.get("/time-off/openings").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"from_time": "14:10"}, "Hours begin at a quarter of an hour, for example 10:15."),
        ({"to_time": "13:00"}, "The end must be after the start."),
        ({"minutes": "180"}, "Not even one session of this length fits in."),
        ({"day": "2020-01-01"}, "This day is over. Choose today or a later day."),
    ],
)
def test_an_extra_opening_that_makes_no_sense_is_refused_at_the_field(world, wrong, said):
    wish = {"clinician": world.ravi.id, "centre": world.kochi.id, "day": make.tomorrow(), "from_time": "14:00",
            "to_time": "16:00", "minutes": 60, "mode": "BOTH"}  # fmt: skip
    assert problems(world.boss.post("/time-off/openings/new", **{**wish, **wrong})) == [said]


def test_no_extra_opening_hides_under_closed_time(world):
    with db.transaction():
        day = datetime.combine(make.tomorrow(), time(14))
        make.block(day, day + timedelta(hours=1), who=world.ravi)
    wish = {"clinician": world.ravi.id, "centre": world.kochi.id, "day": make.tomorrow(), "from_time": "14:00",
            "to_time": "16:00", "minutes": 60, "mode": "BOTH"}  # fmt: skip
    answer = world.boss.post("/time-off/openings/new", **wish)
    assert problems(answer) == ["Some of this time is closed: Training. Open it again first."]
