"""Money as people meet it: a tab closed too early, a payment heard of late, and money that does not match."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from mibo import booking, db, identity
from mibo.booking import Appointment, reconciling
from mibo.identity.permissions import Role
from mibo.payments import Attempt
from tests import make
from tests.booking.money import held
from tests.booking.parked import heard, stray
from tests.browser.axe import minds
from tests.browser.conftest import Arrive
from tests.browser.test_booking import WCAG, choose
from tests.machine import Sandbox
from tests.web.pages.visitor import PHONE, Clinic

pytestmark = pytest.mark.browser


@pytest.mark.usefixtures("world")
def test_a_failed_try_a_closed_tab_and_money_heard_of_after_the_hold_end_in_a_booking(
    arrive: Arrive, sandbox: Sandbox
) -> None:
    asha = arrive(360, phone=PHONE)
    asha.page.goto("/sign-in")
    asha.sign_in()
    choose(asha)
    asha.press("Hold")
    asha.press("Confirm and pay")
    asha.page.wait_for_url(re.compile(r"/l/"))
    asha.press("Fail the payment")
    with db.reading() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.kind == "LINK")).one()
        one = session.scalars(select(Appointment)).one()
    sandbox.fault("razorpay", "drop_webhook", times=9)
    sandbox.pay(payment_link_id=attempt.provider_link_id)  # pressed, and the tab is gone before it comes back
    other = asha.page.context.new_page()
    asha.page.close()
    with db.transaction() as session:
        session.get_one(Appointment, one.id).held_until = one.created_at
    booking.expire_holds()
    other.goto(f"/my/{one.reference}")
    expect(other.locator("h1")).not_to_have_text("You are booked")
    reconciling.ask(attempt.id)
    other.goto(f"/my/{one.reference}")
    expect(other.locator("h1")).to_have_text("You are booked")


@pytest.fixture
def manager(browser: Browser, app: Flask, live: str, worker: None) -> Iterator[Callable[..., Page]]:
    """Opens a browser of a manager."""
    with db.transaction():
        key = identity.start_web_sign_in(make.staff(Role.MANAGER, name="Meera Nair"), "a test")
    opened = []

    def page(*, script: bool = True, width: int = 1280, dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=live, java_script_enabled=script, bypass_csp=True, viewport={"width": width, "height": 860},
            locale="en-IN", timezone_id="Asia/Kolkata", color_scheme="dark" if dark else "light",
        )  # fmt: skip
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        name = app.config["SESSION_COOKIE_NAME"]
        context.add_cookies([{"name": name, "value": str(serializer.dumps({"key": key})), "url": live}])
        opened.append(context)
        return context.new_page()

    yield page
    for context in opened:
        context.close()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_manager_finds_money_of_nobody_and_attaches_it(
    manager: Callable[..., Page], sandbox: Sandbox, script: bool
) -> None:
    waiting = held()
    heard(stray(sandbox))
    for width, dark in ((360, True), (1280, False)):
        page = manager(script=script, width=width, dark=dark)
        page.goto("/money/mismatches")
        expect(page.locator("h1")).to_contain_text("Money that does not match 1")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if script else True
        if script:
            assert minds(page, WCAG) == []
    page.get_by_role("button", name="Go through three days now").click()
    expect(page.locator("#looks")).to_contain_text("Meera Nair")
    if script:  # it fetches itself anew until the look is done
        expect(page.locator("#looks")).to_contain_text("looked at", timeout=15_000)
    page.get_by_role("link", name="Of no booking of ours").click()
    page.get_by_label(re.compile(waiting.appointment.reference)).check(force=True)
    if script:
        assert minds(page, WCAG) == []
    page.get_by_role("button", name="Attach it to the chosen booking").click()
    expect(page.locator("main")).to_contain_text("The booking is paid by it and confirmed")
    page.go_back()
    page.reload()
    expect(page.locator("main")).to_contain_text("Attached to a booking")


def test_a_world_without_patients_has_nothing_to_match(manager: Callable[..., Page], world: Clinic) -> None:
    page = manager(width=360)
    page.goto("/money/mismatches")
    expect(page.locator("main")).to_contain_text("Everything matches")
