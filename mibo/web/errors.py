"""Each refusal becomes an answer here, and nowhere else: JSON for programs, a fragment for HTMX, else a page."""

from urllib.parse import urlsplit

import structlog
from flask import Flask, g, jsonify, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from pydantic.alias_generators import to_camel
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests
from werkzeug.wrappers import Response

from mibo import db
from mibo.errors import Conflict, DomainError, Invalid, Missing, Refused
from mibo.phrases import phrase
from mibo.web import htmx, kept_forms
from mibo.web.access import ProofNeeded, SignInNeeded, for_programs

log = structlog.get_logger(__name__)

STATUS_OF: list[tuple[type[DomainError], int]] = [(Missing, 404), (Refused, 403), (Conflict, 409), (Invalid, 422)]
CODES = {
    400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 409: "CONFLICT",
    413: "PAYLOAD_TOO_LARGE", 415: "UNSUPPORTED_MEDIA_TYPE", 422: "VALIDATION_ERROR", 429: "RATE_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR", 503: "SERVICE_UNAVAILABLE",
}  # fmt: skip
SENTENCES = {
    400: phrase("That request could not be understood."),
    401: phrase("Please sign in."),
    403: phrase("You do not have access to this."),
    404: phrase("We could not find that page."),
    405: phrase("That cannot be done here."),
    413: phrase("That is too large to send."),
    415: phrase("That kind of content is not understood here."),
    429: phrase("Too many tries. Please wait a little and try again."),
    500: phrase("Something went wrong on our side. Nothing you entered has been lost by it; please try again."),
    503: phrase("Mibo is not reachable for a moment. Please try again shortly."),
}
RETRY_AFTER_S = 3
PATIENTS_OWN = ("/call/", "/my", "/book", "/pay", "/kept", "/stay")
MOMENTARY = {"25P03", "25P04"}  # a transaction was ended because it idled or lasted too long
TAKEN = {"23505", "23P01"}  # somebody was faster, where no action has words for it


def answer_every_refusal(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(SignInNeeded, _sign_in_needed)
    app.register_error_handler(ProofNeeded, _proof_needed)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database_refused)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _refused(error: DomainError) -> Response:
    status = next((status for kind, status in STATUS_OF if isinstance(error, kind)), 400)
    problems = error.problems if isinstance(error, Invalid) else ()
    if for_programs():
        status = getattr(error, "api_status", 400 if status == 422 else status)
    response = answer(status, error.message, code=error.code, details=[(p.field, p.message) for p in problems])
    if (wait := getattr(error, "retry_after", None)) is not None:
        response.headers["Retry-After"] = str(int(wait))
    return response


def _sign_in_needed(_: SignInNeeded) -> Response:
    if for_programs():
        return answer(401, "Access token missing or expired", code="TOKEN_EXPIRED")
    staff = not request.path.startswith(PATIENTS_OWN)
    return _away(url_for("sign_in.staff" if staff else "sign_in.patient", next=_come_back() or None), 401)


def _proof_needed(error: ProofNeeded) -> Response:
    """Something sensitive, and the second factor was not given just now. 403: a 401 would make older clients sign out."""
    if for_programs() and error.wrong:
        return answer(403, "Invalid authenticator code", code="SECOND_FACTOR_WRONG")
    if for_programs():
        return answer(403, "Authenticator code required", code="SECOND_FACTOR_REQUIRED")
    return _away(url_for("proofs.ask", next=_come_back() or None), 403)


def _come_back() -> str:
    """Where somebody goes on afterwards: this page, or the one whose form was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    if (kept := kept_forms.keep()) is not None:
        return kept
    return htmx.local_path(urlsplit(request.headers.get("Referer", "")).path, "")


def _away(where: str, status: int) -> Response:
    if "HX-Request" in request.headers:
        response = make_response("", status)
        response.headers["HX-Redirect"] = where
        return response
    return htmx.go_to(where)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    if isinstance(error, CSRFError):
        log.warning("csrf.refused", endpoint=request.endpoint)
    sentence = "Route not found" if for_programs() and status == 404 else SENTENCES.get(status, error.name)
    response = answer(status, sentence)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if isinstance(error, TooManyRequests):
        log.warning("limits.refused", endpoint=request.endpoint)
        response.headers.setdefault("Retry-After", str(getattr(error, "retry_after", None) or 60))
    return response


def _database_refused(error: DBAPIError) -> Response:
    """What a constraint or a type refused, and what was only a moment's trouble: both are no fault of this page."""
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, OperationalError) or error.connection_invalidated or state in MOMENTARY:
        return _database_away(error)
    if state in TAKEN:
        log.error("database.taken", constraint=db.violated(error))
        return answer(409, Conflict.message)
    if isinstance(error, DataError):
        log.warning("database.unstorable", state=state)
        return answer(400, SENTENCES[400])
    return _unexpected(error)


def _database_away(error: DBAPIError | PoolTimeout) -> Response:
    log.error("database.away", kind=type(error).__name__)
    response = answer(503, SENTENCES[503])
    response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _unexpected(error: Exception) -> Response:
    log.error("unexpected", exc_info=error)
    return answer(500, SENTENCES[500])


def answer(
    status: int, sentence: str, *, code: str | None = None, details: list[tuple[str, str]] | None = None
) -> Response:
    """The refusal in the visitor's form. No page of it needs the database."""
    if for_programs():
        return _json(status, sentence, code or CODES.get(status, "ERROR"), details or [])
    template = "errors/_fragment.html" if htmx.wants_part() else "errors/page.html"
    facts = {"status": status, "sentence": sentence, "request_id": g.get("request_id", ""), "staff": _is_staff()}
    response = make_response(render_template(template, **facts), status)
    if htmx.wants_part():
        response.headers["HX-Retarget"] = "#alert"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _is_staff() -> bool:
    """Whether whoever asked is known, in this request already, to be of the staff: a refusal asks no database."""
    who = g.get("visitor")
    return who is not None and who.audience == "STAFF"


def _json(status: int, sentence: str, code: str, details: list[tuple[str, str]]) -> Response:
    """The union body that every client can read (api-contract.md 1.3.3)."""
    error: dict[str, object] = {"code": code, "message": sentence}
    if details:
        called = g.get("called", {})
        error["details"] = [
            {"field": called.get(field) or to_camel(field), "message": message} for field, message in details
        ]
    if status >= 500:
        error["requestId"] = g.get("request_id", "")
    response = jsonify({"success": False, "message": sentence, "code": code, "error": error})
    response.status_code = status
    return response
