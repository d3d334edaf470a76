"""Refusals that the API words in its own way (api-contract.md 1.3, 1.4); all others are web/errors.py's."""

import orjson
from flask import Blueprint, request
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from mibo import booking, care, clock, db, identity, payments
from mibo.booking import SlotTaken
from mibo.errors import Conflict
from mibo.identity import Account, TooMany, Verdict, second_factor
from mibo.web import errors
from mibo.web.api import dialect
from mibo.web.api.slots import slots_of

BUSINESS = (
    booking.CannotCancel, booking.CannotMove, booking.HoldOver, booking.NotAllowed, booking.NotOffered,
    booking.TooManyAhead, booking.TooManyHolds,
    care.CannotEnd, care.CannotStart, identity.CodeUsed, payments.AlreadyPaid, payments.DrawerClosed,
    payments.FeeMissing,
)  # fmt: skip
PROVING = ("patient_auth", "staff_auth")


def word(blueprint: Blueprint) -> None:
    """Register the API's own wordings."""
    blueprint.register_error_handler(TooManyRequests, _too_many)
    blueprint.register_error_handler(SlotTaken, _slot_taken)
    blueprint.register_error_handler(booking.PaymentAway, _provider_away)
    for kind in BUSINESS:
        blueprint.register_error_handler(kind, _business)


def _business(error: Conflict) -> Response:
    return errors.answer(400, error.message, code=error.code)


def _provider_away(error: Conflict) -> Response:
    response = errors.answer(503, error.message, code=error.code)
    response.headers["Retry-After"] = str(errors.RETRY_AFTER_S)
    return response


def _too_many(error: TooManyRequests) -> Response:
    proving = (request.blueprint or "").rpartition(".")[2] in PROVING
    response = errors.answer(429, errors.SENTENCES[429], code=("AUTH_" if proving else "") + "RATE_LIMIT_EXCEEDED")
    response.headers["Retry-After"] = str(getattr(error, "retry_after", None) or 60)
    return response


def _slot_taken(error: SlotTaken) -> Response:
    """Somebody was faster: the times of that day that are still free go along (R-BOOK-2)."""
    wanted = error.wanted
    day = clock.clinic_day(wanted.starts_at)
    with db.reading():
        free = booking.open_times(wanted.clinician_id, wanted.centre_id, day, wanted.mode) or []
    response = errors.answer(409, error.message, code=error.code)
    body = orjson.loads(response.get_data())
    body["error"]["freshSlots"] = slots_of(free)
    body["data"] = {"date": day.isoformat(), "slots": body["error"]["freshSlots"]}
    response.set_data(orjson.dumps(dialect.spoken(body) if dialect.is_incumbent() else body))
    return response


def again_later(outcome: TooMany) -> Response:
    """Too many codes or passwords. Answered and not raised, because what was counted must stay counted."""
    response = errors.answer(429, errors.SENTENCES[429], code="AUTH_RATE_LIMIT_EXCEEDED")
    response.headers["Retry-After"] = str(outcome.retry_after)
    return response


def wrong_code(verdict: Verdict) -> Response:
    """A code that does not fit; two texts that older clients compare."""
    return errors.answer(400, "Invalid OTP" if verdict is Verdict.WRONG else "Invalid or expired OTP")


def wrong_password() -> Response:
    """A name and a password that do not belong together."""
    return errors.answer(401, "Invalid credentials")


def no_password() -> Response:
    """Patients have no password, whoever they say they are."""
    return errors.answer(401, "Patients sign in with a code. Please ask for one with your phone number.")


def second_step(account: Account, totp: str | None) -> Response | None:
    """What an account with an authenticator app is answered without its code, or with a wrong one."""
    if not second_factor.enrolled(account):
        return None
    if not totp:
        return errors.answer(401, "Authenticator code required", code="SECOND_FACTOR_REQUIRED")
    outcome = identity.prove(account, totp)
    if isinstance(outcome, TooMany):
        return again_later(outcome)
    return None if outcome.good else errors.answer(401, "Invalid authenticator code", code="SECOND_FACTOR_WRONG")


def bad_refresh() -> Response:
    """A refresh token that is not, or no longer, good."""
    return errors.answer(401, "Invalid or expired refresh token")
