"""How often one may try, counted in PostgreSQL: Redis may be down, and a limit that is off then is none."""

import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.errors import LockNotAvailable
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from mibo import db
from mibo.config import settings

Limit = tuple[int, timedelta]  # so many in so long

BUSY_S = 2  # when to come back if others are trying the same at this moment


@dataclass(frozen=True)
class TooMany:
    """Come back later; returned, because what was counted must stay counted."""

    retry_after: int  # seconds


def seconds_until_allowed(earlier: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> int:
    """How long to wait, given the earlier tries, newest first; 0 when one more is allowed now."""
    waits = [earlier[most - 1] + span - now for most, span in limits if len(earlier) >= most]
    return max(0, math.ceil(max(waits, default=timedelta()).total_seconds()))


def one_at_a_time(key: bytes) -> TooMany | None:
    """Wait until no other transaction counts the same thing, so that twenty at once are not each the first.

    Who has to wait too long is one too many.
    """
    number = int.from_bytes(key[:8], "big", signed=True)
    try:
        with db.session().begin_nested():
            db.session().execute(select(func.pg_advisory_xact_lock(number)))
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return TooMany(BUSY_S)
        raise
    return None


def key_of(purpose: str, *parts: str) -> bytes:
    """A key to count under that tells nobody whose phone, name or address it is."""
    return hmac.digest(settings().keys_for(purpose)[0], "\x00".join(parts).encode("utf-8", "replace"), "sha256")
