"""A clinician's day on a page: who is next, begun, ended, missed, and due again."""

import re
from datetime import timedelta

import pytest
import time_machine

from mibo import care, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.people import Patient
from mibo.video import Meeting
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")


SAID = {"start": {}, "note": {"words": "x"}, "end": {"again": "2"}, "follow-up": {"again": "2"}}


class World:
    """A clinician with a morning: one who has come, one who is to come, one who cancelled."""

    def __init__(self):
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=self.account)
            other = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Ravi Nair")
            make.clinician(self.kochi, name="Dr. Ravi Nair", account=other)
            self.other = other

    def book(self, face, name="Asha Menon", *, arrived=False, note=None, **more):
        with db.transaction() as session:
            made = make.appointment(make.patient(name), self.anita, self.kochi, make.at(face, clock.today()), **more)
            made.arrived_at = clock.now() if arrived else None
            made.patient_note = note
            session.flush()
            return made


@pytest.fixture(autouse=True)
def ten():
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


@pytest.fixture
def world(ten):
    return World()


@pytest.fixture
def me(client, world):
    return Desk(client, world.account)


def now_of(one):
    with db.reading() as session:
        return session.get_one(Appointment, one.id)


def tabs(answer):
    nav = re.search(r'<nav class="tabs" aria-label="Today.*?</nav>', answer.text, re.DOTALL)
    return re.findall(r">([A-Z][^<]+?) (\d+)</a>", nav[0])


def test_the_numbers_of_the_day_and_each_is_a_filter(me, world):
    world.book("10:00", "Asha Menon", arrived=True)
    world.book("11:00", "Ravi Kumar")
    world.book("12:00", "Sana Pillai", status=Status.CANCELLED)
    world.book("08:00", "Jaya Mathew", status=Status.COMPLETED)
    page = me.get("/my-day")
    assert tabs(page) == [
        ("All", "4"), ("Waiting", "1"), ("Ongoing", "0"), ("Confirmed", "2"), ("Completed", "1"), ("Cancelled", "1"),
    ]  # fmt: skip
    only = re.search(r"<tbody>.*?</tbody>", me.get("/my-day?show=completed").text, re.DOTALL)[0]
    assert re.findall(r'id="visit-\d+" href="[^"]+">([^<]+)', only) == ["Jaya Mathew"]
    assert "3 others today" in words(me.get("/my-day?show=completed"))


def test_the_next_one_is_who_waits_with_what_they_wrote_and_no_whole_number(me, world):
    def next_up(page):
        return re.search(r'<section class="card" aria-label="Next">.*?</section>', page.text, re.DOTALL)[0]

    world.book("08:00", "Jaya Mathew")  # over, and not closed
    assert "Jaya Mathew" in next_up(me.get("/my-day"))
    world.book("10:00", "Ravi Kumar")
    assert "Ravi Kumar" in next_up(me.get("/my-day"))
    one = world.book("11:00", "Asha Menon", arrived=True, note="I would like a quiet room.")
    page = me.get("/my-day")
    card = next_up(page)
    assert "Asha Menon" in card
    assert "I would like a quiet room." in card
    with db.reading() as session:
        whole = session.get_one(Patient, one.patient_id).phone
    assert whole[-10:] not in page.text


def test_started_and_ended_with_a_follow_up_in_two_presses(me, world, ten):
    one = world.book("10:00")
    assert f'action="/my-day/{one.id}/start"' in me.get("/my-day").text
    started = me.post(f"/my-day/{one.id}/start")
    assert (started.status_code, started.location) == (303, f"/my-day/{one.id}")
    assert now_of(one).status == Status.IN_PROGRESS
    ten.shift(timedelta(minutes=50))
    Desk(me.client, world.account)
    ended = me.post(f"/my-day/{one.id}/end", again="2", note="A double time, please.", words="Slept well", version=0)
    assert (ended.status_code, ended.location) == (303, "/my-day")
    assert now_of(one).status == Status.COMPLETED
    with db.reading():
        wanted = care.follow_up_of(one.id)
    assert (wanted.wanted_on, wanted.note) == (clock.today() + timedelta(weeks=2), "A double time, please.")
    assert "is completed" in words(me.get("/my-day"))


def test_a_day_of_its_own_is_typed_and_a_wrong_one_ends_nothing(me, world):
    one = world.book("10:00")
    me.post(f"/my-day/{one.id}/start")
    past = clock.today() - timedelta(days=1)
    for sent in ({"again": "day"}, {"again": "day", "wanted_on": [past.day, past.month, past.year]}, {"again": "5"}):
        answer = me.post(f"/my-day/{one.id}/end", note="Kept", **sent)
        assert answer.status_code == 422
        assert problems(answer)
        assert "Kept" in answer.text
        assert now_of(one).status == Status.IN_PROGRESS
    day = clock.today() + timedelta(days=33)
    assert (
        me.post(
            f"/my-day/{one.id}/end", again="day", wanted_on=[day.day, day.month, day.year], without_note="1"
        ).status_code
        == 303
    )
    with db.reading():
        assert care.follow_up_of(one.id).wanted_on == day


def test_afterwards_the_follow_up_can_still_be_said_and_changed(me, world):
    one = world.book("08:00", status=Status.COMPLETED)
    for weeks in ("2", "3"):
        assert me.post(f"/my-day/{one.id}/follow-up", again=weeks).status_code == 303
    with db.reading():
        assert care.follow_up_of(one.id).wanted_on == clock.today() + timedelta(weeks=3)
    assert me.post(f"/my-day/{one.id}/follow-up").status_code == 422


def test_a_second_start_names_the_one_that_is_open_and_leads_there(me, world):
    first, second = world.book("09:00", "Asha Menon", status=Status.IN_PROGRESS), world.book("10:00", "Ravi Kumar")
    answer = me.post(f"/my-day/{second.id}/start")
    assert answer.status_code == 409
    assert "Asha Menon" in problems(answer)[0]
    assert f'<a href="/my-day/{first.id}">' in answer.text
    assert now_of(second).status == Status.CONFIRMED


def test_too_early_there_is_no_button_and_the_page_says_from_when(me, world):
    one = world.book("11:00")
    page = me.get(f"/my-day/{one.id}")
    assert "Can be started from 10:45 am." in words(page)
    assert f"/my-day/{one.id}/start" not in page.text
    assert me.post(f"/my-day/{one.id}/start").status_code == 409


def test_the_video_call_opens_a_quarter_of_an_hour_before(me, world, ten):
    one = world.book("10:30", mode="ONLINE")
    with db.transaction() as session:
        meeting = Meeting(
            starts_at=one.starts_at, ends_at=one.ends_at, status="READY", join_url="https://meet.test/abc"
        )
        session.add(meeting)
        session.flush()
        session.get_one(Appointment, one.id).meeting_id = meeting.id
    page = me.get(f"/my-day/{one.id}")
    assert "meet.test" not in page.text
    assert "opens at 10:15 am" in words(page)
    ten.shift(timedelta(minutes=16))
    page = Desk(me.client, world.account).get(f"/my-day/{one.id}").text
    assert f'href="/my-day/{one.id}/room"' in page
    assert "meet.test" not in page


def test_who_did_not_come_is_marked(me, world, ten):
    one = world.book("09:30")
    page = me.get(f"/my-day/{one.id}").text
    version = re.search(r'no-show".*?name="version" value="(\d+)"', page, re.DOTALL)[1]
    assert me.post(f"/my-day/{one.id}/no-show", version=version).status_code == 303
    assert now_of(one).status == Status.NO_SHOW
    assert me.post(f"/my-day/{one.id}/no-show", version=version).status_code == 409


def test_a_colleagues_visit_is_not_ones_own_and_a_strangers_is_not_there(app, world):
    one = world.book("10:00")
    colleague = Desk(app.test_client(), world.other)
    with db.transaction():
        mumbai = make.centre("Mibo Mumbai", city="mumbai")
        far = make.staff(Role.CLINICIAN, mumbai, name="Dr. Far Away")
        make.clinician(mumbai, name="Dr. Far Away", account=far)
    away = Desk(app.test_client(), far)
    for path in ("start", "end", "follow-up", "note"):
        assert colleague.post(f"/my-day/{one.id}/{path}", **SAID[path]).status_code == 403
        assert away.post(f"/my-day/{one.id}/{path}", **SAID[path]).status_code == 404
    assert colleague.get(f"/my-day/{one.id}").status_code == 403
    assert away.get(f"/my-day/{one.id}").status_code == 404
    assert "Asha" not in colleague.get("/my-day").text
    assert now_of(one).status == Status.CONFIRMED


def test_the_day_takes_as_many_statements_however_full_it_is(me, world):
    me.get("/my-day")
    counts = []
    for face in ("10:00", "11:00", "12:00"):
        world.book(face, f"Patient {face}")
        with statements() as asked:
            me.get("/my-day")
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] <= 5


def test_a_poll_that_finds_nothing_new_is_a_304(me, world):
    world.book("11:00")
    tag = me.get("/my-day").headers["ETag"]
    assert me.part("/my-day", **{"If-None-Match": tag}).status_code == 304
    world.book("12:00", "Ravi Kumar")
    assert me.part("/my-day", **{"If-None-Match": tag}).status_code == 200


def test_a_day_left_open_overnight_becomes_the_next_with_its_name(client, world, ten):
    world.book("11:00")
    page = Desk(client, world.account).get("/my-day")
    today = clock.today()
    assert f'<b id="whose-day">{today:%A} {today.day} {today:%B %Y}</b>' in page.text
    ten.shift(14 * 3600 + 60)
    answer = Desk(client, world.account).part("/my-day", **{"If-None-Match": page.headers["ETag"]})
    today += timedelta(days=1)
    assert f'<b id="whose-day" hx-swap-oob="true">{today:%A} {today.day} {today:%B %Y}</b>' in answer.text
    assert "No visits today" in words(answer)


def test_an_empty_day_says_so(me):
    assert "No visits today" in words(me.get("/my-day"))
