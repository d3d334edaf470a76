"""What the OpenAPI document says beside the models: what the API is, its sections, and what each refusal means."""

from typing import Any

ABOUT = """\
Everything that people do on Mibo's pages, for programs: the patients' app, the clinic's own clients, and yours.

**Address.** Paths stand below `/api` and, with the same meaning, `/api/v1`. What is added (a key, a parameter, an endpoint) is
added to both: read the keys you know and leave the others alone. What would break you gets a new prefix. A name that is
only kept for older apps says so on each answer: `Deprecation` (since when), `Link: <…>; rel="successor-version"` (what to use)
and, once its end is decided, `Sunset`, at least twelve months ahead.

**Signing in.** `Authorization: Bearer <accessToken>`. A token lasts 15 minutes; a refresh answers a new pair. Keep the new refresh
token: the old one works until the new one was used, and never after. A sign-in ends seven days after it began.

**Answers.** `{"success": true, "data": …, "message"?}`. Keys are camelCase, ids are strings, money is in rupees as a number (only
the `amount` of an order is in paise), instants are UTC with milliseconds and a `Z`, times of slots are `HH:MM` on the clinic's clock
(Asia/Kolkata). Lists take `limit` and `cursor` and answer `meta: {total, nextCursor}`.

**Refusals.** `{"success": false, "message", "code", "error": {"code", "message", "details": [{"field", "message"}]}}`, with a sentence
that you may show. `field` is the key as you sent it, else as this document has it. Inputs may be camelCase or snake_case; unknown
keys are not read.

**Sending again.** Give every POST an `Idempotency-Key` of your own making (a UUID): sent again with the same body it does nothing
twice and answers as the first time, with `Idempotent-Replayed: true`. Another body under the same key is a 422 `KEY_REUSED`; while the
first is still under way it is a 409 `REQUEST_IN_PROGRESS` with `Retry-After`. A refused request is not kept: correct it and send it again.

**Asking again.** Answers to GETs have an `ETag`; send it as `If-None-Match`, and what has not changed is a 304 without a body.

**How often.** 100 requests a minute for each token (for each address without one). `RateLimit-Limit`, `RateLimit-Remaining` and
`RateLimit-Reset` (seconds) are on each answer; after too many, 429 with `Retry-After`. Bodies may have 256 KB, pictures 2 MB.
"""

SECTIONS: dict[str, dict[str, str]] = {
    "For a patient's app": {
        "Patient sign-in": "A code by WhatsApp, then a pair of tokens. Start here.",
        "Clinicians": "Who works where, in which languages, at which fee and at which hours. Reading needs no sign-in.",
        "Booking": "Free times, and taking one: it is held until it is paid. Cancelling, and one's own appointments.",
        "Payments": "The order for the checkout, what became of it, what was paid; and payment links of the desk.",
        "Patient's own side": "The first page of an app, one's profile, all appointments and payments, a wish to cancel.",
        "Patient's notices": "What a patient was told: listed, counted, read.",
    },
    "For the clinic's staff": {
        "Staff sign-in": "A code, or a password; managers and clinicians also give a code of their authenticator app.",
        "Appointments": "Lists within reach, one in full, booking at the desk, every step from held to completed.",
        "Patients": "Records: found, added, changed, with what happened.",
        "Closed time": "Time that is closed and opened again, and who was booked in it.",
        "Video": "The video link of an online appointment.",
        "Messages": "What was sent to patients, and what became of it.",
        "Analytics": "What happens at the clinic, in numbers, for managers.",
        "Staff": "Accounts of the staff, by role.",
        "Pictures": "Clinicians' pictures.",
    },
    "For everybody": {
        "Centres": "The clinic's centres. Reading needs no sign-in.",
        "Health": "Whether Mibo is well.",
    },
}

REFUSED: dict[int, tuple[str, str, str]] = {
    400: ("VALIDATION_ERROR", "Phone is required.", "It makes no sense as it was sent, or cannot be done now; `message` says why."),
    401: ("TOKEN_EXPIRED", "Access token missing or expired", "No sign-in, one that has ended, or a wrong proof of who it is."),
    403: ("FORBIDDEN", "You do not have access to this.", "Signed in, and not allowed; or a second factor is wanted: "
          "`SECOND_FACTOR_REQUIRED`."),
    404: ("NOT_FOUND", "We could not find that.", "Not there, or not within reach."),
    409: ("SLOT_TAKEN", "9:00 am has just been taken.", "Somebody or something was faster: a time, a phone, a version."),
    413: ("PAYLOAD_TOO_LARGE", "That is too large to send.", "The body is larger than allowed."),
    415: ("UNSUPPORTED_MEDIA_TYPE", "That kind of content is not understood here.", "Neither JSON nor a form."),
    422: ("KEY_REUSED", "This was sent before with the same key, and asked for something else. Please send it with a new key.",
          "The Idempotency-Key was given to another request."),
    429: ("RATE_LIMIT_EXCEEDED", "Too many tries. Please wait a little and try again.", "Too often; `Retry-After` says when again."),
    503: ("SERVICE_UNAVAILABLE", "Mibo is not reachable for a moment. Please try again shortly.",
          "A provider or the database is away; `Retry-After`."),
}  # fmt: skip


def tags() -> list[dict[str, str]]:
    """The sections, in the order in which somebody who begins reads them."""
    return [{"name": name, "description": words} for group in SECTIONS.values() for name, words in group.items()]


def groups() -> list[dict[str, Any]]:
    """The sections by reader, as most viewers of OpenAPI draw them."""
    return [{"name": group, "tags": list(names)} for group, names in SECTIONS.items()]


def refusals() -> dict[str, Any]:
    """One named response for each status."""
    return {f"Refused{status}": _refusal(*words) for status, words in REFUSED.items()}


def _refusal(code: str, message: str, meaning: str) -> dict[str, Any]:
    details = [{"field": "phone", "message": message}] if code == "VALIDATION_ERROR" else []
    body = {"success": False, "message": message, "code": code,
            "error": {"code": code, "message": message, "details": details, "requestId": "7f9a2c11d0b34e58"}}  # fmt: skip
    return {
        "description": meaning,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}, "example": body}},
    }


IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key", "in": "header", "required": False,
    "description": "Of your own making, at most 80 printable characters. Sent again with the same body, nothing is done twice "
    "and the first answer comes again with `Idempotent-Replayed: true`. Kept for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    "example": "5f0c2a8e-8d1c-4a54-9a43-0b2f3d1e6c77",
}  # fmt: skip
IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "required": False,
    "description": "The `ETag` of the answer you have; if nothing has changed you get a 304 without a body.",
    "schema": {"type": "string", "pattern": '^(W/)?"[!#-~]*"$'}, "example": 'W/"1f2e3d4c5b6a798081920a0b"',
}  # fmt: skip
HEADERS = {
    "ETag": {"description": "A tag of this answer, for `If-None-Match`.", "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "`true` when this is the answer of the first request with the same key.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RateLimit-Remaining": {
        "description": "How many requests are left in this minute.",
        "schema": {"type": "string"},
    },
}
