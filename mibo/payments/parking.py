"""Money that does not match is parked for a person: opened once, ended once, and found again by what it is about."""

from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mibo import audit, clock, db
from mibo.identity import Actor
from mibo.integrations.razorpay import ProviderPayment, ProviderRefund
from mibo.payments.heard import Mismatch, ProviderEvent
from mibo.payments.models import Attempt
from mibo.payments.rules import AlreadyResolved, MismatchReason

GREATEST_PAISE = 2**63 - 1
NOT_SETTLED_BY_MONEY = (MismatchReason.REFUND_NOT_OURS, MismatchReason.BOOKS_DIFFER, MismatchReason.ADJUSTED)

log = structlog.get_logger(__name__)


def park_payment(
    told: ProviderPayment, reason: MismatchReason, *, told_by: str, attempt_id: int | None = None, event_id: int | None = None
) -> int | None:  # fmt: skip
    """A payment waits for a person. The id of what was opened; None where that stands already, open or ended."""
    return _open(
        about=told.id, reason=reason, told_by=told_by, attempt_id=attempt_id, event_id=event_id, told_paise=told.paise,
        provider_payment_id=told.id, told_currency=told.currency, told_status=told.status, told_at=told.created_at,
        told_order_id=told.order_id, told_link_id=told.link_id,
    )  # fmt: skip


def park_refund(
    told: ProviderRefund, *, told_by: str, attempt_id: int | None = None, event_id: int | None = None
) -> int | None:
    """Money was given back that we did not ask to give back: a person says what for."""
    return _open(
        about=told.id, reason=MismatchReason.REFUND_NOT_OURS, told_by=told_by, attempt_id=attempt_id, event_id=event_id,
        provider_payment_id=told.payment_id, told_paise=told.paise, told_status=told.status, told_at=told.created_at,
    )  # fmt: skip


def park_event(event_id: int) -> int | None:
    """The provider told of money in a way that cannot be read."""
    return _open(about=f"event:{event_id}", reason=MismatchReason.UNREADABLE, told_by="WEBHOOK", event_id=event_id)


def park_unknown_link(link_id: str, provider_payment_id: str) -> int | None:
    """A payer came back, vouched for by the provider, from a link that is not in our books."""
    return _open(
        about=provider_payment_id, reason=MismatchReason.NOT_OURS, told_by="BROWSER",
        provider_payment_id=provider_payment_id, told_link_id=link_id,
    )  # fmt: skip


def park_settled(about: str, reason: MismatchReason, **facts: Any) -> int:
    """A line of a settlement does not match our books. The id of what stands about it, open or ended."""
    opened = _open(about=about, reason=reason, told_by="SETTLEMENT", **facts)
    if opened is not None:
        return opened
    return db.session().scalars(select(Mismatch.id).where(Mismatch.about == about, Mismatch.reason == reason)).one()


def _open(**facts: Any) -> int | None:
    values = {name: _fitting(name, value) for name, value in facts.items()}
    opened = db.session().scalar(insert(Mismatch).values(**values).on_conflict_do_nothing().returning(Mismatch.id))
    if opened is not None:
        audit.record("mismatch.opened", opened, by=None, reason=facts["reason"], told_by=facts["told_by"])
        log.error("payments.parked", mismatch=opened, reason=facts["reason"], attempt=facts.get("attempt_id"))
    return opened


def _fitting(name: str, value: Any) -> Any:
    """What the provider told, as far as our columns hold it: its words are not ours to trust."""
    if name == "told_paise":
        return value if value is not None and abs(value) <= GREATEST_PAISE else None
    if isinstance(value, str):
        column = Mismatch.__table__.columns[name]
        return value.replace("\x00", "")[: column.type.length]  # type: ignore[attr-defined]
    return value


def locked_mismatch(mismatch_id: int) -> Mismatch | None:
    """One of them, its row locked until the end of the transaction."""
    wanted = (
        select(Mismatch).where(Mismatch.id == mismatch_id).with_for_update().execution_options(populate_existing=True)
    )
    return db.session().scalar(wanted)


def resolve(one: Mismatch, resolution: str, *, by: Actor | None, note: str | None = None, **details: Any) -> None:
    """It waits no longer: how it ended, who said so (nobody: it settled by itself), and why. Raises AlreadyResolved."""
    if one.resolved_at is not None:
        raise AlreadyResolved
    one.resolution, one.resolved_at, one.note = resolution, clock.now(), note or None
    one.resolved_by = by.account_id if by else None
    audit.record(f"mismatch.{resolution.lower()}", one.id, by=one.resolved_by, reason=one.reason, **details)
    db.session().flush()


def place(one: Mismatch, attempt_id: int) -> None:
    """It is about this attempt, and so is what the provider told of it."""
    one.attempt_id = attempt_id
    if one.event_id:
        db.session().get_one(ProviderEvent, one.event_id).attempt_id = attempt_id


def settle_mismatches(provider_payment_id: str) -> None:
    """Money that we could not place is placed now: what was open about its payment settles by itself."""
    now = clock.now()
    settled = db.session().execute(
        update(Mismatch)
        .where(
            Mismatch.provider_payment_id == provider_payment_id, Mismatch.resolved_at.is_(None),
            Mismatch.reason.not_in(NOT_SETTLED_BY_MONEY),
        )
        .values(resolution="SETTLED", resolved_at=now)
        .returning(Mismatch.id, Mismatch.reason)
    )  # fmt: skip
    for mismatch_id, reason in settled.all():
        audit.record("mismatch.settled", mismatch_id, by=None, reason=reason)


def note_payment(mismatch_id: int, provider_payment_id: str) -> None:
    """Of which payment a refund is, where only its own id was told; and of which money of ours."""
    one = db.session().get_one(Mismatch, mismatch_id)
    if one.provider_payment_id is None:
        one.provider_payment_id = provider_payment_id
        of = select(Attempt.id).where(Attempt.provider_payment_id == provider_payment_id)
        one.attempt_id = one.attempt_id or db.session().scalar(of)


def note_look(mismatch_id: int, at: datetime) -> None:
    """The provider was asked about it again."""
    db.session().execute(update(Mismatch).where(Mismatch.id == mismatch_id).values(looked_at=at))
