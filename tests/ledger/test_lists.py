"""Lists of payments: every filter and sum against plain SQL, paging that neither skips nor repeats, and scope."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mibo import clock, db, ledger
from mibo.errors import Missing
from mibo.identity import Actor
from mibo.identity.permissions import Role
from mibo.ledger import PaymentWish, State, lists
from mibo.payments import Attempt
from tests import make
from tests.counting import statements
from tests.ledger.money import World, rows_by_sql

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def world() -> World:
    return World()


def fits(row: dict[str, Any], wish: PaymentWish) -> bool:
    """The filters, said again."""
    on = row["made_on"] if wish.dates == "made" else row["paid_on"]
    wanted = {"any": {"REQUESTED", "APPROVED", "SENT", "DONE", "FAILED", "DECLINED"}, "waiting": {"REQUESTED", "APPROVED", "SENT"},
              "failed": {"FAILED"}, "done": {"DONE"}}.get(wish.refund)  # fmt: skip
    return all((
        wish.first is None or (on is not None and on >= wish.first),
        wish.last is None or (on is not None and on <= wish.last),
        wish.centre_id in (None, row["centre_id"]),
        wish.clinician_id in (None, row["clinician_id"]),
        not wish.state or row["state"] == wish.state,
        not wish.method or wish.method in row["methods"],
        wanted is None or wanted & set(row["refunds"]),
    ))  # fmt: skip


def in_order(rows: Sequence[dict[str, Any]], order: str) -> list[int]:
    def key(row: dict[str, Any]) -> tuple[Any, int]:
        return (row["made_at"] if order.endswith("made") else row["paid_at"] or lists.NEVER, row["id"])

    return [row["id"] for row in sorted(rows, key=key, reverse=order.startswith("-"))]


def walked(wish: PaymentWish, by: Actor, size: int) -> list[int]:
    seen: list[int] = []
    place = None
    while True:
        with db.reading():
            page = lists.page(wish, by=by, place=place, size=size)
        seen += [row.id for row in page.rows]
        place = page.after
        if place is None:
            return seen


@st.composite
def wishes(draw: st.DrawFn, world: World) -> PaymentWish:
    def of(*choices: object) -> Any:
        return draw(st.sampled_from([None, None, *choices]))

    days = st.one_of(st.none(), st.integers(-8, 1).map(lambda n: clock.today() + timedelta(days=n)))
    return PaymentWish(
        centre_id=of(world.kochi.id, world.mumbai.id), clinician_id=of(world.anita.id, world.ravi.id),
        state=of(*State), method=of("ONLINE", "CASH", "UPI", "CARD") or "",
        refund=of("any", "waiting", "failed", "done") or "", dates=draw(st.sampled_from(["made", "paid"])),
        first=draw(days), last=draw(days), order=draw(st.sampled_from(lists.ORDERS)),
    )  # fmt: skip


def test_every_combination_of_filters_finds_and_adds_up_what_plain_sql_does(world: World) -> None:
    with db.reading():
        rows = rows_by_sql()
    assert {row["state"] for row in rows} == set(State)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def ask(data: st.DataObject) -> None:
        wish = data.draw(wishes(world))
        expected = [row for row in rows if fits(row, wish)]
        assert walked(wish, world.manager, 7) == in_order(expected, wish.order)
        with db.reading():
            page = lists.page(wish, by=world.manager, size=100)
            every = lists.every(wish, by=world.manager, limit=1_000)
        assert [row.id for row in page.rows] == [row.id for row in every] == in_order(expected, wish.order)
        assert page.sums
        assert page.sums == lists.Sums(
            len(expected), sum(row["came"] for row in expected), sum(row["gone"] for row in expected)
        )
        bare = PaymentWish(first=wish.first, last=wish.last, dates=wish.dates)
        assert (page.total, page.hidden) == (len(expected), sum(fits(row, bare) for row in rows) - len(expected))
        told = {row["id"]: (row["price"], row["came"], row["gone"], row["state"]) for row in expected}
        now = clock.now()
        assert {r.id: (r.paise, r.came_in_paise, r.returned_paise, r.state(now)) for r in page.rows} == told

    ask()


@pytest.mark.parametrize("order", lists.ORDERS)
def test_paging_neither_skips_nor_repeats_while_others_are_booked_and_leads_back(world: World, order: str) -> None:
    wish, seen, places = PaymentWish(order=order), [], [None]
    old = [one.payment_id for one in world.made]
    for n in range(60):
        with db.reading():
            page = lists.page(wish, by=world.manager, place=places[-1], size=5)
        seen += [row.id for row in page.rows]
        if page.after is None:
            break
        places.append(page.after)
        with db.transaction():
            world.add(100 + n, at=clock.now())
    else:
        pytest.fail("it never ends")
    with db.reading():
        before = {row["id"]: row for row in rows_by_sql()}
        assert len(seen) == len(set(seen))
        assert [one for one in seen if one in set(old)] == in_order([before[one] for one in old], order)
        assert page.before
        back = lists.page(wish, by=world.manager, place=page.before, size=5)
    assert back.after
    assert [row.id for row in back.rows] == seen[-len(page.rows) - 5 : -len(page.rows)]


def test_everybody_sees_what_is_theirs_and_only_managers_see_what_it_comes_to(world: World) -> None:
    with db.reading():
        rows = rows_by_sql()
    at_kochi = [row for row in rows if row["centre_id"] == world.kochi.id]
    taken = [row for row in at_kochi if world.desk.id in row["takers"]]
    assert taken
    assert any(world.desk.id in row["takers"] for row in rows if row not in taken)
    expected = {
        make.actor(world.boss, Role.ADMIN): rows,
        world.manager: rows,
        make.actor(world.desk, Role.CENTRE_MANAGER, centres=(world.kochi,)): at_kochi,
        make.actor(world.desk, Role.FRONT_DESK, centres=(world.kochi,)): taken,
        make.actor(world.desk, Role.CENTRE_MANAGER): [],
        make.actor(world.desk, Role.FRONT_DESK): [],
        make.actor(world.desk, Role.CARE_COORDINATOR, centres=(world.kochi,)): [],
        make.actor(world.desk, Role.CLINICIAN, centres=(world.kochi,), clinician=world.anita): [],
        make.actor(world.patients[0]): [],
    }
    for by, reached in expected.items():
        assert walked(PaymentWish(), by, 100) == in_order(reached, "-made"), by.roles
        with db.reading():
            sums = lists.page(PaymentWish(), by=by).sums
        adds_up = bool(by.roles & {Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER})
        assert (sums is not None) == adds_up
        assert not sums or sums.came_in_paise == sum(row["came"] for row in reached)
        for row in rows:
            with db.reading():
                if row in reached:
                    assert ledger.payment_in_full(row["id"], by=by).payment.id == row["id"]
                else:
                    with pytest.raises(Missing):
                        ledger.payment_in_full(row["id"], by=by)


def test_it_is_found_by_person_phone_mrn_reference_and_every_id_of_the_provider(world: World) -> None:
    with db.transaction() as session:
        tries = session.query(Attempt).filter(Attempt.provider_payment_id.is_not(None)).order_by(Attempt.id).all()
        tries[0].provider_order_id, tries[1].provider_link_id = "order_Abc123", "plink_Abc123"
        payments = [each.payment_id for each in tries[:2]]
        upi = session.query(Attempt).filter(Attempt.method == "UPI").first()
    one = world.made[4]
    mine = [made.payment_id for made in world.made if made.patient_id == world.patients[1].id]
    asked = {
        "order_Abc123": [payments[0]], f"pay_{payments[1]}": [payments[1]], "plink_Abc123": [payments[1]],
        f"{500_000_000_000 + upi.id}"[:6] + " " + f"{500_000_000_000 + upi.id}"[6:]: [upi.payment_id],
        one.reference.lower(): [one.payment_id], "farah": mine, "k-0041": mine, "pay_nobody": [], "asha 100%": None,
        "3210": [made.payment_id for made in world.made if made.patient_id == world.patients[0].id],
    }  # fmt: skip
    for typed, expected in asked.items():
        found = walked(PaymentWish(typed=typed), world.manager, 7)
        names = [made.payment_id for made in world.made if made.patient_id == world.patients[2].id]
        assert sorted(found) == sorted(names if expected is None else expected), typed


def test_a_page_takes_the_same_few_statements_however_many_there_are(world: World) -> None:
    for typed, at_most in (("", 2), ("asha", 3), ("pay_1", 3)):
        for size in (1, 30):
            with db.reading(), statements() as asked:
                lists.page(PaymentWish(typed=typed, state=State.PAID), by=world.manager, size=size)
            assert len(asked) <= at_most
    for n in (0, 7):
        with db.reading(), statements() as asked:
            ledger.payment_in_full(world.made[n].payment_id, by=world.manager)
        assert len(asked) <= 8


def test_of_very_many_the_sums_are_told_when_they_are_asked_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ADDED_UP_TO", 5)
    with db.reading():
        assert lists.page(PaymentWish(), by=world.manager).sums is None
        sums = lists.page(replace(PaymentWish(), every_sum=True), by=world.manager).sums
        rows = rows_by_sql()
    assert sums
    assert (sums.payments, sums.net_paise) == (len(rows), sum(row["came"] - row["gone"] for row in rows))
