"""The pages of money that does not match."""

import pytest
from flask import Flask

from mibo import db
from mibo.identity.permissions import Role
from tests import make
from tests.booking.money import held, standing
from tests.booking.parked import heard, newest, stray
from tests.booking.refunds import paid_online
from tests.booking.test_writing_in import given_back_there
from tests.machine import Sandbox
from tests.web.pages.desk import Desk, statements
from tests.web.pages.visitor import problems, words

pytestmark = pytest.mark.usefixtures("database", "sandbox")

HERE = "/money/mismatches"


@pytest.fixture
def manager(app: Flask) -> Desk:
    with db.transaction():
        who = make.staff(Role.MANAGER, name="Meera Nair")
    return Desk(app.test_client(), who)


def test_without_any_the_page_says_that_everything_matches(manager: Desk) -> None:
    answer = manager.get(HERE)
    assert "Everything matches" in words(answer)
    assert "Nothing is resolved yet" in words(manager.get(f"{HERE}?resolved=1"))
    assert manager.get(f"{HERE}?reason=NONSENSE").status_code == 303


def test_what_waits_is_listed_with_what_we_asked_and_what_came(manager: Desk, sandbox: Sandbox) -> None:
    waiting = held()
    heard(stray(sandbox))
    manager.get(HERE)  # what is asked once in a process is asked now
    with statements() as asked_once:
        manager.get(HERE)
    for paise, receipt in ((1_23, "b"), (5_00, "c")):
        heard(stray(sandbox, paise=paise, receipt=receipt))
    with statements() as asked:
        answer = manager.get(HERE)
    assert len(asked) == len(asked_once)
    said = words(answer)
    assert "Money that does not match 3" in said
    for each in ("Of no booking of ours", "₹1,700", "₹1.23", "₹5", "Nothing"):
        assert each in said, each
    assert "Everything matches" in words(manager.get(f"{HERE}?reason=WRONG_AMOUNT"))
    assert "Does not match 3" in words(answer, within="nav")
    one = manager.get(f"{HERE}/{newest().id}")
    assert waiting.appointment.reference not in one.text  # another price, so nobody guesses


def test_it_is_attached_from_the_page_and_then_stands_under_resolved(manager: Desk, sandbox: Sandbox) -> None:
    waiting = held()
    parked = heard(stray(sandbox))
    address = f"{HERE}/{parked}"
    page = manager.get(address)
    assert f'name="reference" value="{waiting.appointment.reference}"' in page.text
    wrong = manager.post(f"{address}/booking", reference="MB-0000")
    assert (wrong.status_code, 'value="MB-0000"' in wrong.text) == (422, True)
    assert problems(wrong) == ["We have no booking of that reference. It looks like MB-7F3K."]
    empty = manager.post(f"{address}/booking")
    assert problems(empty) == ["Enter the reference of the booking."]
    done = manager.post(f"{address}/booking", reference=waiting.appointment.reference)
    assert done.status_code == 303
    assert "paid by it and confirmed" in words(manager.get(address))
    assert standing(waiting).appointment == "CONFIRMED"
    again = manager.post(f"{address}/booking", reference=waiting.appointment.reference)
    assert (again.status_code, problems(again)) == (
        409, ["This has been settled meanwhile. Please look at it again."],
    )  # fmt: skip
    resolved = words(manager.get(f"{HERE}?resolved=1"))
    assert "Attached to a booking" in resolved
    assert "Meera Nair" in resolved


def test_it_is_looked_at_given_back_or_set_aside(manager: Desk, sandbox: Sandbox) -> None:
    waiting = held()
    one, two = (heard(stray(sandbox, receipt=each)) for each in "ab")
    assert manager.post(f"{HERE}/{one}/look").status_code == 303
    assert "it still does not match" in words(manager.get(f"{HERE}/{one}"))
    sandbox.fault("razorpay", "500", times=1)
    manager.post(f"{HERE}/{one}/look")
    assert "could not be asked just now" in words(manager.get(f"{HERE}/{one}"))
    assert manager.post(f"{HERE}/{one}/return").status_code == 422
    assert manager.post(f"{HERE}/{one}/return", meant_for=waiting.appointment.reference).status_code == 303
    assert "₹1,700 goes back" in words(manager.get(f"{HERE}/{one}"))
    short = manager.post(f"{HERE}/{two}/set-aside", note="ok")
    assert (short.status_code, problems(short)) == (422, ["Say why in a few words, at least five letters."])
    assert manager.post(f"{HERE}/{two}/set-aside", note="Our own test payment").status_code == 303
    assert "“Our own test payment”" in words(manager.get(f"{HERE}/{two}"))
    assert "Everything matches" in words(manager.get(HERE))


def test_what_was_given_back_elsewhere_is_written_into_the_books_from_the_page(manager: Desk, sandbox: Sandbox) -> None:
    waiting = paid_online(sandbox)
    parked = given_back_there(waiting, 500_00)
    address = f"{HERE}/{parked}"
    said = words(manager.get(address))
    assert "₹500 given back of" in said
    assert "A refund is noted beside the booking" in said
    short = manager.post(f"{address}/refund", reason="ok")
    assert (short.status_code, problems(short)) == (
        422, ["Say what for and by whom it was given back, in five letters at least."],
    )  # fmt: skip
    assert manager.post(f"{address}/refund", reason="Ravi gave it back by hand").status_code == 303
    done = words(manager.get(address))
    assert "₹500 given back now stands in the books." in done
    assert "Written into the books" in done
    assert manager.post(f"{address}/refund", reason="Ravi gave it back by hand").status_code == 409
    payment = words(manager.get(f"/money/payments/{waiting.appointment.payment_id}"))
    assert "Ravi gave it back by hand" in payment
