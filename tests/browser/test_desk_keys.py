"""The front desk by keyboard alone, and every press is counted (look.md C5)."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mibo import clock
from mibo.booking import Status
from tests import make
from tests.browser.test_desk import World, signed_in, violations, world  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]


class Hands:
    """Somebody who never touches the mouse."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def type(self, text: str) -> None:
        self.press(*(" " if letter == " " else letter for letter in text))


@pytest.fixture
def hands(signed_in, world) -> Hands:  # noqa: F811
    page = signed_in()
    page.goto("/desk")
    return Hands(page)


def booked(page: Page) -> None:
    page.wait_for_url("**/desk/appointments/*")
    expect(page.get_by_text("Nobody is told for the first")).to_be_visible()


def test_a_known_patient_who_walks_in_takes_at_most_25_keys(hands, world):  # noqa: F811
    page = hands.page
    hands.press("Control+K")
    hands.type("00001")
    hands.press("Enter")
    page.wait_for_url("**/desk/new?*")
    expect(page.get_by_role("radio", name="Payment link")).to_be_focused()
    hands.press("2")
    expect(page.get_by_role("radio", name="Cash")).to_be_checked()
    hands.press("Control+Enter")
    booked(page)
    expect(page.get_by_text("Paid in cash")).to_be_visible()
    assert hands.presses <= 25


def test_the_same_in_one_line_shows_what_is_meant_and_enter_books_it(hands, world):  # noqa: F811
    page = hands.page
    hands.press("Control+K")
    hands.type("00001 latha cash")
    hands.press("Enter")
    page.wait_for_url("**/desk/new?*")
    expect(page.get_by_text("Ravi Nair, 30, phone ending 0001")).to_be_visible()
    expect(page.get_by_role("button", name="Book for Ravi")).to_be_focused()
    hands.press("Enter")
    booked(page)
    expect(page.get_by_text("Dr. Latha Varma").first).to_be_visible()
    assert hands.presses <= 25


def test_a_new_patient_who_walks_in_takes_at_most_60_keys(hands, world):  # noqa: F811
    page = hands.page
    hands.press("Control+K")
    hands.type("9876500123")
    hands.press("Enter")
    expect(page.get_by_label("Full name")).to_be_focused()
    hands.type("Omana Das")
    hands.press("Tab", "Tab")
    hands.type("41")
    hands.press("Tab", "Tab", "Tab", "Tab")
    hands.press("Space")
    hands.press("Enter")
    page.wait_for_url("**/desk/new?*patient=*")
    hands.press("2", "Control+Enter")
    booked(page)
    expect(page.get_by_text("Omana Das").first).to_be_visible()
    assert hands.presses <= 60


def test_moving_to_the_next_free_time_takes_at_most_16_keys(hands, world):  # noqa: F811
    one = world.book("10:00")
    page = hands.page
    page.goto(f"/desk/appointments/{one.id}")
    hands.press("Alt+Shift+M")
    page.wait_for_url("**/move*")
    hands.press("Control+Enter")
    page.wait_for_url("**/desk/appointments/*done=moved*")
    expect(page.get_by_role("button", name="Undo the move")).to_be_visible()
    assert hands.presses <= 16


def test_taking_cash_takes_at_most_10_keys(hands, world):  # noqa: F811
    until = clock.now() + timedelta(minutes=20)
    one = world.book("12:00", status=Status.PENDING, held_until=until, kind="LINK")
    page = hands.page
    page.goto(f"/desk/appointments/{one.id}")
    hands.press("Alt+Shift+P")
    expect(page.get_by_role("radio", name="Cash")).to_be_focused()
    hands.press("1", "Enter")
    expect(page.get_by_text("The payment is noted and the appointment is confirmed.")).to_be_visible()
    assert hands.presses <= 10


def test_a_booking_is_undone_and_the_time_is_free(hands, world):  # noqa: F811
    page = hands.page
    page.goto(f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day={make.tomorrow()}&at=10:00&pay=CASH")
    expect(page.get_by_role("button", name="Book for Asha")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Undo the booking").click()
    expect(page.get_by_text("The booking is undone, and nobody was told.")).to_be_visible()
    page.goto(world.board)
    expect(page.get_by_role("link", name="Free 10:00 am").first).to_be_visible()


def test_what_is_read_back_follows_what_is_chosen(hands, world):  # noqa: F811
    page = hands.page
    page.goto(f"/desk/new?patient={world.asha.id}&clinician={world.anita.id}&day={make.tomorrow()}&at=10:00")
    page.get_by_role("radio", name="11:00 am").check(force=True)
    expect(page.locator("[data-echo=at]")).to_have_text("11:00 am")
    world.book("10:00")
    page.goto("/desk")
    page.go_back()  # a browser that fills in the first time again would book one that nobody chose
    expect(page.locator("[data-echo=at]")).to_have_text("no time yet")
    expect(page.locator("input[name=at]:checked")).to_have_count(0)


@pytest.mark.parametrize(
    "typed", ["menon 3 anita cash", "asha 3pm", "Somebody New 9876500999 cash", "3210 cash with zorba"]
)
@pytest.mark.parametrize(("width", "theme"), [(1280, ""), (360, "dark")])
def test_what_a_line_may_mean_is_accessible_with_and_without_script(signed_in, world, typed, width, theme):  # noqa: F811
    for javascript in (True, False):
        page = signed_in(width=width, theme=theme, javascript=javascript)
        page.goto("/desk/find")
        page.get_by_label("Phone, name or MRN").fill(typed)
        page.get_by_label("Phone, name or MRN").press("Enter")
        page.wait_for_load_state()
        assert page.locator("h1").inner_text() in ("New booking", "Find a patient")
        if javascript:
            assert violations(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
