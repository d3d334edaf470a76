"""A program may send what it asks for again, under an `Idempotency-Key`, and is answered as the first time."""

from collections.abc import Callable
from typing import Any

from flask import current_app, request
from werkzeug.wrappers import Response

from mibo.errors import Invalid
from mibo.identity import repeating

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


def request_key() -> str | None:
    """The key that the program gave this request; None without one. Raises Invalid."""
    key = request.headers.get(HEADER, "").strip()
    if len(key) > repeating.REQUEST_KEY_LENGTH or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has at most {repeating.REQUEST_KEY_LENGTH} printable characters.")
    return key or None


def answered_once(account_id: int, view: Callable[[], Any]) -> Any:
    """What the view answers; asked before with this key and this body, what it answered then (api-contract.md 1.3).

    What was refused, or failed, is not kept: nothing is done, and the next one tries again.
    """
    key = request_key()
    if key is None:
        return view()
    asked = repeating.Repeatable.of(account_id, key, request.method.encode(), request.path.encode(), request.get_data())
    if (before := repeating.begin(asked)) is not None:
        return _again(*before)
    try:
        answer = current_app.make_response(view())
    except BaseException:
        repeating.let_go(asked)
        raise
    if answer.status_code >= 400:
        repeating.let_go(asked)
    else:
        repeating.keep(asked, answer.status_code, answer.get_data())
    return answer


def _again(status: int, body: bytes) -> Response:
    answer = current_app.response_class(body, status, mimetype="application/json")
    answer.headers[REPLAYED] = "true"
    return answer
