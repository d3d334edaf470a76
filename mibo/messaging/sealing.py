"""What may not lie open in the database, such as a sign-in code, is sealed until it is sent, and then wiped."""

import json

from mibo import sealing

LINK = " link"  # beside the sealed values; no template has a gap of this name


def seal(secret: dict[str, str]) -> bytes:
    """Values that only a process with the secret key can read."""
    return sealing.box("sealed messages").encrypt(json.dumps(secret).encode())


def unseal(sealed: bytes) -> dict[str, str]:
    """What was sealed, under this secret key or one before it. Raises InvalidToken when all of them are gone."""
    values: dict[str, str] = json.loads(sealing.box("sealed messages").decrypt(sealed))
    return values
