"""What is owed no more because its booking came to nothing, and is owed again where that was a mistake.

It stands with the payment, so that the few that are owed are found among the many that never will be paid.
"""

from sqlalchemy import update

from mibo import clock, db
from mibo.payments.models import Payment


def release(payment_id: int) -> None:
    """Nobody has to pay for it any more; what is paid stays paid."""
    owed = Payment.id == payment_id, Payment.status == "PENDING", Payment.released_at.is_(None)
    db.session().execute(update(Payment).where(*owed).values(released_at=clock.now()))


def owe_again(payment_id: int) -> None:
    """The booking stands after all."""
    released = Payment.id == payment_id, Payment.released_at.is_not(None)
    db.session().execute(update(Payment).where(*released).values(released_at=None))
