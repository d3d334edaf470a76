"""A booking said in one line: shown before it is made, never guessed; and what may be chosen on its page besides."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from mibo import booking, db
from mibo.booking import Appointment, QueueEntry
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.test_desk_booking import World, appointments, count, text_of

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.staff)


@pytest.fixture
def manager(client, world) -> Desk:
    with db.transaction():
        return Desk(client, make.staff(Role.MANAGER))


def said(answer) -> dict[str, str]:
    """What stands in the address that the desk is sent to."""
    assert answer.status_code == 303, text_of(answer.text)
    where = urlsplit(answer.headers["Location"])
    assert where.path == "/desk/new"
    return {name: values[0] for name, values in parse_qs(where.query).items()}


def tomorrow() -> str:
    return f"{make.tomorrow():%d/%m/%Y}"


def test_one_line_fills_in_the_whole_page_and_books_nothing(desk, world):
    answer = desk.post("/desk/find", q=f"asha 3210 {tomorrow()} 3pm anita online upi")
    assert said(answer) == {
        "patient": str(world.asha.id), "centre": str(world.kochi.id), "clinician": str(world.anita.id),
        "mode": "ONLINE", "day": make.tomorrow().isoformat(), "at": "15:00", "pay": "UPI",
    }  # fmt: skip
    page = desk.get(answer.headers["Location"])
    read_back = text_of(page.text)
    assert (
        "Patient Asha Menon, 30, phone ending 3210, K-00418 With Dr. Anita Kurian How Online, from Kochi" in read_back
    )
    assert "3:00 pm" in read_back
    assert "Registration, once ₹100 Total ₹1,700" in read_back
    assert re.search(r'<input[^>]*checked[^>]*value="UPI"', page.text)
    assert re.search(r'type="submit"[^>]*data-start', page.text)
    assert appointments() == []


def test_what_is_missing_is_asked_for_and_the_rest_stays(desk, world):
    answer = desk.post("/desk/find", q="3210 walkin")
    assert said(answer) == {"patient": str(world.asha.id), "centre": str(world.kochi.id), "walk_in": "yes"}
    page = desk.get(answer.headers["Location"]).text
    assert re.search(r'id="walk_in"[^>]*checked|checked[^>]*id="walk_in"', page)
    assert "data-digits data-start" in page


def test_a_reference_is_typed_text_so_it_stands_in_no_address(desk, world):
    page = desk.post("/desk/find", q="3210 3pm upi 432156789012")
    assert page.status_code == 200
    assert 'value="432156789012"' in page.text
    assert not re.search(r'(?:href|action|hx-get)="[^"]*4321567', page.text)


def test_several_of_a_name_are_a_choice_and_the_rest_is_kept(desk, world):
    with db.transaction():
        make.patient("Asha Nair")
    page = desk.post("/desk/find", q=f"asha {tomorrow()} 3pm anita cash")
    links = [html.unescape(link) for link in re.findall(r'href="(/desk/new\?[^"]+)"', page.text)]
    assert len(links) == 2
    assert all("at=15:00" in link and "pay=CASH" in link and f"clinician={world.anita.id}" in link for link in links)


def test_a_time_with_two_readings_and_two_clinicians_of_a_name_are_shown_and_not_guessed(desk, world):
    with db.transaction():
        other = make.clinician(world.kochi, name="Dr. Anita Bose")
        make.hours(other, world.kochi)
    page = desk.post("/desk/find", q=f"3210 {tomorrow()} 3 anita cash")
    assert page.status_code == 200
    assert "Which one is meant?" in text_of(page.text)
    assert "3:00 pm with Dr. Anita Bose" in text_of(page.text)
    assert "3:00 pm with Dr. Anita Kurian" in text_of(page.text)
    assert "3:00 am" not in text_of(page.text)
    both = text_of(desk.post("/desk/find", q="3210 anita cash dr anita").text)
    assert "Which one is meant? Dr. Anita Bose Dr. Anita Kurian" in both


def test_once_one_of_several_is_chosen_the_line_is_read_again_for_them(desk, world):
    with db.transaction():
        make.patient("Asha Nair")
    page = desk.post("/desk/find", q="asha 3pm anita upi 432156789012").text
    [action] = [
        each for each in re.findall(r'action="(/desk/find\?[^"]+)"', page) if f"patient={world.asha.id}" in each
    ]
    assert 'name="q" value="asha 3pm anita upi 432156789012"' in page
    assert "The rest of what you typed comes along." in page
    again = desk.post(html.unescape(action), q="asha 3pm anita upi 432156789012")
    assert "Which one is meant?" in text_of(again.text)
    assert 'value="432156789012"' in again.text
    assert "Asha Menon, 30, phone ending 3210" in text_of(again.text)
    assert desk.post("/desk/find?patient=x", q="asha 3pm").status_code == 404


def test_a_time_without_a_day_is_a_choice_of_days(desk, world):
    page = desk.post("/desk/find", q="3210 3pm cash")
    assert text_of(page.text).count("3:00 pm with Dr. Anita Kurian") >= 4


def test_a_time_that_is_taken_is_said_with_the_nearest_ones(desk, world):
    with db.transaction():
        make.appointment(make.patient("Sana Pillai"), world.anita, world.kochi, make.at("15:00"))
    page = text_of(desk.post("/desk/find", q=f"3210 {tomorrow()} 3pm cash").text)
    assert "3:00 pm is not free on" in page
    assert "Nearest free:" in page


def test_a_day_that_the_calendar_has_not_is_said_and_no_time_is_chosen_instead(desk, world):
    page = desk.post("/desk/find", q="3210 31/2 3pm anita cash")
    assert "31/2 is no day of the calendar. Choose one." in text_of(page.text)
    assert "Asha Menon, 30, phone ending 3210" in text_of(page.text)
    assert not re.search(r'name="at"[^>]*checked|checked[^>]*name="at"', page.text)


def test_nobody_of_that_name_works_here(desk, world):
    page = text_of(desk.post("/desk/find", q="3210 cash with zorba").text)
    assert "Nobody called zorba sees patients at Kochi." in page


def test_a_clinicians_name_right_after_the_patients_is_understood(desk, world):
    for typed in ("asha anita cash", "3210 anita cash", "asha 3210 anita cash"):
        assert said(desk.post("/desk/find", q=typed))["clinician"] == str(world.anita.id)


def test_somebody_new_is_added_with_what_was_typed_already(desk, world):
    page = desk.post("/desk/find", q=f"ravi nair 9876500009 {tomorrow()} 3pm cash").text
    assert "No match for ravi nair 9876500009" in text_of(page)
    assert 'value="ravi nair"' in page
    assert 'value="9876500009"' in page
    assert re.search(r'<details class="more" id="add" open', page)
    action = html.unescape(re.search(r'action="(/desk/patients\?[^"]+)"', page)[1])
    assert "at=15:00" in action
    assert "pay=CASH" in action
    assert "ravi" not in action
    answer = desk.post(action, full_name="Ravi Nair", phone="9876500009", age="41", gender="MALE")
    with db.reading() as session:
        ravi = session.scalars(select(Patient).where(Patient.phone == "+919876500009")).one()
    assert said(answer)["patient"] == str(ravi.id)
    assert said(answer)["pay"] == "CASH"


def test_while_typing_only_the_people_are_shown(desk, world):
    part = desk.post("/desk/find", part=True, q="asha thu 5pm")
    assert "Asha Menon" in part.text
    assert "<html" not in part.text


WORDS = st.lists(
    st.sampled_from(["asha", "3210", "thu", "tomorrow", "5", "3pm", "anita", "online", "upi", "cash", "walkin", "98..",
                     "next", "for", "dr", "31/2", "later", "%", "\\", "'"]),
    min_size=1, max_size=8,
).map(" ".join)  # fmt: skip


@given(typed=WORDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_nothing_is_booked_and_nobody_is_told(desk, world, typed):
    answer = desk.post("/desk/find", q=typed)
    assert answer.status_code in (200, 303, 422)
    assert (count(Appointment), count(Message)) == (0, 0)


# What else the page does


def test_who_pays_later_is_confirmed_and_the_page_says_what_is_open(desk, world):
    answer = desk.post("/desk/new", **world.fields(pay_by="LATER"))
    page = text_of(desk.get(answer.headers["Location"]).text)
    assert "Booked. Asha pays at the centre and gets the confirmation on WhatsApp." in page
    assert "Take payment" in page
    assert "Take ₹1,700" in page
    [made] = appointments()
    assert made.status == "CONFIRMED"
    paid = desk.post(f"/desk/appointments/{made.id}/payment", method="UPI", note="ref 77")
    assert paid.status_code == 303
    assert "Paid by UPI ₹1,700" in text_of(desk.get(paid.headers["Location"]).text)


def test_a_time_that_is_taken_is_offered_to_those_who_may_book_over_it(desk, manager, client, world):
    with db.transaction():
        make.appointment(make.patient("Sana Pillai"), world.anita, world.kochi, make.at("10:00"))
    address = f"/desk/new?patient={world.asha.id}&centre={world.kochi.id}&day={make.tomorrow()}"
    page = manager.get(address).text
    assert "Book over a time that is taken" in page
    assert 'value="10:00" form="book"' in page
    refused = manager.post("/desk/new", **world.fields(pay_by="LATER"))
    assert refused.status_code == 409
    assert "10:00 am has just been taken. To book over it, give a reason." in text_of(refused.text)
    assert '<details class="more" open><summary>Book over a time' in refused.text
    assert 'value="10:00" form="book" checked' in refused.text
    done = manager.post("/desk/new", **world.fields(pay_by="LATER", overbook_reason="In a crisis"))
    assert "Overbooked In a crisis" in text_of(manager.get(done.headers["Location"]).text)
    front = Desk(client, world.staff)
    assert "Book over a time" not in front.get(address).text
    fields = world.fields(at="10:00", overbook_reason="In a crisis", request_key="another-form-key")
    assert front.post("/desk/new", **fields).status_code == 403


def test_a_booking_is_undone_from_the_page_it_leads_to(desk, world):
    answer = desk.post("/desk/new", **world.fields(pay_by="CASH"))
    page = desk.get(answer.headers["Location"]).text
    assert "Undo the booking" in page
    [made] = appointments()
    undone = desk.post(f"/desk/appointments/{made.id}/booking-undone", version=made.version)
    assert "The booking is undone, and nobody was told." in text_of(desk.get(undone.headers["Location"]).text)
    with db.reading() as session:
        assert set(session.scalars(select(Message.status))) == {"DROPPED"}
        assert session.scalar(select(func.count()).select_from(Message).where(Message.status != "DROPPED")) == 0
    stale = desk.post(f"/desk/appointments/{made.id}/booking-undone", version=made.version)
    assert stale.status_code == 303
    assert desk.post("/desk/new", **world.fields(request_key="another-form-key")).status_code == 303


def test_undone_the_number_in_the_queue_waits_again(desk, world):
    with db.transaction():
        by = make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
        entry = booking.queue.join(world.asha.id, world.kochi.id, last_four="3210", by=by)
    desk.post("/desk/new", **world.fields(queue_entry=entry.id))
    [made] = appointments()
    desk.post(f"/desk/appointments/{made.id}/booking-undone", version=made.version)
    with db.reading() as session:
        assert session.get_one(QueueEntry, entry.id).status == "WAITING"


def test_an_undone_booking_is_not_made_again_by_the_back_button(desk, world):
    desk.post("/desk/new", **world.fields())
    [made] = appointments()
    desk.post(f"/desk/appointments/{made.id}/booking-undone")
    again = desk.post("/desk/new", **world.fields())
    assert again.headers["Location"] == f"/desk/appointments/{made.id}?done=booked"
    assert [one.status for one in appointments()] == ["CANCELLED"]


def test_days_beyond_what_can_be_booked_are_said(desk, world):
    far = make.tomorrow() + timedelta(days=400)
    page = text_of(desk.post("/desk/find", q=f"3210 {far:%d/%m/%Y} 3pm cash").text)
    assert "3:00 pm is not free on" in page
