"""Money as it is looked at: what came in, what went back, what is owed. Nothing here changes anything."""

from mibo.ledger import lists
from mibo.ledger.lists import PaymentWish
from mibo.ledger.one import PaymentInFull, payment_in_full
from mibo.ledger.rows import PaymentRow, State, is_owed_now

__all__ = ["PaymentInFull", "PaymentRow", "PaymentWish", "State", "is_owed_now", "lists", "payment_in_full"]
