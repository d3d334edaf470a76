"""Booking at the desk: the patient, the one page, and what happens when somebody is quicker."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from mibo import clock, db, people
from mibo.booking import Appointment, Status
from mibo.clinics import Holiday
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A centre with one clinician, its front desk, and a patient."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.mumbai = make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi)
            make.hours(self.anita, self.kochi)
            self.staff = make.staff(Role.FRONT_DESK, self.kochi)
            self.asha = make.patient(phone="+919876543210")
            self.asha.mrn = "K-00418"

    def fields(self, **changed: object) -> dict[str, object]:
        """What the page sends when a payment link is chosen for tomorrow at ten."""
        return {
            "patient": self.asha.id, "centre": self.kochi.id, "clinician": self.anita.id, "mode": "IN_PERSON",
            "day": make.tomorrow().isoformat(), "at": "10:00", "last_four": "3210", "pay_by": "LINK",
            "request_key": "a-key-of-one-page", **changed,
        }  # fmt: skip


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.staff)


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def appointments() -> list[Appointment]:
    with db.reading() as session:
        return list(session.scalars(select(Appointment).order_by(Appointment.id)))


def count(what: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


# Finding a patient


@pytest.mark.parametrize("typed", ["3210", "43210", "asha", "menon", "k-004"])
def test_a_patient_is_found_by_phone_name_or_mrn_and_one_match_goes_straight_on(desk, world, typed):
    answer = desk.post("/desk/find", q=typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/new?patient={world.asha.id}")


def test_what_was_chosen_stays_chosen_while_the_patient_is_looked_for(desk, world):
    answer = desk.post(f"/desk/find?clinician={world.anita.id}&day=2031-04-07&at=10:00", q="3210")
    assert answer.headers["Location"] == (
        f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day=2031-04-07&at=10:00"
    )


def test_a_family_on_one_phone_is_told_apart(desk, world):
    with db.transaction():
        make.patient("Rohan Menon", family_of=world.asha)
        make.patient("Tara Menon", family_of=world.asha)
    page = desk.post("/desk/find", q="3210")
    assert page.status_code == 200
    said = text_of(page.text)
    assert said.count("Same phone, 3 people") == 3
    assert "Asha Menon Age 30 · Phone ••••3210 · MRN K-00418" in said
    assert "98765" not in said


def test_nobody_found_offers_to_add_them(desk):
    page = desk.post("/desk/find", q="4321")
    assert "No match for 4321 Check the number or the spelling, or add the patient. Add patient" in text_of(page.text)


def test_two_letters_are_too_few(desk):
    page = desk.post("/desk/find", q="as")
    assert page.status_code == 422
    assert "Type at least 3 letters or digits." in text_of(page.text)


def test_a_search_while_typing_gives_only_the_people(desk, world):
    page = desk.post("/desk/find", part=True, q="3210")
    assert page.status_code == 200
    assert "<html" not in page.text
    assert f'href="/desk/new?patient={world.asha.id}"' in page.text


def test_clinicians_do_not_search_for_patients(client, world):
    with db.transaction():
        account = make.staff(Role.CLINICIAN, world.kochi)
    assert Desk(client, account).get("/desk/find").status_code == 403
    assert Desk(client, account).get("/desk/new").status_code == 403


# Adding a patient


def added(desk: Desk, **changed: object):
    fields = {"full_name": "Ravi Nair", "phone": "98765 00001", "age": "41", "gender": "MALE", **changed}
    return desk.post("/desk/patients", **fields)


def test_a_new_patient_is_added_and_booking_goes_on_with_them(desk):
    answer = added(desk)
    with db.reading() as session:
        ravi = session.scalars(select(Patient).where(Patient.phone == "+919876500001")).one()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/new?patient={ravi.id}")
    assert (ravi.full_name, ravi.age_told, ravi.gender, ravi.date_of_birth) == ("Ravi Nair", 41, "MALE", None)


@pytest.mark.parametrize(("ticked", "said"), [({}, []), ({"agreed": "y"}, [("CARE", True, "DESK")])])
def test_what_a_new_patient_agreed_to_at_the_desk_is_noted_with_whoever_was_told(desk, world, ticked, said):
    added(desk, **ticked)
    with db.reading() as session:
        ravi = session.scalars(select(Patient).where(Patient.phone == "+919876500001")).one()
        kept = people.consents.history([ravi.id])
        assert [(one.purpose, one.given, one.capacity) for one in kept] == said
        assert all(one.by_account_id != ravi.account_id for one in kept)


def test_a_patient_added_while_booking_has_a_number_and_a_child_a_guardian(desk):
    refused = added(desk, age="9")
    assert (refused.status_code, count(Patient)) == (422, 1)
    assert "Enter the guardian's name: the patient is under 18." in text_of(refused.text)
    guardian = {"guardian_name": "Asha Nair", "guardian_relation": "mother", "guardian_phone": "98765 00002"}
    assert added(desk, age="9", **guardian, guardian_consent="y").status_code == 303
    with db.reading() as session:
        ravi = session.scalars(select(Patient).where(Patient.phone == "+919876500001")).one()
    assert ravi.mrn.startswith("MRN-")
    assert (ravi.guardian_relation, ravi.guardian_phone, ravi.guardian_consent_at is None) == (
        "mother", "+919876500002", False,
    )  # fmt: skip


def test_a_number_that_is_known_offers_who_has_it_and_then_family(desk, world):
    answer = added(desk, phone="98765 43210")
    assert answer.status_code == 409
    assert 'href="/desk/new?' in answer.text
    said = text_of(answer.text)
    assert "This number is known already" in said
    assert "Asha Menon" in said
    assert 'value="Ravi Nair"' in answer.text
    assert count(Patient) == 1
    assert added(desk, phone="98765 43210", family="yes").status_code == 303
    with db.reading() as session:
        assert {one.account_id for one in session.scalars(select(Patient))} == {world.asha.account_id}
        assert count(Patient) == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "12345"}, "Enter a 10-digit Indian mobile number, for example 98765 43210."),
        ({"full_name": ""}, "Enter the patient's name."),
        ({"age": ""}, "Enter the date of birth, or the age if you do not know it."),
        ({"age": "0"}, "Age must be from 1 to 150."),
        ({"gender": ""}, "Choose the gender, or that the patient would rather not say."),
    ],
)
def test_what_is_wrong_with_a_new_patient_is_said_beside_the_field_and_nothing_is_lost(desk, world, wrong, said):
    answer = added(desk, **wrong)
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    if "full_name" not in wrong:
        assert 'value="Ravi Nair"' in answer.text
    assert count(Patient) == 1


# The page


def test_the_page_shows_the_registration_fee_before_anything_is_confirmed(desk, world):
    said = text_of(desk.get(f"/desk/new?patient={world.asha.id}").text)
    assert "Consultation ₹1,600 Registration, once ₹100 Total ₹1,700" in said
    assert "Asha Menon Age 30 Phone ••••3210 MRN K-00418" in said


def test_registration_is_not_asked_for_twice(desk, world):
    with db.transaction():
        rohan = make.patient("Rohan Das", registered=True)
    assert "Consultation ₹1,600 Total ₹1,600" in text_of(desk.get(f"/desk/new?patient={rohan.id}").text)


def test_the_first_free_time_is_chosen_already(desk, world):
    with db.transaction():
        make.appointment(make.patient(), world.anita, world.kochi, make.at("09:00"))
    page = desk.get(f"/desk/new?patient={world.asha.id}&day={make.tomorrow()}").text
    assert re.findall(r'value="([0-9:]+)" form="book" checked', page) == ["10:00"]
    assert 'value="09:00"' not in page
    assert "9:00 am Booked from 9:00 am to 10:00 am" in text_of(page)


def test_whoever_is_free_first_is_chosen_already(desk, world):
    with db.transaction():
        early = make.clinician(world.kochi, name="Dr. Zara Early")
        make.hours(early, world.kochi, opens="06:00")
    with time_machine.travel(make.at("00:30"), tick=False):
        page = Desk(desk.client, world.staff).get(f"/desk/new?patient={world.asha.id}").text
    assert f'<option value="{early.id}" selected>Dr. Zara Early · next today, 6:00 am' in page


def test_a_time_from_the_board_is_chosen(desk, world):
    url = f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day={make.tomorrow()}&at=15:00"
    assert re.findall(r'value="([0-9:]+)" form="book" checked', desk.get(url).text) == ["15:00"]


def test_a_clinician_without_a_fee_cannot_be_booked_and_the_page_says_so(desk, world):
    with db.transaction():
        db.session().merge(world.anita).fee_paise = None
    said = text_of(desk.get(f"/desk/new?patient={world.asha.id}").text)
    assert "Dr. Anita Kurian has no fee yet, so nothing can be booked." in said
    answer = desk.post("/desk/new", **world.fields())
    assert answer.status_code == 409
    assert appointments() == []


def test_the_address_of_the_page_may_hold_no_nonsense(desk, world):
    assert desk.get("/desk/new?patient=abc").status_code == 404
    assert desk.get("/desk/new?patient=999999999").status_code == 404
    assert desk.get(f"/desk/new?patient={world.anita.id}").status_code == 404
    assert desk.get(f"/desk/new?centre={world.mumbai.id}").status_code == 404
    assert desk.get("/desk/new?day=never&at=25:99&mode=TELEPATHY&clinician=x").status_code == 200


@pytest.mark.parametrize("clinicians", [1, 3])
def test_the_page_takes_nine_statements_however_many_work_here(desk, world, clinicians):
    with db.transaction():
        for n in range(clinicians - 1):
            other = make.clinician(world.kochi, name=f"Dr. Number {n}")
            make.hours(other, world.kochi)
            make.appointment(make.patient(), other, world.kochi, make.at("10:00"))
    with statements() as asked:
        assert desk.get(f"/desk/new?patient={world.asha.id}").status_code == 200
    assert len(asked) == 9  # one of them counts what waits, for the menu


# Booking


def test_a_booking_with_a_link_is_held_and_the_patient_gets_the_link(desk, world, work, sandbox):
    answer = desk.post("/desk/new", **world.fields(note="Prefers Malayalam"))
    [made] = appointments()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/desk/appointments/{made.id}?done=booked")
    assert (made.status, made.patient_id, made.patient_note, made.source) == (
        "PENDING", world.asha.id, "Prefers Malayalam", "FRONT_DESK",
    )  # fmt: skip
    assert made.starts_at == make.at("10:00")
    assert "Booked. Asha gets a payment link on WhatsApp." in text_of(desk.get(answer.headers["Location"]).text)
    work()
    with db.reading() as session:
        assert [m.template for m in session.scalars(select(Message))] == ["mibo_payment_link"]


@pytest.mark.parametrize("method", ["CASH", "CARD", "UPI"])
def test_a_booking_paid_at_the_desk_is_confirmed_at_once_and_no_link_is_sent(desk, world, method):
    answer = desk.post("/desk/new", **world.fields(pay_by=method, desk_note="slip 4471"))
    [made] = appointments()
    assert made.status == Status.CONFIRMED
    page = text_of(desk.get(answer.headers["Location"]).text)
    assert "Booked and paid. Asha gets the confirmation on WhatsApp." in page
    words = {"CASH": "in cash", "CARD": "by card", "UPI": "by UPI"}[method]
    assert f"Consultation ₹1,600 Registration, once ₹100 Paid {words} ₹1,700" in page
    assert "slip 4471" in page
    with db.reading() as session:
        assert "mibo_payment_link" not in [m.template for m in session.scalars(select(Message))]


def test_the_same_page_sent_twice_books_once(desk, world):
    first = desk.post("/desk/new", **world.fields())
    again = desk.post("/desk/new", **world.fields())
    assert first.headers["Location"] == again.headers["Location"]
    assert len(appointments()) == 1


def test_two_presses_at_the_same_moment_book_once(app, world):
    desks = [Desk(app.test_client(), world.staff) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda desk: desk.post("/desk/new", **world.fields()), desks))
    assert [answer.status_code for answer in answers] == [303] * 4
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(appointments()) == 1


def test_a_taken_time_is_a_409_with_fresh_times_and_everything_else_kept(desk, world):
    with db.transaction():
        make.appointment(make.patient("Ravi Nair"), world.anita, world.kochi, make.at("10:00"))
    answer = desk.post("/desk/new", **world.fields(pay_by="UPI", note="Prefers Malayalam", desk_note="ref 9"))
    assert answer.status_code == 409
    assert "10:00 am has just been taken." in text_of(answer.text)
    assert re.search(r"Nearest free: \w+ \d+ \w+, 9:00 am; .*11:00 am; ", text_of(answer.text))
    assert 'href="#at"' in answer.text
    assert 'value="10:00" form="book"' not in answer.text
    assert 'value="11:00" form="book"' in answer.text
    assert "Prefers Malayalam" in answer.text
    assert 'value="ref 9"' in answer.text
    assert re.search(r'<input[^>]*checked[^>]*value="UPI"', answer.text)
    assert len(appointments()) == 1


def test_a_time_outside_the_hours_on_a_holiday_is_refused_with_its_name(desk, world):
    fields = world.fields(at="06:00")
    with db.transaction() as session:
        session.add(Holiday(centre_id=world.kochi.id, day=fields["day"], reason="Onam"))
    answer = desk.post("/desk/new", **fields)
    assert answer.status_code == 409
    assert "Please choose a time from the list. Holiday: Onam." in problems(answer)[0]
    assert appointments() == []


def test_the_wrong_last_four_digits_book_nobody(desk, world):
    answer = desk.post("/desk/new", **world.fields(last_four="9999"))
    assert answer.status_code == 409
    assert "This is not the patient you confirmed." in text_of(answer.text)
    assert appointments() == []


def test_another_centre_cannot_be_booked_at(desk, world):
    assert desk.post("/desk/new", **world.fields(centre=world.mumbai.id)).status_code == 404
    assert appointments() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pay_by": ""}, "Choose how the patient pays."),
        ({"at": ""}, "Choose a time."),
        ({"at": "ten"}, "Choose a time."),
        ({"day": "2031-02-31"}, "That is no day of the calendar. Choose a real date."),
        ({"note": "x" * 501}, "That is too long. It may have up to 500 letters."),
        ({"pay_by": "CARD", "desk_note": "4111 1111 1111 1111"}, "Please leave the card number out"),
    ],
)
def test_what_is_wrong_with_a_booking_is_said_and_nothing_is_booked(desk, world, wrong, said):
    answer = desk.post("/desk/new", **world.fields(**wrong))
    assert answer.status_code == 422
    assert said in text_of(answer.text)
    assert appointments() == []


def test_a_time_that_has_begun_needs_a_walk_in(client, world):
    fields = world.fields()
    with time_machine.travel(make.at("10:20"), tick=False):
        desk = Desk(client, world.staff)
        page = desk.get(f"/desk/new?patient={world.asha.id}").text
        assert "Walk-in only, begun already" in page
        refused = desk.post("/desk/new", **fields)
        assert refused.status_code == 409
        assert "This time has passed. If the patient is here, tick Walk-in." in text_of(refused.text)
        assert desk.post("/desk/new", **fields, walk_in="y").status_code == 303
    [made] = appointments()
    assert made.walk_in


def test_a_centre_manager_books_but_takes_no_money(client, world):
    with db.transaction():
        account = make.staff(Role.CENTRE_MANAGER, world.kochi)
    desk = Desk(client, account)
    page = desk.get(f"/desk/new?patient={world.asha.id}").text
    assert re.findall(r'name="pay_by"[^>]*value="(\w+)"', page) == ["LINK", "LATER"]
    assert desk.post("/desk/new", **world.fields(pay_by="CASH")).status_code == 422
    assert appointments() == []
    assert desk.post("/desk/new", **world.fields()).status_code == 303


def test_no_name_or_number_stands_in_an_address(desk, world):
    page = desk.get(f"/desk/new?patient={world.asha.id}").text
    for address in re.findall(r'(?:href|action|hx-get|hx-post)="([^"]+)"', page):
        assert "menon" not in address.lower()
        assert "43210" not in address


def test_the_day_strip_counts_what_the_desk_can_give(desk, world):
    with db.transaction():
        make.appointment(make.patient(), world.anita, world.kochi, make.at("10:00"))
    page = desk.get(f"/desk/new?patient={world.asha.id}&day={make.tomorrow()}").text
    assert re.search(r'aria-current="date"><small>\w+</small> <b>\d+</b> <i>8 free</i>', page)


def test_names_that_are_easily_mixed_up_are_marked_and_who_is_booked_for_is_read_back(desk, world):
    with db.transaction():
        twin = make.patient("Asha Manon")
        twin.mrn = "K-99"
        make.patient("Ashwin Varghese")
    found = text_of(desk.post("/desk/find", q="ash").text)
    assert found.count("Look-alike: check age, phone and MRN") == 2
    page = text_of(desk.get(f"/desk/new?patient={twin.id}").text)
    assert f"Asha Manon, age 30, MRN K-99, phone ending {twin.phone[-4:]}" in page


def test_a_free_time_of_a_page_from_yesterday_says_that_the_day_is_over(desk, world):
    yesterday = clock.today() - timedelta(days=1)
    page = desk.get(f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day={yesterday}&at=10:00").text
    assert f"{yesterday:%A} {yesterday.day} {yesterday:%B %Y} is over, so" in page
    assert "Nearest free:" in page
