"""What surrounds every request: its id, its log line, the security headers, and a gate until the database is ready."""

import base64
import hashlib
import re
import secrets
import time
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask, abort, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response

from mibo import db
from mibo.config import settings
from mibo.ids import GREATEST_ID
from mibo.web.access import for_programs, visitor

ROOT = Path(__file__).parents[2]
CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
UPLOAD_BYTES = 12 * 1024 * 1024  # more than any file may have, so that one too large is told at its field
UPLOADS = {"clinicians.set_picture", "settlements.take_in", "documents.add"}
OPEN_BEFORE_MIGRATION = {
    "static",
    "health.healthz",
    "health.readyz",
    "api.health.health",
    "api_v1.health.health",
    "health.health",
}

log = structlog.get_logger(__name__)


class EntityId(IntegerConverter):
    """An id in an address. A number that no id can be leads nowhere, before the database is asked."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, **{"max": GREATEST_ID, **options})


def surround(app: Flask) -> None:
    """Register what runs before and after each request, and how ids stand in addresses."""
    app.url_map.converters["int"] = EntityId
    app.before_request(_begin)
    app.before_request(_make_room)
    app.before_request(_refuse_cross_site)
    app.before_request(_wait_for_the_right_revision)
    app.after_request(_headers)
    app.after_request(_log_line)


def _begin() -> None:
    told = request.headers.get("X-Request-ID", "")
    g.request_id = told if CLIENT_ID.fullmatch(told) else secrets.token_hex(8)
    g.began = time.perf_counter()
    g.csp_nonce = base64.b64encode(secrets.token_bytes(16)).decode()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _make_room() -> None:
    """A form with a picture may be larger than others; it must be known before anything reads the form."""
    if request.endpoint in UPLOADS:
        request.max_content_length = UPLOAD_BYTES


def _refuse_cross_site() -> None:
    """An unsafe request of another site is refused even with a token (security.md line 48)."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or for_programs():
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site == "cross-site" or (not site and origin and origin.rstrip("/") != request.host_url.rstrip("/")):
        log.warning("csrf.cross_site")
        abort(403)


@cache
def code_revision() -> str:
    """The migration that this code was written for."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return str(ScriptDirectory.from_config(config).get_current_head())


_ready = False


def database_is_ready() -> bool:
    """Whether the database stands at the code's revision; once it does, it is not asked again."""
    global _ready  # noqa: PLW0603
    if not _ready:
        try:
            _ready = db.revision() == code_revision()
        except SQLAlchemyError:
            return False
    return _ready


def _wait_for_the_right_revision() -> None:
    if request.endpoint not in OPEN_BEFORE_MIGRATION and not database_is_ready():
        log.error("database.not_at_revision", wanted=code_revision())
        abort(503)


def _headers(response: Response) -> Response:
    head = response.headers
    head["X-Request-ID"] = g.get("request_id", "")
    head.setdefault("Content-Security-Policy", _policy())
    head["X-Content-Type-Options"] = "nosniff"
    head["Referrer-Policy"] = "same-origin"
    head["Cross-Origin-Opener-Policy"] = "same-origin"
    head.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    head["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
    if settings().secure:
        head["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    if request.endpoint == "static":
        if response.status_code == 200 and request.args.get("v"):
            head["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        head.setdefault("Cache-Control", "no-store")
    return response


def _policy() -> str:
    nonce = g.get("csp_nonce", "")
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


def _log_line(response: Response) -> Response:
    who = visitor() if "visitor" in g else None
    log.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else "",
        status=response.status_code,
        ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
        account_id=who.account_id if who else None,
    )
    return response


def close_sent_file(response: Response) -> Response:
    """Close the file of an answer with the answer: the compressor, which comes after this, forgets it."""
    if response.direct_passthrough and (close := getattr(response.response, "close", None)):
        response.call_on_close(close)
    return response


@cache
def _stamp(name: str) -> str:
    return hashlib.sha256((ROOT / "static" / name).read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """The address of a static file that changes with its content, so that it may be cached for ever."""
    return f"/static/{name}?v={_stamp(name)}"
