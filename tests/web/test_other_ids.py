"""An id of one kind sent where another kind is meant finds nothing, whatever page or answer it is sent to (line 43).

A real clinic booked the wrong patient because two kinds of ids overlapped. Here all draw from one sequence, and every
address, field and filter that takes an id is sent the ids of all other kinds: what comes back is what an id gets that
never was, and no row changes.
"""

from collections.abc import Callable, Iterator
from dataclasses import astuple
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zlib import crc32

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from mibo import care, clinics, clock, db, exports, identity, payments, people, sealing
from mibo.booking import QueueEntry, Series
from mibo.booking.bell_models import Ring
from mibo.booking.models import StatusChange
from mibo.care import FollowUp, GlassOpening
from mibo.identity import Account, SignIn
from mibo.identity.permissions import Role
from mibo.leads import Campaign, Enquiry
from mibo.messaging import Message, PhoneCall, Reply
from mibo.payments import Attempt, Drawer, Refund, Settlement, Tender
from mibo.payments.heard import Mismatch
from mibo.people import Notice, Patient, PatientMerge
from mibo.scheduling import WeeklyHours
from mibo.web.inputs.patients import PatientsInput
from tests import make
from tests.machine import Bell
from tests.web.pages.visitor import Visitor, clinic, same_but_for_the_request
from tests.web.test_keys import state

pytestmark = pytest.mark.usefixtures("database", "sandbox")

NEVER = 999_999_999
MEANT = {
    "patient_id": "patient", "account_id": "staff", "user_id": "staff", "clinician_id": "clinician",
    "centre_id": "centre", "appointment_id": "appointment", "block_id": "block", "extra_id": "opening",
    "rule_id": "hours", "entry_id": "queue entry", "holiday_id": "holiday", "merge_id": "merge",
    "sign_in_id": "sign-in", "series_id": "series", "payment_id": "payment", "tender_id": "tender",
    "refund_id": "refund", "drawer_id": "drawer", "mismatch_id": "mismatch", "receipt_id": "receipt",
    "settlement_id": "settlement",
    "notice_id": "notice", "ring_id": "ring", "reply_id": "reply", "notification_id": "message",
    "opening_id": "glass", "request_id": "data request", "line_id": "history line", "document_id": "document",
    "export_id": "export", "enquiry_id": "enquiry", "campaign_id": "campaign",
}  # fmt: skip
QUERY = f"?date={make.tomorrow()}&start_date={make.tomorrow()}&end_date={make.tomorrow()}"
TOMORROW = make.tomorrow().isoformat()
BODIES: dict[str, dict[str, Any]] = {  # what is sent so that the id is looked at
    "data_requests.take": {"version": 1},
    "data_requests.answer": {"version": 1, "outcome": "DONE", "words": "It is done."},
    "record.change": {"words": "Latex", "version": 1}, "record.strike": {"reason": "Tested", "version": 1},
    "board.step": {"step": "arrival", "version": 1}, "queue.step": {"step": "CALLED", "version": 1},
    "my_day.miss": {"version": 1}, "payments.add_reference": {"reference": "412345678901"},
    "late.tell": {"centre": 1, "minutes": 10}, "late.undo": {"centre": 1, "minutes": 10},
    "api.clinician_records.change_clinician": {"bio": "Sees adults."},
    "api.clinician_records.toggle_clinician": {"isActive": True},
    "api.clinician_records.set_credentials": {"username": "somebody_else"},
    "api.clinician_hours.replace_availability": {"availabilityRules": []},
    "api.clinician_hours.end_day": {"dayOfWeek": 1},
    "api.video.replace": {"meetLink": "https://meet.google.com/abc-defg-hij"},
    "api.users.change_staff": {"designation": "Desk"}, "api.users.set_active": {"isActive": True},
    "api.centres.change_centre": {"shortName": "Fort"}, "api.centres.set_active": {"isActive": True},
    "api.slot_exceptions.add_exception": {
        "centreId": 1, "exceptionDate": TOMORROW, "startTime": "10:00", "endTime": "11:00", "mode": "HYBRID",
    },
    "api.appointments.change": {"scheduledStartAt": f"{TOMORROW}T16:00:00+05:30"},
    "api.appointments.call_off": {"reason": "The doctor is ill."},
    "api.appointments.ask_to_cancel": {"reason": "I am not well."},
    "api.sessions.schedule_followup": {"followUpDate": TOMORROW},
    "api.session_notes.write": {"sessionNotes": "Sleeps well."}, "api.session_notes.change": {"notes": "Sleeps well."},
    "api.desk_payments.confirm_direct_payment": {"paymentMethod": "CASH"},
    "api.patients.write_note": {"note": "Sleeps well."},
}  # fmt: skip
TWICE_IS_ONCE = {"holiday_id"}  # what is removed already is removed
LIKELY = {"patient", "staff", "clinician", "centre", "appointment", "payment"}  # with whom a desk could be mistaken
SEALED = {"patient", "staff", "appointment", "glass", "history line", "document"}  # what stands beside each other there
NO_IDS = {
    "key",
    "reference",
    "token",
    "verb",
    "name",
    "scene",
    "filename",
    "link_id",
    "listing",
}  # a link has the provider's name for it


class World:
    """One row of each kind, and three who are signed in: at pages, and in an app."""

    def __init__(self, app: Flask) -> None:
        self.app, self.clinic = app, clinic()
        one, later = self.clinic.book("10:00"), self.clinic.book("12:00")
        with db.transaction() as session:
            staff = make.staff(Role.FRONT_DESK, self.clinic.kochi)
            doctor = make.staff(Role.CLINICIAN, self.clinic.kochi)
            self.clinic.anita.account_id = doctor.id
            session.merge(self.clinic.anita)
            self.people = {
                "admin": make.staff(Role.ADMIN),
                "desk": staff,
                "doctor": doctor,
                "patient": self.clinic.asha,
            }
            twin, lost = make.patient("Asha Menon"), make.patient("Asha Menon")
            merge = PatientMerge(kept_id=self.clinic.asha.id, merged_id=lost.id, moved={}, merged_by=staff.id)
            lost.merged_into_id = self.clinic.asha.id
            holiday = clinics.add_holiday(
                self.clinic.kochi.id, make.tomorrow() + timedelta(days=9), "Onam", by=staff.id
            )
            at = make.at("15:00").replace(tzinfo=None)
            made = {
                "block": make.block(at, at + timedelta(hours=1), who=self.clinic.anita, where=self.clinic.kochi),
                "queue entry": self._kept(
                    QueueEntry(centre_id=self.clinic.kochi.id, day=clock.today(), token=1, patient_id=twin.id, added_by=staff.id)
                ),
                "series": self._kept(
                    Series(
                        patient_id=twin.id, clinician_id=self.clinic.anita.id, centre_id=self.clinic.kochi.id,
                        mode="ONLINE", first_starts_at=make.at("10:00"), every_weeks=1, planned=2, created_by=staff.id,
                    )
                ),
                "refund": self._kept(
                    Refund(
                        payment_id=one.payment_id, paise=100, reason="BY_MANAGER",
                        attempt_id=session.scalar(select(Attempt.id).where(Attempt.payment_id == one.payment_id)),
                    )
                ),
                "tender": self._kept(
                    Tender(
                        attempt_id=session.scalar(select(Attempt.id).where(Attempt.payment_id == one.payment_id)),
                        method="UPI", paise=100, taken_by=staff.id, taken_at=clock.now(),
                    )
                ),
                "enquiry": self._kept(
                    Enquiry(
                        full_name="Nila Nair", phone="+919800000444", source="PHONE", consent_version="2026-11",
                        centre_id=self.clinic.kochi.id,
                    )
                ),
                "campaign": self._kept(
                    Campaign(code="radio", name="Radio", heard_of="PRESS", from_on=clock.today(), created_by=staff.id)
                ),
                "mismatch": self._kept(
                    Mismatch(about="pay_ABCDEFGHIJKLMN", reason="NOT_OURS", told_by="WEBHOOK", told_paise=100)
                ),
                "settlement": self._kept(Settlement(known_by="setl_ABCDEFGHIJ", utr="", settled_at=clock.now())),
                "receipt": payments.issue_receipt(one.payment_id),
                "drawer": self._kept(Drawer(account_id=staff.id, centre_id=self.clinic.kochi.id, opened_at=clock.now())),
                "follow-up": self._kept(FollowUp(parent_id=one.id, wanted_on=make.tomorrow(), created_by=doctor.id)),
                "merge": self._kept(merge),
                "opening": make.hours(self.clinic.anita, self.clinic.mumbai, weekdays=[1], opens="19:00", closes="20:00")[0],
                "message": self._kept(
                    Message(dedupe_key="x", template="x", phone=twin.phone, name="Asha", body={}, about_id=one.id, status="SENT")
                ),
            }  # fmt: skip
            made["notice"] = self._kept(
                Notice(patient_id=self.clinic.asha.id, message_id=made["message"].id, shows_at=clock.now())
            )
            made["reply"] = self._kept(
                Reply(known_by="x", phone=twin.phone, outcome="WAITS", settled_at=clock.now(), centre_id=one.centre_id)
            )
            made["ring"] = self._kept(
                Ring(kind="WISH", known_by="WISH:0", about_id=one.id, appointment_id=one.id, centre_id=one.centre_id)
            )
            made["call"] = self._kept(
                PhoneCall(
                    dedupe_key="x", message_id=made["message"].id, about_id=later.id, patient_id=twin.id,
                    until=later.starts_at,
                )
            )  # fmt: skip
            made["glass"] = self._kept(
                GlassOpening(
                    patient_id=twin.id,
                    account_id=doctor.id,
                    opened_at=clock.now(),
                    until=make.at("10:00"),
                    id=(glass := session.scalars(select(db.entity_id.next_value())).one()),
                    **dict(
                        zip(
                            ("key_name", "key", "reason"),
                            astuple(sealing.seal_note("x", f"glass/{glass}")),
                            strict=True,
                        )
                    ),
                )
            )
            opener = make.actor(self.people["admin"], Role.ADMIN)
            made["history line"] = care.history.add(twin.id, "ALLERGY", "Penicillin", by=opener)
            paper = care.documents.store(b"%PDF-1.7\nstartxref\n9\n%%EOF\n", "letter.pdf")
            made["document"] = care.documents.add(paper, twin.id, by=opener)
            asker = make.actor(self.clinic.asha)
            made["data request"] = people.rights.ask(self.clinic.asha.id, "CORRECTION", "My name", by=asker)
            made["export"] = exports.ask(
                exports.listing("patients"), PatientsInput(), "csv", by=make.actor(doctor, Role.CLINICIAN)
            ).export
            opening = made["opening"]
            day = make.tomorrow() + timedelta(days=(1 - make.tomorrow().isoweekday()) % 7)
            opening.effective_from = opening.effective_to = day
            session.flush()
            self.ids = {kind: each.id for kind, each in made.items()} | {
                "patient": twin.id, "staff": staff.id, "doctor's account": doctor.id, "clinician": self.clinic.anita.id,
                "centre": self.clinic.mumbai.id, "appointment": later.id, "payment": one.payment_id,
                "holiday": holiday.id,
            }  # fmt: skip
        self._sign_in()
        with db.reading() as session:
            self.ids["hours"] = session.scalar(
                select(WeeklyHours.id).where(WeeklyHours.effective_to.is_(None)).limit(1)
            )
            self.ids["state change"] = session.scalar(select(StatusChange.id).limit(1))
            self.ids["sign-in"] = session.scalar(select(SignIn.id).where(SignIn.account_id == staff.id).limit(1))

    def _kept(self, made: Any) -> Any:
        db.session().add(made)
        db.session().flush()
        return made

    def _sign_in(self) -> None:
        self.pages, self.csrf, self.apps = {}, {}, {}
        for name, who in self.people.items():
            self.pages[name] = Visitor(self.app.test_client()).sign_in(who)
            self.csrf[name] = self.pages[name].token()
            account_id = who.account_id if isinstance(who, Patient) else who.id
            with db.transaction() as session:
                self.apps[name] = identity.start_api_sign_in(session.get_one(Account, account_id)).access

    def ask(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> TestResponse:
        """What somebody gets, in an app below /api and in a browser elsewhere."""
        if path.startswith("/api"):
            headers = {"Authorization": f"Bearer {self.apps[who]}"}
            sent = None if method == "GET" else body or {}
            return self.app.test_client().open(path, method=method, json=sent, headers=headers)
        sent = None if method == "GET" else {"csrf_token": self.csrf[who], **(body or {})}
        return self.pages[who].client.open(path, method=method, data=sent)

    def others(self, kind: str) -> Iterator[tuple[str, int]]:
        """The ids of every kind but this."""
        mine = {"staff": {"staff", "doctor's account"}, "hours": {"hours", "opening"}}.get(kind, {kind})
        yield from ((other, row_id) for other, row_id in self.ids.items() if other not in mine)


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def forget(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Nobody has asked too often."""
    bell: Bell = request.getfixturevalue("_redis")
    return bell.clean


def with_ids(app: Flask) -> list[tuple[Rule, str, str]]:
    """Every address with an id in it: its rule, its method and the argument that is varied."""
    found = {}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1"):
            continue  # the same views as under /api
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found |= {(rule.endpoint, method, name): rule for name in sorted(rule.arguments - NO_IDS)}
    return [(rule, method, name) for (_, method, name), rule in found.items()]


def who_uses(app: Flask, rule: Rule) -> list[str]:
    permission = app.view_functions[rule.endpoint].access.permission  # type: ignore[attr-defined]
    name = permission.name if permission is not None else ""
    if name in ("", "SEE_OWN", "BOOK_OWN"):
        return ["patient"]
    return ["doctor"] if name == "CONSULT" else ["admin", "desk"]


def is_sealed(app: Flask, rule: Rule) -> bool:
    """Whether it is a page of the record, where few kinds of ids are at hand."""
    permission = app.view_functions[rule.endpoint].access.permission  # type: ignore[attr-defined]
    return permission is not None and permission.name in ("KEEP_RECORD", "BREAK_GLASS")


def its_turn(rule: Rule, method: str, kind: str) -> bool:
    """What nobody would mistake for something else is sent to every third address, and each kind to many."""
    return crc32(f"{method} {rule.rule} {kind}".encode()) % 3 == 0


def test_every_argument_of_an_address_is_known(app: Flask) -> None:
    assert {name for _, _, name in with_ids(app)} == set(MEANT)


def test_the_ids_are_all_different(world: World) -> None:
    assert len(set(world.ids.values())) == len(world.ids)
    assert NEVER not in world.ids.values()


def test_an_address_with_an_id_of_another_kind_leads_nowhere(
    app: Flask, world: World, forget: Callable[[], None]
) -> None:
    before, wrong = state(), []
    for rule, method, varied in with_ids(app):
        forget()
        right = {name: world.ids[MEANT[name]] for name in rule.arguments}
        for who in who_uses(app, rule):
            expected = _asked(world, who, rule, method, right | {varied: NEVER})
            if expected[0] == 403:
                continue  # not theirs to ask
            refused = 303 if varied in TWICE_IS_ONCE else 404
            for kind, row_id in world.others(MEANT[varied]):
                likely = kind in (SEALED if is_sealed(app, rule) else LIKELY)
                if not likely and (who == "desk" or is_sealed(app, rule) or not its_turn(rule, method, kind)):
                    continue
                answer = _asked(world, who, rule, method, right | {varied: row_id})
                if answer != expected or answer[0] != refused:
                    wrong.append((who, method, rule.rule, varied, kind, answer[0], expected[0]))
    assert not wrong, "\n".join(map(str, wrong))
    assert _changed(before) == set()


def _asked(world: World, who: str, rule: Rule, method: str, ids: dict[str, Any]) -> tuple[int, str]:
    """The status, and what was said without the address that was asked for."""
    path = world.app.url_map.bind("localhost").build(rule.endpoint, ids, method=method)
    answer = world.ask(who, method, path + (QUERY if method == "GET" else ""), BODIES.get(rule.endpoint))
    return answer.status_code, same_but_for_the_request(answer).replace(path, "").replace(quote(path), "")


def _changed(before: dict[str, str]) -> set[str]:
    after = state()
    return {table for table in before if before[table] != after[table]} - {"audit_entry"}


def _bodies(world: World) -> list[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """Who sends what where, and which of its fields is the id of what. All would be taken but for that field."""
    c, ids = world.clinic, world.ids
    when = {"appointmentDate": TOMORROW, "appointmentTime": "16:00", "appointmentType": "IN_PERSON"}
    where = {"clinicianId": c.anita.id, "centreId": c.kochi.id}
    at = {"clinicianId": "clinician", "centreId": "centre"}
    block = {**where, "date": TOMORROW, "startTime": "16:00", "endTime": "17:00"}
    desk = {
        "patient": c.asha.id, "centre": c.kochi.id, "clinician": c.anita.id, "mode": "IN_PERSON", "day": TOMORROW,
        "at": "16:00", "last_four": "0001", "pay_by": "CASH", "request_key": "key-of-a-test",
    }  # fmt: skip
    fields = {"patient": "patient", "centre": "centre", "clinician": "clinician"}
    closing = {"clinician": c.anita.id, "centre": c.kochi.id, "day": TOMORROW, "from_time": "16:00", "to_time": "17:00"}
    hours = {**closing, "from_time": "20:00", "to_time": "21:00", "minutes": 60}
    phone = {"patientPhone": c.asha.phone, "patientName": c.asha.full_name, "lastFour": "0001"}
    return [
        ("patient", "/api/booking/create", {**where, **when, "patientId": c.asha.id}, {**at, "patientId": "patient"}),
        ("desk", "/api/booking/front-desk", {**where, **when, **phone, "patientId": c.asha.id}, {**at, "patientId": "patient"}),
        ("desk", "/api/appointments",
         {**where, "patientId": c.asha.id, "lastFour": "0001", "appointmentType": "IN_PERSON",
          "scheduledStartAt": f"{TOMORROW}T16:00:00+05:30"}, {**at, "patientId": "patient"}),
        ("patient", "/api/payments/create-order", {"appointmentId": ids["appointment"]}, {"appointmentId": "appointment"}),
        ("admin", "/api/admin/slots/block", block, at), ("admin", "/api/admin/slots/block-day", block, at),
        ("desk", "/desk/new", desk, fields),
        ("desk", "/queue/add", {name: desk[name] for name in ("patient", "centre", "clinician", "last_four")}, fields),
        ("admin", "/time-off/new", {**closing, "key": "key-of-a-test"}, {"clinician": "clinician", "centre": "centre"}),
        ("admin", "/time-off/openings/new", hours, {"clinician": "clinician", "centre": "centre"}),
        ("admin", "/worklists/holds", {"visit": f"{ids['appointment']}.1"}, {"visit": "appointment"}),
        ("admin", "/worklists/cancellations", {"decision": "REFUSE", "visit": ""}, {"visit": "appointment"}),
        ("admin", "/worklists/calls", {"outcome": "REACHED", "seen": "0", "call": ""}, {"call": "call"}),
        ("admin", "/worklists/follow-ups", {"reason": "Moved away.", "follow_up": ""}, {"follow_up": "follow-up"}),
        ("admin", f"/desk/patients/{c.asha.id}/merge", {"other": "", "last_four": "0001"}, {"other": "patient"}),
    ]  # fmt: skip


def test_an_id_of_another_kind_in_a_field_is_refused_and_changes_nothing(
    world: World, forget: Callable[[], None]
) -> None:
    before, wrong = state(), []
    for who, path, body, fields in _bodies(world):
        for field, kind in fields.items():
            forget()
            for other, row_id in world.others(kind):
                value = f"{row_id}.1" if field == "visit" else row_id
                answer = world.ask(who, "POST", path, {**body, field: value})
                if answer.status_code not in (400, 404, 409, 422):
                    wrong.append((who, path, field, other, answer.status_code, answer.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    assert _changed(before) == set()


FILTERS = {
    "centre", "clinician", "patient", "author", "account", "with", "entry", "follow_up", "at", "seen", "centre_id",
    "clinician_id", "patient_id", "blocked_by_admin_id", "user_id", "appointment_id",
}  # fmt: skip


def test_a_filter_with_an_id_of_another_kind_finds_what_one_that_never_was_finds(
    app: Flask, world: World, forget: Callable[[], None]
) -> None:
    wrong = []
    rules = {
        rule.endpoint: rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments
    }
    for endpoint, rule in rules.items():
        if endpoint.startswith("api_v1") or endpoint in ("api.index", "static"):
            continue
        forget()
        [who, *_] = who_uses(app, rule)
        for kind in LIKELY:
            query = "&".join(f"{name}={world.ids[kind]}" for name in sorted(FILTERS))
            answer = world.ask(
                who, "GET", f"{rule.rule}?date={TOMORROW}&start_date={TOMORROW}&end_date={TOMORROW}&{query}"
            )
            if answer.status_code >= 500:
                wrong.append((who, rule.rule, kind, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_a_booking_comes_of_is_never_another_row(world: World) -> None:
    """The booking stands, and the desk is told that it could not be noted there."""
    [(_, path, body, _)] = [each for each in _bodies(world) if each[1] == "/desk/new"]
    before = state()
    wrong = {"queue_entry": world.ids["follow-up"], "follow_up": world.ids["queue entry"]}
    assert world.ask("desk", "POST", path, body | wrong).status_code == 303
    assert _changed(before) & {"queue_entry", "follow_up"} == set()
