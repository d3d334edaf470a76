"""An alarm when codes leave far more often than people ask for them, whoever asks and for whom (security.md line 09)."""

from datetime import timedelta

import structlog
from sqlalchemy import func, select

from mibo import clock, db
from mibo.identity import tries
from mibo.identity.limits import key_of, one_at_a_time
from mibo.identity.models import Challenge, PasswordTry

MOST = 300
SPAN = timedelta(hours=1)

log = structlog.get_logger(__name__)


def look() -> None:
    """Say so in the log, once in an hour, when this was at least the three-hundredth code of the last hour.

    Ids only grow, so the newest codes are found by walking the primary key backwards: few rows, however many are kept.
    """
    oldest = db.session().scalar(select(Challenge.created_at).order_by(Challenge.id.desc()).offset(MOST - 1).limit(1))
    if oldest is None or oldest <= clock.now() - SPAN:
        return
    said = key_of("the alarm about codes")
    if _is_said(said) or one_at_a_time(said) or _is_said(said):
        return
    tries.count(said)
    log.error("codes.flood", codes=MOST, minutes=SPAN // timedelta(minutes=1))


def _is_said(said: bytes) -> bool:
    found = select(PasswordTry.id).where(PasswordTry.tried_by == said, PasswordTry.tried_at > func.now() - SPAN)
    return db.session().scalar(found.limit(1)) is not None
