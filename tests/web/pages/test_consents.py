"""Consent: asked in plain words, for each purpose apart, kept with its history, and taken back with one press."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from mibo import booking, clock, db, people
from mibo.audit import AuditEntry
from mibo.booking import gate, gate_rules
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Consent, Patient, consent_rules, rules
from tests import make
from tests.booking.test_gate import SAID
from tests.booking.test_video_links import online
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, words

pytestmark = pytest.mark.usefixtures("database")
NEW = {"full_name": "Asha Menon", "age": "31", "gender": "FEMALE"}


@pytest.fixture
def world(app: object) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client: FlaskClient, world: Clinic) -> Visitor:
    return Visitor(client).sign_in(world.asha)


def said(who: Patient) -> list[tuple[str, bool, str]]:
    """All that was said, the first first."""
    with db.reading():
        return [(one.purpose, one.given, one.capacity) for one in people.consents.history([who.id])[::-1]]


def never_asked(who: Patient, **more: object) -> None:
    with db.transaction() as session:
        session.execute(delete(Consent).where(Consent.patient_id == who.id))
        if more:
            session.execute(update(Patient).where(Patient.id == who.id).values(**more))


def test_who_comes_for_the_first_time_is_told_and_asked_and_nothing_is_ticked_beforehand(
    asha: Visitor, world: Clinic
) -> None:
    never_asked(world.asha, gender=None)
    page = asha.get("/my/details")
    assert "What we do with your information" in words(page)
    boxes = re.findall(r"<input[^>]*_consent[^>]*>", page.text)
    assert len(boxes) == 3
    assert not any("checked" in box for box in boxes)
    refused = asha.post("/my/details", NEW)
    assert (refused.status_code, "Tick this to go on" in problems(refused)[0]) == (422, True)
    assert said(world.asha) == []
    assert asha.post("/my/details", {**NEW, "care_consent": "y"}).location == "/my"
    assert said(world.asha) == [("CARE", True, "SELF"), ("MESSAGES", False, "SELF")]
    with db.reading() as session:
        assert session.get_one(Patient, world.asha.id).no_messages is True
    for path in ("/privacy", "/my/consents"):
        assert asha.get(path).status_code == 200
    assert "dpb.gov.in" in asha.get("/privacy").text


def test_whom_nobody_asked_is_asked_before_the_first_booking_and_is_back_at_the_time_they_chose(
    asha: Visitor, world: Clinic
) -> None:
    never_asked(world.asha)
    asked = asha.post(world.choose, world.wish("10:00"))
    assert asked.location.startswith("/my/consents?next=/book/")
    page = asha.get(asked.location)
    assert "Before you book" in words(page)
    onward = re.search(r'name="next" value="(/book/[^"]+)"', page.text)
    assert onward
    path = onward[1].replace("&amp;", "&")
    given = asha.post(f"/my/consents/{world.asha.id}", {"purpose": "CARE", "given": "yes", "next": path})
    assert given.location == path
    assert 'value="' + world.time("10:00") + '" checked' in asha.get(path).text
    assert asha.post(world.choose, world.wish("10:00")).location.endswith("/pay")


def test_what_is_taken_back_stops_at_once_and_keeps_its_history(asha: Visitor, world: Clinic) -> None:
    one, path = world.book("10:00"), f"/my/consents/{world.asha.id}"
    with db.transaction():
        booking.telling.confirmed(booking.locked(one.id))
    asha.post(path, {"purpose": "MESSAGES", "given": ""})
    asha.post(path, {"purpose": "MESSAGES", "given": ""})
    with db.transaction() as session:
        assert session.scalars(select(Message.status).where(Message.about_id == one.id)).all() == ["DROPPED"]
        booking.telling.request_refused(booking.locked(one.id))
    with db.reading() as session:
        assert set(session.scalars(select(Message.status).where(Message.about_id == one.id))) == {"DROPPED"}
    assert asha.get(f"/my/{one.reference}").status_code == 200
    asha.post(path, {"purpose": "CARE", "given": ""})
    with pytest.raises(people.ConsentWithdrawn), db.transaction():
        booking.hold(
            patient_id=world.asha.id, clinician_id=world.anita.id, centre_id=world.kochi.id, mode="IN_PERSON",
            starts_at=make.at("12:00"), by=make.actor(world.asha),
        )  # fmt: skip
    assert asha.post(world.choose, world.wish("12:00")).location.startswith("/my/consents")
    asha.post("/my/messages", {"message_language": "en", "message_channel": "WHATSAPP"})
    assert said(world.asha) == [
        ("CARE", True, "SELF"), ("MESSAGES", False, "SELF"), ("CARE", False, "SELF"), ("MESSAGES", True, "SELF"),
    ]  # fmt: skip
    page = words(asha.get("/my/consents"))
    assert page.index("My care: no") < page.index("Messages about my appointments: no") < page.index("My care: yes")


def test_the_guardian_agrees_for_a_child_and_who_has_grown_up_is_asked_anew(asha: Visitor, world: Clinic) -> None:
    with db.transaction():
        mini = make.patient("Mini Menon", family_of=world.asha)
        mini.age_told, mini.age_told_on = 9, clock.today()
        stranger = make.patient("Ravi Kumar")
    never_asked(mini)
    path = f"/my/consents/{mini.id}"
    refused = asha.post(path, {"purpose": "CARE", "given": "yes"})
    assert (refused.status_code, "guardian" in problems(refused)[0]) == (422, True)
    guardian = {"guardian_name": "Asha Menon", "guardian_relation": "mother", "guardian_phone": "+919876500001"}
    never_asked(mini, **guardian, guardian_consent_at=clock.now())
    assert asha.post(path, {"purpose": "CARE", "given": "yes"}).status_code == 303
    assert said(mini) == [("CARE", True, "GUARDIAN")]
    with db.transaction() as session:
        one = session.get_one(Patient, mini.id)
        assert people.consents.is_to_ask(one) is False
        one.date_of_birth, one.grown_up_agreed_at = rules.years_before(clock.today(), 18), clock.now()
        assert people.consents.is_to_ask(one) is True
    for wrong, status in ((f"/my/consents/{stranger.id}", 404), ("/my/consents/1", 404)):
        assert asha.post(wrong, {"purpose": "CARE", "given": "yes"}).status_code == status
    assert asha.post(path, {"purpose": "ADVERTS", "given": "yes"}).status_code == 422


def test_a_video_call_is_agreed_to_with_its_version_and_asked_again_once_taken_back(
    asha: Visitor, world: Clinic
) -> None:
    one = online(world, clock.now() + timedelta(minutes=10), "READY")
    by = make.actor(world.asha)
    with db.transaction():
        gate.answer(one.reference, SAID, by=by)
    with db.transaction():
        assert gate.enter(one.reference, by=by)
        (last, *_) = people.consents.history([world.asha.id])
        assert (last.purpose, last.given, last.version) == ("ONLINE", True, str(gate_rules.CONSENT_VERSION))
    asha.post(f"/my/consents/{world.asha.id}", {"purpose": "ONLINE", "given": ""})
    with pytest.raises(gate_rules.CheckNeeded), db.transaction():
        gate.enter(one.reference, by=by)


def test_the_staff_see_what_stands_and_note_what_was_said_at_the_desk(world: Clinic, client: FlaskClient) -> None:
    world.book("10:00")
    with db.transaction():
        desk = make.staff(Role.FRONT_DESK, world.kochi)
    staff, path = Visitor(client).sign_in(desk), f"/desk/patients/{world.asha.id}"
    assert f"Agreed to care and records by themselves, notice {consent_rules.NOTICE_VERSION}" in words(staff.get(path))
    assert staff.post(f"{path}/consents", {"purpose": "CARE", "given": ""}).location == path
    assert "Took back: care and records by noted at the desk" in words(staff.get(path))
    with db.reading() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.act == "patient.consent"))
        assert (noted.by_account_id, noted.details["kind"], noted.details["given"]) == (desk.id, "care", False)
