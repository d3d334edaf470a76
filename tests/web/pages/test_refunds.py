"""The refunds page: who sees what, one refund decided from beginning to end, and refusals that keep what was typed."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from mibo import booking, clinics, db, payments
from mibo.booking import Appointment, giving_back
from mibo.clinics import PolicyVersion
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Payment, Receipt, Refund
from tests import make
from tests.counting import statements
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Clinic, Visitor, clinic, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")


@pytest.fixture
def world(app: Flask) -> Clinic:
    return clinic()


def person(world: Clinic, role: Role, name: str, *, at: str = "kochi") -> Account:
    with db.transaction():
        return make.staff(role, *([] if role in (Role.ADMIN, Role.MANAGER) else [getattr(world, at)]), name=name)


@pytest.fixture
def maya(world: Clinic) -> Account:
    return person(world, Role.MANAGER, "Maya Manager")


@pytest.fixture
def manager(app: Flask, maya: Account) -> Desk:
    return Desk(app.test_client(), maya)


@pytest.fixture
def desk(app: Flask, world: Clinic) -> Desk:
    return Desk(app.test_client(), person(world, Role.FRONT_DESK, "Deepa Desk"))


def cancelled(world: Clinic, face: str = "10:00", *, online: bool = True, by_clinic: bool = True) -> Refund:
    """Paid, and called off: its refund."""
    with db.transaction():
        who = make.patient(f"Patient {face}") if face != "10:00" else world.asha
        one = make.appointment(
            who,
            world.anita,
            world.kochi,
            make.at(face, make.tomorrow() + timedelta(days=1)),
            kind="ORDER" if online else "DESK",
        )
        attempt = db.session().scalars(select(Attempt).where(Attempt.payment_id == one.payment_id)).one()
        attempt.method = "ONLINE" if online else "CASH"
        attempt.provider_payment_id = f"pay_{attempt.id:012d}" if online else None
        db.session().get_one(Payment, one.payment_id).method = attempt.method
    with db.transaction():
        if by_clinic:
            booking.call_off(one.id, reason="Ill", by=make.actor(make.staff(Role.ADMIN), Role.ADMIN))
        else:
            booking.cancel(one.id, by=make.actor(who))
    with db.reading() as session:
        return session.scalars(select(Refund).where(Refund.payment_id == one.payment_id)).one()


def now(refund: Refund) -> Refund:
    with db.reading() as session:
        return session.get_one(Refund, refund.id)


def at(refund: Refund, what: str = "") -> str:
    return f"/money/refunds/{refund.id}" + (f"/{what}" if what else "")


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)<', page)


def test_what_waits_is_listed_the_oldest_first_with_all_a_manager_needs(manager: Desk, world: Clinic) -> None:
    cancelled(world)
    cancelled(world, "12:00", online=False)
    page = manager.get("/money/refunds").text
    assert names(page) == ["Asha Menon", "Patient 12:00"]
    said = words(manager.get("/money/refunds"))
    for each in ("₹1,700", "Cancelled by the clinic", "online, ₹1,700", "in cash, ₹1,700", "Nobody yet", "Due "):
        assert each in said
    assert "Waiting 2" in said
    assert re.search(r'href="/money/refunds"[^>]*>Refunds <b>2<', page)


def test_the_desk_sees_its_own_centres_and_is_told_of_what_it_may_hand_over(
    app: Flask, manager: Desk, desk: Desk, world: Clinic
) -> None:
    refund = cancelled(world, online=False)
    far = Desk(app.test_client(), person(world, Role.FRONT_DESK, "Mumbai Desk", at="mumbai"))
    assert re.search(r'href="/money/refunds"[^>]*>Refunds<', desk.get("/money/refunds").text)
    manager.post(at(refund, "approval"), way="DESK", version=refund.version)
    assert re.search(r'href="/money/refunds"[^>]*>Refunds <b>1<', desk.get("/money/refunds").text)
    assert (names(desk.get("/money/refunds").text), names(far.get("/money/refunds?which=approved").text)) == (
        ["Asha Menon"], [],
    )  # fmt: skip
    assert far.get(at(refund)).status_code == 404
    assert desk.post(at(refund, "approval"), way="DESK").status_code == 403


def test_an_online_refund_is_approved_undone_and_approved_again(manager: Desk, maya: Account, world: Clinic) -> None:
    refund = cancelled(world)
    assert "Approve ₹1,700" in manager.get(at(refund)).text
    answer = manager.post(at(refund, "approval"), way="PROVIDER", version=refund.version)
    assert (answer.status_code, answer.location) == (303, at(refund))
    assert (now(refund).status, now(refund).way, now(refund).assigned_to) == ("APPROVED", "PROVIDER", maya.id)
    assert "Leaves in a moment" in words(manager.get(at(refund)))
    manager.post(at(refund, "approval-undone"), version=now(refund).version)
    assert now(refund).status == "REQUESTED"
    assert "Nothing has left." in words(manager.get(at(refund)))


def test_cash_is_handed_over_at_the_desk_with_its_slip(manager: Desk, desk: Desk, world: Clinic) -> None:
    refund = cancelled(world, online=False)
    with db.transaction():
        payments.issue_receipt(refund.payment_id)
    assert 'value="PROVIDER"' not in manager.get(at(refund)).text
    manager.post(at(refund, "approval"), way="DESK", version=refund.version)
    wrong = desk.post(at(refund, "handing-over"), method="UPI", reference="", version=now(refund).version)
    assert (wrong.status_code, "Type the reference number" in wrong.text) == (422, True)
    assert re.search(r'value="UPI"[^>]*checked|checked[^>]*value="UPI"', wrong.text), "what was chosen is kept"
    assert desk.post(at(refund, "handing-over"), version=now(refund).version).status_code == 422
    with db.transaction() as session:
        session.add(PolicyVersion(numbers={"drawer_opens_itself": 0}, reason="For the test", decided_by=None))
    clinics.forget_policy()
    closed = desk.post(at(refund, "handing-over"), method="CASH", version=now(refund).version)
    assert (closed.status_code, "Open a drawer and note ₹" in closed.text) == (409, True)
    assert "You have no open drawer at this centre." in closed.text
    desk.post(at(refund, "handing-over"), method="CASH", version=now(refund).version, open_drawer="yes")
    said = words(desk.get(at(refund)))
    assert now(refund).status == "DONE"
    for each in ("Given back", "Print the slip", "Name and signature", "in cash, by Deepa Desk"):
        assert each in said
    assert names(desk.get("/money/refunds?which=done").text) == ["Asha Menon"]
    with db.reading() as session:
        note = session.scalars(select(Receipt.id).where(Receipt.refund_id == refund.id)).one()
    assert f"/money/receipts/{note}" in desk.get(at(refund)).text


def test_who_comes_second_reads_who_was_quicker(app: Flask, manager: Desk, world: Clinic) -> None:
    refund = cancelled(world)
    other = Desk(app.test_client(), person(world, Role.ADMIN, "Suresh Warrier"))
    manager.post(at(refund, "approval"), way="PROVIDER", version=refund.version)
    late = other.post(at(refund, "approval"), way="PROVIDER", version=refund.version)
    assert (late.status_code, "Maya approved this at" in words(late)) == (409, True)


def test_a_share_is_declined_with_a_reason_and_the_patient_reads_it(app: Flask, manager: Desk, world: Clinic) -> None:
    refund = cancelled(world, by_clinic=False)
    assert "Decline the refund" in manager.get(at(refund)).text
    empty = manager.post(at(refund, "decline"), version=refund.version)
    assert (empty.status_code, "Say why it does not go back." in empty.text) == (422, True)
    manager.post(at(refund, "decline"), reason="Paid back in June", version=refund.version)
    assert "Paid back in June" in words(manager.get(at(refund)))
    with db.reading() as session:
        one = session.scalars(select(Appointment).where(Appointment.payment_id == refund.payment_id)).one()
    own = Visitor(app.test_client()).sign_in(world.asha).get(f"/my/{one.reference}")
    assert "The clinic decided not to give back ₹1,600." in words(own)
    assert "Paid back in June" not in own.text


def test_what_the_clinic_cancelled_offers_no_way_to_decline_it(manager: Desk, world: Clinic) -> None:
    refund = cancelled(world)
    assert "Decline" not in words(manager.get(at(refund)))
    assert manager.post(at(refund, "decline"), reason="No", version=refund.version).status_code == 409


def test_it_is_taken_and_handed_to_somebody_else(app: Flask, manager: Desk, maya: Account, world: Clinic) -> None:
    refund, other = cancelled(world), person(world, Role.MANAGER, "Suresh Warrier")
    manager.post(at(refund, "owner"), owner=maya.id, version=refund.version)
    assert names(manager.get("/money/refunds?which=mine").text) == ["Asha Menon"]
    manager.post(at(refund, "owner"), owner=other.id, version=now(refund).version)
    assert "Suresh Warrier" in words(manager.get("/money/refunds"))
    assert manager.post(at(refund, "owner"), owner="x", version=now(refund).version).status_code == 422
    manager.post(at(refund, "owner"), owner="nobody", version=now(refund).version)
    assert now(refund).assigned_to is None


@pytest.mark.parametrize("typed", ["0", "-5", "1600.50", "17 01", "1701", "1e3", "10" * 9, "", "ten"])
def test_an_amount_that_makes_no_sense_is_said_at_the_field_and_kept(manager: Desk, world: Clinic, typed: str) -> None:
    one = world.book("10:00")
    answer = manager.post(f"/desk/appointments/{one.id}/refund", rupees=typed, reason="Waited two hours")
    assert answer.status_code == 422
    assert 'id="rupees-error"' in answer.text
    assert "Waited two hours" in answer.text
    assert f'value="{typed}"' in answer.text


def test_a_manager_opens_a_refund_from_the_appointment_and_approves_it(
    manager: Desk, desk: Desk, world: Clinic
) -> None:
    one = world.book("10:00")
    path = f"/desk/appointments/{one.id}/refund"
    assert path in manager.get(f"/desk/appointments/{one.id}").text
    assert path not in desk.get(f"/desk/appointments/{one.id}").text
    assert "₹1,700 can be given back" in words(manager.get(path))
    answer = manager.post(path, rupees="500", reason="Waited two hours")
    assert answer.status_code == 303
    said = words(manager.get(answer.location))
    for each in ("₹500 of ₹1,700", "Waited two hours", "by Maya Manager"):
        assert each in said
    assert "₹1,200 can be given back" in words(manager.get(path))
    assert "Refund ₹500" in words(manager.get(f"/desk/appointments/{one.id}"))


def test_pressed_twice_it_is_opened_once_and_the_second_reads_what_is_left(manager: Desk, world: Clinic) -> None:
    one = world.book("10:00")
    path = f"/desk/appointments/{one.id}/refund"
    typed = {"rupees": "500", "reason": "Waited two hours", "left": "170000"}
    assert 'name="left" type="hidden" value="170000"' in manager.get(path).text
    first, second = (manager.post(path, **typed) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Another refund was opened meanwhile; ₹1,200 is left." in words(second)
    assert 'name="left" type="hidden" value="120000"' in second.text  # whoever means it presses again
    with db.reading() as session:
        assert session.scalars(select(Refund.paise)).all() == [50_000]


def test_a_list_of_any_length_takes_the_same_few_statements(manager: Desk, world: Clinic) -> None:
    cancelled(world)
    manager.get("/money/refunds")
    with statements() as few:
        manager.get("/money/refunds")
    for hour in (11, 12, 13):
        cancelled(world, f"{hour}:00")
    with statements() as more:
        manager.get("/money/refunds")
    assert (len(few) - len(more), len(more) <= 6) == (0, True)


def test_places_and_parts_that_are_none_show_the_first_page(manager: Desk, world: Clinic) -> None:
    cancelled(world)
    for query in ("which=nonsense", "after=nonsense", "after=2031-04-07~x", "after=2026-01-01T00:00:00Z~1"):
        assert names(manager.get(f"/money/refunds?{query}").text) == ["Asha Menon"]


# the terms, before paying and before cancelling (M9)


def test_the_terms_stand_before_paying_and_a_new_policy_changes_no_old_booking(
    app: Flask, manager: Desk, world: Clinic
) -> None:
    later = make.tomorrow() + timedelta(days=1)  # before the cut-off, at whatever hour this runs
    hold, paid = world.hold("10:00", day=later), world.book("12:00")
    own = Visitor(app.test_client()).sign_in(world.asha)
    asked = words(own.get(f"/book/{hold.reference}/pay"))
    for each in ("₹1,600 comes back.", "After that the clinic decides, and nothing comes back.", "stays paid.",
                 "If the clinic cancels, all of it comes back."):  # fmt: skip
        assert each in asked
    with db.transaction():
        clinics.decide_policy({"refund_in_time_percent": 10, "refund_late_percent": 5}, "New terms", by=None)
    assert "₹1,600 comes back." in words(own.get(f"/book/{hold.reference}/pay"))
    with db.transaction() as session:
        one = session.get_one(Appointment, paid.id)
        one.starts_at, one.ends_at = (each.replace(year=each.year + 1) for each in (one.starts_at, one.ends_at))
    assert "If you cancel now you get back ₹1,600" in words(own.get(f"/my/{paid.reference}/cancellation"))
    own.post(f"/my/{paid.reference}/cancellation", {"reason": ""})
    with db.reading() as session:
        assert session.scalars(select(Refund.paise).where(Refund.payment_id == paid.payment_id)).all() == [160_000]
    assert "₹160 comes back" in words(manager.get(f"/desk/new?clinician={world.anita.id}&centre={world.kochi.id}"))


def test_the_patient_reads_where_the_money_is_at_every_step(app: Flask, world: Clinic, maya: Account) -> None:
    refund, by = cancelled(world), make.actor(maya, Role.MANAGER)
    with db.reading() as session:
        one = session.scalars(select(Appointment).where(Appointment.payment_id == refund.payment_id)).one()
    own = Visitor(app.test_client()).sign_in(world.asha)

    def says() -> str:
        return words(own.get(f"/my/{one.reference}"))

    assert "A refund of ₹1,700 was requested on" in says()
    with db.transaction():
        giving_back.approve(refund.id, by=by)
    assert "₹1,700 is approved, and is being sent to your bank." in says()
    for status, sentence in (
        ("SENT", "₹1,700 was sent to your bank on"), ("FAILED", "could not be sent to your bank yet"),
    ):  # fmt: skip
        with db.transaction() as session:
            session.get_one(Refund, refund.id).status = status
        assert sentence in says()
    with db.transaction():
        giving_back.hand_over(refund.id, "UPI", "4471003298", by=by)
    assert "₹1,700 was given back to you on" in says()
    assert "at the desk, by UPI." in says()
