"""The takings of some days: the sums are those of plain SQL, and the lines behind each come to exactly that (P20)."""

import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mibo import clock, db, ledger
from mibo.errors import Refused
from mibo.identity.permissions import Role
from mibo.ledger import TakingsWish
from tests import make
from tests.counting import statements
from tests.ledger.money import World

pytestmark = pytest.mark.usefixtures("database")

PLAIN = """
select a.centre_id, coalesce(t.method, x.method) as method, sum(coalesce(t.paise, x.paise))::bigint as came
  from attempt x join appointment a on a.payment_id = x.payment_id
  left join tender t on t.attempt_id = x.id and t.voided_at is null
 where x.status in ('PAID', 'SURPLUS') and (x.paid_at at time zone 'Asia/Kolkata')::date between :first and :last
 group by 1, 2
"""
GONE = """
select a.centre_id, coalesce(r.method, x.method), sum(r.paise)::bigint as gone
  from refund r join attempt x on x.id = r.attempt_id join appointment a on a.payment_id = x.payment_id
 where r.status = 'DONE' and (x.paid_at at time zone 'Asia/Kolkata')::date between :first and :last
 group by 1, 2
"""


@pytest.fixture
def world() -> World:
    return World()


def by_sql(wish: TakingsWish) -> dict[tuple[int, str], tuple[int, int]]:
    days = {"first": wish.first, "last": wish.last}
    came = {(row[0], row[1]): row[2] for row in db.session().execute(text(PLAIN), days)}
    gone = {(row[0], row[1]): row[2] for row in db.session().execute(text(GONE), days)}
    return {
        key: (came.get(key, 0), gone.get(key, 0))
        for key in came.keys() | gone.keys()
        if wish.centre_id in (None, key[0]) and wish.method in ("", key[1])
    }


def test_sums_and_their_lines_are_those_of_plain_sql(world: World) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        first = clock.today() - timedelta(days=data.draw(st.integers(0, 8)))
        wish = TakingsWish(
            first=first, last=first + timedelta(days=data.draw(st.integers(0, 8))),
            centre_id=data.draw(st.sampled_from([None, world.kochi.id, world.mumbai.id])),
            method=data.draw(st.sampled_from(["", "ONLINE", "CASH", "UPI", "CARD"])),
        )  # fmt: skip
        with db.reading():
            found = ledger.takings(wish, by=world.manager)
            lines, paise = ledger.lines_of(wish, by=world.manager)
            expected = by_sql(wish)
            apart = {
                (one.centre_id, one.method): ledger.lines_of(
                    TakingsWish(first=wish.first, last=wish.last, centre_id=one.centre_id, method=one.method),
                    by=world.manager,
                )[1]
                for one in found
            }
        assert {(one.centre_id, one.method): (one.came_in_paise, one.returned_paise) for one in found} == expected
        assert paise == sum(line.paise for line in lines) == sum(one.net_paise for one in found)
        assert apart == {(one.centre_id, one.method): one.net_paise for one in found}

    ask()


def test_the_sum_of_lines_that_are_too_many_is_of_all_of_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = TakingsWish(first=clock.today() - timedelta(days=30), last=clock.today() + timedelta(days=9))
    with db.reading():
        whole, paise = ledger.lines_of(wish, by=world.manager)
        monkeypatch.setattr(sys.modules["mibo.ledger.takings"], "LINES_AT_MOST", 3)
        few, same = ledger.lines_of(wish, by=world.manager)
    assert (few, same) == (whole[:3], paise)


def test_a_centre_manager_sees_their_centres_and_the_desk_nothing(world: World) -> None:
    wish = TakingsWish(first=clock.today() - timedelta(days=30), last=clock.today() + timedelta(days=9))
    local = make.actor(world.desk, Role.CENTRE_MANAGER, centres=(world.kochi,))
    with db.reading(), statements() as asked:
        found = ledger.takings(wish, by=local)
    assert len(asked) == 1
    with db.reading():
        assert {one.centre_id for one in found} == {world.kochi.id}
        assert {line.centre_name for line in ledger.lines_of(wish, by=local)[0]} == {"Kochi"}
        assert not ledger.takings(wish, by=make.actor(world.desk, Role.CENTRE_MANAGER))
        for role in (Role.FRONT_DESK, Role.CARE_COORDINATOR, Role.CLINICIAN):
            who = make.actor(world.desk, role, centres=(world.kochi,), clinician=world.anita)
            for ask in (ledger.takings, ledger.lines_of):
                with pytest.raises(Refused):
                    ask(wish, by=who)
