"""The desk in a real browser: booking with and without script, the live board, keys alone, and axe on every state."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import clock, db, identity
from mibo.booking import Status
from mibo.identity.permissions import Role
from tests import make
from tests.browser.axe import minds

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]


class World:
    """A centre with two clinicians, its front desk, and a family on one phone."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            self.anita = make.clinician(self.kochi)
            self.latha = make.clinician(self.kochi, name="Dr. Latha Varma", minutes=30)
            make.hours(self.anita, self.kochi)
            make.hours(self.latha, self.kochi, opens="10:00", closes="16:00")
            self.asha = make.patient(phone="+919876543210")
            make.patient("Tara Menon", family_of=self.asha)
            make.patient("Ravi Nair", phone="+919876500001")
            self.staff = make.staff(Role.FRONT_DESK, self.kochi)
            self.key = identity.start_web_sign_in(self.staff, "a test", proved=True)

    def book(self, face: str, **more):
        with db.transaction():
            return make.appointment(make.patient("Sana Pillai"), self.anita, self.kochi, make.at(face), **more)

    @property
    def board(self) -> str:
        return f"/desk?centre={self.kochi.id}&day={make.tomorrow()}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def signed_in(browser: Browser, app: Flask, live: str, world: World):
    """Opens a browser of the front desk: `signed_in(javascript=False, width=360)`."""
    opened: list[BrowserContext] = []

    def page(*, javascript: bool = True, width: int = 1280, theme: str = "") -> Page:
        context = browser.new_context(
            base_url=live, java_script_enabled=javascript, bypass_csp=True, viewport={"width": width, "height": 860},
            locale="en-IN", timezone_id="Asia/Kolkata", color_scheme="dark" if theme == "dark" else "light",
        )  # fmt: skip
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer
        value = str(serializer.dumps({"key": world.key, "theme": theme}))
        context.add_cookies([{"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": live}])
        opened.append(context)
        return context.new_page()

    yield page
    for context in opened:
        context.close()


def violations(page: Page) -> list[str]:
    found = minds(page)
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_the_desk_books_for_a_patient_from_a_free_time_of_the_board(signed_in, world, javascript):
    page = signed_in(javascript=javascript)
    page.goto(world.board)
    page.get_by_role("region", name="Day board").get_by_role("link", name="Free 11:00 am").first.click()
    page.get_by_label("Phone, name or MRN").fill("3210")
    page.get_by_role("button", name="Find").click() if not javascript else None
    page.get_by_role("link", name="Asha Menon").click()
    expect(page.get_by_text("Registration, once")).to_be_visible()
    expect(page.get_by_role("radio", name="11:00 am")).to_be_checked()
    page.get_by_role("radio", name="UPI").check()
    page.get_by_role("button", name="Book for Asha").click()
    expect(page.get_by_text("Booked and paid. Asha gets the confirmation on WhatsApp.")).to_be_visible()
    expect(page.get_by_text("₹1,700", exact=True)).to_be_visible()
    page.goto(world.board)
    expect(page.get_by_role("link", name=re.compile("A. Menon.*Confirmed"))).to_be_visible()


def test_without_script_another_clinician_and_day_can_be_chosen(signed_in, world):
    page = signed_in(javascript=False)
    page.goto(f"/desk/new?patient={world.asha.id}")
    page.get_by_label("Clinician", exact=True).select_option(str(world.latha.id))
    page.get_by_role("button", name="Show times").click()
    later = make.tomorrow() + timedelta(days=1)
    page.get_by_role("link", name=re.compile(rf"^{later:%a} {later.day}\b")).first.click()
    expect(page.get_by_role("radio", name="10:30 am")).to_be_visible()
    page.get_by_role("radio", name="10:30 am").check(force=True)
    page.get_by_role("radio", name="Payment link").check()
    page.get_by_role("button", name="Book for Asha").click()
    expect(page.get_by_text("Booked. Asha gets a payment link on WhatsApp.")).to_be_visible()
    expect(page.get_by_text("Dr. Latha Varma")).to_be_visible()


def test_changing_the_clinician_keeps_what_was_typed(signed_in, world):
    page = signed_in()
    page.goto(f"/desk/new?patient={world.asha.id}&day={make.tomorrow()}")
    page.get_by_label("Patient's note").fill("Prefers Malayalam")
    page.get_by_role("radio", name="Cash").check()
    with page.expect_response(lambda answer: "clinician=" in answer.url):
        page.get_by_label("Clinician", exact=True).select_option(str(world.latha.id))
    expect(page.get_by_role("radio", name="10:30 am")).to_be_visible()
    expect(page.get_by_label("Patient's note")).to_have_value("Prefers Malayalam")
    expect(page.get_by_role("radio", name="Cash")).to_be_checked()
    assert f"clinician={world.latha.id}" in page.url
    assert "Malayalam" not in page.url


def test_a_walk_in_is_booked_with_the_keyboard_alone_in_few_keys(signed_in, world):
    page = signed_in()
    page.goto("/desk")
    presses = 0

    def press(*keys: str) -> None:
        nonlocal presses
        for key in keys:
            page.keyboard.press(key)
            presses += 1

    press("Control+K", *"00001", "Enter")
    page.wait_for_url("**/desk/new?patient=*")
    page.get_by_role("radio", name="Payment link").focus()
    press("ArrowDown")
    expect(page.get_by_role("radio", name="Cash")).to_be_checked()
    press("Control+Enter")
    page.wait_for_url("**/desk/appointments/*")
    assert presses <= 25


def test_the_shortcut_opens_a_new_booking(signed_in):
    page = signed_in()
    page.goto("/desk")
    page.keyboard.press("Alt+Shift+B")
    page.wait_for_url("**/desk/new")


def test_a_new_booking_appears_on_the_open_board_and_the_focus_stays(signed_in, world):
    one = world.book("10:00")
    page = signed_in()
    page.goto(world.board)
    page.locator(f"#a-{one.id}").focus()
    world.book("14:00")
    with page.expect_response(lambda answer: "span=" in answer.url):
        page.evaluate("htmx.trigger(document.getElementById('board'), 'poll')")
    expect(page.locator(".ev")).to_have_count(2)
    expect(page.locator(f"#a-{one.id}")).to_be_focused()
    expect(page.locator("#counts")).to_contain_text("2 booked")
    with page.expect_response(lambda answer: "span=" in answer.url) as quiet:
        page.evaluate("htmx.trigger(document.getElementById('board'), 'poll')")
    assert quiet.value.status in (200, 304)


def test_a_time_taken_meanwhile_is_said_at_the_top_and_nothing_typed_is_lost(signed_in, world):
    page = signed_in()
    page.goto(f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day={make.tomorrow()}&at=10:00")
    page.get_by_label("Patient's note").fill("Prefers Malayalam")
    page.get_by_role("radio", name="Card").check()
    world.book("10:00")
    page.get_by_role("button", name="Book for Asha").click()
    expect(page.get_by_role("group", name="There is a problem")).to_be_focused()
    expect(page.get_by_role("link", name="10:00 am has just been taken.")).to_be_visible()
    expect(page.get_by_label("Patient's note")).to_have_value("Prefers Malayalam")
    assert violations(page) == []
    page.get_by_role("radio", name="11:00 am").check(force=True)
    page.get_by_role("button", name="Book for Asha").click()
    page.wait_for_url("**/desk/appointments/*")


@pytest.mark.parametrize(("width", "theme"), [(1280, ""), (1280, "dark"), (360, ""), (360, "dark")])
def test_every_page_of_the_desk_is_accessible_and_fits(signed_in, world, width, theme):
    confirmed = world.book("10:00")
    held = world.book("12:00", status=Status.PENDING, held_until=clock.now() + timedelta(minutes=12), kind="LINK")
    world.book("13:00", status=Status.CANCELLED)
    world.book("14:00", status=Status.NO_SHOW)
    page = signed_in(width=width, theme=theme)
    for path in (
        world.board, "/desk", "/desk/find", "/desk/new", f"/desk/new?patient={world.asha.id}",
        f"/desk/appointments/{confirmed.id}", f"/desk/appointments/{held.id}", f"/desk/day-list?day={make.tomorrow()}",
    ):  # fmt: skip
        page.goto(path)
        assert (path, violations(page)) == (path, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_search_and_the_refused_forms_are_accessible(signed_in, world):
    page = signed_in(width=360)
    page.goto("/desk/find")
    page.get_by_label("Phone, name or MRN").fill("menon")
    expect(page.get_by_role("link", name="Asha Menon")).to_be_visible()
    assert violations(page) == []
    page.goto("/desk/new")
    page.get_by_text("Add a new patient").click()
    page.get_by_label("Full name").fill("Rohan Menon")
    page.get_by_label("Mobile number", exact=True).fill("98765 43210")
    page.get_by_label("Age in years").fill("32")
    page.get_by_role("radio", name="Male", exact=True).check()
    page.get_by_role("button", name="Add patient").click()
    expect(page.get_by_role("heading", name="This number has 2 patients")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Add as family on this phone").click()
    page.wait_for_url("**/desk/new?patient=*")
    page.get_by_role("button", name="Book for Rohan").click()
    expect(page.get_by_role("link", name="Choose how the patient pays.")).to_be_visible()
    assert violations(page) == []
