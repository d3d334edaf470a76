"""How often is too often. Counted in Redis; when Redis is away each process counts for itself (security.md line 11).

The general limit of the API stands before its every request, so it is one round trip and no more; Flask-Limiter, which
needs three, counts where somebody proves who they are.
"""

import hashlib
import math
import time
from functools import cache

import structlog
from flask import Flask, g, request
from flask_limiter import Limiter
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response

from mibo.config import settings

TOKEN_LENGTH = 40
WINDOW_S = 60
REDIS_REST_S = 5
UNCOUNTED = ("health", "hooks")

log = structlog.get_logger(__name__)


def address() -> str:
    """The visitor's address, behind exactly the proxies we know (security.md line 10)."""
    return request.remote_addr or "unknown"


def client() -> str:
    """An app's token or, failing that, an address: half a city may sit behind one address."""
    token = request.headers.get("Authorization", "")
    return "token:" + hashlib.sha256(token.encode()).hexdigest()[:16] if len(token) > TOKEN_LENGTH else address()


def _storage() -> str:
    return settings().limiter_redis_url or settings().redis_url


limiter = Limiter(
    key_func=client,
    storage_uri=_storage(),
    storage_options={"socket_connect_timeout": 0.3, "socket_timeout": 0.5},  # type: ignore[dict-item]
    strategy="fixed-window",
    key_prefix="mibo-fixed-window",
    in_memory_fallback_enabled=True,
)

sparingly = limiter.shared_limit(
    lambda: f"{settings().limit_auth_per_15_minutes} per 15 minutes", scope="proving", key_func=address
)
"""A view by which somebody proves who they are: loose per address here, strict per phone in identity (line 09)."""


def use_limiter(app: Flask) -> None:
    """Count, and say on each counted answer how much is left (the draft-6 headers that clients read)."""
    limiter.init_app(app)
    app.before_request(_count)
    app.after_request(_tell)


def _count() -> None:
    """One more request of an app in this minute; providers and load balancers call as often as they must."""
    if not request.path.startswith("/api") or request.method == "OPTIONS":
        return
    if (request.blueprint or "").rpartition(".")[2] in UNCOUNTED:
        return
    now = time.time()
    minute, wait = int(now // WINDOW_S), math.ceil(WINDOW_S - now % WINDOW_S)
    left = settings().limit_api_per_minute - _used(f"mibo-api:{client()}:{minute}")
    g.left_this_minute = (settings().limit_api_per_minute, left, wait)
    if left < 0:
        raise TooManyRequests(retry_after=wait)


_own_counts: dict[str, int] = {}
_redis_rests_until = 0.0


def _used(key: str) -> int:
    global _redis_rests_until  # noqa: PLW0603
    if time.monotonic() < _redis_rests_until:
        return _used_here(key)
    try:
        used = int(_redis().incr(key))
        if used == 1:
            _redis().expire(key, 2 * WINDOW_S)
    except (RedisError, OSError):
        log.warning("limits.redis_away")
        _redis_rests_until = time.monotonic() + REDIS_REST_S
        return _used_here(key)
    return used


def _used_here(key: str) -> int:
    minute = key.rpartition(":")[2]
    if _own_counts and not next(reversed(_own_counts)).endswith(minute):
        _own_counts.clear()
    _own_counts[key] = _own_counts.get(key, 0) + 1
    return _own_counts[key]


@cache
def _redis() -> Redis:
    return Redis.from_url(_storage(), socket_connect_timeout=0.3, socket_timeout=0.5, retry=Retry(NoBackoff(), 0))


def _tell(response: Response) -> Response:
    if (limit := limiter.current_limit) is not None:
        _say(response, limit.limit.amount, limit.remaining, math.ceil(limit.reset_at - time.time()), limit.breached)
    elif (window := g.get("left_this_minute")) is not None:
        allowed, left, wait = window
        _say(response, allowed, left, wait, left < 0)
    return response


def _say(response: Response, allowed: int, left: int, wait: int, breached: bool) -> None:
    response.headers["RateLimit-Limit"] = str(allowed)
    response.headers["RateLimit-Remaining"] = str(max(0, left))
    response.headers["RateLimit-Reset"] = str(max(0, wait))
    if breached:
        response.headers["Retry-After"] = str(max(1, wait))
