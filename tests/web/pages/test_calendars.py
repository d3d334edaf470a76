"""Appointments as calendar files, read back by another library, and the address that calendars read."""

import re
from datetime import timedelta

import pytest
import vobject
from sqlalchemy import select

from mibo import booking, db
from mibo.booking.models import CalendarFeed
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Clinician
from tests import make
from tests.booking.test_video_links import desk as desk_of
from tests.counting import statements
from tests.web.pages.visitor import Clinic, Visitor, clinic, now_of, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")
ADDRESS = re.compile(r'id="address" readonly value="[^"]*?(/calendar/[^"]+\.ics)"')


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client, world) -> Visitor:
    return Visitor(client).sign_in(world.asha)


def made(visitor: Visitor, page: str = "/my/calendar") -> str:
    found = ADDRESS.search(visitor.post(page).text)
    assert found
    return found[1]


def read(answer):  # type: ignore[no-untyped-def]
    return vobject.readOne(answer.get_data(as_text=True))


def test_a_file_says_when_in_the_clinics_zone_and_neither_who_nor_what(asha, world):
    one = world.book("10:00")
    answer = asha.get(f"/my/{one.reference}/calendar.ics")
    kept = read(answer)
    assert (kept.method.value, kept.vevent.status.value, kept.vevent.sequence.value) == ("PUBLISH", "CONFIRMED", "1")
    assert kept.vevent.dtstart.value == one.starts_at
    assert kept.vevent.dtstart.value.strftime("%H:%M %z") == "10:00 +0530"
    assert (kept.vevent.dtend.value - kept.vevent.dtstart.value) == timedelta(hours=1)
    assert kept.vevent.uid.value == f"{one.reference}@mibo"
    assert b"BEGIN:VTIMEZONE" in answer.data
    for word in (b"Asha", b"Anita", b"Psycho", b"mental"):
        assert word not in answer.data


def test_a_move_and_a_cancellation_keep_the_id_and_grow_the_sequence(asha, world):
    one, by = world.book("10:00"), desk_of(world)
    first = read(asha.get(f"/my/{one.reference}/calendar.ics"))
    with db.transaction():
        booking.reschedule(one.id, starts_at=make.at("15:00"), by=by, centre_id=world.kochi.id, mode="IN_PERSON")
    moved = read(asha.get(f"/my/{one.reference}/calendar.ics"))
    with db.transaction():
        booking.call_off(one.id, reason="The clinician is ill", by=by)
    off = read(asha.get(f"/my/{one.reference}/calendar.ics"))
    assert first.vevent.uid.value == moved.vevent.uid.value == off.vevent.uid.value
    assert int(first.vevent.sequence.value) < int(moved.vevent.sequence.value) < int(off.vevent.sequence.value)
    assert moved.vevent.dtstart.value == make.at("15:00")
    assert (off.method.value, off.vevent.status.value) == ("CANCEL", "CANCELLED")


def test_an_address_gives_ones_own_appointments_without_signing_in_and_304_until_something_changes(app, asha, world):
    one, by = world.book("10:00"), desk_of(world)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    world.book("12:00", who=other)
    address, anybody = made(asha), Visitor(app.test_client())
    first = anybody.get(address)
    assert [event.uid.value for event in read(first).vevent_list] == [f"{one.reference}@mibo"]
    assert anybody.get(address, If_None_Match=first.headers["ETag"]).status_code == 304
    with statements() as asked:
        anybody.get(address)
    assert len(asked) == 2
    with db.transaction():
        booking.call_off(one.id, reason="The clinician is ill", by=by)
    later = anybody.get(address, If_None_Match=first.headers["ETag"])
    assert (later.status_code, read(later).vevent.status.value) == (200, "CANCELLED")
    assert now_of(one).version > one.version


def test_both_speak_the_language_that_the_patient_chose_whoever_asks(app, asha, world):
    one, address = world.book("10:00", mode="ONLINE"), made(asha)
    assert asha.post("/language", {"language": "hi"}).status_code == 303
    file, kept = (
        read(asha.get(f"/my/{one.reference}/calendar.ics")),
        read(Visitor(app.test_client()).get(address, Accept_Language="kn")),
    )
    for event in (file.vevent, kept.vevent):
        assert (event.summary.value, event.location.value) == (f"अपॉइंटमेंट {one.reference}", "ऑनलाइन")
    assert kept.x_wr_calname.value == "अपॉइंटमेंट"


def test_a_clinicians_calendar_names_no_patient(app, world):
    one = world.book("10:00", mode="ONLINE")
    with db.transaction() as session:
        account = make.staff(Role.CLINICIAN, world.kochi)
        session.get_one(Clinician, world.anita.id).account_id = account.id
        session.get_one(Account, account.id).language = "hi"
    her = Visitor(app.test_client()).sign_in(account)
    answer = Visitor(app.test_client()).get(made(her, "/my-day/calendar"), Accept_Language="hi")
    event = read(answer).vevent
    assert (event.summary.value, event.location.value) == (f"Appointment {one.reference}", "Online")
    assert b"Asha" not in answer.data
    assert b"Menon" not in answer.data


def test_an_address_is_shown_once_and_only_its_hash_is_kept(asha):
    address = made(asha)
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    again = asha.get("/my/calendar")
    assert "You made an address on" in words(again)
    assert token not in again.text
    with db.reading() as session:
        assert token.encode() not in session.scalars(select(CalendarFeed.token_hash)).one()


def test_a_new_address_ends_the_former_and_one_that_is_ended_opens_nothing(asha, app, world):
    anybody = Visitor(app.test_client())
    former, newer = made(asha), made(asha)
    assert [anybody.get(each).status_code for each in (former, newer)] == [404, 200]
    assert asha.post("/my/calendar/off").status_code == 303
    assert anybody.get(newer).status_code == 404
    assert anybody.get("/calendar/x.ics").status_code == 404


def test_an_account_that_is_closed_gives_nothing_any_more(asha, app, world):
    address = made(asha)
    with db.transaction() as session:
        session.get_one(Account, world.asha.account_id).active = False
    assert Visitor(app.test_client()).get(address).status_code == 404
