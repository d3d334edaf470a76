"""Razorpay's SDK on our own session: with timeouts, errors that say what went wrong, and certificates of today."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import certifi
from razorpay import Client

from mibo.config import settings
from mibo.integrations.http import Outgoing, ProviderError
from mibo.integrations.wire import maybe_text, part

KNOWN_REFUSALS = {
    "already attempted": "REFERENCE_TAKEN",
    "different request": "KEY_REUSED",
    "fully refunded": "FULLY_REFUNDED",
    "authentication failed": "AUTHENTICATION_FAILED",
}

_talking: ContextVar[Any] = ContextVar("razorpay", default=None)


@contextmanager
def conversation() -> Iterator[None]:
    """What is asked inside, by this thread, goes over one connection: for many questions one after another."""
    with _connected() as client:
        token = _talking.set(client)
        try:
            yield
        finally:
            _talking.reset(token)


@contextmanager
def opened() -> Iterator[Any]:
    """The SDK, ready to ask: inside a conversation the one that is under way."""
    if (client := _talking.get()) is not None:
        yield client
        return
    with _connected() as client:
        yield client


@contextmanager
def _connected() -> Iterator[Any]:
    """The SDK on our own session: its own knows no timeout, hides what went wrong and brings certificates of 2015."""
    config = settings()
    if not (config.razorpay_key_id and config.razorpay_key_secret):
        raise ProviderError("razorpay", "refused", "NOT_CONFIGURED")
    with Outgoing("razorpay", config.razorpay_url, read_error=_read_error) as session:
        auth = (config.razorpay_key_id, config.razorpay_key_secret)
        client = Client(session=session, auth=auth, base_url=config.razorpay_url.rstrip("/"))
        client.cert_path = certifi.where()
        yield client


def _read_error(answer: object) -> tuple[str, str]:
    error = part(answer, "error")
    text = maybe_text(error, "description") or ""
    known = (code for words, code in KNOWN_REFUSALS.items() if words in text.lower())
    field = maybe_text(error, "field")
    return next(known, maybe_text(error, "code") or ""), f"{text} [{field}]" if field else text
