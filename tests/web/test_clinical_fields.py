"""Who finds which clinical word of a patient where: everybody, through every door that opens, against one table."""

import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from mibo import care, clock, db, identity
from mibo.booking import Status
from mibo.identity import Account, Actor
from mibo.identity.permissions import Role
from mibo.people import Patient, rules
from tests import make
from tests.web.pages.test_emergency import enrol
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database")

WORDS = {
    "note": "Notizwort", "medical": "Medizinwort", "history": "Vorgeschichtswort", "risk": "Gefahrenwort",
    "document": "Dokumentwort", "contact": "Notfallkontakt",
}  # fmt: skip
RECORD = "medical history risk document contact"
# who: what their pages show of the patient, and what their app is given
TABLE = {
    "treating clinician": (f"note {RECORD}", "note medical contact"),
    "covering colleague": (f"note {RECORD}", "medical contact"),
    "colleague of the same centre": ("", ""),
    "that colleague in an emergency": (f"note {RECORD}", ""),
    "clinician elsewhere": ("", ""),
    "care coordinator": ("contact", "contact"),
    "front desk": ("contact", "contact"),
    "desk elsewhere": ("", ""),
    "centre manager": ("contact", "contact"),
    "manager": ("contact", "contact"),
    "administrator": (RECORD, "medical contact"),
    "administrator in an emergency": (f"note {RECORD}", "medical contact"),
    "the patient": ("contact", "contact"),  # what they say of themselves is theirs to see
    "another patient": ("", ""),
    "the guardian, while the patient is a child": ("contact", ""),
    "the guardian once the patient came of age": ("", ""),
    "the guardian whom the patient then lets act": ("contact", ""),
}
PDF = b"%PDF-1.4\n%%" + WORDS["document"].encode() + b"\nstartxref\n0\n%%EOF\n"


class World:
    """Asha, of whom Anita wrote everything there is; who covers has a visit of hers tomorrow."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with db.transaction():
            here, far = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai")
            roles = {
                "treating clinician": (Role.CLINICIAN, here), "covering colleague": (Role.CLINICIAN, here),
                "colleague of the same centre": (Role.CLINICIAN, here), "clinician elsewhere": (Role.CLINICIAN, far),
                "care coordinator": (Role.CARE_COORDINATOR, here), "front desk": (Role.FRONT_DESK, here),
                "desk elsewhere": (Role.FRONT_DESK, far), "centre manager": (Role.CENTRE_MANAGER, here),
                "manager": (Role.MANAGER, None), "administrator": (Role.ADMIN, None),
            }  # fmt: skip
            staff = {
                who: make.staff(role, *([at] if at else []), name=who.title()) for who, (role, at) in roles.items()
            }
            staff["that colleague in an emergency"] = staff["colleague of the same centre"]
            staff["administrator in an emergency"] = staff["administrator"]
            doctors = {
                who: make.clinician(at or here, account=staff[who], name=who.title())
                for who, (role, at) in roles.items()
                if role == Role.CLINICIAN
            }
            for account in {one.id: one for one in staff.values()}.values():
                enrol(account)
            self.asha, self.other = make.patient("Asha Menon"), make.patient("Ravi Kumar")
            self.asha.emergency_contact_name, self.asha.mrn = WORDS["contact"], "MRN-2026-00007"
            anita, cover = doctors["treating clinician"], doctors["covering colleague"]
            self.one = make.appointment(
                self.asha, anita, here, make.at("08:00", clock.today()), status=Status.COMPLETED
            )
            self.tomorrow = make.appointment(self.asha, cover, here, make.at("10:00"))
            make.appointment(self.other, doctors["clinician elsewhere"], far, make.at("10:00"))
            self.mother = make.patient("Sheela Menon")
            self.people = staff | {"the patient": self.asha, "another patient": self.other}
            self.by = make.actor(staff["treating clinician"], Role.CLINICIAN, centres=(here,), clinician=anita)
        self.document = self._write(self.by)

    def everybody(self) -> Iterator[tuple[str, Account | Patient]]:
        """All of the table, and last the mother: then Asha's record is on her phone, at different ages."""
        yield from self.people.items()
        for who, age, agrees in zip(list(TABLE)[-3:], (17, 18, 18), (False, False, True), strict=True):
            with db.transaction() as session:
                asha = session.get_one(Patient, self.asha.id)
                asha.account_id, asha.age_told, asha.age_told_on = self.mother.id, None, None
                asha.date_of_birth = rules.years_before(clock.today(), age)
                asha.created_at = clock.now() - timedelta(days=100)
                asha.grown_up_agreed_at = clock.now() if agrees else None
            yield who, self.mother

    def _write(self, by: Actor) -> int:
        with db.transaction():
            care.notes.write(self.one.id, WORDS["note"], by=by)
            care.history.add(self.asha.id, "CONDITION", WORDS["history"], by=by)
            care.history.add(self.asha.id, "RISK", WORDS["risk"], by=by)
        anita = Visitor(self.app.test_client()).sign_in(self.people["treating clinician"])
        assert anita.post(f"/desk/patients/{self.asha.id}/notes", {"note": WORDS["medical"]}).status_code == 303
        sent = {"csrf_token": anita.token(), "file": (io.BytesIO(PDF), f"{WORDS['document']}.pdf")}
        assert anita.client.post(f"/desk/patients/{self.asha.id}/documents", data=sent).status_code == 303
        listed = anita.get(f"/desk/patients/{self.asha.id}/record").text
        found = re.search(rf"/documents/(\d+)\" download>{WORDS['document']}", listed)
        assert found
        return int(found[1])

    def pages(self) -> Iterator[str]:
        patient, one = f"/desk/patients/{self.asha.id}", self.one.id
        yield from (patient, f"{patient}/edit", f"{patient}/record", f"{patient}/documents/{self.document}")
        yield from (f"{patient}/merge", f"{patient}/account", f"{patient}/history.csv", "/desk", "/appointments")
        for visit in (one, self.tomorrow.id):
            yield from (f"/my-day/{visit}", f"/my-day/{visit}/earlier", f"/my-day/{visit}/versions")
            yield from (f"/desk/appointments/{visit}", f"/desk/board/{visit}")
        yield from (f"/desk/emergency/patients/{self.asha.id}", "/worklists/follow-ups", "/desk/audit", "/desk/bell")
        yield from ("/my", f"/my/{self.one.reference}", "/my/family", "/my/messages", "/my/notices", "/my/details")
        yield from (f"/my/data/{self.asha.id}", f"/my/data/{self.asha.id}/file", "/my/consents")

    def answers(self) -> Iterator[str]:
        yield from (f"/patients/{self.asha.id}", f"/patients/{self.asha.id}/appointments", "/patients", "/appointments")
        for visit in (self.one.id, self.tomorrow.id):
            yield from (f"/appointments/{visit}", f"/appointments/{visit}/previous-notes", f"/booking/{visit}")
        yield from ("/appointments/dashboard/appointments", "/appointments/my-appointments", "/booking/my-appointments")
        yield from ("/patient/profile", "/patient/dashboard", "/patient/appointments", "/patient/notifications")


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def test_everybody_finds_exactly_what_the_table_says(world: World) -> None:
    found = {}
    for who, account in world.everybody():
        visitor = Visitor(world.app.test_client()).sign_in(account)
        if who.endswith("in an emergency"):
            said = {"who": "MRN-2026-00007", "reason": "Her mother calls for help."}
            assert visitor.post("/desk/emergency", said).status_code == 303
        shown = [visitor.get(path) for path in world.pages()]
        account_id = account.account_id if isinstance(account, Patient) else account.id
        with db.transaction() as session:
            token = identity.start_api_sign_in(session.get_one(Account, account_id)).access
        headers = {"Authorization": f"Bearer {token}"}
        given = [world.app.test_client().get(f"/api{path}", headers=headers) for path in world.answers()]
        assert {one.status_code for one in (*shown, *given)} <= {200, 303, 400, 403, 404}, who
        found[who] = tuple(
            _words_in([one.text for one in answers if one.status_code == 200]) for answers in (shown, given)
        )
    assert found == {who: tuple(set(cell.split()) for cell in row) for who, row in TABLE.items()}


def _words_in(texts: list[str]) -> set[str]:
    return {name for name, word in WORDS.items() if any(word in text for text in texts)}


def test_a_glass_that_was_broken_shows_nothing_after_half_an_hour(world: World) -> None:
    visitor = Visitor(world.app.test_client()).sign_in(world.people["colleague of the same centre"])
    assert visitor.post("/desk/emergency", {"who": "MRN-2026-00007", "reason": "Her mother calls."}).status_code == 303
    with db.transaction() as session:
        for one in session.query(care.GlassOpening):
            one.opened_at, one.until = one.opened_at - timedelta(hours=1), clock.now()
    for path in world.pages():
        assert _words_in([visitor.get(path).text]) == set(), path
