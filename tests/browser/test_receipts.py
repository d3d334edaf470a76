"""Receipts in a real browser: printed with keys alone, on one sheet of A5, and read by axe in every state."""

import io

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from pypdf import PdfReader
from sqlalchemy import update

from mibo import booking, db, identity, payments
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.browser.test_desk import World, signed_in, violations, world  # noqa: F401 the fixtures

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]
LONG = "Venkatanarasimharajuvaripeta " * 5 + "ശ്രീലക്ഷ്മി"


def paid(world: World, face: str = "10:00"):  # noqa: F811
    with db.transaction() as session:
        one = world.book(face, status=Status.PENDING)
        session.execute(update(Patient).where(Patient.id == one.patient_id).values(full_name=LONG))
    with db.transaction():
        booking.pay_at_desk(
            one.id, "UPI", "412345678901", by=make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
        )
    return one


def test_the_desk_prints_a_receipt_with_keys_alone(signed_in, world: World):  # noqa: F811
    one, page = paid(world), signed_in()
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto(f"/desk/appointments/{one.id}")
    page.keyboard.press("Alt+Shift+R")
    expect(page.get_by_role("heading", name="Ready to print")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("printed")
    expect(page.locator(".paper-mark")).to_have_count(0)
    sheet = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert [(each.mediabox[2:], each.extract_text()) for each in sheet.pages][1:] == []
    width, height = (round(float(side) / 72 * 25.4) for side in sheet.pages[0].mediabox[2:])
    assert (width, height) == (148, 210)
    words = sheet.pages[0].extract_text()
    assert "Rupees" in words
    assert "Ready to print" not in words


def test_every_page_of_receipts_passes_axe_and_fits_a_phone(signed_in, world: World, browser: Browser, app: Flask):  # noqa: F811
    one = paid(world)
    with db.transaction():
        made = payments.receipts_of([one.payment_id])[0]
        admin = make.staff(Role.ADMIN, name="Nisha")
        world.key = identity.start_web_sign_in(admin, "a test", proved=True)
    pages = ("/money/receipts", f"/money/receipts/{made.id}", f"/desk/centres/{world.kochi.id}/billing",
             f"/desk/appointments/{one.id}")  # fmt: skip
    for width, theme in ((360, "light"), (1280, "dark")):
        page = signed_in(width=width, theme=theme)
        for address in pages:
            page.goto(address)
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
