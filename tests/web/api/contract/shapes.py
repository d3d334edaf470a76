"""What may stand in an answer: exact keys by the OpenAPI document, ids, instants and money by the contract (1.5 to 1.8)."""

import re
from typing import Any

from mibo.web.api.dialect import snake

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MONEY = {"consultationFee", "registrationFee", "amount", "totalSpent", "amountPaid", "paymentAmount", "totalAmount",
         "totalRevenue", "value"}  # fmt: skip
DAYS = {"date", "dateOfBirth", "blockedDate", "exceptionDate", "followUpDate"}
OTHERS_IDS = re.compile(
    r"(order|payment|meeting|template|gallaboxMessage|request|paymentLink|razorpay\w*)Id$", re.IGNORECASE
)
NUMBERS = re.compile(r"blockedSlot|notification|exception")  # rows whose ids are numbers (1.5)
AS_SENT = {"payloadData", "metadata", "slot"}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def exactly(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "body") -> None:
    """The keys that the document has: none more, and none less but those that may be absent."""
    schema = resolved(schema, document)
    if options := schema.get("anyOf"):
        if value is None:
            assert {"type": "null"} in options, f"{at} is null"
            return
        schema = resolved(next(one for one in options if one.get("type") != "null"), document)
    if isinstance(value, list):
        for number, one in enumerate(value):
            exactly(one, schema.get("items", {}), document, f"{at}[{number}]")
    elif isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        assert set(value) <= set(known), f"{at} has more: {set(value) - set(known)}"
        assert set(schema.get("required", ())) <= set(value), f"{at} lacks {set(schema['required']) - set(value)}"
        for key, one in value.items():
            exactly(one, known[key], document, f"{at}.{key}")


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        kind, name = schema["$ref"].split("/")[2:]
        schema = document["components"][kind][name]
    return schema


def well_formed(value: Any, *, incumbent: bool, inside: str = "") -> None:
    """Ids, instants, days and money are what clients read, and keys are spelt as the dialect spells them."""
    if isinstance(value, list):
        for one in value:
            well_formed(one, incumbent=incumbent, inside=inside)
    if not isinstance(value, dict) or inside in AS_SENT:
        return
    for key, one in value.items():
        if incumbent:
            assert value[snake(key)] == one, f"{key} has no twin"
        else:
            assert "_" not in key, key
        _check(camel(key), one, inside)
        well_formed(one, incumbent=incumbent, inside=camel(key))


def _check(key: str, one: Any, inside: str) -> None:
    if one is None:
        return
    if key.endswith("At"):
        assert INSTANT.fullmatch(one), (key, one)
    elif key in DAYS:
        assert DAY.fullmatch(one), (key, one)
    elif key in MONEY and inside != "payloadData":
        assert isinstance(one, int | float), (key, one)
        assert not isinstance(one, bool)
    elif (key == "id" or key.endswith("Id")) and not OTHERS_IDS.search(key):
        assert isinstance(one, int) or (isinstance(one, str) and one), (key, one)


def ids_are_strings(value: Any) -> None:
    """Of every row but those whose ids are numbers (1.5)."""
    if isinstance(value, list):
        for one in value:
            ids_are_strings(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            whose = camel(key)
            if str(one).startswith("plink_"):  # a link is known by the provider's id
                continue
            plain = (
                (whose == "id" or whose.endswith("Id")) and not OTHERS_IDS.search(whose) and whose != "blockedSlotId"
            )
            if plain and one is not None:
                assert isinstance(one, str), (key, one)
                assert one.isdigit(), (key, one)
            if key not in AS_SENT:
                ids_are_strings(one)


def refusal(answer: Any, status: int, code_or_text: str) -> None:
    """The one body of every refusal, with its sentence at both places (1.3.3)."""
    told = answer.get_json()
    assert answer.status_code == status, (answer.status_code, told)
    assert told["success"] is False
    assert told["message"] == told["error"]["message"] != ""
    assert told["code"] == told["error"]["code"] != ""
    assert isinstance(told["error"].get("details", []), list)
    assert all(set(one) == {"field", "message"} for one in told["error"].get("details", []))
    if code_or_text:
        assert code_or_text in (told["code"], told["message"]), told
