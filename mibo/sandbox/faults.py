"""The switchboard of trouble: which provider misbehaves, how, and how many times."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

PROVIDERS = ("razorpay", "gallabox", "google", "sms", "mail")

# Instead of, before or around an answer. With `_after` the request is carried out first, then its answer is lost.
WIRE = frozenset({
    "timeout", "reset", "500", "503", "html502", "timeout_after", "reset_after", "500_after", "html502_after",
    "429", "409", "403", "401", "204", "slow", "truncated",
})  # fmt: skip
WEBHOOKS = frozenset({"drop_webhook", "duplicate", "reorder", "bad_signature", "no_signature", "late_webhook"})
SHAPES = frozenset({"shape_whatsapp", "shape_data", "shape_message", "body_event", "hex_signature"})

KINDS: dict[str, frozenset[str]] = {
    "razorpay": WIRE | WEBHOOKS | {"refund_pending"},
    "gallabox": WIRE | WEBHOOKS | SHAPES | {"unprocessable", "undeliverable"},
    "google": WIRE | {"pending", "conference_failure"},
    "sms": WIRE,
    "mail": frozenset({"refuse", "try_later"}),
}


@dataclass
class Fault:
    """One kind of trouble, still to happen `times` times, only for requests whose path holds `path`, and then to every
    `one_in`-th of them.
    """

    provider: str
    kind: str
    times: int = 1
    seconds: float | None = None
    path: str = ""
    method: str = ""
    one_in: int = 1
    passed: int = 0

    def touches(self, method: str, path: str) -> bool:
        return self.path in path and self.method in ("", method)

    def as_json(self) -> dict[str, object]:
        rest = {name: value for name, value in vars(self).items() if name not in ("kind", "passed")}
        return {"fault": self.kind, **rest}


@dataclass
class Faults:
    """The troubles switched on. Each is used up by happening."""

    _on: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def switch_on(self, fault: Fault) -> None:
        with self._lock:
            self._on.append(fault)

    def clear(self, provider: str = "") -> None:
        with self._lock:
            self._on = [fault for fault in self._on if provider and fault.provider != provider]

    def take(self, provider: str, kinds: Iterable[str], method: str = "", path: str = "") -> Fault | None:
        """The next trouble of these kinds, counted as having happened."""
        with self._lock:
            fault = next(
                (each for each in self._matching(provider, frozenset(kinds), method, path) if _falls(each)), None
            )
            if fault:
                fault.times -= 1
                self._on = [each for each in self._on if each.times > 0]
            return fault

    def _matching(self, provider: str, kinds: frozenset[str], method: str, path: str) -> Iterator[Fault]:
        for fault in self._on:
            if fault.provider == provider and fault.kind in kinds and fault.touches(method, path):
                yield fault

    def happens(self, provider: str, kind: str) -> bool:
        return self.take(provider, (kind,)) is not None

    def listed(self) -> list[dict[str, object]]:
        with self._lock:
            return [fault.as_json() for fault in self._on]


def _falls(fault: Fault) -> bool:
    """Whether this request is the one that it happens to."""
    fault.passed += 1
    return fault.passed % fault.one_in == 0
