"""A document is sent as a link: for one document, for some weeks, and taken back with a press."""

from datetime import timedelta

from sqlalchemy import select, update

from mibo import audit, clock, db, messaging, people
from mibo.errors import Missing
from mibo.identity import LONGEST_KEY, Actor, hash_of, new_key
from mibo.payments.models import Payment
from mibo.payments.receipt_models import Receipt, ReceiptLink
from mibo.payments.receipts import visit
from mibo.people import Patient
from mibo.phrases import phrase

LIFE = timedelta(days=30)
PATH = "receipt/"


class ReceiptLinkOver(Missing):
    """It has run out or was taken back; or there never was one."""

    code = "RECEIPT_LINK_OVER"
    message = phrase("This link does not work any more. Ask the clinic for a new one, or sign in to see your receipts.")


def send_receipt(one: Receipt, *, by: Actor) -> None:
    """Send it to the patient by WhatsApp, in neutral words. The links that were sent before work no more."""
    revoke_links(one.id, by=by)
    token, expires_at = new_key(), clock.now() + LIFE
    link = ReceiptLink(
        receipt_id=one.id, token_hash=hash_of(token), made_by=by.account_id, expires_at=expires_at
    )  # fmt: skip
    db.session().add(link)
    db.session().flush()
    patient = db.session().scalars(
        select(Patient).join(Payment, Payment.patient_id == Patient.id).where(Payment.id == one.payment_id)
    ).one()  # fmt: skip
    reference = one.content["visit"]["reference"]
    people.inbox.tell(
        messaging.wording.receipt(patient.full_name, reference=reference, days=LIFE.days, link=PATH + token), patient,
        dedupe_key=_dedupe_key(link.id), not_after=expires_at, about_id=_visit_of(one), centre_id=one.centre_id,
    )  # fmt: skip
    audit.record("receipt.sent", one.id, by=by.account_id, code=one.code)


def revoke_links(receipt_id: int, *, by: Actor) -> bool:
    """The links of a document open nothing any more, and what has not left of them does not leave. Whether there were any."""
    revoked = db.session().scalars(
        update(ReceiptLink)
        .where(
            ReceiptLink.receipt_id == receipt_id, ReceiptLink.revoked_at.is_(None), ReceiptLink.expires_at > clock.now()
        )
        .values(revoked_at=clock.now())
        .returning(ReceiptLink.id)
    ).all()  # fmt: skip
    if revoked:
        messaging.withdraw(*(_dedupe_key(link_id) for link_id in revoked))
        audit.record("receipt.link_revoked", receipt_id, by=by.account_id)
    return bool(revoked)


def receipt_by_link(token: str) -> Receipt:
    """The document of a link that works. Raises ReceiptLinkOver."""
    found = db.session().scalar(
        select(Receipt)
        .join(ReceiptLink, ReceiptLink.receipt_id == Receipt.id)
        .where(
            ReceiptLink.token_hash == hash_of(token[:LONGEST_KEY]), ReceiptLink.revoked_at.is_(None),
            ReceiptLink.expires_at > clock.now(),
        )
    )  # fmt: skip
    if found is None:
        raise ReceiptLinkOver
    return found


def live_link(receipt_id: int) -> ReceiptLink | None:
    """The link of a document that works."""
    return db.session().scalar(
        select(ReceiptLink)
        .where(
            ReceiptLink.receipt_id == receipt_id, ReceiptLink.revoked_at.is_(None), ReceiptLink.expires_at > clock.now()
        )
        .order_by(ReceiptLink.id.desc())
        .limit(1)
    )  # fmt: skip


def _visit_of(one: Receipt) -> int | None:
    return db.session().scalar(select(visit.c.id).where(visit.c.payment_id == one.payment_id))


def _dedupe_key(link_id: int) -> str:
    return f"receipt:{link_id}"
