"""The registration fee that was to be paid with one booking of a series, and now is with another (R-PAY-2)."""

from mibo import audit, db
from mibo.payments import actions


def owe_registration_with(from_id: int, to_id: int) -> None:
    """What one unpaid payment owes for registration is owed by another unpaid one of the same patient."""
    gone = actions.locked(from_id)
    paise = gone.registration_paise
    if gone.status != "PENDING" or not paise:
        return
    following = actions.locked(to_id)
    if following.status != "PENDING" or following.registration_paise:
        return
    gone.registration_paise, following.registration_paise = 0, paise
    for payment in (gone, following):
        for attempt in payment.attempts:
            if attempt.status == "OPEN" and attempt.kind == "DESK":
                attempt.paise = payment.amount_paise
    audit.record("payment.repriced", following.id, by=None, paise=following.amount_paise)
    db.session().flush()
