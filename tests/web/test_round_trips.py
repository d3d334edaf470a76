"""P13: fill in all there is, save, open again, compare: every form of people and places (the API's are in `api/`)."""

import re
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel

from mibo import clock, db
from mibo.clinics.policy import BOUNDS
from mibo.identity.permissions import Role
from mibo.web.forms.policy import SHOWN, shown
from mibo.web.inputs.centres import CentreInput, DoorHoursInput
from mibo.web.inputs.clinicians import ClinicianInput
from mibo.web.inputs.patients import RecordInput
from mibo.web.inputs.policy import PolicyInput
from mibo.web.inputs.staff import StaffInput
from tests import make
from tests.web.drawn import form_at
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import problems

pytestmark = pytest.mark.usefixtures("database")

Told = dict[str, Any]


class World:
    """Two centres with their people, and an administrator at a browser."""

    def __init__(self, app: Flask) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.desk = make.staff(Role.FRONT_DESK, self.kochi, username="deepa")
            self.anita = make.clinician(self.kochi, account=make.staff(Role.CLINICIAN, self.kochi, username="anita"))
            self.asha = make.patient()
            self.ada = make.staff(Role.ADMIN, name="Ada Admin")
        self.page = Desk(app.test_client(), self.ada)

    @property
    def staff(self) -> Told:
        return {
            "full_name": "Nila Nair", "phone": "9876540001", "username": "nila_n", "email": "nila@example.org",
            "designation": "Reception", "role": "CARE_COORDINATOR", "primary": self.mumbai.id, "centres": [self.kochi.id],
        }  # fmt: skip

    @property
    def clinician(self) -> Told:
        return {
            "phone": "9845011122", "email": "new@clinic.example", "username": "dr_leela", "full_name": "Dr. Leela D'Souza",
            "title": "Clinical Psychologist", "registration_number": "RCI-77", "specialisations": ["Psychiatrist"],
            "qualifications": ["MBBS", "MD"], "languages": ["English", "Tamil"], "expertise": ["OCD", "Sleep"],
            "years_of_experience": "12", "fee": "1750.50", "modes": ["ONLINE"], "session_minutes": "45",
            "buffer_minutes": "10", "bio": "Sees adults.\r\nAnd <b>their</b> & friends.",
            "video_url": "https://video.example/l?a=1&b=2", "picture_url": "https://pictures.example/l.jpg",
            "centres": [self.kochi.id, self.mumbai.id], "primary": self.mumbai.id,
        }  # fmt: skip

    @property
    def patient(self) -> Told:
        return {
            "first_name": "Meera", "last_name": "Nair", "full_name": "Meera K. Nair", "phone": "98765 00009",
            "email": "meera@example.com", "date_of_birth": ["4", "2", "2015"], "gender": "FEMALE", "blood_group": "B+",
            "emergency_contact_name": "Ravi Nair", "emergency_contact_phone": "0484 400 0000",
            "guardian_name": "Ravi Nair", "guardian_relation": "father", "guardian_phone": "98765 00010",
            "guardian_consent": "y", "notes": "Prefers mornings.\r\nBy bus.", "mrn": "K-00077",
            "message_channel": "SMS", "message_language": "ml", "discreet_messages": "y", "no_messages": "y",
        }  # fmt: skip

    @property
    def centre(self) -> Told:
        return {
            "name": "Mibo Thrissur", "short_name": "Thrissur", "city": "Thrissur", "address_line_1": "4 Round West",
            "address_line_2": "Swaraj Ground", "pincode": "680001", "phone": "4872441234", "map_url": "https://maps.example/t?q=1&z=2",
        }  # fmt: skip


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def listed(told: Told) -> dict[str, list[str]]:
    return {name: list(map(str, value if isinstance(value, list) else [value])) for name, value in told.items()}


def filled(told: Told, kind: type[BaseModel], but: set[str] | None = None) -> Told:
    """The same, once it is sure that it names every field that the input has."""
    assert set(kind.model_fields) - (but or set()) == set(told), "a field is missing here"
    return told


INPUTS: dict[str, tuple[type[BaseModel], set[str]]] = {
    "staff": (StaffInput, set()),
    "clinicians": (ClinicianInput, set()),
    "patients": (RecordInput, {"age", "family"}),
    "centres": (CentreInput, set()),
}
EDITED = {"staff": "/desk/staff/{}", "clinicians": "/desk/clinicians/{}/edit", "patients": "/desk/patients/{}/edit",
          "centres": "/desk/centres/{}"}  # fmt: skip


@pytest.mark.parametrize("folder", INPUTS)
def test_a_new_one_holds_all_that_was_typed(world: World, folder: str) -> None:
    told = filled(getattr(world, folder.removesuffix("s")), *INPUTS[folder])
    answer = world.page.post(f"/desk/{folder}/new", **told)
    assert answer.status_code == 303, problems(answer)
    made = re.search(r"\d+", answer.location)
    assert made
    page = EDITED[folder].format(made[0])
    drawn = form_at(world.page.get(page).text, page)
    assert {name: drawn.values.get(name) for name in told} == listed(told)


@pytest.mark.parametrize("folder", INPUTS)
def test_a_changed_one_holds_all_that_was_typed_and_saving_it_again_changes_nothing(world: World, folder: str) -> None:
    told = filled(getattr(world, folder.removesuffix("s")), *INPUTS[folder])
    kept = {"staff": world.desk, "clinicians": world.anita, "patients": world.asha, "centres": world.kochi}[folder]
    page = EDITED[folder].format(kept.id)
    before = form_at(world.page.get(page).text, page)
    different = {name for name, value in listed(told).items() if before.values.get(name) != value}
    assert different >= set(told) - {"gender", "title", "specialisations"}, "each field is given something new"
    for _ in range(2):
        answer = world.page.post(page, **told)
        assert answer.status_code == 303, problems(answer)
        drawn = form_at(world.page.get(page).text, page)
        assert {name: drawn.values.get(name) for name in told} == listed(told)
        told = {name: drawn.values[name] for name in told}


def times(typed: str) -> list[tuple[int, int]]:
    return [(int(hour), int(minute)) for hour, minute in re.findall(r"(\d+):(\d\d)", typed)]


def test_door_hours_hold_all_that_was_typed(world: World) -> None:
    told = {f"day_{day}": f"{8 + day}:00–13:00, 14:00–{17 + day // 2}:30" for day in range(5)} | {
        "day_5": "10:00–14:00", "day_6": "9:15–12:45",
    }  # fmt: skip
    filled(told, DoorHoursInput)
    page, action = f"/desk/centres/{world.kochi.id}", f"/desk/centres/{world.kochi.id}/hours"
    assert world.page.post(action, **told).status_code == 303
    first = form_at(world.page.get(page).text, action).values
    assert {name: times(first[name][0]) for name in told} == {name: times(typed) for name, typed in told.items()}
    assert world.page.post(action, **first).status_code == 303
    assert form_at(world.page.get(page).text, action).values == first


def test_a_holiday_holds_its_day_and_reason(world: World) -> None:
    page, day = f"/desk/centres/{world.kochi.id}", make.tomorrow()
    assert world.page.post(f"{page}/holidays", day=day, reason="Onam & rest").status_code == 303
    shown = world.page.get(page).text
    assert "Onam &amp; rest" in shown
    assert str(day.day) in shown
    assert day > clock.today()


def test_every_policy_number_holds_what_was_typed(world: World) -> None:
    page = "/desk/policy"
    before = form_at(world.page.get(page).text, page).values
    most = {name: shown(name, BOUNDS[name][1]) for name in SHOWN}
    told = {name: str(int(before[name][0]) + (1 if int(before[name][0]) < most[name] else -1)) for name in SHOWN}
    told["refund_in_time_percent"] = "90"
    assert set(SHOWN) <= set(PolicyInput.model_fields)
    answer = world.page.post(page, **told, reason="Everything anew")
    assert answer.status_code == 303, problems(answer)
    drawn = form_at(world.page.get(page).text, page)
    assert {name: drawn.values[name] for name in SHOWN} == listed(told)
    assert drawn.names == {*SHOWN, "reason"}
