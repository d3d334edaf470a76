"""Nobody learns from the work done who is known (security.md lines 01, 13, 16): statements and hashes are counted, not time."""

from collections.abc import Callable

import argon2
import pytest

from mibo import db, identity
from mibo.identity import Account
from mibo.identity.permissions import Role
from tests import make
from tests.counting import statements

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "kettle-orbit-lantern-42"
OUTBOX = "INSERT INTO message"


@pytest.fixture
def staff() -> Account:
    with db.transaction():
        account = make.staff(Role.FRONT_DESK, username="deepa")
        identity.set_password(account, PASSWORD)
        make.staff(Role.FRONT_DESK, username="closed", active=False)
        make.staff(Role.FRONT_DESK, username="new_here")
        return account


def work_of(act: Callable[[], object]) -> list[str]:
    """What is asked of the database, statement by statement, without its values."""
    with statements() as sent, db.transaction():
        act()
    return [" ".join(each.split()) for each in sent]


def phone_of(**account: object) -> str:
    with db.transaction():
        return make.staff(Role.FRONT_DESK, **account).phone


def test_a_code_for_a_patient_is_the_same_work_whether_the_phone_is_known_or_not() -> None:
    with db.transaction():
        known = make.patient().phone
    work = [work_of(lambda phone=phone: identity.ask_for_code("PATIENT", phone)) for phone in (known, "+919811100001")]
    assert work[0] == work[1]
    assert sum(OUTBOX in each for each in work[0]) == 1


def test_a_code_for_staff_differs_by_nothing_but_the_message_that_is_promised() -> None:
    phones = (phone_of(), phone_of(active=False), "+919811100002")
    known, closed, nobody = (work_of(lambda phone=phone: identity.ask_for_code("STAFF", phone)) for phone in phones)
    assert closed == nobody
    assert [each for each in known if OUTBOX not in each] == nobody
    assert len(known) == len(nobody) + 1


def test_a_wrong_code_is_the_same_work_for_a_phone_with_and_without_an_account() -> None:
    with db.transaction():
        known = make.patient().phone
    phones = (known, "+919811100003")
    for phone in phones:
        with db.transaction():
            identity.ask_for_code("PATIENT", phone)
    work = [work_of(lambda phone=phone: identity.check_code("PATIENT", phone, "no-code")) for phone in phones]
    assert work[0] == work[1]


def test_a_wrong_password_costs_one_hash_and_the_same_statements_whoever_is_named(
    staff: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed = []
    verify = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, *given: object) -> bool:
        hashed.append(1)
        return verify(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    names = ("deepa", "closed", "new_here", "nobody_at_all")
    with db.transaction():
        identity.check_password_sign_in("first", PASSWORD, address="10.0.0.1")  # makes the hash of nobody, once
    costs = []
    for name in names:
        hashed.clear()
        work = work_of(
            lambda name=name: identity.check_password_sign_in(name, "not this one at all", address="10.0.0.2")
        )
        costs.append((len(hashed), work))
    assert all(cost == costs[0] for cost in costs), [(n, len(work)) for n, work in costs]
    assert costs[0][0] == 1
