"""The message log: within reach, filtered, paged, counted; and the texts as they are read."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mibo import booking, clock, db, messaging
from mibo.audit import AuditEntry
from mibo.identity.permissions import Role
from mibo.messaging import LANGUAGES, Message, templates, wording
from mibo.messaging.models import DeliveryReport
from mibo.web import message_words
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


class World:
    """Two centres, an appointment at each that was moved, and somebody who asked for a code."""

    def __init__(self) -> None:
        with db.transaction():
            self.kochi, self.mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
            self.asha, self.farah = make.patient("Asha Menon"), make.patient("Farah Khan")
            self.visits = [
                make.appointment(who, make.clinician(where), where, make.at("10:00"))
                for who, where in ((self.asha, self.kochi), (self.farah, self.mumbai))
            ]
            self.admin = make.staff(Role.ADMIN)
            self.head = make.staff(Role.CENTRE_MANAGER, self.kochi)
            for one in self.visits:
                booking.telling.confirmed(booking.locked(one.id))
            messaging.tell(
                wording.sign_in_code(), phone="+919811111111", name="", dedupe_key="c:1", secret={"otp": "271828"}
            )


@pytest.fixture
def world() -> World:
    return World()


def set_all(**values):
    with db.transaction() as session:
        session.execute(update(Message).values(**values))


def test_all_is_seen_by_who_is_everywhere_and_only_ones_own_centres_by_its_manager(app, world):
    admin, head = Desk(app.test_client(), world.admin), Desk(app.test_client(), world.head)
    everything = words(admin.get("/desk/messages"))
    assert all(name in everything for name in ("Asha Menon", "Farah Khan", "Codes and links to sign in"))
    assert "Hello Asha, your appointment with Dr. Anita Kurian is confirmed for" in everything
    assert "271828" not in admin.get("/desk/messages").text
    own = words(head.get("/desk/messages"))
    assert "Asha Menon" in own
    assert "Farah" not in own
    assert "Codes and links to sign in Waiting" not in own
    for path in (f"?patient={world.farah.id}", f"?appointment={world.visits[1].id}"):
        assert "No message is found" in words(head.get(f"/desk/messages{path}"))
    assert "Farah" not in words(head.post("/desk/messages", centre=str(world.mumbai.id)))


def test_what_is_looked_for_is_found(app, world):
    admin = Desk(app.test_client(), world.admin)
    set_all(status="FAILED", last_error="131026")
    failed = words(admin.get("/desk/messages?standing=failed"))
    assert "The number is not on WhatsApp, or cannot get it" in failed

    def found(**asked) -> str:
        return words(admin.post("/desk/messages", **asked), "tbody")

    assert "Farah" not in found(q="asha")
    assert "Farah" not in found(q=world.asha.phone[-5:])
    assert "No message is found" in found(q="nobody at all")
    assert "No message is found" in found(standing="read")
    assert "Hello" not in found(kind="CODE")
    assert "No message is found" in found(since="2031-01-01")
    assert admin.post("/desk/messages", standing="elsewhere").status_code == 422
    assert admin.get("/desk/messages?patient=x").status_code == 404


def test_pages_follow_one_another_without_a_gap(app, world, monkeypatch):
    monkeypatch.setattr(messaging.log, "PAGE", 2)
    admin, seen, before = Desk(app.test_client(), world.admin), [], None
    while True:
        page = admin.post("/desk/messages", **({"before": before} if before else {})).text
        seen += re.findall(r'<th scope="row">(.*?)<br>', page)
        older = re.search(r'name="before" value="(\d+)">Older', page)
        if older is None:
            break
        before = older[1]
    with db.reading() as session:
        assert len(seen) == session.query(Message).count() == 3


def test_a_page_takes_as_many_statements_however_long_it_is(app, world):
    admin = Desk(app.test_client(), world.admin)
    admin.get("/desk/messages")  # the first request of a process asks for the revision too
    with statements() as few:
        admin.get("/desk/messages")
    with db.transaction():
        for n in range(40):
            messaging.tell(
                wording.hold_ended("Asha", when=clock.now()), phone="+919800000001", name="Asha", dedupe_key=f"k:{n}",
                about_id=world.visits[0].id,
            )  # fmt: skip
    with statements() as many:
        assert admin.get("/desk/messages").text.count("<tr>") == 44
    assert len(many) == len(few)


def test_messages_are_counted_by_day_and_text_once_each_as_far_as_they_came(app, world):
    with db.transaction() as session:
        mine = Message.patient_id == world.asha.id
        session.execute(update(Message).where(mine).values(status="READ", created_at=clock.now() - timedelta(days=3)))
        session.execute(update(Message).where(Message.kind == "CODE").values(status="FAILED"))
    admin = Desk(app.test_client(), world.admin)
    page = admin.get("/desk/messages/numbers")
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", page.text)]
    day = clock.today() - timedelta(days=3)
    assert [str(day.day), f"{day:%b}", "1", "1", "0", "0", "0", "0", "0", "0", "100", "%"] in rows
    assert ["Sign", "in", "code", "1", "0", "0", "0", "0", "1", "0", "0", "0", "%"] in rows
    assert page.text.count('<rect class="of-read"') == 1
    own = words(Desk(app.test_client(), world.head).get("/desk/messages/numbers"))
    assert "Sign in code" not in own
    assert admin.post("/desk/messages/numbers", since="2026-01-01", until="2026-12-01").status_code == 422
    assert "No message was sent on these days" in words(
        admin.post("/desk/messages/numbers", since="2026-01-01", until="2026-01-02")
    )


def test_every_text_can_be_read_in_every_language(app, world):
    admin = Desk(app.test_client(), world.admin)
    for language in LANGUAGES:
        page = words(admin.get(f"/desk/messages/wording?language={language}"))
        assert all(templates.approved_name(name, language) in page for name in templates.TEMPLATES)
        assert "{" not in page
    assert admin.get("/desk/messages/wording?language=xx").status_code == 404


def test_a_report_that_fits_no_message_is_shown_with_its_reason_until_it_is_seen(app, world):
    admin, head = Desk(app.test_client(), world.admin), Desk(app.test_client(), world.head)
    news = {
        "id": "g-404", "status": "failed", "recipient_id": "919876543210", "errors": [{"code": 131026}],
        "contact": {"name": "Asha Menon"},
    }  # fmt: skip
    with db.transaction():
        messaging.hear("Message.WA.Status.Received", json.dumps(news).encode())
        messaging.hear("Message.WA.Status.New", b'{"919876543210": {"state": "gone"}}')
    assert "Every report has its message" in words(admin.get("/desk/messages/reports")), "its answer may still come"
    with db.transaction() as session:
        session.execute(update(DeliveryReport).values(received_at=clock.now() - timedelta(minutes=10)))
    page = admin.get("/desk/messages/reports")
    assert all(
        each in words(page)
        for each in (
            "Not delivered. The number is not on WhatsApp", "No message of ours fits it", "Mibo cannot read it",
            "contact.name:str", "errors[].code:int", "….state:str",
        )
    ), words(page)  # fmt: skip
    assert not [secret for secret in ("9876543210", "98765 43210", "Asha", "g-404") if secret in page.text]
    waits = r'Messages <b>2<span class="sr"> waiting'
    assert [bool(re.search(waits, who.get("/desk/messages").text)) for who in (admin, head)] == [True, False]
    ids = re.findall(r'<button[^>]* name="report" value="(\d+)"', page.text)
    assert admin.post("/desk/messages/reports/seen", report=[ids[0], "x", "9" * 30]).status_code == 303
    assert admin.post("/desk/messages/reports/seen", report=ids[0]).status_code == 303
    left, seen = admin.get("/desk/messages/reports"), admin.get("/desk/messages/reports?seen=1")
    assert re.findall(r'<button[^>]* name="report" value="(\d+)"', left.text) == ids[1:]
    assert world.admin.full_name in words(seen)
    with db.reading() as session:
        acts = session.scalars(select(AuditEntry.subject_id).where(AuditEntry.act == "report.seen")).all()
    assert acts == [int(ids[0])]


def test_the_log_says_which_way_and_to_which_address(app, world):
    admin = Desk(app.test_client(), world.admin)
    with db.transaction() as session:
        mine = update(Message).where(Message.patient_id == world.asha.id)
        session.execute(mine.values(channel="EMAIL", email="asha.menon@example.com"))
    mailed = words(admin.post("/desk/messages", channel="EMAIL"), "tbody")
    assert "Asha Menon a•••@example.com" in mailed
    assert "Farah" not in mailed
    assert "Asha" not in words(admin.post("/desk/messages", channel="WHATSAPP"), "tbody")


def test_every_message_has_a_name_that_staff_read() -> None:
    assert set(message_words.WORDS) == set(templates.SENTENCES["en"])
