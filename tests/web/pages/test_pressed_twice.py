"""A form that is sent twice, by a double click without script or on a slow line: done once, and no page that frightens."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mibo import clock, db, leads
from mibo.identity.permissions import Role
from mibo.leads import Asked, Campaign, Enquiry, EnquiryStep
from mibo.people import RightsRequest, rights
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.test_patients import World

pytestmark = pytest.mark.usefixtures("database", "sandbox")

CAMPAIGN = {"name": "Radio", "code": "kochi-radio", "heard_of": "PRESS", "from_on": "2026-11-01", "to_on": ""}
LATER = str(clock.today() + timedelta(days=3))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def one(world: World) -> int:
    with db.transaction():
        told = Asked(full_name="Nila Nair", phone="+919800077001", request_key="key-of-nila", centre_id=world.kochi.id)
        return leads.ask(told).id


def staff(app: Flask, role: Role = Role.MANAGER, *centres: object) -> Desk:
    with db.transaction():
        who = make.staff(role, *centres)  # type: ignore[arg-type]
    return Desk(app.test_client(), who)


def steps(one: int) -> list[str]:
    with db.reading() as session:
        wanted = select(EnquiryStep.kind).where(EnquiryStep.enquiry_id == one).order_by(EnquiryStep.id)
        return list(session.scalars(wanted))[1:]


@pytest.mark.parametrize(
    ("what", "fields", "kind"),
    [
        ("taking", {}, "TAKEN"),
        ("calls", {"outcome": "NO_ANSWER", "note": "Rang long"}, "CALLED"),
        ("later", {"next_on": LATER, "next_at": "11:00"}, "LATER"),
        ("loss", {"reason": "TOO_DEAR"}, "LOST"),
    ],
)
def test_a_step_of_an_enquiry_sent_twice_is_one(
    app: Flask, one: int, what: str, fields: dict[str, str], kind: str
) -> None:
    manager = staff(app)
    for _ in range(2):
        assert manager.post(f"/enquiries/{one}/{what}", seen=1, **fields).status_code == 303
    assert steps(one) == [kind]
    assert staff(app).post(f"/enquiries/{one}/{what}", seen=1, **fields).status_code == 409, "somebody else is told"


def test_placing_opening_again_undoing_and_forgetting_sent_twice_are_one(app: Flask, world: World, one: int) -> None:
    manager = staff(app)
    with db.transaction():
        other = make.centre("Mibo Elsewhere").id
    for what, seen, fields in (
        ("centre", 1, {"centre": other}), ("loss", 2, {"reason": "NO_TIME"}), ("reopening", 3, {}), ("undoing", 4, {}),
    ):  # fmt: skip
        for _ in range(2):
            assert manager.post(f"/enquiries/{one}/{what}", seen=seen, **fields).status_code == 303, what
    assert steps(one) == ["PLACED", "LOST", "REOPENED"]
    with db.reading() as session:
        assert session.get_one(Enquiry, one).status == "LOST", "undone once"
    for _ in range(2):
        answer = manager.post(f"/enquiries/{one}/forgetting", seen=5)
        assert (answer.status_code, answer.location) == (303, "/enquiries")


def test_other_words_on_what_is_no_more_as_it_was_are_not_lost_in_silence(app: Flask, one: int) -> None:
    manager = staff(app)
    manager.post(f"/enquiries/{one}/calls", seen=1, outcome="REACHED", note="Wants a Saturday")
    said = manager.post(f"/enquiries/{one}/calls", seen=1, outcome="REACHED", note="Wants a Sunday")
    assert said.status_code == 409
    assert "Nothing that you chose was saved" in said.text
    assert "Wants a Sunday" in said.text, "what was typed stands in its field"


def test_a_campaign_sent_twice_is_one_and_another_of_its_code_is_refused(app: Flask) -> None:
    manager = staff(app)
    for _ in range(2):
        assert manager.post("/enquiries/campaigns", **CAMPAIGN).status_code == 303
    with db.reading() as session:
        [made] = session.scalars(select(Campaign)).all()
    assert manager.post("/enquiries/campaigns", **{**CAMPAIGN, "name": "Other"}).status_code == 422
    changed = {**CAMPAIGN, "name": "Radio, Onam", "seen": 1}
    del changed["code"]
    for _ in range(2):
        assert manager.post(f"/enquiries/campaigns/{made.id}", **changed).status_code == 303
    assert manager.post(f"/enquiries/campaigns/{made.id}", **{**changed, "name": "Third"}).status_code == 409


def test_an_answer_about_data_sent_twice_is_one(app: Flask) -> None:
    with db.transaction():
        asha = make.patient("Asha Menon")
        asked = rights.ask(asha.id, "CORRECTION", "My name is spelt otherwise.", by=make.actor(asha)).id
    manager, path = staff(app), f"/worklists/requests/{asked}/answer"
    for _ in range(2):
        assert manager.post(path, version=1, outcome="DONE", words="It is put right.").status_code == 303
    assert manager.post(path, version=1, outcome="DONE", words="Something else.").status_code == 409
    with db.reading() as session:
        assert session.get_one(RightsRequest, asked).version == 2
