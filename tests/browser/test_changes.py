"""An appointment changes in a real browser: with keys alone, without script, on a phone, and through axe."""

import os
from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import booking, clock, db, identity
from mibo.booking import Appointment
from mibo.identity import Account
from tests import make
from tests.booking import changes
from tests.booking.changes import World, now_of
from tests.browser.axe import minds

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

PICTURES = os.environ.get("MIBO_PICTURES")


@pytest.fixture
def world() -> World:
    return changes.world()


@pytest.fixture
def at_browser(browser: Browser, app: Flask, live: str):
    """Opens a browser of somebody: `at_browser(account, javascript=False, width=360)`."""
    opened: list[BrowserContext] = []

    def page(who: int, *, javascript: bool = True, width: int = 1280) -> Page:
        with db.transaction() as session:
            key = identity.start_web_sign_in(session.get_one(Account, who), "a test", proved=True)
        context = browser.new_context(
            base_url=live, java_script_enabled=javascript, bypass_csp=True, viewport={"width": width, "height": 860},
            locale="en-IN", timezone_id="Asia/Kolkata",
        )  # fmt: skip
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        value = str(serializer.dumps({"key": key}))
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": live}])
        opened.append(context)
        return context.new_page()

    yield page
    for context in opened:
        context.close()


def is_sound(page: Page, name: str) -> None:
    """Nothing that axe minds, and nothing wider than the screen."""
    found = minds(page)
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{page.viewport_size['width']}.png", full_page=True)


class Keys:
    """Presses, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1


def test_an_appointment_is_moved_to_the_next_free_time_with_two_keys(world, at_browser):
    one = world.book("12:00")
    page = at_browser(world.desk.account_id)
    page.goto(f"/desk/appointments/{one.id}")
    keys = Keys(page)
    keys.press("Alt+Shift+M")
    page.wait_for_url("**/move")
    keys.press("Control+Enter")
    page.wait_for_url("**done=moved")
    assert keys.pressed <= 16
    assert now_of(one).starts_at < make.at("12:00")
    expect(page.get_by_role("button", name="Undo the move")).to_be_visible()
    page.get_by_role("button", name="Undo the move").click()
    expect(page.get_by_text("nobody was told")).to_be_visible()
    assert now_of(one).starts_at == make.at("12:00")


def test_a_day_and_a_time_are_chosen_without_script(world, at_browser):
    one = world.book("12:00")
    page = at_browser(world.desk.account_id, javascript=False)
    page.goto(f"/desk/appointments/{one.id}")
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_role("navigation", name="Days").get_by_role("link").nth(3).click()
    page.get_by_label("4:00 pm").check()
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Moved to")).to_be_visible()
    assert clock.local(now_of(one).starts_at).hour == 16
    page.get_by_role("link", name="Cancel it").click()
    page.get_by_role("button", name="Cancel the appointment").click()
    expect(page.get_by_role("link", name="Say why it is cancelled.")).to_be_visible()
    page.get_by_label("Why is it cancelled?").fill("The clinician is ill")
    page.get_by_role("button", name="Cancel the appointment").click()
    assert now_of(one).status == "CANCELLED"


def test_a_patient_moves_and_cancels_without_script(world, at_browser):
    with db.transaction():
        at = make.at("12:00", clock.today() + timedelta(days=4))
        one = make.appointment(world.asha, world.anita, world.kochi, at)
    page = at_browser(world.asha.account_id, javascript=False, width=360)
    page.goto(f"/my/{one.reference}")
    page.get_by_role("link", name="Move it to another time").click()
    page.get_by_label("9:00 am").check()
    page.get_by_role("button", name="Move my appointment").click()
    expect(page.get_by_text("Your appointment is moved to")).to_be_visible()
    page.get_by_role("link", name="Cancel it").click()
    expect(page.get_by_text("If you cancel now you get back ₹1,600")).to_be_visible()
    page.get_by_role("button", name="Cancel my appointment").click()
    expect(page.get_by_text("A refund of ₹1,600 was requested on")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_is_sound(world, at_browser, width):
    one, wished = world.book("12:00"), world.book("14:00")
    with db.transaction():
        booking.ask_to_cancel(wished.id, reason="I have to travel for work", by=world.by)
        put_off(one)
    page = at_browser(world.manager.account_id, width=width)
    for name, path in {
        "appointment": f"/desk/appointments/{one.id}", "move": f"/desk/appointments/{one.id}/move",
        "cancellation": f"/desk/appointments/{one.id}/cancellation", "wish": f"/desk/appointments/{wished.id}",
    }.items():  # fmt: skip
        page.goto(path)
        is_sound(page, name)
    own = at_browser(world.asha.account_id, width=width)
    for name, path in {
        "my": f"/my/{one.reference}", "my-move": f"/my/{one.reference}/move",
        "my-cancellation": f"/my/{one.reference}/cancellation", "my-wished": f"/my/{wished.reference}",
    }.items():  # fmt: skip
        own.goto(path)
        is_sound(own, name)


def put_off(one: Appointment) -> None:
    """Three days on, so that its patient may still change it."""
    kept = db.session().get_one(Appointment, one.id)
    kept.starts_at += timedelta(days=3)
    kept.ends_at += timedelta(days=3)
