"""What a browser carries for us between two steps and may not read: a phone number on a shared computer."""

from mibo import sealing

LIFE_S = 30 * 60


def seal(purpose: str, text: str) -> str:
    """`text` so that only this app can read it."""
    return sealing.box(f"sealed {purpose}").encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str | None) -> str | None:
    """What was sealed for this purpose in the last half hour, or None."""
    try:
        return sealing.box(f"sealed {purpose}").decrypt((sealed or "").encode(), ttl=LIFE_S).decode()
    except sealing.InvalidToken:
        return None
