"""A patient's inbox: what was told stands in it, once, in their words, and only where it holds."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from mibo import booking, clock, db
from mibo.identity.permissions import Role
from mibo.messaging import Message
from mibo.people import Notice, Patient
from mibo.people.inbox import forget_notices
from tests import make
from tests.web.pages.visitor import Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database")


def told(one, what, **more) -> None:
    with db.transaction():
        getattr(booking.telling, what)(booking.locked(one.id), **more)


def count() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(Notice.id))) or 0


def test_what_the_clinic_tells_is_counted_in_the_menu_read_and_leads_to_the_appointment(client) -> None:
    kept = clinic()
    one = kept.book()
    told(one, "confirmed")
    told(one, "confirmed")
    told(one, "request_refused")
    visitor = Visitor(client).sign_in(kept.asha)
    assert 'Notices <b class="count">2<' in visitor.get("/my").text
    page = visitor.get("/my/notices")
    text = words(page)
    assert text.index("Your appointment stands") < text.index("Booked")
    assert f"Reference {one.reference}" in text
    with db.reading() as session:
        newest = session.scalar(select(Notice.id).order_by(Notice.id.desc()).limit(1))
    opened = visitor.post(f"/my/notices/{newest}/reading")
    assert (opened.status_code, opened.location) == (303, f"/my/{one.reference}")
    assert "Your appointment stands" not in words(visitor.get("/my/notices?show=unread"))
    assert 'Notices <b class="count">1<' in visitor.get("/my").text
    assert visitor.post("/my/notices/reading").status_code == 303
    assert "All read" in words(visitor.get("/my/notices?show=unread"))


def test_a_notice_of_somebody_else_is_not_there_and_family_reads_each_others(client) -> None:
    kept = clinic()
    with db.transaction():
        child = make.patient("Ravi Menon", family_of=kept.asha)
        stranger = make.patient("Meera Nair")
    told(kept.book("11:00", who=child), "confirmed")
    told(kept.book("12:00", who=stranger), "confirmed")
    with db.reading() as session:
        of = dict(session.execute(select(Notice.patient_id, Notice.id)).all())
    visitor = Visitor(client).sign_in(kept.asha)
    assert "for Ravi Menon" in words(visitor.get("/my/notices"))
    assert visitor.post(f"/my/notices/{of[stranger.id]}/reading").status_code == 404
    assert visitor.post(f"/my/notices/{of[child.id]}/reading").status_code == 303
    with db.reading() as session:
        assert {one.patient_id: one.read_at is None for one in session.scalars(select(Notice))} == {
            child.id: False,
            stranger.id: True,
        }


def test_what_is_taken_back_in_time_is_not_told_and_what_still_may_be_is_not_shown_yet(client) -> None:
    kept = clinic()
    one, other = kept.book("10:00"), kept.book("12:00")
    told(one, "cancelled", wait_s=60)
    told(other, "cancelled")
    visitor = Visitor(client).sign_in(kept.asha)
    assert words(visitor.get("/my/notices")).count("is cancelled") == 1
    with db.transaction() as session:
        session.execute(update(Notice).values(shows_at=clock.now()))
    assert words(visitor.get("/my/notices")).count("is cancelled") == 2
    with db.transaction():
        booking.telling.messaging.withdraw_kind(one.id, "mibo_booking_cancelled")
    assert words(visitor.get("/my/notices")).count("is cancelled") == 1


def test_who_wants_no_messages_still_finds_them_in_the_inbox_in_their_language(client) -> None:
    kept = clinic()
    with db.transaction() as session:
        session.execute(
            update(Patient).where(Patient.id == kept.asha.id).values(no_messages=True, message_language="ml")
        )
    told(kept.book(), "confirmed")
    with db.reading() as session:
        assert session.scalars(select(Message.status).where(Message.patient_id == kept.asha.id)).all() == ["DROPPED"]
    assert "ബുക്ക് ചെയ്തു" in words(Visitor(client).sign_in(kept.asha).get("/my/notices"))


def test_after_ninety_days_a_notice_is_gone(client) -> None:
    kept = clinic()
    told(kept.book("10:00"), "confirmed")
    told(kept.book("12:00"), "confirmed")
    with db.transaction() as session:
        oldest = select(func.min(Notice.id)).scalar_subquery()
        long_ago = clock.now() - timedelta(days=90, minutes=1)
        session.execute(update(Notice).where(Notice.id == oldest).values(created_at=long_ago, shows_at=long_ago))
    assert words(Visitor(client).sign_in(kept.asha).get("/my/notices")).count("Booked") == 1
    forget_notices()
    assert count() == 1


def test_notices_move_with_a_merged_record(client) -> None:
    kept = clinic()
    with db.transaction():
        double = make.patient("Asha Menon")
        admin = make.actor(make.staff(Role.ADMIN), Role.ADMIN)
    told(kept.book(who=double), "confirmed")
    with db.transaction():
        booking.merge(kept.asha.id, double.id, double.phone[-4:], by=admin)
    assert "Booked" in words(Visitor(client).sign_in(kept.asha).get("/my/notices"))


def test_every_message_to_a_patient_has_a_title_in_every_language() -> None:
    from mibo.messaging import templates, titles

    of_patients = {"BOOKING", "PAYMENT", "CHANGE", "AFTER"}
    named = {name for name in templates.TEMPLATES if templates.kind_of(name) in of_patients}
    assert named == set(titles.ABOUT)
    keys = [set(words) for words in titles.TITLES.values()]
    assert keys == [set(titles.ABOUT.values()) | {""}] * len(keys)
