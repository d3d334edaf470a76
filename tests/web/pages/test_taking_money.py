"""Taking money at an appointment: references, several ways at once, change, discounts, and a drawer that was counted."""

import pytest
from sqlalchemy import select

from mibo import clinics, db, identity, payments
from mibo.clinics import PolicyVersion
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.payments import Counted, Drawer, Payment, Tender
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.test_desk_appointment import World, text_of, world  # noqa: F401  (fixture)

pytestmark = pytest.mark.usefixtures("database", "sandbox")
PRICE = 170_000


@pytest.fixture
def desk(client, world) -> Desk:  # noqa: F811
    return Desk(client, world.staff)


@pytest.fixture
def boss(app) -> Desk:
    with db.transaction():
        manager = make.staff(Role.MANAGER, name="Meera Manager")
    return Desk(app.test_client(), manager)


def tenders() -> list[tuple[str, int, str | None]]:
    with db.reading() as session:
        rows = session.scalars(select(Tender).where(Tender.voided_at.is_(None)).order_by(Tender.id)).all()
    return [(one.method, one.paise, one.reference) for one in rows]


def test_money_is_taken_in_several_ways_with_references_and_change_and_all_of_it_stands_on_the_page(desk, world):  # noqa: F811
    assert 'name="shown_paise" type="hidden" value="170000"' in desk.get(world.url).text
    answer = desk.post(
        f"{world.url}/payment", method="CASH", received="1,000", also_1_method="UPI", also_1_rupees="₹ 900",
        also_1_reference="4123 4567 8901", shown_paise=PRICE, note="Paid by her brother",
    )  # fmt: skip
    assert answer.status_code == 303
    assert tenders() == [("CASH", 80_000, None), ("UPI", 90_000, "412345678901")]
    page = text_of(desk.get(world.url).text)
    assert "Give ₹200 in change." in page
    assert "Paid in 2 ways ₹1,700" in page
    assert "Paid by her brother ₹800 in cash ₹900 by UPI, 412345678901" in page
    panel = text_of(desk.part(f"/desk/board/{world.url.rsplit('/', 1)[1]}").text)
    assert "Paid in 2 ways ₹1,700" in panel


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"method": "CASH", "received": "10.50"}, "Enter whole rupees, without paise."),
        ({"method": "CASH", "received": "1000"}, "That is less than the ₹1,700 to pay in cash."),
        ({"method": "CASH", "received": "lots"}, "Enter an amount in rupees, for example 1200."),
        ({"method": "CASH", "also_1_method": "UPI", "also_1_rupees": "0"}, "Enter an amount of at least ₹1."),
        ({"method": "CASH", "also_1_method": "UPI", "also_1_rupees": "-5"}, "Enter an amount of at least ₹1."),
        ({"method": "CASH", "also_1_method": "UPI", "also_1_rupees": "1700"}, "Only ₹1,700 is owed"),
        ({"method": "CASH", "also_1_method": "UPI", "also_1_rupees": str(10**12)}, "That is more than anybody pays."),
        ({"method": "CASH", "also_1_method": "UPI", "also_1_rupees": "99.99"}, "Enter whole rupees, without paise."),
        ({"method": "CASH", "also_1_rupees": "500"}, "Choose cash, card or UPI."),
        ({"method": "CASH", "also_2_method": "CARD"}, "Enter how much is paid this way."),
        ({"method": "UPI", "reference": "123"}, "has 12 digits"),
        ({"method": "CARD", "reference": "4111 1111 1111 1111"}, "leave the card number out"),
        ({"method": "CARD", "note": "4111 1111 1111 1111"}, "leave the card number out"),
        ({"method": "CASH", "note": "x" * 501}, "That is too long"),
        ({"method": "GOLD"}, "Choose cash, card or UPI"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_taken(desk, world, typed, words):  # noqa: F811
    answer = desk.post(f"{world.url}/payment", **typed, shown_paise=PRICE)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    for value in typed.values():
        assert value.replace("<", "") in answer.text or value in ("GOLD",)
    assert tenders() == []


def test_a_price_that_changed_meanwhile_is_a_conflict_that_says_the_new_one(desk, boss, world):  # noqa: F811
    assert boss.post(f"{world.url}/price", kind="DISCOUNT", rupees="200", reason="Hardship").status_code == 303
    answer = desk.post(f"{world.url}/payment", method="CASH", shown_paise=PRICE)
    assert answer.status_code == 409
    assert "The price has changed meanwhile: ₹1,500 is to pay now." in text_of(answer.text)
    assert 'name="shown_paise" type="hidden" value="150000"' in answer.text
    assert tenders() == []


def test_the_same_payment_sent_twice_is_taken_once(desk, world):  # noqa: F811
    answers = [desk.post(f"{world.url}/payment", method="CASH", shown_paise=PRICE) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 409]
    assert "This booking is already paid." in text_of(answers[1].text)
    assert len(tenders()) == 1


def test_a_manager_takes_something_off_and_takes_that_back_and_the_desk_does_not(desk, boss, world):  # noqa: F811
    assert "Discount or waiver" not in desk.get(world.url).text
    refused = desk.post(f"{world.url}/price", kind="DISCOUNT", rupees="200", reason="Hardship")
    assert (refused.status_code, "Only a manager may give a discount" in refused.text) == (422, True)
    wrong = boss.post(f"{world.url}/price", kind="DISCOUNT", rupees="2000", reason="Hardship")
    assert (wrong.status_code, "no more can be taken off" in text_of(wrong.text)) == (422, True)
    boss.post(f"{world.url}/price", kind="DISCOUNT", rupees="200", reason="Hardship")
    page = text_of(boss.get(world.url).text)
    assert "Consultation ₹1,600 Registration, once ₹100 Discount −₹200 To pay ₹1,500" in page
    assert "Hardship, by Meera Manager" in page
    with db.reading() as session:
        noted = payments.adjustments_of(session.scalars(select(Payment.id)).one())[0].id
    assert boss.post(f"{world.url}/price-undone", adjustment=noted).status_code == 303
    assert "To pay ₹1,700" in text_of(boss.get(world.url).text)


def test_what_is_waived_to_nothing_is_confirmed_and_says_so(boss, world):  # noqa: F811
    boss.post(f"{world.url}/price", kind="PAID_ELSEWHERE", reason="Receipt 12 of 2019")
    answer = boss.post(f"{world.url}/price", kind="WAIVE_CONSULTATION", reason="Staff family")
    assert answer.status_code == 303
    page = text_of(boss.get(world.url).text)
    assert "Nothing is left to pay. The appointment is confirmed." in page
    assert "Consultation waived −₹1,600 Nothing to pay ₹0" in page


def test_with_a_counted_drawer_one_press_opens_another_and_takes_the_money(desk, world):  # noqa: F811
    by = make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
    with db.transaction():
        drawer = payments.drawers.open_drawer(world.kochi.id, 0, by=by)
        payments.drawers.close_drawer(drawer.id, Counted(0, 0, 0), None, by=by)
    answer = desk.post(f"{world.url}/payment", method="CASH", received="2000", shown_paise=PRICE)
    assert answer.status_code == 409
    assert "You have no open drawer at this centre." in answer.text
    assert "Open a drawer and take ₹1,700" in answer.text
    assert 'value="2000"' in answer.text
    taken = desk.post(f"{world.url}/payment", method="CASH", shown_paise=PRICE, open_drawer="yes")
    assert taken.status_code == 303
    assert tenders() == [("CASH", PRICE, None)]


def test_a_booking_paid_on_the_spot_opens_the_drawer_with_the_same_press(desk, world):  # noqa: F811
    with db.transaction() as session:
        session.add(PolicyVersion(numbers={"drawer_opens_itself": 0}, reason="For the test", decided_by=None))
    clinics.forget_policy()
    booked = {
        "patient": world.asha.id, "centre": world.kochi.id, "clinician": world.anita.id, "mode": "IN_PERSON",
        "day": make.tomorrow().isoformat(), "at": "12:00", "last_four": "3210", "pay_by": "CASH",
        "request_key": "a-key-of-this-form",
    }  # fmt: skip
    answer = desk.post("/desk/new", **booked)
    assert (answer.status_code, "Open a drawer and book" in answer.text) == (409, True)
    assert desk.post("/desk/new", **booked, open_drawer="yes").status_code == 303
    with db.reading() as session:
        assert session.scalars(select(Drawer.account_id)).one() == world.staff.id


def test_a_series_that_is_paid_at_once_opens_the_drawer_with_the_same_press_and_an_app_is_told_why(desk, world):  # noqa: F811
    with db.transaction() as session:
        session.add(PolicyVersion(numbers={"drawer_opens_itself": 0}, reason="For the test", decided_by=None))
        token = identity.start_api_sign_in(session.get_one(Account, world.staff.id)).access
    clinics.forget_policy()
    refused = desk.client.post(
        f"/api/appointments/{world.url.rsplit('/', 1)[1]}/confirm-direct-payment", json={"paymentMethod": "CASH"},
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "DRAWER_CLOSED")
    assert refused.json["message"] == payments.DrawerClosed.message
    wish = {
        "patient": world.asha.id, "centre": world.kochi.id, "clinician": world.anita.id, "mode": "IN_PERSON",
        "day": make.tomorrow().isoformat(), "at": "12:00", "every_weeks": 2, "times": 3, "step": "book",
        "last_four": "3210", "pay_by": "CASH", "request_key": "a-key-of-this-form",
    }  # fmt: skip
    one_left = {**wish, "choice-2": "skip"}
    answer = desk.post("/series/new", **one_left)
    assert (answer.status_code, "Open a drawer and book" in answer.text) == (409, True)
    assert payments.DrawerClosed.message in answer.text
    done = desk.post("/series/new", **one_left, open_drawer="yes")
    assert done.status_code == 303
    assert [paise for _, paise, _ in tenders()] == [PRICE, PRICE - 10_000]
    with db.transaction():
        drawer = db.session().scalars(select(Drawer)).one()
        by = make.actor(world.staff, Role.FRONT_DESK, centres=(world.kochi,))
        payments.drawers.close_drawer(drawer.id, Counted(2 * PRICE - 10_000, 0, 0), None, by=by)
    missing = {"pay_by": "CASH", "choice-2": "12:00"}
    again = desk.post(f"{done.location}/missing", **missing)
    assert (again.status_code, "Open a drawer and book what is chosen" in again.text) == (409, True)
    assert desk.post(f"{done.location}/missing", **missing, open_drawer="yes").status_code == 303
    assert len(tenders()) == 3
