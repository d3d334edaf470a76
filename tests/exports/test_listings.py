"""Every list as a file: who gets it, what stands in it, and that it is what its page shows."""

import csv
import io
import json
import re

import pytest
from flask import Flask, render_template_string
from pydantic import BaseModel
from werkzeug.test import TestResponse

from mibo import clock, exports
from mibo.exports import Kind, Listing, describing, writing
from mibo.identity import Actor
from mibo.identity.permissions import GRANTED, Role
from mibo.web import listings  # noqa: F401  (describes them)
from mibo.web.listings.words import STATES
from tests import make
from tests.exports.world import DAYS, KNOWN_BY, OF_THE_CLINIC, PAGES, SETTLEMENT, STAFF, World

pytestmark = pytest.mark.usefixtures("database", "sandbox")

NAMES = sorted(exports.listings())


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def cells(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.mimetype == "text/csv", (answer.status, answer.request.path)
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_every_list_is_tried_here() -> None:
    assert sorted(PAGES) == NAMES


@pytest.mark.parametrize("file", ["csv", "pdf"])
@pytest.mark.parametrize("role", STAFF)
def test_each_role_gets_the_files_of_the_lists_that_it_sees_and_no_other(world: World, role: Role, file: str) -> None:
    visitor = world.visitor(role)
    for name, one in exports.listings().items():
        answer = visitor.post(f"/exports/{name}", PAGES[name][2] | {"file": file})
        page = visitor.get(world.page_of(name))
        allowed = role in GRANTED[one.permission]
        told = (answer.status_code == 200, page.status_code < 400)  # a clinician is led on to their own hours
        assert told == (allowed, allowed), (name, answer.status)
        if allowed:
            assert answer.data.startswith(b"%PDF-" if file == "pdf" else b"\xef\xbb\xbf")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.FRONT_DESK, Role.CLINICIAN])
def test_the_file_has_the_rows_of_the_page_and_no_other(world: World, role: Role) -> None:
    visitor = world.visitor(role)
    for name, one in exports.listings().items():
        if role not in GRANTED[one.permission]:
            continue
        shown = visitor.get(world.page_of(name))
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.text))
        rows = cells(visitor.post(f"/exports/{name}", PAGES[name][2]))
        known = KNOWN_BY.get(name) or next(iter(rows[0]), "") if rows else ""
        for row in rows if shown.status_code == 200 else ():
            assert (row[known].removesuffix(".00") if "rupees" in known else row[known]) in page, (name, row[known])
        away = {"Person Mumbai", "Dr. Farida"} if role not in (Role.ADMIN, Role.MANAGER) else set()
        text = " ".join(" ".join(row.values()) for row in rows)
        if name not in OF_THE_CLINIC:
            assert [each for each in away if each in text] == [], name


def test_no_list_is_empty_here_so_that_something_was_compared(world: World) -> None:
    admin = world.visitor(Role.ADMIN)
    empty = [name for name in NAMES if not cells(admin.post(f"/exports/{name}", PAGES[name][2]))]
    assert empty == ["figures-reminders"]  # of fewer than five it tells nothing: below


def test_who_does_not_see_revenue_has_none_in_figures_and_of_few_no_rate_is_told(world: World) -> None:
    (row, *_) = cells(world.visitor(Role.CENTRE_MANAGER).post("/exports/figures-clinicians", DAYS))
    assert row["Revenue (rupees)"]
    assert (row["No-show rate, percent"], row["True rate from, percent"]) == ("fewer than 5 visits", "")
    found = exports.listing("figures-clinicians").columns_for(Actor.patient(1, "A"))
    assert "Revenue" not in [column.title for column in found]


def test_the_two_no_show_rates_of_the_reminders_are_told_once_there_are_enough_of_both(world: World) -> None:
    world.ten_visits_half_of_them_reminded()
    reminded, others = cells(world.visitor(Role.MANAGER).post("/exports/figures-reminders", DAYS))
    assert (reminded["Visits"], reminded["How many"], reminded["No-shows"]) == ("Reminder arrived", "5", "0")
    assert (others["Visits"], others["No-show rate, percent"]) == ("No reminder arrived", "100.0")
    assert float(others["True rate from, percent"]) < 100
    page = world.visitor(Role.MANAGER).get(world.page_of("figures-reminders")).text
    assert 'action="/exports/figures-reminders"' in page


def test_a_file_of_enquiries_has_who_was_looked_for_or_what_a_number_of_the_funnel_counts(world: World) -> None:
    desk = world.visitor(Role.MANAGER)
    found = cells(desk.post("/exports/enquiries", {"part": "all", "q": "caller mumbai"}))
    assert {row["Who"] for row in found} == {"Caller Mumbai"}
    cut = {"since": str(clock.today()), "until": str(clock.today()), "step": "asked", "by": "source"}
    assert len(cells(desk.post("/exports/enquiries", cut | {"value": "PHONE"}))) == 4
    assert cells(desk.post("/exports/enquiries", cut | {"value": "WEBSITE"})) == []
    page = desk.post("/enquiries/find", {"typed": "caller mumbai"}).text
    assert 'name="q" value="caller mumbai"' in page


def test_only_lines_that_wait_are_in_the_file_where_the_page_shows_only_those(world: World) -> None:
    manager = world.visitor(Role.MANAGER)
    (row,) = cells(manager.post("/exports/settlement-lines", {"settlement": str(SETTLEMENT), "waiting": "1"}))
    assert row["Known as"] == "pay_1"
    assert manager.post("/exports/settlement-lines", {"settlement": "7"}).status_code == 404


def test_days_that_nobody_could_count_are_refused(world: World) -> None:
    admin = world.visitor(Role.ADMIN)
    for days in ({"until": "0001-01-01"}, {"since": "1901-01-01"}, {"since": "2026-01-02", "until": "2026-01-01"}):
        assert admin.post("/exports/message-days", days).status_code == 422
        assert admin.post("/exports/message-texts", days).status_code == 422


def test_a_clinician_has_no_money_and_no_whole_number_of_appointments(world: World) -> None:
    (row, *_) = cells(world.visitor(Role.CLINICIAN).post("/exports/appointments", {"time": "all"}))
    assert "Payment" not in row
    assert row["Phone"].startswith("••••")
    (row, *_) = cells(world.visitor(Role.FRONT_DESK).post("/exports/appointments", {"time": "all"}))
    assert {"Payment", "Fee (rupees)"} <= set(row)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_asked_for_is_kept_as_json_and_read_again(name: str) -> None:
    one = exports.listing(name)
    asked = one.asks.model_validate(PAGES[name][2])
    again = one.asks.model_validate(json.loads(json.dumps(asked.model_dump(mode="json"))))
    assert again == asked


@pytest.mark.parametrize("name", NAMES)
def test_no_heading_stands_twice_and_all_are_words(name: str) -> None:
    heads = [column.heading for column in exports.listing(name).columns]
    assert len(set(heads)) == len(heads)
    assert all(re.fullmatch(r"[A-Z][A-Za-z ,()-]+", head) for head in heads), heads


def test_the_words_of_states_are_those_of_the_pages(app: Flask) -> None:
    with app.test_request_context():
        drawn = render_template_string(
            "{% from 'ui/tags.html' import statuses %}{% for each in keys %}{{ statuses[each][2] }}|{% endfor %}",
            keys=list(STATES),
        )  # fmt: skip
    assert drawn.split("|")[:-1] == list(STATES.values())


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (170_000, Kind.MONEY, "1700.00"), (-5, Kind.MONEY, "-0.05"), (0, Kind.MONEY, "0.00"), (None, Kind.MONEY, ""),
        ("+919876543210", Kind.PHONE, "98765 43210"), (make.at("15:00", make.tomorrow()), Kind.MOMENT, f"{make.tomorrow()} 15:00"),
        (make.tomorrow(), Kind.DAY, str(make.tomorrow())), ("=1+1", Kind.WORDS, "=1+1"),
    ],
)  # fmt: skip
def test_values_are_written_plainly(value: object, kind: Kind, text: str) -> None:
    assert describing.written(value, kind) == text


class Nothing(BaseModel):
    pass


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_cell_is_never_a_formula_but_a_number_stays_one(cell: str) -> None:
    one = Listing(
        name="x", title="X", permission=next(iter(GRANTED)), asks=Nothing, endpoint="x",
        read=lambda *_: exports.Batch([]),
        columns=(exports.Column("A", lambda row, _: row), exports.Column("B", lambda *_: -100, Kind.MONEY)),
    )  # fmt: skip
    who = Actor.patient(1, "A")
    assert writing.csv_rows(one, [cell], who).decode().startswith(("'" + cell, "\"'" + cell))
    assert writing.csv_rows(one, ["x"], who) == b"x,-1.00\r\n"
