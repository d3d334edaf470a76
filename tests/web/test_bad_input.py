"""What bad input gets: told at the field in plain words, nothing saved by half, and what was typed stays."""

import csv
import io
import struct
import zlib

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from mibo import db, identity
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from tests import make
from tests.web.drawn import Drawn, form_at
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database")

COUNTED = (Account, Patient, Clinician)


class World:
    """A centre, its people, and an administrator who types."""

    def __init__(self, app: Flask) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.ada = make.staff(Role.ADMIN, name="Ada Admin", username="ada")
            self.asha = make.patient("Asha Menon", phone="+919876543210")
            self.asha.mrn = "K-00418"
            self.anita = make.clinician(self.kochi, account=make.staff(Role.CLINICIAN, self.kochi, username="anita"))
        self.admin = Desk(app.test_client(), self.ada)

    def staff(self, **more: object) -> dict[str, object]:
        return {
            "full_name": "Nila Nair", "phone": "98765 40001", "username": "nila_n", "email": "nila@example.org",
            "designation": "Reception", "role": "FRONT_DESK", "primary": self.kochi.id, **more,
        }  # fmt: skip

    def patient(self, **more: object) -> dict[str, object]:
        return {"first_name": "Ravi", "phone": "98765 00020", "age": "40", "gender": "MALE", "notes": "By bus.", **more}

    def clinician(self, **more: object) -> dict[str, object]:
        return {
            "phone": "98450 11122", "username": "dr_leela", "full_name": "Dr. Leela D'Souza", "fee": "1,750",
            "specialisations": ["Psychiatrist"], "qualifications": ["MBBS"], "languages": ["English"],
            "modes": ["ONLINE"], "session_minutes": "45", "centres": [self.kochi.id], "primary": self.kochi.id,
            "bio": "Sees adults.", **more,
        }  # fmt: skip

    def centre(self, **more: object) -> dict[str, object]:
        return {
            "name": "Mibo Thrissur", "short_name": "Thrissur", "city": "Thrissur", "address_line_1": "4 Round West",
            "pincode": "680001", "phone": "0487 2441234", **more,
        }  # fmt: skip

    def refused(self, path: str, told: dict[str, object], at: str) -> tuple[str, Drawn]:
        """Send it; what is said at the field, and the form with all that was typed. Nothing may be saved."""
        before = kept()
        answer = self.admin.post(path, **told)
        assert answer.status_code in (409, 422)
        assert kept() == before
        drawn = form_at(answer.text, path)
        for name, value in told.items():
            if name != at or isinstance(value, str):
                typed = list(map(str, value)) if isinstance(value, list) else [str(value)]
                assert drawn.values.get(name) == typed or drawn.values.get(name) == [t.strip() for t in typed], name
        assert list(drawn.errors) == [at]
        assert problems(answer) == [drawn.errors[at]]
        return drawn.errors[at], drawn


def kept() -> list[int]:
    with db.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in COUNTED]


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


MALFORMED = ["12345", "98765", "12345 67890", "98765 4321x", "+1 000", "'; drop table account; --", "९८७६५"]


@pytest.mark.parametrize("typed", MALFORMED)
@pytest.mark.parametrize("kind", ["staff", "patient", "clinician"])
def test_a_malformed_phone(world: World, kind: str, typed: str) -> None:
    path = {"staff": "/desk/staff/new", "patient": "/desk/patients/new", "clinician": "/desk/clinicians/new"}[kind]
    said, drawn = world.refused(path, getattr(world, kind)(phone=typed), "phone")
    assert "10-digit" in said
    assert drawn.values["phone"] == [typed]


@pytest.mark.parametrize("typed", ["12", "98765 4321", "phone"])
def test_a_malformed_phone_of_a_centre(world: World, typed: str) -> None:
    said, _ = world.refused("/desk/centres/new", world.centre(phone=typed), "phone")
    assert said == "Enter a phone number of 10 digits, with its area code."


@pytest.mark.parametrize("kind", ["staff", "clinician"])
def test_a_duplicate_username(world: World, kind: str) -> None:
    path = {"staff": "/desk/staff/new", "clinician": "/desk/clinicians/new"}[kind]
    said, _ = world.refused(path, getattr(world, kind)(username="Anita"), "username")
    assert said == "This username is taken."


def test_a_taken_mrn(world: World) -> None:
    said, _ = world.refused("/desk/patients/new", world.patient(mrn="K-00418"), "mrn")
    assert said == "Another patient has this MRN."
    with db.transaction():
        other = make.patient("Ravi Nair")
    page = f"/desk/patients/{other.id}/edit"
    told = {**form_at(world.admin.get(page).text, page).values, "mrn": "K-00418"}
    answer = world.admin.post(page, **told)
    assert form_at(answer.text, page).errors == {"mrn": "Another patient has this MRN."}


@pytest.mark.parametrize("typed", ["KING", "admin", "PATIENT", ""])
def test_an_unknown_role(world: World, typed: str) -> None:
    before = kept()
    answer = world.admin.post("/desk/staff/new", **world.staff(role=typed))
    drawn = form_at(answer.text, "/desk/staff/new")
    assert drawn.errors == {"role": "Choose a role."}
    assert drawn.values["full_name"] == ["Nila Nair"]
    assert kept() == before


@pytest.mark.parametrize("typed", ["7", "999999999", "x", "-1"])
def test_an_unknown_centre(world: World, typed: str) -> None:
    before = kept()
    answer = world.admin.post("/desk/staff/new", **world.staff(primary=typed))
    drawn = form_at(answer.text, "/desk/staff/new")
    assert list(drawn.errors) in (["primary"], ["centres"])
    assert drawn.values["email"] == ["nila@example.org"]
    answer = world.admin.post("/desk/clinicians/new", **world.clinician(centres=[typed], primary=typed))
    drawn = form_at(answer.text, "/desk/clinicians/new")
    assert list(drawn.errors) in (["centres"], ["primary"], ["centres", "primary"])
    assert drawn.values["bio"] == ["Sees adults."]
    assert kept() == before


def test_the_last_administrator_who_closes_her_own_account(world: World) -> None:
    page = f"/desk/staff/{world.ada.id}/access"
    answer = world.admin.post(page)
    assert answer.status_code == 409
    assert problems(answer) == ["This is the last active administrator. Make somebody else an administrator first."]
    with db.reading():
        assert identity.staff_member(world.ada.id).active


def test_a_clinician_with_visits_to_come_is_closed_by_no_door(world: World) -> None:
    with db.transaction():
        ahead = make.appointment(world.asha, world.anita, world.kochi, make.at("10:00"))
    answer = world.admin.post(f"/desk/clinicians/{world.anita.id}/closing")
    assert answer.status_code == 409
    assert f"/desk/appointments/{ahead.id}" in answer.text
    answer = world.admin.post(
        f"/desk/clinicians/{world.anita.id}/edit", **world.clinician(centres=[], username="anita")
    )
    drawn = form_at(answer.text, f"/desk/clinicians/{world.anita.id}/edit")
    assert (next(iter(drawn.errors)), drawn.values["fee"]) == ("centres", ["1,750"])
    with db.reading() as session:
        assert session.get_one(Clinician, world.anita.id).active


def png(width: int, height: int) -> bytes:
    """A picture that says it is this large, in a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width // 8 + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (600, 800), "teal").save(body, "PNG")
    return body.getvalue() + b"<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (png(8000, 5000), "The picture may have up to 12 megapixels. Choose a smaller one."),
        (polyglot(), "This is no picture we can use. Choose a JPEG, PNG or WebP."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no picture we can use. Choose a JPEG, PNG or WebP."),
        (b"MZ\x90\0 not a picture", "This is no picture we can use. Choose a JPEG, PNG or WebP."),
    ],
    ids=["forty megapixels", "a page behind a picture", "a drawing that can run", "a program called .png"],
)
def test_a_picture_that_is_too_large_or_in_disguise(world: World, body: bytes, said: str) -> None:
    page = f"/desk/clinicians/{world.anita.id}/picture"
    answer = world.admin.post(page, picture=(io.BytesIO(body), "face.png"))
    assert answer.status_code == 422
    assert form_at(answer.text, page).errors == {"picture": said}
    with db.reading() as session:
        assert session.get_one(Clinician, world.anita.id).picture_key is None


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0", "\t=1+1"])
def test_a_cell_that_begins_like_a_formula_is_plain_text_in_every_file(world: World, name: str) -> None:
    with db.transaction():
        make.staff(Role.FRONT_DESK, world.kochi, name=name)
        world.anita.full_name = name
        db.session().merge(world.anita)
        make.patient(name)
    for answer in (
        world.admin.post("/exports/staff"),
        world.admin.post("/exports/clinicians"),
        world.admin.post("/exports/patients"),
    ):
        assert answer.mimetype == "text/csv"
        cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
        assert any(name.strip() in cell for cell in cells), "it is in the file"
        assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell] == []


def test_words_and_not_codes_are_said(world: World) -> None:
    answer = world.admin.post("/desk/staff/new", role="KING", phone="1", email="x", username="1")
    said = words(answer)
    assert not any(word in said for word in ("Traceback", "ValueError", "null", "pydantic", "Input should"))
    assert len(problems(answer)) >= 4
