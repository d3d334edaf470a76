"""What the document gets beside what spectree reads off the models: who may, headers, refusals, examples, sections."""

import re
from typing import Any

from mibo.identity.permissions import GRANTED, Permission, Role
from mibo.web.api.aliases import alias_of
from mibo.web.api.document_words import (
    ABOUT,
    HEADERS,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    REFUSED,
    groups,
    refusals,
    tags,
)
from mibo.web.api.examples import add_examples

HOLE = re.compile(r"<([^>]+)>")
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token that a sign-in or a refresh answered.",
}
PICTURE = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["profilePicture"],
                "properties": {"profilePicture": {"type": "string", "contentMediaType": "image/*"}},
            }
        }
    },
}


def finish(path: str, verb: str, operation: dict[str, Any], permission: Permission | None) -> None:
    """Complete one operation."""
    operation["operationId"] = _name(path, verb)
    operation["description"] = "\n\n".join(filter(None, [operation.get("description"), _who(permission)]))
    alias = alias_of(re.sub(r"\{([^}]+)\}", r"<\1>", path))
    if alias is not None:
        operation["deprecated"] = True
        operation["description"] += "\n\nKept for older apps: use `" + HOLE.sub(r"{\1}", alias[1]) + "`."
    if path == "/upload/clinician-profile":
        operation["requestBody"] = PICTURE
    signed_in, refs = permission is not None, []
    if verb == "post" and signed_in:
        refs.append("IdempotencyKey")
        operation["responses"].setdefault("409", {})
        operation["responses"].setdefault("422", {})
    if verb == "get":
        refs.append("IfNoneMatch")
        operation["responses"]["304"] = {"description": "Nothing has changed since the answer with that ETag."}
    operation["parameters"] = [
        *operation.get("parameters", []),
        *({"$ref": f"#/components/parameters/{ref}"} for ref in refs),
    ]
    operation["responses"] = {
        status: _answer(int(status), one, verb, signed_in=signed_in)
        for status, one in sorted(operation["responses"].items())
    }


def _answer(status: int, one: dict[str, Any], verb: str, *, signed_in: bool) -> dict[str, Any]:
    if status in REFUSED:
        return {"$ref": f"#/components/responses/Refused{status}"}
    if status >= 300:
        return one
    names = ["RateLimit-Remaining"]
    names += ["ETag"] if verb == "get" else ["Idempotent-Replayed"] if verb == "post" and signed_in else []
    return {**one, "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names}}


def _who(permission: Permission | None) -> str:
    if permission is None:
        return "For anybody."
    who = GRANTED[permission]
    if who == frozenset(Role):
        return "For everybody who is signed in; each sees their own or what is within reach."
    return "For " + ", ".join(role.replace("_", " ").lower() for role in Role if role in who) + "."


def _name(path: str, verb: str) -> str:
    """`post /booking/{appointment_id}/cancel` → `postBookingByAppointmentIdCancel`."""
    words = re.sub(r"\{([^}]+)\}", r"by_\1", path)
    return verb + "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", words))


def whole(found: dict[str, Any], paths: dict[str, Any], servers: list[dict[str, str]]) -> dict[str, Any]:
    """The document around the operations."""
    schemas = found["components"]["schemas"]
    for schema in schemas.values():
        _forget_titles(schema)
    add_examples(schemas)
    return {
        **found,
        "info": {**found["info"], "description": ABOUT},
        "paths": paths,
        "servers": servers,
        "tags": tags(),
        "x-tagGroups": groups(),
        "components": {
            **found["components"],
            "securitySchemes": {"bearer": BEARER},
            "responses": refusals(),
            "parameters": {"IdempotencyKey": IDEMPOTENCY_KEY, "IfNoneMatch": IF_NONE_MATCH},
            "headers": HEADERS,
        },
    }


def _forget_titles(schema: dict[str, Any]) -> None:
    """pydantic repeats each name as a title."""
    schema.pop("title", None)
    for one in schema.get("properties", {}).values():
        one.pop("title", None)
