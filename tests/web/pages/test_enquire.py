"""Ask us to call you: what a stranger sees, and what is never told."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from mibo import clock, db, leads
from mibo.identity.permissions import Role
from mibo.leads import Enquiry
from tests import make
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("database")

GOOD = {
    "full_name": "Nila Nair", "phone": "98765 43210", "care": "IN_PATIENT", "whose": "OTHER", "where": "ANY", "call_at": "EVENING",
    "agreed": "y", "key": "a-key-of-this-form",
}  # fmt: skip


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def kept() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(Enquiry.id))) or 0


def test_somebody_asks_and_reads_when_they_are_called(visitor: Visitor) -> None:
    sent = visitor.post("/enquire", GOOD)
    assert (sent.status_code, sent.location) == (303, "/enquire/thanks")
    page = visitor.get("/enquire/thanks").text
    assert "Somebody of the clinic calls you by" in page
    assert "7:00 pm" in page
    assert "Nila" not in page
    with db.reading() as session:
        one = session.scalars(select(Enquiry)).one()
        assert (one.full_name, one.phone, one.care, one.for_other) == ("Nila Nair", "+919876543210", "IN_PATIENT", True)


def test_a_double_click_and_a_second_form_are_one_enquiry_and_the_answers_are_alike(visitor: Visitor) -> None:
    first = visitor.post("/enquire", GOOD)
    answers = [visitor.post("/enquire", GOOD), visitor.post("/enquire", {**GOOD, "key": "the-key-of-another"})]
    assert {(one.status_code, one.location) for one in answers} == {(first.status_code, first.location)}
    assert kept() == 1


def test_a_machine_is_thanked_and_nothing_is_kept(visitor: Visitor) -> None:
    assert visitor.post("/enquire", {**GOOD, "site": "https://spam.example"}).status_code == 303
    assert kept() == 0


@pytest.mark.parametrize(
    ("field", "wrong", "words"),
    [
        ("phone", "12345", "10-digit Indian mobile"), ("full_name", "", "Enter the full name"), ("agreed", "", "Tick this"),
        ("where", "7", "Choose a centre"), ("where", "x", "Choose a centre"), ("care", "SURGERY", "Choose one"),
        ("words", "x" * 301, "too long"), ("words", "4111111111111111", "card number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    visitor: Visitor, field: str, wrong: str, words: str
) -> None:
    sent = visitor.post("/enquire", {**GOOD, field: wrong})
    assert sent.status_code == 422
    assert words in sent.text
    assert field == "full_name" or 'value="Nila Nair"' in sent.text
    assert kept() == 0


def test_a_link_brings_its_campaign_and_anything_else_in_it_is_not_kept(visitor: Visitor) -> None:
    with db.transaction():
        manager = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
        made = leads.add_campaign("kochi-radio", "Radio", "PRESS", clock.today(), None, by=manager)
    for link, code in (
        ("?c=kochi-radio", "kochi-radio"),
        ("?utm_campaign=KOCHI-RADIO&utm_source=asha%40x.in", "kochi-radio"),
        ("?c=98765", ""),
    ):
        page = visitor.get(f"/enquire{link}").text
        found = re.search(r'name="campaign"[^>]*value="([^"]*)"', page)
        assert found
        assert found[1] == code
    visitor.post("/enquire", {**GOOD, "campaign": "kochi-radio"})
    with db.reading() as session:
        assert session.scalars(select(Enquiry.campaign_id)).one() == made.id


def test_a_link_may_choose_the_centre_and_the_kind_of_care(visitor: Visitor) -> None:
    with db.transaction():
        place = make.centre()
    page = visitor.get(f"/enquire?centre={place.id}&care=in-patient").text
    assert f'<option selected value="{place.id}">' in page
    assert re.search(r'checked[^>]*value="IN_PATIENT"|value="IN_PATIENT"[^>]*checked', page)


def test_one_phone_may_be_sent_ten_times_an_hour_from_wherever(visitor: Visitor) -> None:
    answers = [visitor.post("/enquire", {**GOOD, "key": f"the-key-number-{n}"}).status_code for n in range(12)]
    assert answers == [303] * 10 + [429] * 2


def test_the_form_speaks_the_visitors_language(visitor: Visitor) -> None:
    page = visitor.get("/enquire", Accept_Language="ml").text
    assert "ഞങ്ങളോട് വിളിക്കാൻ പറയൂ" in page
    assert "രാവിലെ, 9 മുതൽ 12 വരെ" in page
    assert "Tele-MANAS 14416" in page


def test_the_start_page_leads_there(visitor: Visitor) -> None:
    page = visitor.get("/").text
    assert 'href="/enquire"' in page
    assert 'href="/enquire?care=in-patient"' in page
