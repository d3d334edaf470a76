"""Every list as a file: who gets it, what stands in it, and that it is what its page shows."""

import csv
import io
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask, render_template_string
from pydantic import BaseModel
from sqlalchemy import select
from werkzeug.test import TestResponse

from mibo import care, clock, db, exports, payments
from mibo.analytics import KEYS
from mibo.booking import Status
from mibo.care import FollowUp
from mibo.clinics import Centre
from mibo.exports import Kind, Listing, describing, writing
from mibo.identity import Actor
from mibo.identity.permissions import GRANTED, Role
from mibo.leads import Enquiry
from mibo.messaging import Message, PhoneCall, Reply
from mibo.payments import Attempt, Drawer, Refund, Settlement, SettlementFile, SettlementLine
from mibo.payments.heard import Mismatch
from mibo.people import Clinician, Patient, RightsRequest, rights
from mibo.web import listings  # noqa: F401  (describes them)
from mibo.web.listings.words import STATES
from tests import make
from tests.web.pages.visitor import Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

NAMES = sorted(exports.listings())
STAFF = (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CLINICIAN, Role.CARE_COORDINATOR, Role.FRONT_DESK)
DAY = timedelta(days=1)
SETTLEMENT = 999_999_999
DAYS = {"period": "custom", "since": str(clock.today() - timedelta(days=7)), "until": str(make.tomorrow())}
TABLES = ("revenue", "clinicians", "centres", "leads")
# what each list's page is asked for so that it shows the same as the file, and what the file is
PAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "appointments": ("GET", "/appointments?time=all", {"time": "all"}),
    "patients": ("GET", "/desk/patients", {}),
    "payments": ("GET", "/money/payments?time=all", {"time": "all"}),
    "unpaid": ("GET", "/money/unpaid?age=TO_COME", {"age": "TO_COME"}),
    "refunds": ("GET", "/money/refunds?which=waiting", {"which": "waiting"}),
    "takings": ("GET", "/money/takings", {}),
    "takings-lines": ("GET", "/money/takings/lines", {}),
    "settlements": ("GET", "/money/settlements", {}),
    "mismatches": ("GET", "/money/mismatches", {}),
    "receipts": ("GET", "/money/receipts", {}),
    "follow-ups": ("GET", "/worklists/follow-ups?which=all", {"which": "all"}),
    "replies": ("GET", "/desk/replies", {}),
    "calls": ("GET", "/worklists/calls", {}),
    "video-links": ("GET", "/video-links", {}),
    "messages": ("GET", "/desk/messages", {}),
    "staff": ("GET", "/desk/staff", {}),
    "clinicians": ("GET", "/desk/clinicians", {}),
    "centres": ("GET", "/desk/centres", {}),
    "audit": ("GET", "/desk/audit", {}),
    "time-off": ("GET", "/time-off", {}),
    "drawers": ("GET", "/money/drawers", {}),
    "enquiries": ("GET", "/enquiries?part=open", {"part": "open"}),
    "requests": ("GET", "/worklists/requests", {}),
    "emergency": ("GET", "/desk/emergency/openings", {}),
    "settlement-lines": ("GET", f"/money/settlements/{SETTLEMENT}", {"settlement": str(SETTLEMENT)}),
    **{f"figures-{name}": ("GET", f"/figures/{name}?{urlencode(DAYS)}", DAYS) for name in TABLES},
    **{f"figure-{key.replace('_', '-')}": ("GET", f"/figures/behind/{key}?{urlencode(DAYS)}", DAYS) for key in KEYS},
}
# by what a row is known on both, where it is not the first column
KNOWN_BY = {
    "takings": "Centre", "takings-lines": "Patient", "settlements": "Settlement", "follow-ups": "Patient",
    "replies": "Patient", "messages": "To", "audit": "Who", "mismatches": "What is wrong", "emergency": "Patient",
    **{f"figure-{key.replace('_', '-')}": "Patient" for key in KEYS},
}  # fmt: skip
# lists whose rows of both centres only those see who see the whole clinic, or that are the same for everybody
OF_THE_CLINIC = {"settlements", "settlement-lines", "mismatches", "staff", "audit"}


class World:
    """A clinic with something in each of its lists, at both centres."""

    def __init__(self, app: Flask) -> None:
        self.app, self.clinic = app, clinic()
        kochi, mumbai, anita = self.clinic.kochi, self.clinic.mumbai, self.clinic.anita
        with db.transaction() as session:
            self.staff = {role: make.staff(role, kochi, name=f"Staff {role.value.title()}") for role in STAFF}
            anita.account_id = self.staff[Role.CLINICIAN].id
            session.merge(anita)
            far = make.clinician(mumbai, name="Dr. Farida Away")
            for n, (where, who) in enumerate([(kochi, anita), (kochi, anita), (mumbai, far), (mumbai, far)]):
                self._visits(n, where, who)
            self._settled()

    def _visits(self, n: int, where: Centre, who: Clinician) -> None:
        session, place = db.session(), where.short_name
        patient = make.patient(f"Person {place} {n}")
        today = make.appointment(patient, who, where, make.at(f"{9 + n:02}:00"), mode="ONLINE")
        make.appointment(patient, who, where, make.at(f"{14 + n:02}:00"), status=Status.CONFIRMED, paid=False)
        payments.issue_receipt(today.payment_id)
        at = make.at("20:00").replace(tzinfo=None)
        make.block(at, at.replace(hour=21), who=who, where=where)
        if n in (0, 2):
            session.add(Drawer(account_id=self.staff[Role.FRONT_DESK].id, centre_id=where.id, opened_at=clock.now()))
        told = Message(
            dedupe_key=f"k{n}", template="mibo_booking_confirmed", phone=patient.phone, name=patient.full_name, body={},
            about_id=today.id, patient_id=patient.id, centre_id=where.id, status="FAILED", kind="BOOKING",
            climbs_until=today.starts_at,
        )  # fmt: skip
        session.add(told)
        session.flush()
        session.add(PhoneCall(dedupe_key=f"k{n}", message_id=told.id, about_id=today.id, patient_id=patient.id,
                              until=today.starts_at))  # fmt: skip
        session.add(Reply(known_by=f"k{n}", phone=patient.phone, patient_id=patient.id, outcome="WAITS",
                          settled_at=clock.now(), centre_id=where.id))  # fmt: skip

        self._over(n, patient, where, who)

    def _over(self, n: int, patient: Patient, where: Centre, who: Clinician) -> None:
        """Visits of yesterday, and what came of them and of people who only asked."""
        session, doctor, at = db.session(), self.staff[Role.CLINICIAN], make.at(f"{9 + n:02}:00", clock.today() - DAY)
        seen = make.appointment(patient, who, where, at, status=Status.COMPLETED)
        seen.arrived_at, seen.started_at, seen.ended_at = at, at, at + timedelta(minutes=30)
        make.appointment(patient, who, where, at + timedelta(hours=5), status=Status.NO_SHOW)
        attempt_id = session.scalar(select(Attempt.id).where(Attempt.payment_id == seen.payment_id))
        again = FollowUp(parent_id=seen.id, wanted_on=make.tomorrow(), status="BOOKED", booked_id=seen.id,
                         closed_at=clock.now(), created_by=doctor.id)  # fmt: skip
        session.add_all([
            FollowUp(parent_id=seen.id, wanted_on=make.tomorrow(), created_by=doctor.id), again,
            Refund(payment_id=seen.payment_id, paise=100, reason="BY_MANAGER", attempt_id=attempt_id),
            Enquiry(full_name=f"Caller {where.short_name}", phone=f"+9198000004{n:02}", source="PHONE", next_call_at=at,
                    consent_version="2026-11", centre_id=where.id),
            RightsRequest(patient_id=patient.id, kind="RECORDS", words=rights.seal("All of it, please."),
                          asked_by=patient.account_id, due_at=clock.now() + DAY),
        ])  # fmt: skip
        care.glass.break_glass(patient.id, "They are unconscious at the hospital", by=make.actor(doctor, Role.ADMIN))

    def _settled(self) -> None:
        session, odd = (
            db.session(),
            Mismatch(about="pay_ABCDEFGHIJKLMN", reason="NOT_OURS", told_by="WEBHOOK", told_paise=100),
        )
        read = SettlementFile(
            digest="d", name="x.csv", lines=2, known=0, waiting=0, odd=1, read_by=self.staff[Role.ADMIN].id
        )
        paid = Settlement(id=SETTLEMENT, known_by="setl_ABCDEFGHIJ", utr="UTR1", settled_at=clock.now())
        session.add_all([odd, read, paid])
        session.flush()
        for n, mismatch_id in enumerate((None, odd.id)):
            session.add(SettlementLine(
                settlement_id=paid.id, file_id=read.id, line=n + 1, kind="payment", entity_id=f"pay_{n}", paise=100,
                fee_paise=2, tax_paise=1, net_paise=97, mismatch_id=mismatch_id,
            ))  # fmt: skip

    def visitor(self, role: Role) -> Visitor:
        return Visitor(self.app.test_client()).sign_in(self.staff[role])


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
        page = visitor.get(PAGES[name][1])
        allowed = role in GRANTED[one.permission]
        told = (answer.status_code == 200, page.status_code == 200)
        assert told == (allowed, allowed), (name, answer.status)
        if allowed:
            assert answer.data.startswith(b"%PDF-" if file == "pdf" else b"\xef\xbb\xbf")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.FRONT_DESK, Role.CLINICIAN])
def test_the_file_has_the_rows_of_the_page_and_no_other(world: World, role: Role) -> None:
    visitor = world.visitor(role)
    for name, one in exports.listings().items():
        if role not in GRANTED[one.permission]:
            continue
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", visitor.get(PAGES[name][1]).text))
        rows = cells(visitor.post(f"/exports/{name}", PAGES[name][2]))
        known = KNOWN_BY.get(name) or next(iter(rows[0]), "") if rows else ""
        for row in rows:
            assert (row[known].removesuffix(".00") if "rupees" in known else row[known]) in page, (name, row[known])
        away = {"Person Mumbai", "Dr. Farida"} if role not in (Role.ADMIN, Role.MANAGER) else set()
        text = " ".join(" ".join(row.values()) for row in rows)
        if name not in OF_THE_CLINIC:
            assert [each for each in away if each in text] == [], name


def test_no_list_is_empty_here_so_that_something_was_compared(world: World) -> None:
    admin = world.visitor(Role.ADMIN)
    assert [name for name in NAMES if not cells(admin.post(f"/exports/{name}", PAGES[name][2]))] == []


def test_who_does_not_see_revenue_has_none_in_figures_and_of_few_no_rate_is_told(world: World) -> None:
    (row, *_) = cells(world.visitor(Role.CENTRE_MANAGER).post("/exports/figures-clinicians", DAYS))
    assert row["Revenue (rupees)"]
    assert (row["No-show rate, percent"], row["True rate from, percent"]) == ("fewer than 5 visits", "")
    found = exports.listing("figures-clinicians").columns_for(Actor.patient(1, "A"))
    assert "Revenue" not in [column.title for column in found]


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
