"""Enquiries, figures, data requests and exports in a real browser: axe in every state, the smallest phone, keys alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from mibo import clock, db, leads
from mibo.identity.permissions import Role
from mibo.leads import Asked
from mibo.people import rights
from tests import make
from tests.browser.axe import minds
from tests.browser.test_people import Opens, World, opens, seen, world  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

LOOKS = [(1280, "light"), (320, "dark")]
FIGURES = (
    "",
    "/revenue",
    "/clinicians",
    "/centres",
    "/waiting",
    "/reminders",
    "/leads",
    "/definitions",
    "/behind/kept",
)


@pytest.fixture
def nila(world: World) -> int:  # noqa: F811
    """Somebody who has asked to be called, and should have been by now."""
    with db.transaction():
        told = Asked(
            full_name="Nila Nair",
            phone="+919800077001",
            request_key="key-of-nila",
            centre_id=world.kochi.id,
            words="How long?",
        )
        made = leads.ask(told)
        made.next_call_at = clock.now()
        return made.id


@pytest.fixture
def request_of_asha(world: World) -> int:  # noqa: F811
    """A patient asks that something be put right."""
    with db.transaction():
        return rights.ask(world.asha.id, "CORRECTION", "My name is spelt otherwise.", by=make.actor(world.asha)).id


def places(enquiry: int, asked: int) -> Iterator[str]:
    """Full and empty."""
    yield from (f"/figures{part}" for part in FIGURES)
    yield from ("/enquiries", "/enquiries?part=lost", "/enquiries/new", f"/enquiries/{enquiry}", "/enquiries/funnel")
    yield from ("/enquiries/campaigns", "/exports", "/worklists/requests", "/worklists/requests?part=closed")
    yield f"/worklists/requests/{asked}"


def all_open(page: Page, path: str) -> list[str]:
    """What axe minds once every part that folds is open."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    return [f"{path} {each['id']}: {each['nodes'][0]['html']}" for each in minds(page)]


def refuse(page: Page, path: str, button: str) -> None:
    page.goto(path)
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    page.locator("main").get_by_role("button", name=button).click()
    expect(page.locator(".problem")).to_be_focused()
    page.locator(".problem a").first.click()
    expect(page.locator("main .wrong :focus, main .wrong:focus-within")).not_to_have_count(0)


def test_axe_finds_nothing_and_nothing_runs_over_the_edge(opens, nila, request_of_asha) -> None:  # noqa: F811
    page = opens(Role.ADMIN)
    wrong = []
    for n, path in enumerate(places(nila, request_of_asha)):  # the narrow and the wide by turns
        wrong += seen(page, path, [LOOKS[n % 2]])
    wrong += all_open(page, f"/enquiries/{nila}") + all_open(page, "/figures")
    wrong += seen(page, "/api/docs", [])
    page.set_viewport_size({"width": 320, "height": 860})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "the API's page is wider than its window"
    assert wrong == []


def test_enquiries_are_found_taken_called_and_booked_with_keys_alone(opens, nila) -> None:  # noqa: F811
    page = opens(Role.FRONT_DESK)
    keys = page.keyboard
    page.goto("/enquiries")
    to(page, "Nila Nair")
    keys.press("Enter")
    to(page, "I see to it")
    keys.press("Enter")
    expect(page.get_by_text("It is yours.")).to_be_visible()
    to(page, "Note (optional)")
    keys.type("Wants a time in the evening")
    to(page, "Reached")
    keys.press("Enter")
    expect(page.get_by_text("Wants a time in the evening")).to_be_visible()
    to(page, "Add the patient and book")
    keys.press("Enter")
    page.wait_for_url("**/desk/new?*enquiry=*")
    expect(page.get_by_label("Full name")).to_have_value("Nila Nair")
    expect(page.get_by_label("Age in years")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".problem")).to_be_focused()


def to(page: Page, name: str) -> None:
    """Past the menu, then Tab until the focus is on what has this name."""
    page.locator("h1").first.wait_for()
    if page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(WHERE).strip() == name:
            return
    raise AssertionError(f"the key Tab leads to no {name}")


WHERE = "(e => (e.labels?.[0] ?? e).textContent.replace(/\\s+/g, ' '))(document.activeElement)"


def test_a_double_click_notes_one_call_and_one_enquiry_and_going_back_keeps_the_list(opens, nila) -> None:  # noqa: F811
    page = opens(Role.FRONT_DESK)
    page.goto("/enquiries/new")
    page.get_by_label("Name").fill("Ravi Kumar")
    page.get_by_label("Mobile number").fill("98000 77002")
    page.get_by_label("They agree").check()
    page.get_by_role("button", name="Note it").dblclick()
    expect(page.get_by_role("heading", name="Ravi Kumar", level=1)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Note an enquiry")).to_be_visible()
    page.goto(f"/enquiries/{nila}")
    page.get_by_role("button", name="No answer").dblclick()
    expect(page.get_by_text("Called: no answer")).to_have_count(1)
    page.goto("/enquiries?part=all")
    expect(page.locator("tbody tr")).to_have_count(2)
    for _ in range(2):  # a file brings no new page, and the button must go on working
        page.wait_for_function("!document.querySelector('form[aria-busy]')")
        with page.expect_download() as got:
            page.get_by_role("button", name="Download CSV").click()
        assert got.value.suggested_filename.startswith("enquiries-")
    refuse(page, "/enquiries/new", "Note it")
    refuse(page, f"/enquiries/{nila}", "Close it")


def test_without_script_two_presses_are_one_step_and_no_refusal(opens, nila) -> None:  # noqa: F811
    page = opens(Role.FRONT_DESK, javascript=False)
    for button, undone in (("No answer", 0), ("Undo: called", 1)):
        page.goto(f"/enquiries/{nila}")
        page.get_by_role("button", name=button).dblclick()
        expect(page.get_by_text("Called: no answer")).to_have_count(1)
        expect(page.locator("li > s")).to_have_count(undone)
        expect(page.locator(".problem")).to_have_count(0)
