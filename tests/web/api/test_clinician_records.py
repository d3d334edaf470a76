"""Clinicians over the API: both prefixes and both casings, and the holes H4, H6 and H21 stay closed."""

import io

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from mibo import db, identity, people
from mibo.config import settings
from mibo.identity import Account, Role, RoleGrant
from mibo.people import Clinician
from tests import make
from tests.web.api.conftest import App, Clinic

BOTH = pytest.mark.parametrize("prefix", ["/clinicians", "/users/clinicians"])
PASSWORD = "rain over the backwaters"


class Writer(App):
    def send(self, method: str, path: str, sent: object = None):
        return self.client.open("/api" + path, method=method, json=sent, headers=self.headers)


@pytest.fixture
def of(client, signed_in, clinic):
    def made(role: Role, *centres) -> Writer:
        with db.transaction():
            account = make.staff(role, *centres)
        app = signed_in(account)
        writer = Writer(client)
        writer.headers = app.headers
        return writer

    return made


def wish(clinic: Clinic, **more) -> dict:
    """What the incumbent's staff app sends."""
    return {
        "full_name": "Dr. Leela D'Souza",
        "phone": "9845011122",
        "password": PASSWORD,
        "role_ids": [1, 2],
        "email": "leela@clinic.example",
        "username": "leela",
        "designation": "Clinical Psychologist",
        "primary_centre_id": str(clinic.centre.id),
        "specialization": ["Clinical Psychologist"],
        "qualification": ["M.Phil", "PhD"],
        "languages": ["English", "Tamil"],
        "expertise": ["OCD"],
        "consultation_fee": 1750.5,
        "registration_number": "RCI-7",
        "years_of_experience": 12,
        "bio": "Sees adults.",
        "consultation_modes": ["ONLINE"],
        "default_consultation_duration_minutes": 45,
        "profile_picture_url": "https://pictures.example/leela.jpg",
        "video_url": "https://video.example/leela",
        **more,
    }


@BOTH
def test_every_field_that_is_sent_comes_back(of, clinic, prefix):
    app = of(Role.MANAGER)
    made = app.send("POST", prefix, wish(clinic))
    assert made.status_code == 201, made.json
    shown = app.get(f"{prefix}/{made.json['data']['id']}").json["data"]
    assert shown == made.json["data"]
    expected = {
        "fullName": "Dr. Leela D'Souza", "phone": "9845011122", "email": "leela@clinic.example", "username": "leela",
        "designation": "Clinical Psychologist", "primaryCentreId": str(clinic.centre.id),
        "specialization": ["Clinical Psychologist"], "qualification": ["M.Phil", "PhD"],
        "languages": ["English", "Tamil"], "expertise": ["OCD"], "consultationFee": 1750.5,
        "registrationNumber": "RCI-7", "yearsOfExperience": 12, "bio": "Sees adults.", "consultationModes": ["ONLINE"],
        "defaultDurationMinutes": 45, "profilePictureUrl": "https://pictures.example/leela.jpg",
        "videoIntroductionUrl": "https://video.example/leela", "isActive": True, "availabilityRules": [],
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CENTRE_MANAGER])
def test_the_roles_that_are_sent_are_not_read(of, clinic, role):
    """H4: nobody makes an admin by making a clinician."""
    made = of(role, clinic.centre).send("POST", "/clinicians", wish(clinic, roles=["ADMIN"], role="ADMIN"))
    assert made.status_code == 201
    with db.reading() as session:
        granted = session.scalars(
            select(RoleGrant).where(RoleGrant.account_id == int(made.json["data"]["userId"]))
        ).all()
        assert [(each.role, each.centre_id) for each in granted] == [(Role.CLINICIAN, clinic.centre.id)]


def test_a_refused_clinician_leaves_no_account_behind(of, clinic):
    app = of(Role.MANAGER)
    for wrong in ({"primary_centre_id": "999999"}, {"password": "password1234"}, {"consultation_fee": 0},
                  {"specialization": []}, {"languages": None}, {"phone": "123"}, {"full_name": ""},
                  {"profile_picture_url": "javascript:alert(1)"}, {"default_duration_minutes": 1},
                  {"consultation_fee": True}):  # fmt: skip
        answer = app.send("POST", "/clinicians", wish(clinic, **wrong))
        assert answer.status_code == 400, wrong
        assert answer.json["error"]["code"] == "VALIDATION_ERROR"
    with db.reading() as session:
        assert session.scalar(select(Account).where(Account.username == "leela")) is None


def test_a_phone_or_a_username_is_given_once(of, clinic):
    app = of(Role.MANAGER)
    assert app.send("POST", "/clinicians", wish(clinic)).status_code == 201
    assert app.send("POST", "/clinicians", wish(clinic)).json["code"] == "PHONE_TAKEN"
    again = app.send("POST", "/clinicians", wish(clinic, phone="9845011123"))
    assert (again.status_code, again.json["code"]) == (409, "USERNAME_TAKEN")


@BOTH
def test_a_change_touches_only_what_is_told(of, clinic, prefix):
    app = of(Role.ADMIN)
    one = f"{prefix}/{clinic.clinician.id}"
    before = app.get(one).json["data"]
    after = app.send("PUT", one, {"consultationFee": 2000, "yearsOfExperience": 9, "email": "a@clinic.example"})
    assert after.status_code == 200, after.json
    changed = {name for name, value in after.json["data"].items() if before[name] != value} - {"updatedAt"}
    assert changed == {"consultationFee", "yearsOfExperience", "email"}
    assert app.send("PUT", one, {"email": "", "profile_picture_url": ""}).json["data"]["email"] is None
    cleared = {"designation": None, "registrationNumber": "", "bio": None, "yearsOfExperience": None, "videoUrl": ""}
    assert app.send("PUT", one, cleared).json["data"]["bio"] is None
    assert app.send("PUT", one, {}).status_code == 400
    assert app.send("PUT", one, {"specialization": []}).status_code == 400
    assert app.send("PUT", f"{prefix}/999999", {"bio": "x"}).status_code == 404


def test_a_centre_manager_changes_nobody_of_another_centre(of, clinic):
    with db.transaction():
        other = make.centre("Mibo Elsewhere")
    app = of(Role.CENTRE_MANAGER, other)
    one = f"/clinicians/{clinic.clinician.id}"
    assert app.send("PUT", one, {"bio": "x"}).status_code == 404
    assert app.send("DELETE", one).status_code == 404
    assert app.send("PATCH", f"{one}/toggle-active", {"isActive": False}).status_code == 404
    assert app.send("POST", "/clinicians", wish(clinic)).status_code == 400


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CLINICIAN])
def test_nobody_else_writes(of, clinic, stranger, role):
    one = f"/clinicians/{clinic.clinician.id}"
    calls = [("POST", "/clinicians", wish(clinic)), ("PUT", one, {"bio": "x"}), ("DELETE", one, None),
             ("PATCH", f"{one}/toggle-active", {"isActive": False}), ("PATCH", f"{one}/credentials", {"username": "x1y"}),
             ("POST", "/upload/clinician-profile", None), ("DELETE", "/upload/image", {"imageUrl": "/x"})]  # fmt: skip
    app, nobody = of(role, clinic.centre), Writer(stranger.client)
    nobody.headers = {}
    for method, path, sent in calls:
        assert app.send(method, path, sent).status_code == 403, path
        assert nobody.send(method, path, sent).status_code == 401, path


@BOTH
def test_the_toggle_takes_the_clinicians_id_and_waits_for_the_last_visit(of, clinic, prefix):
    app = of(Role.MANAGER)
    one = f"{prefix}/{clinic.clinician.id}"
    assert (
        app.send("PATCH", f"{prefix}/{clinic.clinician.account_id}/toggle-active", {"isActive": False}).status_code
        == 404
    )
    with db.transaction():
        visit = make.appointment(clinic.patient, clinic.clinician, clinic.centre, make.at("09:00"))
    for refused in (app.send("PATCH", f"{one}/toggle-active", {"isActive": False}), app.send("DELETE", one)):
        assert refused.status_code == 400
        assert refused.json["code"] == "HAS_APPOINTMENTS"
    with db.transaction() as session:
        from mibo.booking import Appointment, StatusChange

        session.get_one(Appointment, visit.id).status = "CANCELLED"
        session.add(StatusChange(appointment_id=visit.id, previous="CONFIRMED", next="CANCELLED"))
    assert app.send("PATCH", f"{one}/toggle-active", {"is_active": False}).json["data"]["isActive"] is False
    assert app.send("PATCH", f"{one}/toggle-active", {"isActive": True}).json["data"]["isActive"] is True
    gone = app.send("DELETE", one)
    assert gone.status_code == 200
    assert gone.json["data"]["message"]


def test_strangers_see_no_contact_and_nobody_inactive(of, clinic, stranger):
    """H21."""
    shown = stranger.get(f"/clinicians/{clinic.clinician.id}").json["data"]
    assert (shown["phone"], shown["email"], shown["username"], shown["userId"]) == (None, None, None, None)
    of(Role.MANAGER).send("DELETE", f"/clinicians/{clinic.clinician.id}")
    for path in (f"/clinicians/{clinic.clinician.id}", f"/users/clinicians/{clinic.clinician.id}"):
        assert stranger.get(path).status_code == 404
        assert stranger.get(path, isActive="false").status_code == 404
    assert stranger.get("/clinicians", isActive="false").json["data"] == []


def test_credentials_are_set_by_managers_and_end_every_sign_in(of, clinic):
    one = f"/clinicians/{clinic.clinician.id}/credentials"
    with db.transaction() as session:
        key = identity.start_web_sign_in(session.get_one(Account, clinic.clinician.account_id), "a test")
    app = of(Role.MANAGER)
    assert app.send("PATCH", one, {}).status_code == 400
    assert app.send("PATCH", one, {"password": "short"}).status_code == 400
    assert app.send("PATCH", one, {"username": "anita", "password": PASSWORD}).status_code == 200
    with db.reading():
        assert identity.who_by_key(key) is None
    assert of(Role.CENTRE_MANAGER, clinic.centre).send("PATCH", one, {"username": "other"}).status_code == 403


def test_a_manager_does_not_set_the_password_of_an_admin(of, clinic):
    with db.transaction() as session:
        session.add(RoleGrant(account_id=clinic.clinician.account_id, role=Role.ADMIN))
    one = f"/clinicians/{clinic.clinician.id}"
    app = of(Role.MANAGER)
    assert app.send("PATCH", f"{one}/credentials", {"password": PASSWORD}).status_code == 403
    assert app.send("PUT", one, {"phone": "9845000000"}).status_code == 403
    assert of(Role.ADMIN).send("PATCH", f"{one}/credentials", {"password": PASSWORD}).status_code == 200


def picture(size=(300, 300)) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, "teal").save(body, "PNG")
    return body.getvalue()


def upload(app: Writer, body: bytes, name: str = "../../etc/x.html", field: str = "profilePicture"):
    sent = {field: (io.BytesIO(body), name)}
    answer = app.client.post("/api/upload/clinician-profile", data=sent, headers=app.headers)
    answer.request.environ["wsgi.input"].close()  # the client's own file of a large body
    return answer


def test_a_picture_is_sent_then_shown_then_taken_away(of, clinic, app: Flask):
    """H6."""
    manager = of(Role.CENTRE_MANAGER, clinic.centre)
    sent = upload(manager, picture())
    assert sent.status_code == 200, sent.json
    address = sent.json["data"]["imageUrl"]
    path = address.removeprefix(settings().base_url)
    assert path.startswith("/pictures/")
    one = f"/clinicians/{clinic.clinician.id}"
    assert manager.send("PUT", one, {"profilePictureUrl": address}).json["data"]["profilePictureUrl"] == address
    shown = app.test_client().get(path)
    assert shown.mimetype == "image/webp"
    assert shown.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    with db.transaction():
        other = make.centre("Mibo Elsewhere")
    assert of(Role.CENTRE_MANAGER, other).send("DELETE", "/upload/image", {"imageUrl": address}).status_code == 404
    assert manager.send("DELETE", "/upload/image", {"imageUrl": address}).status_code == 200
    assert app.test_client().get(path).status_code == 404
    with db.reading():
        assert people.clinician(clinic.clinician.id).picture == ""
    assert manager.send("DELETE", "/upload/image", {"imageUrl": "https://elsewhere.example/x.png"}).status_code == 404


def test_a_picture_by_address_is_kept_and_never_fetched(of, clinic):
    """Line 58: the machine of the tests refuses every outgoing connection, and none is tried."""
    manager = of(Role.MANAGER)
    for address in ("https://127.0.0.1/x.png", "https://169.254.169.254/latest", "https://private.example/x.png"):
        answer = manager.send("PUT", f"/clinicians/{clinic.clinician.id}", {"profilePictureUrl": address})
        assert answer.json["data"]["profilePictureUrl"] == address


@pytest.mark.parametrize(
    ("body", "status"), [(b"<svg/>", 422), (b"", 422), (picture()[:-20], 422), (picture() + b"x" * 3_000_000, 413)]
)
def test_what_is_no_picture_is_refused(of, body, status):
    assert upload(of(Role.MANAGER), body).status_code == status


def test_a_form_without_the_file_is_told_so(of):
    assert upload(of(Role.MANAGER), picture(), field="other").status_code == 400


def test_a_member_of_staff_becomes_a_clinician_by_an_admin_only(of, clinic):
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, clinic.centre, name="Deepa Desk")
    sent = wish(clinic, user_id=str(desk.id))
    for name in ("full_name", "phone", "password"):
        del sent[name]
    assert of(Role.MANAGER).send("POST", "/clinicians", sent).status_code == 403
    made = of(Role.ADMIN).send("POST", "/clinicians", sent)
    assert made.status_code == 201
    assert made.json["data"]["fullName"] == "Deepa Desk"
    assert of(Role.ADMIN).send("POST", "/clinicians", sent).json["code"] == "ALREADY_CLINICIAN"
    with db.reading() as session:
        assert len(session.scalars(select(Clinician).where(Clinician.account_id == desk.id)).all()) == 1
