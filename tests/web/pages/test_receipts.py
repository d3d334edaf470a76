"""Receipts where people look for them: the desk's register and paper, a patient's own, and one behind a link."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select, update

from mibo import clock, db, payments
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Receipt
from mibo.people import Patient
from tests import make
from tests.machine import Sandbox
from tests.web.pages.visitor import Clinic, Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")
ALL = {"kind": "", "centre": ""}
HOSTILE = "<script>alert(1)</script> =cmd \u202e#{7*7} $x$ *b* " + "നീ" * 40


@pytest.fixture
def world(app: Flask) -> Clinic:
    return clinic()


@pytest.fixture
def desk(client: FlaskClient, world: Clinic) -> Visitor:
    with db.transaction():
        return Visitor(client).sign_in(make.staff(Role.FRONT_DESK, world.kochi))


def somebody(app: Flask, role: Role, *centres: object) -> Visitor:
    with db.transaction():
        return Visitor(app.test_client()).sign_in(make.staff(role, *centres))  # type: ignore[arg-type]


def paid(world: Clinic, face: str = "10:00", who: Patient | None = None) -> tuple[Appointment, Receipt]:
    with db.transaction():
        one = make.appointment(
            who or world.asha, world.anita, world.kochi, make.at(face), status=Status.CONFIRMED, kind="LINK"
        )
        made = payments.issue_receipt(one.payment_id)
        assert made
        return one, made


def read(answer: object) -> str:
    """What another library reads in a PDF."""
    return PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()  # type: ignore[attr-defined]


def test_the_desk_prints_a_receipt_once_and_then_duplicates(desk: Visitor, world: Clinic) -> None:
    one, made = paid(world)
    page = desk.get(f"/desk/appointments/{one.id}").text
    assert f'action="/money/receipts/{made.id}/copies"' in page
    assert 'aria-keyshortcuts="Alt+Shift+R"' in page
    looked = desk.get(f"/money/receipts/{made.id}").text
    assert 'class="paper-mark">Copy' in looked
    first = desk.post(f"/money/receipts/{made.id}/copies").headers["Location"]
    assert "paper-mark" not in desk.get(first).text
    assert "Rupees one thousand seven hundred only" in desk.get(first).text
    again = desk.post(f"/money/receipts/{made.id}/copies").headers["Location"]
    assert 'class="paper-mark">Duplicate' in desk.get(again).text
    assert "paper-mark" not in desk.get(first).text
    assert "DUPLICATE" in read(desk.get(again.replace("?", "/pdf?")))
    assert desk.get(again).text.count("mental") == 0


def test_a_pdf_says_what_the_page_says_and_hostile_names_stay_names(app: Flask, desk: Visitor, world: Clinic) -> None:
    with db.transaction() as session:
        session.execute(update(Patient).where(Patient.id == world.asha.id).values(full_name=HOSTILE))
    _, made = paid(world)
    answer = desk.get(f"/money/receipts/{made.id}/pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made.code.replace("/", "-")}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    words = read(answer)
    for part in (made.code, "₹1,700", "Consultation", "RCI-1001", "Registration, once", "Rupees one thousand"):
        assert part in words
    assert "<script>alert(1)</script> =cmd #{7*7} $x$ *b*" in " ".join(words.replace("\u200b", "").split())
    assert desk.get(f"/money/receipts/{made.id}/pdf").data == answer.data
    shown = desk.get(f"/money/receipts/{made.id}").text
    assert "&lt;script&gt;" in shown
    assert "\u202e" not in shown
    manager = somebody(app, Role.MANAGER)
    (line,) = list(csv.DictReader(io.StringIO(manager.post("/exports/receipts", ALL).text.lstrip("\ufeff"))))
    assert (line["Number"], line["Total (rupees)"], line["Patient"]) == (made.code, "1700.00", HOSTILE)


def test_the_register_is_filtered_paged_scoped_and_shows_that_no_number_is_missing(app: Flask, world: Clinic) -> None:
    manager, far = somebody(app, Role.MANAGER), somebody(app, Role.CENTRE_MANAGER, world.mumbai)
    assert "No receipts yet" in manager.get("/money/receipts").text
    _, first = paid(world)
    _, second = paid(world, "11:00")
    with db.transaction() as session:
        session.get_one(Receipt, first.id).cancelled_at = clock.now()
    page = manager.get("/money/receipts").text
    assert "complete: 1–2, 1 cancelled" in page
    assert page.index(second.code) < page.index(first.code)
    found = manager.post("/money/receipts", {"number": "2", "kind": "RECEIPT", "centre": world.kochi.id}).text
    assert (second.code in found, first.code in found) == (True, False)
    assert second.code in manager.post("/money/receipts", ALL | {"number": second.code.lower()}).text
    assert "No receipt fits" in manager.post("/money/receipts", ALL | {"until": "2020-01-01"}).text
    wrong = manager.post("/money/receipts", {"since": "soon", "centre": "999"})
    assert wrong.status_code == 422
    for page in ("/money/receipts", f"/money/receipts/{first.id}", f"/money/receipts/{first.id}/pdf"):
        assert first.code not in far.get(page).text
    assert far.get(f"/money/receipts/{first.id}").status_code == 404


def test_a_patient_finds_their_receipts_and_nobody_elses(client: FlaskClient, world: Clinic) -> None:
    one, made = paid(world)
    with db.transaction():
        other = make.patient("Ravi Kumar")
    _, theirs = paid(world, "12:00", other)
    asha = Visitor(client).sign_in(world.asha)
    assert f'href="/my/receipts/{made.id}"' in asha.get(f"/my/{one.reference}").text
    listed = asha.get("/my/receipts").text
    assert (made.code in listed, theirs.code in listed) == (True, False)
    assert asha.get(f"/my/receipts/{theirs.id}").status_code == 404
    page = asha.get(f"/my/receipts/{made.id}").text
    assert "Clinical Psychologist" not in page
    assert "Clinical Psychologist" in asha.get(f"/my/receipts/{made.id}?full=yes").text
    assert "Clinical Psychologist" in read(asha.get(f"/my/receipts/{made.id}/pdf?full=yes"))
    assert "Clinical Psychologist" not in read(asha.get(f"/my/receipts/{made.id}/pdf"))


def test_a_receipt_is_sent_as_a_link_that_ends_and_can_be_taken_back(
    app: Flask, desk: Visitor, world: Clinic, work: object, sandbox: Sandbox
) -> None:
    _, made = paid(world)
    page = f"/money/receipts/{made.id}"
    desk.post(f"{page}/link")
    with db.reading() as session:
        kept = session.scalars(select(Message).where(Message.template == "mibo_receipt")).one()
        assert kept.link is None
    work()  # type: ignore[operator]
    (told,) = sandbox.messages(world.asha.phone)
    link = re.search(r"receipt/[\w-]{40,}", str(told))
    assert link
    stranger = Visitor(app.test_client())
    shown = stranger.get(f"/{link[0]}")
    assert made.code in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert f"/{made.id}" not in shown.text
    assert made.code in read(stranger.get(f"/{link[0]}/pdf"))
    with time_machine.travel(clock.now() + timedelta(days=30, seconds=1)):
        assert stranger.get(f"/{link[0]}").status_code == 404
    desk.post(f"{page}/link/removal")
    assert stranger.get(f"/{link[0]}").status_code == 404
    assert stranger.get(f"/{link[0]}/pdf").status_code == 404
    desk.post(f"{page}/link/removal")
    assert "Send to the patient" in desk.get(page).text


def test_what_was_paid_before_there_were_receipts_gets_one_when_somebody_asks(desk: Visitor, world: Clinic) -> None:
    with db.transaction():
        one = make.appointment(world.asha, world.anita, world.kochi, make.at("10:00"))
    assert "Issue a receipt" in desk.get(f"/desk/appointments/{one.id}").text
    first = desk.post(f"/desk/appointments/{one.id}/receipt").headers["Location"]
    assert desk.post(f"/desk/appointments/{one.id}/receipt").headers["Location"] == first
    assert "Total" in desk.get(first).text


def test_how_a_centre_issues_documents_is_decided_by_an_administrator(app: Flask, world: Clinic) -> None:
    admin, manager = somebody(app, Role.ADMIN), somebody(app, Role.MANAGER)
    page = f"/desk/centres/{world.kochi.id}/billing"
    said = {
        "legal_name": "Mibo Care LLP", "gstin": "32AAAAA0000A1Z9", "prefix": "koc", "consultation_sac": "999312",
        "consultation_rate_bp": "0", "registration_sac": "999312", "registration_rate_bp": "1800",
    }  # fmt: skip
    wrong = admin.post(page, said)
    assert wrong.status_code == 422
    assert "This is no GSTIN" in wrong.text
    assert 'value="32AAAAA0000A1Z9"' in wrong.text
    for bad in ({"prefix": "K!"}, {"consultation_sac": "123456"}, {"consultation_rate_bp": "7"}, {"legal_name": ""}):
        assert admin.post(page, said | {"gstin": "", "registration_rate_bp": "0"} | bad).status_code == 422
    assert "without one no tax" in admin.post(page, said | {"gstin": ""}).text
    good = next(f"32AAAAA0000A1Z{ch}" for ch in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                if admin.post(page, said | {"gstin": f"32AAAAA0000A1Z{ch}"}).status_code == 303)  # fmt: skip
    shown = manager.get(page).text
    assert good in shown
    assert "18 % GST" in shown
    assert 'name="gstin"' not in shown
    _, made = paid(world)
    assert made.kind == "INVOICE"
    assert "CGST 9 %, within the price" in read(admin.get(f"/money/receipts/{made.id}/pdf"))
