"""How often is too often. Counted in Redis; when Redis is away each process counts for itself (security.md line 11)."""

import hashlib

from flask import request
from flask_limiter import Limiter

from mibo.config import settings

TOKEN_LENGTH = 40


def address() -> str:
    """The visitor's address, behind exactly the proxies we know (security.md line 10)."""
    return request.remote_addr or "unknown"


def client() -> str:
    """An app's token or, failing that, an address: half a city may sit behind one address."""
    token = request.headers.get("Authorization", "")
    return "token:" + hashlib.sha256(token.encode()).hexdigest()[:16] if len(token) > TOKEN_LENGTH else address()


limiter = Limiter(
    key_func=client,
    storage_uri=settings().limiter_redis_url or settings().redis_url,
    storage_options={"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    strategy="fixed-window",
    key_prefix="mibo-fixed-window",
    in_memory_fallback_enabled=True,
    headers_enabled=True,
)
