"""Money handed over at the desk: in cash, by card, by UPI, or in several ways at once (R-PAY-8, 10)."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from mibo import audit, clock, db
from mibo.errors import Conflict, Invalid, Missing, Problem
from mibo.identity import Actor
from mibo.payments import actions, drawers
from mibo.payments.models import Attempt, Payment, Tender
from mibo.payments.receipts import issue_receipt
from mibo.payments.rules import (
    AlreadyPaid,
    Handed,
    kept_reference,
    main_method,
    reference_in,
    refuse_card_number,
    shares,
)


class ReferenceUsed(Invalid):
    """A UPI reference was noted before: `payment_id` is what it paid for. Who may know more is for the caller."""

    def __init__(self, field: str, payment_id: int, words: str = "This UPI reference was noted before.") -> None:
        super().__init__(words, problems=[Problem(field, words)])
        self.place, self.payment_id = field, payment_id


def take_at_desk(
    payment: Payment,
    method: str,
    note: str | None,
    by: Actor,
    *,
    centre_id: int,
    reference: str | None = None,
    with_id: int | None = None,
) -> Attempt:
    """Take all of it one way: CASH, CARD or UPI. Raises AlreadyPaid, Invalid, ReferenceUsed, DrawerClosed."""
    reference = reference or reference_in(method, note)
    handed = [Handed(method, reference=reference)]
    return take_in_parts(payment, handed, note, by, centre_id=centre_id, with_id=with_id)


def take_in_parts(
    payment: Payment,
    handed: Sequence[Handed],
    note: str | None,
    by: Actor,
    *,
    centre_id: int,
    with_id: int | None = None,
) -> Attempt:
    """Take what is owed in one or several ways, into their drawer; what was open is closed first (R-PAY-8, 10).

    `with_id` is a tender by which one transfer pays for several bookings.
    Raises AlreadyPaid, Invalid, ReferenceUsed, DrawerClosed.
    """
    refuse_card_number(note)
    payment = actions.locked(payment.id)
    if payment.status != "PENDING":
        raise AlreadyPaid
    parts = shares(handed, payment.amount_paise)
    actions.void_open(payment.attempts)
    taken = Attempt(
        payment_id=payment.id, kind="DESK", paise=payment.amount_paise, note=note or None, taken_by=by.account_id
    )
    payment.attempts.append(taken)
    actions.mark_paid(payment, taken, main_method(parts), clock.now())
    # locked last: whoever has opened a drawer waits for no booking any more
    drawer_id = drawers.current(centre_id, by=by).id
    for n, part in enumerate(parts):
        _keep(taken, part, n, by, {"with_id": with_id, "drawer_id": drawer_id})
    db.session().refresh(taken, ["tenders"])
    audit.record(
        "payment.taken", payment.id, by=by.account_id, method=taken.method, paise=taken.paise,
        **({"parts": ", ".join(f"{part.method} {part.paise}" for part in parts)} if len(parts) > 1 else {}),
    )  # fmt: skip
    issue_receipt(payment.id, by=by.account_id)
    return taken


class ReferenceKnown(Conflict):
    """Its reference was noted already, and what was noted stays."""

    code = "REFERENCE_KNOWN"
    message = "Its reference has been noted already. What is noted once stays."


def add_reference(payment_id: int, tender_id: int, typed: str, *, by: Actor) -> Tender:
    """The reference of money that was taken without one is noted later, once; what it also paid for has the same.

    Raises Missing, Invalid, ReferenceUsed, ReferenceKnown.
    """
    actions.locked(payment_id)
    tender = _standing(payment_id, tender_id)
    reference = kept_reference(tender.method, typed, "reference")
    if reference is None:
        raise Invalid.field("reference", "Enter the reference number.")
    if tender.reference:
        raise ReferenceKnown
    try:
        with db.session().begin_nested():
            tender.reference = reference
            db.session().execute(update(Tender).where(Tender.with_id == tender.id).values(reference=reference))
            db.session().flush()
    except IntegrityError as error:
        if db.violated(error) != "uq_tender_upi_reference":
            raise
        raise ReferenceUsed("reference", _paid_by(reference)) from None
    audit.record("payment.reference_added", payment_id, by=by.account_id, method=tender.method)
    return tender


def _standing(payment_id: int, tender_id: int) -> Tender:
    """Money of this payment by card or UPI, not in one transfer with another's. Raises Missing."""
    wanted = (
        select(Tender).join(Attempt, Attempt.id == Tender.attempt_id)
        .where(
            Tender.id == tender_id, Attempt.payment_id == payment_id, Tender.voided_at.is_(None),
            Tender.with_id.is_(None), Tender.method != "CASH",
        )
    )  # fmt: skip
    found = db.session().scalar(wanted)
    if found is None:
        raise Missing("We could not find that payment.")
    return found


def tenders_of(payment_id: int) -> Sequence[Tender]:
    """What was handed over at the desk for a payment and stands, in its order."""
    wanted = select(Tender).join(Attempt, Attempt.id == Tender.attempt_id)
    stands = Attempt.payment_id == payment_id, Tender.voided_at.is_(None)
    return db.session().scalars(wanted.where(*stands).order_by(Tender.id)).all()


def _keep(taken: Attempt, part: Handed, n: int, by: Actor, more: Mapping[str, int | None]) -> None:
    """Insert a part; the index decides who of two was first to note a UPI reference."""
    told = {
        "attempt_id": taken.id, "method": part.method, "paise": part.paise, "reference": part.reference,
        "taken_by": by.account_id, "taken_at": clock.now(), **more,
    }  # fmt: skip
    once = insert(Tender).values(**told).on_conflict_do_nothing(
        index_elements=[Tender.reference],
        index_where=text("method = 'UPI' and voided_at is null and with_id is null"),
    )  # fmt: skip
    if db.session().scalar(once.returning(Tender.id)) is None:
        raise ReferenceUsed(f"also_{n}_reference" if n else "reference", _paid_by(part.reference))


def _paid_by(reference: str | None) -> int:
    first = Tender.reference == reference, Tender.method == "UPI", Tender.voided_at.is_(None), Tender.with_id.is_(None)
    wanted = select(Attempt.payment_id).join(Tender, Tender.attempt_id == Attempt.id).where(*first)
    return db.session().scalars(wanted).one()
