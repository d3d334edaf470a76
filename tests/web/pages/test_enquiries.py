"""The enquiries of the desk: scoped, worked on, taken back, and turned into patients and bookings."""

import re
from datetime import date, time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from mibo import clock, db, leads
from mibo.booking import Appointment
from mibo.identity.permissions import Role
from mibo.leads import Asked, Enquiry, PatientOrigin
from mibo.people import Patient
from mibo.web import enquiry_rows
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.test_patients import World

pytestmark = pytest.mark.usefixtures("database", "sandbox")

PHONE = "+919800077001"


@pytest.fixture
def world() -> World:
    return World()


def ask(phone: str = PHONE, **more: object) -> int:
    with db.transaction():
        made = leads.ask(Asked(full_name="Nila Nair", phone=phone, request_key=f"key-of-{phone}", **more))  # type: ignore[arg-type]
        made.next_call_at = clock.now()
        return made.id


def send(desk: Desk, path: str, fields: dict[str, object]) -> TestResponse:
    return desk.post(path, **fields)  # type: ignore[arg-type]


def kept(enquiry_id: int) -> Enquiry:
    with db.reading() as session:
        return session.get_one(Enquiry, enquiry_id)


def desk_of(app: Flask, *centres: object, role: Role = Role.FRONT_DESK) -> Desk:
    with db.transaction():
        who = make.staff(role, *centres)  # type: ignore[arg-type]
    return Desk(app.test_client(), who)


def seen(desk: Desk, enquiry_id: int) -> str:
    found = re.search(r'name="seen" value="(\d+)"', desk.get(f"/enquiries/{enquiry_id}").text)
    assert found
    return found[1]


def test_what_nobody_has_taken_and_is_due_is_in_the_list_and_the_menu(app: Flask, world: World) -> None:
    ask(centre_id=world.kochi.id)
    page = desk_of(app, world.kochi).get("/enquiries").text
    assert "Nila Nair" in page
    assert "Nobody yet" in page
    assert re.search(r'href="/enquiries"[^>]*>Enquiries <b>1', page)


def test_another_centre_sees_neither_the_line_nor_the_page_and_what_has_no_centre_everybody_sees(
    app: Flask, world: World
) -> None:
    theirs, nobodys = ask(centre_id=world.kochi.id), ask("+919800077002")
    with db.transaction():
        other = make.centre("Mibo Elsewhere")
    desk = desk_of(app, other)
    assert desk.get(f"/enquiries/{theirs}").status_code == 404
    assert desk.get(f"/enquiries/{nobodys}").status_code == 200
    assert desk.get("/enquiries?part=all").text.count("Nila Nair") == 1
    assert send(desk, f"/enquiries/{theirs}/taking", {"seen": "1"}).status_code == 404


def test_a_call_is_noted_and_taken_back(app: Flask, world: World) -> None:
    one, desk = ask(centre_id=world.kochi.id), desk_of(app, world.kochi)
    send(desk, f"/enquiries/{one}/calls", {"seen": seen(desk, one), "outcome": "NO_ANSWER", "note": "Rang long"})
    after = kept(one)
    assert (after.status, after.tries) == ("NOT_REACHED", 1)
    assert after.next_call_at is not None
    assert after.next_call_at > clock.now()
    assert "Rang long" in desk.get(f"/enquiries/{one}").text
    send(desk, f"/enquiries/{one}/undoing", {"seen": seen(desk, one)})
    before = kept(one)
    assert (before.status, before.tries, before.owner_id) == ("NEW", 0, None)
    assert send(desk, f"/enquiries/{one}/undoing", {"seen": seen(desk, one)}).status_code == 409


def test_two_at_one_enquiry_the_second_sees_how_it_stands_now(app: Flask, world: World) -> None:
    one = ask(centre_id=world.kochi.id)
    first, second = desk_of(app, world.kochi), desk_of(app, world.kochi)
    old = seen(second, one)
    send(first, f"/enquiries/{one}/calls", {"seen": old, "outcome": "REACHED"})
    late = send(second, f"/enquiries/{one}/loss", {"seen": old, "reason": "TOO_DEAR"})
    assert late.status_code == 409
    assert "Somebody has worked on this enquiry meanwhile" in late.text
    assert kept(one).status == "CONTACTED"


def test_it_is_lost_with_a_reason_found_again_and_opened_again(app: Flask, world: World) -> None:
    one, desk = ask(centre_id=world.kochi.id), desk_of(app, world.kochi)
    assert send(desk, f"/enquiries/{one}/loss", {"seen": seen(desk, one)}).status_code == 422
    send(desk, f"/enquiries/{one}/loss", {"seen": seen(desk, one), "reason": "TOO_DEAR"})
    assert "Too expensive" in desk.get("/enquiries?part=lost").text
    found = send(desk, "/enquiries/find", {"typed": "77001"})
    assert found.status_code == 200
    assert "Nila Nair" in found.text
    assert "77001" not in found.request.url
    send(desk, f"/enquiries/{one}/reopening", {"seen": seen(desk, one)})
    assert kept(one).status == "NEW"


def test_a_new_patient_and_their_booking_come_of_an_enquiry_in_one_transaction(app: Flask, world: World) -> None:
    with db.transaction():
        make.hours(world.anita, world.kochi)
    one, desk = ask(centre_id=world.kochi.id), desk_of(app, world.kochi)
    sheet = desk.get(f"/desk/new?enquiry={one}").text
    assert 'value="Nila Nair"' in sheet
    added = send(
        desk,
        f"/desk/patients?enquiry={one}",
        {"full_name": "Nila Nair", "phone": PHONE, "age": "30", "gender": "FEMALE", "heard_of": "DOCTOR"},
    )
    assert added.status_code == 303
    assert f"enquiry={one}" in (added.location or "")
    with db.reading() as session:
        patient = session.scalars(select(Patient).where(Patient.phone == PHONE)).one()
        assert session.scalars(select(PatientOrigin.heard_of)).one() == "DOCTOR"
    assert kept(one).patient_id == patient.id
    booked = send(desk, 
        "/desk/new",
        {
            "patient": patient.id, "centre": world.kochi.id, "clinician": world.anita.id, "mode": "IN_PERSON",
            "day": make.tomorrow().isoformat(), "at": "11:00", "last_four": PHONE[-4:], "pay_by": "LATER",
            "request_key": "a-key-of-a-booking", "enquiry": one,
        },
    )  # fmt: skip
    assert booked.status_code == 303
    with db.reading() as session:
        made = session.scalars(select(Appointment).where(Appointment.patient_id == patient.id)).one()
    after = kept(one)
    assert (after.status, after.appointment_id, after.patient_id) == ("BOOKED", made.id, patient.id)
    assert f"/desk/appointments/{made.id}" in desk.get(f"/enquiries/{one}").text


def test_staff_note_an_enquiry_with_its_source(app: Flask, world: World) -> None:
    desk = desk_of(app, world.kochi)
    told = {
        "full_name": "Ravi Menon", "phone": "9800077009", "source": "REFERRAL", "referrer": "Dr. Paul", "care": "IN_PATIENT",
        "whose": "OTHER", "where": str(world.kochi.id), "call_at": "ANY", "key": "a-key-of-the-desk",
    }  # fmt: skip
    assert "Ask whether we may call them" in send(desk, "/enquiries/new", told).text
    made = send(desk, "/enquiries/new", {**told, "agreed": "y"})
    assert made.status_code == 303
    with db.reading() as session:
        one = session.scalars(select(Enquiry)).one()
        assert (one.source, one.referrer, one.care, one.added_by is not None) == (
            "REFERRAL",
            "Dr. Paul",
            "IN_PATIENT",
            True,
        )


@pytest.mark.parametrize(
    ("hours", "said"),
    [(-50, "2 days overdue"), (-1, "1 hour overdue"), (0, "now"), (3, "today 1:00 pm"), (24, "Thu 3 Dec, 10:00 am")],
)
def test_the_next_call_is_overdue_or_to_come(app: Flask, hours: int, said: str) -> None:
    now = clock.instant(date(2026, 12, 2), time(10))
    with app.test_request_context():
        assert enquiry_rows.call_words(now + timedelta(hours=hours), now) == said


def test_the_desk_reads_of_a_caller_and_the_website_of_oneself(app: Flask, world: World) -> None:
    desk = desk_of(app, world.kochi).get("/enquiries/new").text
    public = app.test_client().get("/enquire").text
    for staff, own in (
        ("What do they ask about?", "What would you like to ask about?"), ("For themselves", "For me"),
        ("Not known yet", "I do not know yet"), ("When to call", "When may we call?"), ("Passing by", "I passed by"),
    ):  # fmt: skip
        assert (staff in desk, own in desk, staff in public, own in public) == (True, False, False, True)


def test_who_asks_to_be_forgotten_is_at_once(app: Flask, world: World) -> None:
    one, manager = ask(centre_id=world.kochi.id), desk_of(app, role=Role.MANAGER)
    assert send(manager, f"/enquiries/{one}/forgetting", {"seen": seen(manager, one)}).status_code == 303
    after = kept(one)
    assert (after.full_name, after.phone, after.status) == (None, None, "LOST")
    assert manager.get(f"/enquiries/{one}").status_code == 404
    assert "Forgotten" in manager.get("/enquiries?part=all").text


@pytest.mark.parametrize(
    "address", ["?page=0", "?part=x", "?since=2026-13-01", "?by=campaign&value=x", "?centre=x", "?page=999"]
)
def test_an_address_that_asks_for_nothing_that_can_be_is_no_trouble(app: Flask, world: World, address: str) -> None:
    assert desk_of(app, world.kochi).get(f"/enquiries{address}").status_code in (200, 422)
