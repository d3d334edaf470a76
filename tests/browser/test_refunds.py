"""Money goes back in a real browser: cancelled, approved, sent, arrived, and read by the patient at every step."""

import pytest
from playwright.sync_api import expect

from mibo import clinics, db
from mibo.booking import Appointment
from mibo.identity.permissions import Role
from tests import make
from tests.booking.money import Held
from tests.booking.refunds import called_off, paid_online, refund_ids
from tests.browser.test_changes import at_browser, is_sound, put_off
from tests.machine import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("database", "sandbox")]
__all__ = ["at_browser"]


@pytest.fixture
def paid(sandbox: Sandbox, live: str) -> Held:
    """Paid at the provider, three days ahead; what a manager approves leaves at once."""
    with db.transaction():
        clinics.decide_policy({"undo_seconds": 0}, "So that nobody waits in a test", by=None)
    waiting = paid_online(sandbox)
    with db.transaction():
        put_off(waiting.appointment)
    return waiting


@pytest.fixture
def maya(database: object) -> int:
    with db.transaction():
        return make.staff(Role.MANAGER, name="Maya Manager").id


def test_cancelled_approved_sent_and_arrived_as_the_patient_reads_it(
    paid: Held, maya: int, at_browser, sandbox: Sandbox, worker: None
) -> None:
    with db.reading() as session:
        reference = session.get_one(Appointment, paid.id).reference
    own, manager = at_browser(paid.patient.id, width=360), at_browser(maya)
    own.goto(f"/my/{reference}/cancellation")
    expect(own.get_by_text("If you cancel now you get back ₹1,600")).to_be_visible()
    own.get_by_role("button", name="Cancel my appointment").click()
    expect(own.get_by_text("A refund of ₹1,600 was requested on")).to_be_visible()
    sandbox.fault("razorpay", "refund_pending")
    manager.goto("/money/refunds")
    expect(manager.get_by_role("link", name="Refunds 1 waiting").last).to_be_visible()
    manager.get_by_role("link", name=paid.patient.full_name).click()
    manager.get_by_role("button", name="Approve ₹1,600").click()
    expect(manager.get_by_text("Approved. It leaves in a moment.")).to_be_visible()
    refund = manager.url
    expect(_reloaded(manager, refund, "On its way to the bank")).to_be_visible()
    expect(_reloaded(own, f"/my/{reference}", "₹1,600 was sent to your bank on")).to_be_visible()
    number = manager.get_by_text("rfnd_").inner_text()
    sandbox.end_refund(number)
    expect(_reloaded(own, f"/my/{reference}", "₹1,600 was given back to you on")).to_be_visible()
    expect(_reloaded(manager, refund, "Given back")).to_be_visible()


def _reloaded(page, path: str, words: str):
    """The words, once the page says them: what a job does settles a little later."""
    for _ in range(100):
        page.goto(path)
        if page.get_by_text(words).count():
            break
        page.wait_for_timeout(100)
    return page.get_by_text(words).first


def test_cash_is_approved_and_handed_over_without_script(maya: int, at_browser, paid: Held) -> None:
    back = called_off(paid)
    manager = at_browser(maya, javascript=False)
    manager.goto(f"/money/refunds/{back.refund_id}")
    manager.get_by_label("At the desk").check()
    manager.get_by_role("button", name="Approve ₹1,700").click()
    manager.get_by_label("UPI").check()
    manager.get_by_role("button", name="Note ₹1,700 as given back").click()
    expect(manager.get_by_role("link", name="Type the reference number")).to_be_visible()
    manager.get_by_label("Reference number").fill("447100329811")
    manager.get_by_role("button", name="Note ₹1,700 as given back").click()
    expect(manager.get_by_text("Noted as given back.")).to_be_visible()
    assert back.now.reference == "447100329811"


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_refunds_is_sound(maya: int, at_browser, paid: Held, width: int) -> None:
    manager = at_browser(maya, width=width)
    manager.goto(f"/desk/appointments/{paid.id}/refund")
    is_sound(manager, "new")
    called_off(paid)
    for name, path in {
        "list": "/money/refunds", "empty": "/money/refunds?which=failed",
        "one": f"/money/refunds/{refund_ids(paid)[0]}", "record": f"/desk/appointments/{paid.id}",
    }.items():  # fmt: skip
        manager.goto(path)
        is_sound(manager, name)
