"""A copy of one's own data: whole, one's own, and without what clinicians wrote; and what a phone may keep."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import booking, care, db, people
from mibo.audit import AuditEntry
from mibo.booking import Status
from mibo.identity.permissions import Role
from tests import make
from tests.web.pages.visitor import Clinic, Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world(app: object) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client: FlaskClient, world: Clinic) -> Visitor:
    return Visitor(client).sign_in(world.asha)


def test_a_copy_has_all_of_ones_own_and_of_ones_wards_and_nothing_of_others(asha: Visitor, world: Clinic) -> None:
    with db.transaction() as session:
        mini, ravi = make.patient("Mini Menon", family_of=world.asha), make.patient("Ravi Kumar")
        doctor = make.actor(make.staff(Role.CLINICIAN, world.kochi), Role.CLINICIAN, clinician=world.anita)
        session.get_one(people.Patient, world.asha.id).email = "asha@example.com"
    own = world.book("10:00", status=Status.IN_PROGRESS)
    world.book("11:00", who=mini)
    theirs = world.book("12:00", who=ravi)
    with db.transaction():
        booking.telling.confirmed(booking.locked(own.id))
        care.notes.write(own.id, "Kanarien im Kopf", by=doctor)
        people.write_medical_note(world.asha.id, "Kanarien im Herzen", by=doctor)
    kept = asha.get(f"/my/data/{world.asha.id}/file")
    told = kept.json
    assert kept.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert told["known"]["email"] == "asha@example.com"
    assert [each["reference"] for each in told["appointments"]] == [own.reference]
    assert [each["purpose"] for each in told["consents"]] == ["CARE"]
    assert len(told["notices"]) == len(told["sign_ins"]) == 1
    paper = asha.get(f"/my/data/{world.asha.id}")
    for text in (kept.text, paper.text):
        for foreign in ("Kanarien", theirs.reference, "Ravi", "Mini"):
            assert foreign not in text
    assert own.reference in words(paper)
    wards = asha.get(f"/my/data/{mini.id}/file").json
    assert (wards["known"]["full_name"], "sign_ins" in wards) == ("Mini Menon", False)
    assert "Mini Menon" in words(asha.get("/my/data"))
    for nobodys in (ravi.id, own.id, 1):
        assert asha.get(f"/my/data/{nobodys}/file").status_code == 404
    with db.reading() as session:
        copied = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "patient.copied")
        assert session.scalar(copied) == 2


def test_a_copy_is_not_made_over_and_over(asha: Visitor, world: Clinic) -> None:
    path = f"/my/data/{world.asha.id}/file"
    assert [asha.get(path).status_code for _ in range(21)] == [200] * 20 + [429]


def test_a_phone_keeps_when_and_where_only_if_asked_and_without_a_name(asha: Visitor, world: Clinic) -> None:
    world.book("10:00")
    assert asha.get("/manifest.webmanifest").json["start_url"] == "/my"
    worker = asha.get("/sw.js")
    assert (worker.mimetype, worker.headers["Cache-Control"]) == ("text/javascript", "no-cache")
    assert "10:00 am" not in asha.get("/my/offline").text
    assert 'data-offline=""' in asha.get("/my").text
    assert asha.post("/my/offline", {"keep": "yes"}).location == "/my"
    assert 'data-offline="/my/offline"' in asha.get("/my").text
    page = asha.get("/my/offline")
    said = words(page, "body")
    for fact in ("10:00 am", "Kochi", "MG Road", "14416"):
        assert fact in said
    for secret in ("Asha", "Kurian", "MB-", world.asha.phone[-5:]):
        assert secret not in page.text
    assert "There is no connection" in words(asha.get("/offline"), "body")
    assert asha.post("/sign-out").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "data-offline" not in asha.get("/").text


def test_the_crisis_line_is_the_clinics_own(asha: Visitor, app) -> None:  # type: ignore[no-untyped-def]
    foot = words(asha.get("/my"), "footer")
    for number in ("Tele-MANAS 14416", "1800-891-4416", "112"):
        assert number in foot
    kept = dict(app.jinja_env.globals["crisis"])
    app.jinja_env.globals["crisis"].update(name="Helpline", phone="022 1234", other="")
    try:
        page = asha.get("/privacy")
        assert 'href="tel:0221234"' in page.text
        assert "20 languages" not in words(page, "footer")
    finally:
        app.jinja_env.globals["crisis"].update(kept)
