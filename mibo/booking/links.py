"""Payment links: opened, sent, sent again. A link ends with its hold and is closed with it (security.md line 65).

A link is asked for between two committed steps, so these verbs must not be called inside a transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from mibo import clinics, clock, db, jobs, payments
from mibo.booking import actions, paying, rules, telling
from mibo.booking.models import Appointment
from mibo.booking.rules import HoldOver, Status
from mibo.config import settings
from mibo.errors import DomainError, Missing
from mibo.identity import Actor
from mibo.integrations import razorpay
from mibo.integrations.http import ProviderError
from mibo.integrations.razorpay import Link
from mibo.jobs import job
from mibo.money import rupees
from mibo.payments import Attempt, Payment

SHORTEST_LINK = timedelta(minutes=16)  # the provider takes no end sooner than 15 minutes ahead
RETURN_PATH = "/pay/return"
DESK_SOURCES = ("FRONT_DESK", "CARE_COORDINATOR", "MANAGER")
LEFT_TO_THE_BELL = timedelta(seconds=10)
TRY_AGAIN_AFTER = timedelta(seconds=60)
BATCH = 50

log = structlog.get_logger(__name__)


class LinkNotSent(paying.PaymentAway):
    """The booking stands without its link; it can be sent again (R-BOOK-10)."""

    code = "LINK_NOT_SENT"
    message = "The booking is kept, but its payment link could not be made. Please send it again in a moment."


@dataclass(frozen=True)
class PaymentLink:
    """A page of the provider to pay a booking at, until the hold ends."""

    url: str
    paise: int
    expires_at: datetime
    link_id: str


@dataclass(frozen=True)
class _Wish:
    """What a link must say; `standing` is the link where there is one already."""

    appointment_id: int
    attempt_id: int
    paise: int
    expires_at: datetime
    description: str
    name: str
    phone: str
    standing: PaymentLink | None


def open_link(appointment_id: int, *, by: Actor) -> PaymentLink:
    """The one payment link for this booking at its price now; asked twice it is the same.

    A hold that would end sooner than a link can is prolonged to the link's end.
    Raises Missing, HoldOver, AlreadyPaid, LinkNotSent.
    """
    wish = _wish(appointment_id, by)
    if wish.standing:
        return wish.standing
    made = _make(wish)
    with db.transaction():
        link = _note(wish, made)
    return link or _say_why_not(wish)


def resend_link(appointment_id: int, *, by: Actor) -> PaymentLink:
    """The desk sends the link again, or at last; the former one is void (R-BOOK-9, 10). Raises as `open_link` does."""
    with db.transaction():
        payments.void_links(paying.payable(appointment_id, by).payment_id)
    return _send(_wish(appointment_id, by))


@job
def send_link(appointment_id: int) -> None:
    """Open the link of a desk booking and send it; where that fails it is tried again while the hold lives."""
    try:
        _send(_wish(appointment_id, None))
    except DomainError as error:
        log.info("payments.link_not_sent", appointment=appointment_id, because=error.code)


@job
def send_unsent_links() -> None:
    """Ring again for desk bookings without a link: the provider was away, the bell did not ring, or the price fell."""
    now = clock.now()
    with db.transaction() as session:
        unsent = (
            select(Attempt.id)
            .join(Payment)
            .join(Appointment, Appointment.payment_id == Payment.id)
            .where(
                Attempt.status == "OPEN",
                Attempt.kind == "LINK",
                Attempt.link_url.is_(None),
                Appointment.status == Status.PENDING,
                Appointment.held_until > now,
                Appointment.source.in_(DESK_SOURCES),
                or_(
                    Attempt.asked_at < now - TRY_AGAIN_AFTER,
                    and_(Attempt.asked_at.is_(None), Attempt.created_at < now - LEFT_TO_THE_BELL),
                ),
            )
            .order_by(Attempt.id)
            .limit(BATCH)
            .with_for_update(of=Attempt, skip_locked=True)
        )
        asked = update(Attempt).where(Attempt.id.in_(unsent)).values(asked_at=now).returning(Attempt.payment_id)
        bookings = select(Appointment.id).where(Appointment.payment_id.in_(session.scalars(asked).all()))
        for appointment_id in session.scalars(bookings):
            jobs.defer(send_link, appointment_id)


@dataclass(frozen=True)
class SentLink:
    """Where the button of a message leads; without a `url` there is nothing to pay by it any more."""

    url: str | None
    paid: bool


def link_by_token(token: str) -> SentLink | None:
    """What the random word in a message leads to now: the booking's open link, though the one sent was voided since.

    None when no such word was ever sent.
    """
    sent, now_open = aliased(Attempt), aliased(Attempt)
    still_open = and_(now_open.payment_id == sent.payment_id, now_open.status == "OPEN", now_open.link_url.is_not(None))
    wanted = (
        select(now_open.link_url, Payment.status, Appointment.status, Appointment.held_until)
        .select_from(sent)
        .join(Payment, Payment.id == sent.payment_id)
        .join(Appointment, Appointment.payment_id == Payment.id)
        .outerjoin(now_open, still_open)
        .where(sent.token == token)
        .order_by(now_open.id.desc())
    )
    with db.reading() as session:  # the message may be faster than a replica
        row = session.execute(wanted).first()
    if row is None:
        return None
    url, payment, status, held_until = row
    live = rules.is_live_hold(status, held_until, clock.now())
    return SentLink(url if live else None, payment == "PAID")


@dataclass(frozen=True)
class Standing:
    """How one link stands, and what came by it."""

    status: str
    paise: int
    paid_paise: int
    currency: str
    provider_payment_id: str | None
    paid_at: datetime | None


def standing(link_id: str, *, by: Actor) -> Standing:
    """How a link stands, for those who may pay by it or take its money; apps ask again and again: one statement. Raises
    Missing.
    """
    wanted = (
        select(Attempt, Appointment)
        .join(Appointment, Appointment.payment_id == Attempt.payment_id)
        .where(Attempt.provider_link_id == link_id)
        .options(joinedload(Appointment.patient, innerjoin=True))
    )
    if (found := db.session().execute(wanted).first()) is None:
        raise Missing("We could not find that payment link.")
    attempt, appointment = found
    paying.theirs(appointment, by)
    came = attempt.paid_at is not None
    over = attempt.expires_at is not None and attempt.expires_at <= clock.now()
    open_still = "expired" if over else "created"
    status = "paid" if came else "cancelled" if attempt.status == "VOID" and not over else open_still
    paid_paise = attempt.paise if came else 0
    return Standing(
        status, attempt.paise, paid_paise, attempt.currency, attempt.provider_payment_id, attempt.paid_at
    )  # fmt: skip


def _wish(appointment_id: int, by: Actor | None) -> _Wish:
    with db.transaction():
        appointment = paying.payable(appointment_id, by)
        assert appointment.held_until
        until = max(appointment.held_until, clock.now() + SHORTEST_LINK)
        if until > appointment.held_until and _is_patients(by) and not _may_be_prolonged(appointment, until):
            raise HoldOver
        attempt = payments.ask_by("LINK", appointment.payment_id, until)
        attempt.asked_at = clock.now()
    return _Wish(
        appointment_id,
        attempt.id,
        attempt.paise,
        until,
        _described(appointment),
        appointment.patient.full_name,
        appointment.patient.phone,
        _link_of(attempt),
    )


def _described(appointment: Appointment) -> str:
    """What stands above the sum on the provider's page: which booking, and on what terms it may be called off (M9)."""
    payment, hours = appointment.payment, appointment.payment.cutoff_hours
    owed = payments.Due(payment.consultation_paise, payment.registration_paise)
    early, late = (
        rupees(back) if (back := payments.refund_of_own_cancellation(owed, payment.terms, in_time=so)) else "nothing"
        for so in (True, False)
    )
    terms = (
        f"Cancelled {hours} hours before or earlier, {early} comes back; later {late}. All of it if the clinic cancels."
    )
    return f"Mibo, booking {appointment.reference}. {terms}"


def _is_patients(by: Actor | None) -> bool:
    return by is not None and by.audience == "PATIENT"


def _may_be_prolonged(appointment: Appointment, until: datetime) -> bool:
    return rules.may_be_kept_until(until, appointment.created_at, clinics.policy_in_force())


def _link_of(attempt: Attempt) -> PaymentLink | None:
    if attempt.link_url and attempt.provider_link_id and attempt.expires_at:
        return PaymentLink(attempt.link_url, attempt.paise, attempt.expires_at, attempt.provider_link_id)
    return None


def _make(wish: _Wish) -> Link:
    db.between_steps()
    try:
        return razorpay.open_link(
            payments.reference(wish.attempt_id),
            wish.paise,
            wish.expires_at,
            wish.description,
            callback_url=settings().base_url.rstrip("/") + RETURN_PATH,
            name=wish.name,
            phone=wish.phone,
        )
    except ProviderError as error:
        log.warning("payments.link_not_opened", attempt=wish.attempt_id, error=str(error))
        raise LinkNotSent from None


def _note(wish: _Wish, made: Link) -> PaymentLink | None:
    """Keep the link that was made; None, and the link closed, where nobody may pay by it any more."""
    appointment = actions.locked(wish.appointment_id)
    attempts = payments.locked(appointment.payment_id).attempts
    attempt = next(each for each in attempts if each.id == wish.attempt_id)
    attempt.provider_link_id, attempt.link_url = made.id, made.url
    attempt.expires_at = made.expires_at or wish.expires_at
    live = rules.is_live_hold(appointment.status, appointment.held_until, clock.now())
    if not (live and attempt.status == "OPEN" and made.status == "created"):
        payments.void(attempt)
        return None
    appointment.held_until = max(attempt.expires_at, appointment.held_until or attempt.expires_at)
    db.session().flush()
    return _link_of(attempt)


def _send(wish: _Wish) -> PaymentLink:
    made = None if wish.standing else _make(wish)
    with db.transaction() as session:
        link = _note(wish, made) if made else wish.standing
        if link:
            one = actions.locked(wish.appointment_id)
            telling.payment_link(one, session.get_one(Attempt, wish.attempt_id), wait_s=_patience(one))
    return link or _say_why_not(wish)


def _patience(one: Appointment) -> int:
    """A booking of the desk can be undone for a moment; until then its link does not leave (M13)."""
    wait = clinics.policy_in_force().undo_seconds
    past = int((clock.now() - one.created_at).total_seconds())
    return min(max(wait - past, 0), wait) if one.source in DESK_SOURCES else 0


def _say_why_not(wish: _Wish) -> PaymentLink:
    with db.transaction():
        paying.payable(wish.appointment_id, None)
    raise LinkNotSent
