"""What a browser carries for us between two steps and may not read: a phone number on a shared computer."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mibo.config import settings

LIFE_S = 30 * 60


def seal(purpose: str, text: str) -> str:
    """`text` so that only this app can read it."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str | None) -> str | None:
    """What was sealed for this purpose in the last half hour, or None."""
    try:
        return _fernet(purpose).decrypt((sealed or "").encode(), ttl=LIFE_S).decode()
    except InvalidToken:
        return None


def _fernet(purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in settings().keys_for(f"sealed {purpose}")])
