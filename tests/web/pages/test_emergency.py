"""Reading in an emergency: with a reason and the second factor, for half an hour; whoever wrote is told, and all is noted."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from mibo import care, clock, db
from mibo.audit import AuditEntry
from mibo.booking import Status
from mibo.care import GlassOpening
from mibo.identity import Account, SignIn, second_factor
from mibo.identity.permissions import Role
from mibo.people import Patient, PatientMerge, rules
from tests import make
from tests.machine import Database
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor, words

pytestmark = pytest.mark.usefixtures("database")

WORDS, REASON = "Schreibt seit Tagen Abschiedsbriefe", "Her mother calls: she cannot be reached."
ASK = "/desk/emergency"


@pytest.fixture(autouse=True)
def ten() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(make.at("10:00"), tick=False) as now:
        yield now


class World:
    """Anita wrote of Asha at Kochi. Ravi works there too, Meera elsewhere; all have their second step."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with db.transaction():
            kochi, mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai")
            self.kochi = kochi
            self.accounts = {
                name: make.staff(Role.CLINICIAN, where, name=f"Dr. {name.title()}")
                for name, where in (("anita", kochi), ("ravi", kochi), ("meera", mumbai))
            }
            anita = make.clinician(kochi, account=self.accounts["anita"])
            make.clinician(kochi, account=self.accounts["ravi"]), make.clinician(mumbai, account=self.accounts["meera"])
            self.accounts |= {"admin": make.staff(Role.ADMIN, name="Ada Admin"), "manager": make.staff(Role.MANAGER)}
            for account in self.accounts.values():
                enrol(account)
            self.asha = make.patient("Asha Menon")
            self.asha.mrn = "MRN-2026-00042"
            self.one = make.appointment(self.asha, anita, kochi, make.at("08:00"), status=Status.COMPLETED)
            writer = make.actor(self.accounts["anita"], Role.CLINICIAN, centres=(kochi,), clinician=anita)
            care.notes.write(self.one.id, WORDS, by=writer)
        self.notes = f"{ASK}/patients/{self.asha.id}"

    def enter(self, name: str) -> Desk:
        return Desk(self.app.test_client(), self.accounts[name])

    def open_of(self, patient: Patient, name: str) -> None:
        with db.transaction():
            role = Role.ADMIN if name == "admin" else Role.CLINICIAN
            by = make.actor(self.accounts[name], role, centres=(self.kochi,))
            care.glass.break_glass(patient.id, REASON, by=by)

    def acts(self, act: str) -> list[AuditEntry]:
        with db.reading() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id)))


def enrol(account: Account) -> None:
    second_factor.begin(account)
    account.second_factor_at = clock.now()


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def test_a_colleague_says_why_and_reads_for_half_an_hour_and_the_author_is_told(
    world: World, ten: time_machine.Traveller, database: Database
) -> None:
    ravi, anita = world.enter("ravi"), world.enter("anita")
    assert ravi.get(world.notes).status_code == 404
    short = ravi.post(ASK, who="mrn-2026-00042", reason="because")
    assert (short.status_code, "at least 15 letters" in short.text) == (422, True)
    assert ravi.post(ASK, who="MRN-2026-0004", reason=REASON).status_code == 422, "nobody is found by a part"
    assert ravi.post(ASK, who=world.one.reference.lower(), reason=REASON).location.endswith(world.notes)
    ravi.post(ASK, who="mrn-2026-00042", reason=f"{REASON} Again.")
    read = ravi.get(world.notes)
    assert (WORDS in read.text, "open to you until 10:30 am" in read.text) == (True, True)
    assert [(one.subject_id, one.details["notes"]) for one in world.acts("note.read")] == [
        (world.asha.id, [str(world.one.id)])
    ]
    [broken] = world.acts("note.glass_broken")
    assert (broken.subject_id, broken.by_account_id, broken.details["told"]) == (
        world.asha.id, world.accounts["ravi"].id, 1
    )  # fmt: skip
    assert "Your notes were read in an emergency" in anita.get("/desk/bell").text
    told = words(anita.get(f"{ASK}/openings/{broken.details['opening']}"))
    assert ("Dr. Ravi" in told, REASON in told, "Asha Menon" in told) == (True, True, True)
    assert "in an emergency" not in words(ravi.get("/desk/bell"))
    assert world.enter("meera").get(f"{ASK}/openings/{broken.details['opening']}").status_code == 404
    with psycopg.connect(database.url) as connection:
        for table in ("glass_opening", "audit_entry", "ring"):
            rows = connection.execute(f"select t::text from {table} t").fetchall()  # type: ignore[arg-type]
            assert (bool(rows), [row for row in rows if "mother" in row[0]]) == (True, []), table
    ten.shift(timedelta(minutes=30))
    over = world.enter("ravi").get(world.notes)
    assert (over.status_code, WORDS in over.text, "were over" in over.text) == (200, False, True)


def test_an_administrator_reads_only_so_and_sees_who_did(world: World) -> None:
    admin = world.enter("admin")
    assert WORDS not in admin.get(world.notes).text
    assert admin.post(world.notes, reason=REASON).status_code == 303
    assert WORDS in admin.get(world.notes).text
    listed = words(admin.get(f"{ASK}/openings"))
    assert ("Ada Admin" in listed, "Asha Menon" in listed, REASON in listed) == (True, True, True)
    assert world.enter("ravi").get(f"{ASK}/openings").status_code == 403


def test_nobody_else_opens_it(world: World) -> None:
    assert world.enter("meera").post(ASK, who="MRN-2026-00042", reason=REASON).status_code == 422
    assert world.enter("meera").post(world.notes, reason=REASON).status_code == 404
    assert world.enter("manager").post(ASK, who="MRN-2026-00042", reason=REASON).status_code == 403
    with db.reading() as session:
        assert session.scalars(select(GlassOpening)).all() == []


def test_the_second_factor_was_given_within_five_minutes_or_nothing_opens(world: World) -> None:
    ravi = world.enter("ravi")
    with db.transaction() as session:
        session.execute(update(SignIn).values(proved_at=clock.now() - timedelta(minutes=6)))
    away = ravi.post(ASK, who="MRN-2026-00042", reason=REASON)
    assert away.location.startswith("/staff/prove?next=/kept/"), "what was typed comes back"
    with db.transaction() as session:
        session.execute(update(Account).values(second_factor_at=None))
    assert world.enter("ravi").post(ASK, who="MRN-2026-00042", reason=REASON).location.endswith(ASK)
    assert "Set up the authenticator app" in world.enter("ravi").get(ASK).text
    with db.reading() as session:
        assert session.scalars(select(GlassOpening)).all() == []


def test_the_patient_sees_when_and_who_but_not_why_of_themselves_and_of_those_they_act_for(
    world: World, ten: time_machine.Traveller
) -> None:
    with db.transaction():
        mini, other = make.patient("Mini Menon", family_of=world.asha), make.patient("Ravi Kumar")
        double, first = make.patient("Asha M"), make.patient("A. Menon")
    for who, of in (("ravi", world.asha), ("admin", mini), ("admin", other), ("admin", first)):
        ten.shift(timedelta(minutes=1))
        world.open_of(of, who)
    asha, lone = (Visitor(world.app.test_client()).sign_in(one) for one in (world.asha, other))

    def told(by: Visitor = asha) -> list[str]:
        page = by.get("/my/consents").text
        assert REASON not in page
        shown = re.findall(r"<li><time>.*?</li>", page.partition('id="emergencies"')[2])
        return [" ".join(re.sub("<[^>]+>", " ", each).split()).partition(", ")[2] for each in shown]

    of_mini, own = "10:02 am Ada Admin Administrator, Mini Menon", "10:01 am Dr. Ravi Clinical Psychologist, Asha Menon"
    assert told() == [of_mini, own]
    assert told(lone) == ["10:03 am Ada Admin Administrator"]
    assert "Nobody has done so." not in asha.get("/my/consents").text
    assert "Read in an emergency" not in asha.get("/my/consents?next=/clinicians").text, "not while they are asked"
    copy = asha.get(f"/my/data/{world.asha.id}/file")
    [kept] = copy.json["emergency_readings"]
    assert (kept.pop("opened_at")[:16], kept, REASON in copy.text) == (
        f"{(clock.now() - timedelta(minutes=3)).isoformat()[:16]}",
        {"read_by": "Dr. Ravi", "role": "Clinical Psychologist"}, False,
    )  # fmt: skip
    with db.transaction() as session:
        session.get_one(Patient, mini.id).date_of_birth = rules.years_before(clock.today(), 18)
        session.get_one(Patient, mini.id).created_at = clock.now() - timedelta(days=30)
        by = world.accounts["admin"].id
        for kept_id, gone in ((double.id, first.id), (world.asha.id, double.id)):
            session.add(PatientMerge(kept_id=kept_id, merged_id=gone, moved={}, merged_by=by))
    one = own.removesuffix(", Asha Menon")
    assert told() == ["10:04 am Ada Admin Administrator", one], "grown up, and merged"
    with db.transaction() as session:
        session.execute(update(PatientMerge).values(undone_at=clock.now(), undone_by=by))
    assert told() == [one]
