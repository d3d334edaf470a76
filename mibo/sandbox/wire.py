"""Between the socket and the providers: notes every call, and lets the switched-on trouble happen to it."""

import io
import json
import socket
import struct
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

from mibo.sandbox.calls import Call, readable, redacted
from mibo.sandbox.diary import google_error
from mibo.sandbox.entity import Entity
from mibo.sandbox.faults import WIRE, Fault
from mibo.sandbox.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HANG_SECONDS = 30.0
SLOW_SECONDS = 2.0
RETRY_AFTER_SECONDS = 1
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Wire:
    """A WSGI layer around the sandbox."""

    def __init__(self, app: "WSGIApplication", world: World) -> None:
        self._app = app
        self._world = world
        self.closing = threading.Event()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        provider = provider_of(environ.get("PATH_INFO", ""))
        if not provider:
            return self._app(environ, start_response)
        fault = self._world.faults.take(provider, WIRE, environ["REQUEST_METHOD"], environ["PATH_INFO"])
        self._note(provider, environ, fault)
        return self._troubled(provider, fault, environ, start_response) if fault else self._app(environ, start_response)

    def _note(self, provider: str, environ: "WSGIEnvironment", fault: Fault | None) -> None:
        asked = Request(environ, populate_request=False)
        raw = asked.get_data(cache=False)
        environ["wsgi.input"] = io.BytesIO(raw)
        self._world.calls.note(
            Call(
                provider, asked.method, asked.path, dict(parse_qsl(environ.get("QUERY_STRING", ""))),
                redacted(dict(asked.headers)), readable(raw, asked.content_type or ""), fault.kind if fault else None,
            )
        )  # fmt: skip

    def _troubled(
        self, provider: str, fault: Fault, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        kind = fault.kind.removesuffix("_after")
        if kind == "slow":
            self.closing.wait(SLOW_SECONDS if fault.seconds is None else fault.seconds)
            return self._app(environ, start_response)
        if kind == "truncated":
            return _truncated(self._app, environ, start_response)
        if kind != fault.kind:
            run_wsgi_app(self._app, environ.copy(), buffered=True)
        if kind == "timeout":
            self.closing.wait(HANG_SECONDS if fault.seconds is None else fault.seconds)
        if kind in ("timeout", "reset"):
            hang_up(environ)
        return _refusal(provider, kind)(environ, start_response)


def provider_of(path: str) -> str:
    """Whose API this path belongs to; the sandbox's own pages belong to nobody."""
    if path.startswith("/v1/") and not path.startswith("/v1/checkout"):
        return "razorpay"
    if path.startswith("/devapi/"):
        return "gallabox"
    if path == "/token" or path.startswith("/calendar/"):
        return "google"
    return "sms" if path == "/sms" else ""


def hang_up(environ: "WSGIEnvironment") -> None:
    """Drop the connection with a TCP reset, so that the caller cannot know what happened."""
    connection: socket.socket | None = environ.get("werkzeug.socket")
    if connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)  # else the server waits for a next request before it closes
    raise ConnectionResetError("the sandbox hung up")


def _truncated(app: "WSGIApplication", environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """All the headers, half the body."""
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    whole = b"".join(body)
    headers["Content-Length"] = str(len(whole))
    start_response(status, list(headers))
    return [whole[: len(whole) // 2]]


def _refusal(provider: str, kind: str) -> Response:
    if kind == "html502":
        return Response(BAD_GATEWAY, 502, mimetype="text/html")
    status = int(kind)
    if status == 204:
        return Response(status=204)
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}
    words = {"razorpay": _razorpay, "google": _google}.get(provider, _plain)
    return Response(json.dumps(words(status)), status, headers, mimetype="application/json")


def _razorpay(status: int) -> Entity:
    code = "SERVER_ERROR" if status >= 500 else "BAD_REQUEST_ERROR"
    said = {
        409: "Request failed because another request is in progress with the same idempotency key",
        429: "Too many requests",
        401: "Authentication failed", 403: "Access denied",
    }  # fmt: skip
    description = said.get(status, "We are facing some trouble completing your request at the moment.")
    return {"error": {"code": code, "description": description, **dict.fromkeys(("source", "step", "reason"), "NA")}}


def _google(status: int) -> Entity:
    said = {401: "authError", 403: "rateLimitExceeded", 409: "duplicate", 429: "rateLimitExceeded"}
    return google_error(status, said.get(status, "backendError"), "The sandbox was asked to refuse this.")


def _plain(status: int) -> Entity:
    said = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests"}
    return {"message": said.get(status, "Internal Server Error")}
