"""What waits for somebody: visits to close, unpaid holds, wishes to cancel, follow-ups, and their counts in the menu."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import joinedload

from mibo import booking, care, clock, db
from mibo.booking import Appointment, Status
from mibo.care import FollowUp
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.payments import Refund
from tests import make
from tests.counting import statements
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Clinic, clinic, now_of, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def world(app: Flask) -> Clinic:
    return clinic()


def somebody(world: Clinic, role: Role, *, at: str = "kochi") -> Account:
    with db.transaction():
        return make.staff(role, getattr(world, at), name=f"{role.title()} {at}")


@pytest.fixture
def desk(app: Flask, world: Clinic) -> Desk:
    return Desk(app.test_client(), somebody(world, Role.FRONT_DESK))


@pytest.fixture
def manager(app: Flask, world: Clinic) -> Desk:
    return Desk(app.test_client(), somebody(world, Role.CENTRE_MANAGER))


def over(world: Clinic, name: str, hours: int, status: Status = Status.CONFIRMED) -> Appointment:
    """A visit that ended so many hours ago."""
    with db.transaction():
        starts = clock.now() - timedelta(hours=hours + 1)
        return make.appointment(make.patient(name), world.anita, world.kochi, starts, status=status)


def seen(one: Appointment) -> str:
    with db.reading() as session:
        return f"{one.id}.{session.get_one(Appointment, one.id).version}"


def wish(world: Clinic, face: str = "10:00", reason: str = "I am travelling") -> Appointment:
    one = world.book(face)
    with db.transaction():
        return booking.ask_to_cancel(one.id, reason=reason, by=make.actor(world.asha))


def follow_up(world: Clinic, days: int, name: str = "Asha Menon", hours: int = 30) -> FollowUp:
    parent = over(world, name, hours, Status.COMPLETED)
    with db.transaction() as session:
        due = FollowUp(
            parent_id=parent.id, wanted_on=clock.today() + timedelta(days=days), note="Sleep diary",
            created_by=world.asha.account_id,
        )  # fmt: skip
        session.add(due)
        return due


def counts(page: str) -> dict[str, int]:
    found = re.findall(r'<li><a href="/worklists/([a-z-]+)"[^>]*>[^<]+<b>(\d+)<', page)
    return {name: int(count) for name, count in found}


# needs closing


def test_visits_that_nobody_closed_are_listed_the_oldest_first(desk: Desk, world: Clinic) -> None:
    over(world, "Just Now", 1)
    over(world, "Yesterday", 26)
    over(world, "Begun", 5, Status.IN_PROGRESS)
    over(world, "Closed", 9, Status.COMPLETED)
    over(world, "Lost", 12, Status.NO_SHOW)
    page = desk.get("/worklists/closing").text
    assert re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)<', page) == ["Yesterday", "Begun"]
    assert page.count('name="missed"') == 1, "somebody in consultation was there"


def test_several_are_completed_at_once(desk: Desk, world: Clinic) -> None:
    ones = [over(world, f"Patient {n}", 4 + 2 * n) for n in range(3)]
    answer = desk.post("/worklists/closing", completed="ticked", visit=[seen(one) for one in ones[:2]])
    assert (answer.status_code, answer.location) == (303, "/worklists/closing")
    assert [now_of(one).status for one in ones] == ["COMPLETED", "COMPLETED", "CONFIRMED"]
    assert "2 visits are completed." in words(desk.get("/worklists/closing"))


def test_one_is_marked_as_a_no_show(desk: Desk, world: Clinic) -> None:
    one, other = over(world, "Lost", 4), over(world, "Other", 8)
    desk.post("/worklists/closing", missed=seen(one), visit=[seen(other)])
    assert (now_of(one).status, now_of(other).status) == ("NO_SHOW", "CONFIRMED")


def test_what_somebody_closed_meanwhile_is_said_and_the_others_are_closed(desk: Desk, world: Clinic) -> None:
    first, second = over(world, "First", 4), over(world, "Second", 8)
    stale = seen(first)
    with db.transaction() as session:
        session.execute(update(Appointment).where(Appointment.id == first.id).values(version=9))
    answer = desk.post("/worklists/closing", completed="ticked", visit=[stale, seen(second)])
    assert answer.status_code == 409
    assert "1 completed." in words(answer)
    assert (now_of(first).status, now_of(second).status) == ("CONFIRMED", "COMPLETED")


def test_nothing_ticked_is_said(desk: Desk) -> None:
    answer = desk.post("/worklists/closing", completed="ticked")
    assert (answer.status_code, "Tick at least one visit." in answer.text) == (422, True)


def test_another_centres_visit_cannot_be_closed_from_here(app: Flask, world: Clinic) -> None:
    one = over(world, "First", 4)
    theirs = Desk(app.test_client(), somebody(world, Role.FRONT_DESK, at="mumbai"))
    assert "First" not in words(theirs.get("/worklists/closing"))
    for sent in (f"{one.id}.1", "999999999.1", "nonsense", ""):
        assert theirs.post("/worklists/closing", missed=sent, visit=[sent] * (not sent)).status_code in (404, 422)
    assert theirs.post("/worklists/closing", missed=f"{one.id}.1").status_code == 404
    assert now_of(one).status == "CONFIRMED"


# unpaid holds


def test_unpaid_holds_have_their_end_their_link_and_what_is_to_be_paid(desk: Desk, world: Clinic) -> None:
    one = world.hold("10:00")
    page = desk.get("/worklists/holds")
    assert "Asha Menon" in words(page)
    assert "₹1,700" in page.text
    assert f'data-until="{now_of(one).held_until.isoformat()}"' in page.text  # type: ignore[union-attr]
    with db.transaction() as session:
        ended = clock.now() - timedelta(seconds=1)
        session.execute(update(Appointment).where(Appointment.id == one.id).values(held_until=ended))
    assert "Nothing waits for its money" in words(desk.get("/worklists/holds"))


def test_a_link_is_sent_and_a_hold_is_let_go(desk: Desk, world: Clinic) -> None:
    one = world.hold("10:00")
    sent = desk.post("/worklists/holds", link=seen(one))
    assert (sent.status_code, sent.location) == (303, "/worklists/holds")
    assert "Link sent" in words(desk.get("/worklists/holds"))
    assert desk.post("/worklists/holds", release=seen(one)).status_code == 303
    assert now_of(one).status == "CANCELLED"
    late = desk.post("/worklists/holds", link=seen(one))
    assert late.status_code == 409


def test_who_takes_no_money_sends_no_link(manager: Desk, world: Clinic) -> None:
    one = world.hold("10:00")
    assert 'name="link"' not in manager.get("/worklists/holds").text
    assert manager.post("/worklists/holds", link=seen(one)).status_code == 403


# wishes to cancel


def test_a_wish_is_shown_with_its_age_its_reason_and_what_goes_back(manager: Desk, world: Clinic) -> None:
    wish(world, "15:00", "I am <b>travelling</b>")
    page = manager.get("/worklists/cancellations")
    assert "I am <b>travelling</b>" in words(page)
    assert "0 minutes ago" in words(page)
    hours = (make.at("15:00") - clock.now()) / timedelta(hours=1)
    assert f"Goes back {'₹1,600' if hours >= 24 else '₹0'}" in words(page)


@pytest.mark.parametrize(("decision", "status", "back"), [
    ("GRANT_ALL", "CANCELLED", [160_000]), ("REFUSE", "CONFIRMED", []),
])  # fmt: skip
def test_a_wish_is_decided_where_it_stands(
    manager: Desk, world: Clinic, decision: str, status: str, back: list[int]
) -> None:
    one = wish(world)
    answer = manager.post("/worklists/cancellations", visit=seen(one), decision=decision, words="All the best")
    assert (answer.status_code, answer.location) == (303, "/worklists/cancellations")
    assert now_of(one).status == status
    with db.reading() as session:
        assert [each.paise for each in session.query(Refund)] == back
    assert "Nobody asks to cancel" in words(manager.get("/worklists/cancellations"))
    again = manager.post("/worklists/cancellations", visit=seen(one), decision=decision)
    assert again.status_code == 409


def test_a_stale_wish_and_no_decision_are_refused_and_nothing_moves(manager: Desk, world: Clinic) -> None:
    one = wish(world)
    stale = f"{one.id}.{now_of(one).version - 1}"
    assert manager.post("/worklists/cancellations", visit=stale, decision="GRANT").status_code == 409
    assert manager.post("/worklists/cancellations", visit=seen(one)).status_code == 422
    assert manager.post("/worklists/cancellations", visit="x", decision="GRANT").status_code == 422
    assert now_of(one).status == "CANCELLATION_REQUESTED"


def test_a_wish_at_another_centre_is_not_there(app: Flask, world: Clinic) -> None:
    one = wish(world)
    theirs = Desk(app.test_client(), somebody(world, Role.CENTRE_MANAGER, at="mumbai"))
    assert "Asha" not in words(theirs.get("/worklists/cancellations"))
    assert theirs.post("/worklists/cancellations", visit=seen(one), decision="GRANT").status_code == 404


# follow-ups


def test_who_is_due_within_three_days_or_overdue_is_listed(desk: Desk, world: Clinic) -> None:
    follow_up(world, -4, "Over Due", 30)
    follow_up(world, 0, "To Day", 33)
    follow_up(world, 3, "In Three", 36)
    follow_up(world, 4, "In Four", 39)
    page = desk.get("/worklists/follow-ups")
    assert re.findall(r'<tr><th scope="row">([^<]+)<', page.text) == ["Over Due", "To Day", "In Three"]
    for said in ("4 days overdue", "Today", "In 3 days", "Sleep diary"):
        assert said in words(page)
    assert "In Four" in words(desk.get("/worklists/follow-ups?which=all"))


def test_book_leads_to_the_desk_with_everything_chosen(desk: Desk, world: Clinic) -> None:
    due = follow_up(world, 2)
    with db.reading() as session:
        parent = session.get_one(FollowUp, due.id, options=[joinedload(FollowUp.parent)]).parent
    page = desk.get("/worklists/follow-ups").text
    for part in (
        f"patient={parent.patient_id}", f"clinician={world.anita.id}", f"centre={world.kochi.id}",
        f"day={due.wanted_on}", f"follow_up={due.id}", "mode=IN_PERSON",
    ):  # fmt: skip
        assert part in page
    found = re.search(r'href="(/desk/new\?[^"]+)"', page)
    assert found
    assert desk.get(found[1].replace("&amp;", "&")).status_code == 200


def test_a_follow_up_is_called_off_with_a_reason(desk: Desk, world: Clinic) -> None:
    due = follow_up(world, 2)
    assert desk.post("/worklists/follow-ups", follow_up=due.id).status_code == 422
    assert desk.post("/worklists/follow-ups", follow_up=due.id, reason="Moved away").status_code == 303
    assert "Nobody is due" in words(desk.get("/worklists/follow-ups"))
    assert desk.post("/worklists/follow-ups", follow_up=due.id, reason="Again").status_code == 409
    assert desk.post("/worklists/follow-ups", follow_up=999999999, reason="Never").status_code == 404


# counts


def test_the_menu_counts_what_waits_for_whoever_looks(app: Flask, desk: Desk, manager: Desk, world: Clinic) -> None:
    over(world, "Over", 5)
    over(world, "Over Too", 8)
    world.hold("12:00")
    wish(world)
    follow_up(world, 1)
    follow_up(world, 9, hours=40)
    assert counts(manager.get("/desk").text) == {"closing": 2, "holds": 1, "cancellations": 1, "follow-ups": 1}
    assert counts(desk.get("/desk").text) == {"closing": 2, "holds": 1, "follow-ups": 1}
    far = Desk(app.test_client(), somebody(world, Role.CENTRE_MANAGER, at="mumbai"))
    assert counts(far.get("/desk").text) == {}


def test_the_counts_take_one_statement_and_a_part_of_a_page_none(desk: Desk, world: Clinic) -> None:
    over(world, "Over", 5)
    boss = make.actor(world.asha, Role.ADMIN)
    with db.reading(), statements() as asked:
        assert care.waiting(by=boss).to_close == 1
    assert len(asked) == 1
    desk.get("/desk")
    with statements() as part:
        desk.part("/desk")
    assert not [each for each in part if "follow_up" in each]


@pytest.mark.parametrize("page", ["closing", "holds", "cancellations", "follow-ups"])
def test_a_worklist_takes_the_same_few_statements_however_long_it_is(manager: Desk, world: Clinic, page: str) -> None:
    manager.get(f"/worklists/{page}")
    with statements() as few:
        manager.get(f"/worklists/{page}")
    for n in range(3):
        over(world, f"Over {n}", 5 + 3 * n)
        world.hold(f"{12 + n}:00", who=None)
        follow_up(world, 1, f"Follow {n}", 40 + 2 * n)
    wish(world, "09:00")
    with statements() as many:
        manager.get(f"/worklists/{page}")
    assert len(many) == len(few) <= 4
