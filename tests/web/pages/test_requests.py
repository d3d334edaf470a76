"""What patients ask about their data: filed and followed by themselves, seen to by managers, with a clock (line 76)."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from mibo import booking, care, clock, db, leads, people
from mibo.audit import AuditEntry
from mibo.booking import Status
from mibo.care.requests import StillToCome
from mibo.errors import Invalid
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.people import Patient, RightsRequest, rights, rights_rules
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import Clinic, Visitor, clinic, problems, words

pytestmark = pytest.mark.usefixtures("database")

ASKS = {"kind": "CORRECTION", "words": "My name is spelt wrongly."}


@pytest.fixture
def world(app: object) -> Clinic:
    return clinic()


@pytest.fixture
def asha(client: FlaskClient, world: Clinic) -> Visitor:
    return Visitor(client).sign_in(world.asha)


@pytest.fixture
def manager(app: Flask, world: Clinic) -> Desk:
    with db.transaction():
        return Desk(app.test_client(), make.staff(Role.MANAGER, name="Meera Manager"))


def by_manager() -> Actor:
    return make.actor(make.staff(Role.MANAGER), Role.MANAGER)


def asked(who: Patient, kind: str = "CORRECTION", said: str = "My name is spelt wrongly.") -> RightsRequest:
    with db.transaction():
        return rights.ask(who.id, kind, said, by=make.actor(who))


def now_of(one: RightsRequest) -> RightsRequest:
    with db.reading() as session:
        return session.get_one(RightsRequest, one.id)


def test_a_patient_asks_and_follows_what_becomes_of_it(asha: Visitor, manager: Desk, world: Clinic) -> None:
    sent = asha.post("/my/requests", {"patient": world.asha.id, **ASKS})
    assert sent.location == "/my/requests"
    page = words(asha.get("/my/requests"))
    for said in ("Correct something", "My name is spelt wrongly.", "Waits for our answer", "We answer by"):
        assert said in page
    assert asha.post("/my/requests", {"patient": world.asha.id, **ASKS}).location == "/my/requests", "twice is once"
    with db.reading() as session:
        [one] = session.scalars(select(RightsRequest)).all()
        assert one.due_at - one.asked_at == timedelta(days=30)
    listed = words(manager.get("/worklists/requests"))
    for said in ("Correction", "Asha Menon", "30 days left", "Nobody yet"):
        assert said in listed.replace("29 days", "30 days")
    path = f"/worklists/requests/{one.id}"
    assert manager.post(f"{path}/owner", version=1).location == path
    assert "Meera Manager" in words(manager.get(path))
    done = {"version": 2, "outcome": "DONE", "words": "It is right now, on receipts as well."}
    assert manager.post(f"{path}/answer", **done).location == "/worklists/requests"
    page = words(asha.get("/my/requests"))
    assert "It is right now, on receipts as well." in page
    assert "Take this request back" not in page
    assert "In time" in words(manager.get("/worklists/requests?part=closed"))
    with db.reading() as session:
        acts = session.scalars(
            select(AuditEntry.act).where(AuditEntry.subject_id == one.id).order_by(AuditEntry.id)
        ).all()
    assert acts == ["request.made", "request.taken", "request.opened", "request.closed"]


def test_what_cannot_be_asked_is_told_at_its_field_and_nothing_typed_is_lost(asha: Visitor, world: Clinic) -> None:
    empty = asha.post("/my/requests", {"patient": world.asha.id})
    assert (empty.status_code, len(problems(empty))) == (422, 2)
    long = asha.post("/my/requests", {"patient": world.asha.id, "kind": "GRIEVANCE", "words": "x" * 2001})
    assert (long.status_code, "x" * 2001 in long.text) == (422, True)
    asked(world.asha)
    other = asha.post("/my/requests", {"patient": world.asha.id, **ASKS, "words": "And my birth date."})
    assert (other.status_code, "take that back first" in problems(other)[0]) == (422, True)
    assert "And my birth date." in other.text
    assert asha.post("/my/requests", {"patient": world.asha.id, "kind": "MONEY", "words": "x"}).status_code == 422
    for nobodys in (world.anita.id, 5):
        assert asha.post("/my/requests", {"patient": nobodys, **ASKS}).status_code == 404


def test_a_request_is_taken_back_by_whoever_made_it_and_by_nobody_else(
    app: Flask, asha: Visitor, manager: Desk, world: Clinic
) -> None:
    with db.transaction():
        ravi, mini = make.patient("Ravi Kumar"), make.patient("Mini Menon", family_of=world.asha)
    one = asked(world.asha)
    with db.transaction():
        wards = rights.ask(mini.id, "RECORDS", "Her letters", by=make.actor(world.asha))
    stranger = Visitor(app.test_client()).sign_in(ravi)
    assert stranger.post(f"/my/requests/{one.id}/withdrawal").status_code == 404
    assert "spelt" not in stranger.get("/my/requests").text
    assert "Mini Menon" in words(asha.get("/my/requests"))
    for _ in range(2):
        assert asha.post(f"/my/requests/{one.id}/withdrawal").location == "/my/requests"
    assert now_of(one).status == "WITHDRAWN"
    late = manager.post(f"/worklists/requests/{one.id}/answer", version=2, outcome="DONE", words="Done.")
    assert late.status_code == 409
    assert now_of(wards).due_at - now_of(wards).asked_at == timedelta(hours=72)


def test_two_managers_do_not_answer_over_each_other(app: Flask, manager: Desk, world: Clinic) -> None:
    one = asked(world.asha)
    with db.transaction():
        second = Desk(app.test_client(), make.staff(Role.ADMIN))
    path = f"/worklists/requests/{one.id}"
    assert second.post(f"{path}/owner", version=1).status_code == 303
    said = manager.post(f"{path}/answer", version=1, outcome="DONE", words="What I typed.")
    assert (said.status_code, "What I typed." in said.text) == (409, True)
    assert "colleague has changed" in problems(said)[0]
    assert manager.post(f"{path}/owner", version="x").status_code == 422
    assert now_of(one).status == "OPEN"


def test_what_is_refused_says_why_and_to_whom_they_may_turn(asha: Visitor, manager: Desk, world: Clinic) -> None:
    records, complaint = asked(world.asha, "RECORDS", "All of it"), asked(world.asha, "GRIEVANCE", "I was overheard.")
    path = f"/worklists/requests/{records.id}/answer"
    without = manager.post(path, version=1, outcome="PARTLY", words="Without the session of May.")
    assert problems(without) == ["Say why: the patient is told."]
    assert manager.post(path, version=1, outcome="PARTLY", words="Without May.", ground="HARM").status_code == 303
    path = f"/worklists/requests/{complaint.id}/answer"
    assert manager.post(path, version=1, outcome="REFUSED", words="x", ground="HARM").status_code == 422
    assert manager.post(path, version=1, outcome="REFUSED", words="We asked.", ground="UNFOUNDED").status_code == 303
    page = words(asha.get("/my/requests"))
    for said in ("Mental Health Review Board", "Data Protection Board", "would harm you", "Without May."):
        assert said in page


def test_deleting_ends_what_is_not_care_and_says_what_is_kept_and_until_when(asha: Visitor, world: Clinic) -> None:
    world.book("10:00", day=clock.today() - timedelta(days=3), status=Status.COMPLETED)
    coming = world.book("12:00")
    with db.transaction() as session:
        session.get_one(Patient, world.asha.id).email = "asha@example.com"
        booking.telling.confirmed(booking.locked(coming.id))
    one, boss = asked(world.asha, "ERASURE", "Everything, please."), None
    with db.transaction():
        boss = by_manager()
    with pytest.raises(Invalid), db.transaction():
        care.requests.answer(one.id, 1, "DONE", "Gone.", None, by=boss)
    with pytest.raises(StillToCome), db.transaction():
        care.requests.answer(one.id, 1, "PARTLY", "Gone, but for the record.", "LAW", by=boss)
    assert now_of(one).status == "OPEN"
    with db.transaction():
        told = {"full_name": "Asha Menon", "phone": world.asha.phone, "request_key": "a-key-of-a-form"}
        enquiry = leads.ask(leads.Asked(**told, words="Please ask for Meera"))
        booking.call_off(coming.id, reason="They leave.", by=boss)
        care.requests.answer(one.id, 1, "PARTLY", "Gone, but for the record.", "LAW", by=boss)
    with db.reading() as session:
        kept = session.get_one(Patient, world.asha.id)
        assert (kept.email, kept.no_messages, kept.full_name) == (None, True, "Asha Menon")
        left = session.get_one(leads.Enquiry, enquiry.id)
        assert (left.full_name, left.phone, left.words) == (None, None, None)
        assert not people.consents.stands(kept, people.consents.latest(kept.id), "CARE")
        assert session.scalar(text("select count(*) from message where status = 'QUEUED'")) in (0, None)
    page = words(asha.get("/my/requests"))
    until = clock.today().year + 5
    assert f"The law has us keep the medical records until" in page and str(until) in page  # noqa: F541, PT018


@pytest.mark.parametrize(
    ("last", "born", "receipt", "records", "receipts"),
    [
        (None, None, None, None, None),
        (date(2026, 3, 1), None, date(2026, 3, 1), date(2031, 3, 1), date(2034, 3, 1)),
        (date(2026, 3, 1), date(2012, 6, 1), None, date(2033, 6, 1), None),
        (date(2026, 3, 1), date(1990, 6, 1), None, date(2031, 3, 1), None),
        (date(2020, 2, 29), None, None, None, None),
    ],
)
def test_the_law_has_records_kept_five_years_a_childs_until_21_and_receipts_eight(
    last: date | None, born: date | None, receipt: date | None, records: date | None, receipts: date | None
) -> None:
    held = rights_rules.held_back(last, born, receipt, date(2026, 11, 30))
    assert (held.records_until, held.receipts_until) == (records, receipts)


def test_a_nominee_stands_once_it_was_noted_and_words_are_sealed(asha: Visitor, world: Clinic) -> None:
    one = asked(world.asha, "NOMINEE", "Ravi Menon, my brother, 98765 00000")
    with db.transaction():
        care.requests.answer(one.id, 1, "DONE", "Noted.", None, by=by_manager())
    assert "Named to act for you: Ravi Menon, my brother" in words(asha.get("/my/requests"))
    with db.reading() as session:
        row = session.scalar(text("select t::text from rights_request t"))
        assert row is not None
        assert b"Ravi".hex() not in row
    told = asha.get(f"/my/data/{world.asha.id}/file").json
    assert told["requests"][0]["asked"] == "Ravi Menon, my brother, 98765 00000"


def test_what_is_overdue_comes_first_and_the_menu_counts_it(manager: Desk, world: Clinic) -> None:
    with db.transaction():
        ravi = make.patient("Ravi Kumar")
    asked(world.asha)
    late = asked(ravi, "GRIEVANCE", "x")
    with db.transaction() as session:
        long_ago = {"asked_at": clock.now() - timedelta(days=40), "due_at": clock.now() - timedelta(days=10)}
        session.execute(update(RightsRequest).where(RightsRequest.id == late.id).values(**long_ago))
    with statements() as told:
        page = words(manager.get("/worklists/requests"))
    assert page.index("Ravi Kumar") < page.index("Asha Menon")
    assert "10 days overdue" in page
    assert sum("rights_request" in each for each in told) <= 2


def test_requests_move_along_when_records_are_merged(world: Clinic) -> None:
    with db.transaction():
        double = make.patient("Asha Menon")
    one = asked(double)
    with db.transaction():
        booking.merge(world.asha.id, double.id, double.phone[-4:], by=by_manager())
    assert now_of(one).patient_id == world.asha.id
