"""The pages of figures: what they say is what is counted, each tile leads to its rows, and nobody sees another's centre."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from mibo import analytics, clock, db, money
from mibo.analytics import Asked
from mibo.analytics.dictionary import METRICS
from mibo.analytics.periods import Period
from mibo.identity.permissions import Role
from tests import make
from tests.analytics.world import World
from tests.web.pages.desk import Desk, statements

pytestmark = pytest.mark.usefixtures("database")

PAGES = ("", "/revenue", "/clinicians", "/centres", "/waiting", "/reminders", "/leads", "/definitions", "/behind/kept")


@pytest.fixture
def world() -> World:
    return World(11, clock.today() - timedelta(days=12), visits=70)


def days(world: World) -> str:
    return f"period=custom&since={world.first}&until={world.last}"


def number(page: str, name: str) -> str:
    found = re.search(rf"<h2>{name}</h2>\s*<p class=\"number\">([^<]*)</p>", page)
    assert found, name
    return found[1]


def test_every_tile_is_what_is_counted_and_leads_to_as_many_rows(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.boss)
    page = desk.get(f"/figures?{days(world)}").text
    asked = Asked(period=Period(world.first, world.last))
    with db.reading():
        now, seen = analytics.figures(asked, by=world.manager), analytics.patients_seen(asked, by=world.manager)
    assert number(page, "Patients seen") == str(seen)
    assert number(page, "Visits that took place") == str(now.kept)
    assert number(page, "New patients") == str(now.new_patients)
    assert number(page, "Follow-ups booked") == str(now.follow_ups)
    assert number(page, "Active clinicians") == str(now.clinicians)
    assert number(page, "Revenue") == money.rupees(round(now.revenue_paise / 100) * 100)
    assert number(page, "No-show rate") == f"{now.missed / (now.kept + now.missed) * 100:.1f} %"
    for key, counted in (
        ("patients", seen),
        ("kept", now.kept),
        ("missed", now.missed),
        ("new_patients", now.new_patients),
    ):
        found, n = 0, 1
        while True:
            rows = desk.get(f"/figures/behind/{key}?{days(world)}&page={n}").text
            found += rows.count('<th scope="row">')
            if 'rel="next"' not in rows:
                break
            n += 1
        assert found == counted, key


def test_each_figure_stands_beside_its_meaning_and_all_of_them_on_one_page(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.boss)
    page, definitions = desk.get("/figures").text, desk.get("/figures/definitions").text
    assert page.count("What this means") == page.count('class="card figure"') == 10
    for one in METRICS.values():
        assert f'id="{one.key}"' in definitions


def test_the_manager_of_a_centre_sees_their_centre_only(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.local)
    page = desk.get(f"/figures/centres?{days(world)}").text
    assert "Kochi" in page
    assert "Mumbai" not in page
    for path in PAGES:
        if path not in ("/definitions",):
            assert desk.get(f"/figures{path}?{days(world)}&centre={world.mumbai.id}").status_code == 403, path
    with db.transaction():
        nowhere = make.staff(Role.CENTRE_MANAGER)
    assert Desk(app.test_client(), nowhere).get("/figures").status_code == 200


@pytest.mark.parametrize("asked", ["period=day", "period=week", "period=month", "period=year", "period=custom", ""])
def test_every_page_opens_for_every_period_also_of_nothing(app: Flask, world: World, asked: str) -> None:
    desk = Desk(app.test_client(), world.boss)
    for path in PAGES:
        assert desk.get(f"/figures{path}?{asked}").status_code == 200
        assert desk.get(f"/figures{path}?{asked}&on=2001-02-03").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    ["period=decade", "on=2026-13-01", "on=0001-01-01", "on=2999-01-01", "centre=kochi", "page=0", "page=x",
     "period=custom&since=2026-03-05&until=2026-03-01", "period=custom&since=2020-01-01&until=2026-01-01"],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_never_a_failure(app: Flask, world: World, wrong: str) -> None:
    desk = Desk(app.test_client(), world.boss)
    for path in PAGES:
        answer = desk.get(f"/figures{path}?{wrong}")
        assert answer.status_code == 422
        if path != "/definitions":
            assert "There is a problem" in answer.text


def test_no_such_figure(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.boss)
    assert desk.get("/figures/behind/risk").status_code == 404
    assert desk.get("/figures/behind/fill").status_code == 404


def test_charts_have_a_table_and_nothing_that_our_policy_forbids(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.boss)
    for path in ("", "/revenue", "/clinicians", "/centres"):
        page = desk.get(f"/figures{path}?{days(world)}").text
        drawings = re.findall(r"<svg[^>]*pygal-chart.*?</svg>", page, re.S)
        assert drawings, path
        assert page.count("as a table</summary>") == len(drawings) / 2
        for one in drawings:
            assert 'aria-hidden="true"' in one
            assert not re.search(r"<style|<script|style=|<!--|href=", one)


def test_of_fewer_than_five_nothing_is_told_apart(app: Flask) -> None:
    world = World(12, clock.today() - timedelta(days=12), visits=3)
    desk = Desk(app.test_client(), world.boss)
    page = desk.get(f"/figures?{days(world)}").text
    assert number(page, "No-show rate") == "–"
    assert "of fewer than 5 visits" in page
    assert "Not enough to compare" in desk.get(f"/figures/reminders?{days(world)}").text
    assert "95 % sure" not in desk.get(f"/figures?{days(world)}").text


def test_the_overview_asks_as_much_however_much_there_is(app: Flask, world: World) -> None:
    desk = Desk(app.test_client(), world.boss)
    counted = []
    for asked in (days(world), "period=day"):
        with statements() as sent:
            desk.get(f"/figures?{asked}")
        counted.append(len(sent))
    assert counted[0] == counted[1]
