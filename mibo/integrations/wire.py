"""What comes over the wire: whether it is really theirs, and what it says, without trusting its shape."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime

Entity = Mapping[str, object]


class Unreadable(ValueError):
    """An answer lacks what it must have."""


def json_of(raw: bytes) -> object:
    """What the bytes say in JSON; None when they are not JSON."""
    try:
        said: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return said


def entity(value: object) -> Entity:
    """A JSON object. Raises Unreadable."""
    if not isinstance(value, Mapping):
        raise Unreadable("not an object")
    return value


def part(value: object, *path: str) -> Entity:
    """The object at the end of a path, empty where there is none."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def parts(value: object) -> list[Entity]:
    """The objects of a list; none when it is null, an object or anything else."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def text(of: Entity, key: str) -> str:
    """A text that must be there. Raises Unreadable."""
    if found := maybe_text(of, key):
        return found
    raise Unreadable(key)


def maybe_text(of: Entity, key: str) -> str | None:
    """A text, None where it is absent, empty or something else."""
    found = of.get(key)
    return found if isinstance(found, str) and found else None


def whole(of: Entity, key: str) -> int:
    """A whole number that must be there. Raises Unreadable."""
    found = of.get(key)
    if isinstance(found, int) and not isinstance(found, bool):
        return found
    raise Unreadable(key)


def maybe_instant(of: Entity, key: str) -> datetime | None:
    """An instant from Unix seconds; None where there are none or 0, as Razorpay writes "never"."""
    found = of.get(key)
    seconds = int(found) if isinstance(found, str) and found.isascii() and found.isdigit() else found
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**33:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def mac(secret: str, signed: bytes) -> bytes:
    """HMAC-SHA256, by which a provider proves that it wrote exactly these bytes."""
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()


def same(expected: str, given: str | None) -> bool:
    """Whether a signature is the expected one, in constant time; any text at all may be given."""
    return given is not None and hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))
