"""The list of appointments as staff use it: found, filtered, sorted, paged, taken along."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from mibo import clock, db
from mibo.audit import AuditEntry
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.payments import Attempt
from mibo.people import Patient
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import Clinic, clinic, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(app: Flask) -> Clinic:
    made = clinic()
    with db.transaction():
        made.asha.mrn = "K-00418"
        db.session().merge(made.asha)
    return made


def at_desk(app: Flask, role: Role, world: Clinic, *, clinicians: bool = False) -> Desk:
    with db.transaction() as session:
        account = make.staff(role, world.kochi, name=role.title())
        if clinicians:
            world.anita.account_id = account.id
            session.merge(world.anita)
    return Desk(app.test_client(), account)


@pytest.fixture
def desk(app: Flask, world: Clinic) -> Desk:
    return at_desk(app, Role.FRONT_DESK, world)


def books(world: Clinic, name: str, face: str, **more: object) -> Appointment:
    with db.transaction():
        return make.appointment(make.patient(name), world.anita, world.kochi, make.at(face), **more)


def names(page: str) -> list[str]:
    """Who stands in the table, in its order."""
    return [html.unescape(name) for name in re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)]


def press(page: str, name: str) -> str:
    """The value of the first button of this name."""
    found = re.search(rf'<button type="submit" class="[^"]*" name="{name}" value="([^"]+)"', page)
    assert found, name
    return html.unescape(found[1])


def test_it_opens_on_today_and_says_what_there_is_elsewhere(desk: Desk, world: Clinic) -> None:
    world.book("10:00")
    page = desk.get("/appointments")
    assert page.status_code == 200
    assert "No appointments" in page.text
    upcoming = desk.get("/appointments?time=upcoming")
    assert names(upcoming.text) == ["Asha Menon"]
    assert "98765 00001" in upcoming.text
    assert "K-00418" in upcoming.text
    assert "1 appointment" in words(upcoming)


def test_what_is_typed_travels_in_the_body_and_filters_stand_in_the_address(desk: Desk, world: Clinic) -> None:
    world.book("10:00")
    found = desk.post("/appointments/find", q="asha", time="all")
    assert (found.status_code, names(found.text)) == (200, ["Asha Menon"])
    gone = desk.post("/appointments/find", time="all", centre=world.kochi.id, state="CONFIRMED")
    assert gone.status_code == 303
    assert gone.location == f"/appointments?time=all&centre={world.kochi.id}&state=CONFIRMED"
    part = desk.post("/appointments/find", part=True, q="asha", time="all", source="WEB_PATIENT")
    assert part.headers["HX-Push-Url"] == "/appointments?time=all&source=WEB_PATIENT"
    assert "<html" not in part.text


@pytest.mark.parametrize("typed", ["asha", "0001", "98765 00001", "k-00418", "kurian", "reference"])
def test_it_is_found_by_all_that_the_desk_knows(desk: Desk, world: Clinic, typed: str) -> None:
    one = world.book("10:00")
    found = desk.post("/appointments/find", q=one.reference if typed == "reference" else typed, time="all")
    assert names(found.text) == ["Asha Menon"]


def test_what_filters_hide_of_a_search_is_counted_and_one_press_away(desk: Desk, world: Clinic) -> None:
    world.book("10:00")
    world.book("12:00", status=Status.CANCELLED)
    found = desk.post("/appointments/find", q="asha", time="today", state="CONFIRMED")
    assert "2 hidden by filters." in words(found)
    assert names(found.text) == []
    shown = desk.post("/appointments/find", q="asha", time="today", state="CONFIRMED", show=press(found.text, "show"))
    assert names(shown.text) == ["Asha Menon", "Asha Menon"]
    assert "hidden by filters" not in words(shown)


def test_what_filters_hide_of_the_days_is_counted_too(desk: Desk, world: Clinic) -> None:
    world.book("10:00", status=Status.CANCELLATION_REQUESTED)
    page = desk.get("/appointments?time=upcoming&state=CONFIRMED")
    assert "1 hidden by filters." in words(page)
    assert 'href="/appointments?time=upcoming">Show them' in page.text


@pytest.mark.parametrize("state", list(Status))
def test_every_state_has_a_filter_and_a_word(desk: Desk, world: Clinic, state: Status) -> None:
    world.book("10:00", status=state)
    page = desk.get(f"/appointments?time=all&state={state}")
    assert names(page.text) == ["Asha Menon"]
    other = Status.NO_SHOW if state != Status.NO_SHOW else Status.COMPLETED
    assert names(desk.get(f"/appointments?time=all&state={other}").text) == []


def test_a_hold_that_ran_out_reads_as_ended(desk: Desk, world: Clinic) -> None:
    one = world.hold("10:00")
    assert "Held until" in desk.get("/appointments?time=all&state=PENDING").text
    with db.transaction() as session:
        over = clock.now() - timedelta(minutes=1)
        session.execute(update(Appointment).where(Appointment.id == one.id).values(held_until=over))
    assert names(desk.get("/appointments?time=all&state=PENDING").text) == []
    assert "Hold ended" in words(desk.get("/appointments?time=all&state=EXPIRED"), "table")


def test_a_heading_sorts_and_sorts_backwards(desk: Desk, world: Clinic) -> None:
    for name, face in (("Early Bird", "09:00"), ("Late Owl", "17:00")):
        books(world, name, face)
    page = desk.get("/appointments?time=upcoming")
    assert names(page.text) == ["Early Bird", "Late Owl"]
    assert 'aria-sort="ascending"' in page.text
    turned = desk.post("/appointments/find", time="upcoming", turn=press(page.text, "turn"))
    assert turned.location == "/appointments?time=upcoming&order=-starts"
    assert names(desk.get(turned.location).text) == ["Late Owl", "Early Bird"]


def test_pages_go_forward_and_back_with_the_filters_kept(desk: Desk, world: Clinic) -> None:
    with db.transaction():
        for n in range(60):
            starts = make.at("08:00") + timedelta(minutes=10 * n)
            make.appointment(make.patient(f"Patient {n:02}"), world.anita, world.kochi, starts, minutes=10)
    first = desk.get("/appointments?time=upcoming")
    assert names(first.text) == [f"Patient {n:02}" for n in range(50)]
    on = desk.post("/appointments/find", time="upcoming", place=press(first.text, "place"))
    second = desk.get(on.location)
    assert names(second.text) == [f"Patient {n:02}" for n in range(50, 60)]
    back = desk.get(desk.post("/appointments/find", time="upcoming", place=press(second.text, "place")).location)
    assert names(back.text) == names(first.text)
    assert "Previous page" not in back.text
    typed = desk.post("/appointments/find", q="Patient", time="upcoming", place=press(first.text, "place"))
    assert names(typed.text) == names(second.text)


def test_nonsense_in_an_address_is_as_good_as_nothing(desk: Desk, world: Clinic) -> None:
    world.book("10:00")
    odd = "/appointments?time=upcoming&state=x&centre=-1&since=9999-99-99&place=a.starts.x.1&order=drop&q=asha&who=1"
    assert names(desk.get(odd).text) == ["Asha Menon"]
    for since in ("9999-12-31", "0001-01-01"):
        assert desk.get(f"/appointments?since={since}&until={since}").status_code == 200


def test_two_letters_are_too_few_and_say_so(desk: Desk) -> None:
    refused = desk.post("/appointments/find", q="as")
    assert refused.status_code == 422
    assert "Type at least 3 letters or digits." in refused.text


def test_clinicians_of_a_centre_are_offered_and_nobody_else(app: Flask, desk: Desk, world: Clinic) -> None:
    with db.transaction():
        make.clinician(world.mumbai, name="Dr. Far Away")
    assert "Dr. Anita Kurian</option>" in desk.get("/appointments").text
    assert "Dr. Far Away" not in desk.get("/appointments").text
    manager = at_desk(app, Role.MANAGER, world)
    assert "Dr. Far Away" in manager.get("/appointments").text
    assert "Dr. Far Away" not in manager.get(f"/appointments?centre={world.kochi.id}").text


def test_a_clinician_sees_their_own_with_a_masked_number_and_no_money(app: Flask, world: Clinic) -> None:
    world.book("10:00")
    with db.transaction():
        ravi = make.clinician(world.kochi, name="Dr. Ravi Nair")
        make.appointment(make.patient("Farah Khan"), ravi, world.kochi, make.at("10:00"))
    hers = at_desk(app, Role.CLINICIAN, world, clinicians=True)
    page = hers.get("/appointments?time=all")
    assert names(page.text) == ["Asha Menon"]
    assert "••••0001" in page.text
    assert "98765 00001" not in page.text
    assert "₹" not in page.text
    assert 'id="payment"' not in page.text


def test_another_centre_and_nobodys_centre_see_nothing_of_it(app: Flask, world: Clinic) -> None:
    world.book("10:00")
    with db.transaction():
        outsider = make.staff(Role.FRONT_DESK, world.mumbai, name="Mumbai")
        nowhere = make.staff(Role.FRONT_DESK, name="Nowhere")
    for account in (outsider, nowhere):
        theirs = Desk(app.test_client(), account)
        for page in (
            theirs.get(f"/appointments?time=all&centre={world.kochi.id}"),
            theirs.post("/appointments/find", q="asha", time="all"),
        ):
            assert page.status_code == 200
            assert "Asha" not in words(page)
        assert "Asha" not in theirs.post("/exports/appointments", q="asha", time="all").text


def test_the_notes_open_where_they_are(desk: Desk, world: Clinic) -> None:
    one = world.book("10:00")
    with db.transaction() as session:
        session.execute(update(Appointment).where(Appointment.id == one.id).values(patient_note="Knee & <b>back</b>"))
        session.execute(update(Attempt).where(Attempt.payment_id == one.payment_id).values(note="slip 4471"))
    page = desk.get("/appointments?time=all").text
    assert "<summary>Read</summary>Knee &amp; &lt;b&gt;back&lt;/b&gt;</details>" in page
    assert "₹1,700 online · slip 4471" in page


HOSTILE = ["=1+1", "@cmd", '"quoted", and\nbroken', "+91 98", "<script>alert(1)</script>", "ആശ മേനോൻ"]


def test_the_file_reads_back_as_it_was_and_no_cell_is_a_formula(desk: Desk, world: Clinic) -> None:
    with db.transaction() as session:
        for n, name in enumerate(HOSTILE):
            patient = make.patient("Some Body")
            session.get_one(Patient, patient.id).full_name = name
            make.appointment(patient, world.anita, world.kochi, make.at(f"{9 + n:02}:00"))
    answer = desk.post("/exports/appointments", time="all", order="starts")
    assert answer.mimetype == "text/csv"
    read = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Patient"].removeprefix("'") for row in read] == HOSTILE
    assert not [cell for row in read for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    day = make.tomorrow()
    assert (read[1]["Starts (IST)"], read[1]["Payment"], read[1]["Fee (rupees)"]) == (f"{day} 10:00", "Paid", "1600.00")


def test_a_list_that_is_taken_along_is_noted(desk: Desk, world: Clinic) -> None:
    world.book("10:00")
    desk.post("/exports/appointments", time="all")
    paper = desk.post("/appointments/paper", time="all")
    assert "Asha Menon" in words(paper)
    with db.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.act == "list.exported").order_by(AuditEntry.id))
        assert [entry.details for entry in noted] == [
            {"list": "appointments", "rows": 1, "file": "csv", "filters": {"time": "all"}},
            {"list": "appointments on paper", "rows": 1},
        ]  # fmt: skip


def test_the_page_takes_the_same_statements_however_many_there_are(desk: Desk, world: Clinic) -> None:
    world.book("09:00")
    desk.get("/appointments?time=all")
    with statements() as few:
        desk.get("/appointments?time=all")
    for hour in range(10, 18):
        books(world, f"Patient {hour}", f"{hour}:00")
    with statements() as many:
        assert len(names(desk.get("/appointments?time=all").text)) == 9
    assert len(many) == len(few) <= 6
