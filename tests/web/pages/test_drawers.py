"""The pages of drawers: opened, looked at, counted, opened again, and on paper (M15)."""

import pytest
from sqlalchemy import select

from mibo import booking, db
from mibo.identity.permissions import Role
from mibo.payments import Drawer, Handed
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.test_desk_appointment import World, text_of, world  # noqa: F401  (fixture)

pytestmark = pytest.mark.usefixtures("database", "sandbox")
RIGHT = {"cash_rupees": "700", "card_rupees": "0", "upi_rupees": "1,000"}


@pytest.fixture
def desk(client, world) -> Desk:  # noqa: F811
    return Desk(client, world.staff)


@pytest.fixture
def drawer(world) -> str:  # noqa: F811
    """A drawer with 700 rupees in cash and 1000 by UPI in it."""
    by = make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
    with db.transaction() as session:
        booking.pay_at_desk(world.held.id, "CASH", None, by=by, also=(Handed("UPI", 100_000, "412345678901"),))
        return f"/money/drawers/{session.scalars(select(Drawer.id)).one()}"


def manager(app, world, role: Role = Role.CENTRE_MANAGER) -> Desk:  # noqa: F811
    with db.transaction():
        return Desk(app.test_client(), make.staff(role, world.kochi, name="Meera Manager"))


def test_a_drawer_is_listed_and_shows_what_went_through_it(desk, drawer):
    assert "Your open drawer at Kochi" in text_of(desk.get("/money/drawers").text)
    page = text_of(desk.get(drawer).text)
    assert "Cash ₹700 – – ₹700" in page
    assert "UPI ₹1,000 – – ₹1,000" in page
    assert "412345678901" in page
    assert "Deepa Desk" in page
    assert "Opened" in page


def test_a_new_drawer_is_opened_with_its_float_and_an_empty_list_says_so(desk, world):  # noqa: F811
    assert "No drawers on these days" in desk.get("/money/drawers").text
    assert desk.post("/money/drawers", centre=world.kochi.id, float_rupees="20.50").status_code == 422
    assert desk.post("/money/drawers", centre=999_999_999, float_rupees="20").status_code == 422
    opened = desk.post("/money/drawers", centre=world.kochi.id, float_rupees="2,000")
    assert opened.status_code == 303
    assert desk.post("/money/drawers", centre=world.kochi.id, float_rupees="1").location == opened.location
    assert "Cash ₹0 – ₹2,000 ₹2,000" in text_of(desk.get(opened.location).text)


def test_it_is_counted_with_words_where_it_differs_and_opened_again_by_a_manager_only(app, desk, drawer, world):  # noqa: F811
    short = desk.post(f"{drawer}/count", **{**RIGHT, "cash_rupees": "600"})
    assert (short.status_code, "Say why, as far as you know" in text_of(short.text)) == (422, True)
    assert 'value="600"' in short.text
    done = desk.post(f"{drawer}/count", **{**RIGHT, "cash_rupees": "600"}, explanation="₹100 for tea")
    assert done.status_code == 303
    page = text_of(desk.get(drawer).text)
    assert "₹100 short" in page
    assert "Cash ₹600 of ₹700" in page
    assert "₹100 for tea" in page
    again = desk.post(f"{drawer}/count", **RIGHT)
    assert (again.status_code, "has been counted and closed" in again.text) == (409, True)
    assert desk.post(f"{drawer}/reopening", reason="A slip was missed").status_code == 403
    boss = manager(app, world)
    assert boss.post(f"{drawer}/reopening", reason="").status_code == 422
    assert boss.post(f"{drawer}/reopening", reason="A slip was missed").status_code == 303
    assert "by Meera Manager: A slip was missed" in text_of(boss.get(drawer).text)
    assert desk.post(f"{drawer}/count", **RIGHT).status_code == 303
    assert "₹100 short" in text_of(desk.get("/money/drawers").text) or "Counted" in desk.get("/money/drawers").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"cash_rupees": ""}, "Enter the cash you counted, or 0."),
        ({"card_rupees": ""}, "Enter what the card machine says, or 0."),
        ({"cash_rupees": "-1"}, "Enter what you counted, in rupees, or 0."),
        ({"cash_rupees": "10.5"}, "Enter whole rupees, without paise."),
        ({"cash_rupees": str(10**12)}, "That is more than anybody pays."),
        ({"p500": "-2", "cash_rupees": ""}, "Enter how many there are."),
        ({"p500": "2"}, "The notes and coins come to ₹1000."),
        ({"explanation": "x" * 501}, "That is too long"),
    ],
)  # fmt: skip
def test_a_count_that_cannot_be_is_said_at_its_field(desk, drawer, typed, words):
    answer = desk.post(f"{drawer}/count", **{**RIGHT, **typed})
    assert (answer.status_code, words in text_of(answer.text)) == (422, True)


def test_notes_and_coins_are_counted_for_one(desk, drawer):
    told = {**RIGHT, "cash_rupees": "", "p500": "1", "p100": "2"}
    assert desk.post(f"{drawer}/count", **told).status_code == 303
    assert "1 × ₹500, 2 × ₹100" in text_of(desk.get(drawer).text)


def test_cash_is_taken_out_with_its_reason_and_the_float_corrected(desk, drawer):
    assert desk.post(f"{drawer}/cash", kind="OUT", rupees="701", reason="To the safe").status_code == 422
    assert desk.post(f"{drawer}/cash", kind="OUT", rupees="500", reason="").status_code == 422
    assert desk.post(f"{drawer}/cash", kind="OUT", rupees="500", reason="To the safe").status_code == 303
    assert desk.post(f"{drawer}/float", float_rupees="").status_code == 422
    assert desk.post(f"{drawer}/float", float_rupees="300").status_code == 303
    page = text_of(desk.get(drawer).text)
    assert "Cash ₹700 – -₹200 ₹500" in page
    assert "Taken out To the safe" in page


def test_a_drawer_is_missing_to_everybody_but_its_keeper_and_managers_of_its_centre(app, drawer, world):  # noqa: F811
    for account in (world.colleague, world.outsider):
        other = Desk(app.test_client(), account)
        assert [other.get(f"{drawer}{page}").status_code for page in ("", "/paper")] == [404, 404]
        assert other.post(f"{drawer}/count", **RIGHT).status_code == 404
        assert "Deepa Desk" not in other.get("/money/drawers").text
    assert "Deepa Desk" in manager(app, world).get("/money/drawers").text


def test_it_is_printed_on_either_paper_and_takes_few_statements(desk, drawer):
    assert 'class="stack receipt"' in desk.get(f"{drawer}/paper?size=a5").text
    assert "Counted by" in desk.get(f"{drawer}/paper").text
    for page in (drawer, "/money/drawers"):
        with statements() as asked:
            desk.get(page)
        assert len(asked) <= 12


@pytest.mark.parametrize("address", ["?since=never", "?centre=x", "?page=-3", "?page=9999", "?state=odd"])
def test_an_address_that_makes_no_sense_shows_the_list_all_the_same(desk, address):
    assert desk.get(f"/money/drawers{address}").status_code == 200
