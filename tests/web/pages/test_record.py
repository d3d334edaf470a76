"""The record on the page: added to, changed by two at once, and documents that are what they say they are."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from mibo import care, clock, db
from mibo.config import settings
from mibo.people import HistoryLine, PatientDocument
from tests.web.pages.desk import Desk
from tests.web.pages.test_emergency import World
from tests.web.pages.visitor import words

pytestmark = pytest.mark.usefixtures("database")

PDF = b"%PDF-1.7\nBefund Kanarienvogel\nstartxref\n9\n%%EOF\n"


def picture(kind: str) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(body, kind)
    return body.getvalue()


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def anita(world: World) -> Desk:
    return world.enter("anita")


@pytest.fixture
def record(world: World) -> str:
    return f"/desk/patients/{world.asha.id}/record"


def upload(who: Desk, world: World, sent: bytes, name: str) -> TestResponse:
    return who.post(f"/desk/patients/{world.asha.id}/documents", file=(io.BytesIO(sent), name))


def test_a_risk_stands_on_the_record_the_patients_page_and_the_visit(world: World, anita: Desk, record: str) -> None:
    assert anita.post(record, kind="", words="").status_code == 422
    long = anita.post(record, kind="RISK", words="ക" * 1_001)
    assert (long.status_code, "up to 1,000 letters" in long.text, "ക" * 1_001 in long.text) == (422, True, True)
    assert anita.post(record, kind="RISK", words="Abschied \u202eexe\u200f und\nmehr").status_code == 303
    for page in (record, f"/desk/patients/{world.asha.id}", f"/my-day/{world.one.id}"):
        assert "Abschied" in anita.get(page).text, page


def test_two_who_change_one_line_are_told_and_neither_text_is_lost(world: World, anita: Desk, record: str) -> None:
    anita.post(record, kind="MEDICATION", words="Sertraline 50")
    with db.reading() as session:
        line = session.scalars(select(HistoryLine.line_id)).one()
    assert anita.post(f"{record}/{line}", words="Sertraline 75", version=1).status_code == 303
    second = anita.post(f"{record}/{line}", words="Sertraline 100", version=1)
    assert (second.status_code, "Sertraline 75" in words(second), "Sertraline 100" in second.text) == (409, True, True)
    assert anita.post(f"{record}/{line}", words="Sertraline 100", version=2).status_code == 303
    assert anita.post(f"{record}/{line}/removal", reason="", version=3).status_code == 422
    assert anita.post(f"{record}/{line}/removal", reason="Stopped in May", version=3).status_code == 303
    assert "Sertraline" not in anita.get(record).text
    assert "Stopped in May" in anita.get(f"{record}/{line}").text


@pytest.mark.parametrize(("sent", "name", "kept"), [
    (PDF, "C:\\fakepath\\..\\Brief\u202e an Dr. Rao.PDF", "Brief an Dr. Rao.pdf"), (PDF, ".pdf", "Document.pdf"),
    (picture("JPEG"), "കത്ത്.jpeg", "കത്ത്.jpg"), (picture("PNG"), "scan 12.5.png", "scan 12.5.png"),
])  # fmt: skip
def test_a_document_is_kept_sealed_and_given_back_as_it_was(
    world: World, anita: Desk, record: str, sent: bytes, name: str, kept: str
) -> None:
    assert upload(anita, world, sent, name).status_code == 303
    assert kept in anita.get(record).text
    with db.reading() as session:
        one = session.scalars(select(PatientDocument)).one()
    file = Path(settings().storage_dir) / (one.store_key or "")
    assert sent[:20] not in file.read_bytes()
    assert b"Kanarienvogel" not in file.read_bytes()
    given = anita.get(f"/desk/patients/{world.asha.id}/documents/{one.id}")
    assert given.data == sent
    head = given.headers
    assert head["Content-Disposition"].startswith("attachment")
    assert (head["X-Content-Type-Options"], head["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    assert [(act.subject_id, act.details) for act in world.acts("document.opened")] == [
        (world.asha.id, {"document": one.id})
    ]


@pytest.mark.parametrize(("sent", "name", "status", "says"), [
    (b"", "brief.pdf", 422, "has something in it"), (b"MZ\x90\x00" * 99, "brief.pdf", 422, "none of them, whatever its name"),
    (b"<html><script>", "scan.png", 422, "none of them"), (picture("JPEG"), "brief.pdf", 422, "it is a JPEG picture"),
    (PDF, "brief.exe", 422, "ends in .exe"), (PDF[:-20], "brief.pdf", 422, "not whole"),
    (picture("JPEG")[:200], "a.jpg", 422, "not whole"), (picture("PNG")[:60], "a.png", 422, "not whole"),
    (PDF + b"\n" * 1_000, "brief.pdf", 413, "up to 10 MB"),
])  # fmt: skip
def test_a_document_that_is_not_what_its_name_says_is_refused_kindly(
    world: World, anita: Desk, monkeypatch: pytest.MonkeyPatch, sent: bytes, name: str, status: int, says: str
) -> None:
    monkeypatch.setattr(care.document_rules, "LARGEST_BYTES", 900)
    answer = upload(anita, world, sent, name)
    assert (answer.status_code, says in words(answer)) == (status, True)
    with db.reading() as session:
        assert session.scalars(select(PatientDocument)).all() == []


def test_a_removed_document_is_taken_back_for_a_day_and_then_its_file_is_gone(
    world: World, anita: Desk, record: str
) -> None:
    upload(anita, world, PDF, "brief.pdf")
    with db.reading() as session:
        one = session.scalars(select(PatientDocument)).one()
    where, file = (
        f"/desk/patients/{world.asha.id}/documents/{one.id}",
        Path(settings().storage_dir) / (one.store_key or ""),
    )
    assert anita.post(f"{where}/removal").status_code == 303
    assert anita.get(where).status_code == 404
    care.documents.sweep()
    assert anita.post(f"{where}/return").status_code == 303
    assert anita.get(where).data == PDF
    anita.post(f"{where}/removal")
    with db.transaction() as session:
        session.execute(update(PatientDocument).values(removed_at=clock.now() - timedelta(hours=25)))
    late = anita.post(f"{where}/return")
    assert (late.status_code, "for 24 hours" in words(late)) == (409, True)
    care.documents.sweep()
    assert (file.exists(), "brief.pdf" in anita.get(record).text) == (False, False)
