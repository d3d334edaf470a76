"""How Mibo is, for load balancers and for people who wonder (reliability.md B5.6)."""

import time
from typing import Literal

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import mibo
from mibo import clock, db
from mibo.config import settings
from mibo.web.access import public
from mibo.web.api.answers import plain, said
from mibo.web.api.document import documented
from mibo.web.api.shown import Instant, Shown
from mibo.web.requests import database_is_ready

STARTED = time.monotonic()

bp = Blueprint("health", __name__)


class Health(Shown):
    """How Mibo is."""

    status: Literal["healthy", "unhealthy"]
    timestamp: Instant
    database: Literal["connected", "disconnected"]
    version: str
    environment: str
    uptime: int


@bp.get("/health")
@documented(gives=Health, tag="Health")
@public
def health() -> ResponseReturnValue:
    """Whether Mibo is well; always 200, even when its database is away."""
    reached = _database_answers()
    return said(
        Health(
            status="healthy" if reached else "unhealthy",
            timestamp=clock.now(),
            database="connected" if reached else "disconnected",
            version=mibo.__version__,
            environment=settings().mibo_env,
            uptime=int(time.monotonic() - STARTED),
        )
    )


def _database_answers() -> bool:
    try:
        db.read(lambda: db.session().execute(text("select 1")))
    except SQLAlchemyError:
        return False
    return True


@public
def healthz() -> ResponseReturnValue:
    """The process is alive; nothing else is asked."""
    return plain({"status": "ok"})


@public
def readyz() -> ResponseReturnValue:
    """Whether requests may be sent here: the database answers, and stands at the code's revision."""
    ready = database_is_ready() and _database_answers()
    return plain({"status": "ready" if ready else "not ready"}, 200 if ready else 503)


def register(app: Flask) -> None:
    """The three addresses outside /api, each a bare word (api-contract.md H1)."""
    outside = Blueprint("health", __name__)
    outside.get("/healthz")(healthz)
    outside.get("/health", endpoint="health")(healthz)
    outside.get("/readyz")(readyz)
    app.register_blueprint(outside)
