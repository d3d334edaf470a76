"""Money that the desk noted by mistake and never took: it is unsaid, not given back (M13)."""

from sqlalchemy import update

from mibo import audit, clock, db
from mibo.identity import Actor
from mibo.payments import actions, drawers
from mibo.payments.models import Tender
from mibo.payments.receipts import cancel_receipt
from mibo.people import Patient


def unsay_desk_payment(payment_id: int, *, by: Actor) -> None:
    """What was noted as taken at the desk was not; the registration that it paid is owed again with the next booking.

    What was not paid at the desk stays as it is. Raises DrawerClosed where its drawer has been counted.
    """
    payment = actions.locked(payment_id)
    noted = next((each for each in payment.attempts if each.status == "PAID" and each.kind == "DESK"), None)
    if noted is None:
        return
    drawers.check_still_open(noted.id)
    noted.status, noted.paid_at = "VOID", None
    db.session().execute(update(Tender).where(Tender.attempt_id == noted.id).values(voided_at=clock.now()))
    payment.status, payment.method, payment.paid_at = "PENDING", None, None
    if payment.registration_paise:
        db.session().get_one(Patient, payment.patient_id).registration_paid_at = None
    audit.record("payment.unsaid", payment.id, by=by.account_id, method=noted.method, paise=noted.paise)
    db.session().flush()
    cancel_receipt(payment.id, by=by.account_id)
