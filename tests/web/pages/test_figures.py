"""The pages of figures: what they say is what is counted, each tile leads to its rows, and nobody sees another's centre."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from mibo import analytics, clock, db, money
from mibo.analytics import NOTHING, Asked
from mibo.analytics.dictionary import METRICS
from mibo.analytics.periods import Period
from mibo.identity.permissions import Role
from mibo.people import Clinician
from mibo.web import figure_tables, figure_tiles
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


def test_a_clinician_who_left_still_stands_in_the_waiting_times(app: Flask, world: World) -> None:
    asked = Asked(period=Period(world.first, world.last))
    with db.transaction() as session:
        each = analytics.figures_of("clinician", asked, by=world.manager)
        sat = [key for key, told in each.items() if told.waits]
        names = analytics.clinician_names(sat)
        session.execute(update(Clinician).values(active=False))
    page = Desk(app.test_client(), world.boss).get(f"/figures/waiting?{days(world)}").text
    assert sat
    assert set(names) == set(sat)
    assert all(f'<th scope="row">{html.escape(name)}</th>' in page for name in names.values())


def test_a_free_time_elsewhere_is_none_for_who_sees_one_centre(app: Flask) -> None:
    with db.transaction():
        kochi, mumbai = make.centre("Mibo Kochi"), make.centre("Mibo Mumbai", city="mumbai")
        both = make.clinician(kochi, mumbai, name="Dr. Both")
        make.hours(both, mumbai)
        here, there = make.staff(Role.CENTRE_MANAGER, kochi), make.staff(Role.CENTRE_MANAGER, mumbai)
    found = {}
    for name, who in (("here", here), ("there", there)):
        page = Desk(app.test_client(), who).get("/figures/waiting").text
        found[name] = "nothing free in what may be booked" in page
        assert "Dr. Both" in page
    assert found == {"here": True, "there": False}


@pytest.mark.parametrize(("now", "then", "told", "changed"), [(5, 5, "2.0 days", True), (4, 5, "not told", False),
                                                               (5, 4, "2.0 days", False), (0, 5, "–", False)])  # fmt: skip
def test_an_average_of_fewer_than_five_is_not_told_nor_its_change(
    app: Flask, now: int, then: int, told: str, changed: bool
) -> None:
    averaged = [replace(NOTHING, planned=n, planned_days=each * n) for n, each in ((now, 2), (then, 3))]
    with app.test_request_context():
        tile = next(
            one
            for one in figure_tiles.tiles(*averaged, (0, 0), kept={}, money_too=False)
            if one.metric is METRICS["lead_time"]
        )
    assert (tile.value, bool(tile.change)) == (told, changed)
    assert tile.then == ("3.0 days" if then >= 5 else "not told")


def test_a_page_that_leaves_clinicians_out_says_so_and_the_file_has_all(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure_tables, "MOST_CLINICIANS", 1)
    desk = Desk(app.test_client(), world.boss)
    assert "These are the 1 who saw the most people." in desk.get(f"/figures/clinicians?{days(world)}").text
    told = dict(each.split("=") for each in days(world).split("&"))
    lines = desk.post("/exports/figures-clinicians", **told).text.splitlines()
    assert len(lines) > 2
