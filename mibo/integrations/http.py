"""One way to call out: forced timeouts, no redirects, small JSON answers, one error that says if a retry may help."""

import json
import re
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from ssl import SSLCertVerificationError
from time import monotonic
from typing import Any, Literal
from urllib.parse import urlsplit

import requests
from requests import exceptions as broken
from urllib3 import exceptions as wire_broken

from mibo.integrations.wire import Unreadable, json_of

Kind = Literal["refused", "retry", "unknown"]
ReadError = Callable[[object], tuple[str, str]]

TIMEOUTS = (3.05, 10.0)  # seconds: to connect, and of silence while an answer is awaited
PATIENCE = 15.0  # seconds for the whole body, so that a byte now and then cannot hold a worker
LARGEST_ANSWER = 1_000_000  # bytes
LONGEST_WAIT = 3600.0  # seconds of Retry-After that are believed
READING = {"GET", "HEAD"}
COME_BACK = {408, 425, 429}
NOT_CONNECTED = (wire_broken.ConnectTimeoutError, wire_broken.NewConnectionError, wire_broken.ProxyError)


class ProviderError(Exception):
    """A provider did not do what was asked. Its sentence holds no personal data, so it may be logged and stored.

    `kind` decides what may follow: `refused` is final, a repeat will not help; `retry` was surely not done, a repeat
    may help; `unknown` may or may not have been done, so only what is safe to do twice may be repeated.
    """

    def __init__(
        self,
        provider: str,
        kind: Kind,
        code: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        detail: str = "",
    ) -> None:
        answered = f" (HTTP {status})" if status else ""
        super().__init__(f"{provider} {kind}: {code}{answered}" + (f": {detail}" if detail else ""))
        self.provider, self.kind, self.code = provider, kind, code
        self.status, self.retry_after = status, retry_after

    def but(self, kind: Kind, code: str | None = None) -> "ProviderError":
        """The same trouble, judged by someone who knows more about what was asked."""
        return ProviderError(self.provider, kind, code or self.code, status=self.status, retry_after=self.retry_after)


def _plain_error(answer: object) -> tuple[str, str]:
    return "", ""


class Outgoing(requests.Session):
    """A session with one provider that answers in JSON. Raises ProviderError for whatever is not a good answer.

    Not for sharing between threads, nor across a fork: open one per call.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        read_error: ReadError = _plain_error,
        retry_codes: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self.provider, self.read_error, self.retry_codes = provider, read_error, retry_codes
        self.trust_env = not _is_loopback(base_url)  # a proxy of the environment cannot reach our own loopback

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Raises what is wrong with our own address or keys as what it is: a refusal before anything left."""
        try:
            return super().prepare_request(request)
        except (broken.RequestException, ValueError):
            raise ProviderError(self.provider, "refused", "MISADDRESSED") from None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send it, whatever timeouts or redirects a library on top asked for, and judge the answer."""
        kwargs |= {"timeout": TIMEOUTS, "allow_redirects": False, "stream": True}
        reading = request.method in READING
        try:
            answer = super().send(request, **kwargs)
            _read_body(answer)
        except (broken.RequestException, wire_broken.HTTPError) as error:
            raise self._dropped(error, reading) from None
        except _TooLarge:
            raise ProviderError(
                self.provider, _unsure(reading), "ANSWER_TOO_LARGE", status=answer.status_code
            ) from None
        self._judge(answer, request, reading)
        return answer

    def _dropped(self, error: Exception, reading: bool) -> ProviderError:
        if isinstance(error, broken.InvalidSchema | broken.InvalidURL):
            return ProviderError(self.provider, "refused", "MISADDRESSED")
        if _never_sent(error):
            return ProviderError(self.provider, "retry", "UNREACHABLE")
        return ProviderError(self.provider, _unsure(reading), "TIMED_OUT" if _ran_out_of_time(error) else "DROPPED")

    def _judge(self, answer: requests.Response, request: requests.PreparedRequest, reading: bool) -> None:
        status = answer.status_code
        body = json_of(answer.content)
        if 200 <= status < 300:
            if answer.content and body is None:
                raise ProviderError(self.provider, _unsure(reading), "NOT_JSON", status=status)
            return
        code, text = self._read_error(body)
        raise ProviderError(
            self.provider,
            "retry" if code in self.retry_codes else _kind(status, reading),
            code or f"HTTP_{status}",
            status=status,
            retry_after=_retry_after(answer),
            detail=_impersonal(text, request.body),
        )

    def _read_error(self, body: object) -> tuple[str, str]:
        try:
            return self.read_error(body)
        except Unreadable:
            return "", ""


class _TooLarge(Exception):
    pass


def _read_body(answer: requests.Response) -> None:
    """All of a small body. `read1` returns what has come, so slow dripping is noticed; the length sent is enforced."""
    until = monotonic() + PATIENCE
    body = bytearray()
    while some := answer.raw.read1(65_536, decode_content=True):
        body += some
        if len(body) > LARGEST_ANSWER:
            answer.close()
            raise _TooLarge
        if monotonic() > until:
            answer.close()
            raise broken.ReadTimeout
    answer._content, answer._content_consumed = bytes(body), True  # type: ignore[attr-defined]


def _kind(status: int, reading: bool) -> Kind:
    if status in COME_BACK:
        return "retry"
    return "refused" if 400 <= status < 500 else _unsure(reading)


def _unsure(reading: bool) -> Kind:
    return "retry" if reading else "unknown"


def _never_sent(error: Exception) -> bool:
    """Only what failed before the first byte of the request; a broken TLS stream may have carried all of it."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NOT_CONNECTED) or isinstance(_cause(reason), SSLCertVerificationError)


def _cause(reason: object) -> object:
    return reason.args[0] if isinstance(reason, wire_broken.SSLError) and reason.args else None


def _ran_out_of_time(error: Exception) -> bool:
    return isinstance(error, broken.Timeout | wire_broken.TimeoutError)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds, given as such or as a date, which is measured by the provider's own clock."""
    asked = answer.headers.get("Retry-After", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(asked) - parsedate_to_datetime(answer.headers["Date"])
    except (ValueError, TypeError, KeyError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


def _impersonal(text: str, sent: bytes | str | None) -> str:
    """A provider's sentence without anything we sent it and without numbers and addresses that may be somebody's."""
    for secret in sorted(_strings_in(sent), key=len, reverse=True):
        text = text.replace(secret, "…")
    return re.sub(r"\S+@\S+|\+?\d[\d\s-]{4,}\d", "…", text)[:200]


def _strings_in(sent: bytes | str | None) -> Iterator[str]:
    try:
        leaves = [json.loads(sent or "null")]
    except ValueError:
        return
    while leaves:
        leaf = leaves.pop()
        if isinstance(leaf, dict):
            leaves += leaf.values()
        elif isinstance(leaf, list):
            leaves += leaf
        elif isinstance(leaf, str) and len(leaf) > 2:
            yield leaf
