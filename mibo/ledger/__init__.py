"""Money as it is looked at: what came in, went back, is owed; and whose the audit's ids are. Nothing here changes anything."""

from mibo.ledger import lists, settled
from mibo.ledger.lists import PaymentWish
from mibo.ledger.money import METHODS
from mibo.ledger.named import Named, named
from mibo.ledger.one import PaymentInFull, payment_in_full
from mibo.ledger.owing import Age, Owed, owed_by_age, owed_of
from mibo.ledger.own import OwnPayment, own_payments
from mibo.ledger.patients import Entry, PatientLedger, ledger_of
from mibo.ledger.rows import PaymentRow, State, is_owed_now
from mibo.ledger.takings import LINES_AT_MOST, Taken, TakingsLine, TakingsWish, lines_of, some_lines, takings

__all__ = [
    "LINES_AT_MOST",
    "METHODS",
    "Age",
    "Entry",
    "Named",
    "Owed",
    "OwnPayment",
    "PatientLedger",
    "PaymentInFull",
    "PaymentRow",
    "PaymentWish",
    "State",
    "Taken",
    "TakingsLine",
    "TakingsWish",
    "is_owed_now",
    "ledger_of",
    "lines_of",
    "lists",
    "named",
    "owed_by_age",
    "owed_of",
    "own_payments",
    "payment_in_full",
    "settled",
    "some_lines",
    "takings",
]
