"""How a patient wants to be told things: chosen by themselves or at the desk, and kept to."""

import re

import pytest
from sqlalchemy import select

from mibo import booking, db, messaging
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Patient
from tests import make
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


def told_of(one) -> Message:
    with db.transaction():
        booking.telling.cancelled(booking.locked(one.id))
    with db.reading() as session:
        return session.scalars(
            select(Message).where(Message.patient_id == one.patient_id).order_by(Message.id.desc())
        ).first()


def of(patient: Patient) -> Patient:
    with db.reading() as session:
        return session.get_one(Patient, patient.id)


def test_a_patient_chooses_a_language_for_the_whole_family_and_is_told_in_it(client, work):
    kept = clinic()
    with db.transaction():
        child = make.patient("Ravi Menon", family_of=kept.asha)
    visitor = Visitor(client).sign_in(kept.asha)
    assert "also holds for Ravi Menon" in words(visitor.get("/my/messages"))
    assert visitor.post("/my/messages", {"message_language": "kn", "discreet_messages": "y"}).status_code == 303
    assert (of(child).message_language, of(child).discreet_messages) == ("kn", True)
    assert re.search(r'<input checked[^>]*value="kn">', visitor.get("/my/messages").text)
    message = told_of(kept.book())
    assert (message.language, message.body["name"], message.kind) == ("kn", "Asha", "CHANGE")
    assert message.body["when"].startswith(("ಸೋಮ", "ಮಂಗಳ", "ಬುಧ", "ಗುರು", "ಶುಕ್ರ", "ಶನಿ", "ಭಾನು"))


def test_who_wants_no_messages_gets_none_not_even_those_that_wait_and_staff_see_why(client):
    kept = clinic()
    one = kept.book()
    waiting = told_of(one)
    visitor = Visitor(client).sign_in(kept.asha)
    visitor.post("/my/messages", {"message_language": "en", "no_messages": "y"})
    with db.reading() as session:
        dropped = session.get_one(Message, waiting.id)
        assert (dropped.status, dropped.last_error) == ("DROPPED", messaging.UNWANTED)
    later = told_of(kept.book("12:00"))
    assert (later.status, later.last_error) == ("DROPPED", messaging.UNWANTED)
    with db.transaction():
        messaging.tell(
            messaging.wording.sign_in_code(), phone=kept.asha.phone, name="Asha", dedupe_key="c", secret={"otp": "1"}
        )
    visitor.post("/my/messages", {"message_language": "en"})
    assert of(kept.asha).no_messages is False
    assert told_of(kept.book("14:00")).status == "PENDING"


def test_the_desk_keeps_the_wishes_and_a_language_that_is_none_is_refused(client):
    kept = clinic()
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, kept.kochi)
        kept.book()
    desk = Desk(client, account)
    where = f"/desk/patients/{kept.asha.id}"
    record = {"first_name": "Asha", "last_name": "Menon", "phone": "9876500001", "age": "30", "gender": "FEMALE"}
    assert desk.post(f"{where}/edit", **record, message_language="ml", discreet_messages="y").status_code == 303
    assert (of(kept.asha).message_language, of(kept.asha).discreet_messages) == ("ml", True)
    assert "മലയാളം, discreet" in words(desk.get(where))
    assert desk.post(f"{where}/edit", **record, message_language="xx").status_code == 422
    assert desk.post(f"{where}/edit", **record, message_language="en", no_messages="y").status_code == 303
    assert "None, as they wish" in words(desk.get(where))
