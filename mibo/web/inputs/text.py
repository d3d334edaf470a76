"""What is typed, without what nobody types on purpose: one place, for pages and programs."""

import unicodedata
from typing import Any

KEPT = "\n\r\t"
JOINERS = "\u200c\u200d"  # without them some words of Malayalam, Kannada and Hindi cannot be written
AS_IT_IS = ("password",)


def clean(value: Any) -> Any:
    """Text without control characters, and without what is not seen or turns the rest around; also inside lists."""
    if isinstance(value, list):
        return [clean(one) for one in value]
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return value
    return "".join(letter for letter in value if letter in KEPT or letter in JOINERS or not _is_hidden(letter))


def cleaned(sent: dict[str, Any]) -> dict[str, Any]:
    """The same for all that was sent; a password is taken as it is."""
    return {key: value if str(key).startswith(AS_IT_IS) else clean(value) for key, value in sent.items()}


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs")
