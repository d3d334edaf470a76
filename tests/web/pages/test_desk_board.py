"""The day board: what stands on it, for whom, and how little its poll costs."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
import time_machine
from sqlalchemy import delete, text

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.identity import RoleGrant
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.desk import Desk, statements

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A centre with one clinician who keeps hours, and its front desk."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.mumbai = make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi, self.mumbai)
            make.hours(self.anita, self.kochi)
            self.staff = make.staff(Role.FRONT_DESK, self.kochi)
            self.outsider = make.staff(Role.FRONT_DESK, self.mumbai)

    def book(self, face: str = "10:00", name: str = "Asha Menon", **more):
        with db.transaction():
            return make.appointment(make.patient(name), self.anita, self.kochi, make.at(face), **more)

    def board(self, **more: object) -> str:
        query = {"centre": self.kochi.id, "day": make.tomorrow().isoformat(), **more}
        return "/desk?" + "&".join(f"{name}={value}" for name, value in query.items())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.staff)


def events(page: str) -> list[str]:
    """The appointments in order, as a reader hears them."""
    found = re.findall(r'class="ev [^>]*>(.*?)</a>', page)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def words_of(page: str, kind: str) -> list[str]:
    found = re.findall(rf'<(?:a|div)[^>]* ?class="{kind}"[^>]*>(.*?)</(?:a|div)>', page)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def test_an_appointment_stands_in_its_clinicians_column_with_its_state_in_words(desk, world):
    one = world.book("10:00")
    page = desk.get(world.board()).text
    assert events(page) == ["10:00 am A. Menon Confirmed"]
    assert f'href="/desk/appointments/{one.id}"' in page
    assert 'data-from="10:00" data-to="11:00"' in page
    assert "Dr. Anita Kurian" in page


def test_each_state_reads_as_what_it_is(desk, world):
    day = make.tomorrow()
    with time_machine.travel(make.at("10:52"), tick=False):
        desk = Desk(desk.client, world.staff)
        with db.transaction():
            at = partial(make.at, day=day)
            make.appointment(make.patient("Ravi Menon"), world.anita, world.kochi, at("09:00"), status=Status.COMPLETED)
            live = make.appointment(
                make.patient("Sana Pillai"), world.anita, world.kochi, at("10:00"), status=Status.IN_PROGRESS
            )
            came = make.appointment(make.patient("Jaya Mathew"), world.anita, world.kochi, at("11:00"))
            came.arrived_at = clock.now() - timedelta(minutes=11)
            make.appointment(make.patient("Nila Iyer"), world.anita, world.kochi, at("12:00"), status=Status.PENDING,
                             held_until=clock.now() + timedelta(minutes=12))  # fmt: skip
            linked = make.appointment(make.patient("Leo Fernandes"), world.anita, world.kochi, at("13:00"), kind="LINK",
                                      status=Status.PENDING, held_until=clock.now() + timedelta(minutes=22))  # fmt: skip
            linked.source = "FRONT_DESK"
            make.appointment(make.patient("Kiran Rao"), world.anita, world.kochi, at("14:00"), status=Status.NO_SHOW)
            make.appointment(make.patient("Imran Khan"), world.anita, world.kochi, at("15:00"),
                             status=Status.CANCELLATION_REQUESTED)  # fmt: skip
            make.appointment(make.patient("Prem Das"), world.anita, world.kochi, at("16:00"), mode="ONLINE")
            db.session().flush()
            db.session().execute(text("update attempt set link_url = 'https://pay.test/1' where payment_id = :it"),
                                 {"it": linked.payment_id})  # fmt: skip
            db.session().execute(text("update status_change set at = :at where appointment_id = :it"),
                                 {"at": clock.now() - timedelta(minutes=18), "it": live.id})  # fmt: skip
        page = desk.get(f"/desk?day={day}").text
    assert events(page) == [
        "9:00 am R. Menon Completed",
        "10:00 am S. Pillai In consultation · 18 min",
        "11:00 am J. Mathew Arrived 10:41 am",
        "12:00 pm N. Iyer Held · 12 min left",
        "1:00 pm L. Fernandes Link sent · 22 min",
        "2:00 pm K. Rao No-show",
        "3:00 pm I. Khan Cancellation asked",
        "4:00 pm P. Das Online · making link",
    ]


def test_the_line_of_now_is_drawn_today_and_on_no_other_day(client, world):
    with time_machine.travel(make.at("10:52"), tick=False):
        desk = Desk(client, world.staff)
        today = clock.today()
        assert 'class="now" data-from="10:52"' in desk.get(f"/desk?day={today}").text
        assert 'class="now"' not in desk.get(f"/desk?day={today + timedelta(days=1)}").text


def test_free_times_lead_to_the_booking_page_with_all_but_the_patient_chosen(desk, world):
    world.book("10:00")
    page = desk.get(world.board()).text
    assert words_of(page, "free")[:2] == ["Free 9:00 am", "Free 11:00 am"]
    day = make.tomorrow()
    assert (
        f'href="/desk/new?centre={world.kochi.id}&amp;day={day}&amp;clinician={world.anita.id}&amp;mode=IN_PERSON&amp;at=09:00"'
        in page
    )


def test_a_time_that_has_just_begun_can_be_given_to_somebody_who_walks_in(client, world):
    with time_machine.travel(make.at("10:20"), tick=False):
        page = Desk(client, world.staff).get(f"/desk?day={clock.today()}").text
    assert words_of(page, "free")[:2] == ["Free now, walk-in", "Free 11:00 am"]
    assert "at=10:00&amp;walk_in=yes" in page


def test_a_time_that_the_clinician_gives_at_another_centre_is_not_free_here(desk, world):
    with db.transaction():
        make.appointment(make.patient(), world.anita, world.mumbai, make.at("11:00"))
    page = desk.get(world.board()).text
    assert "Free 11:00 am" not in page
    assert "At another centre" in words_of(page, "shut")
    assert "Menon" not in page


def test_closed_time_says_why(desk, world):
    local = datetime.combine(make.tomorrow(), datetime.min.time())
    with db.transaction():
        make.block(local.replace(hour=13), local.replace(hour=14), who=world.anita)
        make.block(local.replace(hour=16), local + timedelta(days=3), who=world.anita)
    until = make.tomorrow() + timedelta(days=2)
    assert words_of(desk.get(world.board()).text, "shut") == [
        "Training", f"Training until {until:%a} {until.day} {until:%b}",
    ]  # fmt: skip


def test_a_cancelled_time_is_free_again_beside_its_cancelled_appointment(desk, world):
    world.book("10:00", status=Status.CANCELLED)
    page = desk.get(world.board()).text
    assert events(page) == ["10:00 am A. Menon Cancelled"]
    assert 'data-to="11:00" data-lane="1"' in page
    assert re.search(r'class="free" data-from="10:00" data-to="11:00" data-lane="2"[^>]*>Free 10:00 am', page)


def test_an_ended_hold_is_not_on_the_board_and_its_time_is_free(desk, world):
    world.book("10:00", status=Status.PENDING, held_until=clock.now() - timedelta(minutes=1))
    page = desk.get(world.board()).text
    assert events(page) == []
    assert "Free 10:00 am" in words_of(page, "free")


def test_a_poll_that_finds_nothing_new_is_a_304_and_a_booking_ends_that(client, world):
    with time_machine.travel(make.at("08:00"), tick=False):
        desk = Desk(client, world.staff)
        url = f"/desk?centre={world.kochi.id}&day={clock.today()}"
        first = desk.get(url)
        tag = first.headers["ETag"]
        assert f"data-etag='{tag}'" in first.text
        again = desk.part(url, **{"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        with db.transaction():
            make.appointment(make.patient(), world.anita, world.kochi, make.at("10:00", clock.today()))
        changed = desk.part(url, **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert events(changed.text) == ["10:00 am A. Menon Confirmed"]
    assert "<html" not in changed.text


def keys(page: str) -> list[str]:
    """What the script says of the board that it has."""
    return re.findall(r'data-k="([^"]+)"', page)


def become(page: str, answer: str) -> list[str]:
    """The keys of a board after news were taken in, in order, as HTMX does it."""
    has = keys(page)
    for gone in re.findall(r'hx-swap-oob="delete:([^"]+)"', answer):
        has = [key for key in has if f"[data-k='{key}']" not in gone]
    for where, told in re.findall(r'<ol hx-swap-oob="([^"]+)">(.*?)</ol>', answer, re.DOTALL):
        behind = re.search(r"data-k='([^']+)'", where)
        lane = behind[1] if behind else has[0]  # these boards have one lane, whose own key is the first
        has[has.index(lane) + 1 : has.index(lane) + 1] = keys(told)
    return has


def test_a_poll_is_sent_only_the_rows_that_it_has_not_and_becomes_the_board_that_is(desk, world):
    stays, moves, goes = world.book("10:00"), world.book("11:00", "Ravi Nair"), world.book("12:00", "Jaya Mathew")
    before = desk.get(world.board()).text
    with db.transaction():
        by = make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
        booking.reschedule(moves.id, starts_at=make.at("15:00"), by=by)
        booking.call_off(goes.id, by=by, reason="Has a fever")
    world.book("09:00", "Nila Iyer")
    answer = desk.part(world.board(), **{"X-Have": "".join(keys(before))})
    assert answer.headers["HX-Reswap"] == "none"
    assert f"a-{stays.id}" not in answer.text
    assert events(answer.text) == [
        "9:00 am N. Iyer Confirmed",
        "12:00 pm J. Mathew Cancelled",
        "3:00 pm R. Nair Confirmed",
    ]
    assert become(before, answer.text) == keys(desk.get(world.board()).text)
    assert 'id="counts" hx-swap-oob="true"' in answer.text


def test_a_row_drawn_by_its_own_step_is_known_to_the_next_poll(client, world):
    with time_machine.travel(make.at("10:00"), tick=False):
        with db.transaction():
            one = make.appointment(make.patient(), world.anita, world.kochi, make.at("11:00", clock.today()))
        desk = Desk(client, world.staff)
        url = f"/desk?centre={world.kochi.id}&day={clock.today()}"
        page = desk.get(url).text
        done = desk.post(f"/desk/board/{one.id}", part=True, step="arrival", version=one.version)
        assert re.search(rf'<li id="r-a-{one.id}" data-k="([^"]+)" hx-swap-oob="true"', done.text)[1] in keys(
            desk.get(url).text
        )
        old = re.search(rf'<li id="r-a-{one.id}" data-k="([^"]+)"', page)[1]
        now = "".join(keys(page)).replace(old, keys(done.text)[0])
        with db.transaction():
            booking.undo_check_in(one.id, by=make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,)))
        assert events(desk.part(url, **{"X-Have": now}).text) == ["11:00 am A. Menon Confirmed"]


def test_a_board_without_the_rows_of_a_lane_or_with_none_that_it_knows_is_drawn_anew(desk, world):
    world.book("10:00")
    page = desk.get(world.board()).text
    for told in ("", "abc", "a'],#x" * 3, "".join(keys(page)[1:])):
        answer = desk.part(world.board(), **{"X-Have": told})
        assert "HX-Reswap" not in answer.headers
        assert keys(answer.text) == keys(page)


def test_what_is_no_key_never_gets_into_a_selector(desk, world):
    has = "".join(keys(desk.get(world.board()).text))
    answer = desk.part(world.board(), **{"X-Have": has + "']),x" + "AAAAA"})
    assert re.findall(r'hx-swap-oob="delete:([^"]+)"', answer.text) == ["[data-k='AAAAA']"]


def test_a_board_left_open_overnight_says_that_it_is_another_day(client, world):
    with time_machine.travel(make.at("23:59"), tick=False) as now:
        desk = Desk(client, world.staff)
        page = desk.get("/desk").text
        poll = re.search(r'hx-get="(/desk\?[^"]+)"', page)
        tag = desk.get("/desk").headers["ETag"]
        assert "now; this is the board of" not in desk.part(poll[1].replace("&amp;", "&")).text
        day = clock.today()
        now.shift(120)
        desk = Desk(client, world.staff)
        answer = desk.part(poll[1].replace("&amp;", "&"), **{"If-None-Match": tag, "X-Have": "".join(keys(page))})
        next_day = clock.today()
        assert f"It is {next_day:%A} {next_day.day} {next_day:%B} now; this is the board of {day:%A}." in answer.text
        assert f'href="/desk?centre={world.kochi.id}">Go to today' in answer.text


def test_minutes_left_are_told_anew_each_minute(client, world):
    with time_machine.travel(make.at("08:00"), tick=False) as clock_now:
        desk = Desk(client, world.staff)
        url = f"/desk?centre={world.kochi.id}&day={clock.today()}"
        tag = desk.get(url).headers["ETag"]
        clock_now.shift(60)
        assert desk.part(url, **{"If-None-Match": tag}).status_code == 200


def test_a_board_that_runs_longer_than_the_page_shows_is_loaded_anew(desk, world):
    assert "HX-Refresh" not in desk.part(world.board(span="09:00-18:00")).headers
    assert desk.part(world.board(span="10:00-12:00")).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("appointments", [1, 3])
def test_the_board_takes_five_statements_however_many_there_are(desk, world, appointments):
    for hour in range(appointments):
        world.book(f"{10 + hour}:00")
    desk.get(world.board())
    with statements() as asked:
        assert desk.get(world.board()).status_code == 200
    assert len(asked) == 5, "who asks, the centres, two for the board; one counts the worklists of the menu"


def test_a_poll_without_news_takes_two_statements(desk, world):
    with time_machine.travel(make.at("08:00"), tick=False):
        desk = Desk(desk.client, world.staff)
        tag = desk.get(world.board()).headers["ETag"]
        with statements() as asked:
            assert desk.part(world.board(), **{"If-None-Match": tag}).status_code == 304
    assert len(asked) == 2


def test_another_centres_board_is_not_there(client, world):
    assert Desk(client, world.outsider).get(world.board()).status_code == 404


@pytest.mark.parametrize("wrong", ["centre=0", "centre=abc", "centre=999999999", "day=tomorrow", "day=2026-02-31"])
def test_a_centre_or_day_that_cannot_be_is_not_found(desk, wrong):
    assert desk.get(f"/desk?{wrong}").status_code == 404


def test_the_id_of_another_thing_is_no_centre(desk, world):
    assert desk.get(f"/desk?centre={world.anita.id}").status_code == 404


def test_staff_without_a_centre_see_a_message_and_nothing_else(client, world):
    world.book()
    with db.transaction():
        lost = make.staff(Role.FRONT_DESK, world.kochi)
        db.session().execute(delete(RoleGrant).where(RoleGrant.account_id == lost.id))
        db.session().add(RoleGrant(account_id=lost.id, role=Role.FRONT_DESK, centre_id=None))
    page = Desk(client, lost).get("/desk").text
    assert "You have no centre yet" in page
    assert "Menon" not in page


def test_a_clinician_sees_their_own_column_only_and_books_nobody(client, world):
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi, name="Dr. Anita Kurian")
        db.session().merge(world.anita).account_id = account.id
        other = make.clinician(world.kochi, name="Dr. Latha Varma")
        make.hours(other, world.kochi)
        make.appointment(make.patient("Ravi Nair"), other, world.kochi, make.at("10:00"))
    world.book("11:00")
    desk = Desk(client, account)
    page = desk.get(world.board()).text
    assert events(page) == ["11:00 am A. Menon Confirmed"]
    assert "Varma" not in page
    assert "Nair" not in page
    assert "/desk/new" not in page
    assert "/desk/find" not in page


def test_a_patient_has_no_board(client, world):
    with db.transaction():
        asha = make.patient()
        account = db.session().get_one(type(world.staff), asha.account_id)
    assert Desk(client, account).get("/desk").status_code == 403


def test_a_stranger_is_asked_to_sign_in(client, database):
    answer = client.get("/desk?day=2031-01-01")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/sign-in?next=/desk?day%3D2031-01-01")


def test_the_day_list_has_every_appointment_and_can_leave_the_names_out(desk, world):
    world.book("10:00")
    query = world.board().partition("?")[2]
    page = desk.get(f"/desk/day-list?{query}").text
    assert "Asha Menon" in page
    assert "10:00 am – 11:00 am" in page
    page = desk.get(f"/desk/day-list?{query}&names=initials").text
    assert "Asha Menon" not in page
    assert "A. M." in page


def test_those_who_reach_several_centres_choose_between_them(client, world):
    with db.transaction():
        manager = make.staff(Role.MANAGER)
    page = Desk(client, manager).get(f"/desk?centre={world.mumbai.id}").text
    assert f'centre={world.kochi.id}&amp;day={clock.today()}">Kochi</a>' in page
    assert re.search(rf'centre={world.mumbai.id}[^>]*aria-current="page">Mumbai', page)
