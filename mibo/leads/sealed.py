"""What somebody wrote, and what was noted of them, does not lie open."""

from mibo import sealing

PURPOSE = "enquiries"


def seal(words: str | None) -> bytes | None:
    """As it is kept; nothing stays nothing."""
    return sealing.box(PURPOSE).encrypt(words.encode()) if words else None


def unseal(kept: bytes | None) -> str:
    """The words again; empty where there are none, or their key is gone."""
    try:
        return sealing.box(PURPOSE).decrypt(kept).decode() if kept else ""
    except sealing.InvalidToken:
        return ""
