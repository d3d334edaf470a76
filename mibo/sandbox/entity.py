"""What the providers' JSON is made of: entities, ids and timestamps."""

import secrets
import string
import time
from typing import Any

Entity = dict[str, Any]

ALPHANUMERIC = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 14) -> str:
    return prefix + "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


def new_hex(length: int = 24) -> str:
    return secrets.token_hex(length // 2)


def now() -> int:
    """Unix seconds, as Razorpay counts."""
    return int(time.time())
