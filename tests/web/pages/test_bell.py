"""The bell on the pages of staff: one statement a poll, nothing for a page, and each ring leads to where one acts."""

import pytest
from sqlalchemy import select

from mibo import booking, db
from mibo.booking import Status
from mibo.booking.bell_models import Ring
from mibo.booking.ringing import ring_bell
from mibo.identity.permissions import Role
from tests import make
from tests.counting import statements
from tests.web.pages.visitor import Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database")


def test_the_bell_counts_what_waits_is_a_304_without_news_and_leads_to_it(client) -> None:
    kept = clinic()
    one = kept.book()
    with db.transaction():
        lead = make.staff(Role.CENTRE_MANAGER, kept.kochi)
        booking.change_status(booking.locked(one.id), Status.CANCELLATION_REQUESTED, by=None)
    ring_bell()
    visitor = Visitor(client).sign_in(lead)
    assert 'href="/desk/bell"' in visitor.get("/desk").text
    counted = visitor.part("/desk/bell/count")
    assert '<b class="count">1<' in counted.text
    with statements() as asked:
        again = visitor.get("/desk/bell/count", HX_Request="true", X_Poll="1", If_None_Match=counted.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert len([each for each in asked if "ring" in each and "sign_in" not in each]) == 1
    assert "Asha Menon asks to cancel" in words(visitor.get("/desk/bell"))
    with db.reading() as session:
        ring = session.scalar(select(Ring.id))
    seen = visitor.post(f"/desk/bell/{ring}/seen")
    assert (seen.status_code, seen.location) == (303, f"/desk/appointments/{one.id}")
    assert "Nothing waits" in words(visitor.get("/desk/bell"))
    assert "Seen" in words(visitor.get("/desk/bell?show=all"))
    assert visitor.part("/desk/bell/count").text.strip() == ""


def test_a_ring_of_another_centre_is_not_there(client) -> None:
    kept = clinic()
    one = kept.book()
    with db.transaction():
        lead = make.staff(Role.CENTRE_MANAGER, kept.mumbai)
        booking.change_status(booking.locked(one.id), Status.CANCELLATION_REQUESTED, by=None)
    ring_bell()
    with db.reading() as session:
        ring = session.scalar(select(Ring.id))
    visitor = Visitor(client).sign_in(lead)
    assert visitor.post(f"/desk/bell/{ring}/seen").status_code == 404
    assert "Nothing waits" in words(visitor.get("/desk/bell"))
