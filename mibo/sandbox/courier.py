"""Carries webhooks to the app: signed, at least once, tried again while they are refused, like the providers do."""

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from mibo.sandbox.entity import new_id

log = logging.getLogger("mibo.sandbox")

WORKERS = 12
PATIENCE_SECONDS = 5.0
REMEMBERED = 20_000

Errand = Callable[[], None]


@dataclass
class Delivery:
    """One event on its way to one address, with every try that was made."""

    provider: str
    event: str
    event_id: str
    url: str
    headers: dict[str, str]
    body: bytes
    tries: int
    state: str = "waiting"  # then delivered | given up | dropped | nobody listens
    attempts: list[dict[str, object]] = field(default_factory=list)
    id: str = field(default_factory=lambda: new_id("delivery_"))

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id, "provider": self.provider, "event": self.event, "event_id": self.event_id, "url": self.url,
            "state": self.state, "attempts": self.attempts, "body": self.body.decode(),
        }  # fmt: skip


class Courier:
    """A few background threads that run errands when they are due."""

    def __init__(self, retries_after: tuple[float, ...]) -> None:
        self._retries_after = retries_after
        self._due: list[tuple[float, int, bool, Errand]] = []
        self._count = itertools.count()
        self._changed = threading.Condition()
        self._busy = 0
        self._workers: list[threading.Thread] = []
        self._stopped = False
        self._deliveries: deque[Delivery] = deque(maxlen=REMEMBERED)

    def send(self, act: list[Delivery], after: float = 0.0) -> None:
        """Deliver what one act caused, one after the other; a refused one steps aside and tries again later."""
        with self._changed:
            self._deliveries.extend(act)
        waiting = [delivery for delivery in act if delivery.state == "waiting"]
        if waiting:
            self.run(lambda: self._carry(waiting), after)

    def run(self, errand: Errand, after: float = 0.0, *, awaited: bool = True) -> None:
        """Run the errand in `after` seconds. `idle` waits for it unless it is not `awaited`."""
        with self._changed:
            if self._stopped:
                return
            heapq.heappush(self._due, (time.monotonic() + after, next(self._count), awaited, errand))
            self._hire()
            self._changed.notify_all()

    def idle(self, patience: float) -> bool:
        """True once nothing awaited is under way, False when that takes longer than `patience` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.under_way(), patience)

    def deliveries(self, provider: str = "") -> list[Delivery]:
        """Everything that was to be delivered, oldest first."""
        with self._changed:
            return [each for each in self._deliveries if provider in ("", each.provider)]

    def under_way(self) -> int:
        return self._busy + sum(1 for _, _, awaited, _ in self._due if awaited)

    def forget(self) -> None:
        with self._changed:
            self._due.clear()
            self._deliveries.clear()
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._due.clear()
            self._changed.notify_all()
        for worker in self._workers:
            worker.join(PATIENCE_SECONDS + 1)

    def _hire(self) -> None:
        if len(self._workers) < min(WORKERS, self._busy + len(self._due)):
            worker = threading.Thread(target=self._work, name="sandbox-courier", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        while errand := self._next():
            try:
                errand()
            except Exception:
                log.exception("an errand of the sandbox failed")
            finally:
                with self._changed:
                    self._busy -= 1
                    self._changed.notify_all()

    def _next(self) -> Errand | None:
        with self._changed:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(self._due)[3]
                self._changed.wait(wait)
            return None

    def _carry(self, act: list[Delivery]) -> None:
        for delivery in act:
            self._try(delivery)

    def _try(self, delivery: Delivery) -> None:
        attempt = _post(delivery)
        delivery.attempts.append(attempt)
        status = attempt["status"]
        if isinstance(status, int) and 200 <= status < 300:
            delivery.state = "delivered"
        elif len(delivery.attempts) >= delivery.tries or len(delivery.attempts) > len(self._retries_after):
            delivery.state = "given up"
        else:
            self.run(lambda: self._try(delivery), self._retries_after[len(delivery.attempts) - 1])


def _post(delivery: Delivery) -> dict[str, object]:
    began = time.time()
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(
                delivery.url, delivery.body, headers=delivery.headers, timeout=PATIENCE_SECONDS, allow_redirects=False
            )
        return {"at": began, "status": answer.status_code, "error": None}
    except requests.RequestException as error:
        return {"at": began, "status": None, "error": type(error).__name__}
