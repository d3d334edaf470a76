"""Which other sites' scripts may call the API: those on the list, and nobody else (security.md line 32)."""

from flask import Flask, make_response, request
from werkzeug.wrappers import Response

from mibo.config import settings
from mibo.web.access import for_programs

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-ID, X-TOTP"
SHOWN = (
    "Deprecation, ETag, Idempotent-Replayed, Link, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, "
    "Sunset, X-Request-ID"
)
REMEMBER_S = "600"


def allow(app: Flask) -> None:
    """Answer preflights, and say on each answer of the API whose scripts may read it."""
    app.before_request(_preflight)
    app.after_request(_allow)


def _preflight() -> Response | None:
    if not (for_programs() and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers):
        return None
    response = make_response("", 204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = HEADERS
    response.headers["Access-Control-Max-Age"] = REMEMBER_S
    return response


def _allow(response: Response) -> Response:
    if not for_programs():
        return response
    response.vary.add("Origin")
    origin = request.headers.get("Origin", "")
    if origin in settings().cors_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Expose-Headers"] = SHOWN
    return response
