"""What may not lie open, sealed for one purpose: under the secret key, and readable under those before it.

A note has a key of its own, which is sealed in turn, so that new secrets mean new seals on small keys and no text is
touched. Text and key say what they are about: put beside another record they open nothing.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mibo.config import NOTES, settings

__all__ = [
    "InvalidToken",
    "Sealed",
    "box",
    "mark",
    "newest_key",
    "open_file",
    "open_note",
    "reseal",
    "seal_file",
    "seal_note",
]

NONCE = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text under its own key, and that key under the key in use, which is called by a name that gives nothing away."""

    key_name: str
    key: bytes
    text: bytes


def box(purpose: str) -> MultiFernet:
    """Seals and unseals for this purpose only; what was sealed for another raises InvalidToken."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in settings().keys_for(purpose)])


def newest_key() -> str:
    """The name of the key under which notes are sealed now."""
    return hashlib.sha256(b"name of " + settings().keys_for(NOTES)[0]).hexdigest()[:16]


def mark(purpose: str, *parts: str) -> bytes:
    """The same for the same parts, and nobody can tell from it what they were."""
    return hmac.digest(settings().keys_for(purpose)[0], "\x00".join(parts).encode("utf-8", "replace"), "sha256")


def seal_note(text: str, about: str) -> Sealed:
    """The text under a new key, which is used for nothing else."""
    key, nonce = AESGCM.generate_key(256), os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return Sealed(newest_key(), box(NOTES).encrypt(key), nonce + sealed)


def open_note(sealed: Sealed, about: str) -> str:
    """The text again. Raises InvalidToken when its key is gone, or it was sealed about something else."""
    key = box(NOTES).decrypt(sealed.key)
    try:
        return AESGCM(key).decrypt(sealed.text[:NONCE], sealed.text[NONCE:], about.encode()).decode()
    except InvalidTag:
        raise InvalidToken from None


def seal_file(key: bytes, body: bytes, about: str) -> bytes:
    """What is in a file, under the key of the record that it belongs to. Raises InvalidToken when that key is gone."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(box(NOTES).decrypt(key)).encrypt(nonce, body, about.encode())


def open_file(key: bytes, kept: bytes, about: str) -> bytes:
    """What is in it again. Raises InvalidToken when its key is gone, or it was sealed about something else."""
    try:
        return AESGCM(box(NOTES).decrypt(key)).decrypt(kept[:NONCE], kept[NONCE:], about.encode())
    except InvalidTag:
        raise InvalidToken from None


def reseal(key: bytes) -> bytes:
    """The same note's key, under the key in use. Raises InvalidToken when the one it is under is gone."""
    return box(NOTES).rotate(key)
