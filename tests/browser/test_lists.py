"""The lists in a real browser: looked at with axe at both widths, searched while typing, and used without script."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import booking, clock, db, identity
from mibo.booking import Status
from mibo.care import FollowUp
from mibo.identity.permissions import Role
from tests import make
from tests.browser.axe import minds
from tests.browser.test_people import LOOKS

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

PAGES = (
    "/appointments?time=all", "/appointments?time=past&state=EXPIRED", "/worklists/closing", "/worklists/holds",
    "/worklists/cancellations", "/worklists/follow-ups",
)  # fmt: skip
Opens = Callable[..., Page]


@pytest.fixture
def key(live: str) -> str:
    """A manager of a centre where something waits on every list."""
    with db.transaction() as session:
        kochi = make.centre("Mibo Kochi")
        account = make.staff(Role.MANAGER, name="Manager Person")
        anita = make.clinician(kochi)
        make.hours(anita, kochi)
        asha, ravi = make.patient("Asha Menon", phone="+919876543210"), make.patient("Ravi Kumar")
        asha.mrn = "MRN-2026-00001"
        now = clock.now()
        make.appointment(ravi, anita, kochi, now - timedelta(hours=9))
        done = make.appointment(asha, anita, kochi, now - timedelta(hours=30), status=Status.COMPLETED)
        noted = make.appointment(asha, anita, kochi, make.at("10:00"))
        noted.patient_note = "Prefers the quiet room."
        make.appointment(ravi, anita, kochi, make.at("11:00"), status=Status.PENDING, kind="LINK")
        wished = make.appointment(asha, anita, kochi, make.at("15:00"))
        wanted = clock.today() - timedelta(days=1)
        session.add(FollowUp(parent_id=done.id, wanted_on=wanted, note="Sleep diary", created_by=account.id))
        session.flush()
        booking.ask_to_cancel(wished.id, reason="I am travelling", by=make.actor(asha))
        return identity.start_web_sign_in(account, "Firefox on Linux", proved=True)


@pytest.fixture
def opens(app: Flask, live: str, key: str, browser: Browser) -> Iterator[Opens]:
    """A page of the manager's browser."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    opened: list[BrowserContext] = []

    def of(width: int = 1280, scheme: str = "light", *, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script,  # type: ignore[arg-type]
            base_url=live,
        )  # fmt: skip
        context.add_cookies([{"name": "mibo", "value": str(signer.dumps({"key": key})), "url": live}])
        opened.append(context)
        return context.new_page()

    yield of
    for context in opened:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(opens: Opens, width: int, scheme: str) -> None:
    page = opens(width, scheme)
    for path in PAGES:
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
        found = minds(page)
        assert [(path, each["id"], each["nodes"][0]["html"]) for each in found] == []
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, (path, width)


def test_the_list_follows_what_is_typed_and_its_address_keeps_the_filters_only(opens: Opens) -> None:
    page = opens()
    page.goto("/appointments?time=all")
    page.keyboard.press("Control+k")
    page.keyboard.type("asha")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.get_by_label("State").select_option("CANCELLATION_REQUESTED")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("2 hidden by filters.")).to_be_visible()
    assert page.url.endswith("/appointments?time=all&state=CANCELLATION_REQUESTED")
    page.get_by_role("button", name="Show them").click()
    page.wait_for_load_state()
    assert page.locator("tbody tr").count() == 3


def test_without_script_it_is_found_filtered_sorted_and_closed(opens: Opens) -> None:
    page = opens(script=False)
    page.goto("/appointments")
    page.get_by_label("When").select_option("all")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.get_by_role("button", name="Date and time").click()
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Date and time"
    page.goto("/worklists/closing")
    page.locator("input[name=visit]").check()
    page.get_by_role("button", name="Complete those ticked").click()
    expect(page.get_by_text("Everything is closed")).to_be_visible()
