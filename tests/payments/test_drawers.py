"""Drawers: all that the desk takes and gives back is in one, and what it should hold is what the ledger says (M15)."""

import psycopg
import pytest
from sqlalchemy import select, text

from mibo import booking, clinics, db, payments
from mibo.clinics import PolicyVersion
from mibo.errors import Conflict, Invalid, Missing, Refused
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Drawer, DrawerClosed, Handed, Refund
from mibo.payments.drawer_rules import Counted, cash_of
from tests import make
from tests.booking.money import Held, held
from tests.invariants import broken
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("database", "sandbox")
BY_SQL = """
select method, sum(paise) from (
  select method, paise from tender where drawer_id = :id and voided_at is null
  union all select method, case kind when 'IN' then paise else -paise end from drawer_entry where drawer_id = :id
  union all select 'CASH', float_paise from drawer where id = :id
) flow group by method
"""


def unbroken() -> dict[str, list[object]]:
    return broken(db.write_engine().url.render_as_string(hide_password=False))


def pay(waiting: Held, method: str = "CASH", **more: object) -> None:
    with db.transaction():
        booking.pay_at_desk(waiting.id, method, None, by=more.pop("by", waiting.desk), **more)


def close(drawer_id: int, by: Actor, cash: int, card: int = 0, upi: int = 0, why: str | None = None) -> None:
    with db.transaction():
        payments.drawers.close_drawer(drawer_id, Counted(cash, card, upi), why, by=by)


def mine(by: Actor) -> Drawer:
    with db.reading():
        return payments.drawer_lists.own_open(by=by)[-1]


def manager_of(waiting: Held) -> Actor:
    with db.transaction():
        return make.actor(make.staff(Role.CENTRE_MANAGER), Role.CENTRE_MANAGER, centres=(waiting.centre,))


def decide(**numbers: int) -> None:
    with db.transaction() as session:
        session.add(PolicyVersion(numbers=numbers, reason="For the test", decided_by=None))
    clinics.forget_policy()


def three(first: Held) -> list[Held]:
    return [held(beside=first, at=face) for face in ("12:00", "14:00", "16:00")]


def test_a_drawer_opens_with_the_first_money_and_holds_what_the_ledger_says_of_it() -> None:
    first = held()
    second, third, _ = three(first)
    pay(first)
    drawer = mine(first.desk)
    pay(second, "CASH", also=(Handed("UPI", 100_000, "412345678901"),))
    pay(third, "CARD", reference="Slip 12")
    with db.transaction() as session:
        payments.drawers.set_float(drawer.id, 200_000, by=first.desk)
        payments.drawers.move_cash(drawer.id, "OUT", 150_000, "To the safe", by=first.desk)
        payments.drawers.move_cash(drawer.id, "IN", 5_000, "Change from the bank", by=first.desk)
        attempt = session.scalars(select(Attempt).where(Attempt.status == "PAID").order_by(Attempt.id)).first()
        refund = Refund(payment_id=attempt.payment_id, attempt_id=attempt.id, paise=10_000, reason="CANCELLED_LATE")
        session.add(refund)
        session.flush()
        for _ in range(2):
            payments.drawers.note_refund(refund.id, first.centre.id, "CASH", 10_000, by=first.desk)
    with db.reading() as session:
        flows = payments.drawer_lists.flows_of(session.get_one(Drawer, drawer.id))
        by_sql = {method: int(paise) for method, paise in session.execute(text(BY_SQL), {"id": drawer.id})}
        row = payments.drawer_lists.drawers_on(make.tomorrow(), make.tomorrow(), by=first.desk)[0][0]
    assert by_sql == {"CASH": 285_000, "CARD": 170_000, "UPI": 100_000}
    assert {method: flows.expected(method) for method in by_sql} == by_sql
    assert (row.id, row.taken_paise, row.given_back_paise, row.difference_paise) == (drawer.id, 510_000, 10_000, None)
    close(drawer.id, first.desk, 285_000, 170_000, 100_000)
    assert unbroken() == {}


def test_a_difference_needs_its_explanation_and_a_counted_drawer_takes_no_more() -> None:
    first, late = (one := held()), held(beside=one, at="12:00")
    pay(first)
    drawer = mine(first.desk)
    with pytest.raises(Invalid, match="Say why") as refused:
        close(drawer.id, first.desk, 160_000)
    assert refused.value.problems[0].field == "explanation"
    with pytest.raises(Invalid, match="rupees, or 0"):
        close(drawer.id, first.desk, -1)
    close(drawer.id, first.desk, 160_000, why="₹100 short")
    with pytest.raises(DrawerClosed):
        close(drawer.id, first.desk, 160_000, why="Again")
    with pytest.raises(DrawerClosed, match="Open one first"):
        pay(late)
    with pytest.raises(DrawerClosed, match="has been counted"), db.transaction():
        payments.unsay_desk_payment(first.appointment.payment_id, by=first.desk)
    with db.transaction():
        assert payments.drawers.open_drawer(first.centre.id, 50_000, by=first.desk).float_paise == 50_000
    pay(late)
    assert unbroken() == {}


def test_a_manager_of_the_centre_opens_a_counted_drawer_again_with_a_reason_and_nobody_else() -> None:
    first, late = (one := held()), held(beside=one, at="12:00")
    pay(first)
    drawer, manager, elsewhere = mine(first.desk), manager_of(first), manager_of(held())
    close(drawer.id, first.desk, 170_000)

    def reopen(by: Actor, reason: str = "A slip was missed") -> None:
        with db.transaction():
            payments.drawers.reopen_drawer(drawer.id, reason, by=by)

    for who, refusal in ((first.desk, Refused), (elsewhere, Missing), (held().desk, Missing)):
        with pytest.raises(refusal):
            reopen(who)
    with pytest.raises(Invalid, match="reason"):
        reopen(manager, " ")
    reopen(manager)
    reopen(manager)
    pay(late)
    close(drawer.id, manager, 340_000)
    with db.reading() as session:
        counts = payments.drawer_lists.closings_of(session.get_one(Drawer, drawer.id))
    assert [one.reopen_reason for one in counts] == [None, "A slip was missed"]
    with db.transaction():
        payments.drawers.open_drawer(first.centre.id, 0, by=first.desk)
    with pytest.raises(Conflict, match="Another drawer"):
        reopen(manager)
    assert unbroken() == {}


def test_where_the_policy_says_so_a_drawer_is_opened_before_any_money_is_taken() -> None:
    decide(drawer_opens_itself=0, drawer_float_paise=100_000)
    first = held()
    with pytest.raises(DrawerClosed):
        pay(first)
    with pytest.raises(Missing), db.transaction():
        payments.drawers.open_drawer(make.centre().id, None, by=first.desk)
    opened = at_once(*[lambda: _opened(first)] * 3)
    assert len(set(opened)) == 1
    pay(first)
    assert mine(first.desk).float_paise == 100_000


def _opened(first: Held) -> int:
    with db.transaction():
        return payments.drawers.open_drawer(first.centre.id, None, by=first.desk).id


def test_money_that_comes_while_a_drawer_is_counted_is_in_the_count_or_refused_never_beside_it() -> None:
    first = held()
    pay(first)
    drawer, others = mine(first.desk), three(first)

    def count() -> None:
        close(drawer.id, first.desk, 999_900, why="Counted in a hurry")

    at_once(count, *[lambda one=one: pay(one) for one in others])
    assert unbroken() == {}


def test_drawers_are_seen_by_their_keeper_and_their_centres_managers_only() -> None:
    first, other = held(), held()
    pay(first)
    pay(other)
    with db.transaction():
        colleague = make.actor(make.staff(Role.FRONT_DESK), Role.FRONT_DESK, centres=(first.centre,))
        boss = make.actor(make.staff(Role.MANAGER), Role.MANAGER)
    seen = {}
    for name, who in (("own", first.desk), ("colleague", colleague), ("manager", manager_of(first)), ("boss", boss)):
        with db.reading():
            rows, _ = payments.drawer_lists.drawers_on(make.tomorrow(), make.tomorrow(), by=who)
            seen[name] = len(rows)
    assert seen == {"own": 1, "colleague": 0, "manager": 1, "boss": 2}
    for act in (lambda by: payments.drawer_lists.drawer(mine(first.desk).id, by=by),):
        with pytest.raises(Missing), db.reading():
            act(colleague)


def test_the_database_itself_refuses_a_difference_that_nobody_explains() -> None:
    first = held()
    pay(first)
    drawer = mine(first.desk)
    with pytest.raises(psycopg.errors.CheckViolation, match="explained"):
        _raw(drawer.id)


def _raw(drawer_id: int) -> None:
    url = db.write_engine().url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "insert into drawer_closing (drawer_id, expected_cash_paise, expected_card_paise, expected_upi_paise,"
            " counted_cash_paise, counted_card_paise, counted_upi_paise, closed_at, closed_by)"
            " values (%s, 1, 0, 0, 0, 0, 0, now(), (select account_id from drawer limit 1))",
            (drawer_id,),
        )


def test_notes_and_coins_come_to_rupees() -> None:
    assert cash_of({500: 3, 100: 1, 2: 4}) == 1_608_00


def test_a_first_drawer_that_several_want_at_once_is_opened_once_and_nobody_waits_for_each_other() -> None:
    first = held()
    family = held(beside=first, at="11:00", patient=first.patient)
    everybody = [first, family, *three(first)]
    outcomes = at_once(*[lambda one=one: pay(one) for one in everybody], booking.expire_holds)
    assert outcomes[:-1] == [None] * len(everybody)
    with db.reading() as session:
        assert len(session.scalars(select(Drawer.id)).all()) == 1
    assert unbroken() == {}
