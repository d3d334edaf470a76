"""Call these people: whom the desk calls, what it notes, and how a mistake is taken back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from mibo import booking, clock, db
from mibo.audit import AuditEntry
from mibo.booking import Status
from mibo.identity.permissions import Role
from mibo.messaging import Message, PhoneCall, wording
from tests import make
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import clinic, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")

URL = "/worklists/calls"


def unreached(one, *, key="confirmed:1", template="mibo_booking_confirmed"):
    """Nothing reached the patient of this appointment."""
    told = wording.booking_confirmed(
        one.patient.full_name, clinician="Dr. Anita Kurian", when=clock.local(one.starts_at), where="Kochi",
        reference=one.reference,
    )  # fmt: skip
    with db.transaction() as session:
        message = Message(
            dedupe_key=key, template=template, phone=one.patient.phone, name=one.patient.full_name, body=told.values,
            about_id=one.id, patient_id=one.patient_id, centre_id=one.centre_id, status="FAILED",
            climbs_until=one.starts_at,
        )  # fmt: skip
        session.add(message)
        session.flush()
        call = PhoneCall(
            dedupe_key=key, message_id=message.id, about_id=one.id, patient_id=one.patient_id,
            centre_id=one.centre_id, until=one.starts_at,
        )  # fmt: skip
        session.add(call)
        session.flush()
        return call.id


@pytest.fixture
def kept():
    return clinic()


@pytest.fixture
def desk(client, kept):
    with db.transaction():
        return Desk(client, make.staff(Role.FRONT_DESK, kept.kochi))


def visit(kept, face="10:00"):
    wanted = select(booking.Appointment).options(joinedload(booking.Appointment.patient))
    with db.reading() as session:
        return session.scalars(wanted.where(booking.Appointment.id == kept.book(face).id)).one()


def standing(call_id):
    with db.reading() as session:
        call = session.get_one(PhoneCall, call_id)
        return call.status, call.again_at is not None


def acts(one):
    with db.reading() as session:
        found = select(AuditEntry.act).where(AuditEntry.subject_id == one.id, AuditEntry.act.like("call.%"))
        return list(session.scalars(found.order_by(AuditEntry.id)))


def test_the_list_says_whom_on_which_number_and_what_they_were_to_be_told(desk, kept):
    assert "Nobody needs a call" in words(desk.get(URL))
    one = visit(kept)
    unreached(one)
    page = desk.get(URL)
    said = words(page)
    assert [each in said for each in ("Asha Menon", "The booking is confirmed", one.reference)] == [True] * 3
    assert f'href="tel:{one.patient.phone}"' in page.text
    assert "To call <b>1<" in page.text


def test_whoever_is_reached_leaves_the_list_and_a_mistake_is_taken_back(desk, kept):
    one = visit(kept)
    call = unreached(one)
    assert desk.post(URL, call=call, seen=0, outcome="REACHED").status_code == 303
    assert standing(call) == ("REACHED", False)
    assert "Nobody needs a call" in (said := words(desk.get(URL)))
    assert "Noted since yesterday" in said
    assert desk.post(URL, call=call, seen=1, outcome="TAKE_BACK").status_code == 303
    assert standing(call) == ("OPEN", False)
    assert acts(one) == ["call.reached", "call.taken_back"]


def test_who_does_not_answer_comes_up_again_in_an_hour(desk, kept):
    one = visit(kept)
    call = unreached(one)
    desk.post(URL, call=call, seen=0, outcome="NO_ANSWER")
    assert standing(call) == ("OPEN", True)
    page = desk.get(URL)
    assert "Again from" in words(page)
    assert "To call <b>" not in page.text
    with db.transaction() as session:
        session.execute(update(PhoneCall).values(again_at=clock.now() - timedelta(minutes=1)))
    assert "To call <b>1<" in desk.get(URL).text


def test_the_second_of_two_who_note_the_same_call_reads_so(desk, kept):
    call = unreached(visit(kept))
    desk.post(URL, call=call, seen=0, outcome="NO_ANSWER")
    late = desk.post(URL, call=call, seen=0, outcome="WRONG_NUMBER")
    assert (late.status_code, "Somebody has noted a call" in late.text) == (409, True)
    assert standing(call) == ("OPEN", True)


def test_nonsense_is_refused_and_nothing_is_noted(desk, kept):
    call = unreached(visit(kept))
    for told in ({"outcome": "SOLD"}, {"seen": "x"}, {"seen": -1}, {"call": "x"}, {"outcome": ""}):
        assert desk.post(URL, **{"call": call, "seen": 0, "outcome": "REACHED", **told}).status_code == 422
    assert standing(call) == ("OPEN", False)
    assert desk.get(f"{URL}?page=0").status_code == 303


def test_what_no_longer_stands_and_what_is_elsewhere_is_not_on_the_list(desk, kept, client):
    one = visit(kept)
    call = unreached(one)
    with db.transaction():
        booking.change_status(booking.locked(one.id), Status.CANCELLED, by=None)
    assert "Nobody needs a call" in words(desk.get(URL))
    other = visit(kept, "12:00")
    theirs = unreached(other, key="confirmed:2")
    with db.transaction():
        stranger = make.staff(Role.FRONT_DESK, kept.mumbai)
    elsewhere = Desk(client, stranger)
    assert "Nobody needs a call" in words(elsewhere.get(URL))
    assert [elsewhere.post(URL, call=each, seen=0, outcome="REACHED").status_code for each in (call, theirs)] == [
        404,
        404,
    ]


def test_the_list_asks_as_often_for_three_as_for_one_and_is_paged(desk, kept):
    one = visit(kept)
    unreached(one)
    with statements() as few:
        desk.get(URL)
    for n in range(26):
        unreached(one, key=f"more:{n}")
    with statements() as many:
        page = desk.get(URL)
    assert len(many) == len(few)
    assert "Page 1 of 2" in words(page)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(PhoneCall)) == 27
