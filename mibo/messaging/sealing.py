"""What may not lie open in the database, such as a sign-in code, is sealed until it is sent, and then wiped."""

import base64
import json

from cryptography.fernet import Fernet, MultiFernet

from mibo.config import settings

LINK = " link"  # beside the sealed values; no template has a gap of this name


def seal(secret: dict[str, str]) -> bytes:
    """Values that only a process with the secret key can read."""
    return _fernet().encrypt(json.dumps(secret).encode())


def unseal(sealed: bytes) -> dict[str, str]:
    """What was sealed, under this secret key or one before it. Raises InvalidToken when all of them are gone."""
    values: dict[str, str] = json.loads(_fernet().decrypt(sealed))
    return values


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in settings().keys_for("sealed messages")])
