"""Hostile words typed into every form of people, places and visits are words on every page and in every file (line 53)."""

import csv
import io
from typing import Any

import html5lib
import pytest
from flask import Flask
from sqlalchemy import select

from mibo import clock, db
from mibo.booking import Appointment
from mibo.clinics import Centre
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.payments import Refund
from mibo.people import Clinician, Patient
from tests import make
from tests.web.drawn import form_at
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import clinic, problems

pytestmark = pytest.mark.usefixtures("database", "sandbox")

SHORT = "=1<x-y onerror=a>{{7*7}}\"x-y='"
LONG = (
    SHORT
    + '<script>alert(1)</script><img src=x onerror=alert(1)><div hx-trigger=load hx-get=/x-y>" hx-get="/x-y" '
    + "😀" * 30
)
FILES = ("/exports/patients", "/exports/staff", "/exports/appointments", "/exports/payments")


class World:
    """An administrator has typed hostile words wherever she may type words."""

    def __init__(self, app: Flask) -> None:
        self.app, self.refused = app, []
        self.clinic = clinic()
        kochi, anita = self.clinic.kochi, self.clinic.anita
        with db.transaction():
            self.admin = Desk(app.test_client(), make.staff(Role.ADMIN))
        self.type("/desk/staff/new", full_name=SHORT, phone="9876540001", username="nila_n", email="n@example.org",
                  designation=SHORT, role="FRONT_DESK", primary=kochi.id)  # fmt: skip
        self.type("/desk/centres/new", name=SHORT, short_name=SHORT[:30], city=SHORT[:30], address_line_1=SHORT,
                  address_line_2=SHORT, pincode="680001", phone="04872441234")  # fmt: skip
        self.type("/desk/clinicians/new", phone="9845011122", username="dr_x", full_name=SHORT, fee="1750",
                  specialisations=["Psychiatrist"], qualifications=["MBBS"], languages=["English"], modes=["ONLINE"],
                  session_minutes="45", centres=[kochi.id], primary=kochi.id, bio=LONG, title=SHORT,
                  registration_number=SHORT)  # fmt: skip
        person = {"first_name": SHORT, "last_name": SHORT, "phone": "9876500009", "age": "12", "gender": "MALE"}
        person |= {"emergency_contact_name": SHORT, "guardian_name": SHORT, "guardian_relation": SHORT, "notes": LONG}
        person |= {"guardian_phone": "9876500010", "guardian_consent": "y", "emergency_contact_phone": "04844000000"}
        self.type("/desk/patients/new", **person)
        self.patient = self.newest(Patient)
        self.type(f"/desk/patients/{self.patient.id}/notes", note=LONG)
        booking = {"patient": self.patient.id, "centre": kochi.id, "clinician": anita.id, "mode": "IN_PERSON",
                   "day": make.tomorrow(), "last_four": "0009", "note": LONG, "pay_by": "CASH"}  # fmt: skip
        for face in ("10:00", "12:00"):
            self.type("/desk/new", **booking, at=face, request_key=f"key-of-{face}", desk_note=SHORT)
        self.visit = self.newest(Appointment)
        self.type(f"/desk/appointments/{self.visit.id}/cancellation", reason=LONG, version=self.visit.version)
        with db.reading() as session:
            kept = session.scalars(select(Appointment).where(Appointment.status == "CONFIRMED")).one()
        self.type(f"/desk/appointments/{kept.id}/refund", rupees="100", reason=SHORT)
        self.refund = self.newest(Refund)
        self.type("/queue/add", patient=self.patient.id, centre=kochi.id, last_four="0009", note=LONG)
        self.type("/time-off/new", clinician=anita.id, centre=kochi.id, day=make.tomorrow(), from_time="16:00",
                  to_time="17:00", reason=LONG, key="key-of-a-test")  # fmt: skip
        self.type(
            f"/desk/centres/{kochi.id}/holidays", day=clock.today().replace(year=clock.today().year + 1), reason=SHORT
        )
        for path in (
            f"/desk/patients/{self.patient.id}/edit", f"/desk/staff/{self.newest_staff()}",
            f"/desk/clinicians/{self.newest(Clinician).id}/edit", f"/desk/centres/{self.newest(Centre).id}",
        ):  # fmt: skip
            self.type(path, **form_at(self.admin.get(path).text, path).values)
        policy = form_at(self.admin.get("/desk/policy").text, "/desk/policy").values
        self.type("/desk/policy", **{**policy, "hold_minutes": "20", "reason": SHORT})

    def type(self, path: str, **fields: object) -> None:
        answer = self.admin.post(path, **fields)
        if answer.status_code != 303:
            self.refused.append((path, answer.status_code, problems(answer)))

    def newest(self, kind: Any) -> Any:
        with db.reading() as session:
            return session.scalars(select(kind).order_by(kind.id.desc())).first()

    def pages(self) -> list[str]:
        """Every page that can be asked for, of what was typed."""
        ids = {
            "patient_id": self.patient.id, "appointment_id": self.visit.id, "clinician_id": self.newest(Clinician).id,
            "centre_id": self.newest(Centre).id, "reference": self.visit.reference,
            "account_id": self.newest_staff(), "scene": "desk", "payment_id": self.visit.payment_id,
            "refund_id": self.refund.id,
        }  # fmt: skip
        shown = []
        for rule in self.app.url_map.iter_rules():
            if (
                "GET" in (rule.methods or ())
                and not rule.rule.startswith(("/api", "/static"))
                and rule.arguments <= set(ids)
            ):
                shown.append(
                    self.app.url_map.bind("localhost").build(rule.endpoint, {n: ids[n] for n in rule.arguments})
                )
        day = make.tomorrow()
        kochi, anita = self.clinic.kochi.id, self.clinic.anita.id
        return [
            *shown, f"/desk?day={day}&centre={kochi}", f"/desk/day-list?day={day}&centre={kochi}",
            f"/week/{anita}?day={day}", f"/desk/centres/{kochi}", f"/queue?centre={kochi}",
        ]  # fmt: skip

    def newest_staff(self) -> int:
        with db.reading() as session:
            return session.scalars(
                select(Account.id).where(Account.full_name == SHORT, Account.username == "nila_n")
            ).one()


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def harm(page: str) -> list[str]:
    """What of the words has become more than words."""
    found = []
    for each in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(each.tag, str):
            continue
        told = " ".join([each.tag, *map(str, each.attrib)])
        active = [str(value) for name, value in each.attrib.items() if str(name).startswith(("hx-", "href", "action"))]
        if "x-y" in told or "onerror" in told or any("x-y" in value for value in active):
            found.append(f"{told} {active}")
        if each.tag == "script" and "alert(1)" in (each.text or ""):
            found.append("a script")
    return found + (["a template"] if '>49"' in page or "&gt;49&" in page else [])


def test_every_form_took_the_words(world: World) -> None:
    assert world.refused == []


def test_on_every_page_they_are_words(world: World) -> None:
    wrong, told = [], set()
    for path in world.pages():
        answer = world.admin.get(path)
        assert answer.status_code < 500, path
        if answer.mimetype == "text/html":
            wrong += [(path, each) for each in harm(answer.text)]
            if "&lt;x-y" in answer.text:
                told.add(path.split("?")[0])
    assert wrong == []
    one = f"/desk/appointments/{world.visit.id}"
    assert told >= {
        "/appointments", "/desk", "/desk/day-list", "/desk/patients", "/desk/staff", "/desk/centres", "/desk/clinicians",
        "/clinicians", "/queue", "/time-off", "/money/payments", f"/money/payments/{world.visit.payment_id}",
        "/money/takings/lines", "/money/refunds", f"/money/refunds/{world.refund.id}",
        "/desk/policy", f"/desk/patients/{world.patient.id}", one,
    }  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_in_a_file_they_are_cells_that_compute_nothing(world: World, path: str) -> None:
    answer = world.admin.post(
        path, **({"time": "all"} if path in ("/exports/appointments", "/exports/payments") else {})
    )
    assert answer.mimetype == "text/csv"
    cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
    assert any("<x-y" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in "=+-@\t\r" and cell] == []


def test_on_paper_they_are_words(world: World) -> None:
    for path in ("/appointments/paper", "/money/payments/paper"):
        page = world.admin.post(path, time="all").text
        assert "&lt;x-y" in page
        assert harm(page) == []
