"""Patients at the desk: looked for, added, changed, seen within reach, merged."""

import html
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import db, people
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.web.pages.desk import Desk, statements

pytestmark = pytest.mark.usefixtures("database")

FULL = {
    "first_name": "Meera", "last_name": "Nair", "full_name": "Meera K. Nair", "phone": "98765 00009",
    "email": "meera@example.com", "date_of_birth": ["4", "2", "2015"], "gender": "FEMALE", "blood_group": "B+",
    "emergency_contact_name": "Ravi Nair", "emergency_contact_phone": "0484 400 0000", "guardian_name": "Ravi Nair",
    "guardian_relation": "father", "guardian_phone": "98765 00010", "guardian_consent": "y",
    "notes": "Prefers mornings.", "mrn": "K-00077",
}  # fmt: skip
PLAIN = {"first_name": "Ravi", "phone": "9876500020", "age": "40", "gender": "MALE"}
HOSTILE = [
    "<script>alert(1)</script>", "{{7*7}}", '" hx-get="/sign-out', "<div hx-trigger=load>", "=1+1", "a'b\\",
]  # fmt: skip


class World:
    """Two centres, their desks, a clinician, and a patient of each centre."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.mumbai = make.centre("Mibo Mumbai", city="mumbai")
            self.account = make.staff(Role.CLINICIAN, self.kochi, name="Dr. Anita Kurian")
            self.anita = make.clinician(self.kochi, account=self.account)
            self.ravi = make.clinician(self.mumbai, name="Dr. Ravi Nair")
            self.desk = make.staff(Role.FRONT_DESK, self.kochi)
            self.asha = make.patient("Asha Menon", phone="+919876543210")
            self.asha.mrn = "K-00418"
            self.far = make.patient("Farah Khan", phone="+919876500099")
            make.appointment(self.asha, self.anita, self.kochi, make.at("10:00"))
            make.appointment(self.far, self.ravi, self.mumbai, make.at("10:00"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client: FlaskClient, world: World) -> Desk:
    return Desk(client, world.desk)


@pytest.fixture
def manager(app: Flask, world: World) -> Desk:
    with db.transaction():
        account = make.staff(Role.MANAGER)
    return Desk(app.test_client(), account)


def newest() -> Patient:
    with db.reading() as session:
        return session.scalars(select(Patient).order_by(Patient.id.desc())).first()


def values(page: str) -> dict[str, list[str]]:
    """What a form holds: the values of its inputs, chosen options, ticked boxes and texts."""
    held: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and (kind is None or kind[1] not in ("radio", "checkbox") or " checked" in tag):
            held.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        held[name] = re.findall(r'<option selected value="([^"]*)"', inside)
    for name, words in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL):
        held[name] = [html.unescape(words)]
    return held


def test_all_that_is_typed_is_there_when_the_record_is_opened_again(desk: Desk) -> None:
    answer = desk.post("/desk/patients/new", **FULL)
    assert answer.status_code == 303, answer.text
    one = newest()
    assert (one.full_name, one.phone, one.date_of_birth, one.mrn) == (
        "Meera K. Nair", "+919876500009", date(2015, 2, 4), "K-00077",
    )  # fmt: skip
    for _ in range(2):
        held = values(desk.get(f"/desk/patients/{one.id}/edit").text)
        shown = {name: held[name] if isinstance(value, list) else held[name][0] for name, value in FULL.items()}
        assert shown == FULL
        again = {name: value if len(value) > 1 else value[0] for name, value in held.items() if value and name in FULL}
        assert desk.post(f"/desk/patients/{one.id}/edit", **again).status_code == 303
    seen = desk.get(f"/desk/patients/{one.id}").text
    for words in ("Ravi Nair, father, 98765 00010", "Prefers mornings.", "B+", "4 February 2015", "0484 400 0000"):
        assert words in seen


def test_a_new_patient_gets_the_years_next_number(desk: Desk) -> None:
    desk.post("/desk/patients/new", **PLAIN)
    first = newest().mrn
    desk.post("/desk/patients/new", **{**PLAIN, "phone": "9876500021"})
    assert first
    assert re.fullmatch(r"MRN-20\d\d-\d{5}", first)
    assert int(newest().mrn[-5:]) == int(first[-5:]) + 1


def test_a_taken_number_is_told_at_its_field_and_nothing_is_saved(desk: Desk, world: World) -> None:
    before = newest().id
    answer = desk.post("/desk/patients/new", **{**PLAIN, "mrn": "K-00418"})
    assert answer.status_code == 409
    assert "Another patient has this MRN." in answer.text
    assert 'value="9876500020"' in answer.text
    assert newest().id == before


def test_who_has_the_phone_already_is_shown_and_may_be_joined(desk: Desk, world: World) -> None:
    live = desk.post("/desk/patients/known", part=True, phone="98765 43210")
    assert "This phone already belongs to Asha Menon" in live.text
    assert desk.post("/desk/patients/known", part=True, phone="98765").text.strip() == ""
    taken = {**PLAIN, "phone": "+91 98765-43210"}
    refused = desk.post("/desk/patients/new", **taken)
    assert refused.status_code == 409
    assert "Asha Menon" in refused.text
    assert desk.post("/desk/patients/new", **taken, family="yes").status_code == 303
    joined = newest()
    assert (joined.account_id, joined.id != joined.account_id) == (world.asha.account_id, True)
    again = desk.post("/desk/patients/new", **taken, family="yes")
    assert (again.status_code, newest().id) == (303, joined.id), "sent twice"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"phone": "12345"}, "10-digit"),
        ({"first_name": ""}, "Enter the first name."),
        ({"age": ""}, "Enter the date of birth"),
        ({"age": "151"}, "150"),
        ({"gender": "x"}, "Choose one of the options."),
        ({"email": "nobody"}, "Enter an e-mail address"),
        ({"blood_group": "Z"}, "Choose one of the options."),
        ({"age": "12"}, "Enter the guardian"),
        ({"mrn": "x" * 51}, "too long"),
        ({"emergency_contact_phone": "call me"}, "Enter a phone number"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(desk: Desk, wrong: dict[str, str], sentence: str) -> None:
    before = newest().id
    answer = desk.post("/desk/patients/new", **{**PLAIN, "notes": "keep me", **wrong})
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert "keep me" in answer.text
    assert newest().id == before


@pytest.mark.parametrize(("typed", "found"), [
    ("asha", True), ("Asha Menon", True), ("menon asha", True), ("3210", True), ("98765 43210", True),
    ("k-004", True), ("Asha Mennon", True), ("Aasha Menun", True), ("xyzzy", False), ("0000", False),
])  # fmt: skip
def test_patients_are_found_by_name_phone_and_mrn_and_in_spite_of_a_slip(desk: Desk, typed: str, found: bool) -> None:
    answer = desk.post("/desk/patients/find", q=typed)
    assert ("Asha Menon" in answer.text) is found
    assert "Asha Menon" not in answer.request.url


def test_the_nearest_name_comes_first(manager: Desk) -> None:
    with db.transaction():
        for name in ("Nandini Rao", "Anand Rao", "Anand", "Anandi Shah"):
            make.patient(name)
    page = manager.post("/desk/patients/find", q="anand", part=True).text
    names = re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a>', page)
    assert names[0] == "Anand"
    assert set(names[1:3]) == {"Anand Rao", "Anandi Shah"}


def test_a_desk_sees_the_patients_of_its_centre_and_new_ones(desk: Desk, world: World, manager: Desk) -> None:
    assert "Farah Khan" not in desk.get("/desk/patients").text
    never = desk.get("/desk/patients/999999999").status_code
    assert desk.get(f"/desk/patients/{world.far.id}").status_code == never == 404
    assert desk.post(f"/desk/patients/{world.far.id}/edit", **PLAIN).status_code == 404
    assert "Farah Khan" in manager.get("/desk/patients").text
    with db.transaction():
        fresh = make.patient("Gita Iyer")
    assert desk.get(f"/desk/patients/{fresh.id}").status_code == 200


def test_staff_without_a_centre_see_a_message_and_nobody(app: Flask, world: World) -> None:
    with db.transaction():
        lost = make.staff(Role.FRONT_DESK)
    page = Desk(app.test_client(), lost).get("/desk/patients").text
    assert "You have no centre yet" in page
    assert "Asha" not in page


def test_a_clinician_sees_whom_they_treat_without_contact_or_money(app: Flask, world: World) -> None:
    her = Desk(app.test_client(), world.account)
    assert her.get("/desk/patients").status_code == 403
    page = her.get(f"/desk/patients/{world.asha.id}").text
    assert "Asha Menon" in page
    assert "98765 43210" not in page
    assert "₹" not in page
    assert her.get(f"/desk/patients/{world.far.id}").status_code == 404
    assert her.post(f"/desk/patients/{world.asha.id}/notes", note="Sleeps badly.").status_code == 303
    assert "Sleeps badly." in her.get(f"/desk/patients/{world.asha.id}").text
    assert her.post(f"/desk/patients/{world.far.id}/notes", note="x").status_code == 404


def test_the_desk_reads_no_medical_note(desk: Desk, world: World) -> None:
    with db.transaction():
        people.write_medical_note(world.asha.id, "Sleeps badly.", by=make.actor(world.account, Role.CLINICIAN))
    assert "Sleeps badly." not in desk.get(f"/desk/patients/{world.asha.id}").text
    assert desk.post(f"/desk/patients/{world.asha.id}/notes", note="x").status_code == 403


def test_the_file_has_no_formula_in_it(desk: Desk) -> None:
    with db.transaction():
        make.patient('=HYPERLINK("http://x")')
    answer = desk.post("/exports/patients", q="")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK" in answer.text
    assert "'+91" not in answer.text


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_as_words(desk: Desk, words: str) -> None:
    sent = {**PLAIN, "first_name": words, "last_name": words, "notes": words, "emergency_contact_name": words}
    assert desk.post("/desk/patients/new", **sent).status_code == 303
    one = newest()
    for path in (f"/desk/patients/{one.id}", f"/desk/patients/{one.id}/edit", "/desk/patients"):
        page = desk.get(path).text
        assert str(html.escape(words)).split("&")[0] in page
        for harm in ("<script>alert", '" hx-get="/sign-out', "<div hx-trigger=load>"):
            assert harm not in page
        assert "49" not in re.sub(r"\d{3,}", "", "".join(re.findall(r"<h1>.*?</h1>", page)))


def test_the_list_takes_a_fixed_number_of_statements(desk: Desk) -> None:
    desk.get("/desk/patients")  # the first request of all also asks for the revision
    with statements() as few:
        desk.get("/desk/patients")
    with db.transaction():
        for n in range(30):
            make.patient(f"Patient {n}")
    with statements() as many:
        assert "Patient 7" in desk.get("/desk/patients").text
    assert len(many) == len(few)


def test_paging_keeps_the_search_in_the_form(manager: Desk) -> None:
    with db.transaction():
        for _ in range(60):
            make.patient("Rahul Verma")
    page = manager.post("/desk/patients/find", q="rahul", page="2").text
    assert "Page 2 of 2" in page
    assert 'value="rahul"' in page
    assert "rahul" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page)).lower()


def test_whoever_owns_the_phone_takes_family_along_and_is_signed_out(desk: Desk, world: World) -> None:
    with db.transaction():
        child = make.patient("Diya Menon", family_of=world.asha)
    changed = {"first_name": "Asha", "last_name": "Menon", "phone": "9876511111", "age": "30", "gender": "FEMALE"}
    assert desk.post(f"/desk/patients/{world.asha.id}/edit", **changed, mrn="K-00418").status_code == 303
    with db.reading() as session:
        assert session.get_one(Account, world.asha.account_id).phone == "+919876511111"
        assert session.get_one(Patient, child.id).phone == "+919876511111"


def test_merging_asks_for_the_phone_and_can_be_undone(manager: Desk, world: World) -> None:
    with db.transaction():
        double = make.patient("Asha Menon", phone="+919876500002")
    start = f"/desk/patients/{world.asha.id}/merge"
    assert f"with={double.id}" in manager.get(start).text
    assert "Are these two one person?" in manager.get(f"{start}?with={double.id}").text
    wrong = manager.post(start, other=double.id, last_four="3210")
    assert wrong.status_code == 409
    assert "not the patient you confirmed" in wrong.text
    assert manager.post(start, other=double.id, last_four="0002").status_code == 303
    page = manager.get(f"/desk/patients/{world.asha.id}").text
    undo = re.search(r'action="([^"]+/undo)"', page)
    assert undo
    assert manager.post(undo[1]).status_code == 303
    with db.reading() as session:
        assert session.scalar(select(func.count()).where(Patient.merged_into_id.is_not(None))) == 0


def test_only_those_who_may_merge(desk: Desk, world: World) -> None:
    assert desk.get(f"/desk/patients/{world.asha.id}/merge").status_code == 403


def test_a_record_with_visits_to_come_is_not_put_aside(desk: Desk, world: World) -> None:
    assert desk.post(f"/desk/patients/{world.asha.id}/archive", active="").status_code == 409
    with db.transaction():
        fresh = make.patient("Gita Iyer")
    assert desk.post(f"/desk/patients/{fresh.id}/archive", active="").status_code == 303
    assert "Gita" not in desk.get("/desk/patients").text
    assert "Gita" in desk.post("/desk/patients/find", which="inactive").text
