"""The audit: chained, verified, and never changed."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

import mibo
from mibo import audit, clinics, db
from mibo.audit import AuditEntry
from mibo.identity.permissions import Role
from mibo.web.audit_words import AREAS
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import words

pytestmark = pytest.mark.usefixtures("database")

TAMPER = "set local session_replication_role = replica"


def note(*acts: str) -> None:
    with db.transaction():
        for n, act in enumerate(acts, start=1):
            audit.record(act, n, by=None, before={"b": 2, "a": 1}, share=0.25)


def verdict() -> audit.Verdict:
    with db.reading():
        return audit.verify()


def ids() -> list[int]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry.id).order_by(AuditEntry.place)))


def test_entries_get_their_place_in_the_chain_once():
    note("one", "two")
    assert verdict().unchained == 2
    audit.chain_new()
    note("three")
    audit.chain_new()
    audit.chain_new()
    found = verdict()
    assert (found.entries, found.unchained, found.broken_id) == (3, 0, None)


def test_an_entry_that_comes_late_takes_its_place_at_the_end():
    note("one", "two", "three")
    early = ids()[0] - 1
    audit.chain_new()
    with db.transaction() as session:
        session.add(AuditEntry(id=early, act="slow"))
    audit.chain_new()
    assert ids()[-1] == early
    assert verdict().broken_id is None


@pytest.mark.parametrize(
    "change",
    [
        "update audit_entry set act = 'nothing' where id = :id",
        "update audit_entry set details = '{}' where id = :id",
        "update audit_entry set at = at + interval '1 microsecond' where id = :id",
        "update audit_entry set by_account_id = 7 where id = :id",
        "update audit_entry set hash = previous_hash where id = :id",
    ],
)
def test_a_changed_entry_is_named(change):
    note("one", "two", "three")
    audit.chain_new()
    second = ids()[1]
    with db.transaction() as session:
        session.execute(text(TAMPER))
        session.execute(text(change), {"id": second})
    assert (verdict().broken_id, verdict().entries) == (second, 1)


def test_an_entry_that_is_taken_away_is_missed():
    note("one", "two", "three")
    audit.chain_new()
    _, second, third = ids()
    with db.transaction() as session:
        session.execute(text(TAMPER))
        session.execute(text("delete from audit_entry where id = :id"), {"id": second})
    assert verdict().broken_id == third


@pytest.mark.parametrize(
    "change",
    [
        "update audit_entry set act = 'nothing'",
        "update audit_entry set hash = null",
        "update audit_entry set hash = '', place = 1, act = 'nothing' where hash is null",
        "delete from audit_entry",
        "truncate audit_entry",
    ],
)
def test_the_database_lets_nobody_change_an_entry(change):
    note("one")
    audit.chain_new()
    note("two")
    with pytest.raises(IntegrityError, match="the audit only grows"), db.transaction() as session:
        session.execute(text(change))


def test_the_command_line_verifies_and_names_the_first_broken_entry(app):
    note("one", "two")
    good = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert good.output.startswith("2 entries, unbroken. 0 not chained yet.")
    root = good.output.split()[-1].rstrip(".")
    assert app.test_cli_runner().invoke(args=["audit", "verify", "--root", root]).exit_code == 0
    with db.transaction() as session:
        session.execute(text(TAMPER))
        session.execute(text("update audit_entry set act = 'x' where id = :id"), {"id": ids()[0]})
    bad = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert bad.exit_code == 1
    assert f"broken at entry {ids()[0]}" in bad.output


def test_many_entries_are_chained_in_batches_and_read_in_pages(app):
    with db.transaction() as session:
        session.add_all([AuditEntry(act="noise", subject_id=9) for _ in range(1100)])
    audit.chain_new()
    assert verdict().entries == 1100
    with db.reading():
        seen, more, last = [], True, None
        while more:
            found, more = audit.entries(audit.AuditWish(subject_id=9), before=last, limit=400)
            seen += [one.id for one in found]
            last = (found[-1].at, found[-1].id)
    assert len(set(seen)) == len(seen) == 1100


class TestTheScreen:
    """/desk/audit."""

    @pytest.fixture
    def desk(self, app):
        with db.transaction():
            self.admin = make.staff(Role.ADMIN, name="Ada Admin", username="ada")
            self.other = make.staff(Role.FRONT_DESK, make.centre(), name="Deepa Desk")
            audit.record("staff.closed", 77, by=self.admin.id, active=[True, False])
            audit.record("patient.added", 78, by=self.other.id)
        return Desk(app.test_client(), self.admin)

    def test_entries_are_found_by_who_what_which_and_when(self, desk):
        assert "Closed an account" in words(desk.get("/desk/audit"))
        for typed in ({"who": "ada"}, {"area": "staff"}, {"subject": "77"}):
            page = words(desk.post("/desk/audit", **typed))
            assert "Closed an account" in page.partition("Details")[2]
            assert "Added a patient" not in page.partition("Details")[2]
        assert "Nothing is noted here" in words(desk.post("/desk/audit", until="2020-01-01"))
        assert "Nothing is noted here" in words(desk.post("/desk/audit", who="nobody of that name"))

    def test_a_records_history_has_an_address(self, desk):
        page = words(desk.get("/desk/audit?subject=78"))
        assert "Added a patient" in page
        assert "Closed an account" not in page
        assert desk.get("/desk/audit?subject=x").status_code == 404

    def test_names_stand_for_numbers_and_words_for_short_names(self, desk):
        with db.transaction():
            kept, merged = make.patient("Asha Menon"), make.patient("Asha Menone")
            centre = make.centre("Mibo Kochi")
            audit.record("patient.merged", kept.id, by=self.admin.id, merged=merged.id, merge=1, moved={"payments": 2})
            audit.record("appointment.status", 5, by=None, previous="PENDING", next="CONFIRMED")
            audit.record("payment.taken", 6, by=self.other.id, method="CASH", paise=150000)
            clinics.change_centre(centre.id, {"pincode": "682030"}, by=self.admin.id)
        page = desk.get("/desk/audit")
        assert f'href="/desk/patients/{kept.id}"' in page.text
        said = words(page)
        for sentence in (
            "Ada Admin Merged two records of a patient Asha Menon History of Asha Menon moved payments 2 · merged Asha Menone",
            "Mibo Changed the state of an appointment no. 5 History of no. 5 awaiting payment → confirmed",
            "Deepa Desk Took money at the desk no. 6 History of no. 6 amount ₹1,500 · method cash",
            "Changed a centre Mibo Kochi History of Mibo Kochi changed pincode 682001 → 682030",
        ):
            assert sentence in said

    def test_everything_that_is_noted_falls_under_something_that_may_be_looked_for(self):
        houses = ("identity", "people", "clinics", "scheduling", "booking", "payments")
        paths = (path for house in houses for path in (Path(mibo.__file__).parent / house).rglob("*.py"))
        source = "".join(path.read_text() for path in paths)
        noted = set(re.findall(r'audit\.record\(\s*f?"([^"{]+)', source))
        beginnings = tuple(each for _, acts in AREAS.values() for each in acts)
        assert len(noted) > 50
        assert {act for act in noted if not act.startswith(beginnings)} == set()

    def test_what_makes_no_sense_is_said(self, desk):
        assert desk.post("/desk/audit", subject="x").status_code == 422
        assert desk.post("/desk/audit", area="nothing").status_code == 422
        assert desk.post("/desk/audit", since="never").status_code == 422

    def test_older_entries_are_a_page_away(self, desk):
        with db.transaction():
            for n in range(60):
                audit.record("queue.many", n, by=None)
        page = desk.post("/desk/audit", area="queue")
        before = page.text.split('name="before" value="')[1].split('"')[0]
        if not before:
            before = page.text.split('name="before" value="')[2].split('"')[0]
        assert words(desk.post("/desk/audit", area="queue", before=before)).count("Queue: many") >= 10

    def test_it_is_not_for_the_desk(self, app, desk):
        assert Desk(app.test_client(), self.other).get("/desk/audit").status_code == 403
