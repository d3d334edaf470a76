"""A note of every request a provider received, without the secrets that came with it."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

REMEMBERED = 20_000
SECRET_HEADERS = {"authorization", "apikey", "apisecret", "cookie"}


@dataclass
class Call:
    """One request as it came in. `fault` names the trouble it met, if any."""

    provider: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: object
    fault: str | None
    at: float = field(default_factory=time.time)


@dataclass
class Calls:
    """The requests received, oldest first."""

    _calls: deque[Call] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: Call) -> None:
        with self._lock:
            self._calls.append(call)

    def forget(self) -> None:
        with self._lock:
            self._calls.clear()

    def listed(self, provider: str = "") -> list[dict[str, object]]:
        with self._lock:
            return [vars(call).copy() for call in self._calls if provider in ("", call.provider)]


def redacted(headers: dict[str, str]) -> dict[str, str]:
    return {name: "(hidden)" if name.lower() in SECRET_HEADERS else value for name, value in headers.items()}


def readable(raw: bytes, content_type: str) -> object:
    """JSON as JSON, a form as its fields with a signed assertion hidden, anything else as text."""
    if content_type.startswith("application/x-www-form-urlencoded"):
        return {name: "(hidden)" if name == "assertion" else value for name, value in parse_qsl(raw.decode())}
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return raw.decode("utf-8", "replace")
