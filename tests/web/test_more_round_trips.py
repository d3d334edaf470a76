"""P13 again: forms of enquiries, campaigns, billing and of patients themselves hold all that was typed."""

import re

import pytest
from flask import Flask

from mibo import clock, db, leads
from mibo.identity.permissions import Role
from mibo.leads import Enquiry
from mibo.web.inputs.booking import WishesInput
from mibo.web.inputs.enquiries import CampaignChange, CampaignInput, StaffEnquiryInput
from mibo.web.inputs.profile import ProfileInput
from mibo.web.inputs.receipts import BillingInput
from tests import make
from tests.web.drawn import form_at
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor, problems
from tests.web.test_round_trips import Told, filled, listed

pytestmark = pytest.mark.usefixtures("database")

CAMPAIGN: Told = {
    "code": "onam",
    "name": "Onam & rest",
    "heard_of": "PRESS",
    "from_on": "2026-08-01",
    "to_on": "2031-09-30",
}


def held(page: str, action: str, told: Told) -> dict[str, list[str]]:
    """What a form holds of what was typed."""
    drawn = form_at(page, action).values
    return {name: drawn.get(name, []) for name in told}


@pytest.fixture
def ada(app: Flask) -> Desk:
    """An administrator at a browser."""
    with db.transaction():
        return Desk(app.test_client(), make.staff(Role.ADMIN, name="Ada Admin"))


def test_a_campaign_and_its_change_hold_all_that_was_typed(ada: Desk) -> None:
    filled(CAMPAIGN, CampaignInput, {"seen"})
    answer = ada.post("/enquiries/campaigns", **CAMPAIGN)
    assert answer.status_code == 303, problems(answer)
    with db.reading():
        made = next(one for one, _ in leads.campaigns() if one.code == "onam")
    page = f"/enquiries/campaigns/{made.id}"
    first = {name: value for name, value in CAMPAIGN.items() if name != "code"}
    assert held(ada.get(page).text, page, first) == listed(first)
    other = {
        "name": "Onam",
        "heard_of": "EVENT",
        "from_on": "2026-08-02",
        "to_on": "2031-10-01",
        "seen": str(made.version),
    }
    assert ada.post(page, **filled(other, CampaignChange)).status_code == 303
    del other["seen"]
    assert held(ada.get(page).text, page, other) == listed(other)


def test_an_enquiry_holds_all_that_staff_typed(ada: Desk) -> None:
    ada.post("/enquiries/campaigns", **CAMPAIGN)
    with db.transaction():
        kochi = make.centre("Mibo Kochi")
    told = {
        "full_name": "Nila Nair", "phone": "9876540001", "where": str(kochi.id), "care": "IN_PATIENT", "whose": "OTHER",
        "call_at": "EVENING", "heard_of": "DOCTOR", "words": "For my brother.\r\n& soon", "key": "key-of-the-form",
        "source": "REFERRAL", "campaign": "onam", "referrer": "Dr. D'Souza", "agreed": "y",
    }  # fmt: skip
    answer = ada.post("/enquiries/new", **filled(told, StaffEnquiryInput))
    assert answer.status_code == 303, problems(answer)
    made = re.search(r"\d+", answer.location)
    assert made
    with db.reading() as session:
        one = session.get_one(Enquiry, int(made[0]))
        campaign = next(each.id for each, _ in leads.campaigns() if each.code == "onam")
        assert {name: getattr(one, name) for name in ("full_name", "care", "call_at", "heard_of", "source", "referrer")} == {
            name: told[name] for name in ("full_name", "care", "call_at", "heard_of", "source", "referrer")
        }  # fmt: skip
        assert (one.phone, one.centre_id, one.for_other, one.campaign_id) == ("+919876540001", kochi.id, True, campaign)
    shown = ada.get(answer.location).text
    for words in ("Nila Nair", "For my brother.", "&amp; soon", "Dr. D&#39;Souza"):
        assert words in shown


def test_how_a_centre_issues_documents_holds_all_that_was_typed(ada: Desk) -> None:
    with db.transaction():
        kochi = make.centre("Mibo Kochi")
    page = f"/desk/centres/{kochi.id}/billing"
    told = {
        "legal_name": "Mibo Care & Sons LLP", "gstin": "", "prefix": "KCH", "consultation_sac": "999311",
        "consultation_rate_bp": "500", "registration_sac": "999319", "registration_rate_bp": "1800",
    }  # fmt: skip
    valid = next(
        number
        for number in (f"32AAAAA0000A1Z{ch}" for ch in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if ada.post(page, **{**told, "gstin": number}).status_code == 303
    )
    told["gstin"] = valid
    assert held(ada.get(page).text, page, filled(told, BillingInput)) == listed(told)
    assert ada.post(page, **told).status_code == 303
    assert held(ada.get(page).text, page, told) == listed(told)


@pytest.mark.parametrize("child", [False, True], ids=["grown up", "under eighteen"])
def test_a_patients_own_details_hold_all_that_was_typed(app: Flask, child: bool) -> None:
    with db.transaction():
        asha = make.patient("Asha Menon")
    visitor = Visitor(app.test_client()).sign_in(asha)
    told = {
        "full_name": "Asha D'Silva", "date_of_birth": ["4", "2", str(clock.today().year - (12 if child else 30))], "gender": "OTHER",
        "email": "asha@example.com", "emergency_contact_name": "Ravi & Co", "emergency_contact_phone": "0484 400 0000",
    }  # fmt: skip
    guardian = {
        "guardian_name": "Ravi Nair",
        "guardian_relation": "father",
        "guardian_phone": "9876500010",
        "guardian_consent": "y",
    }
    filled(told, ProfileInput, {"age", *guardian})
    told |= guardian if child else {}
    answer = visitor.post("/my/details", told)
    assert answer.status_code == 303, problems(answer)
    first = held(visitor.get("/my/details").text, "/my/details", told)
    spaced = {name: [re.sub(r"(?<=\d) (?=\d)", "", each) for each in values] for name, values in first.items()}
    assert spaced == {
        name: [re.sub(r"(?<=\d) (?=\d)", "", each) for each in values] for name, values in listed(told).items()
    }
    assert visitor.post("/my/details", first).status_code == 303
    assert held(visitor.get("/my/details").text, "/my/details", told) == first


def test_a_patients_wishes_hold_all_that_was_chosen(app: Flask) -> None:
    with db.transaction():
        asha = make.patient("Asha Menon")
    visitor = Visitor(app.test_client()).sign_in(asha)
    told = {"message_language": "ml", "message_channel": "SMS", "discreet_messages": "y", "no_messages": "y"}
    for wish in (filled(told, WishesInput), {"message_language": "hi", "message_channel": "WHATSAPP"}):
        answer = visitor.post("/my/messages", wish)
        assert answer.status_code == 303, problems(answer)
        assert held(visitor.get("/my/messages").text, "/my/messages", told) == {
            name: listed(wish).get(name, []) for name in told
        }
