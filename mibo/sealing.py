"""What may not lie open, sealed for one purpose: under the secret key, and readable under those before it."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from mibo.config import settings

__all__ = ["InvalidToken", "box"]


def box(purpose: str) -> MultiFernet:
    """Seals and unseals for this purpose only; what was sealed for another raises InvalidToken."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in settings().keys_for(purpose)])
