"""Nobody sets through a page what the page does not ask for (security.md line 40)."""

import pytest
from flask import Flask
from sqlalchemy import text

from mibo import db
from mibo.identity import Account
from mibo.identity.permissions import Role
from mibo.people import Patient
from tests import make
from tests.web.pages.visitor import Visitor, clinic

pytestmark = pytest.mark.usefixtures("database", "sandbox")

EXTRAS = {
    "role": "ADMIN", "is_active": "1", "status": "CONFIRMED", "payment_status": "PAID", "fee": "1", "fee_paise": "1",
    "patient_id": "7", "centre_id": "7", "created_by": "7",
}  # fmt: skip
# begun by a step before, so without it they go back to the first one
GO_BACK = {
    "phones.patient_code", "phones.staff_code", "sign_in.code", "book.hold", "staff_sign_in.code", "staff_sign_in.second",
    "second_factor.set_up", "proofs.ask", "video_calls.answer", "emergency.begin", "emergency.begin_here",
}  # fmt: skip


def state() -> dict[str, str]:
    """A fingerprint of every table but what only says that somebody was there."""
    with db.reading() as session:
        tables = session.scalars(text("select tablename from pg_tables where schemaname = 'public' order by 1")).all()
        return {
            table: session.scalar(
                text(f"select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {table} t")
            )
            for table in tables
            if table != "sign_in"
        }


@pytest.fixture
def ids(app: Flask) -> dict[str, object]:
    world = clinic()
    hold = world.hold("10:00")
    with db.transaction() as session:
        staff = make.staff(Role.FRONT_DESK, world.kochi)
        session.flush()
    return {
        "patient_id": world.asha.id, "appointment_id": hold.id, "reference": hold.reference, "centre_id": world.kochi.id,
        "clinician_id": world.anita.id, "account_id": staff.id, "sign_in_id": 5, "merge_id": 5, "holiday_id": 5,
        "token": "x" * 43, "scene": "desk", "asha": world.asha,
    }  # fmt: skip


def test_no_page_takes_what_it_does_not_ask_for(app: Flask, ids: dict[str, object]) -> None:
    with db.transaction():
        admin, clinician = make.staff(Role.ADMIN), make.staff(Role.CLINICIAN)
    people: dict[str, Account | Patient | None] = {  # type: ignore[dict-item]
        "admin": admin, "clinician": clinician, "patient": ids["asha"], "stranger": None,
    }  # fmt: skip
    visitors = {name: Visitor(app.test_client()) for name in people}
    for name, who in people.items():
        if who is not None:
            visitors[name].sign_in(who)
    before, wrong = state(), []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api") or "POST" not in (rule.methods or ()):
            continue
        access = app.view_functions[rule.endpoint].access  # type: ignore[attr-defined]
        who = (
            "stranger"
            if access.permission is None
            else "patient"
            if access.permission.name in ("SEE_OWN", "BOOK_OWN")
            else "clinician"
            if access.permission.name == "CONSULT"
            else "admin"
        )
        path = app.url_map.bind("localhost").build(
            rule.endpoint, {name: ids.get(name, 5) for name in rule.arguments}, method="POST"
        )
        answer = visitors[who].post(path, {**EXTRAS})
        if answer.status_code not in (422, 404) and rule.endpoint not in GO_BACK:
            wrong.append((rule.endpoint, who, answer.status_code, answer.location))
    after = state()
    assert not wrong, "\n".join(map(str, wrong))
    assert {table for table in before if before[table] != after[table]} <= {"audit_entry"}
