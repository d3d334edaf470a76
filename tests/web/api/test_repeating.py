"""Idempotency-Key: sent again, a request gets the answer it got; see also the races of test_booking."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mibo import clock, db, sealing
from mibo.identity import Account, repeating
from mibo.identity.models import AnsweredRequest
from mibo.payments import Payment
from tests import make
from tests.web.api.conftest import App, Clinic

KEY = {"Idempotency-Key": "one-of-the-app"}


@pytest.fixture
def desk(clinic: Clinic, signed_in: Callable[..., App]) -> App:
    with db.transaction():
        return signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]


def test_money_taken_twice_under_one_key_is_taken_once_and_answered_twice(desk: App, clinic: Clinic) -> None:
    sent = clinic.booking(patientPhone="9876500001", patientName="Asha Menon")
    booked = desk.post("/booking/front-desk", sent).get_json()["data"]
    path = f"/appointments/{booked['appointment']['id']}/confirm-direct-payment"
    cash = {"paymentMethod": "CASH"}
    first, again = (desk.post(path, cash, **KEY) for _ in range(2))
    assert (first.status_code, first.headers.get("Idempotent-Replayed")) == (200, None)
    assert (again.status_code, again.data, again.headers["Idempotent-Replayed"]) == (200, first.data, "true")
    other = desk.post(path, {"paymentMethod": "CARD"}, **KEY)
    assert (other.status_code, other.get_json()["code"]) == (422, "KEY_REUSED")
    unkeyed = desk.post(path, cash)
    assert (unkeyed.status_code, unkeyed.get_json()["code"]) == (400, "ALREADY_PAID")
    with db.reading() as session:
        assert [one.status for one in session.scalars(select(Payment))] == ["PAID"]


def test_what_was_refused_is_tried_again_and_keys_are_each_accounts_own(
    desk: App, clinic: Clinic, signed_in: Callable[..., App]
) -> None:
    sent = clinic.booking(patientPhone="9876500001", patientName="Asha Menon")
    assert desk.post("/booking/front-desk", {**sent, "appointmentTime": "09:30"}, **KEY).status_code == 400
    assert desk.post("/booking/front-desk", sent, **KEY).status_code == 201
    with db.transaction():
        colleague = signed_in(make.staff("FRONT_DESK", clinic.centre))  # type: ignore[arg-type]
    taken = colleague.post("/booking/front-desk", sent, **KEY)
    assert (taken.status_code, "Idempotent-Replayed" in taken.headers) == (409, False)


def test_a_request_under_way_is_in_progress_and_one_whose_process_died_is_done_by_the_next(database: object) -> None:
    with db.transaction() as session:
        session.add(account := Account(audience="STAFF", phone="+919876500000", full_name="Desk"))
    asked = repeating.Repeatable.of(account.id, "k", b"POST", b"/x", b"{}")
    assert repeating.begin(asked) is None
    with pytest.raises(repeating.StillBeingDone):
        repeating.begin(asked)
    with db.transaction() as session:
        session.execute(update(AnsweredRequest).values(began_at=clock.now() - timedelta(seconds=31)))
    assert repeating.begin(asked) is None
    repeating.keep(asked, 201, b"who and when")
    assert repeating.begin(asked) == (201, b"who and when")
    with db.reading() as session:
        kept = session.scalar(select(AnsweredRequest.answer))
    assert kept
    assert b"who" not in kept
    assert sealing.box(repeating.PURPOSE).decrypt(kept) == b"who and when"
    with db.transaction() as session:
        session.execute(update(AnsweredRequest).values(began_at=clock.now() - timedelta(hours=49)))
    repeating.forget_answers()
    assert repeating.begin(asked) is None
