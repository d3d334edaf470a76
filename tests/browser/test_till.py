"""The desk's money in a real browser: cash over a live link, several ways at once without script, a drawer counted, axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from mibo import booking, clock, db
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.integrations import razorpay
from mibo.payments import Handed
from tests import make
from tests.browser.test_desk import World, signed_in, violations, world  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]


def held(world: World, face: str = "12:00"):  # noqa: F811
    return world.book(face, status=Status.PENDING, held_until=clock.now() + timedelta(minutes=20), kind="LINK")


def desk_of(world: World):  # noqa: F811
    return make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))


def test_cash_over_a_live_link_takes_the_money_once_and_the_link_is_dead(signed_in, world, work):  # noqa: F811
    one = held(world)
    link = booking.resend_link(one.id, by=desk_of(world))
    page = signed_in()
    page.goto(f"/desk/appointments/{one.id}")
    expect(page.get_by_label("Link to copy")).to_have_value(link.url)
    page.get_by_role("radio", name="Cash").check()
    page.get_by_label("Cash received, rupees").fill("2000")
    expect(page.get_by_text("Change to give: ₹300")).to_be_visible()
    page.get_by_role("button", name="Take ₹1,700").dblclick()
    expect(page.get_by_text("Give ₹300 in change.")).to_be_visible()
    expect(page.get_by_text("Paid in cash")).to_be_visible()
    work()
    assert razorpay.link(link.link_id).status == "cancelled"
    page.goto(link.url)
    expect(page.get_by_role("button", name="Pay by UPI")).to_have_count(0)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_payment_in_two_ways_is_taken_with_and_without_script(signed_in, world, javascript):  # noqa: F811
    page = signed_in(javascript=javascript)
    page.goto(f"/desk/appointments/{held(world).id}")
    page.get_by_role("radio", name="Cash").check()
    page.get_by_text("Part of it is paid another way").click()
    first = page.get_by_role("group", name="Another way, 1")
    first.get_by_label("And by").select_option("UPI")
    first.get_by_label("Rupees").fill("900")
    first.get_by_label("Its reference").fill("4123 4567")
    if javascript:
        expect(page.get_by_text("The rest, ₹800, is taken this way.")).to_be_visible()
    page.get_by_role("button", name="Take ₹1,700").click()
    expect(page.get_by_role("link", name="A UPI reference (UTR or RRN) has 12 digits")).to_be_visible()
    page.get_by_label("Its reference").first.fill("4123 4567 8901")
    page.get_by_role("button", name="Take ₹1,700").click()
    expect(page.get_by_text("Paid in 2 ways")).to_be_visible()
    expect(page.get_by_text("₹900 by UPI, 412345678901")).to_be_visible()


def test_a_drawer_is_counted_by_its_notes_and_printed(signed_in, world):  # noqa: F811
    with db.transaction():
        booking.pay_at_desk(held(world).id, "CASH", None, by=desk_of(world), also=(Handed("CARD", 100_000),))
    page = signed_in()
    page.goto("/money/drawers")
    page.get_by_role("link", name="Look and count").click()
    page.get_by_text("Count notes and coins").click()
    page.get_by_label("₹500").fill("1")
    page.get_by_label("₹100").fill("2")
    expect(page.get_by_text("Together: ₹700")).to_be_visible()
    page.get_by_label("Card slips, rupees").fill("1000")
    page.get_by_label("UPI received, rupees").fill("0")
    page.get_by_role("button", name="Close the drawer").click()
    expect(page.get_by_text("The drawer is counted and closed.")).to_be_visible()
    page.get_by_role("link", name="Print").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()


def states(page: Page, world: World):  # noqa: F811
    """Every state of the pages of a drawer and of taking money."""
    one = held(world, "14:00")
    page.goto("/money/drawers")
    yield "no drawers"
    page.goto(f"/desk/appointments/{one.id}")
    page.get_by_text("Part of it is paid another way").click()
    page.get_by_role("radio", name="UPI").check()
    page.get_by_label("Reference", exact=False).first.fill("12")
    page.get_by_role("button", name="Take ₹1,700").click()
    yield "refused"
    with db.transaction():
        booking.pay_at_desk(one.id, "CASH", None, by=desk_of(world), also=(Handed("UPI", 500_00),))
    page.goto("/money/drawers")
    yield "drawers"
    page.get_by_role("link", name="Look and count").click()
    for more in page.locator("details").all():
        more.evaluate("each => each.open = true")
    yield "open"
    page.get_by_role("button", name="Close the drawer").click()
    yield "count refused"
    page.goto(page.url.replace("/count", "/paper"))
    yield "paper"


@pytest.mark.parametrize(("width", "theme"), [(1280, ""), (360, "dark")])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(signed_in, world, width, theme):  # noqa: F811
    page = signed_in(width=width, theme=theme)
    for state in states(page, world):
        assert violations(page) == [], state
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), state
