"""A consultation with marked words, from the first letter to the last version: then every place is searched for them (line 68)."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from mibo import booking, care, clock, db, identity, messaging, payments, people
from mibo.booking import Appointment, Status, answer_tokens
from mibo.clinics import Centre
from mibo.config import settings
from mibo.identity.permissions import Role
from mibo.people import Clinician, Patient
from tests import make
from tests.machine import Database
from tests.test_canary import Told, _tables
from tests.web.pages.desk import Desk
from tests.web.pages.visitor import Visitor

pytestmark = pytest.mark.usefixtures("sandbox")

WORDS = "Traumnotiz-vom-roten-Fuchs"
NOBODYS = (Role.ADMIN, Role.MANAGER, Role.CENTRE_MANAGER, Role.CARE_COORDINATOR, Role.FRONT_DESK)


def test_what_a_clinician_writes_is_found_nowhere_but_on_their_own_page(
    app: Flask, database: Database, work: Callable[[], None], capfd: pytest.CaptureFixture[str]
) -> None:
    told = Told()
    with time_machine.travel(make.at("10:00"), tick=False):
        with db.transaction():
            where = make.centre("Mibo Kochi")
            account = make.staff(Role.CLINICIAN, where, name="Dr. Anita Kurian")
            who = make.clinician(where, account=account)
            person = make.patient("Asha Menon")
            one = make.appointment(person, who, where, make.at("10:00", clock.today()), status=Status.IN_PROGRESS)
            others = [make.staff(role, where) for role in NOBODYS]
            token = identity.start_api_sign_in(account).access
        hers = Desk(app.test_client(), account)
        path = f"/my-day/{one.id}"
        assert hers.post(f"{path}/note", part=True, words=WORDS, version=0, page="p", auto="1").status_code == 200
        assert hers.post(f"{path}/note", words=f"{WORDS} und", version=0, page="q").status_code == 409
        assert hers.post(f"{path}/note", words=WORDS + "x" * 200_000, version=1, page="p").status_code == 422
        asked = {"json": {"session_notes": f"{WORDS}!"}, "headers": {"Authorization": f"Bearer {token}"}}
        assert app.test_client().post(f"/api/appointments/{one.id}/clinician-notes", **asked).status_code == 200
        assert app.test_client().post(f"/api/appointments/{one.id}/clinician-notes", data=WORDS).status_code == 401
        assert hers.post(f"{path}/end", words=f"{WORDS}!", version=2, page="p", again="2").status_code == 303
        record = f"/desk/patients/{person.id}"
        assert hers.post(f"{record}/notes", note=WORDS).status_code == 303
        assert hers.post(f"{record}/record", kind="RISK", words=WORDS).status_code == 303
        paper = io.BytesIO(f"%PDF-1.7\n{WORDS}\nstartxref\n9\n%%EOF\n".encode())
        assert hers.post(f"{record}/documents", file=(paper, f"{WORDS}.pdf")).status_code == 303
        with db.transaction():
            care.glass.break_glass(person.id, f"Notfall: {WORDS}", by=make.actor(others[0], Role.ADMIN))
        told.look_into_redis()
        seen = _what_others_are_given(app, others, one.id, person.id)
        seen |= _what_the_patient_and_holders_of_links_are_given(app, one)
    work()
    said = capfd.readouterr()
    assert '"route": "/my-day' in said.out + said.err, "no log was seen, so nothing was searched"
    assert WORDS not in said.out + said.err
    assert WORDS not in told.redis
    plain = WORDS, WORDS.encode().hex()  # a dump writes bytes so
    assert [table for table, rows in _tables(database).items() if any(each in rows for each in plain)] == []
    files = [path for path in Path(settings().storage_dir).rglob("*") if path.is_file()]
    assert (bool(files), [path for path in files if WORDS.encode() in path.read_bytes()]) == (True, [])
    assert [where for where, text in seen.items() if WORDS in text] == []
    with db.reading():
        by = make.actor(account, Role.CLINICIAN, centres=(where,), clinician=who)
        assert {note.words for note in care.reading.versions_of(one.id, by=by)} == {WORDS, f"{WORDS}!"}


def _what_the_patient_and_holders_of_links_are_given(app: Flask, one: Appointment) -> dict[str, str]:
    """Pages of a reminder's link, a receipt and its link, the questions before a call, and the copy of one's own data."""
    with db.transaction() as session:
        person = session.get_one(Patient, one.patient_id)
        later = make.appointment(
            person, session.get_one(Clinician, one.clinician_id), session.get_one(Centre, one.centre_id),
            make.at("12:00"), mode="ONLINE",
        )  # fmt: skip
        answer_tokens.keep_token(booking.locked(later.id), "reminder:1")
        receipt = payments.issue_receipt(one.payment_id)
        people.rights.ask(person.id, "RECORDS", "All of it", by=make.actor(person))
    asha = Visitor(app.test_client()).sign_in(person)
    answer, stranger = f"/answer/{messaging.token_of('reminder:1')}", Visitor(app.test_client())
    seen = {path: stranger.get(path) for path in (answer, f"{answer}/another-time")}
    seen |= {path: asha.get(path) for path in (
        "/my", "/my/appointments?show=past", "/my/requests", "/my/notices", f"/my/{one.reference}", f"/my/{later.reference}",
        f"/my/{later.reference}/call", f"/my/receipts/{receipt.id}", f"/my/data/{person.id}", f"/my/data/{person.id}/file",
    )}  # fmt: skip
    assert {path: each.status_code for path, each in seen.items() if each.status_code != 200} == {}
    assert "Asha Menon" in seen[f"/my/data/{person.id}"].text
    return {path: each.text for path, each in seen.items()}


def _what_others_are_given(app: Flask, others: list[identity.Account], one: int, patient: int) -> dict[str, str]:
    seen = {}
    for account in others:
        door = Desk(app.test_client(), account)
        for path in (f"/desk/appointments/{one}", f"/desk/board/{one}", f"/patients/{patient}", "/desk", "/appointments",
                     "/worklists/follow-ups", "/audit", "/desk/messages"):  # fmt: skip
            seen[f"{account.id} {path}"] = door.get(path).text
        if account is not others[0]:  # an administrator reads the record, by the clinic's own table
            seen[f"{account.id} record"] = door.get(f"/desk/patients/{patient}").text
        for path in ("/exports/appointments", "/appointments/paper"):
            seen[f"{account.id} {path}"] = door.post(path, show="all").text
        for path in (f"/my-day/{one}", f"/my-day/{one}/earlier", f"/my-day/{one}/versions"):
            assert door.get(path).status_code == 403, path
    rows = [
        list(csv.reader(io.StringIO(text))) for where, text in seen.items() if where.endswith("/exports/appointments")
    ]
    assert any("Asha Menon" in " ".join(row) for sheet in rows for row in sheet), (
        "nothing was taken along, so nothing was searched"
    )
    return seen
