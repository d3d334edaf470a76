"""The app's end of the webhooks, as small as it can be: it checks the signature on the raw bytes and remembers."""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

RAZORPAY_SECRET = "a-razorpay-webhook-secret"
GALLABOX_SECRET = "a-gallabox-webhook-secret"


@dataclass
class Heard:
    """One webhook as it came."""

    path: str
    event: str
    event_id: str | None
    genuine: bool
    body: dict[str, Any]


class Listener:
    """Answers with the next status of `answers`, and 200 when there is none. GET shows `page` under its `policy`."""

    def __init__(self) -> None:
        self.page = self.policy = self.form = ""
        self.heard: list[Heard] = []
        self.answers: list[int] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _end_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def events(self) -> list[str]:
        return [each.event for each in self.heard]

    def one(self, event: str) -> Heard:
        (found,) = [each for each in self.heard if each.event == event]
        return found

    def forget(self) -> None:
        self.heard.clear()
        self.answers.clear()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _end_of(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class End(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if not self.headers["Content-Type"].startswith("application/json"):
                listener.form = raw.decode()
                return self.do_GET()
            body = json.loads(raw)
            event = self.headers.get("x-event-name") or body["event"]
            genuine = _razorpay_signed(self.headers, raw) or _gallabox_signed(self.headers, raw)
            listener.heard.append(Heard(self.path, event, self.headers.get("x-razorpay-event-id"), genuine, body))
            self.send_response(listener.answers.pop(0) if listener.answers else 200)
            self.send_header("Content-Length", "0")
            return self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", listener.policy)
            self.end_headers()
            self.wfile.write(listener.page.encode())

        def log_message(self, *_: object) -> None: ...

    return End


def _razorpay_signed(headers: Any, raw: bytes) -> bool:
    return headers.get("X-Razorpay-Signature") == _mac(RAZORPAY_SECRET, raw).hex()


def _gallabox_signed(headers: Any, raw: bytes) -> bool:
    return headers.get("x-gallabox-signature") == base64.b64encode(_mac(GALLABOX_SECRET, raw)).decode()


def _mac(secret: str, raw: bytes) -> bytes:
    return hmac.new(secret.encode(), raw, hashlib.sha256).digest()
