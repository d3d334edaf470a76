"""Delivery reports: kept as they came, matched now or later, and never said in a log."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from mibo import clock, db, messaging
from mibo.messaging import Message, wording
from mibo.messaging.delivery import _claimed, _next_due, _record_sent
from mibo.messaging.models import DeliveryReport

pytestmark = pytest.mark.usefixtures("database")

PHONE = "+919876543210"


def hear(body, event="Message.WA.Status.Received"):
    with db.transaction():
        messaging.hear(event, body if isinstance(body, bytes) else json.dumps(body).encode())


def reports() -> list[DeliveryReport]:
    with db.reading() as session:
        return list(session.scalars(select(DeliveryReport).order_by(DeliveryReport.id)))


def held():
    with db.transaction():
        said = wording.hold_ended("Asha", when=clock.now())
        messaging.tell(said, phone=PHONE, name="Asha", dedupe_key="k")
    with db.transaction() as session:
        return _claimed(session.scalars(_next_due()).one())


def status() -> str:
    with db.reading() as session:
        return session.scalars(select(Message.status)).one()


def test_a_report_that_comes_before_its_message_is_known_is_kept_once_and_matched_later(capfd):
    claim = held()
    news = {"id": "g-7", "status": "read", "contact": {"name": "Asha"}}
    hear(news)
    hear(news)
    (kept,) = reports()
    assert (json.loads(kept.body), kept.settled_at, status()) == (news, None, "SENDING")
    messaging.match_reports()
    assert reports()[0].settled_at is None
    _record_sent(claim, "g-7")
    messaging.match_reports()
    assert reports()[0].settled_at
    assert status() == "READ"
    said = "".join(capfd.readouterr())
    assert said.count("messages.report_open") == 1
    assert "contact.name:str" in said
    assert "g-7" not in said


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"null", b"\xff\x00", b'{"status": 7}', b'{"a": {"b": [1]}}'])
def test_nonsense_is_kept_and_harms_nothing(raw):
    hear(raw)
    messaging.match_reports()
    assert [one.settled_at for one in reports()] == [None]


def test_what_is_no_news_of_a_message_of_ours_is_kept_and_not_looked_for():
    hear(
        {"id": "in-1", "whatsapp": {"type": "text", "from": "919876543210", "text": {"body": "Hi"}}}, "Message.Received"
    )
    assert [bool(one.settled_at) for one in reports()] == [True]


def test_reports_are_forgotten_after_ninety_days_and_not_before():
    hear({"id": "old", "status": "read"})
    hear({"id": "new", "status": "read"})
    with db.transaction() as session:
        old = DeliveryReport.body.contains("old")
        session.execute(update(DeliveryReport).where(old).values(received_at=func.now() - timedelta(days=91)))
    messaging.forget_reports()
    assert [json.loads(one.body)["id"] for one in reports()] == ["new"]
