"""The pages of money in a real browser: looked at with axe at both widths, filtered while typing, walked without script."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, expect

from mibo import clock, db, identity
from mibo.identity import Account
from tests.browser.test_people import AXE, LOOKS, RULES
from tests.ledger.money import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]

Opens = Callable[..., Page]


@pytest.fixture
def world(live: str) -> World:
    return World()


@pytest.fixture
def opens(app: Flask, live: str, world: World, browser: Browser) -> Iterator[Opens]:
    """A page of the manager's browser, or of a patient's."""
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer
    opened: list[BrowserContext] = []

    def of(width: int = 1280, scheme: str = "light", *, script: bool = True, account_id: int = world.boss.id) -> Page:
        with db.transaction() as session:
            key = identity.start_web_sign_in(session.get_one(Account, account_id), "Firefox on Linux")
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
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(opens: Opens, world: World, width: int, scheme: str) -> None:
    today, who = clock.today(), world.patients[0].id
    pages = {
        world.boss.id: (
            "/money/payments?time=all", "/money/payments?time=today&state=UNWANTED&centre=1", "/money/unpaid",
            "/money/unpaid?age=TO_COME", f"/money/takings?since={today}&until={today}", "/money/takings/lines",
            f"/money/payments/{world.made[7].payment_id}", f"/money/payments/{world.made[5].payment_id}",
            f"/desk/patients/{who}/account",
        ),
        world.patients[0].account_id: ("/my/payments",),
    }  # fmt: skip
    for account_id, paths in pages.items():
        page = opens(width, scheme, account_id=account_id)
        for path in paths:
            answer = page.goto(path)
            assert answer
            assert answer.status == 200, path
            page.evaluate(AXE)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
            assert [(path, each["id"], each["nodes"][0]["html"]) for each in found] == []
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert over <= 0, (path, width)


def test_the_list_follows_what_is_typed_and_its_address_keeps_the_filters_only(opens: Opens, world: World) -> None:
    page = opens()
    page.goto("/money/payments?time=all")
    page.locator("#q").fill("farah")
    expect(page.locator("tbody th a").first).to_have_text("Farah Khan")
    expect(page.get_by_text("Asha Menon")).to_have_count(0)
    assert page.url.endswith("/money/payments?time=all")
    page.locator("#state").select_option("RETURNED")
    expect(page.locator("tbody .tag").first).to_contain_text("iven back")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_text("hidden by filters")).to_have_count(0)


def test_without_script_a_sum_leads_to_its_lines_and_a_line_to_its_payment(opens: Opens) -> None:
    page = opens(360, script=False)
    day = clock.today()
    page.goto(f"/money/takings?since={day}&until={day}")
    page.get_by_role("link", name="Earlier").click()
    sums = page.locator("tbody tr").last.locator("a").last
    amount = sums.inner_text()
    sums.click()
    expect(page.locator("h1")).to_have_text(amount)
    page.locator("tbody th a").first.click()
    expect(page.locator("h1")).to_contain_text("Payment for MB-")
    page.get_by_role("link", name="Payments").first.click()
    page.locator("#state").select_option("OWED")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("tbody .tag").first).to_have_text("To pay")
