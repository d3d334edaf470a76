"""The note of a consultation in a real browser, on a phone: nothing that was written is lost, whatever happens to the line."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import care, clock, db, identity
from mibo.booking import Status
from mibo.identity.permissions import Role
from tests import make
from tests.browser.axe import minds

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

Opens = Callable[[], Page]


@pytest.fixture
def visit(live: str) -> tuple[int, str]:
    """A consultation that has begun, and the key of who holds it."""
    with db.transaction():
        kochi = make.centre("Mibo Kochi")
        account = make.staff(Role.CLINICIAN, kochi, name="Dr. Anita Kurian")
        anita = make.clinician(kochi, account=account)
        one = make.appointment(make.patient("Asha Menon"), anita, kochi, clock.now(), status=Status.IN_PROGRESS)
        return one.id, identity.start_web_sign_in(account, "Firefox on Android", proved=True)


@pytest.fixture
def opens(app: Flask, live: str, visit: tuple[int, str], browser: Browser) -> Iterator[Opens]:
    """The visit's page in one more tab of the clinician's phone."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    context: BrowserContext = browser.new_context(
        viewport={"width": 360, "height": 800}, base_url=live, bypass_csp=True
    )
    context.set_default_timeout(15_000)
    context.add_cookies([{"name": "mibo", "value": str(signer.dumps({"key": visit[1]})), "url": live}])

    def tab() -> Page:
        page = context.new_page()
        page.goto(f"/my-day/{visit[0]}")
        return page

    yield tab
    context.close()


def kept(visit: tuple[int, str]) -> str | None:
    with db.reading():
        latest = care.notes.newest(visit[0])
        return care.notes.opened(latest) if latest else None


def test_a_line_lost_mid_sentence_is_told_and_what_was_written_is_saved_when_it_is_back(
    opens: Opens, visit: tuple[int, str]
) -> None:
    page = opens()
    field, state = page.locator("[data-autosave]"), page.locator("#note-state")
    field.press_sequentially("Sleeps five hours")
    with page.expect_response("**/note"):
        field.blur()
    expect(state).to_contain_text("Saved ")
    assert kept(visit) == "Sleeps five hours"
    page.context.set_offline(True)
    field.press("End")
    field.press_sequentially(", wakes at four \u200f\u05e9\u05dc\u05d5\u05dd\u200e")
    field.blur()
    expect(state).to_contain_text("Not saved, trying again")
    assert minds(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert field.input_value().startswith("Sleeps five hours, wakes at four")
    assert kept(visit) == "Sleeps five hours"
    page.context.set_offline(False)
    expect(state).to_contain_text("Saved ")
    assert (kept(visit) or "").startswith("Sleeps five hours, wakes at four")


def test_of_two_tabs_the_second_is_told_and_keeps_its_words(opens: Opens, visit: tuple[int, str]) -> None:
    first, second = opens(), opens()
    for page, said in ((first, "From the first tab"), (second, "From the second tab")):
        page.locator("[data-autosave]").fill(said)
        page.locator("[data-autosave]").blur()
        expect(page.locator("#note-state")).to_contain_text("aved")
    expect(second.locator("#note-state")).to_contain_text("From the first tab")
    expect(second.locator("[data-autosave]")).to_have_value("From the second tab")
    assert (kept(visit), minds(second)) == ("From the first tab", [])
    second.get_by_role("button", name="Save mine").click()
    second.wait_for_load_state()
    expect(second.locator("[data-autosave]")).to_have_value("From the second tab")
    assert kept(visit) == "From the second tab"


def test_a_note_that_is_too_long_is_refused_kindly_and_stays_in_the_field(opens: Opens, visit: tuple[int, str]) -> None:
    page, long = opens(), "word " * 40_000
    field = page.locator("[data-autosave]")
    field.fill(long)
    field.blur()
    expect(page.locator("#note-state")).to_contain_text("Not saved")
    page.get_by_role("button", name="Save note").click()
    page.wait_for_load_state()
    expect(page.locator(".problem")).to_be_visible()
    assert len(field.input_value()) >= len(long.strip())
    assert kept(visit) is None
