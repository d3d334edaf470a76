"""A patient's own side: what is to come, what is over, one in full, details and family."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.clinics import Centre
from mibo.people import Clinician, Patient
from mibo.video import Meeting
from tests import make
from tests.counting import statements
from tests.web.pages.visitor import (
    Clinic,
    Visitor,
    clinic,
    end_hold,
    problems,
    same_but_for_the_request,
    title,
    words,
)

pytestmark = pytest.mark.usefixtures("database")
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{7*7}}", '" hx-get="/sign-out', "' onfocus='alert(1)",
    "<div hx-trigger=load hx-post=/sign-out>", "\u202egnp.exe", "a\x00b", "😀" * 60, "</textarea><h1>x", "${7*7}",
    "--></script><!--",
]  # fmt: skip


@pytest.fixture
def world(app) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client, world) -> Visitor:
    return Visitor(client).sign_in(world.asha)


def booked(world: Clinic, when: datetime, **more) -> Appointment:
    with db.transaction():
        return make.appointment(world.asha, world.anita, world.kochi, when, **more)


def known(patient: Patient) -> Patient:
    with db.reading() as session:
        return session.get_one(Patient, patient.id)


DETAILS = {"full_name": "Asha Menon", "age": "31", "gender": "FEMALE"}
AGREED = {"care_consent": "y"}
GUARDIAN = {
    "guardian_name": "Asha Menon", "guardian_relation": "mother", "guardian_phone": "98765 00001",
    "guardian_consent": "y",
}  # fmt: skip


# the list


def test_nothing_booked_says_what_to_do(asha: Visitor) -> None:
    page = asha.get("/my")
    assert "Hello Asha" in words(page)
    assert "Nothing booked" in words(page)
    assert 'href="/clinicians"' in page.text
    assert title(page) == "Appointments – Mibo"


def test_the_next_appointment_comes_first_and_a_hold_can_be_paid_from_here(asha: Visitor, world: Clinic) -> None:
    later, soon = world.book("15:00"), world.hold("11:00")
    page = asha.get("/my")
    starts = re.findall(r'<h2 class="when"[^>]*><time[^>]*>([^<]+)</time>', page.text)
    assert [each.split(", ")[1] for each in starts] == ["11:00 am", "3:00 pm"]
    assert f'href="/book/{soon.reference}/pay"' in page.text
    assert f'href="/my/{later.reference}"' in page.text
    assert f"Confirmed · {later.reference}" in words(page)


def test_what_is_paid_at_the_centre_says_so(asha: Visitor, world: Clinic) -> None:
    one = world.book("15:00", paid=False)
    assert f"Confirmed · {one.reference} · to pay at the centre" in words(asha.get("/my"))
    assert "To pay at the centre ₹1,700" in words(asha.get(f"/my/{one.reference}"))


def test_what_is_over_stands_below_and_what_ran_out_is_no_longer_ahead(asha: Visitor, world: Clinic) -> None:
    booked(world, clock.now() - timedelta(days=3), status=Status.COMPLETED)
    booked(world, make.at("16:00"), status=Status.CANCELLED)
    ended = world.hold("11:00")
    end_hold(ended)
    page = asha.get("/my")
    said = words(page)
    assert "Nothing booked" in said
    assert "Earlier" in said
    for state in ("Completed", "Cancelled", "Hold ended"):
        assert state in said


def test_earlier_ones_come_ten_at_a_time_and_each_once(asha: Visitor, world: Clinic) -> None:
    for days in range(1, 24):
        booked(world, clock.now() - timedelta(days=days), status=Status.COMPLETED)
    seen, address, pages = [], "/my/appointments?show=past", 0
    while address and pages < 9:
        page = asha.get(address)
        seen += re.findall(r'<a href="/my/(MB-\w+)"><b>', page.text)
        more = re.search(r'href="([^"]+)">Show earlier ones', page.text)
        address, pages = (more[1].replace("&amp;", "&") if more else ""), pages + 1
    assert (len(seen), len(set(seen)), pages) == (23, 23, 3)


@pytest.mark.parametrize("page", ["x", "", "-1", "%00", "99999999999", "2"])
def test_a_page_of_earlier_ones_that_makes_no_sense_is_still_a_page(asha: Visitor, page: str) -> None:
    assert asha.get(f"/my/appointments?show=past&page={page}").status_code == 200


def test_only_ones_own_and_the_familys_are_listed(asha: Visitor, app, world: Clinic) -> None:
    with db.transaction():
        child, other = make.patient("Mini Menon", family_of=world.asha), make.patient("Ravi Kumar")
    childs, others = world.book("11:00", who=child), world.book("12:00", who=other)
    page = asha.get("/my")
    assert "for Mini Menon" in words(page)
    assert childs.reference in page.text
    assert others.reference not in page.text
    assert "Ravi" not in page.text


def test_home_and_appointments_take_four_statements_whatever_there_is(asha: Visitor, world: Clinic) -> None:
    paths = ("/my", "/my/appointments", "/my/appointments?show=past")
    with db.transaction():
        child = make.patient("Mini Menon", family_of=world.asha)
    for face in ("10:00", "11:00", "12:00"):
        world.book(face)
    world.book("14:00", who=child)
    for days in (3, 9):
        booked(world, clock.now() - timedelta(days=days), status=Status.COMPLETED)
    with db.transaction() as session:
        for number in session.scalars(select(Appointment.id)):
            booking.telling.confirmed(booking.locked(number))
    asha.get("/my")
    took = {}
    for path in paths:
        with statements() as sent:
            assert asha.get(path).status_code == 200
        took[path] = len(sent)
    assert took == {"/my": 4, "/my/appointments": 3, "/my/appointments?show=past": 3}
    assert "New for you" in words(asha.get("/my"))


@pytest.mark.parametrize(
    ("where", "ahead", "words_of_it", "leads"),
    [
        ({"status": Status.PENDING, "kind": "LINK"}, timedelta(days=3), "Check and pay", "/book/{}/pay"),
        ({"mode": "ONLINE"}, timedelta(minutes=5), "Go to the video call", "/my/{}/call"),
        ({"mode": "ONLINE"}, timedelta(days=3), "Move it to another time", "/my/{}/move"),
        ({"mode": "ONLINE"}, timedelta(hours=3), "Details", "/my/{}"),
        ({}, timedelta(days=3), "Get directions", "https://maps.example/kochi"),
        ({"status": Status.CANCELLATION_REQUESTED}, timedelta(days=3), "Get directions", "https://maps.example/kochi"),
    ],
)
def test_the_next_appointment_has_one_main_action(
    asha: Visitor, world: Clinic, where: dict, ahead: timedelta, words_of_it: str, leads: str
) -> None:
    with db.transaction() as session:
        session.get_one(Centre, world.kochi.id).map_url = "https://maps.example/kochi"
    one = booked(world, clock.now() + ahead, **where)
    booked(world, clock.now() + ahead + timedelta(days=4))
    main = re.findall(r'<a class="btn big" href="([^"]+)"[^>]*>([^<]+)', asha.get("/my").text)
    assert main == [(leads.format(one.reference), words_of_it)]


def test_one_acts_for_one_of_the_family_or_for_everybody(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        child, other = make.patient("Mini Menon", family_of=world.asha), make.patient("Ravi Kumar")
    own, childs = world.book("10:00"), world.book("11:00", who=child)
    assert "Everybody" in words(asha.get("/my"))
    assert asha.post("/my/acting-for", {"who": child.id, "next": "/my"}).location == "/my"
    for path in ("/my", "/my/appointments"):
        page = asha.get(path)
        assert childs.reference in page.text
        assert own.reference not in page.text
    assert re.search(rf'value="{child.id}" checked', asha.get(world.choose).text)
    assert asha.post("/my/acting-for", {"who": other.id}).status_code == 404
    assert asha.post("/my/acting-for", {"who": ""}).location == "/my"
    assert own.reference in asha.get("/my").text


def test_a_known_clinician_is_booked_again_in_the_same_way_for_the_same_person(asha: Visitor, world: Clinic) -> None:
    booked(world, clock.now() - timedelta(days=9), status=Status.COMPLETED)
    page = asha.get("/my")
    assert f"Book again with {world.anita.full_name}" in words(page)
    path = re.search(r'href="(/book/[^"]+)"', page.text)
    assert path
    assert path[1].replace("&amp;", "&") == f"{world.choose}?way={world.kochi.id}&patient={world.asha.id}"
    with db.transaction() as session:
        session.get_one(Clinician, world.anita.id).active = False
    assert "Book again" not in words(asha.get("/my"))


def test_one_appointment_takes_few_statements(asha: Visitor, world: Clinic) -> None:
    one = world.book("10:00")
    with statements() as asked:
        asha.get(f"/my/{one.reference}")
    print(f"/my/<reference>: {len(asked)} statements")
    assert len(asked) <= 7


# one in full


def test_a_booked_appointment_shows_all_that_one_needs_to_come(asha: Visitor, world: Clinic) -> None:
    one = world.book("10:00")
    page = asha.get(f"/my/{one.reference}")
    said = words(page)
    for fact in (one.reference, "You are booked", "10:00 am", "Dr. Anita Kurian", "M.Phil", "RCI-1001", "Mibo Kochi",
                 "682001", "••••0001", "Consultation ₹1,600", "Registration, once ₹100", "Paid online ₹1,700",
                 "Add to calendar", "Print", "Call the centre", "at least 24 hours before"):  # fmt: skip
        assert fact in said
    assert title(page) == f"Appointment {one.reference} – Mibo"
    assert world.asha.phone not in page.text


def test_the_reference_may_be_typed_in_small_letters(asha: Visitor, world: Clinic) -> None:
    one = world.book("10:00")
    assert "You are booked" in words(asha.get(f"/my/{one.reference.lower()}"))


def test_just_paid_and_not_yet_heard_of_looks_again_by_itself(asha: Visitor, world: Clinic) -> None:
    one = world.hold("10:00")
    page = asha.get(f"/my/{one.reference}?paid=yes")
    assert "We are waiting for your bank" in words(page)
    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page.text
    assert 'hx-trigger="every 4s, click"' in page.text
    assert "Not paid yet" in words(asha.get(f"/my/{one.reference}"))


@pytest.mark.parametrize("status", list(Status))
def test_every_state_has_its_page(asha: Visitor, world: Clinic, status: Status) -> None:
    one = world.book("10:00", status=status)
    page = asha.get(f"/my/{one.reference}")
    assert page.status_code == 200
    assert ("Add to calendar" in words(page)) == (
        status in (Status.CONFIRMED, Status.IN_PROGRESS, Status.CANCELLATION_REQUESTED)
    )


def test_the_video_call_opens_a_quarter_of_an_hour_before(asha: Visitor, world: Clinic) -> None:
    def with_meeting(starts_at: datetime) -> str:
        one = booked(world, starts_at, mode="ONLINE")
        with db.transaction() as session:
            meeting = Meeting(starts_at=one.starts_at, ends_at=one.ends_at)
            meeting.status, meeting.join_url = "READY", "https://meet.example/abc-defg-hij"
            session.add(meeting)
            session.flush()
            session.get_one(Appointment, one.id).meeting_id = meeting.id
        return asha.get(f"/my/{one.reference}").text

    soon, later = clock.now() + timedelta(minutes=10), clock.now() + timedelta(hours=4)
    text = with_meeting(soon)
    assert "Go to the video call" in text
    assert "meet.example" not in text
    text = with_meeting(later)
    assert "Go to the video call" not in text
    assert "opens 15 minutes before the start, for you alone" in text


@pytest.mark.parametrize("path", ["/my/{}", "/my/{}/calendar.ics"])
def test_somebody_elses_appointment_is_as_missing_as_one_that_never_was(
    asha: Visitor, world: Clinic, path: str
) -> None:
    with db.transaction():
        other = make.patient("Ravi Kumar")
    theirs = world.book("10:00", who=other)
    answers = [asha.get(path.format(which)) for which in (theirs.reference, "MB-ZZZZ", str(theirs.id))]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert len({same_but_for_the_request(each) for each in answers}) == 1


# the calendar file


def test_the_calendar_file_has_the_time_and_nothing_of_the_care(asha: Visitor, world: Clinic) -> None:
    one = world.book("10:00")
    answer = asha.get(f"/my/{one.reference}/calendar.ics")
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="appointment-{one.reference}.ics"'
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert event.decoded("dtstart").astimezone(UTC) == one.starts_at
    assert event.decoded("dtend").astimezone(UTC) == one.ends_at
    assert str(event["summary"]) == f"Appointment {one.reference}"
    assert str(event["uid"]) == f"{one.reference}@mibo"
    for secret in ("Asha", "Kurian", "Psycholog", "mental", PHONE_END):
        assert secret not in answer.text
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))


PHONE_END = "00001"


# details


def test_details_are_shown_changed_and_kept(asha: Visitor, world: Clinic) -> None:
    page = asha.get("/my/details")
    assert 'value="Asha Menon"' in page.text
    changed = {"full_name": "Asha Nair", "date_of_birth": ["27", "3", "1994"], "gender": "FEMALE"}
    assert asha.post("/my/details", changed).location == "/my"
    assert known(world.asha).full_name == "Asha Nair"
    assert str(known(world.asha).date_of_birth) == "1994-03-27"
    assert "Hello Asha" in words(asha.get("/my"))


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"full_name": ""}, "Enter the full name."),
        ({"full_name": "A"}, "Enter the full name."),
        ({"full_name": "A" * 101}, "That is too long. It may have up to 100 letters."),
        ({"age": ""}, "Enter the date of birth, or the age if you do not know it."),
        ({"age": "0"}, "Age must be from 1 to 150."),
        ({"age": "151"}, "Age must be from 1 to 150."),
        ({"age": "x"}, "Enter a whole number, for example 34."),
        ({"age": "9" * 40}, "Age must be from 1 to 150."),
        ({"gender": "X"}, "Choose one of the options."),
        ({"gender": ""}, "Choose a gender, or that you would rather not say."),
        ({"date_of_birth": ["31", "2", "1994"]}, "Enter a real date, for example 27 3 1994."),
        ({"date_of_birth": ["1", "1", "2199"]}, "Check the date of birth."),
        ({"date_of_birth": ["1", "1", "1700"]}, "Enter a real date, for example 27 3 1994."),
    ],
)
@pytest.mark.parametrize("path", ["/my/details", "/my/family"])
def test_what_is_wrong_is_said_beside_it_and_everything_typed_stays(
    asha: Visitor, world: Clinic, path: str, changed: dict, sentence: str
) -> None:
    agreed = AGREED if path == "/my/family" else {}
    answer = asha.post(path, {**DETAILS, **agreed, "full_name": "Asha Renamed", **changed})
    assert answer.status_code == 422
    assert sentence in problems(answer)
    assert title(answer).startswith("Error: ")
    if "full_name" not in changed:
        assert 'value="Asha Renamed"' in answer.text
    assert known(world.asha).full_name == "Asha Menon"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_comes_back_as_text_on_every_page(asha: Visitor, world: Clinic, text: str) -> None:
    name = (text * 2)[:60]
    assert asha.post("/my/details", {**DETAILS, "full_name": name}).status_code == 303
    with db.transaction():
        make.patient("Mini Menon", family_of=world.asha)
    one = world.hold("10:00")
    answer = asha.post(f"/book/{one.reference}/pay", {"note": text})
    pages = [answer] + [
        asha.get(path)
        for path in ("/my", "/my/details", "/my/family", f"/my/{one.reference}", f"/book/{one.reference}/pay",
                     world.choose, f"/my/{one.reference}/calendar.ics")
    ]  # fmt: skip
    for page in pages:
        assert page.status_code < 500
        for live in (
            "<script>alert",
            "<img src=x",
            '" hx-get="/sign-out',
            "' onfocus='",
            "<div hx-trigger",
            "</textarea><h1>",
        ):
            assert live not in page.text
        assert "49" not in re.findall(r"Hello (\S*)", words(page))
        assert "\x00" not in page.text


# family


def test_a_family_member_is_added_and_chosen(asha: Visitor, world: Clinic) -> None:
    back = f"{world.choose}?day={make.tomorrow()}"
    child = {**DETAILS, "full_name": "Mini Menon", "age": "7", "next": back}
    assert "Tick this to go on" in problems(asha.post("/my/family", {**child, **GUARDIAN}))[0]
    child |= AGREED
    refused = asha.post("/my/family", child)
    assert "Enter the guardian's name: the patient is under 18." in problems(refused)
    answer = asha.post("/my/family", {**child, **GUARDIAN})
    assert answer.status_code == 303
    child = answer.location.split("patient=")[1]
    page = asha.get(answer.location)
    assert re.search(rf'name="patient" value="{child}" checked', page.text)
    assert "Mini is added." in words(page)
    with db.reading() as session:
        made = session.get_one(Patient, int(child))
    assert (made.account_id, made.phone, made.full_name) == (world.asha.id, world.asha.phone, "Mini Menon")
    held = asha.post(world.choose, {**world.wish(), "patient": child})
    assert "For Mini Menon" in words(asha.get(held.location))


def test_the_familys_page_names_whom_one_books_for(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        make.patient("Mini Menon", family_of=world.asha)
        make.patient("Ravi Kumar")
    said = words(asha.get("/my/family"))
    assert "Asha Menon You Mini Menon Grown up" in said
    assert "Ravi" not in said


@pytest.mark.parametrize("path", ["/my", "/my/details", "/my/family", "/my/MB-7F3K", "/my/MB-7F3K/calendar.ics"])
def test_a_stranger_is_asked_to_sign_in_and_comes_back(client, path: str) -> None:
    visitor = Visitor(client)
    assert visitor.get(path).location == f"/sign-in?next={path}"
    part = visitor.part(path)
    assert (part.status_code, part.headers["HX-Redirect"], part.text) == (401, f"/sign-in?next={path}", "")


def test_every_page_of_a_patient_has_the_way_out_and_the_crisis_line(asha: Visitor, world: Clinic) -> None:
    one = world.hold("10:00")
    for path in (
        "/my",
        "/my/details",
        "/my/family",
        f"/my/{one.reference}",
        f"/book/{one.reference}/pay",
        world.choose,
    ):
        page = asha.get(path)
        head, foot = words(page, "header"), words(page, "footer")
        assert "Exit this page" in head
        assert "Sign out" in page.text
        assert "14416" in foot
        for name in ("Asha", "Kurian"):
            assert name not in title(page)
