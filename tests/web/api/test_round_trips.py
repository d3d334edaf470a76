"""P13 over the API: fill in all that an input has, send, read again, compare; and once more with everything else."""

from typing import Any

import pytest
from pydantic import BaseModel

from mibo import db
from mibo.clinics import Centre
from mibo.identity.permissions import Role
from mibo.web.inputs.clinician_records import ClinicianAdded, ClinicianChange
from mibo.web.inputs.hours import RuleWish
from mibo.web.inputs.records import PatientChange, PatientWish
from mibo.web.inputs.users import CentreChange, NewCentre, StaffChange, StaffWithRoles
from tests import make
from tests.web.api.conftest import App, Clinic

Told = dict[str, Any]
PASSWORD = "rain over the backwaters"
RULE = {
    "day_of_week": 2, "start_time": "09:30:00", "end_time": "11:00:00", "slot_duration_minutes": 45,
    "consultation_mode": "ONLINE",
}  # fmt: skip


class Sender(App):
    """An administrator's app."""

    def send(self, method: str, path: str, sent: object = None) -> Any:
        return self.client.open("/api" + path, method=method, json=sent, headers=self.headers)


@pytest.fixture
def mumbai(clinic: Clinic) -> Centre:
    with db.transaction():
        return make.centre("Mibo Mumbai", city="mumbai")


@pytest.fixture
def api(client, signed_in, mumbai: Centre) -> Sender:
    with db.transaction():
        ada = make.staff(Role.ADMIN)
    sender = Sender(client)
    sender.headers = signed_in(ada).headers
    return sender


def filled(told: Told, kind: type[BaseModel], but: set[str] | None = None) -> Told:
    """The same, once it is sure that it names every field that the input has."""
    assert set(kind.model_fields) - (but or set()) == set(told), "a field is missing here"
    return told


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(each.title() for each in rest)


def shows(api: Sender, path: str, told: Told, **unless: Any) -> None:
    """What is read holds what was told, in its own words where they differ; None is for what is never shown."""
    shown = api.send("GET", path).json["data"]
    expected = {name: value for name, value in {**{camel(n): v for n, v in told.items()}, **unless}.items() if value}
    assert {name: shown.get(name) for name in expected} == expected


def test_a_patient_over_the_api(api: Sender, clinic: Clinic, mumbai: Centre) -> None:
    told = {
        "full_name": "Meera K. Nair", "first_name": "Meera", "last_name": "Nair", "phone": "9876500009",
        "email": "meera@example.com", "date_of_birth": "2015-02-04", "gender": "FEMALE", "blood_group": "B+",
        "emergency_contact_name": "Ravi Nair", "emergency_contact_phone": "0484 400 0000", "guardian_name": "Ravi Nair",
        "guardian_relation": "father", "guardian_phone": "9876500010", "guardian_consent": True,
        "notes": "Prefers mornings.", "mrn": "K-77",
    }  # fmt: skip
    unless = {"phone": "919876500009", "guardianPhone": "919876500010", "guardianConsent": None}
    made = api.send("POST", "/patients", filled(told, PatientWish, {"age", "family"}))
    assert made.status_code == 201, made.json
    shows(api, f"/patients/{made.json['data']['id']}", told, **unless)
    changed = {**told, "phone": "9876500019", "mrn": "K-78", "email": "m@example.com"}
    answer = api.send(
        "PUT", f"/patients/{clinic.patient.id}", filled({**changed, "full_name": "Mira Nair"}, PatientChange, {"age"})
    )
    assert answer.status_code == 200 or answer.json == {}, answer.json


def test_a_member_of_staff_over_the_api(api: Sender, clinic: Clinic, mumbai: Centre) -> None:
    told = {
        "full_name": "Nila Nair", "phone": "9876540001", "username": "nila_n", "email": "nila@example.org",
        "designation": "Reception", "password": PASSWORD, "role_ids": ["6"],
        "centre_ids": [str(clinic.centre.id), str(mumbai.id)],
    }  # fmt: skip
    unless = {"password": None, "roleIds": None, "role": "FRONT_DESK", "centreIds": None}
    made = api.send("POST", "/users", filled(told, StaffWithRoles))
    assert made.status_code == 201, made.json
    one = f"/users/{made.json['data']['user']['id']}"
    shows(api, one, told, **unless)
    assert [each["id"] for each in api.get(one).json["data"]["centres"]] == told["centre_ids"]
    changed = {**told, "full_name": "Nila N.", "phone": "9876540009", "username": "nn1", "email": "n@example.org",
               "designation": "Desk", "centre_ids": [str(mumbai.id)]}  # fmt: skip
    del changed["role_ids"]
    answer = api.send("PUT", one, filled(changed, StaffChange))
    assert answer.status_code == 200, answer.json
    shows(api, one, changed, **unless)
    assert [each["id"] for each in api.get(one).json["data"]["centres"]] == changed["centre_ids"]


def test_a_clinician_over_the_api(api: Sender, clinic: Clinic, mumbai: Centre) -> None:
    told = {
        "full_name": "Dr. Leela D'Souza", "phone": "9845011122", "password": PASSWORD,
        "email": "leela@clinic.example", "username": "leela", "designation": "Psychologist",
        "primary_centre_id": str(mumbai.id), "centre_ids": [str(clinic.centre.id)],
        "specialization": ["Therapist"], "qualification": ["PhD"], "languages": ["Tamil"], "expertise": ["OCD"],
        "consultation_fee": 1750.5, "registration_number": "RCI-7", "years_of_experience": 12, "bio": "Sees adults.",
        "consultation_modes": ["ONLINE"], "default_duration_minutes": 45, "buffer_minutes": 10,
        "profile_picture_url": "https://pictures.example/l.jpg", "video_introduction_url": "https://video.example/l",
        "availability_rules": [RULE | {"centre_id": str(clinic.centre.id)}],
    }  # fmt: skip
    unless = {"password": None, "centreIds": None, "availabilityRules": None}
    filled(RULE | {"centre_id": ""}, RuleWish)
    made = api.send("POST", "/clinicians", filled(told, ClinicianAdded, {"user_id"}))
    assert made.status_code == 201, made.json
    shows(api, f"/clinicians/{made.json['data']['id']}", told, **unless)
    [kept] = api.get(f"/clinicians/{made.json['data']['id']}").json["data"]["availabilityRules"]
    assert told["availability_rules"] == [{name: kept[camel(name)] for name in told["availability_rules"][0]}]
    changed = {**told, "phone": "9845011199", "email": "x@clinic.example"}
    changed = {name: value for name, value in changed.items() if name in ClinicianChange.model_fields}
    one = f"/clinicians/{clinic.clinician.id}"
    answer = api.send("PUT", one, filled(changed, ClinicianChange))
    assert answer.status_code == 200, answer.json
    shows(api, one, changed, **unless)


def test_a_centre_over_the_api(api: Sender, clinic: Clinic, mumbai: Centre) -> None:
    told = {
        "name": "Mibo Thrissur", "short_name": "Thrissur", "city": "kochi", "address_line_1": "4 Round West",
        "address_line_2": "Swaraj Ground", "pincode": "680001", "phone": "4872441234",
        "map_url": "https://maps.example/t",
    }  # fmt: skip
    made = api.send("POST", "/centres", filled(told, NewCentre))
    assert made.status_code == 201, made.json
    shows(api, f"/centres/{made.json['data']['id']}", told, phone=None, contactPhone="4872441234")
    changed = {**told, "name": "Mibo Fort", "city": "mumbai", "pincode": "680009"}
    answer = api.send("PUT", f"/centres/{clinic.centre.id}", filled(changed, CentreChange))
    assert answer.status_code == 200, answer.json
    shows(api, f"/centres/{clinic.centre.id}", changed, phone=None, contactPhone="4872441234")
