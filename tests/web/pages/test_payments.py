"""The pages of money as people use them: the list, one payment, what is owed, the takings, a patient's account."""

import csv
import html
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.payments import Attempt, ProviderEvent, Tender
from tests import make
from tests.booking.money import held
from tests.booking.test_settling import asked, entity, event, paid_for
from tests.ledger.money import World
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor, problems, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def world(app: Flask) -> World:
    return World()


@pytest.fixture
def boss(app: Flask, world: World) -> Desk:
    return Desk(app.test_client(), world.boss)


def names(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)]


def cells(answer: object) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))  # type: ignore[attr-defined]


def in_rupees(page: str) -> list[str]:
    return re.findall(r'<div class="stats">(.*?)</div></div>', page, re.DOTALL)


def test_what_is_typed_travels_in_the_body_and_filters_stand_in_the_address(boss: Desk, world: World) -> None:
    found = boss.post("/money/payments/find", q="farah", time="all")
    assert (found.status_code, set(names(found.text))) == (200, {"Farah Khan"})
    assert found.headers["HX-Push-Url"] == "/money/payments?time=all"
    gone = boss.post("/money/payments/find", time="all", centre=world.kochi.id, state="PAID")
    assert (gone.status_code, gone.location) == (303, f"/money/payments?time=all&centre={world.kochi.id}&state=PAID")
    short = boss.post("/money/payments/find", q="as")
    assert (short.status_code, problems(short)) == (422, ["Type at least 3 letters or digits."])
    wrong = boss.get("/money/payments?state=NONSENSE&centre=x&since=2026-99-99&place=a.b.c&time=all")
    assert wrong.status_code == 200
    assert "hidden by filters" not in words(wrong)


def test_what_filters_hide_is_counted_and_one_press_away(boss: Desk) -> None:
    found = boss.post("/money/payments/find", q="asha men", time="all", state="RETURNED")
    assert "hidden by filters" in words(found)
    shown = boss.post("/money/payments/find", q="asha men", time="all", state="RETURNED", show="all")
    assert len(names(shown.text)) > len(names(found.text))
    assert "hidden by filters" not in words(shown)


def test_sums_are_shown_to_managers_and_the_desk_sees_only_what_it_took(app: Flask, boss: Desk, world: World) -> None:
    desk = Desk(app.test_client(), world.desk)
    theirs, own = boss.get("/money/payments?time=all"), desk.get("/money/payments?time=all")
    assert in_rupees(theirs.text)
    assert not in_rupees(own.text)
    assert "kept" not in words(own)
    rows = cells(desk.post("/exports/payments", time="all"))
    with db.reading() as session:
        taken = {
            payment_id
            for (payment_id,) in session.query(Attempt.payment_id).filter(
                Attempt.taken_by == world.desk.id, Attempt.status == "PAID"
            )
        }
    expected = {one.reference for one in world.made if one.payment_id in taken and one.centre_id == world.kochi.id}
    assert {row[0] for row in rows[1:]} == expected
    assert "What is owed" in words(desk.get(f"/money/payments/{next(iter(expected_ids(world, expected)))}"))


def expected_ids(world: World, references: set[str]) -> list[int]:
    return [one.payment_id for one in world.made if one.reference in references]


def test_the_file_has_every_line_and_no_formula(boss: Desk, world: World) -> None:
    with db.transaction() as session:
        who = session.merge(world.patients[0])
        who.full_name = '=HYPERLINK("https://example.com")'
    rows = cells(boss.post("/exports/payments", time="all"))
    assert len(rows) == len(world.made) + 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


def test_pages_lead_on_and_back(boss: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = boss.post("/money/payments/find", time="all", order="-made", q="pillai")
    assert 'name="place"' not in first.text
    for turn in ("made", "-paid", "paid"):
        page = boss.post("/money/payments/find", part=True, time="all", turn=turn, q="pillai")
        assert 'aria-sort="' in page.text


def test_one_payment_tells_every_try_every_way_and_what_went_back(boss: Desk, world: World) -> None:
    by_kind = dict(zip(("paid", "owed", "expired", "late", "returned", "part", "going", "twice", "over", "cancelled"),
                       world.made, strict=False))  # fmt: skip
    told = {
        "owed": "To pay", "expired": "Never paid", "late": "Came too late", "returned": "Given back",
        "going": "To be decided", "twice": "Came though nothing was owed", "over": "Never paid", "cancelled": "Never paid",
        "part": "Still to go back",
    }  # fmt: skip
    for kind, sentence in told.items():
        assert sentence in words(boss.get(f"/money/payments/{by_kind[kind].payment_id}")), kind
    split = boss.get(f"/money/payments/{world.made[26].payment_id}")
    assert "Cash, ₹" in words(split)
    assert "Discount: A student" in words(boss.get(f"/money/payments/{world.made[4].payment_id}"))


def test_what_is_owed_offers_what_may_be_done_and_leaves_when_it_is_paid(app: Flask, world: World) -> None:
    with db.transaction():
        one = make.appointment(
            world.patients[0], world.anita, world.kochi, clock.now(), minutes=1, paid=False, status=Status.CONFIRMED
        )
        hold = make.appointment(
            world.patients[1], world.anita, world.kochi, make.at("23:00"), status=Status.PENDING, kind="LINK"
        )
        one.starts_at = one.starts_at.replace(second=0, microsecond=0)
        db.session().get_one(Appointment, one.id).ends_at = clock.now()
    desk = Desk(app.test_client(), world.desk)
    page = desk.get(f"/money/unpaid?centre={world.kochi.id}")
    assert one.reference in page.text
    assert "Take payment" in words(page)
    assert "Confirmed" in words(page)
    assert "Send a link" not in words(page)
    assert "₹" not in words(page, "nav")
    assert "Send a link" in words(desk.get("/money/unpaid?age=TO_COME"))
    assert hold.reference in desk.get("/money/unpaid?age=TO_COME").text
    with db.transaction():
        booking.pay_at_desk(one.id, "CASH", None, by=make.actor(world.desk, Role.FRONT_DESK, centres=(world.kochi,)))
    assert one.reference not in desk.get(f"/money/unpaid?centre={world.kochi.id}").text
    assert desk.get("/money/unpaid?age=NONSENSE&centre=x").status_code == 200
    assert cells(desk.post("/exports/unpaid", age="TO_COME"))[1:]


def test_each_sum_of_the_takings_leads_to_lines_that_come_to_it(boss: Desk) -> None:
    day = clock.today()
    since = day.replace(day=1) if day.day > 20 else day
    page = boss.get(f"/money/takings?since={since}&until={day}")
    links = re.findall(r'<a href="(/money/takings/lines[^"]+)">([^<]+)</a>', page.text)
    assert links
    for href, amount in links:
        lines = boss.get(html.unescape(href))
        assert f"<h1>{amount}</h1>" in lines.text, href
    for wrong in (
        "since=2026-02-01&until=2026-01-01",
        "since=1026-01-01",
        "since=2026-01-01&until=2026-12-01",
        "since=x",
    ):
        answer = boss.get(f"/money/takings?{wrong}")
        assert (answer.status_code, len(problems(answer))) == (422, 1)
    assert cells(boss.post("/exports/takings", since=since, until=day))[1:]
    assert cells(boss.post("/exports/takings-lines", since=since, until=day))[1:]


def test_an_account_says_who_owes_whom_and_is_missing_to_another_centre(app: Flask, boss: Desk, world: World) -> None:
    who = world.patients[0]
    page = boss.get(f"/desk/patients/{who.id}/account")
    assert "owes" in words(page)
    assert "Discount" in words(page)
    head, *lines = cells(boss.get(f"/desk/patients/{who.id}/account.csv"))
    assert head[:2] == ["When (IST)", "What"]
    assert lines
    for path in ("account.pdf", "history.pdf"):
        paper = boss.get(f"/desk/patients/{who.id}/{path}")
        assert (paper.mimetype, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert f"/desk/patients/{who.id}/account" in boss.get(f"/desk/patients/{who.id}").text
    with db.transaction():
        fort = make.centre("Mibo Fort")
        other = make.staff(Role.FRONT_DESK, fort)
    assert Desk(app.test_client(), other).get(f"/desk/patients/{who.id}/account").status_code == 404


def test_a_patient_sees_their_own_payments_with_the_true_state_of_each(app: Flask, world: World) -> None:
    asha = Visitor(app.test_client()).sign_in(world.patients[0])
    page = asha.get("/my/payments")
    told = words(page)
    assert "Paid" in told
    assert "is to be given back to you" in told or "was given back to you" in told
    mine = {one.reference for one in world.made if one.patient_id == world.patients[0].id}
    shown = set(re.findall(r'id="p-(MB-[A-Z0-9]+)"', page.text))
    assert shown
    assert shown <= mine
    never = {one.reference for n, one in enumerate(world.made) if n % 10 in (2, 8, 9)}
    assert not shown & never
    assert asha.get("/my/payments?after=nonsense").status_code == 200
    with db.transaction():
        held = make.appointment(world.patients[0], world.anita, world.kochi, make.at("23:30"), status=Status.PENDING)
    assert f"/book/{held.reference}/pay" in asha.get("/my/payments").text


def test_a_reference_that_was_missing_is_noted_on_the_page_of_the_payment(boss: Desk, world: World) -> None:
    with db.transaction() as session:
        one = world.add(900, "paid")
        attempt = session.scalars(select(Attempt).where(Attempt.payment_id == one.payment_id)).one()
        part = Tender(
            attempt_id=attempt.id, method="UPI", paise=attempt.paise, taken_by=world.desk.id, taken_at=clock.now()
        )
        session.execute(delete(Tender).where(Tender.attempt_id == attempt.id))
        session.add(part)
    address = f"/money/payments/{one.payment_id}"
    send = f"{address}/parts/{part.id}/reference"
    assert f'action="{send}"' in boss.get(address).text
    wrong = boss.post(send, reference="123")
    assert (wrong.status_code, 'value="123"' in wrong.text) == (422, True)
    assert problems(wrong) == ["A UPI reference (UTR or RRN) has 12 digits. Look again in the payment's details."]
    assert boss.post(send, reference="4123 4567 8901").status_code == 303
    said = boss.get(address)
    assert "UPI 412345678901" in words(said)
    assert "Reference noted" in words(said)
    assert send not in said.text
    again = boss.post(send, reference="412345678902")
    assert (again.status_code, problems(again)) == (
        409, ["Its reference has been noted already. What is noted once stays."],
    )  # fmt: skip


def test_that_the_provider_tells_nothing_stands_on_each_page_of_money_for_who_can_see_to_it(
    boss: Desk, app: Flask, world: World
) -> None:
    pages = ("/money/payments", "/money/takings", "/money/unpaid", "/money/mismatches")
    warned = [page for page in pages if "told us nothing" in words(boss.get(page))]
    assert warned == []
    with db.transaction() as session:
        newest = session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()
        newest.provider_payment_id, newest.paid_at = "pay_ABCDEFGHIJKLMN", clock.now() - timedelta(minutes=10)
        lately = Attempt.paid_at > clock.now() - timedelta(minutes=10)
        session.execute(update(Attempt).where(lately).values(paid_at=clock.now() - timedelta(minutes=10)))
        session.execute(delete(ProviderEvent))
    assert [page for page in pages if "told us nothing" in words(boss.get(page))] == list(pages)
    assert "told us nothing" not in words(boss.part("/money/payments"))
    desk = Desk(app.test_client(), world.desk)
    assert [page for page in pages[:3] if "told us nothing" in desk.get(page).text] == []


def test_what_the_provider_told_stands_beside_the_payment_with_what_each_changed(boss: Desk) -> None:
    waiting, later = held(), held()
    first, another = asked(waiting), asked(later)
    told = paid_for(first)
    for kind, status in (
        ("payment.failed", "failed"),
        ("payment.captured", ""),
        ("order.paid", ""),
        ("refund.created", ""),
    ):
        about = {"payment": entity(told, status or None)}
        if kind == "refund.created":
            about = {
                "refund": {"id": "rfnd_ABCDEFGH", "payment_id": told.id, "amount": 100, "status": "pending"},
                **about,
            }
        booking.settle(event(kind, **about))
    booking.settle(event("payment.failed", payment=entity(paid_for(another), "failed")))
    event("payment.captured", payment=entity(paid_for(another)))  # not settled yet, so it is nobody's
    page = boss.get(f"/money/payments/{waiting.appointment.payment_id}")
    rows = re.findall(r'<th scope="row">([^<]+)</th><td data-label="What it changed">([^<]+)</td>', page.text)
    assert rows == [
        ("The try failed", "Noted as failed"),
        ("The money was taken", "The booking is paid and confirmed"),
        ("The order was paid", "Nothing, it was known"),
        ("A refund was begun", "It does not match, and waits for somebody"),
    ]
    page = boss.get(f"/money/payments/{later.appointment.payment_id}")
    assert re.findall(r'<td data-label="What it changed">([^<]+)</td>', page.text) == ["Noted as failed"]
