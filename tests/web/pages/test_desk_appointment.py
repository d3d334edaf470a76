"""One appointment in full: who may see what, and taking its money."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from mibo import booking, clock, db
from mibo.booking import Appointment, Status
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.payments import Attempt
from mibo.video import Meeting
from tests import make
from tests.web.pages.desk import Desk, statements

pytestmark = pytest.mark.usefixtures("database")


class World:
    """A held desk booking of Asha's, its front desk, and a desk elsewhere."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi = make.centre("Mibo Kochi")
            mumbai = make.centre("Mibo Mumbai", city="mumbai")
            self.anita = make.clinician(self.kochi)
            make.hours(self.anita, self.kochi)
            self.staff = make.staff(Role.FRONT_DESK, self.kochi, name="Deepa Desk")
            self.colleague = make.staff(Role.CARE_COORDINATOR, self.kochi)
            self.outsider = make.staff(Role.FRONT_DESK, mumbai)
            self.asha = make.patient(phone="+919876543210")
            by = make.actor(self.staff, Role.FRONT_DESK, centres=(self.kochi,))
            self.held = booking.book_at_desk(
                patient_id=self.asha.id, clinician_id=self.anita.id, centre_id=self.kochi.id, mode="IN_PERSON",
                starts_at=make.at("10:00"), by=by, pay_by="LINK", note="Prefers Malayalam",
            )  # fmt: skip
        self.url = f"/desk/appointments/{self.held.id}"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(client, world) -> Desk:
    return Desk(client, world.staff)


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def status_of(appointment_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Appointment, appointment_id).status


def test_everything_about_an_appointment_stands_on_its_page(desk, world):
    said = text_of(desk.get(world.url).text)
    assert "Asha Menon Age 30 Phone 98765 43210 MRN –" in said
    assert "Clinician Dr. Anita Kurian Where Kochi Kind In person" in said
    assert "Consultation ₹1,600 Registration, once ₹100 To pay ₹1,700" in said
    assert "Patient’s note Prefers Malayalam" in said
    assert re.search(r"What happened .* Held by Deepa Desk, at the front desk", said)
    assert world.held.reference in said


def test_a_colleague_sees_it_and_an_outsider_finds_the_same_as_for_one_that_never_was(app, world):
    assert Desk(app.test_client(), world.colleague).get(world.url).status_code == 200
    outsider = Desk(app.test_client(), world.outsider)
    changing = re.compile(r'[0-9a-f]{16}|(value|nonce|data-now)="[^"]+"|"X-CSRFToken": "[^"]+"')
    theirs, nothing = outsider.get(world.url), outsider.get("/desk/appointments/999999999")
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert changing.sub("", theirs.text) == changing.sub("", nothing.text)


@pytest.mark.parametrize("what", ["payment", "payment-link"])
def test_an_outsider_can_do_nothing_with_it(client, world, what):
    answer = Desk(client, world.outsider).post(
        f"{world.url}/{what}", **({"method": "CASH"} if what == "payment" else {})
    )
    assert answer.status_code == 404
    assert status_of(world.held.id) == "PENDING"


def test_its_clinician_sees_it_without_money_or_the_whole_number_and_another_clinician_not_at_all(app, world):
    with db.transaction():
        own, other = (make.staff(Role.CLINICIAN, world.kochi) for _ in range(2))
        db.session().merge(world.anita).account_id = own.id
        make.clinician(world.kochi, account=other)
    said = text_of(Desk(app.test_client(), own).get(world.url).text)
    assert "Phone ••••3210" in said
    assert "Prefers Malayalam" in said
    assert "₹" not in said
    assert Desk(app.test_client(), other).get(world.url).status_code == 404


@pytest.mark.parametrize("wrong", ["0", "abc", "9" * 30])
def test_an_id_that_cannot_be_is_not_found(desk, wrong):
    assert desk.get(f"/desk/appointments/{wrong}").status_code == 404


def test_money_taken_at_the_desk_confirms_and_closes_the_link(desk, world):
    answer = desk.post(f"{world.url}/payment", method="UPI", note="ref 77")
    assert (answer.status_code, answer.headers["Location"]) == (303, world.url)
    assert status_of(world.held.id) == "CONFIRMED"
    said = text_of(desk.get(world.url).text)
    assert "Paid by UPI ₹1,700" in said
    assert "ref 77" in said
    assert "Take payment" not in said
    assert re.search(r"What happened \S.* Confirmed by Deepa Desk, paid at the desk .* Held by Deepa Desk", said)
    with db.reading() as session:
        assert sorted(session.scalars(select(Attempt.status))) == ["PAID", "VOID"]


def test_cash_over_a_link_that_could_still_be_paid_says_before_and_after_that_it_works_no_more(
    desk, world, sandbox, work
):
    closing = "The payment link stops working as soon as this is taken"
    assert closing not in text_of(desk.get(world.url).text)
    work()
    assert closing in text_of(desk.get(world.url).text)
    desk.post(f"{world.url}/payment", method="CASH", received="2000")
    said = text_of(desk.get(world.url).text)
    assert "The payment link works no more. Give ₹300 in change." in said
    assert closing not in said


def test_money_is_taken_once(desk, world):
    desk.post(f"{world.url}/payment", method="CASH")
    answer = desk.post(f"{world.url}/payment", method="CASH")
    assert answer.status_code == 409
    assert "This booking is already paid." in text_of(answer.text)


def test_a_card_number_is_not_kept_and_the_hold_stays_a_hold(desk, world):
    answer = desk.post(f"{world.url}/payment", method="CARD", note="4111 1111 1111 1111")
    assert answer.status_code == 422
    assert "Please leave the card number out" in text_of(answer.text)
    assert status_of(world.held.id) == "PENDING"


def test_a_method_must_be_chosen(desk, world):
    answer = desk.post(f"{world.url}/payment")
    assert answer.status_code == 422
    assert "Choose cash, card or UPI." in text_of(answer.text)


def test_the_link_can_be_sent_again_and_the_former_one_stops_working(desk, world, sandbox, work):
    work()
    with db.reading() as session:
        [first] = session.scalars(select(Attempt.link_url))
    said = desk.get(world.url)
    assert first in said.text
    assert "Link sent" in text_of(said.text)
    assert desk.post(f"{world.url}/payment-link").status_code == 303
    with db.reading() as session:
        assert [a.status for a in session.scalars(select(Attempt).order_by(Attempt.id))] == ["VOID", "OPEN"]
        assert session.scalars(select(Message.template)).all() == ["mibo_payment_link"] * 2


def test_a_link_that_could_not_be_sent_is_said_and_can_be_tried_again(desk, world):
    with db.transaction():
        tried = {"at": clock.now() - timedelta(minutes=1), "it": world.held.payment_id}
        db.session().execute(text("update attempt set asked_at = :at where payment_id = :it"), tried)
    page = desk.get(world.url).text
    assert "Link not sent" in text_of(page)
    assert f'action="{world.url}/payment-link"' in page


def test_a_link_for_an_ended_hold_is_refused_in_words(desk, world):
    with db.transaction():
        db.session().merge(world.held).held_until = clock.now() - timedelta(minutes=1)
    answer = desk.post(f"{world.url}/payment-link")
    assert answer.status_code == 409
    assert "has been released" in text_of(answer.text)


def test_the_video_link_is_there_when_it_is_ready(desk, world):
    with db.transaction():
        online = make.appointment(make.patient(), world.anita, world.kochi, make.at("12:00"), mode="ONLINE")
    url = f"/desk/appointments/{online.id}"
    assert "Video link is being made." in text_of(desk.get(url).text)
    with db.transaction() as session:
        room = Meeting(
            starts_at=online.starts_at, ends_at=online.ends_at, status="READY", join_url="https://meet.test/x"
        )
        session.add(room)
        session.flush()
        session.merge(online).meeting_id = room.id
    page = desk.get(url).text
    assert f'href="/video-links/{online.id}"' in page
    assert "https://meet.test/x" not in page


def test_what_a_patient_wrote_when_they_cancelled_is_not_for_the_desk(desk, world):
    with db.transaction() as session:
        gone = make.appointment(make.patient(), world.anita, world.kochi, make.at("13:00"), status=Status.CANCELLED)
        session.execute(text("update status_change set reason = 'a private matter' where appointment_id = :it"),
                        {"it": gone.id})  # fmt: skip
        session.merge(gone).cancel_reason = "a private matter"
    assert "a private matter" not in desk.get(f"/desk/appointments/{gone.id}").text


def test_the_messages_about_it_are_listed_with_what_became_of_them(desk, world, sandbox, work):
    work()
    assert re.search(r"Messages Payment link \w+", text_of(desk.get(world.url).text))


def test_the_page_takes_few_statements(desk, world):
    with statements() as asked:
        desk.get(world.url)
    assert len(asked) <= 11, "one of them counts the worklists"
