"""How often is too often. Counted in Redis; when Redis is away each process counts for itself (security.md line 11)."""

import hashlib
import math
import time

from flask import Flask, request
from flask_limiter import Limiter
from werkzeug.wrappers import Response

from mibo.config import settings

TOKEN_LENGTH = 40
UNCOUNTED = ("health", "hooks")


def address() -> str:
    """The visitor's address, behind exactly the proxies we know (security.md line 10)."""
    return request.remote_addr or "unknown"


def client() -> str:
    """An app's token or, failing that, an address: half a city may sit behind one address."""
    token = request.headers.get("Authorization", "")
    return "token:" + hashlib.sha256(token.encode()).hexdigest()[:16] if len(token) > TOKEN_LENGTH else address()


def _uncounted() -> bool:
    """Pages have limits of their own where they need one; load balancers and providers call as often as they must."""
    of_api = request.path == "/api" or request.path.startswith("/api/")
    return not of_api or request.method == "OPTIONS" or (request.blueprint or "").rpartition(".")[2] in UNCOUNTED


limiter = Limiter(
    key_func=client,
    storage_uri=settings().limiter_redis_url or settings().redis_url,
    storage_options={"socket_connect_timeout": 0.3, "socket_timeout": 0.5},  # type: ignore[dict-item]
    strategy="fixed-window",
    key_prefix="mibo-fixed-window",
    in_memory_fallback_enabled=True,
    application_limits=[lambda: f"{settings().limit_api_per_minute} per minute"],
    application_limits_exempt_when=_uncounted,
)

sparingly = limiter.shared_limit(
    lambda: f"{settings().limit_auth_per_15_minutes} per 15 minutes", scope="proving", key_func=address
)
"""A view by which somebody proves who they are: loose per address here, strict per phone in identity (line 09)."""


def use_limiter(app: Flask) -> None:
    """Count, and say on each counted answer how much is left (the draft-6 headers that clients read)."""
    limiter.init_app(app)
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if (limit := limiter.current_limit) is not None:
        wait = str(max(0, math.ceil(limit.reset_at - time.time())))
        response.headers["RateLimit-Limit"] = str(limit.limit.amount)
        response.headers["RateLimit-Remaining"] = str(max(0, limit.remaining))
        response.headers["RateLimit-Reset"] = wait
        if limit.breached:
            response.headers["Retry-After"] = wait
    return response
