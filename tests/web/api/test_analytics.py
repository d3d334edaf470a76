"""Figures for apps: the contract's shapes and numbers, scoped by centre, in both dialects (api-contract.md 3.11)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from mibo import clock, db, leads
from mibo.analytics.periods import Kind, before, change_percent, period_of
from mibo.identity.permissions import Role
from mibo.payments import Attempt, Refund
from tests import make
from tests.analytics import plain
from tests.analytics.world import World

pytestmark = pytest.mark.usefixtures("database")

PATHS = ("/analytics/dashboard", "/analytics/top-doctors", "/analytics/revenue", "/analytics/leads-by-source")


@pytest.fixture
def world() -> World:
    made = World(5, clock.today() - timedelta(days=4), visits=60)
    with db.transaction():
        made.desk = make.staff(Role.FRONT_DESK, made.kochi)
        made.chief = make.staff(Role.ADMIN)
    return made


def expected(centres: list[int]) -> dict[str, float]:
    month = period_of(Kind.MONTH, clock.today())
    told: dict[str, float] = {}
    with db.reading():
        both = [(plain.numbers(p.first, p.last, centres), plain.seen(p.first, p.last, centres))
                for p in (month, before(Kind.MONTH, month))]  # fmt: skip
    for name, count in {
        "totalPatients": lambda n, seen: seen, "activeDoctors": lambda n, _: n["clinicians"],
        "followUpsBooked": lambda n, _: n["follow_ups"],
        "totalRevenue": lambda n, _: (n["came_in_paise"] - n["returned_paise"]) / 100,
    }.items():  # fmt: skip
        now, then = (count(*one) for one in both)
        told |= {name: now, f"{name}Change": change_percent(now, then)}
    return told


def test_the_dashboard_is_this_month_against_the_one_before(signed_in, world: World) -> None:
    both = [world.kochi.id, world.mumbai.id]
    for who, asked, centres in (
        (world.boss, {}, both), (world.boss, {"centreId": world.mumbai.id}, both[1:]), (world.chief, {"centreId": ""}, both),
        (world.local, {}, both[:1]), (world.local, {"centreId": world.kochi.id}, both[:1]),
    ):  # fmt: skip
        answer = signed_in(who).get("/analytics/dashboard", **asked)
        assert answer.json["data"] == expected(centres)


def test_who_the_most_people_came_to(signed_in, world: World) -> None:
    last, first = clock.today(), clock.today() - timedelta(days=29)
    found = signed_in(world.boss).get("/analytics/top-doctors").json["data"]
    with db.reading() as session:
        rows = session.execute(
            text(
                "select clinician_id, count(distinct patient_id) n from appointment where status = 'COMPLETED' and"
                " (starts_at at time zone 'Asia/Kolkata')::date between :first and :last group by 1"
            ),
            {"first": first, "last": last},
        )
        counted = {str(row.clinician_id): row.n for row in rows}
    assert {one["id"]: one["patientCount"] for one in found} == counted
    assert [one["patientCount"] for one in found] == sorted(counted.values(), reverse=True)
    assert set(found[0]) == {"id", "name", "specialty", "avatar", "patientCount"}
    assert found[0]["specialty"] == "Clinical Psychologist"
    assert len(signed_in(world.boss).get("/analytics/top-doctors", limit=1).json["data"]) == 1


@pytest.mark.parametrize(("period", "days"), [("week", 7), ("month", 30), ("year", None)])
def test_revenue_of_days_and_months_with_income(signed_in, world: World, period: str, days: int | None) -> None:
    found = signed_in(world.boss).get("/analytics/revenue", period=period).json["data"]
    today = clock.today()
    first = today - timedelta(days=days - 1) if days else date(today.year - 1, today.month, 1) + timedelta(days=31)
    first = first if days else first.replace(day=1)
    counted: dict[str, int] = {}
    with db.reading():
        for n in range((today - first).days + 1):
            day = first + timedelta(days=n)
            told = plain.numbers(day, day, [world.kochi.id, world.mumbai.id])
            if told["came_in_paise"]:
                key = (day if days else day.replace(day=1)).isoformat()
                counted[key] = counted.get(key, 0) + told["came_in_paise"] - told["returned_paise"]
    assert {one["date"]: one["value"] for one in found} == {day: paise / 100 for day, paise in counted.items()}
    assert [one["date"] for one in found] == sorted(counted)


def test_leads_by_their_four_sources(signed_in, world: World) -> None:
    found = signed_in(world.boss).get("/analytics/leads-by-source").json["data"]
    begins, ends = clock.day_span(clock.today() - timedelta(days=29), clock.today())
    labels = {"WEBSITE": "Website", "PHONE": "Phone", "DIRECT": "Direct", "REFERRAL": "Referrals"}
    with db.reading():
        counted = leads.by_source(None, begins, ends)
        here = leads.by_source([world.kochi.id], begins, ends)
    assert {one["label"]: one["value"] for one in found} == {
        labels[one.source]: one.leads for one in counted if one.leads
    }
    local = signed_in(world.local).get("/analytics/leads-by-source").json["data"]
    assert sum(one["value"] for one in local) == sum(one.leads for one in here)
    assert found
    assert all(one["color"][0] == "#" and len(one["color"]) == 7 for one in found)


def test_another_centre_is_refused_and_nonsense_is_told_apart(signed_in, world: World) -> None:
    for path in PATHS:
        assert signed_in(world.local).get(path, centreId=world.mumbai.id).status_code == 403
        assert signed_in(world.desk).get(path).status_code == 403
        answer = signed_in(world.boss).get(path, centreId="kochi")
        assert (answer.status_code, answer.json["error"]["details"][0]["field"]) == (400, "centreId")
    for period in ("day", "decade", "2"):
        answer = signed_in(world.boss).get("/analytics/revenue", period=period)
        assert (answer.status_code, answer.json["error"]["details"][0]["field"]) == (400, "period")
    assert signed_in(world.boss).get("/analytics/top-doctors", limit=0).status_code == 400


def test_older_apps_find_every_key_twice(signed_in, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app = signed_in(world.boss)
    monkeypatch.setitem(app.client.application.config, "API_DIALECT", "incumbent")
    found = app.get("/analytics/dashboard").json["data"]
    assert found["total_revenue_change"] == found["totalRevenueChange"]
    assert app.get("/analytics/top-doctors").json["data"][0]["patient_count"] > 0


def test_late_refunds_show_at_once(signed_in, world: World) -> None:
    app = signed_in(world.boss)
    with db.transaction() as session:
        back = select(Refund.id).where(Refund.attempt_id == Attempt.id).exists()
        paid = session.scalars(select(Attempt).where(Attempt.status == "PAID", Attempt.paise > 777, ~back)).first()
        paid.paid_at = clock.now()
    was = app.get("/analytics/dashboard").json["data"]["totalRevenue"]
    with db.transaction():
        world.refund(paid, 777, done=True)
    assert app.get("/analytics/dashboard").json["data"]["totalRevenue"] == pytest.approx(was - 7.77)
