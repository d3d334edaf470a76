"""What is taken from older apps, though the document, which is for new ones, does not offer it (api-contract.md 1.5 to 1.9).

An id may be a number, what is empty is as good as not sent, any word is a boolean in an address, and what nobody types on
purpose is dropped. Whatever else the document does not allow must be refused.
"""

from typing import Any

import jsonschema_rs

from mibo.web.inputs.text import clean

JSON = "application/json"
NOTHING: Any = object()


def as_older_apps_may(operation: Any, case: Any) -> bool:
    """Whether what was sent is right, once it is read as older apps mean it."""
    if any(part.mode.is_negative for where, part in case.meta.components.items() if where.value == "path"):
        return False
    raw = operation.definition.raw
    components = operation.schema.raw_schema["components"]
    return _query_is_right(raw, dict(case.query), components) and _body_is_right(raw, case.body, components)


def _query_is_right(raw: dict[str, Any], query: dict[str, Any], components: Any) -> bool:
    for told in raw.get("parameters", ()):
        one = components["parameters"][told["$ref"].rpartition("/")[2]] if "$ref" in told else told
        if one["in"] != "query":
            continue
        sent = query.get(one["name"], NOTHING)
        if isinstance(sent, list):  # of what is said twice, the first counts
            sent = sent[0] if sent else NOTHING
        sent = _read(one["name"], sent)
        if sent is NOTHING or sent is None:
            if one.get("required"):
                return False
        elif "boolean" not in str(one["schema"]) and not _fits(one["schema"], sent, components):
            return False
    return True


def _body_is_right(raw: dict[str, Any], body: Any, components: Any) -> bool:
    if "requestBody" not in raw:
        return True
    if isinstance(body, bytes):  # no JSON; none at all is as good as an empty one
        body = body if body.strip() else {}
    sent = _read("", body) if isinstance(body, dict) else {} if type(body).__name__ == "NotSet" else body
    return not isinstance(sent, bytes) and _fits(raw["requestBody"]["content"][JSON]["schema"], sent, components)


def _fits(schema: dict[str, Any], sent: Any, components: Any) -> bool:
    kinds = {one.get("type") for one in schema.get("anyOf", [schema])}
    if isinstance(sent, str) and "integer" in kinds and sent.isdecimal():
        sent = int(sent)
    return bool(jsonschema_rs.is_valid({**schema, "components": components}, sent))


def _read(name: str, sent: Any) -> Any:
    """A value as it is read: without what is not seen, an id as text; NOTHING where nothing is left."""
    if isinstance(sent, dict):
        read = {key: _read(key, value) for key, value in sent.items()}
        return {key: value for key, value in read.items() if value is not NOTHING}
    if isinstance(sent, list):
        return [_read(name, one) for one in sent]
    if isinstance(sent, str):
        return clean(sent).strip() or NOTHING
    if isinstance(sent, int | float) and not isinstance(sent, bool) and name.lower().endswith(("id", "ids")):
        return f"{sent:.0f}"
    return sent
