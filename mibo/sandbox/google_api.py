"""Google's two addresses that matter here: `/token`, and the events of a calendar."""

import base64
import binascii
import json
from urllib.parse import unquote

from flask import Blueprint, Response, jsonify, request

from mibo.sandbox.diary import Diary, GoogleError, google_error
from mibo.sandbox.entity import Entity

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME_SECONDS = 3599


def google_api(diary: Diary) -> Blueprint:
    """A service account signs in at `/token` and keeps events under `/calendar/v3`."""
    api = Blueprint("google", __name__)
    _token(api, diary)
    _events(api, diary)
    api.register_error_handler(GoogleError, refusal)
    return api


def refusal(error: GoogleError) -> tuple[Response, int]:
    return jsonify(google_error(error.status, error.reason, error.message)), error.status


def _token(api: Blueprint, diary: Diary) -> None:
    @api.post("/token")
    def token() -> tuple[Response, int] | Response:
        claims = _claims(request.form.get("assertion", ""))
        if request.form.get("grant_type") != GRANT:
            return jsonify(error="unsupported_grant_type", error_description="Invalid grant_type"), 400
        if not claims.get("iss") or not claims.get("scope"):
            return jsonify(error="invalid_grant", error_description="Invalid JWT"), 400
        access_token = diary.hand_out_token(claims.get("sub"))
        return jsonify(access_token=access_token, expires_in=LIFETIME_SECONDS, token_type="Bearer")


def _events(api: Blueprint, diary: Diary) -> None:
    events = "/calendar/v3/calendars/<calendar>/events"

    @api.post(events)
    def insert(calendar: str) -> Response:
        delegated = _delegated(diary)
        return jsonify(diary.insert(unquote(calendar), _body(), conferences=_conferences(), delegated=delegated))

    @api.get(events)
    def listed(calendar: str) -> Response:
        _delegated(diary)
        deleted = request.args.get("showDeleted") == "true"
        items = diary.listed(unquote(calendar), request.args.getlist("privateExtendedProperty"), deleted=deleted)
        return jsonify(kind="calendar#events", summary=calendar, timeZone="Asia/Kolkata", items=items)

    @api.get(f"{events}/<event_id>")
    def look(calendar: str, event_id: str) -> Response:
        _delegated(diary)
        return jsonify(diary.look(unquote(calendar), event_id))

    @api.route(f"{events}/<event_id>", methods=["PATCH", "PUT"])
    def change(calendar: str, event_id: str) -> Response:
        delegated = _delegated(diary)
        asked, calls = _body(), _conferences()
        return jsonify(diary.change(unquote(calendar), event_id, asked, conferences=calls, delegated=delegated))

    @api.delete(f"{events}/<event_id>")
    def delete(calendar: str, event_id: str) -> tuple[str, int]:
        _delegated(diary)
        diary.delete(unquote(calendar), event_id)
        return "", 204


def _conferences() -> bool:
    return request.args.get("conferenceDataVersion") == "1"


def _delegated(diary: Diary) -> bool:
    """May this caller make video calls: it acts for a person, or came without credentials as tests may. Raises 401."""
    given = request.headers.get("Authorization")
    if given is None:
        return True
    token = given.removeprefix("Bearer ")
    if token not in diary.subjects:
        raise GoogleError(401, "authError", "Invalid Credentials")
    return diary.subjects[token] is not None


def _body() -> Entity:
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise GoogleError(400, "parseError", "Parse Error")
    return sent


def _claims(assertion: str) -> Entity:
    """What the assertion says. Its signature is the caller's own affair: the sandbox has no key to check it with."""
    head, _, rest = assertion.partition(".")
    claims = _part(rest.partition(".")[0])
    return claims if _part(head).get("alg") == "RS256" else {}


def _part(encoded: str) -> Entity:
    try:
        part = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (binascii.Error, ValueError):
        return {}
    return part if isinstance(part, dict) else {}
